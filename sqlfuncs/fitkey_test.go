package sqlfuncs

import (
	"math"
	"testing"
	"time"

	"github.com/datamime/datamime/engine"
)

func TestFitKey(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	// what is fitted, anew each time
	sample := func() *engine.Sample {
		return &engine.Sample{
			Series: []string{"a", "b"},
			Time:   []int64{0, 3600, 3600},
			Index:  []int32{0, 0, 1},
			Value:  [][]float64{{1, 2, math.NaN()}},
		}
	}
	key := (&request{}).fitKey(sample())
	if again := (&request{}).fitKey(sample()); again != key {
		t.Error("the same rows have another key")
	}
	seen := map[[32]byte]string{key: "nothing"}
	for _, c := range []struct {
		what   string
		change func(*engine.Sample, *request)
	}{
		{"a series' name", func(s *engine.Sample, _ *request) { s.Series[1] = "c" }},
		{"where names part", func(s *engine.Sample, _ *request) { s.Series = []string{"ab", ""} }},
		{"a time", func(s *engine.Sample, _ *request) { s.Time[2]++ }},
		{"a row's series", func(s *engine.Sample, _ *request) { s.Index[1] = 1 }},
		{"a value", func(s *engine.Sample, _ *request) { s.Value[0][1] = math.Nextafter(2, 3) }},
		{"a value that is missing", func(s *engine.Sample, _ *request) { s.Value[0][0] = math.NaN() }},
		{"a row", func(s *engine.Sample, _ *request) {
			s.Time, s.Index, s.Value[0] = s.Time[:2], s.Index[:2], s.Value[0][:2]
		}},
		{"a value column", func(s *engine.Sample, _ *request) { s.Value = append(s.Value, s.Value[0]) }},
		{"the frequency", func(_ *engine.Sample, r *request) { r.frequency = engine.Frequency{Micros: 1} }},
		{"the clock", func(_ *engine.Sample, r *request) { r.location = paris }},
		{"the clock of civil times", func(_ *engine.Sample, r *request) { r.civil = paris }},
		{"the holidays", func(_ *engine.Sample, r *request) { r.holidays = "FR" }},
		{"no holidays", func(_ *engine.Sample, r *request) { r.holidays = noHolidays }},
		{"the innovations", func(_ *engine.Sample, r *request) { r.innovations = engine.Fitted }},
	} {
		s, r := sample(), &request{}
		c.change(s, r)
		changed := r.fitKey(s)
		if as, ok := seen[changed]; ok {
			t.Errorf("another key for %s: it is that of %s", c.what, as)
		}
		seen[changed] = c.what
	}
	// What says which rows are wanted does not change the model.
	if other := (&request{seed: 7, count: 5}).fitKey(sample()); other != key {
		t.Error("seed and count have a key of their own")
	}
}

// Whoever reads rows gets the model of those rows, fitted just now or of late.
func TestUnnamedCallsSeeTheTableAsItIs(t *testing.T) {
	s := connect(t)
	s.must(t, "CREATE TEMP TABLE now_read AS SELECT d, (5 * sin(extract(epoch FROM d) / 13750) + 20)::numeric(6,1) AS v"+
		" FROM generate_series(timestamp '2024-01-01', '2024-01-20', '1 hour') d")
	const call = "SELECT v FROM datamime_generate('now_read', 'd', NULL, 'v', 24, start_at => '2024-02-01')"
	before := s.must(t, call).String()
	if again := s.must(t, call).String(); again != before {
		t.Errorf("the same rows give\n%s\nand then\n%s", before, again)
	}
	s.must(t, "BEGIN")
	s.must(t, "UPDATE now_read SET v = v + 100")
	if moved := s.must(t, call).String(); moved == before {
		t.Error("rows that changed give what they gave before")
	}
	s.must(t, "ROLLBACK")
	if back := s.must(t, call).String(); back != before {
		t.Errorf("rows that are as they were give\n%s\nnot\n%s", back, before)
	}
}
