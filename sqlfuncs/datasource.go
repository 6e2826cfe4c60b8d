package sqlfuncs

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/datamime/datamime/sqlfuncs/pgtypes"
	"github.com/datamime/datamime/sqlfuncs/sqltext"
)

// A dataSource is a table or a query that a call reads.
type dataSource struct {
	name    string // as the user wrote it
	from    string // what stands in FROM; its columns are then c1, c2, ...
	query   bool
	oid     uint32 // of a table
	direct  bool   // COPY of it gives the rows that a query does
	single  bool   // a query over one table
	rows    int64  // of a table, as the server has it from its last ANALYZE; 0: unknown
	columns []column
}

// expr is the column with the given index, in a query over the source.
func (d *dataSource) expr(i int) string { return "s.c" + strconv.Itoa(i+1) }

// as names the source and its columns in FROM.
func (d *dataSource) as() string {
	var b strings.Builder
	b.WriteString(d.from + " AS s(")
	for i := range d.columns {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("c" + strconv.Itoa(i+1))
	}
	b.WriteByte(')')
	return b.String()
}

// columnTypes is the end of the catalogue queries: what is known of each
// column a(attname, atttypid, atttypmod, ...), with the type below its
// domains.
const columnTypes = `
a.attname, a.atttypid::pg_catalog.int8, a.atttypmod, pg_catalog.format_type(a.atttypid, a.atttypmod),
b.oid::pg_catalog.int8, b.mod, t.typtype::pg_catalog.text, t.typsend::pg_catalog.oid <> 0,
t.typtype IN ('e', 'r', 'm') OR EXISTS (
	SELECT 1 FROM pg_catalog.pg_opclass o WHERE o.opcmethod = 403 AND o.opcdefault AND o.opcintype IN (t.oid, e.oid)
	UNION ALL
	SELECT 1 FROM pg_catalog.pg_cast k JOIN pg_catalog.pg_opclass o ON o.opcintype = k.casttarget
	WHERE k.castsource IN (t.oid, e.oid) AND k.castmethod = 'b' AND k.castcontext = 'i' AND o.opcmethod = 403 AND o.opcdefault
) OR e.typtype IN ('e', 'r', 'm')`

const columnTypesFrom = `
JOIN LATERAL (
	WITH RECURSIVE d(oid, mod, depth) AS (
		SELECT a.atttypid, a.atttypmod, 0
		UNION ALL
		SELECT y.typbasetype, CASE WHEN y.typtypmod >= 0 THEN y.typtypmod ELSE d.mod END, d.depth + 1
		FROM d JOIN pg_catalog.pg_type y ON y.oid = d.oid WHERE y.typtype = 'd')
	SELECT d.oid, d.mod FROM d ORDER BY d.depth DESC LIMIT 1) b ON true
JOIN pg_catalog.pg_type t ON t.oid = b.oid
LEFT JOIN pg_catalog.pg_type e ON t.typcategory = 'A' AND e.oid = t.typelem`

// tableHead is what the queries for a table begin with.
const tableHead = `SELECT c.relnamespace::pg_catalog.regnamespace::pg_catalog.text || '.' || pg_catalog.quote_ident(c.relname),
c.oid::pg_catalog.int8, c.relkind::pg_catalog.text, c.relkind = 'r' AND NOT c.relhassubclass, greatest(c.reltuples, 0)::pg_catalog.int8,
`

// tableNamed is the table of a name, and its columns; nothing where there is
// none.
const tableNamed = `
FROM (SELECT CASE WHEN pg_catalog.to_regclass($1::pg_catalog.text) IS NOT NULL OR $1::pg_catalog.text ~ '^[0-9]+$'
	THEN $1::pg_catalog.text::pg_catalog.regclass::pg_catalog.oid END AS oid) r
JOIN pg_catalog.pg_class c ON c.oid = r.oid
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped`

