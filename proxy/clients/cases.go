package main

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
)

// madeRows is how many rows the table made holds: more than any case wants.
const madeRows = 4000

// A case is a statement. Where it says made(n), it is run with a call of ours
// that gives n rows, and compared with the same over the table that holds
// them; likewise stored(n), of a stored model, and named(m, n) and listed(m, n),
// of a model m that a parameter names, these with a column definition list.
// Parameters are $1, $2 ..., each used once, in order.
type statement struct {
	name, sql string
	params    []string // as text; whole numbers, or names
}

// cases are the queries that every client runs in each of its ways.
var cases = []statement{
	{"every column", "SELECT * FROM made(40) AS g", nil},
	{"some columns", "SELECT v, station FROM made(100) AS g", nil},
	{"many rows", "SELECT t, station, v, label FROM made(3500) AS g", nil},
	{"no rows", "SELECT * FROM made(0) AS g", nil},
	{"limit", "SELECT t, v FROM made(50) AS g LIMIT 7", nil},
	{"where and order", "SELECT t, v FROM made(300) AS g WHERE station = 'b' AND v > 20 ORDER BY v DESC, t", nil},
	{"aggregate", "SELECT station, count(*), avg(v), min(t), max(doc ->> 'k') FROM made(600) AS g GROUP BY station ORDER BY station", nil},
	{"join", "SELECT g.t, g.station, r.label FROM made(90) AS g JOIN readings r USING (t, station) ORDER BY g.t, g.station", nil},
	{"two calls", "SELECT a.t, a.v + b.v AS s FROM made(30) AS a JOIN made(60) AS b USING (t, station) ORDER BY a.t, s", nil},
	{"window function", "SELECT t, station, v - lag(v) OVER (PARTITION BY station ORDER BY t) AS d FROM made(60) AS g ORDER BY t, station", nil},
	{"common table expression", "WITH w AS (SELECT * FROM made(45) AS g) SELECT date_trunc('day', t) AS day, sum(v) FROM w GROUP BY 1 ORDER BY 1", nil},
	{"union", "SELECT station, v FROM made(5) AS g UNION ALL SELECT station, v FROM made(3) AS h", nil},
	{"json", "SELECT row_to_json(g) AS j FROM made(9) AS g", nil},
	{"no column of it", "SELECT 'x' AS x FROM made(12) AS g", nil},
	{"model", "SELECT * FROM stored(33) AS g", nil},
	{"parameter", "SELECT t, station, v FROM made($1) AS g", []string{"25"}},
	{"parameters", "SELECT t, v FROM made($1) AS g WHERE count > $2 ORDER BY t, station LIMIT $3", []string{"200", "5", "11"}},
	{"parameter and aggregate", "SELECT count(*), sum(v) FROM made($1) AS g WHERE v > $2", []string{"500", "20"}},
	{"model by parameter", "SELECT * FROM listed($1, $2)", []string{"stored", "33"}},
	{"some columns of a model by parameter", "SELECT v, station, raw FROM listed($1, $2) WHERE station <> 'b' ORDER BY t, station LIMIT $3", []string{"stored", "60", "9"}},
	{"count of a model by parameter", "SELECT count(*) AS n FROM named($1, $2)", []string{"stored", "20"}},
	{"casts of a model by parameter", "SELECT g.t::date AS day, sum(g.v::numeric) AS v FROM named($1, $2) GROUP BY day ORDER BY day", []string{"stored", "200"}},
	{"json of a model by parameter", "SELECT row_to_json(g) AS j FROM named($1, $2)", []string{"stored", "9"}},
}

