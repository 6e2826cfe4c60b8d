package sqlfuncs

import (
	"context"
	"strings"

	"github.com/datamime/datamime/sqlfuncs/pgtypes"
)

// Stored models are rows of datamime.model in the user's own database. The
// table is the user's: it is dumped, copied and granted like any other, and
// nothing but these statements makes it. A row belongs to the role that made
// it; row-level security shows it to that role alone, and an administrator's
// further policies and grants to others.
var storeStatements = []string{
	`CREATE SCHEMA datamime`,
	`CREATE TABLE datamime.model (
	model text PRIMARY KEY, source text, time_column text NOT NULL, series_columns text[] NOT NULL, value_columns text[] NOT NULL,
	frequency interval, series_count bigint NOT NULL, row_count bigint NOT NULL, bytes bigint NOT NULL,
	created_at timestamptz NOT NULL DEFAULT pg_catalog.now(), created_by name NOT NULL DEFAULT current_user,
	header jsonb NOT NULL, data bytea NOT NULL)`,
	`ALTER TABLE datamime.model ALTER data SET STORAGE EXTERNAL`, // it is compressed already
	`ALTER TABLE datamime.model ENABLE ROW LEVEL SECURITY`,
	`CREATE POLICY own ON datamime.model USING (created_by = current_user) WITH CHECK (created_by = current_user)`,
	`GRANT USAGE ON SCHEMA datamime TO PUBLIC`,
	`GRANT SELECT, INSERT, UPDATE, DELETE ON datamime.model TO PUBLIC`,
}

// storeColumns are the columns of the table with the oids of their types; a
// later version may add some behind.
const storeColumns = "model:25,source:25,time_column:25,series_columns:1009,value_columns:1009,frequency:1186," +
	"series_count:20,row_count:20,bytes:20,created_at:1184,created_by:19,header:3802,data:17"

// trustedRoles are the owners that are trusted, as they could do anything here
// anyway: the role itself, the database's owner, superusers.
const trustedRoles = `WITH trusted AS (
	SELECT oid FROM pg_catalog.pg_roles WHERE rolsuper OR rolname IN (current_user, 'pg_database_owner')
	UNION SELECT datdba FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())`

// storeQuery tells what there is of the store.
const storeQuery = trustedRoles + `
SELECT n.oid IS NOT NULL, n.nspowner IN (SELECT oid FROM trusted), pg_catalog.pg_get_userbyid(n.nspowner)::pg_catalog.text,
	c.oid IS NOT NULL, c.relowner IN (SELECT oid FROM trusted), pg_catalog.pg_get_userbyid(c.relowner)::pg_catalog.text,
	c.relkind = 'r' AND NOT c.relispartition AND NOT c.relhassubclass
		AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_inherits i WHERE c.oid IN (i.inhrelid, i.inhparent)),
	c.relhasrules OR EXISTS (SELECT 1 FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid),
	(SELECT pg_catalog.string_agg(a.attname || ':' || a.atttypid::pg_catalog.int8, ',' ORDER BY a.attnum)
		FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
	CASE WHEN n.oid IS NULL THEN pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')
		ELSE pg_catalog.has_schema_privilege(n.oid, 'CREATE') END
FROM (SELECT 1) one
LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = 'datamime'
LEFT JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = 'model'`

// A store is what there is of the schema and the table.
type store struct {
	schema, table bool // it exists
	mayCreate     bool // the role may create what is missing
	wrong         *Error
}

