package sqlfuncs

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"testing"
)

// card is a scorecard by measure: floor, score, ratio as text.
func card(t *testing.T, r *result) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for _, row := range r.rows {
		out[row[0]] = row[1:]
	}
	if len(out) != len(r.rows) {
		t.Fatalf("a measure twice:\n%s", r)
	}
	return out
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestEvaluate(t *testing.T) {
	s := connect(t)
	r := s.must(t, "SELECT * FROM datamime_evaluate("+mesures+")")
	want := []string{"marginal", "profile", "profile_sd", "acf", "spectrum", "step", "season_step", "extremes", "aggregate_sd", "spells", "tstr",
		"gaps", "ties", "cross", "cross_step", "total_sd", "verbatim", "near", "coverage", "overall"}
	var got []string
	for _, row := range r.rows {
		got = append(got, row[0])
	}
	if !slices.Equal(got, want) || !slices.Equal(r.fields, []string{"measure", "floor", "score", "ratio"}) {
		t.Fatalf("columns %v, measures %v", r.fields, got)
	}
	c := card(t, r)
	if v := number(t, c["overall"][2]); v < 1 || v > 5 {
		t.Errorf("overall %v", v)
	}
	if c["overall"][0] != "∅" || c["near"][2] != "∅" || c["coverage"][0] != "1" {
		t.Errorf("got %s", r)
	}
	if v := number(t, c["coverage"][1]); v < .9 || v > 1.1 {
		t.Errorf("coverage %v", v)
	}
	ratio := number(t, c["marginal"][2])
	if alone := number(t, s.must(t, "SELECT ratio FROM datamime_evaluate("+mesures+", seed => 0) WHERE measure = 'marginal'").rows[0][0]); alone != ratio {
		t.Errorf("marginal %v, and %v alone", ratio, alone)
	}
	if s.must(t, "SELECT * FROM datamime_evaluate("+mesures+", seed => 5)").String() == r.String() {
		t.Error("seed 5 is seed 0")
	}
}

// TestEvaluateSynthetic judges tables: the source itself, which is perfect and
// no copy of its other half, one of its halves moved onto the other, and noise.
func TestEvaluateSynthetic(t *testing.T) {
	s := connect(t)
	judge := func(synthetic string) map[string][]string {
		return card(t, s.must(t, "SELECT * FROM datamime_evaluate("+mesures+", "+synthetic+")"))
	}
	for _, itself := range []string{"'mesures'", "'mesures_view'", "synthetic => '(SELECT * FROM mesures)'",
		`'(SELECT date_debut AT TIME ZONE current_setting(''TimeZone'') AS date_debut, station::varchar, polluant, valeur + 0.0 AS valeur FROM mesures)'`} {
		c := judge(itself)
		for m, f := range c {
			if f[1] == "∅" {
				continue
			}
			if score, floor := number(t, f[1]), f[0]; score != 0 && f[1] != floor {
				t.Errorf("%s: %s %v against itself", itself, m, f)
			}
		}
		if c["overall"][2] != "1" {
			t.Errorf("%s against itself: %v", itself, c["overall"])
		}
	}
	if c := judge(`'(SELECT date_debut + CASE WHEN date_debut < ''2022-06-22'' THEN interval ''7 days'' ELSE interval ''-21 days'' END AS date_debut,
		station, polluant, valeur FROM mesures)'`); number(t, c["verbatim"][1]) < .9 {
		t.Errorf("a copy: %v", c)
	}
	if c := judge(`'(SELECT date_debut, station, polluant, valeur + 40 AS valeur FROM mesures)'`); number(t, c["marginal"][2]) < 5 || number(t, c["overall"][2]) < 1.2 {
		t.Errorf("another level: %v", c)
	}
	if got := s.must(t, "SELECT measure FROM datamime_evaluate($1, $2, $3, 'valeur', synthetic => $1, seed => $4) WHERE ratio = 1 AND measure = 'overall'",
		Param{Value: []byte("mesures")}, Param{Value: []byte("date_debut")}, Param{Value: []byte("{station,polluant}")}, Param{}).String(); got != "overall\n" {
		t.Errorf("by parameters: %q", got)
	}
}

