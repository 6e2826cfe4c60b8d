package sqlfuncs

import (
	"strings"
	"testing"
)

// composed are statements over a call, written @, to be compared with the same
// statements over a table of the same rows.
var composed = []string{
	"SELECT * FROM @",
	"SELECT * FROM @ AS g",
	"SELECT g.* FROM @ g LIMIT 7",
	"SELECT valeur, g.station AS s, valeur AS again FROM @ g LIMIT 7",
	"SELECT valeur FROM @ g LIMIT 0",
	"SELECT valeur FROM @ g LIMIT NULL",
	"SELECT valeur FROM @ g LIMIT 10 OFFSET 5",
	"SELECT count(*) FROM @ g",
	"SELECT count(*) FROM @ g WHERE 1 = 0",
	"SELECT * FROM (SELECT * FROM @ g) s WHERE 1 <> 1 AND valeur > 0",
	"SELECT (SELECT count(*) FROM @ g), 1 WHERE true",
	"SELECT (SELECT count(*) FROM @ g) WHERE false",
	"SELECT v.k, (SELECT count(*) FROM @ g) FROM (VALUES (1)) AS v(k) WHERE 1 = 1",
	"SELECT count(*), (SELECT count(*) FROM @ g) FROM @ h WHERE 1 = 0",
	"SELECT count(*), (SELECT count(*) FROM @ g) FROM mesures LIMIT 0",
	"SELECT station, polluant, count(*), sum(valeur), max(date_fin) FROM @ g GROUP BY station, polluant ORDER BY 1, 2",
	"SELECT station, polluant, sum(valeur) FROM @ g GROUP BY GROUPING SETS ((station), (polluant), ()) ORDER BY 1, 2",
	"SELECT DISTINCT station FROM @ g ORDER BY station DESC",
	"SELECT DISTINCT ON (station) station, date_debut, valeur FROM @ g ORDER BY station, valeur, date_debut",
	"SELECT * FROM @ AS g(a, b, c) WHERE c = 'SRC' ORDER BY 1, 4",
	"SELECT o, t FROM @ WITH ORDINALITY AS g(t, tf, s, p, c, v, o) WHERE o % 10 = 0",
	"SELECT g FROM @ g WHERE valeur > 50",
	"SELECT (g).station, (g).valeur FROM @ g WHERE valeur > 50",
	"SELECT row_to_json(g) FROM @ g LIMIT 3",
	"SELECT g.row_to_json FROM @ g LIMIT 3",
	"SELECT to_jsonb(g.*) FROM @ g LIMIT 3",
	"SELECT a.valeur, b.valeur FROM @ a JOIN @ b USING (date_debut, station) ORDER BY 1, 2",
	"SELECT * FROM @ a NATURAL JOIN (SELECT station, commune FROM @ b) c ORDER BY a.date_debut, valeur",
	"SELECT m.valeur, g.valeur FROM mesures m JOIN @ g ON m.date_debut = g.date_debut AND m.station = g.station AND m.polluant = g.polluant ORDER BY 1, 2",
	"SELECT x.n FROM (VALUES (1), (2)) AS v(k), LATERAL (SELECT count(*) + v.k AS n FROM @ g WHERE valeur > v.k) x",
	"SELECT (SELECT max(valeur) FROM @ g), (SELECT min(valeur) FROM @ g)",
	"SELECT EXISTS (SELECT FROM @ g WHERE valeur < 0)",
	"WITH c AS (SELECT * FROM @ g) SELECT station, avg(valeur) FROM c GROUP BY 1 ORDER BY 1",
	"WITH c AS MATERIALIZED (SELECT valeur FROM @ g) SELECT a.valeur FROM c a, c b WHERE a.valeur = b.valeur ORDER BY 1",
	"WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 3) SELECT n, valeur FROM r, @ g ORDER BY 1, 2, date_debut",
	"SELECT valeur FROM @ a UNION SELECT valeur + 1 FROM @ b ORDER BY 1",
	"SELECT valeur FROM @ a EXCEPT SELECT valeur FROM mesures ORDER BY 1",
	"SELECT date_debut, station, valeur - lag(valeur) OVER (PARTITION BY station, polluant ORDER BY date_debut) FROM @ g ORDER BY 1, 2, polluant",
	"SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY valeur) FROM @ g",
	"SELECT valeur FROM @ g ORDER BY valeur DESC, date_debut LIMIT 5",
	"SELECT valeur FROM @ g ORDER BY date_debut FETCH FIRST 1 ROW WITH TIES",
	"SELECT date_trunc('day', date_debut) AS d, avg(valeur) FROM @ g WHERE date_debut >= '2022-06-01' AND polluant IS NOT NULL GROUP BY d HAVING count(*) > 2",
	"SELECT/*c*/ * /* @@ */FROM -- datamime_generate(\n @ g -- end",
	"TABLE mesures EXCEPT SELECT * FROM @ g ORDER BY 1, 3, 4 LIMIT 5",
	"VALUES ((SELECT count(*) FROM @ g))",
	"SELECT CASE WHEN valeur > 40 THEN 'high' ELSE 'datamime_generate(1)' END, $q$datamime_generate('$q$ FROM @ g LIMIT 4",
	"SELECT string_agg(DISTINCT commune, E'\\n' ORDER BY commune) FROM @ g",
	"SELECT array_agg(valeur ORDER BY date_debut, station, polluant) FROM @ g",
	"SELECT g.valeur FROM @ AS \"g\" WHERE \"g\".\"station\" = 'CAU'",
	"SELECT num_nulls(VARIADIC ARRAY[polluant]) FROM @ g LIMIT 4",
	"SELECT pg_typeof(valeur), pg_typeof(date_debut), pg_typeof(station) FROM @ g LIMIT 1",
	"SELECT * FROM @ WITH ORDINALITY",
	"SELECT g.* FROM @ WITH ORDINALITY g LIMIT 2",
	"SELECT * FROM @ WITH /* c */ ORDINALITY AS x(a) WHERE ordinality = 3",
	"SELECT * FROM @ WITH ORDINALITY AS x(a, b, c, d, e, f, n) WHERE n BETWEEN 3 AND 5",
	"SELECT x.ordinality FROM @ WITH ORDINALITY x OFFSET 95",
	"SELECT * FROM ROWS FROM (@) AS g",
	"SELECT * FROM ROWS FROM (@) WITH ORDINALITY AS g ORDER BY ordinality DESC LIMIT 3",
	"SELECT * FROM ROWS FROM (@, generate_series(1, 105)) AS g",
	"SELECT * FROM rows from(generate_series(1, 3), @) WITH ORDINALITY AS g(a, b, c) ORDER BY ordinality DESC LIMIT 5",
	"SELECT * FROM ROWS FROM (@, @) AS g LIMIT 5",
	"SELECT g.n, g.s FROM ROWS FROM (@, jsonb_to_recordset('[{\"n\":1},{\"n\":2}]') AS (n int), unnest(ARRAY['x', 'y)'])) AS g(a, b, c, d, e, f, n, s) LIMIT 4",
	"SELECT v.k, count(g.valeur) FROM (VALUES (1), (2)) AS v(k), LATERAL ROWS FROM (@, pg_catalog.generate_series(1, 5)) g WHERE g.valeur > v.k GROUP BY 1 ORDER BY 1",
	"SELECT * FROM @ g FOR UPDATE",
	"SELECT m.valeur FROM mesures m JOIN @ g USING (date_debut, station, polluant) ORDER BY m.date_debut, station, polluant FOR UPDATE OF m",
	"SELECT x.valeur FROM (SELECT * FROM @ g FOR SHARE) x LIMIT 3",
	"SELECT row(g.*) FROM @ g LIMIT 2",
	"SELECT g IS NULL, g = g, num_nulls(g) FROM @ g LIMIT 2",
	"SELECT count(g), count(DISTINCT g), max(g.valeur) FROM @ g",
	"SELECT g::text FROM @ g LIMIT 2",
	"SELECT jsonb_agg(g ORDER BY date_debut, station, polluant) FROM @ g WHERE valeur > 45",
	"SELECT station, polluant, sum(valeur), grouping(station, polluant) FROM @ g GROUP BY CUBE (station, polluant) ORDER BY 1, 2, 3",
	"SELECT station, sum(valeur) FROM @ g GROUP BY ROLLUP (station) ORDER BY 1",
	"SELECT sum(valeur) OVER (PARTITION BY station ORDER BY date_debut, polluant ROWS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE CURRENT ROW), rank() OVER w FROM @ g WINDOW w AS (ORDER BY valeur) ORDER BY date_debut, station, polluant",
	"SELECT count(*) FILTER (WHERE valeur > 25), mode() WITHIN GROUP (ORDER BY station) FROM @ g",
	"SELECT s.k, (SELECT count(*) FROM @ g WHERE g.station = s.k) FROM (VALUES ('SRC'), ('CAU')) s(k)",
	"SELECT valeur > ALL (SELECT h.valeur FROM @ h WHERE h.station = g.station) FROM @ g LIMIT 4",
	"WITH RECURSIVE r AS (SELECT 1 AS n, (SELECT max(valeur) FROM @ g) AS m UNION ALL SELECT n + 1, m FROM r WHERE n < 3) TABLE r",
	"(SELECT valeur FROM @ a LIMIT 2) UNION ALL (SELECT valeur FROM @ b ORDER BY valeur DESC LIMIT 2) ORDER BY 1",
	"SELECT valeur FROM @ a INTERSECT ALL SELECT valeur FROM @ b ORDER BY 1 LIMIT 4",
	"SELECT * FROM @ a FULL JOIN @ b ON a.date_debut = b.date_debut AND a.station = b.station AND a.polluant = b.polluant AND b.valeur > 25 ORDER BY a.date_debut, a.station, a.polluant LIMIT 6",
	"SELECT u.station, a.valeur FROM @ a JOIN mesures b USING (date_debut, station, polluant) AS u ORDER BY u.date_debut, u.station, polluant LIMIT 2",
	"SELECT j.date_debut, j.valeur FROM (@ a JOIN (SELECT date_debut, station, polluant FROM mesures) b USING (date_debut, station, polluant)) AS j ORDER BY 1, 2 LIMIT 2",
	"SELECT FROM @ g",
	"SELECT * FROM JSON_TABLE('[1,2]', '$[*]' COLUMNS (a int PATH '$')) j, @ g LIMIT 2",
	"SELECT * FROM XMLTABLE('/r/i' PASSING '<r><i>1</i></r>' COLUMNS n int PATH '.') x, @ g LIMIT 2",
	"SELECT * FROM @ g LIMIT 1 + 1",
	"SELECT * FROM @ g LIMIT (SELECT 3)",
	"SELECT * FROM @ g OFFSET 95 ROWS FETCH NEXT 10 ROWS ONLY",
}

