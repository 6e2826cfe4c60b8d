package sqlfuncs

import (
	"context"
	"errors"
	"slices"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/datamime/datamime/sqlfuncs/pgtypes"
	"github.com/datamime/datamime/sqlfuncs/sqltext"
)

// Many drivers have a statement described before they bind it, when arguments
// that decide a call's columns may have no values yet. What the statement gives
// can be told all the same where the columns hang on other arguments alone,
// where a column definition list has them, or where it is the same whatever
// they are: no rows, a count, casts of columns that the statement names.

// A foretold relation stands for a call's in a text that is described and never
// run.
type foretold struct {
	known bool // the columns are the call's own; else some that the statement names
	list  []column
}

func (f *foretold) columns() []column { return f.list }

func (f *foretold) open(context.Context, *invocation) (RowSource, error) {
	return nil, &Error{Code: codeInternal, Message: "rows of a call without columns"}
}

// untold is what stands for a call whose columns are not known; nil where they are.
func (in *invocation) untold() *foretold {
	if f, ok := in.rel.(*foretold); ok && !f.known {
		return f
	}
	return nil
}

// timeCast is the type that start_at and end_at are read in: that of the one
// column, or of all, that can be the time column.
func (f *foretold) timeCast() string {
	zoned := func(c column) bool { return c.base == pgtypes.Timestamptz }
	if slices.ContainsFunc(f.list, zoned) && !slices.ContainsFunc(f.list, func(c column) bool { return c.isTime() && !zoned(c) }) {
		return "pg_catalog.timestamptz"
	}
	return "pg_catalog.timestamp"
}

// subquery stands for a call whose columns are not known.
func (f *foretold) subquery(c *call) string {
	var list []string
	for _, column := range f.list {
		if c.ordinality && column.name == "ordinality" {
			continue
		}
		list = append(list, "NULL::"+column.typeName+" AS "+sqltext.QuoteName(column.name))
	}
	if c.ordinality {
		list = append(list, "NULL::pg_catalog.int8 AS ordinality")
	}
	return "(SELECT " + strings.Join(list, ", ") + ")"
}

// furtherColumn is the name of a column that no statement names.
const furtherColumn = "datamime further column"

// Foretell returns a Deferred statement with the text that has the parameters
// and the columns to describe before it is bound; Deferred is its error where
// these hang on the values that are still to come. Decide holds the statement
// to them.
func (p *Prepared) Foretell(ctx context.Context, s Session) (*Prepared, error) {
	q := *p
	q.ParamOIDs = slices.Clone(p.ParamOIDs)
	if err := q.resolveAhead(ctx, s); err != nil {
		return nil, err
	}
	if err := q.describeRows(ctx, s, q.ParamOIDs); err != nil {
		return nil, err
	}
	types, err := q.evaluation().describe(ctx, s, q.ParamOIDs)
	if err != nil {
		return nil, err
	}
	q.told = true
	if q.types(types); silent(q.st.tree) && !slices.Contains(q.ParamOIDs, 0) {
		return &q, nil
	}
	open := slices.DeleteFunc(slices.Clone(q.calls), func(in *invocation) bool { return in.untold() == nil })
	if len(open) > 0 && q.st.refs.natural && !keepsColumns(q.st.tree) {
		return nil, p.Deferred
	}
	named := namedColumns(q.st, open)
	// What holds for text and for bpchar, holds for every type: of both all
	// types are casts, but hardly a function or an operator takes or gives them
	// both alike. And what a further column changes nothing of, has no star that
	// gives the call's.
	other := q
	if err = q.describeAs(ctx, s, open, named, "pg_catalog.text"); err == nil && len(open) > 0 && (q.st.refs.all || len(slices.Concat(named...)) > 0) {
		if !keepsColumns(q.st.tree) {
			for i := range named {
				named[i] = append(named[i], furtherColumn)
			}
		}
		err = other.describeAs(ctx, s, open, named, "pg_catalog.bpchar")
		if err == nil && !(slices.Equal(q.fields, other.fields) && slices.Equal(q.ParamOIDs, other.ParamOIDs)) {
			err = p.Deferred
		}
	}
	if refused := (*ServerError)(nil); len(open) > 0 && errors.As(err, &refused) && placed(refused.Code) {
		err = p.Deferred
	}
	return &q, err
}

