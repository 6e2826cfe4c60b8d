package sqlfuncs

import (
	"strings"
	"testing"
)

// keyTypeObjects are the types of our own that keyTypes names.
var keyTypeObjects = []string{
	"CREATE TYPE pg_temp.pair AS (a int, b text)",
	"CREATE TYPE pg_temp.\"Odd \"\"pair\" AS (\"A \"\" a\" int, b text[])",
	"CREATE DOMAIN pg_temp.dpair AS pg_temp.pair CHECK ((VALUE).a > 0)",
	"CREATE DOMAIN pg_temp.dints AS int[] CHECK (cardinality(VALUE) < 9)",
	"CREATE DOMAIN pg_temp.dci AS citext",
	"CREATE DOMAIN pg_temp.duuid AS uuid",
	"CREATE DOMAIN pg_temp.dsky AS sky",
	"CREATE DOMAIN pg_temp.djson AS json",
	"CREATE DOMAIN pg_temp.djsonb AS jsonb",
	"CREATE DOMAIN pg_temp.dxml AS xml",
	"CREATE DOMAIN pg_temp.dbytea AS bytea",
	"CREATE DOMAIN pg_temp.drange AS int4range",
	"CREATE DOMAIN pg_temp.dmulti AS int4multirange",
	"CREATE DOMAIN pg_temp.dpoint AS point",
	"CREATE DOMAIN pg_temp.dinet AS inet",
	"CREATE DOMAIN pg_temp.dbit AS bit(3)",
	"CREATE DOMAIN pg_temp.dspan AS interval",
	"CREATE DOMAIN pg_temp.dnum AS numeric(8,3)",
	"CREATE DOMAIN pg_temp.dhs AS hstore",
	"CREATE DOMAIN pg_temp.d1 AS text COLLATE \"C\"",
	"CREATE DOMAIN pg_temp.d2 AS pg_temp.d1 CHECK (VALUE <> 'zz')",
	"CREATE DOMAIN pg_temp.dint AS int CHECK (VALUE < 10)",
	"CREATE TYPE pg_temp.trange AS RANGE (subtype = text)",
	"CREATE COLLATION pg_temp.ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
	"CREATE DOMAIN pg_temp.code AS varchar(5) CHECK (VALUE ~ '^[a-z]')",
}

// A keyType is a type and two of its values, as expressions.
type keyType struct{ typ, one, two string }

