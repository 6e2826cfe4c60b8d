package sqlfuncs

import (
	"context"
	"slices"
	"strings"

	"github.com/datamime/datamime/sqlfuncs/pgtypes"
	"github.com/datamime/datamime/sqlfuncs/sqltext"
)

var generateFunction = &function{
	name:    "generate",
	doc:     "As many new rows as wanted, like those of a source: one model per series, fitted now.",
	example: "SELECT * FROM datamime_generate('mesures', 'date_debut', ARRAY['station','polluant'], 'valeur', 1000000)",
	params: []parameter{
		{name: "source", typ: argText, fallback: "from model", decides: true,
			doc: sourceDoc},
		{name: "time_column", typ: argText, fallback: "from model", decides: true, names: timeColumns, doc: timeColumnDoc},
		{name: "series_columns", typ: argTextArray, fallback: "none: one series", decides: true,
			doc: seriesColumnsDoc},
		{name: "value_column", typ: argNames, fallback: "from model", decides: true, names: numericColumns,
			doc: "one numeric column or several, modelled together"},
		{name: "row_count", typ: argBigint, fallback: "as end_at says", doc: "at most this many rows"},
		{name: "start_at", typ: argTime, fallback: "the source's first step", doc: "the first time"},
		{name: "end_at", typ: argTime, fallback: "the source's last step, or as row_count says", doc: "the time in front of which the rows end"},
		frequencyParameter,
		{name: "seed", typ: argBigint, fallback: "0", doc: "same model, seed, series and time give the same value; NULL draws one"},
		{name: "extend", typ: argText, fallback: "'time'", doc: "'time': the source's own series; 'series': new ones"},
		{name: "gaps", typ: argText, fallback: "'learned'", doc: "'learned': rows and values are missing as in the source; 'none'"},
		{name: "decimals", typ: argInt, fallback: "learned", doc: "the values' decimals"},
		{name: "minimum", typ: argFloat, fallback: "learned", doc: "the values' lower bound"},
		{name: "maximum", typ: argFloat, fallback: "learned", doc: "the values' upper bound"},
		{name: "innovations", typ: argText, fallback: "'resampled', or the model's", doc: "'resampled': drawn from the source's own remainders, the best fidelity; 'fitted': from fitted distributions, nothing of a row"},
		{name: "model", typ: argText, fallback: "none: fitted now", decides: true, doc: modelDoc},
		{name: "target", typ: argText, fallback: "none: the rows come back", decides: true, doc: "insert into this table, made like the source where there is none"},
		{name: "aggregate", typ: argText, fallback: "'mean'", doc: "'mean', 'sum' or 'last': what a coarser frequency makes of steps, and a finer one keeps"},
		timeZoneParameter,
		holidaysParameter,
		{name: "series_count", typ: argInt, fallback: "as many as the source has", doc: "how many new series, with extend => 'series'"},
	},
	resolve:  resolveGenerate,
	foretell: foretellGenerate,
}

// A generateRelation is a source whose rows are to be had.
type generateRelation struct {
	src    *dataSource
	roles  roles
	stored *storedModel // nil: the source is read now
	read   *history     // nil: it is still to be read
}

func (g *generateRelation) columns() []column { return g.src.columns }

// timeCast is the type that start_at and end_at are read in.
func (g *generateRelation) timeCast() string {
	if g.src.columns[g.roles.time].base == pgtypes.Timestamptz {
		return "pg_catalog.timestamptz"
	}
	return "pg_catalog.timestamp"
}

func resolveGenerate(ctx context.Context, in *invocation) (relation, error) {
	g, err := resolveModelOrSource(ctx, in)
	if err != nil {
		return nil, err
	}
	if target, ok := in.given("target"); ok {
		return &targetRelation{generateRelation: g, name: target.text}, nil
	}
	return g, nil
}

// foretellGenerate needs the source alone, whose columns the rows have, and the
// time column where they go into a table.
func foretellGenerate(ctx context.Context, in *invocation) ([]column, error) {
	src, err := in.sourceAhead(ctx)
	if src == nil || err != nil || !in.settled("target") {
		return nil, err
	}
	if _, ok := in.given("target"); !ok {
		return src.columns, nil
	}
	t := targetRelation{generateRelation: &generateRelation{src: src}}
	if t.roles.time = in.timeAhead(src); t.roles.time < 0 {
		return nil, nil
	}
	return t.columns(), nil
}

