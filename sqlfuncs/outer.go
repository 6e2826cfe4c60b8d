package sqlfuncs

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/datamime/datamime/sqlfuncs/sqltext"
)

// outerNames looks in an argument's expression for what the server cannot
// evaluate outside of the statement.
type outerNames struct {
	ctes     []string
	source   *sqltext.Source
	subquery int
	own      []string // CTEs of the expression itself
	column   string   // a column named outside of any subquery
	cte      string   // a CTE of the statement named in a subquery
}

func (w *outerNames) visit(m protoreflect.Message) {
	switch n := m.Interface().(type) {
	case *pg.SelectStmt:
		w.subquery++
		defer func(own []string) { w.subquery--; w.own = own }(w.own)
		for _, cte := range n.WithClause.GetCtes() {
			w.own = append(w.own, w.source.Name(cte.GetCommonTableExpr().Ctename))
		}
	case *pg.ColumnRef:
		if w.subquery == 0 && w.column == "" {
			w.column = "*"
			if len(n.Fields) > 0 && n.Fields[len(n.Fields)-1].GetString_() != nil {
				w.column = w.source.Name(n.Fields[len(n.Fields)-1].GetString_().Sval)
			}
		}
	case *pg.RangeVar:
		if name := w.source.Name(n.Relname); n.Schemaname == "" && slices.Contains(w.ctes, name) && !slices.Contains(w.own, name) {
			w.cte = name
		}
	}
	below(m, w.visit)
}
