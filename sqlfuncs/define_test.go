package sqlfuncs

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/datamime/datamime/sqlfuncs/pgtypes"
)

// contractDefinition is the definition that the documents show.
const contractDefinition = `{"time": {"column": "date_debut", "type": "timestamp", "start": "2022-06-21", "frequency": "1 hour"},
	"series": {"columns": {"station": "text", "polluant": "text"}, "list": [["SRC", "O3"], ["SRC", "NO2"]]},
	"value": {"column": "valeur", "type": "integer", "typical": 40, "low": 10, "high": 110, "minimum": 0, "maximum": 300, "decimals": 0},
	"day": {"peaks": [{"at": "08:00", "by": 0.3}, {"at": "18:00", "by": 0.4}]}, "week": {"weekend": -0.25}, "year": {"peak": "07", "by": 0.2},
	"trend": "+2 % per year", "noise": 0.2, "memory": "6 hours", "links": 0.6, "missing": 0.01,
	"where": [{"match": {"polluant": "NO2"}, "value": {"typical": 25}}]}`

// number runs a statement that gives one number.
func (s *testSession) number(t *testing.T, sql string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s.must(t, sql).rows[0][0], 64)
	if err != nil {
		t.Fatal(sql, err)
	}
	return v
}

// within checks a number that a statement gives.
func (s *testSession) within(t *testing.T, what, sql string, low, high float64) {
	t.Helper()
	if v := s.number(t, sql); v < low || v > high {
		t.Errorf("%s: %v, not %v to %v", what, v, low, high)
	} else {
		t.Logf("%s: %v of %v to %v", what, v, low, high)
	}
}

// TestDefine holds what is generated from a definition against what was
// declared. The tolerances are some three times what two years of such a
// series vary by themselves, and what the fit smooths.
func TestDefine(t *testing.T) {
	s := connect(t)
	s.must(t, "BEGIN")
	defer s.must(t, "ROLLBACK")
	r := s.must(t, "SELECT * FROM datamime_define('air', '"+contractDefinition+"')")
	if got := strings.Join(r.fields, ",") + " " + strings.Join(r.rows[0][:2], "|"); got != "model,series_count,bytes air|2" {
		t.Errorf("got %s", got)
	}
	if got := s.must(t, "SELECT model, source, time_column, series_columns, value_columns, frequency, series_count, row_count FROM datamime_models()").String(); got !=
		"air|∅|date_debut|{station,polluant}|{valeur}|01:00:00|2|0\n" {
		t.Errorf("got %s", got)
	}
	s.must(t, "CREATE TEMP TABLE made AS SELECT * FROM datamime_generate(model => 'air', start_at => '2023-01-01', end_at => '2025-01-01', seed => 1)")
	if got := s.must(t, "SELECT string_agg(attname || ' ' || atttypid::regtype, ',' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'made'::regclass AND attnum > 0").String(); got !=
		"date_debut timestamp without time zone,station text,polluant text,valeur integer\n" {
		t.Errorf("columns %s", got)
	}
	of := func(p string) string { return " FROM made WHERE polluant = '" + p + "' " }
	for p, scale := range map[string]float64{"O3": 1, "NO2": 25. / 40} {
		s.within(t, p+" median", "SELECT percentile_cont(.5) WITHIN GROUP (ORDER BY valeur)"+of(p), 36*scale, 46*scale)
		s.within(t, p+" low", "SELECT percentile_cont(.05) WITHIN GROUP (ORDER BY valeur)"+of(p), 7*scale, 13*scale)
		s.within(t, p+" high", "SELECT percentile_cont(.95) WITHIN GROUP (ORDER BY valeur)"+of(p), 95*scale, 130*scale)
		s.within(t, p+" least", "SELECT min(valeur)"+of(p), 0, 300)
		s.within(t, p+" most", "SELECT max(valeur)"+of(p), 0, 300)
		mean := "percentile_cont(.5) WITHIN GROUP (ORDER BY valeur) FILTER (WHERE "
		s.within(t, p+" evening", "SELECT "+mean+"extract(hour FROM date_debut) = 18) / "+mean+"extract(hour FROM date_debut) IN (1, 2, 3))"+of(p), 1.2, 1.65)
		s.within(t, p+" morning", "SELECT "+mean+"extract(hour FROM date_debut) = 8) / "+mean+"extract(hour FROM date_debut) IN (1, 2, 3))"+of(p), 1.1, 1.55)
		s.within(t, p+" noon", "SELECT "+mean+"extract(hour FROM date_debut) = 13) / "+mean+"extract(hour FROM date_debut) IN (1, 2, 3))"+of(p), 0.85, 1.2)
		s.within(t, p+" weekend", "SELECT "+mean+"extract(isodow FROM date_debut) > 5) / "+mean+"extract(isodow FROM date_debut) < 6)"+of(p), 0.67, 0.83)
		s.within(t, p+" July", "SELECT "+mean+"extract(month FROM date_debut) IN (6, 7, 8)) / "+mean+"extract(month FROM date_debut) IN (12, 1, 2))"+of(p), 1.25, 1.75)
		s.within(t, p+" memory", `SELECT corr(ln(a.valeur + 1), ln(b.valeur + 1)) FROM made a JOIN made b USING (station, polluant)
			WHERE b.date_debut = a.date_debut + interval '6 hours' AND polluant = '`+p+"'", 0.25, 0.6)
		s.within(t, p+" missing", "SELECT 1 - count(*) / 17544.0"+of(p), 0.004, 0.02)
	}
	s.within(t, "links", `SELECT corr(ln(a.valeur + 1), ln(b.valeur + 1)) FROM made a JOIN made b USING (date_debut) WHERE a.polluant = 'O3' AND b.polluant = 'NO2'`, 0.5, 0.8)
	again := s.must(t, "SELECT * FROM datamime_generate(model => 'air', start_at => '2023-01-01', row_count => 100, seed => 1)").String()
	if want := s.must(t, "SELECT * FROM made ORDER BY 1, 2, 3 LIMIT 100").String(); again != want {
		t.Error("a window of the rows differs")
	}
}

