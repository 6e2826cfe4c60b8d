package sqlfuncs

import (
	"fmt"
	"strings"
	"testing"
)

// forms are ways to write a call, and how many rows come.
var callForms = map[string]int{
	"SELECT * FROM datamime_generate('mesures'::text, 'date_debut'::varchar, '{station,polluant}'::text[], ARRAY['valeur'], 1e1)":                     10,
	"SELECT * FROM datamime_generate('mesures'::regclass, lower('DATE_DEBUT'), ARRAY['station']::text[] || 'polluant'::text, '{valeur}', '10')":       10,
	"SELECT * FROM datamime_generate('mes' || 'ures', (SELECT 'date_debut'), string_to_array('station,polluant', ','), ARRAY['val' || 'eur'], 2 * 5)": 10,
	"SELECT * FROM datamime_generate(/* a, ( */ 'mesures', -- b,\n $$date_debut$$, E'{\"station\",polluant}', U&'val\\0065ur', 10::smallint)":         10,
	"SELECT * FROM datamime_generate(VALUE_COLUMN => 'valeur', Row_Count := 10, source=>'mesures',time_column=>'date_debut')":                         10,
	"SELECT * FROM datamime_generate(" + mesures + ", seed => -9223372036854775808, row_count => 10)":                                                 10,
	"SELECT * FROM datamime_generate(" + mesures + ", start_at => now() - interval '1 day', row_count => 10)":                                         10,
	"SELECT * FROM datamime_generate(" + mesures + ", 10, current_date, NULL, make_interval(hours => 1), 9223372036854775807)":                        10,
	"SELECT * FROM datamime_generate(" + mesures + ", 10, minimum => 1.5e0, maximum => 40, decimals => 1 + 1, innovations => 'RESAMPLED')":            10,
	"SELECT * FROM datamime_generate('mesures', 'date_debut', '{}', 'valeur', 10)":                                                                    10,
	"SELECT * FROM datamime_generate('mesures', 'date_debut', ARRAY[]::text[], 'valeur', row_count => (SELECT count(*) FROM tiny) + 7, gaps => NULL)": 10,
	"SELECT ALL datamime_generate(" + mesures + ", 10) AS \"a b\" ;":                                                                                  10,
	"SELECT DISTINCT ((datamime_generate(" + mesures + ", 10))).*":                                                                                    10,
	"(SELECT datamime_generate(" + mesures + ", 10) LIMIT 5) UNION ALL (SELECT datamime_generate(" + mesures + ", 10) OFFSET 5)":                      10,
	"WITH x AS (SELECT datamime_generate(" + mesures + ", 10)) SELECT valeur FROM x":                                                                  10,
	"SELECT valeur FROM (SELECT (datamime_generate(" + mesures + ", 10)).*) q WHERE q.station <> ''":                                                  10,
	"SELECT datamime_generate.valeur, version FROM datamime_generate(" + mesures + ", 10), datamime_version()":                                        10,
	"SELECT g.valeur FROM LATERAL datamime_generate(" + mesures + ", 10) g LEFT JOIN LATERAL datamime_version() v ON v.version <> g.station":          10,
	"SELECT * FROM (datamime_generate(" + mesures + ", 10) g CROSS JOIN datamime_version() v)":                                                        10,
	"SELECT datamime_generate(" + mesures + ", 10) ORDER BY valeur FETCH FIRST 10 ROWS ONLY":                                                          10,
	"SELECT (SELECT count(*) FROM datamime_generate(" + mesures + ", n::int)) FROM generate_series(1, 0) n UNION ALL SELECT datamime_generate FROM t": -1,
	"SELECT * FROM \"datamime_generate\"(" + mesures + ", 10)":                                                                                        10,
	"SELECT array_length(ARRAY(SELECT valeur FROM datamime_generate(" + mesures + ", 10) g), 1)":                                                      1,
	"SELECT count(*) OVER (), lag(valeur) OVER w FROM datamime_generate(" + mesures + ", 10) g WINDOW w AS (ORDER BY date_debut)":                     10,
	"SELECT x.* FROM datamime_generate(" + mesures + ", 10) AS x (\"Date\", \"select\")":                                                              10,
	"SELECT EXISTS (SELECT datamime_generate(" + mesures + ", 10))":                                                                                   1,
	"SELECT to_json(EXISTS (SELECT datamime_generate(" + mesures + ", 10)))":                                                                          1,
	"SELECT * FROM datamime_generate(" + mesures + ", (WITH x AS (SELECT 10 AS n) SELECT n FROM x))":                                                  10,
	"WITH x AS (SELECT 1) SELECT * FROM datamime_generate(" + mesures + ", (WITH x(n) AS (VALUES (10)) SELECT n FROM x)), x":                          10,
	"SELECT * FROM datamime_generate(" + mesures + ", coalesce(NULL, 5) + length('12345'), seed => 1 + 1, decimals => least(2, 1) - 1)":               10,
	"SELECT datamime_help('generate')":                                                 22,
	"VALUES ((SELECT max(valeur) FROM datamime_generate(" + mesures + ", 10) g)), (1)": 2,
	"SELECT * FROM datamime_generate(" + mesures + ", 10) g WHERE (station, polluant) IN (SELECT station, polluant FROM mesures) OR polluant IS NULL": 10,
	"SELECT valeur FROM datamime_generate(" + mesures + ", 10) g GROUP BY valeur, date_debut, station, polluant HAVING every(valeur IS NOT NULL)":     10,
	"TABLE tiny UNION ALL SELECT date_debut, valeur FROM datamime_generate(" + mesures + ", 7)":                                                       10,
}

