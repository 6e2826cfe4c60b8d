package sqlfuncs

import "context"

var dropFunction = &function{
	name:    "drop",
	doc:     "Remove a stored model.",
	example: "SELECT * FROM datamime_help('drop')",
	params: []parameter{
		{name: "model", typ: argText, doc: "the model's name"},
	},
	resolve: func(context.Context, *invocation) (relation, error) { return dropRelation{}, nil },
}

// A dropRelation removes a stored model and tells its name.
type dropRelation struct{}

func (dropRelation) columns() []column { return []column{plain("model", oidText)} }

func (dropRelation) open(_ context.Context, in *invocation) (RowSource, error) {
	return nil, in.wrong("", codeUnsupported, "", "stored models are not there yet")
}
