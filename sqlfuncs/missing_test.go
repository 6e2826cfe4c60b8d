package sqlfuncs

import "testing"

// TestNearTables: a mistyped table is told with those it could have been, as the
// caller would write them and may read them.
func TestNearTables(t *testing.T) {
	s := connect(t)
	for _, sql := range []string{"CREATE SCHEMA aside", `CREATE TABLE aside."Größe x" (t timestamp, v int)`, "CREATE TEMP VIEW hourly_loads AS SELECT now() AS t, 1 AS v", "CREATE ROLE passer"} {
		s.must(t, sql)
	}
	for _, f := range []failure{
		{"SELECT * FROM datamime_generate(^'Grösse x', 't', NULL, 'v')", "42602", "invalid name syntax", `Perhaps you meant aside."Größe x".`},
		{"SELECT * FROM datamime_generate(^'aside.pq xy', 't', NULL, 'v')", "42602", "invalid name syntax", `A name with more in it than letters, digits and _ stands in double quotes: 'aside."pq xy"'.`},
		{"SELECT * FROM datamime_generate(^'\"Grösse x\"', 't', NULL, 'v')", "42P01", `relation "Grösse x" does not exist`, `Perhaps you meant aside."Größe x".`},
		{"SELECT * FROM datamime_generate('aside.\"Größe x\"', ^'u', NULL, 'v')", "42703", `column "u" of aside."Größe x" does not exist`, `Columns of aside."Größe x": t, v.`},
		{"SELECT * FROM datamime_generate(^'aside.hourly_load', 't', NULL, 'v')", "42P01", `relation "aside.hourly_load" does not exist`, "Perhaps you meant hourly_loads."},
		{"SELECT * FROM datamime_describe(^'hourly', 't', NULL, 'v')", "42P01", `relation "hourly" does not exist`, "Perhaps you meant hourly_loads."},
		{"SELECT * FROM datamime_fit('m', ^'pg_clas', 't', NULL, 'v')", "42P01", `relation "pg_clas" does not exist`, ""},
		{"SELECT * FROM datamime_evaluate('hourly_loads', 't', NULL, 'v', ^'hourly_laods')", "42P01", `relation "hourly_laods" does not exist`, "Perhaps you meant hourly_loads."},
	} {
		f.check(t, s)
	}
	s.must(t, "SET ROLE passer")
	secret := failure{"SELECT * FROM datamime_generate(^'\"Größe y\"', 't', NULL, 'v')", "42P01", `relation "Größe y" does not exist`, ""}
	secret.check(t, s)
	for _, sql := range []string{"RESET ROLE", "DROP ROLE passer", "DROP SCHEMA aside CASCADE"} {
		s.must(t, sql)
	}
	if got := lastName(`a."b.""c"""`); got != `b."c"` {
		t.Errorf("the last name is %s", got)
	}
}

// TestModelAsSource: who gives a model's name as a source is told how a model is
// named, where the role may see it.
func TestModelAsSource(t *testing.T) {
	s := connect(t)
	s.must(t, "SELECT datamime_define('planned', '{\"series\": {\"columns\": {\"k\": \"text\"}, \"list\": [[\"a\"]]}}')")
	for _, f := range []failure{
		{"SELECT * FROM datamime_generate(^'planned', 'time', NULL, 'value')", "42P01", `relation "planned" does not exist`, "A stored model is named by model => 'planned'."},
		{"SELECT * FROM datamime_generate(^'planned')", "42P01", `relation "planned" does not exist`, "A stored model is named by model => 'planned'."},
		{"SELECT * FROM datamime_fit('m', ^'planned', 'time', NULL, 'value')", "42P01", `relation "planned" does not exist`, ""},
	} {
		f.check(t, s)
	}
	s.must(t, "CREATE ROLE outsider")
	s.must(t, "SET ROLE outsider")
	hidden := failure{"SELECT * FROM datamime_generate(^'planned', 'time', NULL, 'value')", "42P01", `relation "planned" does not exist`, ""}
	hidden.check(t, s)
	for _, sql := range []string{"RESET ROLE", "DROP ROLE outsider", "SELECT datamime_drop('planned')"} {
		s.must(t, sql)
	}
}
