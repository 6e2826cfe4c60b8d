package sqlfuncs

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/datamime/datamime/sqlfuncs/pgtypes"
	"github.com/datamime/datamime/sqlfuncs/sqltext"
)

func generated(more string) string {
	return "SELECT * FROM datamime_generate(" + mesures + more + ")"
}

func TestWindowAndCount(t *testing.T) {
	s := connect(t)
	whole := s.must(t, generated("")).rows
	if n := len(whole); n < 4000 || n > 4032 {
		t.Fatalf("the source's span gives %d rows", n)
	}
	count := func(rows [][]string, from, to string) (n int) {
		for _, r := range rows {
			if r[0] >= from && r[0] < to {
				n++
			}
		}
		return n
	}
	for _, c := range []struct {
		more string
		rows int
	}{
		{", 10", 10},
		{", 0", 0},
		{", NULL", len(whole)},
		{", row_count => 5000", 5000},
		{", start_at => '2022-06-27'", count(whole, "2022-06-27", "3")},
		{", end_at => '2022-06-02'", count(whole, "2", "2022-06-02")},
		{", 5, end_at => '2022-06-02'", 5},
		{", 500, end_at := timestamp '2022-06-02'", count(whole, "2", "2022-06-02")},
		{", start_at => '2022-06-10 05:30', end_at => '2022-06-10 08:00'", count(whole, "2022-06-10 05:30", "2022-06-10 08:00")},
		{", start_at => date '2022-06-10', end_at => timestamptz '2022-06-10 00:00'", 0},
		{", start_at => '2022-06-28 20:00' :: timestamp - interval '4 hour', end_at => (SELECT max(date_debut) FROM mesures)", count(whole, "2022-06-28 16:00", "2022-06-28 23:00")},
	} {
		got := s.must(t, generated(c.more)).rows
		if len(got) != c.rows {
			t.Errorf("%s: %d rows, not %d", c.more, len(got), c.rows)
		}
		if c.rows > 0 && c.rows <= len(whole) && !strings.Contains(c.more, "5000") {
			k := slices.IndexFunc(whole, func(r []string) bool { return slices.Equal(r, got[0]) })
			if k < 0 || !slices.EqualFunc(whole[k:k+len(got)], got, slices.Equal) {
				t.Errorf("%s: not a stretch of the whole", c.more)
			}
		}
	}
	if n := len(s.must(t, "SELECT * FROM datamime_generate("+mesures+", start_at => '1990-01-01', row_count => 12, gaps => 'none')").rows); n != 12 {
		t.Errorf("%d rows in front of the source", n)
	}
}

func TestOrder(t *testing.T) {
	s := connect(t)
	got := s.must(t, "SELECT date_debut, station, polluant FROM datamime_generate("+mesures+", 1000)").String()
	s.must(t, "CREATE TEMP TABLE reference AS SELECT * FROM datamime_generate("+mesures+", 1000)")
	want := s.must(t, "SELECT date_debut, station, polluant FROM reference ORDER BY 1, 2, 3").String()
	if got != want {
		t.Error("the rows do not come as the server sorts them")
	}
	sky := s.must(t, "SELECT weather FROM datamime_generate('sales', 'day', ARRAY['weather'], 'items', 3, gaps => 'none')")
	if got := sky.String(); got != "rain\nclear\n" && got != "rain\nclear\nrain\n" {
		t.Errorf("an enum sorts as %q", got)
	}
}

func TestSeed(t *testing.T) {
	a, b := connect(t), connect(t)
	zero := a.must(t, generated(", 300")).String()
	if b.must(t, generated(", 300, seed => 0")).String() != zero {
		t.Error("two connections disagree")
	}
	if a.must(t, generated(", 300, seed => 1")).String() == zero {
		t.Error("seed 1 is seed 0")
	}
	a.must(t, generated(", 3, seed => NULL"))
	if len(a.notices) != 1 || !strings.HasPrefix(a.notices[0].Message, "seed => ") {
		t.Errorf("notices: %v", a.notices)
	}
	a.must(t, "SET client_min_messages = warning")
	a.must(t, generated(", 3, seed => NULL"))
	if len(a.notices) != 1 {
		t.Error("client_min_messages is not obeyed")
	}
}

