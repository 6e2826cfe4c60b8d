package sqlfuncs

import "testing"

// TestWhatTheCallerMayRead: a model sees what its caller's role, policies,
// privileges and search_path let it see.
func TestWhatTheCallerMayRead(t *testing.T) {
	serverRoles(t, "seeing", "blind")
	s := database(t, "privileges")
	for _, sql := range []string{
		"CREATE TABLE h AS SELECT g AS t, k, (extract(hour FROM g) + ascii(k))::int AS v, 'secret' AS s FROM generate_series(timestamp '2024-01-01', '2024-01-09', '1 hour') g, unnest(ARRAY['a', 'b', 'c']) k",
		"ALTER TABLE h ENABLE ROW LEVEL SECURITY",
		"CREATE POLICY part ON h FOR SELECT TO seeing USING (k <> coalesce(nullif(current_setting('hidden.key', true), ''), 'b'))",
		"GRANT SELECT (t, k, v) ON h TO seeing, blind",
		"CREATE VIEW owners AS SELECT t, k, v FROM h", "GRANT SELECT ON owners TO seeing",
		"CREATE VIEW invokers WITH (security_invoker) AS SELECT t, k, v FROM h", "GRANT SELECT ON invokers TO seeing",
		"CREATE SCHEMA other", "CREATE TABLE other.h AS SELECT t, upper(k) AS k, v FROM h", "GRANT USAGE ON SCHEMA other TO seeing", "GRANT SELECT ON other.h TO seeing",
		"CREATE SCHEMA closed", "CREATE TABLE closed.h AS TABLE other.h", "GRANT SELECT ON closed.h TO seeing",
		"CREATE FUNCTION all_of_h() RETURNS SETOF h LANGUAGE sql SECURITY DEFINER AS 'TABLE h'",
	} {
		if !beyond(sql) {
			s.must(t, sql)
		}
	}
	keys := func(source string) string {
		return "SELECT string_agg(DISTINCT k, '' ORDER BY k) FROM datamime_generate('" + source + "', 't', ARRAY['k'], 'v')"
	}
	for _, c := range []struct{ role, set, source, want string }{
		{"postgres", "", "h", "abc\n"},
		{"seeing", "", "(SELECT t, k, v FROM h)", "ac\n"},
		{"seeing", "SET hidden.key = 'c'", "(SELECT t, k, v FROM h)", "ab\n"},
		{"seeing", "", "invokers", "ac\n"},
		{"seeing", "", "owners", "abc\n"},
		{"seeing", "", "(SELECT t, k, v FROM all_of_h())", "abc\n"},
		{"seeing", "", "other.h", "ABC\n"},
		{"seeing", "SET search_path = other, public", "h", "ABC\n"},
	} {
		if beyond(c.source) {
			continue
		}
		s.must(t, "SET ROLE "+c.role)
		if c.set != "" {
			s.must(t, c.set)
		}
		if got := s.must(t, keys(c.source)).String(); got != c.want {
			t.Errorf("%s reads %s of %s %s", c.role, got, c.source, c.set)
		}
		s.must(t, "RESET ALL")
	}
	s.must(t, "SET ROLE seeing")
	if got := s.must(t, keys("h")).String(); got != "ac\n" {
		t.Errorf("the columns that are needed may be read: %s", got)
	}
	s.fails(t, "SELECT * FROM datamime_generate('h', 't', ARRAY['k'], 'v')", "42501", "permission denied for table h", "")
	s.fails(t, keys("closed.h"), "42501", "permission denied for schema closed", "")
	s.must(t, "SET row_security = off")
	s.fails(t, keys("(SELECT t, k, v FROM h)"), "42501", `query would be affected by row-level security policy for table "h"`, "")
	s.must(t, "RESET ALL")
	s.must(t, "SET ROLE blind")
	s.fails(t, keys("(SELECT t, k, v FROM h)"), "22023", "the query has no rows to learn from", "datamime_define makes a model of what is known, without rows.")
	s.must(t, "RESET ROLE")
}
