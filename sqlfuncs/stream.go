package sqlfuncs

import (
	"context"
	"io"
	"math"

	pg "github.com/pganalyze/pg_query_go/v6"
)

// A stream is a statement that does no more with the rows of its one call than
// to choose columns of it, to leave rows out at the start and to stop at a
// limit, in subqueries or not: the rows go to the client without passing
// through the server.
type stream struct {
	columns []int   // of the call's result, in the order of the select list
	bounds  []bound // of each level, the innermost first
}

// A bound is the OFFSET and the LIMIT of one level.
type bound struct{ offset, limit count }

// A count is a number of rows: a constant, or a parameter.
type count struct {
	n     int64
	param int
}

// cursorHolds is CURSOR_OPT_HOLD of PostgreSQL's parser, for WITH HOLD.
const cursorHolds = 0x20

// choosePath decides how the rows reach the client.
func (p *Prepared) choosePath(ctx context.Context, s Session) error {
	switch n := p.st.tree.Node.(type) {
	case *pg.Node_SelectStmt:
		if into := n.SelectStmt.IntoClause; into != nil {
			p.chooseCreate(into, n.SelectStmt)
		} else {
			p.stream = p.streamOf(n.SelectStmt)
		}
	case *pg.Node_DeclareCursorStmt:
		p.declares, p.holds = true, n.DeclareCursorStmt.Options&cursorHolds != 0
	case *pg.Node_CreateTableAsStmt:
		p.chooseCreate(n.CreateTableAsStmt.Into, n.CreateTableAsStmt.Query.GetSelectStmt())
	case *pg.Node_InsertStmt:
		return p.chooseInsert(ctx, s, n.InsertStmt)
	}
	return nil
}

// streamOf returns the stream that a SELECT is, nil when it is none; n may be
// nil.
func (p *Prepared) streamOf(n *pg.SelectStmt) *stream {
	if n == nil || len(p.calls) != 1 || len(p.st.calls) != 1 {
		return nil
	}
	st := &stream{}
	v := p.viewOf(n, st)
	if v == nil || len(v.columns) == 0 {
		return nil
	}
	for _, k := range v.columns {
		if p.calls[0].rel.columns()[k].computed != nil {
			return nil // the server computes it
		}
	}
	st.columns = v.columns
	return st
}

// A view is what a SELECT or an item of FROM shows of the call's columns.
type view struct {
	alias   string
	names   []string
	columns []int
}

// find returns the call's column that a name means; false when it is none, or
// not one alone.
func (v *view) find(name string) (int, bool) {
	found := -1
	for i, n := range v.names {
		if n == name {
			if found >= 0 {
				return 0, false
			}
			found = i
		}
	}
	if found < 0 {
		return 0, false
	}
	return v.columns[found], true
}

// viewOf reads a SELECT and adds its bounds to st; nil when it does more than
// a stream may.
func (p *Prepared) viewOf(n *pg.SelectStmt, st *stream) *view {
	if n.DistinctClause != nil || n.WhereClause != nil || n.GroupClause != nil ||
		n.HavingClause != nil || n.WindowClause != nil || n.ValuesLists != nil || n.LockingClause != nil ||
		n.WithClause != nil || n.Op != pg.SetOperation_SETOP_NONE || n.LimitOption == pg.LimitOption_LIMIT_OPTION_WITH_TIES {
		return nil
	}
	var from, out *view
	if wholeList(n) != nil {
		from = p.callView()
		out = from
	} else {
		if len(n.FromClause) != 1 {
			return nil
		}
		if from = p.fromView(n.FromClause[0], st); from == nil {
			return nil
		}
		if out = p.selected(n.TargetList, from); out == nil {
			return nil
		}
	}
	if !p.sorted(n.SortClause, out, from) {
		return nil
	}
	var b bound
	ok := true
	if b.limit.n, b.offset.n = -1, 0; n.LimitCount != nil {
		ok = b.limit.read(n.LimitCount)
	}
	if n.LimitOffset != nil {
		ok = ok && b.offset.read(n.LimitOffset)
	}
	if !ok {
		return nil
	}
	st.bounds = append(st.bounds, b)
	return out
}