// someRows is a call on a week of mesures: a fit takes a moment.
const someRows = "datamime_generate('(SELECT * FROM mesures WHERE date_debut < ''2022-06-08'')', 'date_debut', ARRAY['station','polluant'], 'valeur', 100)"

func TestCompose(t *testing.T) {
	s := connect(t)
	s.must(t, "CREATE TEMP TABLE reference AS SELECT * FROM "+someRows)
	// Where only a function can stand, one over the table does.
	s.must(t, "CREATE FUNCTION pg_temp.reference() RETURNS SETOF reference LANGUAGE sql AS 'TABLE reference'")
	for _, sql := range composed {
		if beyond(sql) {
			continue
		}
		over := strings.ReplaceAll(strings.ReplaceAll(sql, "@@", "--"), "@", someRows)
		reference := "reference"
		if strings.Contains(sql, "ORDINALITY") || strings.Contains(sql, "ROWS FROM") || strings.Contains(sql, "rows from") {
			reference = "pg_temp.reference()"
		}
		table := strings.ReplaceAll(strings.ReplaceAll(sql, "@@", "--"), "@", reference)
		for _, format := range []Format{Text, Binary} {
			got, err := s.run(t.Context(), over, format)
			if err != nil {
				t.Errorf("%s\n%s", over, inFull(err))
				continue
			}
			want, err := s.run(t.Context(), table, format)
			if err != nil {
				t.Fatalf("%s\n%s", table, inFull(err))
			}
			if got.String() != want.String() || strings.Join(got.fields, ",") != strings.Join(want.fields, ",") || got.tag != want.tag {
				t.Errorf("%s (%s, format %d)\ngot  %s %v\n%swant %s %v\n%s", over, got.path, format, got.tag, got.fields, got, want.tag, want.fields, want)
			}
		}
	}
}

