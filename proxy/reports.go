package proxy

import "slices"

// report is a change of a parameter that the client has not been told of.
type report struct{ name, was, is string }

// report notes a ParameterStatus and returns what it changes.
func (t *track) report(body []byte) report {
	name, rest, _ := cstring(body)
	r := report{name: name, was: t.parameters[name]}
	t.note('S', body)
	r.is, _, _ = cstring(rest)
	return r
}

// changes are the messages for what has changed in the end, once each, as a
// server reports it that looks at its parameters when it is ready again: the
// one that changed first comes last.
func changes(reported []report) (messages []byte) {
	var net []report
	for _, r := range reported {
		if i := slices.IndexFunc(net, func(n report) bool { return n.name == r.name }); i >= 0 {
			net[i].is = r.is
		} else {
			net = append(net, r)
		}
	}
	for _, r := range slices.Backward(net) {
		if r.is != r.was {
			messages = append(messages, message('S', []byte(r.name), []byte{0}, []byte(r.is), []byte{0})...)
		}
	}
	return messages
}