var keyTypes = []keyType{
	{"json", `'{"a": 1}'`, `'{"a":1}'`},
	{"jsonb", `'{"a": 1}'`, `'[2]'`},
	{"xml", "'<a/>'", "'<b/>'"},
	{"point", "'(1,2)'", "'(3,4)'"},
	{"int[]", "'{1,2}'", "'{3,NULL}'"},
	{"text[]", `'{"a b",c}'`, "'{}'"},
	{"pg_temp.pair", "(1, 'x,y')::pg_temp.pair", "(2, NULL)::pg_temp.pair"},
	{"pg_temp.code", "'a'", "'b'"},
	{"citext", "'a'", "'B'"},
	{"bytea", `'\x00ff'`, `'\x5c27'`},
	{"int4range", "'[1,5)'", "'empty'"},
	{"inet", "'10.0.0.1'", "'10.0.0.0/8'"},
	{"interval", "'1 day'", "'2 hours'"},
	{"time", "'12:00'", "'13:30:00.5'"},
	{"bit(3)", "'101'", "'111'"},
	{"bool", "true", "false"},
	{"char(4)", "'ab'", "'c'"},
	{`"char"`, "'a'", "'b'"},
	{"name", "'a'", "'b'"},
	{"oid", "1", "4294967295"},
	{"money", "'12.5'::money", "'-3'"},
	{"date", "'2024-01-01'", "'infinity'"},
	{"timestamptz", "'2024-01-01 00:00+02'", "'1900-01-01'"},
	{"numeric(8,3)", "1.5", "-12345.678"},
	{"regclass", "'tiny'", "'mesures'"},
	{"sky", "'fog'", "'rain'"},
	{"tsvector", "'a b'", "'c'"},
	{"uuid", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "'00000000-0000-0000-0000-000000000000'"},
	{"hstore", "'a=>1, b=>NULL'", "''"},
	{"ltree", "'a.b.c'", "'a'"},
	{"lquery", "'a.*'", "'b'"},
	{"cube", "'(1,2)'", "'(3)'"},
	{"seg", "'1 .. 2'", "'3'"},
	{"isbn", "'978-0-393-04002-9'", "'0-306-40615-2'"},
	{"int4multirange", "'{[1,3),[5,7)}'", "'{}'"},
	{"nummultirange", "'{[1.5,3)}'", "'{(,)}'"},
	{"tsrange", "'[2024-01-01,2024-02-01)'", "'(,)'"},
	{"tstzrange", "'[2024-01-01,2024-02-01)'", "'empty'"},
	{"daterange", "'[2024-01-01,2024-02-01)'", "'empty'"},
	{"pg_temp.trange", "'[a,b)'", "'(,)'"},
	{"varbit", "'1010'", "''"},
	{"macaddr", "'08:00:2b:01:02:03'", "'00:00:00:00:00:00'"},
	{"macaddr8", "'08:00:2b:01:02:03:04:05'", "'00:00:00:00:00:00:00:01'"},
	{"cidr", "'10.0.0.0/8'", "'::1/128'"},
	{"timetz", "'12:00+02'", "'13:00-05'"},
	{"float8", "1.5", "'NaN'"},
	{"float8", "'-0'", "'Infinity'"},
	{"real", "1.1", "1e30"},
	{"numeric", "1.50", "'NaN'"},
	{"numeric", "1.0", "1.00001"},
	{"numeric(3,-2)", "1200", "99900"},
	{"pg_lsn", "'0/1'", "'FF/FF'"},
	{"xid", "'1'", "'2'"},
	{"xid8", "'1'", "'2'"},
	{"tid", "'(1,2)'", "'(3,4)'"},
	{"int8", "1", "9223372036854775807"},
	{"int2", "1", "'-32768'"},
	{"int2vector", "'1 2'", "'3'"},
	{"oidvector", "'1 2'", "'3'"},
	{"int[][]", "'{{1,2},{3,4}}'", "'[2:3]={5,6}'"},
	{"json[]", `ARRAY['{"a": 1}']::json[]`, "'{}'"},
	{"uuid[]", "'{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}'", "'{NULL}'"},
	{"sky[]", "'{fog}'", "'{rain,fog}'"},
	{"pg_temp.pair[]", `ARRAY[(1,'x')::pg_temp.pair]`, "'{}'"},
	{"pg_temp.dpair", "(1,'x')::pg_temp.pair", "(2,NULL)::pg_temp.pair"},
	{"pg_temp.dpair[]", "ARRAY[(1,'x')::pg_temp.dpair]", "'{}'"},
	{"pg_temp.dints", "'{1,2}'", "'{3}'"},
	{"pg_temp.dci", "'a'", "'B'"},
	{"pg_temp.duuid", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "'00000000-0000-0000-0000-000000000000'"},
	{"pg_temp.dsky", "'fog'", "'rain'"},
	{"pg_temp.djson", `'{"a": 1}'`, `'{"a":1}'`},
	{"pg_temp.djsonb", `'{"a": 1}'`, `'[2]'`},
	{"pg_temp.dxml", "'<a/>'", "'<b/>'"},
	{"pg_temp.dbytea", `'\x00ff'`, `'\x5c27'`},
	{"pg_temp.drange", "'[1,5)'", "'empty'"},
	{"pg_temp.dmulti", "'{[1,5)}'", "'{}'"},
	{"pg_temp.dpoint", "'(1,2)'", "'(3,4)'"},
	{"pg_temp.dinet", "'10.0.0.1'", "'10.0.0.0/8'"},
	{"pg_temp.dbit", "'101'", "'111'"},
	{"pg_temp.dspan", "'1 day'", "'2 hours'"},
	{"pg_temp.dnum", "1.5", "-12345.678"},
	{"pg_temp.dhs", "'a=>1'", "'b=>2'"},
	{"pg_temp.dint", "1", "9"},
	{"box", "'(1,2),(3,4)'", "'(0,0),(1,1)'"},
	{"circle", "'<(1,2),3>'", "'<(0,0),1>'"},
	{"line", "'{1,2,3}'", "'{4,5,6}'"},
	{"lseg", "'[(1,2),(3,4)]'", "'[(0,0),(1,1)]'"},
	{"path", "'[(1,2),(3,4)]'", "'((0,0),(1,1))'"},
	{"polygon", "'((1,2),(3,4),(5,6))'", "'((0,0),(1,1))'"},
	{"tsquery", "'a & b'", "'c'"},
	{"jsonpath", "'$.a'", "'$.b'"},
	{"regtype", "'int'", "'text'"},
	{"regproc", "'now'", "'clock_timestamp'"},
	{"regrole", "'postgres'", "'pg_monitor'"},
	{"refcursor", "'a'", "'b'"},
	{"pg_snapshot", "'10:20:10,14'", "'10:10:'"},
	{"time(3)", "'12:00:00.123'", "'24:00'"},
	{"timestamp(0)", "'2024-01-01'", "'infinity'"},
	{"interval day to second(2)", "'1 day'", "'2 hours'"},
	{"varchar(5)[]", "'{abc}'", "'{de,f}'"},
	{"bpchar", "'ab  '", "'c'"},
	{`text COLLATE pg_temp.ci`, "'ab'", "'c'"},
	{`text COLLATE "C"`, "'ab'", "'AB'"},
	{"bool[]", "'{t,f}'", "'{}'"},
	{"date[]", "'{2024-01-01}'", "'{infinity}'"},
	{"interval[]", "'{1 day}'", "'{}'"},
	{"aclitem", "'postgres=r/postgres'", "'=r/postgres'"},
	{"mesures", "NULL::mesures", "ROW('2022-06-01',NULL,'a','b','c',1)::mesures"},
	{`pg_temp."Odd ""pair"`, `(1, '{"a b"}')::pg_temp."Odd ""pair"`, `(2, NULL)::pg_temp."Odd ""pair"`},
	{"pg_temp.d2", "'a'", "'b'"},
}

