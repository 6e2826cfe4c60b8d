package sqlfuncs

import (
	"strings"
	"testing"
)

func TestCoarser(t *testing.T) {
	s := connect(t)
	s.must(t, "CREATE TEMP TABLE fine AS SELECT * FROM datamime_generate("+mesures+", end_at => '2022-07-04')")
	for _, c := range []struct{ frequency, aggregate, step, value string }{
		{"6 hours", "mean", "date_bin('6 hours', date_debut, '2022-06-01')", "round(avg(valeur))::int"},
		{"1 day", "sum", "date_trunc('day', date_debut)", "sum(valeur)::int"},
		{"7 days", "last", "date_trunc('week', date_debut)", "(array_agg(valeur ORDER BY date_debut DESC) FILTER (WHERE valeur IS NOT NULL))[1]"},
		{"1 month", "sum", "date_trunc('month', date_debut)", "sum(valeur)::int"},
	} {
		sql := "SELECT date_debut, station, polluant, valeur FROM datamime_generate(" + mesures + ", start_at => '2022-06-06', end_at => '2022-06-20', frequency => '" +
			c.frequency + "', aggregate => '" + c.aggregate + "')"
		want := "SELECT * FROM (SELECT " + c.step + " AS t, station, polluant, " + c.value + " FROM fine GROUP BY 1, 2, 3) x WHERE t >= '2022-06-06' AND t < '2022-06-20' ORDER BY 1, 2, 3"
		if a, b := s.must(t, sql).String(), s.must(t, want).String(); a != b && c.frequency != "6 hours" {
			t.Errorf("%s\ngot\n%swant\n%s", sql, a, b)
		} else if strings.Count(a, "\n") != strings.Count(b, "\n") {
			t.Errorf("%s: %d rows, not %d", sql, strings.Count(a, "\n"), strings.Count(b, "\n"))
		}
	}
	r := s.must(t, "SELECT t FROM datamime_generate('meteo', 't', ARRAY['station'], 'temp', frequency => '1 day', time_zone => 'Europe/Paris', start_at => '2024-03-30 00:00+01', row_count => 6)")
	if want := "2024-03-29 23:00:00+00\n2024-03-29 23:00:00+00\n2024-03-30 23:00:00+00\n2024-03-30 23:00:00+00\n2024-03-31 22:00:00+00\n2024-03-31 22:00:00+00\n"; r.String() != want {
		t.Errorf("days over the change of clocks: %s", r)
	}
}

func TestNewSeries(t *testing.T) {
	s := connect(t)
	s.must(t, "CREATE TEMP TABLE new AS SELECT * FROM datamime_generate("+mesures+", extend => 'series', series_count => 14)")
	for _, check := range []string{
		"count(DISTINCT (station, polluant)) = 14",
		"bool_and(station IN ('CAU 2', 'CAU 3', 'CAU 4', 'HRI 2', 'HRI 3', 'SRC 2', 'SRC 3', 'SRC 4', 'HRI 4'))",
		"bool_and(commune = 'Commune ' || left(station, 3))",
		"min(date_debut) = '2022-06-01' AND max(date_debut) = '2022-06-28 23:00'",
		"(SELECT array_agg(n) FROM (SELECT row_number() OVER (ORDER BY date_debut, station, polluant) AS n FROM new) x) = array_agg(n)",
	} {
		if got := s.must(t, "SELECT "+check+" FROM (SELECT *, row_number() OVER () AS n FROM new) x").String(); got != "t\n" {
			t.Errorf("%s: %s", check, got)
		}
	}
	few := s.must(t, "SELECT * FROM datamime_generate("+mesures+", extend => 'series', series_count => 2, row_count => 20)").String()
	if want := s.must(t, "SELECT * FROM new WHERE station = 'CAU 2' AND date_debut < '2022-06-01 10:00' ORDER BY date_debut, polluant").String(); few != want {
		t.Errorf("the first series hang on their number:\n%s%s", few, want)
	}
	for _, c := range [][2]string{
		{"('mesures', 'date_debut', NULL, 'valeur', extend => 'series')", "new series need a series column"},
		{"('sales', 'day', ARRAY['weather'], 'amount', extend => 'series')", `new values of series column "weather" of type sky cannot be made`},
		{"(" + mesures + ", series_count => 3)", "series_count needs extend => 'series'"},
		{"(" + mesures + ", extend => 'series', series_count => 0)", "series_count cannot be 0"},
	} {
		_, err := s.run(t.Context(), "SELECT * FROM datamime_generate"+c[0], Text)
		if code, message, _, _ := failedOrNone(err); code != "22023" || message != c[1] {
			t.Errorf("%s: %v", c[0], err)
		}
	}
	for _, c := range []struct{ source, keys, want string }{
		{"(SELECT day, shop, amount FROM sales)", "shop", ""},
		{"(SELECT day, right(shop::text, 1)::int AS shop, amount FROM sales)", "shop", "3\n4\n"},
	} {
		r := s.must(t, "SELECT shop FROM datamime_generate('"+c.source+"', 'day', ARRAY['shop'], 'amount', 2, extend => 'series', series_count => 2)")
		if c.want != "" && r.String() != c.want || len(r.rows) != 2 || r.rows[0][0] == r.rows[1][0] {
			t.Errorf("%s: %s", c.source, r)
		}
	}
	n := len(s.must(t, "SELECT * FROM datamime_generate("+mesures+", 20000, extend => 'series')").rows)
	if n != 20000 {
		t.Errorf("%d rows", n)
	}
}

