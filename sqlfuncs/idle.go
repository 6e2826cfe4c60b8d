package sqlfuncs

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"
)

// idleParts marks the parts of a SELECT of which nothing comes: all of it with
// LIMIT 0, what it reads from where its condition is never true.
func (f *finder) idleParts(n *pg.SelectStmt) {
	if l := n.LimitCount.GetAConst(); l != nil && !l.Isnull && l.GetIval() != nil && l.GetIval().Ival == 0 {
		f.idle = true
	}
	if !isNever(n.WhereClause) {
		return
	}
	for _, from := range n.FromClause {
		if f.idleNodes == nil {
			f.idleNodes = map[*pg.Node]bool{}
		}
		f.idleNodes[from] = true
	}
}

// isNever tells whether a condition is false whatever the rows are, as tools
// write it that want to know the columns alone: false, 1 = 0, 1 <> 1.
func isNever(n *pg.Node) bool {
	if c := n.GetAConst(); c != nil && !c.Isnull && c.GetBoolval() != nil {
		return !c.GetBoolval().Boolval
	}
	if b := n.GetBoolExpr(); b != nil && b.Boolop == pg.BoolExprType_AND_EXPR {
		return slices.ContainsFunc(b.Args, isNever)
	}
	e := n.GetAExpr()
	if e == nil || e.Kind != pg.A_Expr_Kind_AEXPR_OP || len(e.Name) != 1 {
		return false
	}
	l, r := e.Lexpr.GetAConst(), e.Rexpr.GetAConst()
	if l == nil || r == nil || l.Isnull || r.Isnull || l.GetIval() == nil || r.GetIval() == nil {
		return false
	}
	switch e.Name[0].GetString_().GetSval() {
	case "=":
		return l.GetIval().Ival != r.GetIval().Ival
	case "<>":
		return l.GetIval().Ival == r.GetIval().Ival
	}
	return false
}
