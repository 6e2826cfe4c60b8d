package sqlfuncs

import (
	"strings"
	"testing"

	"github.com/datamime/datamime/sqlfuncs/sqltext"
)

// fillHalves drops a column of the table halves, and gives it rows of two series.
func fillHalves(t *testing.T, s *testSession) {
	t.Helper()
	s.must(t, "ALTER TABLE halves DROP gone")
	s.must(t, "INSERT INTO halves (t, k, v) SELECT timestamp '2024-01-01' + h * interval '1 hour', k, 10 + h * 7 % 24"+
		" FROM generate_series(0, 199) h, (VALUES ('a'), ('b')) l(k)")
}

// TestGeneratedColumns: what the server computes from other columns of a source
// agrees with them in generated rows, however these are had.
func TestGeneratedColumns(t *testing.T) {
	s := connect(t)
	s.must(t, "CREATE TEMP TABLE halves (t timestamp, k text, gone int, v int, \"Twice of\" bigint GENERATED ALWAYS AS (v * 2) STORED, note varchar(20)"+
		" GENERATED ALWAYS AS (upper(k) || ' ' || v) STORED, fixed int GENERATED ALWAYS AS (7) STORED, w numeric(8,2) DEFAULT 1.5)")
	fillHalves(t, s)
	const call = "datamime_generate('halves', 't', ARRAY['k'], 'v', 300)"
	const agrees = `count(*), bool_and("Twice of" = v * 2 AND note = upper(k) || ' ' || v AND fixed = 7)`
	for _, way := range []string{
		"SELECT " + agrees + " FROM " + call,
		"WITH g AS MATERIALIZED (SELECT * FROM " + call + ") SELECT " + agrees + " FROM g",
		"SELECT " + agrees + " FROM (SELECT * FROM " + call + " WITH ORDINALITY ORDER BY ordinality) g",
	} {
		if got := s.must(t, way).String(); got != "300|t\n" {
			t.Errorf("%s\ngives %s", way, got)
		}
	}
	for _, way := range [][]string{
		{"CREATE TEMP TABLE filled AS SELECT * FROM " + call},
		{"CREATE TEMP TABLE filled AS TABLE halves WITH NO DATA", "INSERT INTO filled SELECT * FROM " + call},
	} {
		for _, sql := range way {
			s.must(t, sql)
		}
		if got := s.must(t, "SELECT "+agrees+" FROM filled").String(); got != "300|t\n" {
			t.Errorf("%s\ngives %s", way, got)
		}
		s.must(t, "DROP TABLE filled")
	}
	if got := s.must(t, "SELECT sum(fixed) FROM "+call).String(); got != "2100\n" {
		t.Errorf("a constant column sums up to %s", got)
	}
	// Without them, and as the value itself, the rows are what they were.
	streamed, whole := s.must(t, "SELECT t, k, v FROM "+call).String(), s.must(t, "SELECT t, k, v FROM (SELECT * FROM "+call+" OFFSET 0) g").String()
	if streamed != whole {
		t.Error("other rows beside generated columns")
	}
	if got := s.must(t, `SELECT count("Twice of") FROM datamime_generate('halves', 't', ARRAY['k'], 'Twice of', 300)`).String(); got != "300\n" {
		t.Errorf("a generated column simulated gives %s values", got)
	}
}

// TestGeneratedColumnsOfQueries: a query over one table gives what the table would,
// by whatever names; one that may join a row with another's does not.
func TestGeneratedColumnsOfQueries(t *testing.T) {
	s := connect(t)
	s.must(t, "CREATE TEMP TABLE halves (gone int, t timestamp, k text, v int, twice bigint GENERATED ALWAYS AS (v * 2) STORED,"+
		" note text GENERATED ALWAYS AS (upper(k) || ' ' || v) STORED, fixed int GENERATED ALWAYS AS (7) STORED)")
	fillHalves(t, s)
	for _, c := range []struct {
		source, agrees string
		computed       bool
	}{
		{"(SELECT * FROM halves WHERE v > 3)", "twice = v * 2 AND note = upper(k) || ' ' || v AND fixed = 7", true},
		{"(SELECT note AS v2, twice AS note, k, t, v AS twice FROM halves h ORDER BY 1)", "note = twice * 2 AND v2 = upper(k) || ' ' || twice", true},
		{"(WITH w AS (SELECT *, v + 1 AS more FROM halves) SELECT s.*, 1 AS one FROM (SELECT * FROM w) s)", "twice = v * 2 AND more IS NOT NULL", true},
		{"(WITH w AS (SELECT * FROM halves) SELECT a.t, a.k, a.v, b.twice, b.v AS u FROM w a JOIN w b USING (t, k))", "twice IS NOT NULL", false},
		{"(SELECT s.*, n FROM (SELECT t, k, v, twice FROM halves) s JOIN LATERAL generate_series(v, v) n ON true)", "twice = v * 2", true},
		{"(SELECT a.t, a.k, a.v, b.twice, b.v AS u FROM halves a JOIN halves b USING (t, k))", "twice IS NOT NULL", false},
		{"(SELECT t, k, v, twice FROM halves UNION ALL SELECT t, 'c', 5, 0 FROM (VALUES (timestamp '2024-01-01')) x(t))", "twice IS NOT NULL", false},
		{"(SELECT t, k, 0 AS twice, twice AS v FROM halves)", "twice = 0", false},
	} {
		value := "v"
		if strings.Contains(c.source, "AS v2") {
			value = "twice"
		}
		call := "datamime_generate(" + sqltext.QuoteLiteral(c.source) + ", 't', ARRAY['k'], '" + value + "', 300)"
		if got := s.must(t, "SELECT count(*), bool_and("+c.agrees+") FROM "+call).String(); got != "300|t\n" {
			t.Errorf("%s: %s", c.source, got)
		}
		if got := s.must(t, "SELECT * FROM "+call).path; (got == "arrays") != c.computed {
			t.Errorf("%s: rows by %s", c.source, got)
		}
	}
}