// TestDefineLittle defines series of which next to nothing is known, on every
// kind of clock, with columns of every kind.
func TestDefineLittle(t *testing.T) {
	s := connect(t)
	s.must(t, "BEGIN")
	defer s.must(t, "ROLLBACK")
	s.must(t, `SELECT datamime_define('one', '{"series": {"columns": {}, "list": [[]]}}')`)
	if got := s.must(t, "SELECT time, value FROM datamime_generate(model => 'one', row_count => 2)"); len(got.rows) != 2 || got.rows[0][0] != "2024-01-01 00:00:00" {
		t.Errorf("got %s", got)
	}
	s.within(t, "level", "SELECT percentile_cont(.5) WITHIN GROUP (ORDER BY value) FROM datamime_generate(model => 'one', row_count => 5000)", 93, 107)
	s.within(t, "noise", "SELECT stddev(ln(value)) FROM datamime_generate(model => 'one', row_count => 5000)", .17, .23)

	s.must(t, `SELECT datamime_define('cold', '{"time": {"column": "at", "type": "timestamptz", "frequency": "1 day", "zone": "Europe/Paris", "start": "2020-03-01"},
		"series": {"columns": {"zone": "uuid", "n": "smallint", "sky": "sky"}, "list": [{"n": 7, "sky": "rain", "zone": "00000000-0000-4000-8000-000000000001"}, [null, 8, null]]},
		"value": {"column": "temp", "type": "numeric(5,1)", "typical": 2, "low": -8, "high": 14}, "year": {"peak": "July", "by": 0.9}, "memory": "3 days"}')`)
	s.must(t, "CREATE TEMP TABLE cold AS SELECT * FROM datamime_generate(model => 'cold', end_at => '2030-01-01')")
	s.within(t, "below zero", "SELECT avg((temp < 0)::int) FROM cold", .25, .5)
	s.within(t, "summer", "SELECT avg(temp) FROM cold WHERE extract(month FROM at) = 7", 8, 15)
	s.within(t, "winter", "SELECT avg(temp) FROM cold WHERE extract(month FROM at) = 1", -12, -3)
	if got := s.must(t, "SELECT DISTINCT to_char(at AT TIME ZONE 'Europe/Paris', 'HH24:MI'), scale(temp) FROM cold").String(); got != "00:00|1\n" {
		t.Errorf("got %s", got)
	}
	if got := s.must(t, "SELECT DISTINCT zone, n, sky FROM cold ORDER BY n").String(); got != "00000000-0000-4000-8000-000000000001|7|rain\n∅|8|∅\n" {
		t.Errorf("got %s", got)
	}
	s.must(t, `SELECT datamime_define('months', '{"time": {"type": "date", "frequency": "1 month", "start": "2015-01"}, "series": {"columns": {"k": "text"}, "list": [["a"]]},
		"value": {"type": "bigint", "typical": 5000}, "trend": "+12 % per year", "noise": 0.02}')`)
	s.within(t, "growth", "SELECT max(value) FILTER (WHERE time = '2020-01-01') / max(value) FILTER (WHERE time = '2015-01-01')::numeric FROM datamime_generate(model => 'months')", 1.6, 1.95)
	s.must(t, "CREATE TEMP TABLE real AS SELECT date '2030-01-01' + n AS time, 'a' AS k, 100 + n AS value FROM generate_series(1, 3) n")
	s.must(t, "SELECT datamime_fit('joined', 'real', 'time', ARRAY['k'], 'value', prior => 'months')")

	// A definition lies under the rows that update it, to their last.
	s.must(t, "CREATE TEMP TABLE week AS SELECT g AS time, 80 AS value FROM generate_series(timestamp '2031-03-03 00:00', '2031-03-09 23:00', '1 hour') g")
	s.must(t, "SELECT datamime_fit('updated', 'week', 'time', NULL, 'value', prior => 'one')")
	if got := s.must(t, "SELECT max(time), min(time) > '2029-01-01' AND min(time) < '2030-03-03' FROM datamime_generate(model => 'updated')").String(); got != "2031-03-09 23:00:00|t\n" {
		t.Errorf("got %s", got)
	}
}

