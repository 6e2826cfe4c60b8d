package engine

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/datamime/datamime/engine/civil"
)

// paths are monthly or daily series that go somewhere.
func path(n int, seed uint64, at func(i int) float64, noise float64) []float64 {
	r := rand.New(rand.NewPCG(seed, 99))
	x := make([]float64, n)
	a := 0.
	for i := range x {
		a = .5*a + math.Sqrt(.75)*r.NormFloat64()
		x[i] = roundTo(at(i)+noise*a, 2)
	}
	return x
}

// Far from the sample, in the past as in the future, nothing explodes: values
// stay within the sample's range and 15 % beyond, and near its ends they are
// as they are there.
func TestFarFromTheSample(t *testing.T) {
	for name, at := range map[string]func(i int) float64{
		"line":        func(i int) float64 { return 100 + float64(i)/10 },
		"growth":      func(i int) float64 { return 50 * math.Exp(float64(i)/600) },
		"decline":     func(i int) float64 { return 500 * math.Exp(-float64(i)/600) },
		"shift":       func(i int) float64 { return 100 + 80*indicator(i > 800) },
		"steps":       func(i int) float64 { return 100 + 30*math.Floor(float64(i)/400) },
		"season":      func(i int) float64 { return 100 + float64(i)/20 + 30*math.Cos(2*math.Pi*float64(i)/365.25) },
		"random walk": walk(1500),
	} {
		x := path(1500, 7, at, 5)
		m := mustFit(t, oneSeries(steps(newYear, len(x), every(24*time.Hour)), x), Options{})
		lo, hi := math.Inf(1), math.Inf(-1)
		for _, v := range x {
			lo, hi = math.Min(lo, v), math.Max(hi, v)
		}
		room := .15*(hi-lo) + .01
		first, last := m.Span()
		for _, far := range []int64{-200 * 365, -20 * 365, 20 * 365, 500 * 365} {
			from := last + far*civil.MicrosPerDay
			rows := all(t, m, Window{Start: from, End: from + 3*365*civil.MicrosPerDay})
			if len(rows.Time) != 3*365 {
				t.Errorf("%s: %d rows", name, len(rows.Time))
			}
			sane(t, rows, lo-room, hi+room)
			if _, sd := moments(rows.Value[0]); sd < 2 {
				t.Errorf("%s: it does not move any more, sd %.2f", name, sd)
			}
		}
		// The 60 days behind either end go on from the 60 before it: the noise
		// of 5 and memory .5 has the standard error 5·√(3/60)·√2 = 1.6 for the
		// difference, and the trend moves on by as much as in 60 days.
		ends := func(v []float64) (a, b float64) {
			a, _ = moments(v[:60])
			b, _ = moments(v[len(v)-60:])
			return a, b
		}
		a, b := ends(x)
		before, _ := moments(all(t, m, Window{Start: first - 60*civil.MicrosPerDay, End: first}).Value[0])
		after, _ := moments(all(t, m, Window{Start: last + 1, End: last + 60*civil.MicrosPerDay + 1}).Value[0])
		slack := 4*1.6 + .12*(hi-lo)
		if math.Abs(before-a) > slack || math.Abs(after-b) > slack {
			t.Errorf("%s: %.1f, %.1f at the sample's ends, %.1f, %.1f beyond", name, a, b, before, after)
		}
	}
}

func walk(n int) func(int) float64 {
	r := rand.New(rand.NewPCG(3, 33))
	x := make([]float64, n)
	for i := 1; i < n; i++ {
		x[i] = x[i-1] + 2*r.NormFloat64()
	}
	return func(i int) float64 { return 300 + x[i] }
}

// Within the sample a shift of the level stays where it was.
func TestLevelShiftStays(t *testing.T) {
	x := path(1200, 8, func(i int) float64 { return 100 + 60*indicator(i >= 600) }, 5)
	m := mustFit(t, oneSeries(steps(newYear, len(x), every(24*time.Hour)), x), Options{})
	first, last := m.Span()
	rows := all(t, m, Window{Start: first, End: last + 1}).Value[0]
	a, _ := moments(rows[:500])
	b, _ := moments(rows[700:])
	// The means' standard error is 5·√(3/500) = .39; the trend's waves leave
	// some of the shift on the other side.
	if math.Abs(a-100) > 4*.39+6 || math.Abs(b-160) > 4*.39+6 {
		t.Errorf("levels %.1f and %.1f", a, b)
	}
}

// A series that ended in the sample has ended, one that began late begins
// then, and one with a long absence keeps it: absences longer than four seasons
// are no outages. Without gaps every series has every row.
func TestEndedSeriesStayEnded(t *testing.T) {
	w := hourly
	w.series, w.days, w.missing = 4, 90, 0
	whole := w.sample(12)
	s := &Sample{Series: whole.Series, Value: make([][]float64, 1)}
	day := func(at int64) int { return int(civil.FloorDiv(at-whole.Time[0], civil.MicrosPerDay)) }
	there := func(c int32, day int) bool {
		switch c {
		case 1:
			return day < 40 // ended
		case 2:
			return day >= 50 // begins
		case 3:
			return day < 30 || day >= 60
		}
		return true
	}
	for i, at := range whole.Time {
		if there(whole.Index[i], day(at)) {
			s.Time, s.Index = append(s.Time, at), append(s.Index, whole.Index[i])
			s.Value[0] = append(s.Value[0], whole.Value[0][i])
		}
	}
	m := mustFit(t, s, Options{})
	first, last := m.Span()
	from, to := first-20*civil.MicrosPerDay, last+60*civil.MicrosPerDay
	count := make([]int, 4)
	rows := all(t, m, Window{Start: from, End: to + 1})
	for i, c := range rows.Series {
		d := day(rows.Time[i])
		if c > 0 && !there(c, d) {
			t.Fatalf("series %d has a row on day %d", c, d)
		}
		count[c]++
	}
	// days -20 to 149 but for the absences
	if want := []int{170 * 24, 60 * 24, 100 * 24, 140 * 24}; count[0] != want[0] || count[1] != want[1] || count[2] != want[2] || count[3] != want[3] {
		t.Errorf("rows %v, not %v", count, want)
	}
	if n := len(all(t, m, Window{Start: from, End: to + 1, NoGaps: true}).Time); n != 4*170*24 {
		t.Errorf("%d rows without gaps", n)
	}
}
