package sqlfuncs

import "context"

var describeFunction = &function{
	name:    "describe",
	doc:     "What is to be known of each series: its span, level, trend, seasons and memory, and a sentence that says it.",
	example: "SELECT station, polluant, mean, sparkline, sentence FROM datamime_describe('mesures', 'date_debut', ARRAY['station','polluant'], 'valeur')",
	params: []parameter{
		{name: "source", typ: argText, fallback: "from model", decides: true,
			doc: "a table, partitioned or foreign table, view or materialized view, or a query in parentheses: '(SELECT ...)'"},
		{name: "time_column", typ: argText, fallback: "from model", decides: true, doc: "date, timestamp or timestamptz"},
		{name: "series_columns", typ: argTextArray, fallback: "none: one series", decides: true,
			doc: "every distinct combination of their values is one series"},
		{name: "value_column", typ: argNames, fallback: "from model", decides: true, doc: "one numeric column or several: a row for each"},
		{name: "model", typ: argText, fallback: "none: the source is read", decides: true, doc: "a model stored by datamime_fit or datamime_define"},
		{name: "lang", typ: argText, fallback: "'en'", doc: "the language of the sentence: 'en' or 'fr'"},
	},
	resolve: resolveDescribe,
}

// A describeRelation is a source that is to be described.
type describeRelation struct{ *generateRelation }

func (d describeRelation) columns() []column {
	var c []column
	for _, i := range d.roles.series {
		c = append(c, d.src.columns[i])
	}
	first := d.src.columns[d.roles.time]
	last := first
	first.name, last.name = "first_time", "last_time"
	c = append(c, plain("value_column", oidText), plain("row_count", oidInt8), first, last,
		plain("frequency", oidInterval))
	for _, name := range []string{"missing", "mean", "sd", "minimum", "maximum", "trend_per_year",
		"season_day", "season_week", "season_year", "memory"} {
		c = append(c, plain(name, oidFloat8))
	}
	return append(c, plain("sparkline", oidText), plain("sentence", oidText))
}

func resolveDescribe(ctx context.Context, in *invocation) (relation, error) {
	if _, ok := in.given("model"); ok {
		return nil, in.wrong("model", codeUnsupported, "Name a source, to describe it.", "stored models are not there yet")
	}
	g, err := resolveSource(ctx, in)
	if err != nil {
		return nil, err
	}
	return describeRelation{g}, nil
}

func (describeRelation) open(_ context.Context, in *invocation) (RowSource, error) {
	return nil, in.wrong("", codeUnsupported, "", "%s is not there yet", in.call.name)
}
