package engine

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/work"
)

// near fails unless have is within tolerance of want. Tolerances here are
// about four standard errors of the estimate at the simulated length, stated
// where they are used.
func near(t *testing.T, what string, have, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(have-want) <= tolerance) {
		t.Errorf("%s: %.4f, want %.4f ± %.4f", what, have, want, tolerance)
	}
}

func TestBurgRecoversCoefficients(t *testing.T) {
	want := []float64{-1.2, .5, -.1} // x_t = 1.2 x_{t-1} - .5 x_{t-2} + .1 x_{t-3} + 2 e_t
	r := rand.New(rand.NewPCG(21, 1))
	var segments [][]float64
	for _, n := range []int{4000, 3, 1, 2500, 5000} {
		x := make([]float64, n+200)
		for i := range x {
			x[i] = 2 * r.NormFloat64()
			for j, a := range want {
				if i-1-j >= 0 {
					x[i] -= a * x[i-1-j]
				}
			}
		}
		segments = append(segments, x[200:])
	}
	a, sigma := burg(segments, 3, new(work.Room), nil)
	for i := range want { // standard error ≤ 1/√11,500 = .0093
		near(t, "coefficient", a[i], want[i], .037)
	}
	near(t, "σ", sigma, 2, .055) // 2/√23,000 = .013
	var sum, square, lag, n float64
	for _, s := range segments {
		for i, e := range s {
			sum, square, n = sum+e, square+e*e, n+1
			if i > 0 {
				lag += e * s[i-1]
			}
		}
	}
	near(t, "mean innovation", sum/n, 0, .038)
	near(t, "variance of innovations", square/n, 1, .053)
	near(t, "their correlation", lag/n, 0, .038)
}

// TestBurgReference holds the first reflection coefficient against Burg's
// 2Σ x_t x_{t-1} / Σ (x_t² + x_{t-1}²).
func TestBurgReference(t *testing.T) {
	x := []float64{1, 3, 2, 5, 4, 6, 5, 8, 7, 9}
	num, den := 0., 0.
	for i := 1; i < len(x); i++ {
		num += 2 * x[i] * x[i-1]
		den += x[i]*x[i] + x[i-1]*x[i-1]
	}
	a, _ := burg([][]float64{append([]float64(nil), x...)}, 1, new(work.Room), nil)
	near(t, "first reflection coefficient", -a[0], num/den, 1e-12)
}

func TestMemoryOfAnAutoregression(t *testing.T) {
	// the impulse response of φ = .9 has left 1e-4 of its energy after n
	// steps with .81ⁿ = 1e-4
	if n := memory([]float64{-.9}, 1e-4, 1000, new([]float64)); n < 43 || n > 45 {
		t.Errorf("%d steps, want ln 1e-4 / ln .81 = 43.7", n)
	}
}

// simulated fits a world and simulates years of it.
func simulated(t *testing.T, w world, years int) *Rows {
	m := mustFit(t, w.sample(1), Options{})
	_, last := m.Span()
	return all(t, m, Window{Start: last + 1, End: last + 1 + int64(years)*365*civil.MicrosPerDay, Seed: 5})
}

// columns turns rows without gaps into one slice for each series.
func columns(r *Rows, series int) [][]float64 {
	x := make([][]float64, series)
	for i, c := range r.Series {
		x[c] = append(x[c], r.Value[0][i])
	}
	return x
}

func correlate(x, y []float64) float64 {
	mx, sx := moments(x)
	my, sy := moments(y)
	c := 0.
	for i := range x {
		c += (x[i] - mx) * (y[i] - my)
	}
	return c / float64(len(x)) / sx / sy
}

func TestMemoryLinksAndLevelsAreRecovered(t *testing.T) {
	w := world{series: 3, days: 400, step: time.Hour, phi: .8, shared: .6}
	x := columns(simulated(t, w, 2), 3)
	for k := range x {
		mean, sd := moments(x[k])
		// the sample's own mean has a standard error of 20·√((1+φ)/(1-φ)/9600) = .6
		near(t, "mean", mean, 100, 2.4)
		near(t, "standard deviation", sd, 20, 1.2)
		near(t, "memory", correlate(x[k][1:], x[k][:len(x[k])-1]), .8, .03)
		near(t, "link", correlate(x[k], x[(k+1)%3]), .6, .06)
	}
}

func TestProfileIsRecovered(t *testing.T) {
	profile := func(h float64) float64 {
		return 2*math.Sin(2*math.Pi*h/24) + indicator(h >= 7 && h <= 9)
	}
	w := world{series: 1, days: 400, step: time.Hour, phi: .5, profile: profile}
	r := simulated(t, w, 2)
	var sum, n [24]float64
	for i, at := range r.Time {
		h := at / 3600e6 % 24
		sum[h] += r.Value[0][i]
		n[h]++
	}
	for h := range sum {
		// sample and simulation: 20·√(1/400 + 1/730) = 1.2
		near(t, "hourly mean", sum[h]/n[h], 100+20*profile(float64(h)), 4)
	}
}

