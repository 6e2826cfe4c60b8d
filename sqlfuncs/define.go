package sqlfuncs

import "context"

var defineFunction = &function{
	name:    "define",
	doc:     "Make a model without a single row, from what is known of the series: level, bounds, peaks, seasons, memory.",
	example: "SELECT * FROM datamime_help('define')",
	params: []parameter{
		{name: "model", typ: argText, doc: "the name to keep it under"},
		{name: "definition", typ: argJSON, doc: "the series, and what is known of their values; every part but series may be left out"},
		{name: "replace", typ: argBool, fallback: "false", doc: "take the place of a model of this name"},
	},
	resolve: func(context.Context, *invocation) (relation, error) { return defineRelation{}, nil },
}

// A defineRelation makes a model of a definition, stores it and tells about
// it.
type defineRelation struct{}

func (defineRelation) columns() []column {
	return []column{plain("model", oidText), plain("series_count", oidInt8), plain("bytes", oidInt8)}
}

func (defineRelation) open(_ context.Context, in *invocation) (RowSource, error) {
	return nil, in.wrong("", codeUnsupported, "", "stored models are not there yet")
}