func TestParameters(t *testing.T) {
	s := connect(t)
	want := s.must(t, generated(", 30, seed => 7")).String()
	five := binary.BigEndian.AppendUint64(nil, 30)
	got := s.must(t, generated(", $1, seed => $2"), Param{Format: Binary, Value: five}, Param{Value: []byte("7")}).String()
	if got != want {
		t.Error("parameters give other rows")
	}
	r := s.must(t, "SELECT $2 || station, $1 FROM datamime_generate("+mesures+", $1) g LIMIT 3", Param{Value: []byte("9")}, Param{Value: []byte("at ")})
	if r.String() != "at CAU|9\nat CAU|9\nat HRI|9\n" {
		t.Errorf("got %s", r)
	}
	r = s.must(t, "SELECT station FROM datamime_generate("+mesures+", 10) LIMIT $1", Param{Value: []byte("2")})
	if r.path != "stream" || len(r.rows) != 2 {
		t.Errorf("%s: %s", r.path, r)
	}
	r = s.must(t, "SELECT count(*) FROM datamime_generate("+mesures+", $3::int + 1, start_at => $1, end_at => $2)",
		Param{Value: []byte("2022-06-05")}, Param{}, Param{Value: []byte("4")})
	if r.String() != "5\n" {
		t.Errorf("got %s", r)
	}
	// Those that decide the columns, with their values.
	text := func(v string) Param { return Param{Value: []byte(v)} }
	got = s.must(t, "SELECT * FROM datamime_generate($1, $2, $3, $4, $5, seed => $6)", text("mesures"), text("date_debut"), text("{station,polluant}"), text("valeur"), text("30"), text("7")).String()
	if got != want {
		t.Error("a source by parameter gives other rows")
	}
	got = s.must(t, "SELECT * FROM datamime_generate('(TABLE ' || $1 || ')', 'date_debut', ARRAY[$2, 'polluant'], ARRAY[$3], $4, seed => 7)",
		text("mesures"), text("station"), text("valeur"), text("30")).String()
	if got != want {
		t.Error("expressions with parameters give other rows")
	}
	st, err := s.statement("SELECT * FROM datamime_generate(" + mesures + ", $1, start_at => $3) WHERE valeur > $2")
	if err != nil {
		t.Fatal(err)
	}
	p, err := st.Prepare(t.Context(), s, []uint32{pgtypes.Int2})
	if err != nil {
		t.Fatal(inFull(err))
	}
	if p.ClientParams != 3 || fmt.Sprint(p.ParamOIDs[:3]) != fmt.Sprint([]uint32{pgtypes.Int2, 0, pgtypes.Timestamp}) {
		t.Errorf("%d parameters: %v", p.ClientParams, p.ParamOIDs)
	}
	if _, err := p.Bind(t.Context(), s, nil); err == nil {
		t.Error("too few parameters pass")
	}
}