// callView is the call itself.
func (p *Prepared) callView() *view {
	in := p.calls[0]
	v := &view{alias: in.call.label(), names: columnNames(in.rel.columns())}
	for i := range v.names {
		v.columns = append(v.columns, i)
	}
	return v
}

// fromView reads the one item of a FROM clause.
func (p *Prepared) fromView(n *pg.Node, st *stream) *view {
	var v *view
	var alias *pg.Alias
	switch {
	case n.GetRangeFunction() != nil:
		if c := p.calls[0].call; c.ordinality || c.rows != nil {
			return nil
		}
		v, alias = p.callView(), n.GetRangeFunction().Alias
		for i, d := range p.calls[0].call.definitions {
			v.names[i] = d.name
		}
	case n.GetRangeSubselect() != nil:
		sub := n.GetRangeSubselect()
		if v, alias = p.viewOf(sub.Subquery.GetSelectStmt(), st), sub.Alias; v == nil {
			return nil
		}
		v = &view{alias: p.st.source.Name(alias.GetAliasname()), names: append([]string(nil), v.names...), columns: v.columns}
	default:
		return nil
	}
	if len(alias.GetColnames()) > len(v.names) {
		return nil
	}
	for i, c := range alias.GetColnames() {
		v.names[i] = p.st.source.Name(c.GetString_().GetSval())
	}
	return v
}

// selected reads a select list; nil when something in it is no plain column.
func (p *Prepared) selected(targets []*pg.Node, from *view) *view {
	out := &view{}
	for _, t := range targets {
		target := t.GetResTarget()
		ref := target.GetVal().GetColumnRef()
		if ref == nil {
			return nil
		}
		fields := ref.Fields
		if len(fields) == 2 && p.st.source.Name(fields[0].GetString_().GetSval()) == from.alias {
			fields = fields[1:]
		}
		if len(fields) != 1 {
			return nil
		}
		if fields[0].GetAStar() != nil {
			out.names, out.columns = append(out.names, from.names...), append(out.columns, from.columns...)
			continue
		}
		name := p.st.source.Name(fields[0].GetString_().GetSval())
		column, ok := from.find(name)
		if !ok {
			return nil
		}
		if target.Name != "" {
			name = p.st.source.Name(target.Name)
		}
		out.names, out.columns = append(out.names, name), append(out.columns, column)
	}
	return out
}

// An orderedRelation gives its rows sorted by some columns, ascending.
type orderedRelation interface{ order() []int }

// sorted tells whether the rows come in the order of the ORDER BY clause.
func (p *Prepared) sorted(by []*pg.Node, out, from *view) bool {
	if len(by) == 0 {
		return true
	}
	rel, ok := p.calls[0].rel.(orderedRelation)
	if !ok || len(by) > len(rel.order()) {
		return false
	}
	for i, n := range by {
		s := n.GetSortBy()
		if s.SortbyDir != pg.SortByDir_SORTBY_DEFAULT && s.SortbyDir != pg.SortByDir_SORTBY_ASC ||
			s.SortbyNulls == pg.SortByNulls_SORTBY_NULLS_FIRST {
			return false
		}
		column, ok := 0, false
		if c := s.Node.GetAConst().GetIval(); c != nil {
			if ok = c.Ival >= 1 && int(c.Ival) <= len(out.columns); ok {
				column = out.columns[c.Ival-1]
			}
		} else if ref := s.Node.GetColumnRef(); ref != nil {
			column, ok = p.sortColumn(ref, out, from)
		}
		if !ok || column != rel.order()[i] || p.calls[0].recollates(column) {
			return false
		}
	}
	return true
}

