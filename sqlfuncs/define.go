package sqlfuncs

import (
	"context"
	"encoding/json"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"
	"google.golang.org/protobuf/proto"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/sqlfuncs/pgtypes"
	"github.com/datamime/datamime/sqlfuncs/sqltext"
)

var defineFunction = &function{
	name: "define",
	doc:  "Make a model without a single row, from what is known of the series: level, bounds, peaks, seasons, memory.",
	example: `SELECT * FROM datamime_define('sensors', '{"series": {"columns": {"station": "text"}, "list": [["A"], ["B"]]},
  "value": {"typical": 40, "low": 10, "high": 110}, "day": {"peaks": [{"at": "08:00", "by": 0.3}]}, "memory": "6 hours"}')`,
	params: []parameter{
		{name: "model", typ: argText, doc: "the name to keep it under"},
		{name: "definition", typ: argJSON, doc: "the series, and what is known of their values; every part but series may be left out"},
		replaceParameter,
	},
	resolve: func(context.Context, *invocation) (relation, error) { return defineRelation{}, nil },
}

// A defineRelation makes a model of a definition, stores it and tells about
// it.
type defineRelation struct{}

func (defineRelation) columns() []column {
	return []column{plain("model", pgtypes.Text), plain("series_count", pgtypes.Int8), plain("bytes", pgtypes.Int8)}
}

// open does the work: it is in the caller's transaction like any statement.
func (defineRelation) open(ctx context.Context, in *invocation) (RowSource, error) {
	set, err := readSettings(ctx, in.session)
	if err != nil {
		return nil, err
	}
	in.settings = set
	v, ok := in.given("definition")
	if !ok {
		return nil, in.wrong("definition", codeInvalid, "", "a definition is needed")
	}
	d, text, err := readDefinitionOf(in, v.text)
	if err != nil {
		return nil, err
	}
	if d.inOrder && !in.keepsOrder("definition") {
		in.notice("the series' values were taken in the order of the columns "+d.keyNames(), "An expression of type jsonb does not keep the order in which its keys were written.",
			"Write each series as an object, {\"column\": \"value\", ...}, or the definition as a literal or a parameter.")
	}
	name, replace, err := newModelName(ctx, in)
	if err != nil {
		return nil, err
	}
	g, err := d.relation(ctx, in)
	if err != nil {
		return nil, err
	}
	r, err := readRequest(in, g)
	if err != nil {
		return nil, err
	}
	if r.location != nil && d.zone != "" {
		r.location = loadLocation(d.zone)
	}
	m := &storing{name: name, replace: replace}
	if m.header, err = fitHeader(ctx, in, g, r); err != nil {
		return nil, err
	}
	m.header.Definition = json.RawMessage(text)
	m.header.Minimum, m.header.Maximum = d.bounds()
	h, err := d.observe(ctx, in, g, r)
	if err != nil {
		return nil, err
	}
	if err := m.fill(ctx, in, g, r, h); err != nil {
		return nil, err
	}
	m.rows = 0 // none was observed
	bytes, err := m.put(ctx, in)
	if err != nil {
		return nil, err
	}
	return &oneRow{Batch{Rows: 1, Columns: []Column{textColumn{name}, bigint(m.series), bigint(bytes)}}, false}, nil
}

// readDefinitionOf reads a definition in the client's encoding; text is what
// it says in UTF-8.
func readDefinitionOf(in *invocation, given string) (d *definition, text string, err error) {
	charset := charsetOf(in.session)
	if text, err = toUTF8(given, charset); err != nil {
		return nil, "", err
	}
	d, wrong := readDefinition(text)
	if wrong != nil {
		return nil, "", in.wrong("definition", wrong.Code, wrong.Hint, "%s", wrong.Message)
	}
	return d, text, d.recode(charset)
}

// relation is a source of the columns that the definition names: time, the
// series columns, the value.
func (d *definition) relation(ctx context.Context, in *invocation) (*generateRelation, error) {
	all := append(append([]definedColumn{d.time}, d.keys...), d.value)
	var list []string
	g := &generateRelation{src: &dataSource{}}
	for i, c := range all {
		if !isTypeName(c.typ) {
			return nil, in.wrong("definition", codeInvalid, "", "definition: %s is not a type", c.path)
		}
		for _, before := range all[:i] {
			if before.name == c.name {
				return nil, in.wrong("definition", codeInvalid, "", "definition: column %s is named twice", sqltext.QuoteName(c.name))
			}
		}
		list = append(list, "NULL::"+c.typ+" AS "+sqltext.QuoteName(c.name))
	}
	fields, _, err := in.session.Describe(ctx, "SELECT "+strings.Join(list, ", "), nil)
	if err == nil {
		err = g.src.describeFields(ctx, in.session, fields)
	}
	if err != nil {
		return nil, relocateTo(err, in.position(in.args[in.fn.parameter("definition")]))
	}
	g.roles.values = []int{len(all) - 1}
	for i := range d.keys {
		g.roles.series = append(g.roles.series, i+1)
	}
	t, v := &g.src.columns[0], &g.src.columns[len(all)-1]
	switch {
	case !t.isTime():
		return nil, in.wrong("definition", codeInvalid, "It is date, timestamp or timestamptz.", "definition: %s cannot be %s", d.time.path, t.typeName)
	case !v.isNumber():
		return nil, in.wrong("definition", codeInvalid, "It is a numeric type.", "definition: %s cannot be %s", d.value.path, v.typeName)
	case t.base == pgtypes.Date && (d.frequency.Micros%civil.MicrosPerDay != 0 || d.start%civil.MicrosPerDay != 0):
		return nil, in.wrong("definition", codeInvalid, "Give whole days, or the type timestamp.", "definition: time.frequency is finer than the type date")
	}
	return g, nil
}

// isTypeName tells whether a text is the name of a type and nothing else.
func isTypeName(s string) bool {
	tree, err := pg.Parse("SELECT NULL::" + s)
	if err != nil || len(tree.Stmts) != 1 {
		return false
	}
	n := tree.Stmts[0].Stmt.GetSelectStmt()
	if n == nil || len(n.TargetList) != 1 || strings.ContainsAny(s, "-/*;$'\n") {
		return false
	}
	t := n.TargetList[0].GetResTarget()
	alone := &pg.SelectStmt{TargetList: n.TargetList, LimitOption: n.LimitOption, Op: n.Op}
	return t.GetName() == "" && t.GetVal().GetTypeCast().GetArg().GetAConst() != nil && proto.Equal(n, alone)
}

// keyNames names the series columns.
func (d *definition) keyNames() string {
	var names []string
	for _, k := range d.keys {
		names = append(names, k.name)
	}
	return strings.Join(names, ", ")
}

// bounds are those that hold for all series.
func (d *definition) bounds() (low, high *float64) {
	low, high = d.series[0].Minimum, d.series[0].Maximum
	for _, s := range d.series {
		if low != nil && (s.Minimum == nil || *s.Minimum < *low) {
			low = s.Minimum
		}
		if high != nil && (s.Maximum == nil || *s.Maximum > *high) {
			high = s.Maximum
		}
	}
	return low, high
}