func TestComposeWrites(t *testing.T) {
	s := connect(t)
	s.must(t, "CREATE TEMP TABLE reference AS SELECT * FROM "+someRows)
	for _, setup := range []string{
		"CREATE TEMP TABLE plain (LIKE mesures)", "ALTER TABLE plain ALTER date_debut DROP NOT NULL",
		"CREATE TEMP TABLE other (station varchar(10), valeur bigint, at timestamptz DEFAULT now(), n int GENERATED ALWAYS AS IDENTITY)",
		"CREATE TEMP TABLE keyed (station text, valeur int, PRIMARY KEY (station, valeur))",
		"CREATE TEMP TABLE parts (LIKE mesures) PARTITION BY LIST (station)",
		"CREATE TEMP TABLE parts_src PARTITION OF parts FOR VALUES IN ('SRC')",
		"CREATE TEMP TABLE parts_rest PARTITION OF parts DEFAULT",
		"CREATE TEMP TABLE noticed (LIKE mesures)",
		"CREATE FUNCTION pg_temp.notice() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.valeur = -1; RETURN NEW; END'",
		"CREATE TRIGGER notice BEFORE INSERT ON noticed FOR EACH ROW EXECUTE FUNCTION pg_temp.notice()",
		"CREATE TEMP TABLE guarded (LIKE mesures)", "ALTER TABLE guarded ENABLE ROW LEVEL SECURITY",
	} {
		s.must(t, setup)
	}
	for _, c := range []struct{ sql, path, tag, check, want string }{
		{"INSERT INTO plain SELECT * FROM @ g", "insert", "INSERT 0 100", "TABLE plain", "TABLE reference"},
		{"INSERT INTO plain (valeur, station) SELECT valeur, station FROM @ g LIMIT 10", "insert", "INSERT 0 10",
			"SELECT station, valeur FROM plain WHERE date_debut IS NULL", "SELECT station, valeur FROM reference LIMIT 10"},
		{"INSERT INTO other (valeur, station) SELECT valeur, station FROM @ g", "insert", "INSERT 0 100",
			"SELECT station, valeur, n FROM other", "SELECT station, valeur, row_number() OVER () FROM reference"},
		{"WITH i AS (INSERT INTO keyed SELECT DISTINCT station, valeur FROM @ g RETURNING *) SELECT count(*) FROM i", "arrays", "SELECT 1",
			"SELECT * FROM keyed ORDER BY 1, 2", "SELECT DISTINCT station, valeur FROM reference ORDER BY 1, 2"},
		{"INSERT INTO keyed SELECT station, valeur FROM @ g ON CONFLICT DO NOTHING", "arrays", "",
			"SELECT * FROM keyed ORDER BY 1, 2", "SELECT DISTINCT station, valeur FROM reference ORDER BY 1, 2"},
		{"INSERT INTO parts SELECT * FROM @ g", "insert", "INSERT 0 100", "SELECT count(*) FROM parts_src", "SELECT count(*) FROM reference WHERE station = 'SRC'"},
		{"INSERT INTO noticed SELECT * FROM @ g", "arrays", "INSERT 0 100", "SELECT valeur FROM noticed", "SELECT -1 FROM reference"},
		{"INSERT INTO guarded SELECT * FROM @ g", "insert", "INSERT 0 100", "SELECT count(*) FROM guarded", "SELECT 100"},
		{"UPDATE plain SET valeur = -g.valeur FROM @ g WHERE plain.date_debut = g.date_debut AND plain.station = g.station AND plain.polluant = g.polluant", "arrays", "",
			"SELECT sum(valeur) FROM plain WHERE valeur < 0", "SELECT -sum(valeur) FROM reference WHERE polluant IS NOT NULL"},
		{"MERGE INTO keyed k USING (SELECT DISTINCT station, valeur FROM @ g) d ON k.station = d.station AND k.valeur = d.valeur WHEN MATCHED THEN DELETE", "arrays", "",
			"SELECT count(*) FROM keyed", "SELECT 0"},
		{"WITH i AS (INSERT INTO plain SELECT * FROM @ g RETURNING 1) SELECT * FROM i LIMIT 0", "arrays", "SELECT 0",
			"SELECT count(*) > 200 FROM plain", "SELECT true"},
		{"CREATE TEMP TABLE made AS SELECT * FROM @ g", "insert", "SELECT 100", "TABLE made", "TABLE reference"},
		{"SELECT * INTO TEMP TABLE made2 FROM @ g", "insert", "SELECT 100", "TABLE made2", "TABLE reference"},
		{"SELECT @ INTO TEMP TABLE made3", "insert", "SELECT 100", "TABLE made3", "TABLE reference"},
		{"UPDATE made SET (valeur, commune) = (SELECT g.valeur + 1, g.commune || '!' FROM @ g WHERE (g.date_debut, g.station) = (made.date_debut, made.station) AND g.polluant IS NOT DISTINCT FROM made.polluant)",
			"arrays", "UPDATE 100", "SELECT valeur, commune FROM made ORDER BY date_debut, station, polluant", "SELECT valeur + 1, commune || '!' FROM reference ORDER BY date_debut, station, polluant"},
		{"DELETE FROM made USING @ g WHERE made.date_debut = g.date_debut", "arrays", "DELETE 100", "SELECT count(*) FROM made", "SELECT 0"},
	} {
		if beyond(c.sql) {
			continue
		}
		got := s.must(t, strings.ReplaceAll(c.sql, "@", someRows))
		if got.path != c.path || c.tag != "" && got.tag != c.tag {
			t.Errorf("%s: %s by %s", c.sql, got.tag, got.path)
		}
		if a, b := s.must(t, c.check).String(), s.must(t, c.want).String(); a != b {
			t.Errorf("%s\ngot\n%swant\n%s", c.sql, a, b)
		}
	}
}