// TestColumns holds each kind of attribute against what it is made from.
func TestColumns(t *testing.T) {
	s := connect(t)
	s.must(t, `CREATE TEMP TABLE made AS SELECT * FROM datamime_generate('sales', 'day', ARRAY['shop'], ARRAY['amount','price','items','share','total'],
		start_at => '2024-02-20', end_at => '2024-04-20', gaps => 'none')`)
	for _, check := range []string{
		"count(*) = 120 AND count(DISTINCT (day, shop)) = 120",
		"count(DISTINCT id) = 120 AND min(id) > 240",
		"count(DISTINCT token) = 120 AND count(*) FILTER (WHERE token IN (SELECT token FROM sales)) = 0",
		"bool_and(year = 2024)",
		"bool_and(weekday = trim(to_char(day, 'Day')))",
		"bool_and(status IN ('open', 'closed')) AND count(DISTINCT status) = 2",
		"count(DISTINCT weather) = 2 AND count(DISTINCT tags) = 2 AND count(DISTINCT detail) = 3",
		"bool_and(amount > 50 AND amount < 300)",
		"bool_and(scale(price) = 3)",
		"bool_and(total::numeric = round(total::numeric))",
		"bool_and(pg_typeof(amount) = 'numeric'::regtype)",
	} {
		if got := s.must(t, "SELECT "+check+" FROM made").String(); got != "t\n" {
			t.Errorf("%s: %s", check, got)
		}
	}
	if got := s.must(t, "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'made'::regclass AND attname = 'amount'").String(); got != "numeric(10,2)\n" {
		t.Errorf("amount is of type %s", got)
	}
	again := s.must(t, `SELECT id, token FROM datamime_generate('sales', 'day', ARRAY['shop'], ARRAY['amount','price','items','share','total'],
		start_at => '2024-03-01', end_at => '2024-03-02', gaps => 'none')`).String()
	if want := s.must(t, "SELECT id, token FROM made WHERE day = '2024-03-01' ORDER BY shop").String(); again != want {
		t.Errorf("ids hang on the window:\n%s%s", again, want)
	}
}

func TestTarget(t *testing.T) {
	s := connect(t)
	s.must(t, "BEGIN")
	r := s.must(t, "SELECT * FROM datamime_generate("+mesures+", 100, target => 'pg_temp.staging')")
	if got := strings.Join(r.fields, ","); got != "target,row_count,series_count,first,last,seed" {
		t.Errorf("columns %s", got)
	}
	if len(r.rows) != 1 || r.rows[0][1] != "100" || r.rows[0][2] != "6" || r.rows[0][3] != "2022-06-01 00:00:00" || r.rows[0][5] != "0" {
		t.Errorf("got %s", r)
	}
	if a, b := s.must(t, "TABLE staging").String(), s.must(t, generated(", 100")).String(); a != b {
		t.Error("the target holds other rows")
	}
	if got := s.must(t, "SELECT col_description('staging'::regclass, 6), (SELECT attnotnull FROM pg_attribute WHERE attrelid = 'staging'::regclass AND attnum = 1)").String(); got != "in µg/m3|t\n" {
		t.Errorf("the target is not made like the source: %s", got)
	}
	s.must(t, "ROLLBACK")
	if got := s.must(t, "SELECT to_regclass('staging')").String(); got != "∅\n" {
		t.Error("the target outlives the transaction")
	}

	s.must(t, "CREATE TEMP TABLE narrow (n serial, valeur numeric CHECK (valeur >= 0), station text, polluant text, date_debut timestamptz, hit boolean)")
	s.must(t, "CREATE FUNCTION pg_temp.hit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.hit = true; RETURN NEW; END'")
	s.must(t, "CREATE TRIGGER hit BEFORE INSERT ON narrow FOR EACH ROW EXECUTE FUNCTION pg_temp.hit()")
	s.must(t, "SELECT datamime_generate("+mesures+", 50, target => 'narrow')")
	if got := s.must(t, "SELECT count(*), max(n), bool_and(hit), count(date_debut) FROM narrow").String(); got != "50|50|t|50\n" {
		t.Errorf("got %s", got)
	}
	if _, err := s.run(t.Context(), "SELECT datamime_generate("+mesures+", 50, target => 'tiny')", Text); err == nil {
		t.Error("a target without the columns is taken")
	} else if code, message, _, _ := failed(err); code != "42703" || message != `column "date_debut" of "tiny" does not exist` {
		t.Error(inFull(err))
	}
	for _, name := range []string{"'a b'", "''", "'no.such.table.at.all'"} {
		if _, err := s.run(t.Context(), "SELECT datamime_generate("+mesures+", 50, target => "+name+")", Text); err == nil {
			t.Errorf("target %s is taken", name)
		}
	}
}