// ownTypesQuery is enough for a table whose columns are all of PostgreSQL's own
// types, with nothing special about them: the server plans and runs it in an
// eighth of what tableQuery takes it, which is two milliseconds.
const ownTypesQuery = tableHead + `a.attgenerated = '' AND a.attcollation IN (0, 100),
a.attnotnull, a.attidentity::pg_catalog.text, a.attname, a.atttypid::pg_catalog.int8, a.atttypmod, pg_catalog.format_type(a.atttypid, a.atttypmod)` + tableNamed + `
ORDER BY a.attnum`

// computedBy is what a generated column a of a table c is computed by, and
// computedFrom are the numbers of the columns that this names.
const (
	computedBy = `(SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid) FROM pg_catalog.pg_attrdef d WHERE d.adrelid = c.oid AND d.adnum = a.attnum)`

	computedFrom = `
		SELECT k.refobjsubid FROM pg_catalog.pg_depend k LEFT JOIN pg_catalog.pg_attrdef d ON k.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND d.oid = k.objid
		WHERE k.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND k.refobjid = c.oid AND k.refobjsubid <> a.attnum AND (d.adrelid = c.oid AND d.adnum = a.attnum
			OR k.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND k.objid = c.oid AND k.objsubid = a.attnum)`
)

// tableQuery tells all of a table's columns.
const tableQuery = tableHead + `
CASE WHEN a.attgenerated <> '' THEN
	` + computedBy + ` END,
CASE WHEN a.attgenerated <> '' THEN
	(SELECT pg_catalog.string_agg(p.place::pg_catalog.text, ',') FROM (
		SELECT i.attnum, pg_catalog.row_number() OVER (ORDER BY i.attnum) AS place
		FROM pg_catalog.pg_attribute i WHERE i.attrelid = c.oid AND i.attnum > 0 AND NOT i.attisdropped) p
	WHERE p.attnum IN (` + computedFrom + `)) END,
CASE WHEN a.attcollation <> ty.typcollation THEN
	(SELECT pg_catalog.quote_ident(m.nspname) || '.' || pg_catalog.quote_ident(l.collname)
	FROM pg_catalog.pg_collation l JOIN pg_catalog.pg_namespace m ON m.oid = l.collnamespace WHERE l.oid = a.attcollation) END,
a.attnotnull, a.attidentity::pg_catalog.text, a.attgenerated::pg_catalog.text,` + columnTypes + tableNamed + `
JOIN pg_catalog.pg_type ty ON ty.oid = a.atttypid` + columnTypesFrom + `
ORDER BY a.attnum`

const fieldsQuery = `SELECT NULL, false, '', '',` + columnTypes + `
FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.int8[]), pg_catalog.unnest($3::pg_catalog.int4[]))
WITH ORDINALITY AS f(attname, typ, atttypmod, attnum)
CROSS JOIN LATERAL (SELECT f.attname, f.typ::pg_catalog.oid AS atttypid, f.atttypmod) a` + columnTypesFrom + `
ORDER BY f.attnum`

// openSource finds the source that a call names.
func openSource(ctx context.Context, in *invocation, param, name string) (*dataSource, error) {
	d := &dataSource{name: name}
	position := 0
	if i := in.fn.parameter(param); i >= 0 && in.args[i] != nil {
		position = in.position(in.args[i])
	}
	var err error
	switch {
	case strings.HasPrefix(strings.TrimSpace(name), "("):
		err = d.openQuery(ctx, in, param)
	case looksLikeQuery(name):
		return nil, &Error{Code: codeInvalidName, Message: "invalid name syntax", Hint: "A query is written in parentheses: '(SELECT ...)'.", Position: position}
	default:
		err = d.openTable(ctx, in)
	}
	if e := (*Error)(nil); errors.As(err, &e) && e.Position == 0 {
		e.Position = position
	}
	if err != nil {
		return nil, relocateTo(err, position)
	}
	if len(d.columns) == 0 {
		return nil, in.wrong(param, codeInvalid, "", "%s has no columns", quoteText(name))
	}
	return d, nil
}