func TestCursor(t *testing.T) {
	s := connect(t)
	s.must(t, "BEGIN")
	want := s.must(t, "SELECT * FROM "+someRows).String()
	s.must(t, "DECLARE c SCROLL CURSOR FOR SELECT * FROM "+someRows+" g")
	a := s.must(t, "FETCH 60 FROM c").String()
	b := s.must(t, "FETCH ALL FROM c").String()
	if a+b != want {
		t.Errorf("got\n%s%swant\n%s", a, b, want)
	}
	s.must(t, "COMMIT")
}

// TestCopy: COPY takes no parameters, so that the arrays come in settings.
func TestCopy(t *testing.T) {
	s := connect(t)
	s.must(t, "BEGIN READ ONLY")
	for _, c := range [][2]string{
		{"SELECT * FROM @ g", ""},
		{"SELECT station, sum(valeur) FROM @ g GROUP BY 1 ORDER BY 1", "CSV HEADER"},
		{"SELECT date_fin, valeur, polluant FROM @ g", "FORMAT binary"},
		{"WITH c AS (SELECT * FROM @ g) SELECT a.valeur FROM c a JOIN @ b ON a.valeur = b.valeur ORDER BY 1", "FORMAT csv"},
	} {
		got := s.copied(t, "COPY ("+strings.ReplaceAll(c[0], "@", someRows)+") TO STDOUT ("+strings.ReplaceAll(c[1], "CSV HEADER", "FORMAT csv, HEADER")+")")
		want := s.copied(t, "COPY ("+strings.ReplaceAll(c[0], "@", "(SELECT * FROM "+someRows+" WHERE true)")+") TO STDOUT ("+strings.ReplaceAll(c[1], "CSV HEADER", "FORMAT csv, HEADER")+")")
		if got != want || got == "" {
			t.Errorf("%s\ngot  %q\nwant %q", c, got, want)
		}
	}
	s.must(t, "COMMIT")
}

