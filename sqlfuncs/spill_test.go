package sqlfuncs

import (
	"strings"
	"testing"
)

// wideRows is a call whose rows take more than spillBytes: 700 of 100 kB.
const wideRows = "datamime_generate('wide', 't', ARRAY['k'], 'v', 700)"

// spilling are statements over such a call, written @, to be compared with the
// same statements over a table of the same rows.
var spilling = []string{
	"SELECT count(*), sum(v), max(length(filler)) FROM @ g",
	"SELECT o, t, v, length(filler) FROM @ WITH ORDINALITY AS g(t, k, v, at, filler, o) WHERE o % 100 = 0",
	"SELECT g.v, length(g.filler), m.n FROM @ g JOIN (VALUES ('a', 1)) AS m(k, n) USING (k) ORDER BY t LIMIT 20",
	"SELECT count(*), sum(length(a.filler)), sum(b.v) FROM @ a JOIN @ b USING (t, k)",
	"SELECT (SELECT sum(length(filler)) FROM @ g), count(*), max(h.t) FROM @ h",
	"WITH c AS (SELECT k, length(filler) AS n FROM @ g) SELECT k, sum(n) FROM c GROUP BY 1 ORDER BY 1",
	"SELECT pg_typeof(v), pg_typeof(at), pg_typeof(filler), length(filler) FROM @ g WHERE true LIMIT 1",
	"SELECT length(g::text) FROM @ g WHERE v > 0 ORDER BY 1 LIMIT 3",
}

// inWide makes the source, and a table of the rows of wideRows.
func (s *testSession) inWide(t *testing.T) {
	t.Helper()
	s.must(t, `CREATE TEMP TABLE wide AS SELECT t, k, (ordinality % 7)::numeric(8,2) AS v, point(ordinality, 1) AS at, repeat(k, 100000)::varchar AS filler
		FROM generate_series(timestamp '2024-01-01', '2024-01-01 11:00', '1 hour') WITH ORDINALITY AS g(t), unnest(ARRAY['a', 'b']) k`)
	s.must(t, "CREATE TEMP TABLE reference AS SELECT * FROM "+wideRows)
}

func TestSpill(t *testing.T) {
	s := connect(t)
	s.inWide(t)
	for i, sql := range spilling {
		over := strings.ReplaceAll(sql, "@", wideRows)
		table := strings.ReplaceAll(strings.ReplaceAll(sql, "@ WITH ORDINALITY", "(SELECT *, row_number() OVER () FROM reference)"), "@", "reference")
		format := Format(i % 2)
		s.must(t, "BEGIN")
		got, err := s.run(t.Context(), over, format)
		if err != nil {
			t.Fatalf("%s\n%s", over, inFull(err))
		}
		want, err := s.run(t.Context(), table, format)
		if err != nil {
			t.Fatalf("%s\n%s", table, inFull(err))
		}
		if got.path != "spill" || got.String() != want.String() || got.tag != want.tag {
			t.Errorf("%s (%s, format %d)\ngot  %s\n%swant %s\n%s", over, got.path, format, got.tag, got, want.tag, want)
		}
		s.noSpillLeft(t)
		s.must(t, "COMMIT")
	}
}

func (s *testSession) noSpillLeft(t *testing.T) {
	t.Helper()
	if n := s.must(t, "SELECT count(*) FROM pg_class WHERE relname LIKE 'data%_rows_%'").String(); n != "0\n" {
		t.Errorf("%s temporary tables are left", n)
	}
}

func TestSpillWrites(t *testing.T) {
	s := connect(t)
	s.inWide(t)
	s.must(t, "CREATE TEMP TABLE keyed (k text, t timestamp, size int, PRIMARY KEY (k, t))")
	s.must(t, "BEGIN")
	for _, c := range []struct{ sql, tag string }{
		{"INSERT INTO keyed SELECT k, t, length(filler) FROM @ g ON CONFLICT DO NOTHING", "INSERT 0 700"},
		{"INSERT INTO keyed SELECT k, t, length(filler) FROM @ g ON CONFLICT (k, t) DO UPDATE SET size = 1 RETURNING k", "INSERT 0 700"},
		{"UPDATE keyed SET size = length(g.filler) FROM @ g WHERE keyed.k = g.k AND keyed.t = g.t", "UPDATE 700"},
		{"CREATE TABLE pg_temp.sizes AS SELECT k, length(filler) AS n FROM @ g WHERE k = 'a'", "SELECT 350"},
		{"SELECT k, length(filler) AS n INTO TEMP TABLE sizes2 FROM @ g WHERE k = 'b'", "SELECT 350"},
		{"DELETE FROM keyed USING @ g WHERE keyed.k = g.k AND length(g.filler) > 1", "DELETE 700"},
	} {
		if got := s.must(t, strings.ReplaceAll(c.sql, "@", wideRows)); got.path != "spill" || got.tag != c.tag {
			t.Errorf("%s: %s by %s", c.sql, got.tag, got.path)
		}
		s.noSpillLeft(t)
	}
	s.must(t, "ROLLBACK")
}