// TestDefineUpdated: rows of a week, a third below what was defined, bring the
// level down. A week weighs as much as seven definitions: what remains of the
// third is (2/3)^(7/8), .70, within what the noise of a week's mean allows.
func TestDefineUpdated(t *testing.T) {
	s := connect(t)
	s.must(t, "BEGIN")
	defer s.must(t, "ROLLBACK")
	s.must(t, `SELECT datamime_define('told', '{"time": {"column": "at"}, "series": {"columns": {"k": "text"}, "list": [["a"], ["b"]]},
		"value": {"typical": 60, "minimum": 0, "maximum": 150, "decimals": 1}, "memory": "2 hours", "day": {"peaks": [{"at": "12:00", "by": 0.5}]}}')`)
	s.must(t, `CREATE TEMP TABLE week AS SELECT at, k, round((value * 2 / 3)::numeric, 1)::float8 AS value
		FROM datamime_generate(model => 'told', seed => 3, start_at => '2030-03-04', end_at => '2030-03-11') WHERE k = 'a'`)
	s.must(t, "SELECT datamime_fit('seen', 'week', 'at', ARRAY['k'], 'value', prior => 'told')")
	const ratio = `SELECT avg(s.value) / avg(t.value) FROM datamime_generate(model => 'seen', start_at => '2030-01-01', end_at => '2032-01-01') s
		FULL JOIN datamime_generate(model => 'told', start_at => '2030-01-01', end_at => '2032-01-01') t USING (at, k) WHERE k = '%s'`
	s.within(t, "the series that was seen", fmt.Sprintf(ratio, "a"), .62, .78)
	s.within(t, "the one that was not", fmt.Sprintf(ratio, "b"), .93, 1.07)
	s.within(t, "noon", `SELECT avg(value) FILTER (WHERE extract(hour FROM at) = 12) / avg(value) FILTER (WHERE extract(hour FROM at) = 3)
		FROM datamime_generate(model => 'seen', start_at => '2030-01-01', end_at => '2032-01-01') WHERE k = 'a'`, 1.35, 1.65)
	if got := s.must(t, "SELECT max(scale(value::numeric)) FROM datamime_generate(model => 'seen', row_count => 10000)").String(); got != "1\n" {
		t.Errorf("decimals: %s", got)
	}
}

