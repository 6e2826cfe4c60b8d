package sqlfuncs

import "testing"

// TestReports: what a fit noticed is said once, with the way out where most rows
// are not told apart.
func TestReports(t *testing.T) {
	s := connect(t)
	s.must(t, "CREATE TEMP TABLE r AS SELECT timestamp '2024-01-01' + i * interval '5 minutes' + (hashint4(i) & 16383) * interval '1 ms' AS t, i % 11 AS v FROM generate_series(0, 4000) i")
	s.must(t, "CREATE TEMP TABLE d AS SELECT timestamp '2024-01-01' + i / 3 * interval '1 hour' AS t, 'k' || i % 3 AS k, i % 11 AS v FROM generate_series(0, 599) i")
	s.must(t, "CREATE TEMP TABLE m AS SELECT timestamp '2024-01-01' + i * interval '1 hour' AS t, (sum(hashint4(i) & 15) OVER (ORDER BY i))::int AS v FROM generate_series(0, 599) i")
	s.must(t, "CREATE TEMP TABLE n AS SELECT timestamp '2024-01-01' + i * interval '1 hour' AS t, CASE WHEN i % 100 = 50 THEN -999 ELSE hashint4(i) & 31 END AS v FROM generate_series(0, 599) i")
	for _, c := range []struct{ sql, message, hint string }{
		{"SELECT * FROM datamime_generate('m', 't', NULL, 'v', 3)", "1 series never falls, as readings of a meter; generated values do",
			"Generate what comes from one to the next, and sum it up: '(SELECT *, v - lag(v) OVER (PARTITION BY series ORDER BY time) AS increase FROM ...)'."},
		{"SELECT * FROM datamime_generate('r', 't', NULL, 'v', 3, frequency => '1 hour')",
			"4001 rows lie between the steps of the frequency; each step has the mean of those that it is the nearest to", ""},
		{"SELECT * FROM datamime_generate('d', 't', NULL, 'v', 3)", "400 rows share their series and time with another; their mean was taken",
			"Columns that tell such rows apart are named in series_columns."},
		{"SELECT * FROM datamime_generate('d', 't', ARRAY['k'], 'v', 3)", "", ""},
		{"SELECT * FROM datamime_generate('(SELECT t, v, t::text AS id FROM m)', 't', ARRAY['id'], 'v', 3)", "600 series have a single row",
			"Columns that tell series apart, not rows, are named in series_columns."},
		{"SELECT * FROM datamime_generate('(SELECT * FROM m LIMIT 1)', 't', NULL, 'v', 3)",
			"a single row tells of no change; every generated row has its values", "datamime_define makes a model of what is known of the series."},
		{"SELECT * FROM datamime_generate('n', 't', NULL, 'v', 3)", "6 values are -999, as where nothing was measured; they were taken as missing, and what is missing is written so again", ""},
	} {
		s.notices = nil
		s.must(t, c.sql)
		switch {
		case c.message == "" && len(s.notices) > 0, c.message != "" && len(s.notices) != 1:
			t.Errorf("%s\nnotices: %v", c.sql, s.notices)
		case c.message != "" && (s.notices[0].Message != c.message || s.notices[0].Hint != c.hint):
			t.Errorf("%s\nsays %q, %q", c.sql, s.notices[0].Message, s.notices[0].Hint)
		}
	}
}
