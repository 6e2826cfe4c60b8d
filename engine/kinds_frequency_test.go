package engine

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/datamime/datamime/engine/civil"
)

// Of every frequency the seasons come out again, each with its amplitude and
// its phase, and so does the memory.
func TestSeasonsOfEveryFrequency(t *testing.T) {
	day, year := 24*time.Hour, time.Duration(365.25*24*float64(time.Hour))
	for _, c := range []struct {
		name   string
		next   func(time.Time, int) time.Time
		n      int
		season time.Duration // 0: none
		phi    float64
	}{
		{"second", every(time.Second), 7200, 0, .9},
		{"ten seconds", every(10 * time.Second), 6 * 60 * 24 * 3, day, .95},
		{"minute", every(time.Minute), 1440 * 14, day, .9},
		{"five minutes", every(5 * time.Minute), 288 * 30, day, .9},
		{"quarter of an hour", every(15 * time.Minute), 96 * 60, day, .9},
		{"half an hour", every(30 * time.Minute), 48 * 90, day, .8},
		{"six hours", every(6 * time.Hour), 4 * 365, day, .5},
		{"day in a week", every(day), 600, 7 * day, .5},
		{"day in a year", every(day), 1461, year, .5},
		{"week", every(7 * day), 52 * 8, year, .5},
		{"month", monthly(1), 180, year, .4},
		{"quarter", monthly(3), 100, year, .4},
		{"year", monthly(12), 60, 0, .4},
	} {
		t.Run(c.name, func(t *testing.T) {
			const swing, noise = 20., 10.
			times := steps(newYear, c.n, c.next)
			angle := func(at time.Time) float64 {
				if c.season == year { // as the calendar counts it
					return 2 * math.Pi * (float64(at.YearDay()-1) / 365.25)
				}
				return 2 * math.Pi * float64(at.Sub(newYear)%max(c.season, 1)) / float64(max(c.season, 1))
			}
			r := rand.New(rand.NewPCG(uint64(c.n), 4))
			x := make([]float64, c.n)
			a := 0.
			for i, at := range times {
				a = c.phi*a + math.Sqrt(1-c.phi*c.phi)*r.NormFloat64()
				x[i] = 100 + noise*a
				if c.season > 0 {
					x[i] += swing * math.Cos(angle(at)-1)
				}
				x[i] = roundTo(x[i], 1)
			}
			m := mustFit(t, oneSeries(times, x), Options{})
			first, last := m.Span()
			rows := all(t, m, Window{Start: first, End: last + 1, Seed: 3})
			if len(rows.Time) != c.n {
				t.Fatalf("%d rows, not %d", len(rows.Time), c.n)
			}
			y := rows.Value[0]
			var cos, sin float64
			for i, v := range y {
				w := angle(times[i])
				cos += 2 * (v - 100) * math.Cos(w) / float64(c.n)
				sin += 2 * (v - 100) * math.Sin(w) / float64(c.n)
			}
			// The amplitude of noise at one frequency: its spectrum there is at
			// most (1+phi)/(1-phi) that of white noise. Four standard errors,
			// for the sample's noise and the simulation's.
			slack := 4 * noise * math.Sqrt(2*2*(1+c.phi)/(1-c.phi)/float64(c.n))
			if c.season > 0 {
				if d := math.Hypot(cos-swing*math.Cos(1), sin-swing*math.Sin(1)); d > slack+.1*swing {
					t.Errorf("a wave of (%.1f, %.1f), not (%.1f, %.1f)", cos, sin, swing*math.Cos(1), swing*math.Sin(1))
				}
			}
			// Memory by the mean squared step beside the season's own.
			rough := func(x []float64) float64 {
				sum := 0.
				for i := 1; i < len(x); i++ {
					sum += (x[i] - x[i-1]) * (x[i] - x[i-1])
				}
				return sum / float64(len(x)-1)
			}
			// A mean of squares has the relative error √(2/n), twice, some three
			// times of it for their dependence.
			if q := rough(y) / rough(x); math.Abs(q-1) > 4*math.Sqrt(2*2/float64(c.n))*1.7+.05 {
				t.Errorf("steps %.2f times as large in the square", q)
			}
		})
	}
}

// Reports of every five minutes that come some seconds sooner or later stay so.
func TestJitteredReportsStayJittered(t *testing.T) {
	const n = 288 * 20
	r := rand.New(rand.NewPCG(5, 60))
	var times []time.Time
	var x []float64
	a := 0.
	for i := range n {
		a = .95*a + .31*r.NormFloat64()
		if r.Float64() < .02 {
			continue // not every report comes
		}
		times = append(times, newYear.Add(time.Duration(i)*5*time.Minute+time.Duration(60*(r.Float64()-.5)*float64(time.Second))))
		x = append(x, roundTo(20+3*a, 1))
	}
	m := mustFit(t, oneSeries(times, x), Options{})
	if m.Frequency() != (Frequency{}) {
		t.Fatalf("frequency %+v", m.Frequency())
	}
	first, last := m.Span()
	rows := all(t, m, Window{Start: first, End: last + 1})
	// A binomial number of reports: 4·√(2·n·.02·.98) = 60.
	if d := len(rows.Time) - len(times); d < -60 || d > 60 {
		t.Errorf("%d reports, not %d", len(rows.Time), len(times))
	}
	off := func(at int64) float64 { // seconds from the rhythm
		s := float64(civil.FloorMod(at, 5*60*civil.MicrosPerSecond)) / float64(civil.MicrosPerSecond)
		return s - 300*math.Round(s/300)
	}
	late, square := 0., 0.
	for _, at := range rows.Time {
		late = max(late, math.Abs(off(at)))
		square += off(at) * off(at) / float64(len(rows.Time))
	}
	// Uniform within half a minute: a variance of 60²/12 = 300.
	if late > 30.001 || math.Abs(square-300) > 30 {
		t.Errorf("up to %.1f seconds off, a variance of %.0f", late, square)
	}
	rough := func(x []float64) (sum float64) {
		for i := 1; i < len(x); i++ {
			sum += math.Abs(x[i]-x[i-1]) / float64(len(x)-1)
		}
		return sum
	}
	if q := rough(rows.Value[0]) / rough(x); math.Abs(q-1) > .1 {
		t.Errorf("steps %.2f times as large", q)
	}
}

// What a month sums up is larger in longer months; it stays so.
func TestMonthsOfUnequalLength(t *testing.T) {
	const years = 25
	r := rand.New(rand.NewPCG(6, 61))
	times := steps(newYear, 12*years, monthly(1))
	length := func(at time.Time) float64 { return float64(at.AddDate(0, 1, -1).Day()) }
	x := make([]float64, len(times))
	for i, at := range times {
		x[i] = math.Round(length(at) * 100 * (1 + .02*r.NormFloat64()))
	}
	m := mustFit(t, oneSeries(times, x), Options{})
	first, last := m.Span()
	rows := all(t, m, Window{Start: first, End: last + 1})
	var sum, n [32]float64
	for i, at := range rows.Time {
		d := int(length(time.UnixMicro(at).UTC()))
		sum[d] += rows.Value[0][i]
		n[d]++
	}
	// February is 28.25 days long in the mean, of noise of 2 %: standard errors
	// of 2 %/√25 twice; a tenth of the difference is the ridge's.
	feb := (sum[28] + sum[29]) / (n[28] + n[29])
	if long := sum[31] / n[31]; math.Abs(long/feb-31/28.25) > 4*.02*math.Sqrt(2./25)+.01 {
		t.Errorf("%.0f in long months, %.0f in February", long, feb)
	}
}
