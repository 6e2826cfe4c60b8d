package sqlfuncs

import "testing"

// BenchmarkStoredWindow is the first row of a small window of half a million
// rows' model, beside SELECT 1.
func BenchmarkStoredWindow(b *testing.B) {
	s := connect(b)
	s.must(b, "BEGIN")
	s.must(b, `CREATE TEMP TABLE big AS SELECT t, s, (20 + 10 * sin(extract(epoch FROM t) / 13751) + random() * 5)::int AS v,
		(random() * 3)::int AS code, row_number() OVER () AS id, extract(year FROM t)::int AS year
		FROM generate_series(timestamp '2014-01-01', '2023-12-31 23:00', '1 hour') t, generate_series(1, 6) s`)
	s.must(b, "SELECT * FROM datamime_fit('big', 'big', 't', ARRAY['s'], 'v')")
	for name, sql := range map[string]string{
		"SELECT 1":     "SELECT 1",
		"values":       "SELECT t, s, v FROM datamime_generate(model => 'big', row_count => 10)",
		"all columns":  "SELECT * FROM datamime_generate(model => 'big', row_count => 10)",
		"a far window": "SELECT t, s, v FROM datamime_generate(model => 'big', start_at => '2040-05-05', row_count => 10)",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				s.must(b, sql)
			}
		})
	}
	s.must(b, "ROLLBACK")
}
