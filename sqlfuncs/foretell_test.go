package sqlfuncs

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// mesuresList is the column definition list of what is made of mesures.
const mesuresList = "AS g(a timestamp, b timestamp, s text, p text, c text, v integer)"

// TestForetell asks what statements give whose parameters, some of which decide
// a call's columns, have no values yet: the types of the parameters and of the
// columns, or no word where it hangs on the values. Once these are there, the
// statement gives what was foretold.
func TestForetell(t *testing.T) {
	s := connect(t)
	s.must(t, "SELECT datamime_fit('ahead', "+mesures+")")
	defer s.must(t, "SELECT datamime_drop('ahead')")
	s.must(t, "CREATE TEMP TABLE zoned AS SELECT date_debut::timestamptz AS t, valeur AS v FROM mesures WHERE station = 'HRI'")
	s.must(t, "CREATE TEMP TABLE filled AS SELECT valeur::numeric(8,2) AS v, 'x'::text AS x FROM mesures LIMIT 0")
	s.must(t, "CREATE TEMP TABLE narrow AS SELECT date '2024-01-01' + i AS t, (i % 7)::numeric(8,2) AS v, 'x'::varchar(9) AS c FROM generate_series(0, 99) i")
	const model = "datamime_generate(model => $1, row_count => 5)"
	for _, c := range []struct {
		sql    string
		params string
		fields string // "" for none, "?" where they cannot be told
		values []string
	}{
		// The columns hang on other arguments.
		{"SELECT valeur FROM datamime_generate('mesures', $1, $2, $3, $4)", "text text[] text bigint", "valeur integer", []string{"date_debut", "{station}", "valeur", "5"}},
		{"SELECT valeur FROM datamime_generate('mesures', 'date_debut', $1, $2::text[], $3)", "text[] text[] bigint", "valeur integer", []string{"{station}", "{valeur}", "5"}},
		{"SELECT * FROM datamime_generate('zoned', $1, NULL, 'v', 5, start_at => $2)", "text timestamptz", "t timestamptz, v integer", []string{"t", "2024-01-01"}},
		{"SELECT date_fin FROM datamime_generate(model => 'ahead', source => $1, row_count => 2)", "text", "date_fin timestamp", []string{"mesures"}},
		{"SELECT first FROM datamime_generate('mesures', $1, NULL, 'valeur', 5, target => 'ahead_target')", "text", "first timestamp", []string{"date_debut"}},
		{"SELECT station, last_time, mean FROM datamime_describe('mesures', $1, ARRAY['station'], $2, lang => $3)", "text text text", "station text, last_time timestamp, mean double precision", []string{"date_debut", "valeur", "fr"}},
		{"SELECT mean FROM datamime_describe('mesures', 'date_debut', $1, 'valeur')", "", "?", nil},
		{"SELECT * FROM datamime_generate('mesures', 'date_debut', NULL, 'valeur', 5, target => $1)", "", "?", nil},
		// A column definition list has them.
		{"SELECT * FROM " + model + " " + mesuresList, "text", "a timestamp, b timestamp, s text, p text, c text, v integer", []string{"ahead"}},
		{"SELECT g.v + $2, s FROM " + model + " " + mesuresList + " WHERE p = $3", "text integer text", "?column? integer, s text", []string{"ahead", "1", "O3"}},
		{"SELECT t FROM datamime_generate($1, $2, NULL, $3, 5, $4) AS (t timestamptz, v integer)", "text text text timestamptz", "t timestamptz", []string{"zoned", "t", "v", "2024-01-01"}},
		{"SELECT v, c FROM datamime_generate($1, 't', NULL, 'v', 5) AS (t date, v numeric, c varchar COLLATE \"C\") ORDER BY c", "text", "v numeric, c varchar", []string{"narrow"}},
		{"CREATE TEMP TABLE wide AS SELECT v, c FROM datamime_generate($1, 't', NULL, 'v', 5) AS (t date, v numeric, c varchar)", "text", "", []string{"narrow"}},
		{"SELECT v, c FROM ROWS FROM (datamime_generate($1, 't', NULL, 'v', 5) AS (t date, v numeric, c varchar))", "text", "v numeric, c varchar", []string{"narrow"}},
		// They make no difference.
		{"SELECT count(*), $2::int AS n FROM " + model, "text integer", "count bigint, n integer", []string{"ahead", "1"}},
		{"SELECT g IS NULL AS none, row_to_json(g) AS json FROM " + model + " g", "text", "none boolean, json json", []string{"ahead"}},
		{"SELECT 1 AS one WHERE EXISTS (SELECT FROM " + model + " WITH ORDINALITY WHERE ordinality = $2)", "text bigint", "one integer", []string{"ahead", "2"}},
		{"INSERT INTO filled SELECT valeur, station FROM " + model, "text", "", []string{"ahead"}},
		{"INSERT INTO filled (v) SELECT count(*) FROM " + model + " RETURNING *", "text", "v numeric(8,2), x text", []string{"ahead"}},
		{"INSERT INTO filled (v, x) SELECT count(*), $2 FROM " + model + " RETURNING v", "text text", "v numeric(8,2)", []string{"ahead", "a"}},
		{"CREATE TEMP TABLE ahead_made AS SELECT * FROM " + model, "text", "", []string{"ahead"}},
		{"CREATE TEMP TABLE ahead_made AS SELECT $2::int AS run, * FROM " + model, "text integer", "", []string{"ahead", "1"}},
		{"INSERT INTO filled SELECT $2, station FROM (SELECT * FROM " + model + ") g", "text numeric", "", []string{"ahead", "1"}},
		{"SELECT * INTO TEMP ahead_into FROM " + model, "text", "", []string{"ahead"}},
		{"EXPLAIN SELECT * FROM " + model, "text", "QUERY PLAN text", []string{"ahead"}},
		{"SELECT count(*) AS n FROM (SELECT * FROM " + model + ") g", "text", "n bigint", []string{"ahead"}},
		{"WITH g AS (SELECT * FROM " + model + ") SELECT row_to_json(g) AS json FROM g", "text", "json json", []string{"ahead"}},
		{"WITH g AS (SELECT s.* FROM " + model + " s) SELECT coalesce(json_agg(r), '[]') AS body FROM (SELECT * FROM g) r", "text", "body json", []string{"ahead"}},
		{"SELECT (SELECT to_jsonb(h)) AS json FROM (VALUES (1)) o(n) LEFT JOIN (SELECT * FROM " + model + ") h ON h IS NOT NULL", "text", "json jsonb", []string{"ahead"}},
		{"SELECT 1 AS one WHERE EXISTS (SELECT * FROM " + model + ")", "text", "one integer", []string{"ahead"}},
		// The star is another table's.
		{"SELECT f.*, g.valeur::int AS made FROM filled f RIGHT JOIN " + model + " AS g ON true", "text", "v numeric(8,2), x text, made integer", []string{"ahead"}},
		{"SELECT * FROM filled WHERE v > (SELECT max(g.valeur::int) FROM " + model + " g)", "text", "v numeric(8,2), x text", []string{"ahead"}},
		{"SELECT f.*, o.* FROM filled f, (SELECT sum(g.valeur::int) AS total FROM " + model + " g) o", "text", "v numeric(8,2), x text, total bigint", []string{"ahead"}},
		{"UPDATE filled f SET x = 'made' FROM " + model + " g WHERE f.v = g.valeur::int RETURNING f.*", "text", "v numeric(8,2), x text", []string{"ahead"}},
		// They are cast.
		{"SELECT date_debut::date AS d, sum(valeur::int) AS v FROM " + model + " GROUP BY d ORDER BY d", "text", "d date, v bigint", []string{"ahead"}},
		{"SELECT valeur::int AS valeur FROM " + model + " ORDER BY valeur", "text", "valeur integer", []string{"ahead"}},
		{"SELECT o.id, g.station::varchar(9) AS s FROM filled f JOIN (VALUES (1)) o(id) ON true, " + model + " AS g", "text", "id integer, s varchar(9)", []string{"ahead"}},
		{"WITH g AS (SELECT valeur::int AS v FROM " + model + ") SELECT v, count(*) FROM g WHERE v > $2 GROUP BY v", "text integer", "v integer, count bigint", []string{"ahead", "3"}},
		{"SELECT a.n + b.n AS n FROM (SELECT sum(g.valeur::int) + max(g.valeur::int) AS n FROM " + model + " g) a, (SELECT sum(g.valeur::int) AS n FROM " + model + " g) b",
			"text", "n bigint", []string{"ahead"}},
		{"WITH valeur AS (SELECT valeur::int AS v FROM " + model + ") SELECT v FROM valeur", "text", "v integer", []string{"ahead"}},
		{"SELECT n FROM (SELECT station::varchar(9) AS n FROM " + model + ") station", "text", "n varchar(9)", []string{"ahead"}},
		// They make one.
		{"SELECT * FROM " + model, "", "?", nil},
		{"SELECT valeur FROM " + model, "", "?", nil},
		{"SELECT max(valeur) FROM " + model, "", "?", nil},
		{"SELECT avg(valeur) FROM " + model, "", "?", nil},
		{"SELECT coalesce(valeur, $2) FROM " + model, "", "?", nil},
		{"SELECT a FROM " + model + " AS g(a)", "", "?", nil},
		{"SELECT datamime_generate(model => $1)", "", "?", nil},
		{"SELECT g.* FROM " + model + " g", "", "?", nil},
		{"SELECT (g).* FROM " + model + " g", "", "?", nil},
		{"SELECT g.*, g.valeur::int FROM " + model + " g", "", "?", nil},
		{"SELECT f.* FROM filled, " + model + " f", "", "?", nil},
		{"SELECT j.* FROM (filled CROSS JOIN " + model + " g) j", "", "?", nil},
		{"SELECT * FROM filled, " + model + " g", "", "?", nil},
		{"SELECT f.* FROM filled f NATURAL JOIN " + model + " g", "", "?", nil},
		{"SELECT * FROM (SELECT * FROM " + model + ") g", "", "?", nil},
		{"SELECT * FROM filled UNION ALL SELECT * FROM " + model, "", "?", nil},
		{"UPDATE filled f SET x = 'made' FROM " + model + " g WHERE f.v = g.valeur::int RETURNING *", "", "?", nil},
		{"SELECT count(*) FROM ROWS FROM (" + model + ", generate_series(1, 2))", "", "?", nil},
	} {
		st, err := s.statement(c.sql)
		if err != nil || st == nil {
			t.Fatal(c.sql, err)
		}
		p, err := st.Prepare(t.Context(), s, nil)
		if err != nil || p.Deferred == nil {
			t.Fatalf("%s\nis not deferred: %v", c.sql, err)
		}
		told, err := p.Foretell(t.Context(), s)
		if c.fields == "?" {
			if e := (*Error)(nil); !errors.As(err, &e) || e.Code != codeUnsupported || e.Position == 0 {
				t.Errorf("%s\ngave no refusal: %v", c.sql, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s\n%s", c.sql, inFull(err))
			continue
		}
		fields, params, err := s.Describe(t.Context(), told.SQL, told.ParamOIDs)
		if err != nil {
			t.Fatal(c.sql, inFull(err))
		}
		if got := s.shown(t, fields); got != c.fields {
			t.Errorf("%s\ngives %s, want %s", c.sql, got, c.fields)
		}
		var types []string
		for _, oid := range params[:told.ClientParams] {
			types = append(types, s.typeName(t, oid, -1))
		}
		if got := strings.Join(types, " "); got != c.params {
			t.Errorf("%s\ntakes %s, want %s", c.sql, got, c.params)
		}
		var values []Param
		for _, v := range c.values {
			values = append(values, Param{Value: []byte(v)})
		}
		decided, err := told.Decide(t.Context(), s, values)
		if err != nil {
			t.Errorf("%s\ndecided: %s", c.sql, inFull(err))
			continue
		}
		again, _, err := s.Describe(t.Context(), decided.SQL, decided.ParamOIDs)
		if err != nil || !slices.EqualFunc(fields, again, Field.same) {
			t.Errorf("%s\ngives %s then, %v", c.sql, s.shown(t, again), err)
		}
	}
}

// shown are fields as a column definition list has them.
func (s *testSession) shown(t *testing.T, fields []Field) string {
	var list []string
	for _, f := range fields {
		list = append(list, f.Name+" "+s.typeName(t, f.OID, f.Modifier))
	}
	return strings.Join(list, ", ")
}

// typeName is a type as it is written, the longest names in short.
func (s *testSession) typeName(t *testing.T, oid uint32, mod int32) string {
	name := s.must(t, fmt.Sprintf("SELECT format_type(%d, %d)", oid, mod)).rows[0][0]
	return strings.NewReplacer("timestamp without time zone", "timestamp", "timestamp with time zone", "timestamptz", "character varying", "varchar").Replace(name)
}

// TestForetoldIsKept binds a statement to values that give other columns than
// those that were foretold.
func TestForetoldIsKept(t *testing.T) {
	s := connect(t)
	s.must(t, "CREATE TEMP TABLE outside AS SELECT 1 AS valeur")
	st, err := s.statement("SELECT (SELECT valeur FROM datamime_generate($1, 'date_debut', NULL, 'valeur', 1) g) FROM outside")
	if err != nil {
		t.Fatal(err)
	}
	p, err := st.Prepare(t.Context(), s, nil)
	if err != nil {
		t.Fatal(err)
	}
	told, err := p.Foretell(t.Context(), s)
	if err != nil {
		t.Fatal(inFull(err))
	}
	value := func(source string) []Param { return []Param{{Value: []byte(source)}} }
	if _, err := told.Decide(t.Context(), s, value("mesures")); err != nil {
		t.Error(inFull(err))
	}
	if _, err := told.Decide(t.Context(), s, value("(SELECT date_debut, valeur::numeric FROM mesures)")); !errors.Is(err, ErrChanged) {
		t.Error("a result of another type:", err)
	}
}

// TestForetellWaits: that the server gives up is not taken for a text that it
// refuses.
func TestForetellWaits(t *testing.T) {
	s, other := connect(t), connect(t)
	s.must(t, "CREATE TABLE locked (v integer)")
	defer s.must(t, "DROP TABLE locked")
	st, err := s.statement("SELECT g.valeur::int FROM locked, datamime_generate($1, 'date_debut', NULL, 'valeur', 1) g")
	if err != nil {
		t.Fatal(err)
	}
	p, err := st.Prepare(t.Context(), s, nil)
	if err != nil {
		t.Fatal(err)
	}
	other.must(t, "BEGIN")
	other.must(t, "LOCK TABLE locked")
	defer other.must(t, "ROLLBACK")
	s.must(t, "SET lock_timeout = 1")
	_, err = p.Foretell(t.Context(), s)
	s.must(t, "RESET lock_timeout")
	if se := (*ServerError)(nil); !errors.As(err, &se) || se.Code != "55P03" {
		t.Error("not what the server said:", err)
	}
}

// TestDefinedModifiers: a column definition list may leave a type's modifier open,
// and the result has the list's, on every path and of computed columns too.
func TestDefinedModifiers(t *testing.T) {
	s := connect(t)
	s.must(t, "CREATE TEMP TABLE narrow (t date, v numeric(8,2), c char(5), w numeric(9,3) GENERATED ALWAYS AS (v * 2) STORED)")
	s.must(t, "INSERT INTO narrow SELECT date '2024-01-01' + i, i % 7, 'x' FROM generate_series(0, 99) i")
	const call = "datamime_generate('narrow', 't', NULL, 'v', 5)"
	want := s.must(t, "SELECT * FROM "+call).rows
	for _, list := range []string{"t date, v numeric, c bpchar, w numeric", "t date, v numeric(8,2), c bpchar COLLATE \"C\", w numeric"} {
		for _, from := range []string{
			call + " AS g(" + list + ")",
			call + " AS g(" + list + ") LEFT JOIN pg_class ON false",
			"ROWS FROM (" + call + " AS (" + list + ")) g",
		} {
			if got := s.must(t, "SELECT g.* FROM "+from).rows; !slices.EqualFunc(got, want, slices.Equal) {
				t.Errorf("%s\ngives %v, want %v", from, got, want)
			}
			s.must(t, "CREATE TEMP TABLE made AS SELECT g.* FROM "+from)
			if got := s.must(t, "SELECT * FROM made").rows; !slices.EqualFunc(got, want, slices.Equal) {
				t.Errorf("%s\nputs %v into a table, want %v", from, got, want)
			}
			got := s.must(t, `SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum) FROM pg_attribute
				WHERE attrelid = 'made'::regclass AND attnum > 0`).rows[0][0]
			if got != strings.ReplaceAll(list, ` COLLATE "C"`, "") {
				t.Errorf("%s\nmakes a table of %s", from, got)
			}
			s.must(t, "DROP TABLE made")
		}
	}
}
