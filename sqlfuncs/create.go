package sqlfuncs

import (
	"context"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/datamime/datamime/sqlfuncs/sqltext"
)

// A creation is a CREATE TABLE AS, or a SELECT INTO, that does no more than to
// put the rows of its call into a new table: the server makes the table over
// empty arrays, with all that the statement says of it, and COPY fills it.
type creation struct {
	schema, name string // quoted; "" is the first schema of the search_path
}

// chooseCreate sees whether the query of a CREATE TABLE AS is a stream.
func (p *Prepared) chooseCreate(into *pg.IntoClause, query *pg.SelectStmt) {
	if into.Rel.Catalogname != "" {
		return
	}
	if p.stream = p.streamOf(query); p.stream == nil {
		return
	}
	p.create = creationOf(p.st.source, into)
}

func creationOf(src *sqltext.Source, into *pg.IntoClause) *creation {
	c := &creation{name: sqltext.QuoteName(src.Name(into.Rel.Relname))}
	switch {
	case into.Rel.Schemaname != "":
		c.schema = sqltext.QuoteName(src.Name(into.Rel.Schemaname))
	case into.Rel.Relpersistence == "t":
		c.schema = "pg_temp"
	}
	return c
}

// table is the table's name with its schema.
func (c *creation) table(ctx context.Context, s Session) (string, error) {
	schema := c.schema
	if schema == "" {
		err := s.Query(ctx, "SELECT pg_catalog.quote_ident(pg_catalog.current_schema())", nil, Text,
			func(row [][]byte) error { schema = string(row[0]); return nil })
		if err != nil {
			return "", err
		}
	}
	return schema + "." + c.name, nil
}

// insertion is the way to put rows of these columns into the table, once the
// server has made it.
func (c *creation) insertion(ctx context.Context, s Session, columns []column) (*insertion, error) {
	name, err := c.table(ctx, s)
	if err != nil {
		return nil, err
	}
	d, err := readDestination(ctx, s, name)
	if err != nil {
		return nil, err
	}
	if len(d.columns) < len(columns) {
		return nil, &Error{Code: codeWrongObject, Message: "table " + c.name + " is not the one that the statement made"}
	}
	ins := &insertion{table: d.table, plain: d.plain}
	for i, from := range columns {
		to := &d.columns[i]
		ins.plain = ins.plain && to.oid == from.oid && to.mod == from.mod
		from.name = to.name
		ins.columns = append(ins.columns, from)
	}
	return ins, nil
}

// An emptyTable is what an EXECUTE's CREATE TABLE AS ... WITH NO DATA makes.
type emptyTable struct {
	*creation
	ifNotExists bool
}

// countsNone tells whether the command tag counts the rows, none, as it does not
// where the table is there already, or after CREATE TABLE AS of a query.
func (e *emptyTable) countsNone(ctx context.Context, s Session) (bool, error) {
	if e == nil || !e.ifNotExists {
		return e != nil, nil
	}
	name, err := e.table(ctx, s)
	if err != nil || strings.HasPrefix(name, ".") { // no schema to make it in
		return false, err
	}
	made := false
	err = s.Query(ctx, "SELECT pg_catalog.to_regclass($1) IS NULL", []Param{textParam(name)}, Text,
		func(row [][]byte) error { made = string(row[0]) == "t"; return nil })
	return made, err
}