func TestYearAndWeekAreRecovered(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 1))
	truth := func(at time.Time) float64 {
		x := 200 + 50*math.Cos(2*math.Pi*float64(at.YearDay())/365.25)
		if w := at.Weekday(); w == time.Sunday || w == time.Saturday {
			x -= 40
		}
		return x
	}
	var times []time.Time
	var values []float64
	for i := range 1461 {
		at := newYear.AddDate(0, 0, i)
		times, values = append(times, at), append(values, roundTo(truth(at)+10*r.NormFloat64(), 1))
	}
	m := mustFit(t, oneSeries(times, values), Options{})
	_, last := m.Span()
	rows := all(t, m, Window{Start: last + 1, End: last + 4*365*civil.MicrosPerDay})
	errorSum, week, n := 0., 0., 0.
	for i, at := range rows.Time {
		d := rows.Value[0][i] - truth(time.UnixMicro(at).UTC())
		errorSum += d
		if w := time.UnixMicro(at).UTC().Weekday(); w == time.Sunday || w == time.Saturday {
			week += d
			n++
		}
		if x := rows.Value[0][i]; x != roundTo(x, 1) {
			t.Fatalf("%g has more than one decimal", x)
		}
		if math.Abs(d) > 60 {
			t.Fatalf("%g on %v, expected about %g", rows.Value[0][i], time.UnixMicro(at).UTC(), truth(time.UnixMicro(at).UTC()))
		}
	}
	near(t, "mean error", errorSum/float64(len(rows.Time)), 0, 2)
	near(t, "mean error on weekends", week/n, 0, 3)
}

func TestTrendsFlattenFarAway(t *testing.T) {
	r := rand.New(rand.NewPCG(41, 1))
	var times []time.Time
	var values []float64
	for i := range 1000 {
		times, values = append(times, newYear.AddDate(0, 0, i)), append(values, math.Round(100+.3*float64(i)+5*r.NormFloat64()))
	}
	m := mustFit(t, oneSeries(times, values), Options{})
	first, last := m.Span()
	mean := func(start, end int64) float64 {
		x, _ := moments(all(t, m, Window{Start: start, End: end, NoGaps: true}).Value[0])
		return x
	}
	day := int64(civil.MicrosPerDay)
	near(t, "a month after the end", mean(last, last+30*day), 400, 20)
	near(t, "fifty years after", mean(last+18000*day, last+18365*day), 400, 40)
	near(t, "fifty years before", mean(first-18365*day, first-18000*day), 100, 40)
}

// One year cannot tell a trend from its season: the years after it are like it.
func TestLevelStaysAfterOneYear(t *testing.T) {
	r := rand.New(rand.NewPCG(42, 1))
	var times []time.Time
	var values []float64
	for i := range 365 {
		season := 20 * math.Sin(2*math.Pi*float64(i-100)/365.25)
		times, values = append(times, newYear.AddDate(0, 0, i)), append(values, 50+season+3*r.NormFloat64())
	}
	m := mustFit(t, oneSeries(times, values), Options{})
	first, last := m.Span()
	for _, years := range []int64{-2, 2, 10} {
		start := first + years*365*civil.MicrosPerDay
		x, _ := moments(all(t, m, Window{Start: start, End: start + (last - first), NoGaps: true}).Value[0])
		// The sample's mean is 50; a year of independent noise of sd 3 has
		// .16 about it, the ridge's share of the season in the trend the rest.
		near(t, "mean of another year", x, 50, 1.5)
	}
}

func TestOverridesOfAWindow(t *testing.T) {
	w := hourly
	w.missing, w.null = 0, 0
	m := mustFit(t, w.sample(1), Options{})
	first, last := m.Span()
	lo, hi, two := 90.5, 110.25, 2
	rows := all(t, m, Window{Start: first, End: last, Minimum: []*float64{&lo}, Maximum: []*float64{&hi}, Decimals: []*int{&two}})
	sane(t, rows, lo, hi)
	fractions, inside := 0, 0
	for _, x := range rows.Value[0] {
		if x > lo && x < hi {
			inside++
			fractions += int(indicator(x != math.Round(x)))
		}
		if x != roundTo(x, 2) {
			t.Fatalf("%g has more than two decimals", x)
		}
	}
	if fractions < inside*9/10 {
		t.Errorf("%d of %d values have decimals", fractions, inside)
	}
}

func TestAMillionRowsFromThreeDays(t *testing.T) {
	w := world{series: 119, days: 3, step: time.Hour, phi: .9, shared: .5, profile: hourly.profile}
	s := w.sample(1)
	m := mustFit(t, s, Options{})
	_, last := m.Span()
	sim := m.Simulate(Window{Start: last + 1, End: math.MaxInt64 / 4})
	defer sim.Close()
	var rows Rows
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, x := range s.Value[0] {
		lo, hi = math.Min(lo, x), math.Max(hi, x)
	}
	count := 0
	for count < 1e6 && sim.Next(&rows) {
		count += len(rows.Time)
		sane(t, &rows, lo-.2*(hi-lo), hi+.2*(hi-lo))
	}
	if count < 1e6 {
		t.Errorf("%d rows", count)
	}
}

func TestManySeriesShareFactors(t *testing.T) {
	w := world{series: 300, days: 400, step: 24 * time.Hour, phi: .5, shared: .6}
	x := columns(simulated(t, w, 2), 300)
	sum, n := 0., 0.
	for k := 0; k+1 < len(x); k += 3 {
		sum += correlate(x[k], x[k+1])
		n++
	}
	near(t, "mean link of 300 series", sum/n, .6, .08)
}