// resolveAhead finds the columns of calls as far as they can be told.
func (p *Prepared) resolveAhead(ctx context.Context, s Session) error {
	e := evaluation{st: p.st}
	calls := make([]*invocation, len(p.calls))
	for k, c := range p.calls {
		in := *c
		in.session, in.values = s, slices.Clone(c.values)
		calls[k] = &in
		for i, a := range in.args {
			if a != nil && !in.values[i].known && in.fn.params[i].decides && len(paramsIn(p.st.source.Lex, a.expr, a.end)) == 0 {
				e.add(&in, i)
			}
		}
	}
	p.calls = calls
	if err := p.defined(ctx, s); err != nil {
		return err
	}
	if err := e.run(ctx, s, nil); err != nil {
		return err
	}
	for _, in := range calls {
		if err := in.resolveAhead(ctx); err != nil {
			return err
		}
		if in.untold() != nil && (in.call.rows != nil || in.call.columnAliases) {
			return p.Deferred
		}
	}
	return nil
}

func (in *invocation) resolveAhead(ctx context.Context) (err error) {
	settled := true
	for _, param := range in.fn.params {
		settled = settled && (!param.decides || in.settled(param.name))
	}
	switch {
	case settled:
		if in.rel, err = in.fn.resolve(ctx, in); err != nil {
			return err
		}
		return in.fits()
	case in.defined != nil:
		in.rel = &foretold{known: true, list: in.defined}
		return nil
	}
	columns, err := in.fn.foretell(ctx, in)
	for i := range columns {
		columns[i].computed = nil
	}
	in.rel = &foretold{known: columns != nil, list: columns}
	return err
}

// settled tells whether the value of an argument is known, be it its default.
func (in *invocation) settled(param string) bool {
	i := in.fn.parameter(param)
	return in.args[i] == nil || in.values[i].known
}

// sourceAhead is the source of a call, or the model's; nil where it hangs on an
// argument without a value.
func (in *invocation) sourceAhead(ctx context.Context) (*dataSource, error) {
	if !in.settled("model") {
		return nil, nil
	}
	if v, ok := in.given("model"); ok {
		g, err := openModel(ctx, in, "model", v.text)
		if err != nil {
			return nil, err
		}
		return g.src, nil
	}
	v, ok := in.given("source")
	if !ok {
		return nil, nil
	}
	return openSource(ctx, in, "source", v.text)
}

// timeAhead is the time column of a source, as far as its type goes: where the
// column has no name yet, all that it can be have one.
func (in *invocation) timeAhead(src *dataSource) int {
	if v, ok := in.given("time_column"); ok {
		return src.find(v.text)
	}
	found := -1
	for i, c := range src.columns {
		switch {
		case !c.isTime():
		case found >= 0 && (c.oid != src.columns[found].oid || c.mod != src.columns[found].mod):
			return -1
		default:
			found = i
		}
	}
	return found
}

// silent tells whether a statement gives no rows, whatever its calls give.
func silent(n *pg.Node) bool {
	switch n := n.Node.(type) {
	case *pg.Node_SelectStmt:
		return n.SelectStmt.IntoClause != nil
	case *pg.Node_InsertStmt:
		return len(n.InsertStmt.ReturningList) == 0
	case *pg.Node_UpdateStmt:
		return len(n.UpdateStmt.ReturningList) == 0
	case *pg.Node_DeleteStmt:
		return len(n.DeleteStmt.ReturningList) == 0
	case *pg.Node_MergeStmt:
		return len(n.MergeStmt.ReturningList) == 0
	case *pg.Node_CreateTableAsStmt, *pg.Node_DeclareCursorStmt, *pg.Node_CopyStmt:
		return true
	}
	return false
}

// keepsColumns tells whether a statement does not give what a star among its
// calls has: EXPLAIN gives a plan, and RETURNING columns of the table.
func keepsColumns(n *pg.Node) bool {
	return n.GetExplainStmt() != nil || n.GetInsertStmt() != nil || silent(n)
}

// describeAs has the server describe the statement, with columns of one type in
// the place of those that are named of the calls whose columns are open.
func (p *Prepared) describeAs(ctx context.Context, s Session, open []*invocation, named [][]string, typeName string) error {
	for i, in := range open {
		f := &foretold{}
		for _, name := range named[i] {
			f.list = append(f.list, column{name: name, typeName: typeName})
		}
		in.rel = f
	}
	p.rewriting = rewrite(p.st, p.calls, p.ClientParams)
	p.SQL = p.rewriting.String()
	fields, params, err := s.Describe(ctx, p.SQL, p.oids(p.rewriting))
	if err != nil {
		return mapPosition(err, p.position)
	}
	p.fields, p.ParamOIDs = fields, params
	return nil
}

// Decide prepares a Deferred statement now that its parameters have values. The
// error is ErrChanged where it gives other columns than those foretold.
func (p *Prepared) Decide(ctx context.Context, s Session, params []Param) (*Prepared, error) {
	decided, err := p.st.PrepareBound(ctx, s, p.ParamOIDs[:p.ClientParams], params)
	if err != nil || !p.told || silent(p.st.tree) {
		return decided, err
	}
	return decided, decided.gives(ctx, s, p.fields)
}