func TestDefineErrors(t *testing.T) {
	s := connect(t)
	series := `"series": {"columns": {"k": "text", "n": "int"}, "list": [["a", 1], ["b", 2]]}`
	for _, c := range []struct{ definition, message, hint string }{
		{`[]`, "definition must be an object", ""},
		{`{}`, "series is missing", "*"},
		{`{"series": {"columns": {"k": "text"}}}`, "series.list is missing", "*"},
		{`{"series": {"columns": {"k": "text"}, "list": []}}`, "series.list must hold from 1 to 10000 series", ""},
		{`{"series": {"columns": {"k": "text"}, "list": [["a", "b"]]}}`, "series.list[0] must have 1 values, one for each series column", "The series columns: k."},
		{`{"series": {"columns": {"k": "text"}, "list": [["a"], ["a"]]}}`, "series.list[1] names a series that is there already", ""},
		{`{"series": {"columns": {"k": "int"}, "list": [["1"], ["01"]]}}`, "series.list[1] names a series that is there already", ""},
		{`{"series": {"columns": {"k": "text"}, "list": [[{}]]}}`, "series.list[0][0] must be a text, a number or null", ""},
		{`{` + series + `, "days": {}}`, "days is not known", "Perhaps you meant day."},
		{`{` + series + `, "value": {"typical": "40"}}`, "value.typical must be a number", ""},
		{`{` + series + `, "value": {"typical": 40, "low": 50}}`, "value.low must lie below value.typical", ""},
		{`{` + series + `, "value": {"type": "text"}}`, "value.type cannot be text", "It is a numeric type."},
		{`{` + series + `, "value": {"type": "int) FROM x; --"}}`, "value.type is not a type", ""},
		{`{` + series + `, "value": {"column": "k"}}`, `column "k" is named twice`, ""},
		{`{` + series + `, "day": {"peaks": [{"at": "8h", "by": 1}]}}`, "day.peaks[0].at is not a time of the day", "Write it as ''08:00''."},
		{`{` + series + `, "day": {"peaks": [{"at": "08:00"}]}}`, "day.peaks[0].by is missing", "*"},
		{`{` + series + `, "year": {"peak": "13"}}`, "year.peak is not a time of the year", "*"},
		{`{` + series + `, "trend": "up"}`, "trend is not a trend", "*"},
		{`{` + series + `, "memory": "6 moons"}`, "memory is not a length of time", "Write it as '6 hours'."},
		{`{` + series + `, "links": 2}`, "links must lie from 0 to 1", ""},
		{`{` + series + `, "time": {"start": "soon"}}`, "time.start is not a time", "*"},
		{`{` + series + `, "time": {"type": "date"}}`, "time.frequency is finer than the type date", "*"},
		{`{` + series + `, "time": {"type": "time"}}`, "time.type cannot be time without time zone", "*"},
		{`{` + series + `, "where": [{"match": {"k": "c"}}]}`, "where[0].match matches no series", ""},
		{`{` + series + `, "where": [{"match": {"K": "a"}}]}`, "where[0].match.K is not known", "*"},
		{`{` + series + `, "where": [{"match": {"k": "a"}, "value": {"minimum": 7, "maximum": 3}}]}`, "value.minimum must lie below value.maximum", ""},
	} {
		message := "definition: " + c.message
		if c.definition == "[]" {
			message = c.message
		}
		s.fails(t, "SELECT datamime_define('x', '"+c.definition+"')", "22023", message, strings.ReplaceAll(c.hint, "''", "'"))
	}
	s.fails(t, "SELECT datamime_define('x', '{')", "22P02", "invalid input syntax for type json", "*")
	s.fails(t, `SELECT datamime_define('x', '{"series": {"columns": {"k": "nothing"}, "list": [["a"]]}}')`, "42704", `type "nothing" does not exist`, "*")
	s.fails(t, `SELECT datamime_define('x', '{"series": {"columns": {"k": "int"}, "list": [["a"]]}}')`, "22P02", `invalid input syntax for type integer: "a"`, "*")
}

// TestDefinitionOrder: a definition is read as it was written, whatever its
// type, though jsonb keeps no order of keys.
func TestDefinitionOrder(t *testing.T) {
	s := connect(t)
	s.must(t, "BEGIN")
	defer s.must(t, "ROLLBACK")
	const text = `{"series": {"columns": {"station": "text", "lot": "text"}, "list": [["S1", "L1"], ["S2", "L2"]]}, "value": {"typical": 40}}`
	s.must(t, "CREATE TEMP TABLE written AS SELECT '"+text+"'::jsonb AS d")
	check := func(how, station string, notices int, r *result) {
		t.Helper()
		if r.rows[0][1] != "2" {
			t.Errorf("%s: %s", how, r)
		}
		if got := s.must(t, "SELECT min(station) FROM datamime_generate(model => 'ordered', row_count => 9)").String(); got != station+"\n" {
			t.Errorf("%s: the stations are %s", how, got)
		}
		if len(s.notices) != notices {
			t.Errorf("%s: %v", how, s.notices)
		}
		s.notices = nil
	}
	s.must(t, "SET client_min_messages = warning")
	const define = "SELECT datamime_define('ordered', @, replace => true)"
	for _, how := range []string{"'" + text + "'", "'" + text + "'::jsonb", "jsonb '" + text + "'", "CAST($$" + text + "$$ AS pg_catalog.jsonb)"} {
		check(how, "S1", 0, s.must(t, strings.Replace(define, "@", how, 1)))
	}
	bound := strings.Replace(define, "@", "$1", 1)
	check("jsonb as text", "S1", 0, s.must(t, bound, Param{OID: pgtypes.JSONB, Value: []byte(text)}))
	check("jsonb in binary", "S1", 0, s.must(t, bound, Param{OID: pgtypes.JSONB, Format: Binary, Value: append([]byte{1}, text...)}))
	check("text", "S1", 0, s.must(t, bound, Param{OID: pgtypes.Text, Value: []byte(text)}))
	s.must(t, "SET client_min_messages = notice")
	s.must(t, strings.Replace(define, "@", "(SELECT d FROM written)", 1))
	if len(s.notices) == 0 || s.notices[0].Message != "the series' values were taken in the order of the columns lot, station" {
		t.Errorf("notices: %v", s.notices)
	}
}