// TestLate: what a call does is done when its statement runs, not when it is
// bound.
func TestLate(t *testing.T) {
	s := connect(t)
	p := prepared(t.Context(), t, s, "SELECT datamime_generate("+mesures+", 50, target => 'pg_temp.late')")
	b, err := p.Bind(t.Context(), s, nil)
	if err != nil {
		t.Fatal(inFull(err))
	}
	defer b.Rows.Close()
	if got := s.must(t, "SELECT to_regclass('pg_temp.late')").String(); got != "∅\n" {
		t.Error("the target is there before the statement ran")
	}
	if _, err := b.Rows.Next(t.Context()); err != nil {
		t.Fatal(inFull(err))
	}
	if got := s.must(t, "SELECT count(*) FROM pg_temp.late").String(); got != "50\n" {
		t.Errorf("%s rows", got)
	}
}

func TestSources(t *testing.T) {
	s := connect(t)
	want := s.must(t, generated(", 100")).String()
	s.must(t, `CREATE TEMP TABLE "Odd ""name" (LIKE mesures)`)
	s.must(t, `INSERT INTO "Odd ""name" SELECT * FROM mesures`)
	s.must(t, "CREATE TEMP TABLE split (LIKE mesures) PARTITION BY LIST (station)")
	s.must(t, "CREATE TEMP TABLE split1 PARTITION OF split FOR VALUES IN ('SRC')")
	s.must(t, "CREATE TEMP TABLE split2 PARTITION OF split DEFAULT")
	s.must(t, "INSERT INTO split SELECT * FROM mesures ORDER BY md5(mesures::text)")
	for _, name := range []string{"mesures", "public.mesures", `"mesures"`, "MESURES", "mesures_view", `"Odd ""name"`, "split",
		"(SELECT * FROM mesures)", "(SELECT * FROM mesures) -- all", "(TABLE mesures)", "( SELECT * FROM mesures WHERE valeur < 1000 ORDER BY 3 DESC, 1)",
		"(SELECT * FROM split WHERE station = 'SRC') UNION ALL (SELECT * FROM split WHERE station <> 'SRC')"} {
		r, err := s.run(t.Context(), "SELECT * FROM datamime_generate("+sqltext.QuoteLiteral(name)+", 'Date_Debut', '{station,polluant}', 'VALEUR', 100)", Text)
		if err != nil {
			t.Errorf("%s: %s", name, inFull(err))
		} else if r.String() != want {
			t.Errorf("%s gives other rows", name)
		}
	}
	order := s.must(t, `SELECT DISTINCT k FROM (SELECT * FROM datamime_generate('(SELECT t, s COLLATE "und-x-icu" AS k, v FROM tiny, (VALUES (''b''), (''A''), (''a'')) AS l(s))',
		't', ARRAY['k'], 'v', 3, gaps => 'none') LIMIT 3) x ORDER BY k`)
	if order.String() != "a\nA\nb\n" {
		t.Errorf("a query's collation is lost: %s", order)
	}
	serverRoles(t, "reader")
	s.must(t, "SET ROLE reader")
	if _, err := s.run(t.Context(), generated(", 1"), Text); err == nil {
		t.Error("a role without privileges reads the table")
	} else if code, _, _, _ := failed(err); code != "42501" {
		t.Error(inFull(err))
	}
}

func TestHistoryRefusals(t *testing.T) {
	s := connect(t)
	s.must(t, "CREATE TEMP TABLE h (t timestamp, k text, v float8, w int)")
	s.must(t, "INSERT INTO h SELECT g, 'a', extract(hour FROM g), 1 FROM generate_series(timestamp '2024-01-01', '2024-01-09', '1 hour') g")
	s.must(t, "INSERT INTO h SELECT * FROM h WHERE t < '2024-01-01 05:00'")
	s.must(t, "INSERT INTO h VALUES (NULL, 'a', 5, 1), ('2024-01-02', NULL, NULL, 1), ('2024-01-02 03:00', 'b', 'NaN', 1), ('2024-01-02 04:00', 'b', '-Infinity', 1)")
	s.must(t, "SELECT * FROM datamime_generate('h', 't', ARRAY['k'], 'v', 10)")
	if len(s.notices) < 2 || s.notices[0].Message != "1 row has no time and was left out" ||
		s.notices[1].Message != "5 rows share their series and time with another; their mean was taken" {
		t.Errorf("notices: %v", s.notices)
	}
	s.must(t, "INSERT INTO h VALUES ('infinity', 'a', 5)")
	_, err := s.run(t.Context(), "SELECT * FROM datamime_generate('h', 't', ARRAY['k'], 'v', 10)", Text)
	if err == nil {
		t.Fatal("an infinite time is taken")
	}
	if code, message, _, _ := failed(err); code != "22023" || message != `time column "t" of "h" holds an infinite time` {
		t.Error(inFull(err))
	}
}

