package sqlfuncs

import "context"

var evaluateFunction = &function{
	name:    "evaluate",
	doc:     "How close synthetic rows are to a source, measure by measure, against what two halves of the source are to each other: ratio 1 is real.",
	example: "SELECT * FROM datamime_evaluate('mesures', 'date_debut', ARRAY['station','polluant'], 'valeur')",
	params: []parameter{
		{name: "source", typ: argText, fallback: "", decides: true,
			doc: "a table, partitioned or foreign table, view or materialized view, or a query in parentheses: '(SELECT ...)'"},
		{name: "time_column", typ: argText, fallback: "", decides: true, doc: "date, timestamp or timestamptz"},
		{name: "series_columns", typ: argTextArray, fallback: "none: one series", decides: true,
			doc: "every distinct combination of their values is one series"},
		{name: "value_column", typ: argNames, fallback: "", decides: true, doc: "one numeric column or several, judged together"},
		{name: "synthetic", typ: argText, fallback: "none: half of the source is fitted and simulated", decides: true,
			doc: "a table or a query to judge against the source; it has the source's columns"},
		{name: "seed", typ: argBigint, fallback: "0", doc: "of the simulation"},
	},
	resolve: resolveEvaluate,
}

// An evaluateRelation is a source and, where there is one, the synthetic table
// that is judged against it.
type evaluateRelation struct{ *generateRelation }

func (evaluateRelation) columns() []column {
	return []column{plain("measure", oidText), plain("floor", oidFloat8), plain("score", oidFloat8), plain("ratio", oidFloat8)}
}

func resolveEvaluate(ctx context.Context, in *invocation) (relation, error) {
	g, err := resolveSource(ctx, in)
	if err != nil {
		return nil, err
	}
	return evaluateRelation{g}, nil
}

func (evaluateRelation) open(_ context.Context, in *invocation) (RowSource, error) {
	return nil, in.wrong("", codeUnsupported, "", "%s is not there yet", in.call.name)
}
