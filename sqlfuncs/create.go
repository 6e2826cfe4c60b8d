package sqlfuncs

import (
	"context"

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
	src := p.st.source
	p.create = &creation{name: sqltext.QuoteName(src.Name(into.Rel.Relname))}
	switch {
	case into.Rel.Schemaname != "":
		p.create.schema = sqltext.QuoteName(src.Name(into.Rel.Schemaname))
	case into.Rel.Relpersistence == "t":
		p.create.schema = "pg_temp"
	}
}

// insertion is the way to put rows of these columns into the table, once the
// server has made it.
func (c *creation) insertion(ctx context.Context, s Session, columns []column, plain bool) (*insertion, error) {
	schema := c.schema
	if schema == "" {
		err := s.Query(ctx, "SELECT pg_catalog.quote_ident(pg_catalog.current_schema())", nil, Text,
			func(row [][]byte) error { schema = string(row[0]); return nil })
		if err != nil {
			return nil, err
		}
	}
	d, err := readDestination(ctx, s, schema+"."+c.name)
	if err != nil {
		return nil, err
	}
	if len(d.columns) < len(columns) {
		return nil, &Error{Code: codeWrongObject, Message: "table " + c.name + " is not the one that the statement made"}
	}
	ins := &insertion{table: d.table, plain: plain && d.plain}
	for i, from := range columns {
		to := &d.columns[i]
		ins.plain = ins.plain && to.oid == from.oid && to.mod == from.mod
		from.name = to.name
		ins.columns = append(ins.columns, from)
	}
	return ins, nil
}