// changes are statements that write, each followed by a look at what is there.
// They run in a transaction that is rolled back; filled is a table like made.
var changes = []statement{
	{"insert", "INSERT INTO filled SELECT * FROM made(200) AS g", nil},
	{"insert some columns", "INSERT INTO filled (t, station, v) SELECT t, station, v FROM made($1) AS g", []string{"150"}},
	{"insert of a model by parameter", "INSERT INTO filled SELECT * FROM named($1, $2)", []string{"stored", "150"}},
	{"insert returning of a model by parameter", "INSERT INTO filled (t, station, v) SELECT t, station, v FROM listed($1, $2) RETURNING t, v", []string{"stored", "15"}},
	{"insert returning", "INSERT INTO filled SELECT * FROM made(20) AS g RETURNING t, v", nil},
	{"create table as", "CREATE TEMPORARY TABLE filled2 AS SELECT * FROM made(70) AS g", nil},
	{"update from", "UPDATE readings SET v = g.v FROM made(300) AS g WHERE g.t = readings.t AND g.station = readings.station", nil},
}

// failures are statements that fail, with the SQLSTATE that the client is to
// see. The connection is to be of use afterwards.
var failures = []struct{ name, sql, code string }{
	{"no such table", "SELECT * FROM datamime_generate('nowhere', 't', ARRAY['station'], 'v', 5)", "42P01"},
	{"no such column", "SELECT * FROM datamime_generate('readings', 't', ARRAY['station'], 'w', 5)", "42703"},
	{"wrong type", "SELECT * FROM datamime_generate('readings', 't', ARRAY['station'], 'label', 5)", "42804"},
	{"unknown model", "SELECT * FROM datamime_generate(model => 'none', row_count => 5)", "42704"},
	{"out of range", "SELECT * FROM datamime_generate('readings', 't', ARRAY['station'], 'v', -5)", "22023"},
	{"fails while it runs", "SELECT 1 / (v - v)::int FROM datamime_generate('readings', 't', ARRAY['station'], 'v', 9)", "22012"},
}

// A phrase of the cases is written in one way with our functions and in another
// over the table that holds the same rows.
type phrase struct {
	written     *regexp.Regexp
	ours, table string
}

// inOrder are the first rows of the table.
const inOrder = "(SELECT * FROM made ORDER BY t, station LIMIT $1)"

// ofStored are the first rows of the table, if the model that a parameter names is
// the one that is stored.
const ofStored = "(SELECT * FROM made WHERE $1::text = 'stored' ORDER BY t, station LIMIT $2) AS g"

const byName = "datamime_generate(model => $1, row_count => $2) AS g"

var phrases = []phrase{
	{regexp.MustCompile(`\bmade\(([^)]*)\)`), "datamime_generate('readings', 't', ARRAY['station'], 'v', $1, time_zone => 'UTC')", inOrder},
	{regexp.MustCompile(`\bstored\(([^)]*)\)`), "datamime_generate(model => 'stored', row_count => $1)", inOrder},
	{regexp.MustCompile(`\bnamed\(([^,]*), ([^)]*)\)`), byName, ofStored},
	{regexp.MustCompile(`\blisted\(([^,]*), ([^)]*)\)`), byName + "(" + columns + ")", ofStored},
}

// ours is the statement with calls of our functions.
func (s statement) ours() string { return s.written(func(p phrase) string { return p.ours }) }

// table is the statement over the table that holds the same rows.
func (s statement) table() string { return s.written(func(p phrase) string { return p.table }) }

// written is the statement with its phrases written in one of their ways.
func (s statement) written(way func(phrase) string) string {
	sql := s.sql
	for _, p := range phrases {
		sql = p.written.ReplaceAllString(sql, way(p))
	}
	return sql
}

// caseFile is the file that the clients' programs read: a line for each case,
// its fields parted by tabs: query, name, ours, table, parameters parted by
// commas; change likewise; failure, name, statement, SQLSTATE.
func caseFile() []byte {
	var b bytes.Buffer
	for _, c := range cases {
		fmt.Fprintf(&b, "query\t%s\t%s\t%s\t%s\n", c.name, c.ours(), c.table(), strings.Join(c.params, ","))
	}
	for _, c := range changes {
		fmt.Fprintf(&b, "change\t%s\t%s\t%s\t%s\n", c.name, c.ours(), c.table(), strings.Join(c.params, ","))
	}
	for _, f := range failures {
		fmt.Fprintf(&b, "failure\t%s\t%s\t%s\t\n", f.name, f.sql, f.code)
	}
	return b.Bytes()
}