// looksLikeQuery tells whether a source is a query without its parentheses; no
// name of a table is written like one.
func looksLikeQuery(name string) bool {
	words := strings.Fields(sqltext.Fold(name))
	return len(words) > 1 && slices.Contains([]string{"select", "with", "values", "table"}, words[0])
}

// openTable looks a table up.
func (d *dataSource) openTable(ctx context.Context, in *invocation) error {
	s := in.session
	own := true
	kind := ""
	err := d.lookUp(ctx, s, ownTypesQuery, func(row [][]byte) {
		kind = string(row[2])
		c, ok := readOwnColumn(row[5:])
		own = own && ok
		d.columns = append(d.columns, c)
	})
	if err == nil && len(d.columns) == 0 {
		err = d.missing(ctx, in)
	}
	if err == nil && !own {
		d.columns = nil
		err = d.lookUp(ctx, s, tableQuery, func(row [][]byte) {
			kind = string(row[2])
			c := readColumn(row[7:])
			c.computed = readComputation(row[5], row[6])
			d.columns = append(d.columns, c)
		})
	}
	if err != nil {
		return unquoted(err, d.name) // which servers up to 15 find as they look a name up
	}
	switch kind {
	case "r", "p", "v", "m", "f", "":
		return nil
	}
	return &Error{Code: codeWrongObject, Message: quoteText(d.name) + " is not a table or a view"}
}

// lookUp asks for a table by one of its queries.
func (d *dataSource) lookUp(ctx context.Context, s Session, query string, column func(row [][]byte)) error {
	return s.Query(ctx, query, []Param{textParam(d.name)}, Text, func(row [][]byte) error {
		d.from, d.oid = string(row[0]), uint32(parseInt(row[1]))
		d.direct, d.rows = string(row[3]) == "t", parseInt(row[4])
		column(row)
		return nil
	})
}

// readOwnColumn reads what ownTypesQuery tells of a column; false where that is
// not all.
func readOwnColumn(row [][]byte) (column, bool) {
	c := plain(string(row[3]), uint32(parseInt(row[4])))
	c.notNull, c.identity = string(row[1]) == "t", firstByte(row[2])
	c.mod, c.typeName = int32(parseInt(row[5])), string(row[6])
	c.baseMod = c.mod
	_, known := pgtypes.NameOf[c.oid]
	known = known || c.oid == pgtypes.Varchar || c.oid == pgtypes.Bpchar
	return c, known && string(row[0]) == "t"
}

// readColumn reads what tableQuery and its like tell of a column, from its
// collation on.
func readColumn(row [][]byte) column {
	c := column{
		collation: string(row[0]),
		notNull:   string(row[1]) == "t",
		identity:  firstByte(row[2]),
		generated: firstByte(row[3]),
		name:      string(row[4]),
		oid:       uint32(parseInt(row[5])),
		mod:       int32(parseInt(row[6])),
		typeName:  string(row[7]),
		base:      uint32(parseInt(row[8])),
		baseMod:   int32(parseInt(row[9])),
		kind:      firstByte(row[10]),
		hasSend:   string(row[11]) == "t",
		sortable:  string(row[12]) == "t",
	}
	return c
}

func parseInt(b []byte) int64 {
	i, _ := strconv.ParseInt(string(b), 10, 64)
	return i
}

func firstByte(b []byte) byte {
	if len(b) == 0 {
		return 0
	}
	return b[0]
}

