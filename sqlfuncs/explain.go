package sqlfuncs

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/datamime/datamime/sqlfuncs/sqltext"
)

// An explanation is what an EXPLAIN asks for.
type explanation struct {
	analyze, verbose bool
	generic          bool // a plan for parameters that have no values
}

// explanationOf reads an EXPLAIN's options; nil for other statements.
func explanationOf(n *pg.Node) *explanation {
	e := n.GetExplainStmt()
	if e == nil {
		return nil
	}
	x := &explanation{}
	for _, o := range e.Options {
		d := o.GetDefElem()
		switch d.GetDefname() {
		case "analyze":
			x.analyze = isOn(d.Arg)
		case "verbose":
			x.verbose = isOn(d.Arg)
		case "generic_plan":
			x.generic = isOn(d.Arg)
		}
	}
	return x
}

// isOn reads an option's value as the server does: given without one, it is on.
func isOn(n *pg.Node) bool {
	switch v := n.GetNode().(type) {
	case *pg.Node_String_:
		word := sqltext.Fold(v.String_.Sval)
		return word != "off" && word != "false"
	case *pg.Node_Integer:
		return v.Integer.Ival != 0
	case *pg.Node_Boolean:
		return v.Boolean.Boolval
	}
	return true
}

// computes tells whether the rows are made: a plain EXPLAIN needs none.
func (x *explanation) computes() bool { return x == nil || x.analyze }

// quiet tells whether the arrays must not be parameters: VERBOSE would show
// their values in the plan.
func (x *explanation) quiet() bool { return x != nil && x.analyze && x.verbose }
