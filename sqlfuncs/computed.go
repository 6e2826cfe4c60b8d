package sqlfuncs

import (
	"slices"
	"strconv"
	"strings"

	"github.com/datamime/datamime/sqlfuncs/sqltext"
)

// A computation is how the server has a generated column from other columns of
// its table: the same of generated rows is for the server to compute.
type computation struct {
	expr   string // over the table's columns by their names
	inputs []int  // indices of those
}

// readComputation reads what tableQuery tells of one; nil for other columns.
func readComputation(expr, places []byte) *computation {
	c := &computation{expr: string(expr)}
	if expr == nil || strings.Contains(c.expr, "tableoid") {
		return nil // no row of ours has a table
	}
	for _, p := range strings.Split(string(places), ",") {
		if n, err := strconv.Atoi(p); err == nil {
			c.inputs = append(c.inputs, n-1)
		}
	}
	return c
}

// simulated takes the columns that are simulated out of those that the server
// computes.
func (g *generateRelation) simulated() {
	for _, i := range append(append([]int{g.roles.time}, g.roles.series...), g.roles.values...) {
		g.src.columns[i].computed = nil
	}
}

// withInputs adds to the needed columns what computed ones among them are
// computed from.
func withInputs(columns []column, needed []bool) {
	for i, c := range columns {
		if c.computed == nil || !needed[i] {
			continue
		}
		for _, k := range c.computed.inputs {
			needed[k] = true
		}
		if len(c.computed.inputs) == 0 { // of a constant the rows are still to be counted
			needed[slices.IndexFunc(columns, func(c column) bool { return c.computed == nil })] = true
		}
	}
}

// computes tells whether the server computes one of the needed columns of a
// call. In ROWS FROM, where no subquery can stand, it cannot.
func (in *invocation) computes(needed []bool) bool {
	for i, c := range in.rel.columns() {
		if c.computed != nil && needed[i] {
			return in.call.rows == nil
		}
	}
	return false
}

// computed writes the subquery around that of a call in which the server
// computes columns.
func (r *rewriting) computed(in *invocation, subquery string) string {
	var list []string
	for i, c := range in.rel.columns() {
		item := sqltext.QuoteName(c.name)
		if c.computed != nil && in.needed[i] {
			item = "(" + c.computed.expr + ")::" + c.typeName + c.collate() + " AS " + item
		}
		list = append(list, item)
	}
	if in.call.ordinality {
		list = append(list, "ordinality")
	}
	return "(SELECT " + strings.Join(list, ", ") + " FROM " + subquery + " AS " + in.call.name + ")"
}
