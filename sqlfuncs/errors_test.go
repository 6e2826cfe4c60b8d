package sqlfuncs

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"testing"
)

// A failure is a statement with a ^ in front of the place that its error
// points to, and the error.
type failure struct {
	sql, code, message, hint string
}

const mesures = "'mesures', 'date_debut', ARRAY['station','polluant'], 'valeur'"

var failures = []failure{
	// Names that are none.
	{"SELECT * FROM ^datamime_generat(1)", "42883", "function datamime_generat does not exist",
		"Perhaps you meant datamime_generate; SELECT * FROM datamime_help() lists all."},
	{"SELECT ^datamime_xyzzy()", "42883", "function datamime_xyzzy does not exist", "SELECT * FROM datamime_help() lists the functions of datamime."},
	{"SELECT * FROM datamime_generate(^'nope', 't', NULL, 'v')", "42P01", `relation "nope" does not exist`, ""},
	{"SELECT * FROM datamime_generate(^'mesure', 't', NULL, 'v')", "42P01", `relation "mesure" does not exist`, "Perhaps you meant mesures or mesures_view."},
	{"SELECT * FROM datamime_generate(^'nope.mesures', 't', NULL, 'v')", "3F000", `schema "nope" does not exist`, "Perhaps you meant mesures or mesures_view."},
	{"SELECT * FROM datamime_generate(^'nope.nope', 't', NULL, 'v')", "3F000", `schema "nope" does not exist`, ""},
	{"SELECT * FROM datamime_generate('mesures', ^'date_dbut', NULL, 'valeur')", "42703", `column "date_dbut" of "mesures" does not exist`, "Perhaps you meant date_debut."},
	{"SELECT * FROM datamime_generate('mesures', 'date_debut', ^ARRAY['satation'], 'valeur')", "42703", `column "satation" of "mesures" does not exist`, "Perhaps you meant station."},
	{"SELECT * FROM datamime_generate('mesures', 'date_debut', NULL, ^'zzz')", "42703", `column "zzz" of "mesures" does not exist`,
		`Columns of "mesures": date_debut, date_fin, station, polluant, commune, valeur.`},
	{"SELECT * FROM datamime_generate(^'sales_pkey', 't', NULL, 'v')", "42809", `"sales_pkey" is not a table or a view`, ""},
	{"SELECT * FROM datamime_generate(^'sales_id_seq', 't', NULL, 'v')", "42809", `"sales_id_seq" is not a table or a view`, ""},
	{"SELECT * FROM datamime_generate(^'(SELECT nope FROM mesures)', 't', NULL, 'v')", "42703", `column "nope" does not exist`, ""},
	{"SELECT * FROM datamime_generate(^'SELECT * FROM mesures', 't', NULL, 'v')", "42602", "invalid name syntax", "A query is written in parentheses: '(SELECT ...)'."},
	{"SELECT * FROM datamime_generate(^'selected mesures', 't', NULL, 'v')", "42602", "invalid name syntax", "Perhaps you meant mesures"},
	{"SELECT * FROM ^public.datamime_generate('mesures', 't', NULL, 'v')", "42883", "function public.datamime_generate does not exist", "The functions of datamime are in no schema: datamime_generate(...)."},
	{"SELECT ^\"Odd\".datamime_version()", "42883", "function Odd.datamime_version does not exist", "The functions of datamime are in no schema: datamime_version(...)."},
	{"SELECT * FROM ^public.datamime_nope('mesures')", "42883", "function public.datamime_nope(unknown) does not exist", "No function matches"},
	{"SELECT * FROM datamime_generate(^'(SELEC 1)', 't', NULL, 'v')", "42601", `syntax error at or near "SELEC"`, ""},
	{"SELECT * FROM datamime_generate(^'(DELETE FROM mesures)', 't', NULL, 'v')", "42601", `syntax error at or near "DELETE"`, ""},
	{"SELECT * FROM datamime_generate(^'(SELECT 1) x; (SELECT 2)', 't', NULL, 'v')", "42601", `syntax error at or near "x"`, ""},
	{"SELECT * FROM datamime_generate(^'(SELECT * FROM datamime_version())', 't', NULL, 'v')", "0A000", "a source cannot call a function of datamime itself",
		"Fill a table with one call first, and name it in the other."},
	{"SELECT * FROM datamime_generate(" + mesures + ", model => ^'m')", "42704", `model "m" does not exist`, "SELECT * FROM datamime_models() lists them; datamime_fit makes one."},

	// Types.
	{"SELECT * FROM datamime_generate('mesures', 'date_debut', ARRAY['station'], ^'polluant')", "42804", `value column "polluant" is of type text`,
		`Numeric columns of "mesures": valeur.`},
	{"SELECT * FROM datamime_generate('mesures', ^'station', NULL, 'valeur')", "42804", `time column "station" is of type text`,
		`Time columns of "mesures": date_debut, date_fin. Where it holds times, cast it in a query: '(SELECT *, "station"::timestamp AS t FROM mesures)'.`},
	{"SELECT * FROM datamime_generate('words', ^'n', NULL, 'n')", "42804", `time column "n" is of type integer`,
		`Time columns of "words": Mixed, at. Where it holds times, cast it in a query: '(SELECT *, to_timestamp("n") AS t2 FROM words)'.`},
	{"SELECT * FROM datamime_generate('mesures', 'date_debut', ^'station', 'valeur')", "22P02", `malformed array literal: "station"`, "Write it as ARRAY['station']. It is NULL for a single series."},
	{"SELECT * FROM datamime_generate('mesures', 'date_debut', ^'station, polluant', 'valeur')", "22P02", `malformed array literal: "station, polluant"`, "Write it as ARRAY['station', 'polluant']."},
	{"SELECT * FROM datamime_generate('mesures', 'date_debut', ^'', 'valeur')", "22P02", `malformed array literal: ""`, "It is NULL for a single series."},
	{"SELECT * FROM datamime_generate('mesures', 'date_debut', ^5)", "42804", "argument series_columns of datamime_generate is a list of names, not a number", "Its arguments, in their order: source, time_column, series_columns"},
	{"SELECT * FROM datamime_generate('mesures', 'date_debut', ^'{station', 'valeur')", "22P02", `malformed array literal: "{station"`, ""},
	{"SELECT * FROM datamime_generate('mesures', 'date_debut', ^ARRAY[ARRAY['station']], 'valeur')", "22023", "a list of names cannot have more than one dimension", "Write it as ARRAY['a', 'b']."},
	{"SELECT * FROM datamime_generate('mesures', 'date_debut', NULL, ^'valeur, commune')", "42703", `column "valeur, commune" of "mesures" does not exist`, "Several columns are written as ARRAY['valeur', 'commune']."},
	{"SELECT * FROM datamime_generate('mesures', ^'V', NULL, 'valeur')", "42703", `column "V" of "mesures" does not exist`, "Columns of"},
	{"SELECT * FROM datamime_generate('(SELECT now() AS t, true AS on)', 't', NULL, ^'on')", "42804", `value column "on" is of type boolean`, `Cast it in a query: '(SELECT *, "on"::integer AS v FROM (...) AS q)'.`},
	{"SELECT * FROM datamime_generate('(SELECT now() AS t, interval ''1 h'' AS d)', 't', NULL, ^'d')", "42804", `value column "d" is of type interval`, "Cast it in a query: '(SELECT *, extract(epoch FROM \"d\") AS v FROM (...) AS q)'."},
	{"SELECT * FROM datamime_generate('(SELECT now() AS t, point(1,2) AS p)', 't', NULL, ^'p')", "42804", `value column "p" is of type point`, ""},

	// Arguments.
	{"SELECT * FROM ^datamime_generate('mesures')", "42883", "function datamime_generate needs the argument time_column", `Time columns of "mesures": date_debut, date_fin. Its arguments: source, time_column`},
	{"SELECT * FROM ^datamime_generate('mesures', 'date_debut')", "42883", "function datamime_generate needs the argument value_column", `Numeric columns of "mesures": valeur. Its arguments: source, time_column`},
	{"SELECT * FROM ^datamime_generate('mesures', NULL, NULL, 'valeur')", "42883", "function datamime_generate needs the argument time_column", `Time columns of "mesures": date_debut, date_fin. Its`},
	{"SELECT * FROM datamime_generate('mesures', ^ARRAY['station'], 'valeur', 5)", "42804", "argument time_column of datamime_generate is one name, not a list", "Its arguments, in their order: source, time_column, series_columns"},
	{"SELECT * FROM datamime_fit('mesures', 'date_debut', ^ARRAY['station'], 'valeur')", "42804", "argument time_column of datamime_fit is one name, not a list", "Its arguments, in their order: model, source, time_column"},
	{"SELECT * FROM datamime_generate(" + mesures + ", 5, target => ^'two words')", "22023", `string is not a valid identifier: "two words"`, `A name with more in it than letters, digits and _ stands in double quotes: '"two words"'.`},
	{"SELECT * FROM ^datamime_fit('m', 'mesures')", "42883", "function datamime_fit needs the argument time_column", `Time columns of "mesures": date_debut, date_fin. Its arguments: model, source`},
	{"SELECT * FROM ^datamime_fit('m', time_column => 't')", "42883", "function datamime_fit needs the argument source", "Its arguments: model, source"},
	{"SELECT * FROM datamime_generate(^'mesure')", "42P01", `relation "mesure" does not exist`, "Perhaps you meant mesures"},
	{"SELECT * FROM ^datamime_generate()", "42883", "function datamime_generate needs the argument source", "Its arguments: source, time_column"},
	{"SELECT * FROM datamime_generate(" + mesures + ", ^row_cont => 5)", "42883", `function datamime_generate has no argument named "row_cont"`, "Perhaps you meant row_count; its arguments: source"},
	{"SELECT * FROM datamime_generate(" + mesures + ", ^rows => 5)", "42883", `function datamime_generate has no argument named "rows"`, "Perhaps you meant row_count; its arguments: source"},
	{"SELECT * FROM datamime_generate(" + mesures + ", seed => 1, ^seed => 2)", "42601", `argument name "seed" used more than once`, ""},
	{"SELECT * FROM datamime_generate(source => 'mesures', ^'date_debut')", "42601", "positional argument cannot follow named argument", ""},
	{"SELECT * FROM ^datamime_version(1)", "42883", "function datamime_version has 0 arguments, not 1", "It takes no arguments."},
	{"SELECT * FROM datamime_generate(" + mesures + ", ^-1)", "22023", "row_count cannot be negative: -1", ""},
	{"SELECT * FROM datamime_generate(" + mesures + ", ^row_count = 5)", "0A000", `argument row_count of datamime_generate must be constant, it names the column "row_count"`, "An argument is given by its name as row_count => value."},
	{"SELECT * FROM datamime_generate(" + mesures + ", ^generate_series(1, 2))", "0A000", "set-returning functions must appear at top level of FROM", ""},
	{"SELECT * FROM datamime_generate(" + mesures + ", ^count(*))", "42803", "aggregate functions are not allowed in functions in FROM", ""},
	{"SELECT * FROM datamime_generate(" + mesures + ", 1 + ^row_number() OVER ())", "42P20", "window functions are not allowed in functions in FROM", ""},
	{"SELECT * FROM datamime_generate(" + mesures + ", ^'many')", "22P02", `invalid input syntax for type bigint: "many"`, ""},
	{"SELECT * FROM datamime_generate(" + mesures + ", gaps => ^'some')", "22023", `gaps cannot be "some"`, "It is one of 'learned', 'none'."},
	{"SELECT * FROM datamime_generate(" + mesures + ", decimals => ^-2)", "22023", "decimals cannot be -2", "It is a number from 0 to 15."},
	{"SELECT * FROM datamime_generate(" + mesures + ", minimum => ^5, maximum => 4)", "22023", "minimum 5 is larger than maximum 4", ""},
	{"SELECT * FROM datamime_generate(" + mesures + ", minimum => ^'NaN')", "22023", "minimum is not a finite number", ""},
	{"SELECT * FROM datamime_generate(" + mesures + ", start_at => ^'2030-01-02', end_at => '2030-01-01')", "22023", "start_at lies behind end_at", "Rows are made from start_at on and in front of end_at."},
	{"SELECT * FROM datamime_generate(" + mesures + ", start_at => ^'2030-01-02')", "22023", "start_at lies behind the source's last step", "Give end_at or row_count as well."},
	{"SELECT * FROM datamime_generate(" + mesures + ", end_at => ^'1990-01-02')", "22023", "end_at lies in front of the source's first step", "Give start_at as well."},
	{"SELECT * FROM datamime_generate(" + mesures + ", start_at => ^'infinity', row_count => 1)", "22023", "a start or an end cannot be infinite", "Leave it out for the default, or give row_count."},
	{"SELECT * FROM datamime_generate(" + mesures + ", start_at => ^'soon')", "22007", `invalid input syntax for type timestamp: "soon"`, ""},
	{"SELECT * FROM datamime_generate(" + mesures + ", 5, 'now', frequency => ^'hourly')", "22007", `invalid input syntax for type interval: "hourly"`, "An interval is written as '15 minutes', '1 hour', '1 day' or '1 month'."},
	{"SELECT * FROM datamime_generate(" + mesures + ", frequency => '1 hour', end_at => ^'later')", "22007", `invalid input syntax for type timestamp: "later"`, ""},
	{"SELECT * FROM datamime_generate(" + mesures + ", frequency => ^'0')", "22023", "frequency must be longer than nothing", ""},
	{"SELECT * FROM datamime_generate(" + mesures + ", frequency => ^'1 month 1 day')", "22023", "frequency mixes months with days", "Give whole months, or days and parts of a day."},
	{"SELECT * FROM datamime_generate(" + mesures + ", 3, frequency => ^'1000 years')", "22023", "frequency puts 8766000 steps of the source into one", "Give at most '100 years'."},
	{"SELECT * FROM datamime_generate('sales', 'day', NULL, 'amount', 3, frequency => ^'36526 days')", "22023", "frequency puts 36526 steps of the source into one", "Give at most '100 years'."},
	{"SELECT * FROM datamime_generate(" + mesures + ", frequency => ^'infinity')", "22023", "frequency cannot be infinite", ""},
	{"SELECT * FROM datamime_generate('(SELECT t::timestamp(1) AS t, v FROM tiny)', 't', NULL, 'v', frequency => ^'250 ms')", "22023",
		`frequency is finer than the type timestamp(1) without time zone of time column "t"`, "Cast the column to one without a precision in a query."},
	{"SELECT * FROM datamime_generate('sales', 'day', NULL, 'amount', frequency => ^'1 hour')", "22023", `frequency is finer than the type date of time column "day"`,
		"Give whole days, or cast the column to timestamp in a query."},
	{"SELECT * FROM datamime_generate(" + mesures + ", time_zone => ^'Mars/Olympus')", "22023", `time zone "Mars/Olympus" is not known`, "Names are those of pg_timezone_names: 'Europe/Paris'."},
	{"SELECT * FROM datamime_generate(" + mesures + ", time_zone => ^'europe/pari')", "22023", `time zone "europe/pari" is not known`, "Perhaps you meant Europe/Paris"},
	{"SELECT * FROM datamime_generate('tiny', ^'x', NULL, 'v')", "42703", `column "x" of "tiny" does not exist`, `Columns of "tiny": t, v.`},
	{"SELECT * FROM datamime_generate(^'empty', 't', NULL, 'v')", "22023", `"empty" has no rows to learn from`, "datamime_define makes a model of what is known, without rows."},
	{"SELECT * FROM datamime_generate('tiny', 't', NULL, ^ARRAY['v','v'])", "22023", `column "v" is named twice, in value_column and in value_column`, ""},
	{"SELECT * FROM datamime_generate('tiny', 't', NULL, ^ARRAY[NULL,'v'])", "22023", "value_column holds a NULL", ""},
	{"SELECT * FROM datamime_help(^'genrate')", "22023", `there is no help on "genrate"`, "Perhaps you meant 'generate'; SELECT * FROM datamime_help() lists everything."},

	// Places.
	{"SELECT 1 + ^datamime_generate(" + mesures + ")", "0A000", "datamime_generate cannot stand here",
		"A call of it stands in FROM, or is the whole select list: SELECT * FROM datamime_generate(...)."},
	{"SELECT 'é', ^datamime_version() FROM mesures", "0A000", "datamime_version cannot stand here", "A call of it stands in FROM"},
	{"SELECT ^datamime_version() FROM mesures", "0A000", "datamime_version cannot stand here", "A call of it stands in FROM"},
	{"CREATE VIEW v AS SELECT * FROM ^datamime_version()", "0A000", "datamime_version cannot stand in a view",
		"Write CREATE TABLE in the place of CREATE VIEW, or make the view over a table that was filled so."},
	{"CREATE MATERIALIZED VIEW v AS SELECT * FROM ^datamime_version()", "0A000", "datamime_version cannot stand in a materialized view",
		"Write CREATE TABLE in the place of CREATE MATERIALIZED VIEW: both keep the rows."},
	{"CREATE POLICY p ON mesures USING (EXISTS (SELECT FROM ^datamime_version()))", "0A000", "datamime_version cannot stand in a policy", "Fill a table first"},
	{"CREATE PUBLICATION p FOR TABLE mesures WHERE ((SELECT true FROM ^datamime_version()))", "0A000", "datamime_version cannot stand in a publication", "Fill a table first"},
	{"SELECT * FROM mesures m, LATERAL datamime_generate('tiny', 't', NULL, 'v', ^m.valeur)", "0A000",
		`argument row_count of datamime_generate must be constant, it names the column "valeur"`, "A literal is written in single quotes: 'valeur'."},
	{"SELECT * FROM datamime_generate(^mesures, 'date_debut', NULL, 'valeur')", "0A000",
		`argument source of datamime_generate must be constant, it names the column "mesures"`, "A literal is written in single quotes: 'mesures'."},
	{"WITH c AS (SELECT 5 AS n) SELECT * FROM datamime_generate(" + mesures + ", ^(SELECT n FROM c))", "0A000",
		`argument row_count of datamime_generate must be constant, it names the common table expression "c"`, "A subquery in an argument can read tables only."},
	{"SELECT * FROM datamime_help((SELECT max(function) FROM ^datamime_help()))", "0A000", "datamime_help cannot stand among the arguments of another call of datamime",
		"Fill a table with one call first, and name it in the other."},
	{"SELECT * FROM datamime_generate(^$1, 'date_debut', NULL, 'valeur')", "0A000",
		"argument source of datamime_generate decides the columns of the result, and its parameter has no value yet",
		"Write it as a literal, bind it before asking for the columns, or define these behind the call"},
	{"SELECT * FROM (VALUES (1)) v(k), ROWS FROM (datamime_version(), ^generate_series(1, v.k)) g", "0A000",
		"a function beside a call of datamime in ROWS FROM cannot name other tables", "Write the call itself in FROM, WITH ORDINALITY, and join on the number."},
	{"SELECT * FROM ROWS FROM (datamime_version(), ^nope(1)) g", "42883", "function nope(integer) does not exist", "No function matches"},
	{"SELECT * FROM ROWS FROM (^datamime_version() AS (a int))", "42601", "a column definition list is redundant for a function returning a named composite type", ""},
	{"SELECT * FROM ^datamime_version() AS v(a int)", "42601", "a column definition list is redundant for a function returning a named composite type", ""},
	{"SELECT * FROM ^datamime_generate(" + mesures + ", 1) AS g(a timestamp, v integer)", "42804", "function return row and query-specified return row do not match",
		`Its columns: ("date_debut" timestamp`},
	{"SELECT * FROM ^datamime_generate(" + mesures + ", 1) AS (a timestamp, b timestamp, s text, p text, c text, v real)", "42804",
		"function return row and query-specified return row do not match", `Its columns: ("date_debut" timestamp`},
	{"SELECT * FROM datamime_generate(" + mesures + ", 1) AS (a timestamp, b ^nothing)", "42704", `type "nothing" does not exist`, ""},
	{"SELECT * FROM datamime_generate(" + mesures + ", 1) WITH ORDINALITY AS g(^a timestamp)", "42601", "WITH ORDINALITY cannot be used with a column definition list",
		"Put the column definition list inside ROWS FROM()."},
	{"SELECT ^datamime_version() OVER ()", "42809", "OVER specified, but datamime_version is not a window function nor an aggregate function", ""},

	// The server's own, in the client's text.
	{"SELECT ^nope FROM datamime_version() WHERE 1 = 1", "42703", `column "nope" does not exist`, ""},
	{"SELECT version, 'é' || ^nope(commit) FROM datamime_version()", "42883", "function nope(text) does not exist", "No function matches"},
	{"SELECT * FROM datamime_version() v WHERE ^nope = 1", "42703", `column "nope" does not exist`, ""},
	{"SELECT * FROM datamime_generate(" + mesures + ", 1 + ^nope(2)) g", "42883", "function nope(integer) does not exist", "No function matches"},
	{"SELECT * FROM datamime_generate(" + mesures + ", 1 / 0)", "22012", "division by zero", ""},
}

