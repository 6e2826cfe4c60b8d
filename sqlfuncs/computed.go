package sqlfuncs

import (
	"context"
	"slices"
	"strconv"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/datamime/datamime/sqlfuncs/sqltext"
)

// A computation is how the server has a generated column from other columns of
// its table: the same of generated rows is for the server to compute.
type computation struct {
	expr   string   // over the table's columns by their names
	inputs []int    // indices of those
	names  []string // of those in the table, where a query may call them otherwise; else nil
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

// readsOneTable tells whether the rows of a query stem from one row of one table
// each, so that what this computes from its columns holds in them.
func readsOneTable(m protoreflect.Message) bool {
	read, plain := map[string]int{}, true
	var visit func(m protoreflect.Message)
	visit = func(m protoreflect.Message) {
		switch n := m.Interface().(type) {
		case *pg.CommonTableExpr:
			read[n.Ctename]-- // what it reads counts, and that it is read once does not
		case *pg.RangeVar:
			read[n.Relname]++
		case *pg.JoinExpr:
			plain = plain && n.Jointype == pg.JoinType_JOIN_INNER
		case *pg.SelectStmt:
			plain = plain && n.Op == pg.SetOperation_SETOP_NONE
		case *pg.GroupingSet:
			plain = false
		}
		below(m, visit)
	}
	visit(m)
	tables := 0
	for _, n := range read {
		tables += max(0, n)
	}
	return tables == 1 && plain
}

// computedQuery tells of all columns of a table that has generated ones: their
// numbers, names and types, and what the table computes them from.
const computedQuery = `SELECT a.attnum, a.attname, a.atttypid::pg_catalog.int8,
CASE WHEN a.attgenerated <> '' THEN ` + computedBy + ` END,
CASE WHEN a.attgenerated <> '' THEN (SELECT pg_catalog.string_agg(f.n::pg_catalog.text, ',') FROM (` + computedFrom + `) f(n)) END
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.oid = $1::pg_catalog.text::pg_catalog.oid AND EXISTS (
	SELECT FROM pg_catalog.pg_attribute g WHERE g.attrelid = c.oid AND g.attgenerated <> '' AND NOT g.attisdropped)`

// readComputed finds the generated columns among the fields of a query that reads
// one table, where those that they are computed from are there too.
func (d *dataSource) readComputed(ctx context.Context, s Session, fields []Field) error {
	place := map[string]int{} // of the columns, by their number in the table
	oid := uint32(0)
	for i, f := range fields {
		if number := strconv.Itoa(int(f.Column)); f.TableOID != 0 && f.Column > 0 {
			oid = f.TableOID
			if _, twice := place[number]; !twice {
				place[number] = i
			}
		}
	}
	if oid == 0 {
		return nil
	}
	return d.readComputations(ctx, s, strconv.FormatUint(uint64(oid), 10), func(number, _ string, _ uint32) (int, bool) {
		i, there := place[number]
		return i, there
	})
}

// trustedTableQuery finds a table by its name, where its owner is trusted.
const trustedTableQuery = trustedRoles + `
SELECT c.oid::pg_catalog.int8 FROM pg_catalog.pg_class c
WHERE c.oid = pg_catalog.to_regclass($1) AND c.relowner IN (SELECT oid FROM trusted)`

// readStoredComputed finds the generated columns of a stored model's source, where it
// is still there: what it computes them by is the server's to say, not the model's,
// and nothing that whoever wrote the model could have put there.
func (d *dataSource) readStoredComputed(ctx context.Context, s Session) error {
	oid := ""
	err := s.Query(ctx, trustedTableQuery, []Param{textParam(d.name)}, Text, func(row [][]byte) error { oid = string(row[0]); return nil })
	if err != nil || oid == "" {
		return relocateTo(err, 0)
	}
	return d.readComputations(ctx, s, oid, func(_, name string, typ uint32) (int, bool) {
		i := indexOfColumn(d.columns, name)
		return i, i >= 0 && d.columns[i].oid == typ
	})
}

// readComputations finds the generated columns of a table among the source's; find
// tells which of the source's a column of the table is.
func (d *dataSource) readComputations(ctx context.Context, s Session, table string, find func(number, name string, typ uint32) (int, bool)) error {
	place, names, from := map[string]int{}, map[string]string{}, map[string][2]string{}
	err := s.Query(ctx, computedQuery, []Param{textParam(table)}, Text, func(row [][]byte) error {
		number := string(row[0])
		names[number] = string(row[1])
		if i, there := find(number, names[number], uint32(parseInt(row[2]))); there {
			place[number] = i
		}
		if row[3] != nil {
			from[number] = [2]string{string(row[3]), string(row[4])}
		}
		return nil
	})
	for number, c := range from {
		i, there := place[number]
		if computed := computationOf(c[0], c[1], place, names); there && computed != nil {
			d.columns[i].computed = computed
		}
	}
	return err
}

// computationOf is one by the numbers of the columns that it names, nil where
// some are missing.
func computationOf(expr, numbers string, place map[string]int, names map[string]string) *computation {
	c := &computation{expr: expr, names: []string{}}
	for _, n := range strings.FieldsFunc(numbers, func(r rune) bool { return r == ',' }) {
		i, there := place[n]
		if !there {
			return nil
		}
		c.inputs, c.names = append(c.inputs, i), append(c.names, names[n])
	}
	if strings.Contains(expr, "tableoid") {
		return nil
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
// call in a subquery around its own. In ROWS FROM there is one already.
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
	columns := in.columns()
	for i, c := range columns {
		item := sqltext.QuoteName(c.name)
		if c.computed != nil && in.needed[i] {
			expr := "(" + c.computed.expr + ")"
			if c.computed.names != nil {
				expr = c.computed.over(columns, func(k int) string { return in.call.name + "." + sqltext.QuoteName(columns[k].name) })
			}
			item = expr + "::" + c.typeName + c.collate() + " AS " + item
		}
		list = append(list, item)
	}
	if in.call.ordinality {
		list = append(list, "ordinality")
	}
	return "(SELECT " + strings.Join(list, ", ") + " FROM " + subquery + " AS " + in.call.name + ")"
}

// over writes the computation as a subquery over expressions for the columns.
func (c *computation) over(columns []column, of func(column int) string) string {
	var inputs []string
	for i, k := range c.inputs {
		name := columns[k].name
		if c.names != nil {
			name = c.names[i]
		}
		inputs = append(inputs, of(k)+" AS "+sqltext.QuoteName(name))
	}
	return "(SELECT (" + c.expr + ") FROM (SELECT " + strings.Join(inputs, ", ") + ") AS datamime_row)"
}

// besides writes a computed column of a call in ROWS FROM, where rows that other
// functions have beyond its own have none.
func (in *invocation) besides(c *column, of func(column int) string) string {
	g := in.rel.(*generateRelation)
	return "CASE WHEN " + of(g.roles.time) + " IS NOT NULL THEN " + c.computed.over(in.rel.columns(), of) + "::" + c.typeName + c.collate() + " END"
}