// TestKeyTypes: series and attributes of any type, by each way, in each format,
// and from a stored model.
func TestKeyTypes(t *testing.T) {
	s := connect(t)
	for _, e := range []string{"citext", "hstore", "ltree", "cube", "seg", "isn"} {
		s.must(t, "CREATE EXTENSION IF NOT EXISTS "+e)
	}
	for _, sql := range keyTypeObjects {
		s.must(t, sql)
	}
	for _, k := range keyTypes {
		if !beyond(k.typ) {
			k.check(t, s)
		}
	}
	s.must(t, "SELECT datamime_drop('keyed')")
}

func (k keyType) check(t *testing.T, s *testSession) {
	t.Helper()
	bare, _, _ := strings.Cut(k.typ, " COLLATE")
	s.must(t, "DROP TABLE IF EXISTS keyed, made")
	s.must(t, "CREATE TEMP TABLE keyed (t timestamp, k "+k.typ+", a "+k.typ+", v int)")
	s.must(t, "INSERT INTO keyed SELECT g, "+k.one+", CASE WHEN extract(day FROM g)::int * 7 % 3 = 0 THEN "+k.two+"::"+bare+" ELSE "+k.one+
		" END, extract(hour FROM g) FROM generate_series(timestamp '2024-01-01', '2024-01-08', '1 hour') g")
	s.must(t, "INSERT INTO keyed SELECT t, "+k.two+", NULL, v FROM keyed")
	call := "datamime_generate('keyed', 't', ARRAY['k'], 'v', 96, gaps => 'none')"
	s.must(t, "CREATE TEMP TABLE made AS SELECT * FROM "+call)
	for _, sql := range []string{"SELECT * FROM @", "SELECT * FROM @ g WHERE v > -1", "SELECT k::text, count(a) FROM @ g GROUP BY 1 ORDER BY 1"} {
		for _, format := range []Format{Text, Binary} {
			want, err := s.run(t.Context(), strings.ReplaceAll(sql, "@", "made"), format)
			if err != nil {
				continue // the type has no binary form
			}
			got, err := s.run(t.Context(), strings.ReplaceAll(sql, "@", call), format)
			if err != nil {
				t.Errorf("%s: %s: %s", k.typ, sql, inFull(err))
				continue
			}
			if got.String() != want.String() {
				t.Errorf("%s by %s, format %d: %s\ngot\n%.200s\nwant\n%.200s", k.typ, got.path, format, sql, got, want)
			}
		}
	}
	if got := s.must(t, "SELECT count(DISTINCT k::text) + max((k IS NULL)::int), count(a) > 0 FROM made").String(); got != "2|t\n" {
		t.Errorf("%s: %s", k.typ, got)
	}
	const shape = "SELECT attname, atttypid, atttypmod, attcollation FROM pg_attribute WHERE attrelid = '@'::regclass AND attnum > 0"
	if got, want := s.must(t, strings.Replace(shape, "@", "made", 1)).String(), s.must(t, strings.Replace(shape, "@", "keyed", 1)).String(); got != want {
		t.Errorf("%s: columns\n%snot\n%s", k.typ, got, want)
	}
	s.must(t, "SELECT datamime_fit('keyed', 'keyed', 't', ARRAY['k'], 'v', replace => true)")
	if got, want := s.must(t, "SELECT datamime_generate(model => 'keyed', row_count => 96, gaps => 'none')").String(), s.must(t, "TABLE made").String(); got != want {
		t.Errorf("%s: by its model\n%.200s\nnot\n%.200s", k.typ, got, want)
	}
}

// TestNewSeriesOfStrings: strings of another's type get new values as text does,
// which differ as that type's equality has it.
func TestNewSeriesOfStrings(t *testing.T) {
	s := connect(t)
	s.must(t, "CREATE EXTENSION IF NOT EXISTS citext")
	s.must(t, "CREATE DOMAIN pg_temp.caseless AS citext")
	for _, typ := range []string{"citext", "pg_temp.caseless", "varchar(9)", "name"} {
		s.must(t, "CREATE TEMP TABLE strings AS SELECT g AS t, k::"+typ+" AS k, extract(hour FROM g)::int AS v FROM generate_series(timestamp '2024-01-01', '2024-01-03', '1 hour') g, unnest(ARRAY['a', 'B', 'A 2']) k")
		r := s.must(t, "SELECT DISTINCT k::text COLLATE \"C\" FROM datamime_generate('strings', 't', ARRAY['k'], 'v', 96, extend => 'series') ORDER BY 1")
		if want := "A 2 2\nB 2\na 2'\n"; r.String() != want {
			t.Errorf("%s: %q, not %q", typ, r, want)
		}
		s.must(t, "DROP TABLE strings")
	}
}
