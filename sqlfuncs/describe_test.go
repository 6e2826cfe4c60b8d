package sqlfuncs

import (
	"strings"
	"testing"
)

// TestDescribe holds the figures against the server's own aggregates.
func TestDescribe(t *testing.T) {
	s := connect(t)
	r := s.must(t, "SELECT * FROM datamime_describe("+mesures+")")
	want := "station,polluant,value_column,row_count,first_time,last_time,frequency,missing,mean,sd,minimum,maximum," +
		"trend_per_year,season_day,season_week,season_year,memory,sparkline,sentence"
	if got := strings.Join(r.fields, ","); got != want {
		t.Fatalf("columns %s", got)
	}
	got := s.must(t, `SELECT station, polluant, value_column, row_count, first_time, last_time, frequency, missing, round(mean::numeric, 6),
		round(sd::numeric, 6), minimum, maximum FROM datamime_describe(`+mesures+`)`).String()
	if want := s.must(t, `SELECT station, polluant, 'valeur', count(*), min(date_debut), max(date_debut), '1 hour'::interval, 0, round(avg(valeur), 6),
		round(stddev_samp(valeur), 6), min(valeur), max(valeur) FROM mesures GROUP BY 1, 2 ORDER BY 1, 2`).String(); got != want {
		t.Errorf("got\n%snot\n%s", got, want)
	}
	if got := s.must(t, `SELECT bool_and(season_day > .8), bool_and(season_week < .05), count(season_year), count(memory), min(length(sparkline)),
		max(length(sentence)) < 400 FROM datamime_describe(`+mesures+`, lang => NULL)`).String(); got != "t|t|0|6|24|t\n" {
		t.Errorf("got %s", got)
	}
	if got := s.must(t, "SELECT pg_typeof(a.shop), pg_typeof(a.first_time), pg_typeof(a.frequency), a.frequency, a.value_column FROM "+
		"datamime_describe('sales', 'day', ARRAY['shop'], ARRAY['amount','total']) a LIMIT 2").String(); got !=
		"uuid|date|interval|1 day|amount\nuuid|date|interval|1 day|total\n" {
		t.Errorf("got %s", got)
	}
	if got := s.must(t, "SELECT first_time, memory IS NULL AND season_day > 0.999 FROM datamime_describe('meteo', 't', NULL, 'temp')").String(); got !=
		s.must(t, "SELECT min(t), true FROM meteo").String() {
		t.Errorf("got %s", got)
	}
	if got := s.must(t, "SELECT weather, sparkline FROM datamime_describe('sales', 'day', ARRAY['weather'], 'year') ORDER BY weather").rows; len(got) != 2 || got[0][0] != "rain" {
		t.Errorf("got %v", got)
	}
}

func TestDescribeSentences(t *testing.T) {
	s := connect(t)
	s.must(t, `CREATE TEMP TABLE visits AS SELECT d::timestamp AS day, 'Hôtel de Ville' AS place,
		(1000 + 300 * (extract(isodow FROM d) = 6)::int - 200 * (extract(isodow FROM d) = 1)::int + (n * 7919 % 41))::int AS visitors
		FROM generate_series(date '2021-01-01', '2023-12-31', '1 day') WITH ORDINALITY AS g(d, n) WHERE n % 100 <> 0`)
	for _, c := range []struct{ call, want string }{
		{"'visits', 'day', ARRAY['place'], 'visitors'",
			"visitors (Hôtel de Ville): 1085 daily values from 1 January 2021 to 31 December 2023, 1 % missing. They lie between 800 and 1340, 1034 on average. " +
				"The day of the week explains 99 % of the differences: highest on Saturdays, lowest on Mondays. Beyond that, a value says little about the next."},
		{"'visits', 'day', ARRAY['place'], 'visitors', lang => 'fr'",
			"visitors (Hôtel de Ville) : 1085 valeurs quotidiennes du 1er janvier 2021 au 31 décembre 2023, 1 % manquantes. Elles vont de 800 à 1340, 1034 en moyenne. " +
				"Le jour de la semaine explique 99 % des écarts : le plus haut le samedi, le plus bas le lundi. Cela mis à part, une valeur dit peu de chose de la suivante."},
		{"'(SELECT * FROM tiny LIMIT 1)', 't', NULL, 'v'", "v: one value, on 1 January 2024: 1."},
		{"'(SELECT * FROM tiny LIMIT 1)', 't', NULL, 'v', lang => 'FR'", "v : une valeur, le 1er janvier 2024 : 1."},
		{"'(SELECT t, NULL::real AS v FROM tiny)', 't', NULL, 'v'", "v: no value is known."},
		{"'(SELECT t, 0.5 AS v FROM tiny)', 't', NULL, 'v'", "v: 3 daily values from 1 January 2024 to 3 January 2024, none missing. They are always 0.5."},
		{"'(SELECT t, -0.00012345 * v AS v FROM tiny)', 't', NULL, 'v', lang => 'fr'",
			"v : 3 valeurs quotidiennes du 1er janvier 2024 au 3 janvier 2024, sans lacune. Elles vont de -0,000494 à -0,000123, -0,000288 en moyenne. Sur la période, elles baissent de 0,00037."},
	} {
		if got := s.must(t, "SELECT sentence FROM datamime_describe("+c.call+")").rows[0][0]; got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.call, got, c.want)
		}
	}
}

