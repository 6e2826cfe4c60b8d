package sqlfuncs

import "testing"

// TestGeneratedColumns: what the server computes from other columns of a source
// agrees with them in generated rows, however these are had.
func TestGeneratedColumns(t *testing.T) {
	s := connect(t)
	s.must(t, "CREATE TEMP TABLE halves (t timestamp, k text, gone int, v int, \"Twice of\" bigint GENERATED ALWAYS AS (v * 2) STORED, note varchar(20)"+
		" GENERATED ALWAYS AS (upper(k) || ' ' || v) STORED, fixed int GENERATED ALWAYS AS (7) STORED, w numeric(8,2) DEFAULT 1.5)")
	s.must(t, "ALTER TABLE halves DROP gone")
	s.must(t, "INSERT INTO halves (t, k, v) SELECT timestamp '2024-01-01' + h * interval '1 hour', k, 10 + h * 7 % 24"+
		" FROM generate_series(0, 199) h, (VALUES ('a'), ('b')) l(k)")
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
