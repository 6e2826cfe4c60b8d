package engine

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/datamime/datamime/engine/civil"
)

// outages is hourly data of three series with outages of their own, common
// ones of six hours, and missing values, over a year.
func outages() *Sample {
	r := rand.New(rand.NewPCG(11, 1))
	s := &Sample{Series: []string{"a", "b", "c"}, Value: [][]float64{nil}}
	all, one := 0, [3]int{}
	for i := range 365 * 24 {
		at := newYear.Add(time.Duration(i) * time.Hour)
		if all--; all < 0 && r.Float64() < .004 {
			all = 6
		}
		for c := range 3 {
			if one[c]--; one[c] < 0 && r.Float64() < .01 {
				one[c] = 2
			}
			if all > 0 || one[c] > 0 {
				continue
			}
			x := math.Round(50 + 10*r.NormFloat64())
			if r.Float64() < .05 {
				x = math.NaN()
			}
			s.Time, s.Index = append(s.Time, at.UnixMicro()), append(s.Index, int32(c))
			s.Value[0] = append(s.Value[0], x)
		}
	}
	return s
}

// pattern summarises rows of three series: shares of absent rows, of steps
// without any row, of missing values, and the mean length of an absence.
func pattern(time []int64, series []int32, value []float64, steps int, step int64) (absent, together, null, length float64) {
	n, nulls := 0, 0
	rows := map[int64]int{}
	last := map[int32]int64{}
	runs := 0
	for i, t := range time {
		n++
		if value[i] != value[i] {
			nulls++
		}
		rows[t]++
		if before, ok := last[series[i]]; ok && t > before+step {
			runs++
		}
		last[series[i]] = t
	}
	absent = 1 - float64(n)/float64(3*steps)
	together = 1 - float64(len(rows))/float64(steps)
	return absent, together, float64(nulls) / float64(n), absent * float64(3*steps) / float64(runs)
}

func TestGapsComeAsInTheSample(t *testing.T) {
	s := outages()
	m := mustFit(t, s, Options{})
	first, last := m.Span()
	const years = 4
	rows := all(t, m, Window{Start: last, End: last + years*(last-first), Seed: 3})
	a0, t0, n0, l0 := pattern(s.Time, s.Index, s.Value[0], 365*24, 3600e6)
	a1, t1, n1, l1 := pattern(rows.Time, rows.Series, rows.Value[0], years*365*24, 3600e6)
	// 35 common outages in the sample, 140 here: a standard error of 20 %
	for _, c := range []struct {
		name       string
		want, have float64
		tolerance  float64
	}{{"absent rows", a0, a1, .2}, {"steps without rows", t0, t1, .35}, {"missing values", n0, n1, .1}, {"length", l0, l1, .15}} {
		if math.Abs(c.have/c.want-1) > c.tolerance {
			t.Errorf("%s: %.4f, in the sample %.4f", c.name, c.have, c.want)
		}
	}
	if rows := all(t, m, Window{Start: last, End: last + 1000*3600e6, NoGaps: true}); len(rows.Time) != 3000 {
		t.Errorf("%d rows without gaps", len(rows.Time))
	} else {
		sane(t, rows, 0, 120)
	}
}

func TestClosedWeekendsStayClosed(t *testing.T) {
	s := &Sample{Series: []string{"a", "b"}, Value: [][]float64{nil}}
	r := rand.New(rand.NewPCG(12, 1))
	for i := range 500 {
		at := newYear.AddDate(0, 0, i)
		if w := at.Weekday(); w == time.Saturday || w == time.Sunday {
			continue
		}
		for c := range int32(2) {
			s.Time, s.Index = append(s.Time, at.UnixMicro()), append(s.Index, c)
			s.Value[0] = append(s.Value[0], math.Round(100+10*r.NormFloat64()))
		}
	}
	m := mustFit(t, s, Options{})
	_, last := m.Span()
	rows := all(t, m, Window{Start: last + 1, End: last + 1000*civil.MicrosPerDay})
	if n := len(rows.Time); n < 1390 || n > 1440 {
		t.Errorf("%d rows in 1,000 days", n)
	}
	for _, at := range rows.Time {
		if w := time.UnixMicro(at).UTC().Weekday(); w == time.Saturday || w == time.Sunday {
			t.Fatalf("a row on %v", time.UnixMicro(at).UTC())
		}
	}
}

func TestUnobservedStretchesAreFilled(t *testing.T) {
	w := hourly
	w.missing, w.null = 0, 0
	s := w.sample(5)
	kept := &Sample{Series: s.Series, Value: [][]float64{nil}}
	for i, at := range s.Time {
		if day := (at - s.Time[0]) / civil.MicrosPerDay; day%14 < 7 {
			kept.Time, kept.Index = append(kept.Time, at), append(kept.Index, s.Index[i])
			kept.Value[0] = append(kept.Value[0], s.Value[0][i])
		}
	}
	m := mustFit(t, kept, Options{})
	first, last := m.Span()
	rows := all(t, m, Window{Start: first, End: last + 1})
	if want := int((last-first)/3600e6+1) * 4; len(rows.Time) != want {
		t.Errorf("%d rows, want %d", len(rows.Time), want)
	}
}
