package sqlfuncs

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/datamime/datamime/sqlfuncs/pgtypes"
)

// references are the names that a statement mentions anywhere, to tell which
// columns of a call's result it can need.
type references struct {
	names     map[string]bool    // columns, whole rows, and fields of rows
	qualified map[[2]string]bool // table and column
	all       bool               // a star: every column
	natural   bool               // NATURAL: every column, and which there are
}

// columnRef takes note of the names in a reference: a.b.c tells of column c of
// table b.
func (f *finder) columnRef(fields []*pg.Node) {
	if f.refs.names == nil {
		f.refs.names, f.refs.qualified = map[string]bool{}, map[[2]string]bool{}
	}
	before := ""
	for _, n := range fields {
		if n.GetAStar() != nil {
			f.refs.all = true
		}
		name := f.st.source.Name(n.GetString_().GetSval())
		if before != "" {
			f.refs.qualified[[2]string{before, name}] = true
		}
		before = name
	}
	if before != "" {
		f.refs.names[before] = true
	}
}

// needed tells which columns of a call's result the statement can need: those
// that it names anywhere, or all where a star, a whole row or new names for
// the columns stand. At least one is always needed, to count the rows.
func (st *Statement) needed(in *invocation) []bool {
	if in.untold() != nil {
		return nil
	}
	columns := in.rel.columns()
	needed := make([]bool, len(columns))
	alias := in.call.label()
	all := st.refs.all || st.refs.natural || in.call.list || in.call.columnAliases || in.call.definitions != nil || st.refs.names[alias]
	for ref := range st.refs.qualified {
		// g.f of no column f is f(g), of the whole row.
		all = all || ref[0] == alias && indexOfColumn(columns, ref[1]) < 0
	}
	for i := range columns {
		needed[i] = all || st.refs.names[columns[i].name]
	}
	if !slices.Contains(needed, true) {
		small := slices.IndexFunc(columns, func(c column) bool { return c.wire() != pgtypes.Text })
		needed[max(small, 0)] = true
	}
	withInputs(columns, needed)
	if g, ok := in.rel.(*generateRelation); ok && in.call.rows != nil {
		needed[g.roles.time] = true // tells its rows from those that others have beyond them
	}
	return needed
}