// openQuery takes a query in parentheses. That it is one query and nothing
// else is seen from its tree, so that it cannot reach out of the parentheses.
func (d *dataSource) openQuery(ctx context.Context, in *invocation, param string) error {
	d.query = true
	text := sqltext.NewSource(d.name, in.session.Parameter("client_encoding"))
	g := glanceAt(text.Lex, false)
	if err := g.tooLarge(d.name); err != nil {
		return err
	}
	if g.ours {
		return in.wrong(param, codeUnsupported, "Fill a table with one call first, and name it in the other.",
			"a source cannot call a function of datamime itself")
	}
	tree, err := pg.Parse(text.UTF8)
	if err != nil {
		_, _, err := in.session.Describe(ctx, d.name, nil)
		if err == nil {
			err = in.wrong(param, codeUnsupported, "Make it a view, and name that.", "the source's query is not understood")
		}
		return err
	}
	if len(tree.Stmts) != 1 || tree.Stmts[0].Stmt.GetSelectStmt() == nil {
		return in.wrong(param, codeInvalid, "It is one SELECT in parentheses: '(SELECT ...)'.", "the source is not a query")
	}
	query := strings.TrimRight(strings.TrimSpace(d.name), "; \n\t\r")
	d.from = query + "\n"
	if !wholeParens(sqltext.MaskWide(query, in.session.Parameter("client_encoding"))) {
		d.from = "(" + query + "\n)"
	}
	fields, params, err := in.session.Describe(ctx, "SELECT * FROM "+d.from+" AS s", nil)
	if err != nil {
		return err
	}
	if len(params) > 0 {
		return in.wrong(param, codeUnsupported, "Write the values into the query's text.", "the source's query has parameters")
	}
	if err := d.describeFields(ctx, in.session, fields); err != nil {
		return err
	}
	if d.single = readsOneTable(tree.Stmts[0].ProtoReflect()); d.single {
		if err := d.readComputed(ctx, in.session, fields); err != nil {
			return err
		}
	}
	return d.readCollations(ctx, in.session)
}

// wholeParens tells whether one pair of parentheses holds the whole text.
func wholeParens(sql string) bool {
	l := sqltext.Lexer{Text: sql}
	depth := 0
	for t := l.Next(); t.Kind != sqltext.EOF; t = l.Next() {
		switch {
		case t.Is(sql, "("):
			depth++
		case t.Is(sql, ")"):
			depth--
		}
		if depth == 0 {
			return l.Next().Kind == sqltext.EOF
		}
	}
	return false
}

func (d *dataSource) describeFields(ctx context.Context, s Session, fields []Field) error {
	var names, oids, mods []string
	for _, f := range fields {
		names = append(names, f.Name)
		oids = append(oids, strconv.FormatUint(uint64(f.OID), 10))
		mods = append(mods, strconv.FormatInt(int64(f.Modifier), 10))
	}
	return s.Query(ctx, fieldsQuery, []Param{textArray(names), textParam(arrayText(oids)), textParam(arrayText(mods))}, Text,
		func(row [][]byte) error {
			d.columns = append(d.columns, readColumn(row))
			return nil
		})
}

// arrayText writes the text form of an array of texts.
func arrayText(items []string) string {
	var b strings.Builder
	b.WriteByte('{')
	for i, s := range items {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('"')
		for k := range len(s) {
			if s[k] == '"' || s[k] == '\\' {
				b.WriteByte('\\')
			}
			b.WriteByte(s[k])
		}
		b.WriteByte('"')
	}
	b.WriteByte('}')
	return b.String()
}

// readCollations asks for the collations of a query's text columns: they
// decide the order of series. The query is planned, not run.
func (d *dataSource) readCollations(ctx context.Context, s Session) error {
	var list []string
	var at []int
	for i := range d.columns {
		switch d.columns[i].base {
		case pgtypes.Text, pgtypes.Varchar, pgtypes.Bpchar:
			list = append(list, "pg_catalog.pg_collation_for("+d.expr(i)+")")
			at = append(at, i)
		}
	}
	if len(list) == 0 {
		return nil
	}
	sql := "SELECT " + strings.Join(list, ", ") + " FROM (SELECT 1) one LEFT JOIN (SELECT * FROM " + d.as() + " LIMIT 0) s ON true"
	return s.Query(ctx, sql, nil, Text, func(row [][]byte) error {
		for k, i := range at {
			if c := string(row[k]); c != `"default"` {
				d.columns[i].collation = c
			}
		}
		return nil
	})
}

// find returns the column that a name means: exactly, else folded to lower
// case; -1 for none.
func (d *dataSource) find(name string) int {
	for _, n := range []string{name, sqltext.Fold(name)} {
		for i := range d.columns {
			if d.columns[i].name == n {
				return i
			}
		}
	}
	return -1
}