// TestChangedSource prepares over a table that then changes.
func TestChangedSource(t *testing.T) {
	s := connect(t)
	s.must(t, "CREATE TEMP TABLE c (t timestamp, v int)")
	s.must(t, "INSERT INTO c SELECT * FROM tiny")
	p := prepared(t.Context(), t, s, "SELECT * FROM datamime_generate('c', 't', NULL, 'v', 1)")
	s.must(t, "ALTER TABLE c ALTER v TYPE bigint")
	_, err := p.Bind(t.Context(), s, nil)
	if code, message, _, _ := failed(err); code != "0A000" || message != "cached plan must not change result type" {
		t.Error(inFull(err))
	}
}

// TestEqualKeys: what is equal to the server is one series.
func TestEqualKeys(t *testing.T) {
	s := connect(t)
	s.must(t, "CREATE COLLATION pg_temp.blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false)")
	s.must(t, "CREATE TEMP TABLE k (t timestamp, n numeric, f float8, name text COLLATE pg_temp.blind, label text, v int)")
	s.must(t, `INSERT INTO k SELECT timestamp '2024-01-01' + g * interval '1 hour', CASE g % 2 WHEN 0 THEN 1.0 ELSE 1.00 END, CASE g % 2 WHEN 0 THEN 0 ELSE '-0' END,
		(ARRAY['abc', 'ABC', 'Abc'])[g % 3 + 1], (ARRAY['abc', 'ABC', 'Abc'])[g % 3 + 1], g % 24 FROM generate_series(1, 240) g`)
	for keys, want := range map[string]string{"n": "1", "f": "1", "name": "1", "label": "3", "n,name": "1", "n,f,label": "3"} {
		r := s.must(t, "SELECT count(DISTINCT (n::text, name::text COLLATE \"C\")) FROM datamime_generate('k', 't', '{"+keys+"}', 'v', 240, gaps => 'none')")
		d := s.must(t, "SELECT datamime_generate('k', 't', '{"+keys+"}', 'v', 24, target => 'pg_temp.k2')")
		if d.rows[0][2] != want {
			t.Errorf("%s: %s series, not %s; %s", keys, d.rows[0][2], want, r)
		}
	}
	r := s.must(t, "SELECT DISTINCT name, label FROM datamime_generate('k', 't', '{name}', 'v', 240, gaps => 'none')")
	if len(r.rows) != 3 || r.rows[0][0] != "ABC" {
		t.Errorf("got %s", r)
	}
}

func TestDomain(t *testing.T) {
	s := connect(t)
	s.must(t, "CREATE DOMAIN pg_temp.small AS int CHECK (VALUE < 5)")
	s.must(t, "CREATE TEMP TABLE d AS SELECT t, v::pg_temp.small AS v FROM tiny")
	r := s.must(t, "SELECT * FROM datamime_generate('d', 't', NULL, 'v', 10, maximum => 4)")
	if r.path != "arrays" || len(r.rows) != 10 {
		t.Errorf("%s by %s", r, r.path)
	}
	if _, err := s.run(t.Context(), "SELECT * FROM datamime_generate('d', 't', NULL, 'v', 10, minimum => 7)", Text); err == nil {
		t.Error("values outside of the domain pass")
	} else if code, _, _, _ := failed(err); code != "23514" {
		t.Error(inFull(err))
	}
}