// TestGeneratedColumnsOfModels: a stored model's rows agree, too, as long as its source
// is there and belongs to somebody whose expressions may run with the caller's rights.
func TestGeneratedColumnsOfModels(t *testing.T) {
	serverRoles(t, "mallory")
	s := database(t, "models_computed")
	s.must(t, "CREATE TABLE halves (t timestamp, k text, gone int, v int, \"Twice of\" bigint GENERATED ALWAYS AS (v * 2) STORED, note varchar(20)"+
		" GENERATED ALWAYS AS (upper(k) || ' ' || v) STORED, w numeric(8,2) DEFAULT 1.5)")
	fillHalves(t, s)
	s.must(t, "SELECT datamime_fit('half', 'halves', 't', ARRAY['k'], 'v')")
	const call = "datamime_generate(model => 'half', row_count => 3000)"
	agree := func(from string) string {
		t.Helper()
		return s.must(t, `SELECT count(*), bool_and("Twice of" = v * 2 AND note = upper(k) || ' ' || v AND w = 1.5) FROM `+from).String()
	}
	if got := agree(call); got != "3000|t\n" {
		t.Errorf("of a model: %s", got)
	}
	s.must(t, "SELECT datamime_generate(model => 'half', row_count => 3000, target => 'filled')")
	if got := agree("filled"); got != "3000|t\n" {
		t.Errorf("in a target: %s", got)
	}
	s.must(t, "UPDATE filled SET v = 1")
	if got := agree("filled"); got != "3000|t\n" {
		t.Errorf("in a target that was changed: %s", got)
	}
	for _, change := range []string{"ALTER TABLE halves OWNER TO mallory", "DROP TABLE halves", "ALTER TABLE halves ALTER v TYPE bigint USING 0",
		`ALTER TABLE halves RENAME v TO u`} {
		s.must(t, "BEGIN")
		if strings.Contains(change, "TYPE") {
			s.must(t, `ALTER TABLE halves DROP "Twice of", DROP note`)
		}
		s.must(t, change)
		if got := s.must(t, "SELECT * FROM "+call).path; got != "stream" {
			t.Errorf("%s: rows by %s", change, got)
		}
		if got := s.must(t, `SELECT count("Twice of") FROM `+call).String(); got != "3000\n" {
			t.Errorf("%s: %s", change, got)
		}
		s.must(t, "ROLLBACK")
	}
}

// TestGeneratedColumnsInRowsFrom: beside other functions, too; rows that these have
// beyond a call's are NULL, as those of a function are.
func TestGeneratedColumnsInRowsFrom(t *testing.T) {
	s := connect(t)
	s.must(t, "CREATE TEMP TABLE halves (t timestamp, k text, v int, \"Twice of\" bigint GENERATED ALWAYS AS (v * 2) STORED, fixed int GENERATED ALWAYS AS (7) STORED)")
	s.must(t, "INSERT INTO halves (t, k, v) SELECT timestamp '2024-01-01' + h * interval '1 hour', k, 10 + h * 7 % 24"+
		" FROM generate_series(0, 199) h, (VALUES ('a'), ('b')) l(k)")
	const call = "datamime_generate('halves', 't', ARRAY['k'], 'v', 30)"
	for sql, want := range map[string]string{
		"SELECT count(*), count(v), count(fixed), bool_and(\"Twice of\" = v * 2 AND fixed = 7) FROM ROWS FROM (" + call + ", generate_series(1, 40)) g":                           "40|30|30|t\n",
		"SELECT count(*), count(fixed) FROM ROWS FROM (generate_series(1, 40), " + call + ") WITH ORDINALITY g":                                                                   "40|30\n",
		"SELECT sum(\"Twice of\") = 2 * (SELECT sum(v) FROM " + call + ") FROM ROWS FROM (" + call + ", generate_series(1, 3)) g":                                                 "t\n",
		"SELECT count(*), bool_and(b = 2 * a) FROM (SELECT g.v, g.\"Twice of\" FROM ROWS FROM (" + call + ", " + call + ") g(t, k, v, \"Twice of\", f, t2, k2, x, y, z)) s(a, b)": "30|t\n",
	} {
		if got := s.must(t, sql).String(); got != want {
			t.Errorf("%s\ngives %s", sql, got)
		}
	}
}