func TestForms(t *testing.T) {
	s := connect(t)
	for sql, rows := range callForms {
		r, err := s.run(t.Context(), sql, Text)
		switch {
		case rows < 0 && err == nil:
			t.Errorf("%s passes", sql)
		case rows >= 0 && err != nil:
			t.Errorf("%s\n%s", sql, inFull(err))
		case rows >= 0 && (len(r.rows) != rows || rows > 0 && len(r.rows[0]) != len(r.fields)):
			t.Errorf("%s: %d rows of %d columns, not %d", sql, len(r.rows), len(r.fields), rows)
		}
	}
}

// TestOwnFunctions: functions of the user's own that are called as ours are.
func TestOwnFunctions(t *testing.T) {
	s := connect(t)
	s.must(t, "CREATE SCHEMA \"Own\"")
	defer s.must(t, "DROP SCHEMA \"Own\" CASCADE")
	for _, schema := range []string{`"Own"`, "pg_temp"} {
		s.must(t, "CREATE FUNCTION "+schema+".datamime_version(n int DEFAULT 1) RETURNS SETOF int LANGUAGE sql AS 'SELECT generate_series(1, n)'")
		for sql, want := range map[string]string{
			"SELECT @.datamime_version()":                "1\n",
			"SELECT 'é', 1 + @.datamime_version(2) AS n": "é|2\né|3\n",
			"SELECT count(*) FROM @.datamime_version((SELECT count(*)::int FROM datamime_version()) + 4)": "5\n",
			"SELECT a.*, b.version <> '' FROM @.datamime_version(2) AS a, datamime_version() AS b":        "1|t\n2|t\n",
		} {
			if got := s.must(t, strings.ReplaceAll(sql, "@", schema)).String(); got != want {
				t.Errorf("%s: %s", sql, got)
			}
		}
	}
}

// TestExplain: nothing is computed for a plan, and the call is named in it.
func TestExplain(t *testing.T) {
	s := connect(t)
	s.must(t, "BEGIN")
	for sql, want := range map[string]string{
		"EXPLAIN SELECT * FROM " + someRows + " g":                                                                        "datamime_generate",
		"EXPLAIN (ANALYZE, COSTS off, TIMING off) SELECT station FROM " + someRows + " g":                                 "rows=100",
		"EXPLAIN (VERBOSE, FORMAT json) SELECT station, count(*) FROM " + someRows + " g GROUP BY 1":                      `"datamime_generate`,
		"EXPLAIN (COSTS off) SELECT valeur FROM " + someRows + " g WHERE valeur > 3 AND g.station = 'SRC'":                "Filter: ((valeur > 3) AND (station = 'SRC'::text))",
		"EXPLAIN (ANALYZE, VERBOSE, COSTS off, TIMING off) SELECT valeur FROM " + someRows + " g WHERE station = 'SRC'":   "Function Call: unnest((current_setting('datamime.a1'::text))::text[])",
		"EXPLAIN (ANALYZE, FORMAT yaml) SELECT valeur FROM " + someRows + " g":                                            `Alias: "datamime_generate"`,
		"EXPLAIN (VERBOSE, FORMAT xml) SELECT valeur FROM " + someRows + " g":                                             "<Alias>datamime_generate</Alias>",
		"EXPLAIN (VERBOSE, COSTS off) SELECT a.valeur FROM " + someRows + " a JOIN " + someRows + " b USING (date_debut)": "datamime_generate_1.date_debut",
		"EXPLAIN INSERT INTO tiny SELECT date_debut, valeur FROM " + someRows + " g":                                      "datamime_generate",
	} {
		if r := s.must(t, sql).String(); !strings.Contains(r, want) {
			t.Errorf("%s\n%s", sql, r)
		}
	}
}

// TestWide: a table with many columns, reserved and odd names.
func TestWide(t *testing.T) {
	s := connect(t)
	var columns, values []string
	for i := range 200 {
		columns = append(columns, fmt.Sprintf(`"select %d ""é"" $1" int`, i))
		values = append(values, fmt.Sprint(i))
	}
	s.must(t, `CREATE TEMP TABLE "Wide "" 'table'" ("Time ""of"" day" timestamp, "from" int, `+strings.Join(columns, ", ")+")")
	s.must(t, `INSERT INTO "Wide "" 'table'" SELECT g, extract(hour FROM g), `+strings.Join(values, ", ")+" FROM generate_series(timestamp '2024-01-01', '2024-01-10', '1 hour') g")
	call := `datamime_generate('"Wide "" ''table''"', 'Time "of" day', NULL, 'from', 5)`
	for _, sql := range []string{
		"SELECT * FROM " + call,
		"SELECT * FROM " + call + " WHERE true",
		`SELECT "select 7 ""é"" $1", "from" FROM ` + call + " g WHERE g.\"from\" >= 0",
	} {
		r := s.must(t, sql)
		if len(r.rows) != 5 || len(r.rows[0]) < 2 {
			t.Errorf("%s: %d rows of %d columns", sql, len(r.rows), len(r.fields))
		}
	}
}
