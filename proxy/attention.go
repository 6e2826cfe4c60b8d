package proxy

import (
	"bytes"

	"github.com/datamime/datamime/sqlfuncs"
)

// attention is what a relay looks out for in the client's messages while
// statements of ours are prepared: those that name one, and the texts that may
// execute or drop one. The others are relayed as ever.
type attention struct {
	statements map[string]*statement
	// all: portals of ours are open, so that any message may concern them.
	all bool
}

func (a *attention) on() bool { return a.all || len(a.statements) > 0 }

// text tells whether a Query or a Parse, whose body is given, concerns a
// statement of ours.
func (a *attention) text(typ byte, body []byte) bool {
	switch {
	case a.all:
		return true
	case len(a.statements) == 0:
		return false
	case typ == 'Q' && a.statements[""] != nil: // ends the unnamed statement
		return true
	case typ == 'P' && a.named(body):
		return true
	}
	return sqlfuncs.MayExecute(body)
}

// named tells whether a string that ends in a zero byte is the name of a
// statement of ours.
func (a *attention) named(body []byte) bool {
	i := bytes.IndexByte(body, 0)
	return i >= 0 && a.statements[string(body[:i])] != nil
}

// names tells whether a Bind, Close, Describe or Execute concerns a statement
// of ours; more, that body must hold more of the message to tell.
func (a *attention) names(typ byte, body []byte) (concerns, more bool) {
	switch {
	case a.all:
		return true, false
	case typ == 'E': // a portal, of which there is none of ours
		return false, false
	case typ == 'B':
		i := bytes.IndexByte(body, 0)
		if i < 0 {
			return false, true
		}
		body = body[i+1:]
	default:
		if len(body) == 0 || body[0] == 'P' {
			return false, len(body) == 0
		}
		body = body[1:]
	}
	if bytes.IndexByte(body, 0) < 0 {
		return false, true
	}
	return a.named(body), false
}
