package sqlfuncs

import (
	"strings"
	"testing"
)

// TestCastsHintWorks: the cast that a refused time or value column's hint has
// makes a source that can be generated from, word for word.
func TestCastsHintWorks(t *testing.T) {
	s := connect(t)
	const hours = "generate_series(timestamp '2024-01-25', '2024-02-05', '1 hour') h"
	const days = "generate_series(timestamp '2023-12-25', '2024-02-05', '1 day') h"
	for _, c := range []struct{ time, value, rows, cast string }{
		{"to_char(h, 'DD/MM/YYYY')", "1", days, "to_date(\"x\", ''DD/MM/YYYY'')"},
		{"to_char(h, 'MM/DD/YYYY')", "1", days, "to_date(\"x\", ''MM/DD/YYYY'')"},
		{"to_char(h, 'DD/MM/YYYY HH24:MI')", "1", hours, "to_timestamp(\"x\", ''DD/MM/YYYY HH24:MI'')::timestamp"},
		{"to_char(h, 'MM/DD/YYYY HH24:MI:SS')", "1", hours, "to_timestamp(\"x\", ''MM/DD/YYYY HH24:MI:SS'')::timestamp"},
		{"to_char(h, 'DD.MM.YYYY HH24:MI:SS')", "1", hours, "to_timestamp(\"x\", ''DD.MM.YYYY HH24:MI:SS'')::timestamp"},
		{"to_char(h, 'FMDD.FMMM.YYYY')::varchar(20)", "1", days, "to_date(\"x\", ''DD.MM.YYYY'')"},
		{"to_char(h, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')", "1", hours, "\"x\"::timestamptz"},
		{"to_char(h, 'YYYY-MM-DD HH24:MI')", "1", hours, "\"x\"::timestamp"},
		{"to_char(h, 'YYYYMMDD')::integer", "1", days, "to_date(\"x\"::text, ''YYYYMMDD'')"},
		{"extract(epoch FROM h)::integer", "1", hours, "to_timestamp(\"x\")"},
		{"(extract(epoch FROM h) * 1000)::bigint", "1", hours, "to_timestamp(\"x\" / 1e3)"},
		{"1950 + i::integer", "1", days + " WITH ORDINALITY AS o(h, i)", "make_date(\"x\", 1, 1)"},
		{"to_char(h + i * interval '1 month', 'FMMM/YYYY')", "1", days + " WITH ORDINALITY AS o(h, i)", "to_date(\"x\", ''MM/YYYY'')"},
		{"to_char(h + i * interval '1 week', 'IYYY-\"W\"IW')", "1", days + " WITH ORDINALITY AS o(h, i)", "to_date(\"x\", ''IYYY-\"W\"IW'')"},
		{"(190000 + 100 * i + 7)::text", "1", days + " WITH ORDINALITY AS o(h, i)", "to_date(\"x\"::text, ''YYYYMM'')"},
		{"h", "replace((1.5 + extract(day FROM h))::numeric(6, 2)::text, '.', ',')", days, "replace(\"y\", '','', ''.'')::numeric"},
		{"h", "(1.5 + extract(day FROM h))::text", days, "\"y\"::text::numeric"},
		{"h", "extract(day FROM h) > 9", days, "\"y\"::integer"},
		{"h", "(extract(day FROM h) > 9)::integer::bit", days, "\"y\"::integer"},
	} {
		// The names that the hint would give are taken.
		s.must(t, "CREATE TEMP TABLE texts AS SELECT "+c.time+" AS x, "+c.value+" AS y, 0 AS t, ARRAY[0] AS v FROM "+strings.Replace(c.rows, ") h WITH", ") WITH", 1))
		column := "'x', NULL, 't'"
		if c.time == "h" {
			s.must(t, "ALTER TABLE texts DROP t")
			column = "'x', NULL, 'y'"
		}
		_, err := s.run(t.Context(), "SELECT * FROM datamime_generate('texts', "+column+", 5)", Text)
		_, _, hint, _ := failed(err)
		_, source, _ := strings.Cut(hint, "in a query: ")
		if !strings.Contains(source, c.cast) {
			t.Errorf("%s, %s: hint %q", c.time, c.value, hint)
		}
		column = "'t2', NULL, 't'"
		if c.time == "h" {
			column = "'x', NULL, 'v2'"
		}
		if got := s.must(t, "SELECT count(*) FROM datamime_generate("+strings.TrimSuffix(source, ".")+", "+column+", 5)").String(); got != "5\n" {
			t.Errorf("%s, %s: %s rows of %s", c.time, c.value, got, source)
		}
		s.must(t, "DROP TABLE texts")
	}
}

// TestCastsOfQueries: values of a query over one table are looked at, too, as
// after the first hint of an import of nothing but texts.
func TestCastsOfQueries(t *testing.T) {
	s := connect(t)
	s.must(t, "CREATE TEMP TABLE texts AS SELECT to_char(h, 'DD/MM/YYYY') AS day, '1,5' AS sold FROM generate_series(timestamp '2024-01-01', '2024-01-31', '1 day') h")
	for _, f := range []failure{
		{"SELECT * FROM datamime_generate('(SELECT * FROM texts)', ^'day', NULL, 'sold')", "42804", `time column "day" is of type text`,
			`Where it holds times, cast it in a query: '(SELECT *, to_date("day", ''DD/MM/YYYY'') AS t FROM (...) AS q)'.`},
		{"SELECT * FROM datamime_generate('(SELECT *, to_date(day, ''DD/MM/YYYY'') AS t FROM texts)', 't', NULL, ^'sold')", "42804", `value column "sold" is of type text`,
			`Cast it in a query: '(SELECT *, replace("sold", '','', ''.'')::numeric AS v FROM (...) AS q)'.`},
		{"SELECT * FROM datamime_generate('(SELECT now() AS t, ''none'' AS sold FROM texts)', 't', NULL, ^'sold')", "42804", `value column "sold" is of type text`,
			"No column of the query has numbers to learn from."},
		{"SELECT * FROM datamime_generate('(SELECT a.*, now() AS t FROM texts a, texts b)', 't', NULL, ^'sold')", "42804", `value column "sold" is of type text`,
			`Cast it in a query: '(SELECT *, "sold"::text::numeric AS v FROM (...) AS q)'.`},
	} {
		f.check(t, s)
	}
	s.must(t, "DROP TABLE texts")
}