// readStore looks at the store and refuses one that the role cannot trust: a
// trigger, a rule, or the owner of the table would act with its rights.
func readStore(ctx context.Context, s Session) (*store, error) {
	st := &store{}
	err := s.Query(ctx, storeQuery, nil, Text, func(row [][]byte) error {
		is := func(i int) bool { return string(row[i]) == "t" }
		st.schema, st.table, st.mayCreate = is(0), is(3), is(9)
		switch {
		case st.schema && !is(1):
			st.wrong = untrusted("schema datamime", string(row[2]), "SCHEMA datamime")
		case st.table && !is(4):
			st.wrong = untrusted("table datamime.model", string(row[5]), "TABLE datamime.model")
		case st.table && (!is(6) || string(row[8]) != storeColumns && !strings.HasPrefix(string(row[8]), storeColumns+",")):
			st.wrong = &Error{Code: codeWrongObject, Message: "datamime.model is not a table of stored models",
				Hint: "Rename it, so that datamime can make its own."}
		case st.table && is(7):
			st.wrong = &Error{Code: codeNoPrivilege, Message: "table datamime.model carries triggers or rules",
				Detail: "They would run with your rights.", Hint: "Have an administrator look at them and drop them."}
		}
		return nil
	})
	if err == nil && st.wrong != nil {
		err = st.wrong
	}
	return st, err
}

func untrusted(what, owner, alter string) *Error {
	return &Error{Code: codeNoPrivilege, Message: what + " belongs to " + quoteText(owner) + ", who is not trusted",
		Detail: "Whoever owns it could have code run with your rights.",
		Hint:   "Have an administrator run: ALTER " + alter + " OWNER TO the database's owner."}
}

// createLock is held while the store is made: CREATE SCHEMA by two at once
// fails one of them.
const createLock = "SELECT pg_catalog.pg_advisory_xact_lock(7233173945214431597)"

// ensureStore makes the store where it is missing, in the caller's
// transaction.
func ensureStore(ctx context.Context, s Session) error {
	st, err := readStore(ctx, s)
	if err != nil || st.table {
		return err
	}
	if !st.mayCreate {
		what := "create schema datamime for stored models"
		if st.schema {
			what = "create table datamime.model for stored models"
		}
		return &Error{Code: codeNoPrivilege, Message: "permission denied to " + what,
			Hint: "Have an administrator run: " + strings.Join(st.missing(), "; ") + ";"}
	}
	if err := runEach(ctx, s, createLock); err != nil {
		return err
	}
	if st, err = readStore(ctx, s); err != nil || st.table {
		return err
	}
	return runEach(ctx, s, st.missing()...)
}

// missing are the statements that are still to be run.
func (st *store) missing() []string {
	if st.schema {
		return storeStatements[1:]
	}
	return storeStatements
}

func runEach(ctx context.Context, s Session, statements ...string) error {
	for _, sql := range statements {
		if err := s.Query(ctx, sql, nil, Text, func([][]byte) error { return nil }); err != nil {
			return relocateTo(err, 0)
		}
	}
	return nil
}

// modelNames are the names of the models that the role sees.
func modelNames(ctx context.Context, s Session) ([]string, error) {
	var names []string
	st, err := readStore(ctx, s)
	if err != nil || !st.table {
		return nil, err
	}
	err = s.Query(ctx, "SELECT model FROM datamime.model ORDER BY model", nil, Text, func(row [][]byte) error {
		names = append(names, string(row[0]))
		return nil
	})
	return names, err
}

// noModel is the error for a name of a model that is none.
func noModel(ctx context.Context, in *invocation, param, name string) error {
	names, err := modelNames(ctx, in.session)
	if err != nil {
		return err
	}
	hint := "SELECT * FROM datamime_models() lists them; datamime_fit makes one."
	if near := closest(name, names, 3); len(near) > 0 {
		hint = "Perhaps you meant " + strings.Join(near, " or ") + "."
	}
	return in.wrong(param, codeNoObject, hint, "model %s does not exist", quoteText(name))
}

// A storing is a model about to be stored.
type storing struct {
	name      string
	replace   bool
	header    *modelHeader
	data      []byte
	frequency string // an interval; "" for none
	series    int
	rows      int
	stored    func() // is called once it is
}