// resolveModelOrSource finds the stored model that a call names, else the
// source.
func resolveModelOrSource(ctx context.Context, in *invocation) (*generateRelation, error) {
	v, ok := in.given("model")
	if !ok {
		return resolveSource(ctx, in)
	}
	g, err := openModel(ctx, in, "model", v.text)
	if err != nil {
		return nil, err
	}
	return g, g.agree(in)
}

// resolveSource finds the source that a call names, and the columns' roles.
func resolveSource(ctx context.Context, in *invocation) (*generateRelation, error) {
	for _, p := range []string{"source", "time_column", "value_column"} {
		if _, ok := in.given(p); !ok {
			return nil, in.lacks(ctx, p)
		}
	}
	name, _ := in.given("source")
	src, err := openSource(ctx, in, "source", name.text)
	if err != nil {
		return nil, err
	}
	g := &generateRelation{src: src}
	if err := g.roles.assign(ctx, in, src); err != nil {
		return nil, err
	}
	g.simulated()
	return g, nil
}

// assign finds the columns that the arguments name and checks their types.
func (r *roles) assign(ctx context.Context, in *invocation, src *dataSource) error {
	taken := map[int]string{}
	take := func(param, name string) (int, error) {
		i := src.find(name)
		if i < 0 {
			return 0, noColumn(in, src, param, name)
		}
		if as, ok := taken[i]; ok {
			return 0, in.wrong(param, codeInvalid, "", "column %s is named twice, in %s and in %s", sqltext.QuoteName(src.columns[i].name), as, param)
		}
		taken[i] = param
		return i, nil
	}
	v, _ := in.given("time_column")
	var err error
	if r.time, err = take("time_column", v.text); err != nil {
		return err
	}
	if !src.columns[r.time].isTime() {
		return wrongTime(ctx, in, src, r.time)
	}
	v, _ = in.given("series_columns")
	if r.series, err = takeAll(in, "series_columns", v, take); err != nil {
		return err
	}
	v, _ = in.given("value_column")
	if r.values, err = takeAll(in, "value_column", v, take); err != nil {
		return err
	}
	if len(r.values) == 0 {
		return in.wrong("value_column", codeInvalid, "", "value_column names no column")
	}
	for _, i := range r.values {
		if !src.columns[i].isNumber() {
			return wrongValue(ctx, in, src, i)
		}
	}
	for i := range src.columns {
		if _, ok := taken[i]; !ok {
			r.others = append(r.others, i)
		}
	}
	return nil
}

func takeAll(in *invocation, param string, v value, take func(param, name string) (int, error)) ([]int, error) {
	if v.nulls {
		return nil, in.wrong(param, codeInvalid, "", "%s holds a NULL", param)
	}
	var out []int
	for _, name := range v.list {
		i, err := take(param, name)
		if err != nil {
			return nil, err
		}
		out = append(out, i)
	}
	return out, nil
}

func (c *column) isTime() bool {
	return c.base == pgtypes.Date || c.base == pgtypes.Timestamp || c.base == pgtypes.Timestamptz
}

func (c *column) isNumber() bool {
	switch c.base {
	case pgtypes.Int2, pgtypes.Int4, pgtypes.Int8, pgtypes.Float4, pgtypes.Float8, pgtypes.Numeric, pgtypes.Money:
		return true
	}
	return false
}

func noColumn(in *invocation, src *dataSource, param, name string) error {
	hint := "Columns of " + src.shown() + ": " + listed(columnNames(src.columns)) + "."
	if near := closest(name, columnNames(src.columns), 3); len(near) > 0 {
		hint = "Perhaps you meant " + strings.Join(near, " or ") + "."
	}
	if list := listOf(name, columnNames(src.columns)); list != "" {
		hint = "Several columns are written as " + list + "."
	}
	return in.wrong(param, codeNoColumn, hint, "column %s of %s does not exist", sqltext.QuoteName(name), src.shown())
}

// listOf is how several names, written as one with commas, are written; "" where
// they are none.
func listOf(name string, names []string) string {
	parts := strings.Split(name, ",")
	for i, p := range parts {
		if p = strings.TrimSpace(p); !slices.Contains(names, p) {
			return ""
		}
		parts[i] = sqltext.QuoteLiteral(strings.TrimSpace(p))
	}
	return "ARRAY[" + strings.Join(parts, ", ") + "]"
}

// listed names at most twenty columns.
func listed(names []string) string {
	if len(names) > 20 {
		return strings.Join(names[:20], ", ") + " and others"
	}
	return strings.Join(names, ", ")
}