// TestEncoding: the client's encoding changes texts, not values.
func TestEncoding(t *testing.T) {
	s := connect(t)
	s.must(t, "CREATE TEMP TABLE e AS SELECT date_debut AS t, 'é' || station AS \"clé\", valeur FROM mesures WHERE polluant = 'NO2'")
	sql := "SELECT * FROM datamime_generate('e', 't', ARRAY['clé'], 'valeur', 20)"
	want := s.must(t, sql)
	s.must(t, "SET client_encoding = 'LATIN1'")
	got := s.must(t, strings.ReplaceAll(sql, "é", "\xe9"))
	if got.String() != strings.ReplaceAll(want.String(), "é", "\xe9") || got.fields[1] != "cl\xe9" {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	// The second byte of these characters is that of a backslash or a bracket.
	for encoding, c := range map[string]string{"SJIS": "\x95\x5c", "BIG5": "\xb3\x5c", "GBK": "\xd5\x5c", "UHC": "\x81\x5a", "GB18030": "\x81\x30\x81\x34"} {
		s.must(t, "SET client_encoding = '"+encoding+"'")
		sql = "SELECT E'@', valeur AS @, '@[' AS \"@\" /* @ */ FROM datamime_generate('(SELECT t, E''@'' AS \"@\", valeur FROM e)', 't', ARRAY['@'], 'valeur', 20) AS @ WHERE @.\"@\" = '@' LIMIT $1 -- @"
		if encoding == "GB18030" || encoding == "UHC" {
			sql = strings.Replace(sql, "valeur AS @,", "valeur,", 1)
		}
		r := s.must(t, strings.ReplaceAll(sql, "@", c), Param{Value: []byte("3")})
		if len(r.rows) != 3 || r.rows[0][0] != c || r.rows[0][2] != c+"[" || r.fields[2] != c {
			t.Errorf("%s: %q %q", encoding, r.fields, r)
		}
	}
	s.must(t, "SET client_encoding = 'LATIN1'")
	_, err := s.run(t.Context(), "SELECT '\xe9', * FROM datamime_generate('e', 't', ARRAY['cl\xe8'], 'valeur', 20)", Text)
	if code, message, hint, position := failedOrNone(err); code != "42703" || message != "column \"cl\xe8\" of \"e\" does not exist" || hint != "Perhaps you meant cl\xe9." || position != 48 {
		t.Errorf("%s %q %q at %d", code, message, hint, position)
	}
}

// TestHugeValues: numbers whose sums a float8 cannot hold are refused, and the
// hint's query has them.
func TestHugeValues(t *testing.T) {
	huge := func() *testSession { // a COPY that is given up ends a session of the tests
		s := connect(t)
		s.must(t, "CREATE TEMP TABLE huge AS SELECT timestamp '2024-01-01' + i * interval '1 hour' AS t, 1e308 * sin(i) AS v FROM generate_series(1, 300) i")
		return s
	}
	const of = "SELECT * FROM datamime_generate("
	huge().fails(t, of+"'huge', 't', NULL, 'v')", "22023", `value column "v" of "huge" holds values beyond 1e150`,
		"Scale it in a query: '(SELECT *, \"v\" / 1e200 AS scaled FROM huge)'.")
	huge().fails(t, of+"'(SELECT t, v::numeric FROM huge)', 't', NULL, 'v')", "22023", `value column "v" of the query holds values beyond 1e150`,
		"Scale it in a query: '(SELECT *, \"v\" / 1e200 AS scaled FROM (...) AS q)'.")
	got := huge().must(t, `SELECT count(*), count(DISTINCT scaled) > 250, max(abs(scaled)) BETWEEN 0.5e108 AND 2e108
		FROM datamime_generate('(SELECT *, "v" / 1e200 AS scaled FROM huge)', 't', NULL, 'scaled')`).String()
	if got != "300|t|t\n" {
		t.Errorf("scaled values: %s", got)
	}
}