// storeInsert puts a model there.
const storeInsert = `INSERT INTO datamime.model (model, source, time_column, series_columns, value_columns, frequency, series_count, row_count, bytes, header, data)
VALUES ($1, $2, $3, $4::pg_catalog.text[], $5::pg_catalog.text[], $6::pg_catalog.interval, $7::pg_catalog.int8, $8::pg_catalog.int8,
	$9::pg_catalog.int8, $10::pg_catalog.jsonb, $11) ON CONFLICT (model) DO `

// storeReplace puts it in the place of one.
const storeReplace = `UPDATE SET source = excluded.source, time_column = excluded.time_column, series_columns = excluded.series_columns,
value_columns = excluded.value_columns, frequency = excluded.frequency, series_count = excluded.series_count, row_count = excluded.row_count,
bytes = excluded.bytes, created_at = excluded.created_at, header = excluded.header, data = excluded.data`

// put stores a model, in the caller's transaction. Of two that store one name
// at once, the second waits for the first.
func (m *storing) put(ctx context.Context, in *invocation) (bytes int64, err error) {
	header, err := m.header.encode(charsetOf(in.session))
	if err != nil {
		return 0, err
	}
	names := func(at []int) Param {
		list := []string{}
		for _, i := range at {
			list = append(list, m.header.Columns[i].Name)
		}
		return textArray(list)
	}
	bytes = int64(len(header) + len(m.data))
	source, frequency := Param{OID: pgtypes.Text}, Param{OID: pgtypes.Text}
	if m.header.Source != "" {
		source = textParam(m.header.Source)
	}
	if m.frequency != "" {
		frequency = textParam(m.frequency)
	}
	params := []Param{textParam(m.name), source, textParam(m.header.Columns[m.header.Time].Name), names(m.header.Series),
		names(m.header.Values), frequency, intParam(int64(m.series)), intParam(int64(m.rows)), intParam(bytes),
		textParam(header), {OID: pgtypes.Bytea, Format: Binary, Value: m.data}}
	action := "NOTHING"
	if m.replace {
		action = storeReplace
	}
	stored := false
	err = in.session.Query(ctx, storeInsert+action+" RETURNING 1", params, Text, func([][]byte) error { stored = true; return nil })
	if err == nil && !stored {
		err = modelExists(in, m.name)
	}
	if err == nil {
		m.stored()
	}
	if err = relocateTo(err, 0); m.replace && raisedIn(err, "ExecWithCheckOptions") {
		err = notOwner(in, m.name, "Take another name.")
	}
	return bytes, err
}

func intParam(v int64) Param {
	return Param{OID: pgtypes.Int8, Format: Binary, Value: pgtypes.AppendIntBinary(nil, pgtypes.Int8, v)}
}

func modelExists(in *invocation, name string) error {
	return in.wrong("model", codeDuplicate, "Give replace => true to put the new one in its place, or take another name.",
		"model %s already exists", quoteText(name))
}

// notOwner is the error for a model that another role stored.
func notOwner(in *invocation, name, hint string) error {
	return in.wrong("model", codeNoPrivilege, hint, "must be owner of model %s", quoteText(name))
}

// newModelName reads the name that a model is to be stored under, and refuses
// it early where it is taken.
func newModelName(ctx context.Context, in *invocation) (name string, replace bool, err error) {
	v, ok := in.given("model")
	if name = v.text; !ok || strings.TrimSpace(name) == "" {
		return "", false, in.wrong("model", codeInvalid, "", "a model needs a name")
	}
	if r, ok := in.given("replace"); ok {
		replace = r.num != 0
	}
	if err := ensureStore(ctx, in.session); err != nil || replace {
		return name, replace, err
	}
	err = in.session.Query(ctx, "SELECT 1 FROM datamime.model WHERE model = $1", []Param{textParam(name)}, Text,
		func([][]byte) error { return modelExists(in, name) })
	return name, replace, err
}
