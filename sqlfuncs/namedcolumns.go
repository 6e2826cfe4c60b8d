package sqlfuncs

import (
	"cmp"
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// namedColumns are the columns that a statement names of each of some calls:
// those with the call's alias in front and, where nothing else stands in FROM,
// those without one.
func namedColumns(st *Statement, calls []*invocation) [][]string {
	n := namer{st: st, sorts: map[*pg.ColumnRef]bool{}, qualified: map[string][]string{}}
	n.visit(st.tree.ProtoReflect())
	named := make([][]string, len(calls))
	for i, in := range calls {
		alias := in.call.label()
		named[i] = slices.Clone(n.qualified[alias]) // others may be called so
		if n.items == 1 {
			named[i] = append(named[i], n.bare...)
		}
		slices.Sort(named[i])
		named[i] = slices.DeleteFunc(slices.Compact(named[i]), func(name string) bool { return name == alias }) // a whole row
	}
	return named
}

// A namer collects the columns that a statement names.
type namer struct {
	st        *Statement
	items     int                    // of FROM, but for CTEs
	sorts     map[*pg.ColumnRef]bool // which name what the select list gives
	bare      []string               // without a table in front
	qualified map[string][]string    // by the table
	rows      []string               // what is in FROM here and around: by itself a name of these is of a whole row
	around    []string               // of them, what a CTE or a subquery in FROM sees
}

func (n *namer) visit(m protoreflect.Message) {
	switch node := m.Interface().(type) {
	case *pg.SelectStmt:
		n.sortedBy(node)
		rows, around := n.rows, n.around
		n.rows, n.around = slices.Concat(rows, n.rowsOf(node.FromClause)), rows
		below(m, n.visit)
		n.rows, n.around = rows, around
		return
	case *pg.CommonTableExpr, *pg.RangeSubselect:
		rows := n.rows
		n.rows = n.around
		below(m, n.visit)
		n.rows = rows
		return
	case *pg.InsertStmt: // the rest of it names columns of its table
		for _, part := range []protoreflect.ProtoMessage{node.WithClause, node.SelectStmt} {
			if m := part.ProtoReflect(); m.IsValid() {
				n.visit(m)
			}
		}
		return
	case *pg.RangeVar:
		if !slices.Contains(n.st.ctes, n.st.source.Name(node.Relname)) {
			n.items++
		}
	case *pg.RangeFunction, *pg.RangeTableFunc:
		n.items++
	case *pg.ColumnRef:
		n.columnRef(node)
	}
	below(m, n.visit)
}

// rowsOf are the names of the CTEs and the subqueries in FROM.
func (n *namer) rowsOf(from []*pg.Node) (names []string) {
	for _, item := range from {
		if join := item.GetJoinExpr(); join != nil {
			names = append(names, n.rowsOf([]*pg.Node{join.Larg, join.Rarg})...)
		} else if cte := item.GetRangeVar(); cte != nil {
			names = append(names, n.st.source.Name(cmp.Or(cte.GetAlias().GetAliasname(), cte.Relname)))
		} else if sub := item.GetRangeSubselect(); sub != nil {
			names = append(names, n.st.source.Name(sub.GetAlias().GetAliasname()))
		}
	}
	return names
}

// sortedBy takes note of what names a column of the select list, where a name of
// the same kind in the list itself would be one of a table.
func (n *namer) sortedBy(sel *pg.SelectStmt) {
	var given []string
	for _, t := range sel.TargetList {
		given = append(given, t.GetResTarget().GetName())
	}
	for _, item := range slices.Concat(sel.GroupClause, sel.SortClause, sel.DistinctClause) {
		if by := item.GetSortBy(); by != nil {
			item = by.Node
		}
		if ref := item.GetColumnRef(); ref != nil && len(ref.Fields) == 1 && slices.Contains(given, ref.Fields[0].GetString_().GetSval()) {
			n.sorts[ref] = true
		}
	}
}

func (n *namer) columnRef(ref *pg.ColumnRef) {
	var names []string
	for _, f := range ref.Fields {
		if f.GetString_() == nil { // a star
			return
		}
		names = append(names, n.st.source.Name(f.GetString_().Sval))
	}
	switch last := len(names) - 1; {
	case n.sorts[ref], last == 0 && slices.Contains(n.rows, names[0]):
	case last == 0:
		n.bare = append(n.bare, names[0])
	case last > 0:
		n.qualified[names[last-1]] = append(n.qualified[names[last-1]], names[last])
	}
}
