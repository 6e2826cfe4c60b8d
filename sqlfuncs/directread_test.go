package sqlfuncs

import (
	"slices"
	"testing"
)

// TestReadsWhatAQueryWould holds sources that COPY reads by themselves, or
// would read otherwise than a query does, against queries of the same rows.
func TestReadsWhatAQueryWould(t *testing.T) {
	s := connect(t)
	for _, sql := range []string{
		`CREATE TEMP TABLE parent (t timestamp, "Key" text, v int, twice int GENERATED ALWAYS AS (v * 2) STORED)`,
		"CREATE TEMP TABLE child () INHERITS (parent)",
		"INSERT INTO parent SELECT timestamp '2024-01-01' + h * interval '1 hour', CASE WHEN k > 0 THEN 'k' || k END, 10 * k + h % 24 FROM generate_series(0, 99) h, generate_series(0, 1) k",
		"INSERT INTO child SELECT timestamp '2024-01-01' + h * interval '1 hour', 'child', 5 + h % 24 FROM generate_series(0, 99) h",
		`CREATE TEMP TABLE plain AS SELECT t, "Key", v FROM ONLY parent`,
		"ANALYZE plain",
	} {
		s.must(t, sql)
	}
	for _, c := range []struct{ source, query string }{
		{"plain", "(SELECT * FROM plain)"},
		{"parent", "(SELECT * FROM parent)"},
		{"child", "(SELECT * FROM child)"},
	} {
		const rest = `', 't', ARRAY['Key'], 'v', 500)`
		table := s.must(t, `SELECT t, "Key", v FROM datamime_generate('`+c.source+rest).rows
		query := s.must(t, `SELECT t, "Key", v FROM datamime_generate('`+c.query+rest).rows
		if len(table) != 500 || !slices.EqualFunc(table, query, slices.Equal) {
			t.Errorf("%s gives %d rows, other ones than %s", c.source, len(table), c.query)
		}
	}
}
