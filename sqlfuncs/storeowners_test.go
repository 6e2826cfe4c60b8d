package sqlfuncs

import (
	"fmt"
	"strings"
	"testing"
)

func TestModelPrivileges(t *testing.T) {
	serverRoles(t, "alice", "bob", "mallory")
	s := database(t, "models_privileges")
	s.must(t, "CREATE TABLE h AS SELECT g AS t, (extract(hour FROM g) + 1)::int AS v FROM generate_series(timestamp '2024-01-01', '2024-01-09', '1 hour') g")
	s.must(t, "GRANT SELECT ON h TO PUBLIC")
	fit := "SELECT model FROM datamime_fit('%s', 'h', 't', NULL, 'v') "
	s.must(t, "SET ROLE alice")
	s.fails(t, fmt.Sprintf(fit, "a"), "42501", "permission denied to create schema datamime for stored models",
		"Have an administrator run: "+strings.Join(storeStatements, "; ")+";")
	s.must(t, "RESET ROLE")
	for _, sql := range storeStatements {
		s.must(t, sql)
	}
	s.must(t, "SET ROLE alice")
	s.must(t, fmt.Sprintf(fit, "a"))
	s.must(t, "SET ROLE bob")
	s.must(t, fmt.Sprintf(fit, "b"))
	if got := s.must(t, "SELECT model, created_by FROM datamime_models()").String(); got != "b|bob\n" {
		t.Errorf("bob sees %s", got)
	}
	s.fails(t, "SELECT * FROM datamime_generate(model => 'a')", "42704", `model "a" does not exist`, "*")
	s.fails(t, "SELECT * FROM datamime_drop('a')", "42704", `model "a" does not exist`, "*")
	s.fails(t, fmt.Sprintf(fit, "a"), "42710", `model "a" already exists`, "*")
	s.fails(t, "SELECT * FROM datamime_fit('a', 'h', 't', NULL, 'v', replace => true)", "42501", `must be owner of model "a"`, "Take another name.")
	s.must(t, "RESET ROLE")
	s.must(t, "CREATE POLICY shared ON datamime.model FOR SELECT USING (model = 'a')")
	s.must(t, "SET ROLE bob")
	if got := s.must(t, "SELECT count(*) FROM datamime_generate(model => 'a')").String(); got != "193\n" {
		t.Errorf("got %s", got)
	}
	s.fails(t, "SELECT * FROM datamime_drop('a')", "42501", `must be owner of model "a"`, "")
	s.must(t, "RESET ROLE")

	s.must(t, "BEGIN")
	s.must(t, "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'")
	s.must(t, "CREATE TRIGGER t BEFORE INSERT ON datamime.model FOR EACH ROW EXECUTE FUNCTION f()")
	s.fails(t, fmt.Sprintf(fit, "c"), "42501", "table datamime.model carries triggers or rules", "*")
	s.fails(t, "SELECT * FROM datamime_models()", "42501", "table datamime.model carries triggers or rules", "*")
	s.must(t, "ROLLBACK")
	s.must(t, "BEGIN")
	s.must(t, "ALTER TABLE datamime.model OWNER TO mallory")
	s.fails(t, "SELECT * FROM datamime_generate(model => 'a')", "42501", `table datamime.model belongs to "mallory", who is not trusted`, "*")
	s.must(t, "ROLLBACK")
	s.must(t, "BEGIN")
	s.must(t, "ALTER SCHEMA datamime OWNER TO mallory")
	s.fails(t, "SELECT * FROM datamime_drop('a')", "42501", `schema datamime belongs to "mallory", who is not trusted`, "*")
	s.must(t, "ROLLBACK")
	s.must(t, "DROP TABLE datamime.model")
	s.must(t, "CREATE VIEW datamime.model AS SELECT 1 AS model")
	s.fails(t, fmt.Sprintf(fit, "c"), "42809", "datamime.model is not a table of stored models", "*")
}

// TestForeignModels: rows that somebody else has written, or that were
// written for other columns, are refused as they are.
func TestForeignModels(t *testing.T) {
	s := connect(t)
	s.must(t, "CREATE TABLE foreigners AS SELECT g AS t, 'a' AS k, (extract(hour FROM g) + 1)::int AS v FROM generate_series(timestamp '2024-01-01', '2024-01-09', '1 hour') g")
	s.must(t, "SELECT datamime_fit('foreign', 'foreigners', 't', ARRAY['k'], 'v')")
	for _, change := range []string{
		"data = ''", "data = '\\x646d01'", "data = '\\x646d01ffffffff7f00'", "data = substr(data, 1, 40)", "data = data || '\\x00'", "data = set_byte(data, 2, 9)",
		"header = '{}'", "header = '[]'", "header = jsonb_set(header, '{version}', '0')", "header = jsonb_set(header, '{time}', '7')",
		"header = jsonb_set(header, '{time}', '1')", "header = jsonb_set(header, '{values}', '[1]')", "header = jsonb_set(header, '{series}', '[1, 1]')",
		"header = jsonb_set(header, '{series}', '[]')", "header = header - 'columns'",
		"header = jsonb_set(header, '{columns,1,type}', '\"pg_catalog.uuid\"')", "header = jsonb_set(header, '{columns,2,type}', '\"pg_catalog.text\"')",
	} {
		s.must(t, "BEGIN")
		s.must(t, "UPDATE datamime.model SET "+change+" WHERE model = 'foreign'")
		_, err := s.run(t.Context(), "SELECT * FROM datamime_generate(model => 'foreign', row_count => 3)", Text)
		if err == nil {
			t.Errorf("%s: taken", change)
		} else if code, message, _, _ := failed(err); code != "42809" || message != "the stored model is not in a form that is known" {
			t.Errorf("%s\n%s", change, inFull(err))
		}
		s.must(t, "ROLLBACK")
	}
	for change, want := range map[string]string{
		"header = jsonb_set(header, '{version}', '99')":                                  "0A000",
		"header = jsonb_set(header, '{columns,1,type}', '\"public.nothing\"')":           "42704",
		"header = jsonb_set(header, '{columns,1,type}', '\"int4) FROM pg_authid; --\"')": "42601",
	} {
		s.must(t, "BEGIN")
		s.must(t, "UPDATE datamime.model SET "+change+" WHERE model = 'foreign'")
		if _, err := s.run(t.Context(), "SELECT * FROM datamime_generate(model => 'foreign', row_count => 3)", Text); err == nil {
			t.Errorf("%s: taken", change)
		} else if code, _, _, _ := failed(err); code != want {
			t.Errorf("%s\n%s", change, inFull(err))
		}
		s.must(t, "ROLLBACK")
	}
	s.must(t, "SELECT datamime_drop('foreign')")
	s.must(t, "INSERT INTO foreigners VALUES ('200000-01-01', 'a', 1)")
	s.fails(t, "SELECT datamime_fit('foreign', 'foreigners', 't', ARRAY['k'], 'v')", "54000", `"foreigners" spans too many steps of its frequency for the rows that it has`,
		"Leave out rows whose times are wrong: '(SELECT ... WHERE ...)'.")
	s.must(t, "DROP TABLE foreigners")
}