// TestSpillFails: a statement that fails, or whose savepoint is taken back,
// leaves nothing.
func TestSpillFails(t *testing.T) {
	s := connect(t)
	s.inWide(t)
	s.must(t, "BEGIN")
	s.must(t, "SAVEPOINT a")
	_, err := s.run(t.Context(), "SELECT 1 / (length(filler) - 100000) FROM "+wideRows+" g WHERE filler > ''", Text)
	if code, _, _, _ := failedOrNone(err); code != "22012" {
		t.Errorf("got %v", err)
	}
	s.must(t, "ROLLBACK TO a")
	s.noSpillLeft(t)
	s.must(t, "DECLARE c CURSOR FOR SELECT length(filler) FROM "+wideRows+" g ORDER BY t, k")
	if got := s.must(t, "FETCH 2 FROM c").String(); got != "100000\n100000\n" {
		t.Errorf("fetched %s", got)
	}
	s.must(t, "COMMIT")
	s.noSpillLeft(t)
}

// TestCreate: the server makes the table, and COPY fills it.
func TestCreate(t *testing.T) {
	s := connect(t)
	s.must(t, "CREATE SCHEMA made")
	defer s.must(t, "DROP SCHEMA made CASCADE")
	for _, c := range []struct{ sql, path, tag, check, want string }{
		{"CREATE TABLE made.a AS SELECT * FROM @ g", "insert", "SELECT 100", "TABLE made.a", "SELECT * FROM @"},
		{"CREATE TABLE IF NOT EXISTS made.a AS SELECT * FROM @ g", "arrays", "CREATE TABLE AS", "SELECT count(*) FROM made.a", "SELECT 100"},
		{"CREATE TABLE made.b (at, place) AS SELECT date_debut, station FROM @ g LIMIT 7", "insert", "SELECT 7", "SELECT at, place FROM made.b", "SELECT date_debut, station FROM @ LIMIT 7"},
		{"CREATE TABLE made.none AS SELECT * FROM @ g WITH NO DATA", "arrays", "CREATE TABLE AS", "SELECT count(*) FROM made.none", "SELECT 0"},
		{"CREATE UNLOGGED TABLE made.u WITH (fillfactor = 70) AS SELECT valeur FROM @ g", "insert", "SELECT 100",
			"SELECT relpersistence, reloptions FROM pg_class WHERE oid = 'made.u'::regclass", "SELECT 'u', '{fillfactor=70}'"},
		{"CREATE TABLE made.s TABLESPACE pg_default AS SELECT * FROM @ g", "insert", "SELECT 100", "SELECT count(*) FROM made.s", "SELECT 100"},
		{"CREATE TEMP TABLE gone ON COMMIT DROP AS SELECT * FROM @ g", "insert", "SELECT 100", "SELECT count(*) FROM gone", "SELECT 100"},
		{"SELECT valeur AS \"Übrig\" INTO made.\"C\" FROM @ g", "insert", "SELECT 100", "SELECT sum(\"Übrig\") FROM made.\"C\"", "SELECT sum(valeur) FROM @"},
		{"CREATE TABLE made.n AS SELECT station, avg(valeur) FROM @ g GROUP BY 1", "arrays", "SELECT 3", "SELECT count(*) FROM made.n", "SELECT count(DISTINCT station) FROM @"},
	} {
		s.must(t, "BEGIN")
		got := s.must(t, strings.ReplaceAll(c.sql, "@", someRows))
		if got.path != c.path || got.tag != c.tag {
			t.Errorf("%s: %s by %s", c.sql, got.tag, got.path)
		}
		if a, b := s.must(t, c.check).String(), s.must(t, strings.ReplaceAll(c.want, "@", someRows)).String(); a != b {
			t.Errorf("%s\ngot\n%swant\n%s", c.sql, a, b)
		}
		s.must(t, "COMMIT")
	}
	s.must(t, "SET search_path = made, public")
	s.must(t, "CREATE TEMP TABLE shadow (n int)")
	s.must(t, "CREATE TABLE shadow AS SELECT * FROM "+someRows)
	if n := s.must(t, "SELECT count(*) FROM made.shadow").String(); n != "100\n" {
		t.Errorf("%s rows", n)
	}
}
