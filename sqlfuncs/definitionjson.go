package sqlfuncs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A jsonNode is a part of a definition and the path to it.
type jsonNode struct {
	path string
	raw  json.RawMessage
}

// wholeDefinition is the path of the whole.
const wholeDefinition = "definition"

// A jsonReader reads the parts of a definition. The first thing amiss is kept
// with its path, and what is read from then on is nothing.
type jsonReader struct{ err *Error }

func (r *jsonReader) fail(n jsonNode, hint, format string, args ...any) {
	if r.err == nil {
		where := "definition: " + n.path
		if n.path == wholeDefinition {
			where = n.path
		}
		r.err = &Error{Code: codeInvalid, Message: where + " " + fmt.Sprintf(format, args...), Hint: hint}
	}
}

// object returns the members of an object in the order in which they stand;
// with words, no others may be there.
func (r *jsonReader) object(n jsonNode, words ...string) (names []string, members map[string]jsonNode) {
	d := json.NewDecoder(bytes.NewReader(n.raw))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		r.fail(n, "", "must be an object")
		return nil, nil
	}
	members = map[string]jsonNode{}
	for d.More() {
		t, err := d.Token()
		name, ok := t.(string)
		m := jsonNode{path: strings.TrimPrefix(n.path+"."+name, wholeDefinition+".")}
		if err != nil || !ok || d.Decode(&m.raw) != nil {
			r.fail(n, "", "must be an object")
			return nil, nil
		}
		if words != nil && !slices.Contains(words, name) {
			hint := "It can hold: " + strings.Join(words, ", ") + "."
			if near := closest(name, words, 1); len(near) > 0 {
				hint = "Perhaps you meant " + near[0] + "."
			}
			r.fail(m, hint, "is not known")
			return nil, nil
		}
		if _, twice := members[name]; !twice {
			names = append(names, name)
		}
		members[name] = m
	}
	return names, members
}

func (r *jsonReader) list(n jsonNode) []jsonNode {
	var raw []json.RawMessage
	if json.Unmarshal(n.raw, &raw) != nil || raw == nil {
		r.fail(n, "", "must be a list")
		return nil
	}
	nodes := make([]jsonNode, len(raw))
	for i := range raw {
		nodes[i] = jsonNode{n.path + "[" + strconv.Itoa(i) + "]", raw[i]}
	}
	return nodes
}

func (r *jsonReader) text(n jsonNode) string {
	var s *string
	if json.Unmarshal(n.raw, &s) != nil || s == nil || *s == "" {
		r.fail(n, "", "must be a text")
		return ""
	}
	return *s
}

// number reads a number in a range.
func (r *jsonReader) number(n jsonNode, low, high float64) float64 {
	var v *float64
	if json.Unmarshal(n.raw, &v) != nil || v == nil {
		r.fail(n, "", "must be a number")
		return 0
	}
	if *v < low || *v > high {
		r.fail(n, "", "must lie from %s to %s", shortest(low), shortest(high))
		return 0
	}
	return *v
}

// scalar reads a value of a series column: a text, a number, a boolean; nil
// for null.
func (r *jsonReader) scalar(n jsonNode) *string {
	s := string(bytes.TrimSpace(n.raw))
	switch {
	case s == "null":
		return nil
	case s != "" && s[0] == '"':
		var v string
		if json.Unmarshal(n.raw, &v) != nil || strings.Contains(v, "\x00") {
			r.fail(n, "", "must be a text without a null character")
		}
		return &v
	case s != "" && (s[0] == '{' || s[0] == '['):
		r.fail(n, "", "must be a text, a number or null")
	}
	return &s
}