// sortColumn finds a column of ORDER BY: by an output name first.
func (p *Prepared) sortColumn(ref *pg.ColumnRef, out, from *view) (int, bool) {
	name := p.st.source.Name(ref.Fields[len(ref.Fields)-1].GetString_().GetSval())
	switch len(ref.Fields) {
	case 1:
		for _, n := range out.names {
			if n == name {
				return out.find(name)
			}
		}
		return from.find(name)
	case 2:
		if p.st.source.Name(ref.Fields[0].GetString_().GetSval()) == from.alias {
			return from.find(name)
		}
	}
	return 0, false
}

func (k *count) read(n *pg.Node) bool {
	c := n.GetAConst()
	switch {
	case n.GetParamRef() != nil:
		k.param = int(n.GetParamRef().Number)
		return k.param > 0
	case c == nil:
		return false
	case c.Isnull:
		return true
	case c.GetIval() != nil:
		k.n = int64(c.GetIval().Ival)
		return k.n >= 0
	}
	return false
}

// value is the number; without where it is NULL.
func (k *count) value(ctx context.Context, x *execution, without int64) (int64, error) {
	if k.param == 0 {
		return k.n, nil
	}
	n := without
	err := x.session.Query(ctx, "SELECT ($1)::pg_catalog.int8", []Param{x.params[k.param-1]}, Binary, func(row [][]byte) error {
		v, err := readArgument(argBigint, row[0])
		if err != nil {
			return err
		}
		if !v.null {
			n = max(v.num, 0) // the server refuses a negative one itself
		}
		return nil
	})
	return n, relocateTo(err, 0)
}

// start limits and projects the call's rows.
func (s *stream) start(ctx context.Context, x *execution, rows RowSource) (RowSource, error) {
	p := &projection{rows: rows, columns: s.columns, left: math.MaxInt64}
	for _, b := range s.bounds {
		offset, err := b.offset.value(ctx, x, 0)
		if err != nil {
			rows.Close()
			return nil, err
		}
		limit, err := b.limit.value(ctx, x, -1)
		if err != nil {
			rows.Close()
			return nil, err
		}
		p.skip += min(offset, p.left)
		p.left -= min(offset, p.left)
		if limit >= 0 {
			p.left = min(p.left, limit)
		}
	}
	return p, nil
}

// A projection gives some columns of some of the rows of a source.
type projection struct {
	rows    RowSource
	columns []int
	skip    int64 // rows at the start
	left    int64 // rows after those
	batch   Batch
}

func (p *projection) Next(ctx context.Context) (*Batch, error) {
	for p.left > 0 {
		b, err := p.rows.Next(ctx)
		if err != nil {
			return nil, err
		}
		from := int(min(int64(b.Rows), p.skip))
		p.skip -= int64(from)
		if from == b.Rows {
			continue
		}
		p.batch.Rows = int(min(int64(b.Rows-from), p.left))
		p.left -= int64(p.batch.Rows)
		p.batch.Columns = p.batch.Columns[:0]
		for _, k := range p.columns {
			c := b.Columns[k]
			if from > 0 {
				c = &later{c, from}
			}
			p.batch.Columns = append(p.batch.Columns, c)
		}
		return &p.batch, nil
	}
	return nil, io.EOF
}

func (p *projection) Close() { p.rows.Close() }

func (p *projection) expected() int64 {
	if r, ok := p.rows.(expecting); ok {
		return min(max(r.expected()-p.skip, 0), p.left)
	}
	return 0
}

// later is a column without its first rows.
type later struct {
	Column
	from int
}

func (l *later) Null(row int) bool { return l.Column.Null(row + l.from) }
func (l *later) AppendText(dst []byte, row int) []byte {
	return l.Column.AppendText(dst, row+l.from)
}
func (l *later) AppendBinary(dst []byte, row int) []byte {
	return l.Column.AppendBinary(dst, row+l.from)
}
