package sqlfuncs

import "testing"

// TestTimelessRows: rows whose time is NULL are left out, and said to be; where
// there are no others the error says why none is left.
func TestTimelessRows(t *testing.T) {
	s := connect(t)
	s.must(t, "CREATE TEMP TABLE partly (at timestamp, k text, v int)")
	s.must(t, "INSERT INTO partly VALUES (NULL, 'a', 1), (NULL, 'b', 2)")
	for _, sql := range []string{
		"SELECT * FROM datamime_generate('partly', 'at', ARRAY['k'], 'v')",
		"SELECT * FROM datamime_fit('partly', 'partly', 'at', ARRAY['k'], 'v')",
		"SELECT * FROM datamime_evaluate('partly', 'at', ARRAY['k'], 'v')",
	} {
		s.fails(t, sql, "22023", `"partly" has no rows to learn from`, "")
	}
	_, err := s.run(t.Context(), "SELECT * FROM datamime_describe('partly', 'at', ARRAY['k'], 'v')", Text)
	if e, ok := err.(*Error); !ok || e.Message != `"partly" has no rows to describe` || e.Detail != `Its time column "at" is NULL in every row.` {
		t.Errorf("describing rows without times: %v", err)
	}
	s.must(t, "INSERT INTO partly SELECT timestamp '2024-01-01' + i * interval '1 hour', 'a', i % 5 FROM generate_series(1, 99) i")
	s.notices = nil
	if got := s.must(t, "SELECT count(*), min(k), max(k) FROM datamime_generate('partly', 'at', ARRAY['k'], 'v')").String(); got != "99|a|a\n" {
		t.Errorf("rows of the series that has times: %s", got)
	}
	if len(s.notices) != 1 || s.notices[0].Message != "2 rows have no time and were left out" {
		t.Errorf("notices: %v", s.notices)
	}
}