// TestDescribeLittle: what cannot be told is NULL.
func TestDescribeLittle(t *testing.T) {
	s := connect(t)
	nothing := "∅|∅|∅|∅|∅|∅"
	for _, c := range []struct{ source, want string }{
		{"(SELECT * FROM tiny LIMIT 1)", "1|∅|0|1|∅|" + nothing + "|▄"},
		{"(SELECT t, NULL::int AS v FROM tiny)", "3|1 day|1|∅|∅|" + nothing + "|∅"},
		{"(SELECT t + interval ''1 hour'' * (v * v * v) AS t, v FROM (TABLE tiny UNION ALL SELECT t + interval ''9 days'' * v, v FROM tiny) x)", "6|∅|0|2.3333333333333335|1.3662601021279464|"},
	} {
		got := s.must(t, "SELECT row_count, frequency, missing, mean, sd, CASE WHEN row_count < 4 THEN concat_ws('|', coalesce(trend_per_year::text, '∅'), coalesce(season_day::text, '∅'), "+
			"coalesce(season_week::text, '∅'), coalesce(season_year::text, '∅'), coalesce(memory::text, '∅'), '∅', sparkline) END FROM datamime_describe('"+c.source+"', 't', NULL, 'v')").rows[0]
		if got := strings.Join(got, "|"); !strings.HasPrefix(got, strings.TrimSuffix(c.want, "|∅")) {
			t.Errorf("%s: %s, not %s", c.source, got, c.want)
		}
	}
	r := s.must(t, `SELECT DISTINCT frequency FROM datamime_describe('(SELECT date_debut + random() * interval ''50 minutes'' AS date_debut, station, valeur FROM mesures)', 'date_debut', ARRAY['station'], 'valeur')`)
	if r.String() != "∅\n" {
		t.Errorf("irregular times: %s", r)
	}
}

func TestDescribeErrors(t *testing.T) {
	s := connect(t)
	for _, f := range []failure{
		{"SELECT * FROM datamime_describe(" + mesures + ", lang => ^'de')", "22023", `lang cannot be "de"`, "It is one of 'en', 'fr'."},
		{"SELECT * FROM datamime_describe(^'empty', 't', NULL, 'v')", "22023", `"empty" has no rows to describe`, ""},
		{"SELECT * FROM datamime_describe('mesures', 'date_debut', ^ARRAY['nope'], 'valeur')", "42703", `column "nope" of "mesures" does not exist`, "Columns of"},
		{"SELECT * FROM ^datamime_describe('mesures', 'date_debut')", "42883", "function datamime_describe needs the argument value_column", `Numeric columns of "mesures": valeur. Its arguments: source`},
	} {
		f.check(t, s)
	}
}

// TestDescribeEncodings: a client that reads no Unicode gets ASCII.
func TestDescribeEncodings(t *testing.T) {
	s := connect(t)
	s.must(t, "SET client_encoding = 'LATIN1'")
	r := s.must(t, "SELECT sparkline, sentence FROM datamime_describe('tiny', 't', NULL, 'v', lang => 'fr')")
	if text := strings.Join(r.rows[0], " "); strings.ContainsFunc(text, func(c rune) bool { return c > 127 }) || !strings.HasPrefix(text, "_-# v : 3 valeurs") {
		t.Errorf("got %s", text)
	}
}

// TestDescribeModel: a stored model is described as its source was.
func TestDescribeModel(t *testing.T) {
	s := connect(t)
	s.must(t, "BEGIN")
	want := s.must(t, "SELECT * FROM datamime_describe("+mesures+")").String()
	s.must(t, "SELECT * FROM datamime_fit('described', "+mesures+")")
	if got := s.must(t, "SELECT * FROM datamime_describe(model => 'described')").String(); got != want {
		t.Errorf("got\n%snot\n%s", got, want)
	}
	s.must(t, "ROLLBACK")
}
