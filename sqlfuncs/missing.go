package sqlfuncs

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/datamime/datamime/sqlfuncs/sqltext"
)

// mostTables bounds the tables among which one of a like name is looked for.
const mostTables = "10000"

// tablesQuery lists what the user could have meant: what may be read, by a name
// that would be found.
const tablesQuery = `SELECT c.relname,
CASE WHEN pg_catalog.pg_table_is_visible(c.oid) THEN '' ELSE pg_catalog.quote_ident(n.nspname) || '.' END || pg_catalog.quote_ident(c.relname)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'datamime')
AND (n.nspname !~ '^pg_' OR pg_catalog.pg_table_is_visible(c.oid))
AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
ORDER BY pg_catalog.pg_table_is_visible(c.oid) DESC, n.nspname, c.relname LIMIT ` + mostTables

// missing gives the server's error for a table that is not there, or a name that
// is none, with the names that are most like it for a hint; nil where there is
// one.
func (d *dataSource) missing(ctx context.Context, in *invocation) error {
	s := in.session
	model, err := in.namesModel(ctx, d.name)
	if err != nil {
		return err
	}
	var names, written []string
	err = s.Query(ctx, tablesQuery, nil, Text, func(row [][]byte) error {
		names, written = append(names, string(row[0])), append(written, string(row[1]))
		return nil
	})
	if err != nil {
		return err
	}
	err = s.Query(ctx, "SELECT $1::pg_catalog.text::pg_catalog.regclass", []Param{textParam(d.name)}, Text, func([][]byte) error { return nil })
	near := closest(lastName(d.name), names, 2)
	for i, n := range near {
		k := slices.Index(names, n)
		near[i], names[k] = written[k], "" // the next of that name is in another schema
	}
	se := (*ServerError)(nil)
	switch named := errors.As(err, &se); {
	case !named || se.Code != codeNoTable && se.Code != codeNoSchema && se.Code != codeInvalidName:
		return err
	case model:
		return withHint(err, "A stored model is named by model => "+sqltext.QuoteLiteral(d.name)+".")
	case len(near) > 0:
		return withHint(err, "Perhaps you meant "+strings.Join(near, " or ")+".")
	}
	return err
}

// readableModels are the stored models, where the role may look at them.
const readableModels = `SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'datamime' AND c.relname = 'model' AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT')`

// namesModel tells whether a model of this name could have been meant in the
// place of a source.
func (in *invocation) namesModel(ctx context.Context, name string) (bool, error) {
	readable := false
	i := in.fn.parameter("model")
	if i < 0 || in.fn.params[i].fallback == "" { // none, or that of a new one
		return false, nil
	}
	err := in.session.Query(ctx, readableModels, nil, Text, func([][]byte) error { readable = true; return nil })
	if err != nil || !readable {
		return false, err
	}
	names, err := modelNames(ctx, in.session)
	if e := (*Error)(nil); errors.As(err, &e) { // a store that is not trusted
		return false, nil
	}
	return slices.Contains(names, name), err
}

// unquoted tells of a name that is none how it is written.
func unquoted(err error, name string) error {
	se := (*ServerError)(nil)
	if strings.Contains(name, `"`) || strings.TrimSpace(name) == "" || !errors.As(err, &se) || se.Code != codeInvalidName && se.Code != codeInvalid {
		return err
	}
	last := lastName(name)
	schema := strings.TrimSuffix(strings.TrimSpace(name), last)
	return withHint(err, "A name with more in it than letters, digits and _ stands in double quotes: '"+schema+sqltext.QuoteName(last)+"'.")
}

// lacks refuses a call without an argument that it needs, and tells which
// columns of its source would do.
func (in *invocation) lacks(ctx context.Context, param string) error {
	e := in.fn.needs(in.call, param)
	e.Position = in.st.source.Characters(in.call.start) + 1
	name, named := in.given("source")
	candidates := in.fn.params[in.fn.parameter(param)].names
	if !named || candidates == nil {
		return e
	}
	src, err := openSource(ctx, in, "source", name.text)
	if err != nil {
		return err
	}
	if which := candidates.in(src); which != "" {
		e.Hint = which + " " + e.Hint
	}
	return e
}

// lastName is the name of a table without its schema and its quotes.
func lastName(name string) string {
	quoted, from := false, 0
	for i := range len(name) {
		switch name[i] {
		case '"':
			quoted = !quoted
		case '.':
			if !quoted {
				from = i + 1
			}
		}
	}
	name = strings.TrimSpace(name[from:])
	if inner, ok := strings.CutPrefix(name, `"`); ok {
		name = strings.ReplaceAll(strings.TrimSuffix(inner, `"`), `""`, `"`)
	}
	return name
}

// withHint adds a hint to an error of the server's that has none.
func withHint(err error, hint string) error {
	var se *ServerError
	if !errors.As(err, &se) || len(se.Raw) == 0 {
		return err
	}
	if _, has := fieldOf(err, 'H'); has {
		return err
	}
	raw := append(slices.Clone(se.Raw[:len(se.Raw)-1]), 'H')
	return &ServerError{Code: se.Code, Message: se.Message, Raw: append(append(raw, hint...), 0, 0)}
}
