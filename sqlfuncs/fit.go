package sqlfuncs

import "context"

var fitFunction = &function{
	name:    "fit",
	doc:     "Learn a model of a source once and keep it under a name, to generate from at any time, the source gone or not.",
	example: "SELECT * FROM datamime_help('fit')",
	params: []parameter{
		{name: "model", typ: argText, doc: "the name to keep it under"},
		{name: "source", typ: argText,
			doc: "a table, partitioned or foreign table, view or materialized view, or a query in parentheses: '(SELECT ...)'"},
		{name: "time_column", typ: argText, doc: "date, timestamp or timestamptz"},
		{name: "series_columns", typ: argTextArray, fallback: "none: one series", doc: "every distinct combination of their values is one series"},
		{name: "value_column", typ: argNames, doc: "one numeric column or several, modelled together"},
		{name: "frequency", typ: argInterval, fallback: "the source's", doc: "the distance of two steps"},
		{name: "innovations", typ: argText, fallback: "'resampled'", doc: "'resampled': drawn from the source's own remainders; 'fitted': from fitted distributions"},
		{name: "time_zone", typ: argText, fallback: "the session's", doc: "the clock that hours and weekdays are read on"},
		{name: "holidays", typ: argText, fallback: "learned dates", doc: "a country code, or 'none'"},
		{name: "prior", typ: argText, fallback: "none", doc: "a model, a definition or an older fit, that the source's rows update"},
		{name: "replace", typ: argBool, fallback: "false", doc: "take the place of a model of this name"},
	},
	resolve: func(context.Context, *invocation) (relation, error) { return fitRelation{}, nil },
}

// A fitRelation fits a model, stores it and tells about it.
type fitRelation struct{}

func (fitRelation) columns() []column {
	return []column{plain("model", oidText), plain("series_count", oidInt8), plain("row_count", oidInt8),
		plain("bytes", oidInt8), plain("seconds", oidFloat8)}
}

func (fitRelation) open(_ context.Context, in *invocation) (RowSource, error) {
	return nil, in.wrong("", codeUnsupported, "", "stored models are not there yet")
}