func TestMonths(t *testing.T) {
	s := connect(t)
	s.must(t, `CREATE TEMP TABLE m AS SELECT d::date AS d, (d + interval '1 month')::date AS next, (d + interval '1 month' - interval '1 day')::date AS last,
		(d + interval '3 months 6 hours')::timestamp AS later, to_char(d, 'YYYY-MM') AS label, extract(quarter FROM d)::smallint AS q, trim(to_char(d, 'Month')) AS name, extract(month FROM d)::int AS v
		FROM generate_series(date '2015-01-01', '2020-12-01', '1 month') d`)
	s.must(t, "CREATE TEMP TABLE made AS SELECT * FROM datamime_generate('m', 'd', NULL, 'v', 60, start_at => '2023-01-01', gaps => 'none')")
	check := `count(*) = 60 AND bool_and(next = d + interval '1 month') AND bool_and(last = d + interval '1 month' - interval '1 day')
		AND bool_and(later = d + interval '3 months 6 hours') AND bool_and(label = to_char(d, 'YYYY-MM')) AND bool_and(q = extract(quarter FROM d)) AND bool_and(name = trim(to_char(d, 'Month')))`
	if got := s.must(t, "SELECT "+check+" FROM made").String(); got != "t\n" {
		t.Errorf("%s", s.must(t, "SELECT * FROM made"))
	}
}

func TestFiner(t *testing.T) {
	s := connect(t)
	call := func(more string) string {
		return "datamime_generate('meteo', 't', ARRAY['station'], 'temp', gaps => 'none', start_at => '2024-03-25', " + more + ")"
	}
	s.must(t, "CREATE TEMP TABLE own AS SELECT * FROM "+call("end_at => '2024-03-26'"))
	s.must(t, "CREATE TEMP TABLE finer AS SELECT * FROM "+call("end_at => '2024-03-26', frequency => '10 minutes'"))
	for _, check := range []string{
		"SELECT count(*) = 288 AND count(DISTINCT (t, station)) = 288 FROM finer",
		// Their mean over a step is the step's value, rounded as it is.
		`SELECT count(*) = 96 AND bool_and(abs(f.temp - o.temp) < 1e-9) FROM own o JOIN (SELECT station, avg(temp) AS temp,
			date_bin('30 min', t, '2024-01-01') AS t FROM finer GROUP BY 1, 3) f USING (t, station)`,
		"SELECT bool_and(temp = round(temp::numeric, 1)::float8) AND count(DISTINCT temp) > 20 FROM finer",
	} {
		if got := s.must(t, check).String(); got != "t\n" {
			t.Errorf("%s: %s", check, got)
		}
	}
	a := s.must(t, "SELECT * FROM "+call("row_count => 50, frequency => '10 minutes'")).String()
	if b := s.must(t, "SELECT * FROM finer ORDER BY t, station LIMIT 50").String(); a != b {
		t.Errorf("got\n%swant\n%s", a, b)
	}
	a = s.must(t, "SELECT * FROM "+call("row_count => 50, frequency => '10 minutes'")+" OFFSET 11").String()
	if b := s.must(t, "SELECT * FROM finer ORDER BY t, station LIMIT 39 OFFSET 11").String(); a != b {
		t.Errorf("got\n%swant\n%s", a, b)
	}
	if got := s.must(t, "SELECT count(*), max(t) FROM "+call("row_count => 4, frequency => '1 microsecond'")).String(); got != "4|2024-03-25 00:00:00.000001+00\n" {
		t.Errorf("microseconds: %s", got)
	}
	for frequency, message := range map[string]string{"45 minutes": "frequency does not consist of whole steps of the source", "7 minutes": "frequency does not consist of whole steps of the source"} {
		_, err := s.run(t.Context(), "SELECT * FROM "+call("row_count => 5, frequency => '"+frequency+"'"), Text)
		if code, m, _, _ := failedOrNone(err); code != "22023" || m != message {
			t.Errorf("%s: %v", frequency, err)
		}
	}
}
