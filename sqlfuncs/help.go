package sqlfuncs

import (
	"context"
	"strings"

	"github.com/datamime/datamime/sqlfuncs/pgtypes"
)

var helpFunction = &function{
	name:    "help",
	doc:     "The functions of datamime with their arguments, from their own definitions.",
	example: "SELECT * FROM datamime_help('generate')",
	params: []parameter{
		{name: "topic", typ: argText, fallback: "all", doc: "a function's name, with or without the prefix, or an argument's"},
	},
	resolve: func(context.Context, *invocation) (relation, error) { return helpRelation{}, nil },
}

type helpRelation struct{}

func (helpRelation) columns() []column {
	names := []string{"function", "argument", "type", "default_value", "description", "example"}
	columns := make([]column, len(names))
	for i, n := range names {
		columns[i] = plain(n, pgtypes.Text)
	}
	return columns
}

// open gives one row for each function and one for each of its arguments.
func (helpRelation) open(_ context.Context, in *invocation) (RowSource, error) {
	topic, _ := in.given("topic")
	name := strings.TrimPrefix(strings.ToLower(strings.TrimSpace(topic.text)), prefix)
	t := newTextTable(6)
	known := []string{}
	for _, fn := range functions() {
		whole := name == "" || name == fn.name
		known = append(known, fn.name)
		if whole {
			t.add(prefix+fn.name, "", "", "", fn.doc, fn.example)
		}
		for _, p := range fn.params {
			if whole || name == p.name {
				t.add(prefix+fn.name, p.name, p.typ.String(), p.fallback, p.doc, "")
			}
			known = append(known, p.name)
		}
	}
	if t.rows == 0 {
		hint := "SELECT * FROM datamime_help() lists everything."
		if near := closest(name, known, 1); len(near) > 0 {
			hint = "Perhaps you meant '" + near[0] + "'; SELECT * FROM datamime_help() lists everything."
		}
		return nil, in.wrong("topic", codeInvalid, hint, "there is no help on %s", quoteText(topic.text))
	}
	return t, nil
}
