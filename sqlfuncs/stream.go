package sqlfuncs

import (
	"context"
	"io"
	"math"

	pg "github.com/pganalyze/pg_query_go/v6"
)

// A stream is a statement that does no more with the rows of its one call than
// to choose columns of it and to stop at a limit: the rows go to the client
// without passing through the server.
type stream struct {
	columns []int // of the call's result, in the order of the select list
	limit   int64 // -1: none
	param   int   // the parameter that holds the limit, 0: none
}

// choosePath decides how the rows reach the client.
func (p *Prepared) choosePath(ctx context.Context, s Session) error {
	switch n := p.st.tree.Node.(type) {
	case *pg.Node_SelectStmt:
		p.stream = p.streamOf(n.SelectStmt)
	case *pg.Node_InsertStmt:
		return p.chooseInsert(ctx, s, n.InsertStmt)
	case *pg.Node_ExplainStmt:
		p.explains = !explainAnalyzes(n.ExplainStmt)
	}
	return nil
}

func explainAnalyzes(e *pg.ExplainStmt) bool {
	for _, o := range e.Options {
		if d := o.GetDefElem(); d.GetDefname() == "analyze" {
			switch v := d.Arg.GetNode().(type) {
			case nil:
				return true
			case *pg.Node_String_:
				return v.String_.Sval != "off" && v.String_.Sval != "false"
			case *pg.Node_Integer:
				return v.Integer.Ival != 0
			default:
				return true
			}
		}
	}
	return false
}

// streamOf returns the stream that a SELECT is, nil when it is none; n may be
// nil.
func (p *Prepared) streamOf(n *pg.SelectStmt) *stream {
	if n == nil || len(p.calls) != 1 || len(p.st.calls) != 1 || n.DistinctClause != nil || n.IntoClause != nil || n.WhereClause != nil || n.GroupClause != nil ||
		n.HavingClause != nil || n.WindowClause != nil || n.ValuesLists != nil || n.SortClause != nil || n.LimitOffset != nil ||
		n.LockingClause != nil || n.WithClause != nil || n.Op != pg.SetOperation_SETOP_NONE ||
		n.LimitOption == pg.LimitOption_LIMIT_OPTION_WITH_TIES {
		return nil
	}
	c := p.calls[0].call
	if c.ordinality || c.columnAliases {
		return nil
	}
	st := &stream{limit: -1}
	if n.LimitCount != nil && !st.readLimit(n.LimitCount) {
		return nil
	}
	if c.list {
		st.columns = allColumns(p.calls[0])
		return st
	}
	if len(n.FromClause) != 1 || n.FromClause[0].GetRangeFunction() == nil {
		return nil
	}
	for _, t := range n.TargetList {
		ref := t.GetResTarget().GetVal().GetColumnRef()
		if ref == nil || !st.add(p, ref) {
			return nil
		}
	}
	if len(st.columns) == 0 {
		return nil
	}
	return st
}

func allColumns(in *invocation) []int {
	all := make([]int, len(in.rel.columns()))
	for i := range all {
		all[i] = i
	}
	return all
}

func (s *stream) readLimit(n *pg.Node) bool {
	c := n.GetAConst()
	switch {
	case n.GetParamRef() != nil:
		s.param = int(n.GetParamRef().Number)
		return s.param > 0
	case c == nil:
		return false
	case c.Isnull:
		return true
	case c.GetIval() != nil:
		s.limit = int64(c.GetIval().Ival)
		return s.limit >= 0
	}
	return false
}

// add adds one item of the select list; false when it is no plain column.
func (s *stream) add(p *Prepared, ref *pg.ColumnRef) bool {
	in := p.calls[0]
	alias := in.call.name
	if in.call.aliased {
		alias = in.call.alias
	}
	fields := ref.Fields
	if len(fields) == 2 && p.st.source.name(fields[0].GetString_().GetSval()) == alias {
		fields = fields[1:]
	}
	if len(fields) != 1 {
		return false
	}
	if fields[0].GetAStar() != nil {
		s.columns = append(s.columns, allColumns(in)...)
		return true
	}
	name, found := p.st.source.name(fields[0].GetString_().GetSval()), -1
	for i, c := range in.rel.columns() {
		if c.name == name {
			if found >= 0 {
				return false // ambiguous
			}
			found = i
		}
	}
	s.columns = append(s.columns, found)
	return found >= 0
}

// start limits and projects the call's rows.
func (s *stream) start(ctx context.Context, x *execution, rows RowSource) (RowSource, error) {
	limit := s.limit
	if s.param > 0 {
		p := x.params[s.param-1]
		limit = -1
		if p.Value != nil {
			v := int64(-1)
			err := x.session.Query(ctx, "SELECT ($1)::pg_catalog.int8", []Param{p}, Binary, func(row [][]byte) error {
				a, err := readArgument(argBigint, row[0])
				if err != nil {
					return err
				}
				v = a.num
				return nil
			})
			if err != nil {
				rows.Close()
				return nil, relocateTo(err, 0)
			}
			limit = max(v, 0) // the server refuses a negative one itself
		}
	}
	if limit < 0 {
		limit = math.MaxInt64
	}
	return &projection{rows: rows, columns: s.columns, left: limit}, nil
}

// A projection gives some columns of the first rows of a source.
type projection struct {
	rows    RowSource
	columns []int
	left    int64
	batch   Batch
}

func (p *projection) Next(ctx context.Context) (*Batch, error) {
	if p.left == 0 {
		return nil, io.EOF
	}
	b, err := p.rows.Next(ctx)
	if err != nil {
		return nil, err
	}
	p.batch.Rows = int(min(int64(b.Rows), p.left))
	p.left -= int64(p.batch.Rows)
	p.batch.Columns = p.batch.Columns[:0]
	for _, k := range p.columns {
		p.batch.Columns = append(p.batch.Columns, b.Columns[k])
	}
	return &p.batch, nil
}

func (p *projection) Close() { p.rows.Close() }