func TestEvaluateSources(t *testing.T) {
	s := connect(t)
	for _, call := range []string{
		"'sales', 'day', ARRAY['shop'], ARRAY['amount','items','total']",
		"'meteo', 't', ARRAY['station'], ARRAY['temp','wind']",
	} {
		c := card(t, s.must(t, "SELECT * FROM datamime_evaluate("+call+")"))
		if v := number(t, c["overall"][2]); v < 1 || v > 20 {
			t.Errorf("%s: overall %v", call, v)
		}
	}
	c := card(t, s.must(t, "SELECT * FROM datamime_evaluate('tiny', 't', NULL, 'v')"))
	if len(c) != 20 || c["overall"][2] != "∅" || len(s.notices) == 0 {
		t.Errorf("three rows: %v %v", c, s.notices)
	}
	r := s.must(t, "SELECT m.measure, round(m.score::numeric, 2) FROM datamime_evaluate("+mesures+", 'mesures') m ORDER BY 1 LIMIT 1")
	if r.String() != "acf|0.00\n" {
		t.Errorf("got %s", r)
	}
	s.must(t, "CREATE TEMP TABLE cards AS SELECT * FROM datamime_evaluate("+mesures+", 'mesures')")
	if got := s.must(t, "SELECT count(*), count(ratio), pg_typeof(min(floor)) FROM cards").String(); got != "20|17|double precision\n" {
		t.Errorf("got %s", got)
	}
}

// TestEvaluateTimeZone: the figures of a table hang on no session's clock.
func TestEvaluateTimeZone(t *testing.T) {
	s := connect(t)
	call := "SELECT * FROM datamime_evaluate('meteo', 't', ARRAY['station'], 'temp', synthetic => '(SELECT t, station, temp + wind AS temp FROM meteo)')"
	s.must(t, "SET TimeZone = 'UTC'")
	want := s.must(t, call).String()
	s.must(t, "SET TimeZone = 'America/New_York'")
	if got := s.must(t, call).String(); got != want {
		t.Errorf("got\n%snot\n%s", got, want)
	}
}

func TestEvaluateErrors(t *testing.T) {
	s := connect(t)
	s.must(t, "CREATE TEMP TABLE far (t timestamp, v int)")
	s.must(t, "INSERT INTO far VALUES ('2024-01-01 00:00:00', 1), ('2024-01-01 00:00:00.000001', 2), ('2024-01-01 00:00:00.000002', 1), ('9999-01-01', 3)")
	for _, f := range []failure{
		{"SELECT * FROM datamime_evaluate(" + mesures + ", ^'nope')", "42P01", `relation "nope" does not exist`, ""},
		{"SELECT * FROM datamime_evaluate(" + mesures + ", ^'tiny')", "42703", `column "date_debut" of "tiny" does not exist`, `Columns of "tiny": t, v.`},
		{"SELECT * FROM datamime_evaluate('tiny', 't', NULL, 'v', ^'empty')", "22023", `"empty" has no rows to judge`, ""},
		{"SELECT * FROM datamime_evaluate(^'empty', 't', NULL, 'v')", "22023", `"empty" has no rows to learn from`, ""},
		{"SELECT * FROM datamime_evaluate('(SELECT t, NULL::int AS v FROM tiny)', 't', NULL, ^'v')", "22023", `value column "v" of the query has no values to learn from`, ""},
		{"SELECT * FROM datamime_evaluate(" + mesures + ", ^'(SELECT date_debut, ''x'' AS station, polluant, valeur FROM mesures)')", "22023",
			`the query has none of the series of "mesures"`, "Series go by the text of their keys."},
		{"SELECT * FROM datamime_evaluate(^'far', 't', NULL, 'v')", "54000", `"far" spans too many steps to be judged`, "Name fewer series"},
		{"SELECT * FROM ^datamime_evaluate('mesures')", "42883", "function datamime_evaluate needs the argument time_column", `Time columns of "mesures": date_debut, date_fin. Its arguments: source, time_column`},
	} {
		f.check(t, s)
	}
}

func TestEvaluateCancelled(t *testing.T) {
	s := connect(t)
	p := prepared(t.Context(), t, s, "SELECT * FROM datamime_evaluate("+mesures+")")
	why := errors.New("enough")
	rel, err := resolveEvaluate(t.Context(), p.calls[0])
	if err != nil {
		t.Fatal(inFull(err))
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	late := &lateSession{testSession: s, after: func() { cancel(why) }}
	p.calls[0].session = late
	if _, err := rel.open(ctx, p.calls[0]); !errors.Is(err, why) {
		t.Errorf("cancelled after the reading: %v", err)
	}
}

// A lateSession does something after each COPY.
type lateSession struct {
	*testSession
	after func()
}

func (s *lateSession) CopyTo(ctx context.Context, sql string, chunk func([]byte) error) error {
	defer s.after()
	return s.testSession.CopyTo(ctx, sql, chunk)
}