// failed returns an error's fields, wherever it comes from.
func failed(err error) (code, message, hint string, position int) {
	var e *Error
	var se *ServerError
	switch {
	case errors.As(err, &e):
		return e.Code, e.Message, e.Hint, e.Position
	case errors.As(err, &se):
		for _, f := range bytes.Split(se.Raw, []byte{0}) {
			switch {
			case len(f) == 0:
			case f[0] == 'H':
				hint = string(f[1:])
			case f[0] == 'P':
				position, _ = strconv.Atoi(string(f[1:]))
			}
		}
		return se.Code, se.Message, hint, position
	}
	return "", err.Error(), "", 0
}

func TestErrors(t *testing.T) {
	s := connect(t)
	for _, f := range failures {
		if !beyond(f.sql) {
			f.check(t, s)
		}
	}
}

// check runs the statement and compares its error.
func (f *failure) check(t *testing.T, s *testSession) {
	t.Helper()
	before, after, marked := strings.Cut(f.sql, "^")
	want := 0
	if marked {
		want = len([]rune(before)) + 1
	}
	_, err := s.run(t.Context(), before+after, Text)
	if err == nil {
		t.Errorf("%s\nno error", f.sql)
		return
	}
	code, message, hint, position := failed(err)
	if code != f.code || message != f.message || !strings.HasPrefix(hint, f.hint) || f.hint == "" && hint != "" || position != want {
		t.Errorf("%s\n got %s %s\n     hint %q at %d\nwant %s %s\n     hint %q at %d", f.sql, code, message, hint, position, f.code, f.message, f.hint, want)
	}
}