// copied runs a COPY of ours TO STDOUT.
func (s *testSession) copied(t *testing.T, sql string) string {
	t.Helper()
	sql = strings.Replace(sql, " ()", "", 1)
	p := prepared(t.Context(), t, s, sql)
	b, err := p.Bind(t.Context(), s, nil)
	if err != nil {
		t.Fatal(sql, inFull(err))
	}
	if len(p.ParamOIDs)+len(b.Params) > 0 {
		t.Errorf("%s: %d parameters", sql, len(b.Params))
	}
	var out strings.Builder
	if err := s.CopyTo(t.Context(), p.SQL, func(data []byte) error { out.Write(data); return nil }); err != nil {
		t.Fatal(p.SQL, inFull(err))
	}
	return out.String()
}

// TestStreams: what tools put around a query leaves it a stream.
func TestStreams(t *testing.T) {
	s := connect(t)
	s.must(t, "CREATE TEMP TABLE reference AS SELECT * FROM "+someRows)
	for _, sql := range []string{
		"SELECT * FROM (SELECT * FROM @ g) AS virtual_table LIMIT 50",
		"SELECT source.v AS value, station FROM (SELECT date_debut, valeur AS v, station FROM @ g LIMIT 60) AS source LIMIT 10",
		"SELECT \"source\".\"b\" FROM (SELECT * FROM @ AS g(a, b)) AS \"source\" LIMIT 20 OFFSET 7",
		"SELECT * FROM (SELECT * FROM (SELECT valeur, station FROM @ g LIMIT 90 OFFSET 5) a OFFSET 10) b(x) LIMIT 20 OFFSET 3",
		"SELECT * FROM @ g OFFSET 95",
		"SELECT * FROM @ g LIMIT 10 OFFSET 95",
		"SELECT * FROM @ g OFFSET 200",
		"SELECT date_debut FROM @ g ORDER BY date_debut LIMIT 20",
		"SELECT valeur, station, date_debut AS t FROM @ g ORDER BY t ASC, g.station, polluant NULLS LAST",
		"SELECT valeur, date_debut, station FROM @ g ORDER BY 2, 3, polluant FETCH FIRST 5 ROWS ONLY",
		"SELECT * FROM (SELECT * FROM @ g ORDER BY date_debut, station, polluant) x ORDER BY x.date_debut, station, polluant",
	} {
		got := s.must(t, strings.ReplaceAll(sql, "@", someRows))
		if got.path != "stream" {
			t.Errorf("%s goes by %s", sql, got.path)
		}
		if want := s.must(t, strings.ReplaceAll(sql, "@", "reference")); got.String() != want.String() {
			t.Errorf("%s\ngot\n%swant\n%s", sql, got, want)
		}
	}
	for _, sql := range []string{
		"SELECT * FROM @ g ORDER BY date_debut DESC",
		"SELECT * FROM @ g ORDER BY station",
		"SELECT * FROM @ g ORDER BY date_debut, polluant",
		"SELECT valeur AS date_debut, station FROM @ g ORDER BY date_debut, station",
		"SELECT DISTINCT valeur FROM (SELECT * FROM @ g LIMIT 10) x ORDER BY 1",
		"SELECT 1 + a.valeur FROM (SELECT * FROM @ g LIMIT 10) a",
		"SELECT a.valeur, b.valeur FROM (SELECT * FROM @ g LIMIT 1) a, mesures b",
		"SELECT * FROM (SELECT valeur AS a, station AS a FROM @ g) x LIMIT 1",
	} {
		if got := s.must(t, strings.ReplaceAll(sql, "@", someRows)); got.path != "arrays" && !strings.Contains(sql, "AS a,") {
			t.Errorf("%s goes by %s", sql, got.path)
		}
	}
	// Nothing is read for the columns alone.
	for _, sql := range []string{
		"SELECT * FROM datamime_generate('empty', 't', NULL, 'v') LIMIT 0",
		"SELECT * FROM (SELECT * FROM datamime_generate('empty', 't', NULL, 'v')) SPARK_GEN_SUBQ_0 WHERE 1=0",
		"EXPLAIN SELECT * FROM datamime_generate('empty', 't', NULL, 'v')",
		"CREATE TEMP TABLE only_columns AS SELECT * FROM datamime_generate('empty', 't', NULL, 'v') WHERE false",
	} {
		s.must(t, sql)
	}
}