// TestViewsHintWorks does what the hints of refused views say, word for word.
func TestViewsHintWorks(t *testing.T) {
	s := connect(t)
	for _, kind := range []string{"VIEW", "MATERIALIZED VIEW"} {
		for _, rest := range []string{" hinted AS SELECT * FROM ", " hinted (a, b, c, d, e, f) AS WITH g AS (SELECT * FROM ", " IF NOT EXISTS hinted AS SELECT count(*) FROM "} {
			if kind == "VIEW" && strings.Contains(rest, "IF NOT") {
				continue
			}
			rest += "datamime_generate(" + mesures + ", 20)"
			if strings.Contains(rest, "WITH g") {
				rest += ") TABLE g"
			}
			if _, err := s.run(t.Context(), "CREATE "+kind+rest, Text); err == nil || !strings.Contains(err.Error(), "cannot stand in a") {
				t.Fatalf("CREATE %s gives %v", kind, err)
			}
			s.must(t, "CREATE TABLE"+rest)
			s.must(t, "CREATE VIEW over AS TABLE hinted")
			if got := s.must(t, "SELECT count(*) > 0 FROM over").String(); got != "t\n" {
				t.Errorf("%s: rows: %s", rest, got)
			}
			s.must(t, "DROP TABLE hinted CASCADE")
		}
	}
}
