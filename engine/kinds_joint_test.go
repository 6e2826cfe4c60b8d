package engine

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/datamime/datamime/engine/internal/stat"
)

// lagCorrelation is that of y with x a number of steps before.
func lagCorrelation(y, x []float64, lag int) float64 {
	return correlate(y[lag:], x[:len(x)-lag])
}

// panel lays values of several series out as a sample of one column.
func panel(step time.Duration, x ...[]float64) *Sample {
	s := &Sample{Value: make([][]float64, 1)}
	for c := range x {
		s.Series = append(s.Series, fmt.Sprintf("s%02d", c))
		for t, v := range x[c] {
			s.Time, s.Index = append(s.Time, newYear.Add(time.Duration(t)*step).UnixMicro()), append(s.Index, int32(c))
			s.Value[0] = append(s.Value[0], v)
		}
	}
	return s
}

// again simulates the span of a panel without gaps, with a seed.
func again(t *testing.T, s *Sample, seed int64) [][]float64 {
	m := mustFit(t, s, Options{})
	first, last := m.Span()
	return columns(all(t, m, Window{Start: first, End: last + 1, Seed: seed, NoGaps: true}), len(s.Series))
}

// What follows another series by hours follows it by as many, and by no others.
func TestLinksAtLagsAreRecovered(t *testing.T) {
	const n, lag = 24 * 365, 3
	r := rand.New(rand.NewPCG(3, 71))
	x, y := make([]float64, n), make([]float64, n)
	a, b := 0., 0.
	for i := range x {
		a = .7*a + math.Sqrt(.51)*r.NormFloat64()
		b = .5*b + math.Sqrt(.75)*r.NormFloat64()
		x[i] = roundTo(100+10*a, 2)
		y[i] = roundTo(50+5*b, 2)
		if i >= lag {
			y[i] = roundTo(50+.9*(x[i-lag]-100)+5*b, 2)
		}
	}
	have := again(t, panel(time.Hour, x, y), 4)
	// The standard error of a correlation of 8,760 steps of memory .7 is
	// √((1+.49)/(1−.49)/8760) = .018, twice.
	for _, l := range []int{0, lag, 2 * lag} {
		near(t, fmt.Sprintf("link at %d hours", l), lagCorrelation(have[1], have[0], l), lagCorrelation(y, x, l), 4*.018*math.Sqrt2)
	}
}

// Totals over series are as variable as the sample's, by the day and by the month, and
// the series that is the sum of others stays about it.
func TestTotalsAndSumsOfSeries(t *testing.T) {
	const series, days = 8, 1461
	r := rand.New(rand.NewPCG(4, 72))
	x := make([][]float64, series+1)
	state, shared := make([]float64, series), 0.
	for range days {
		shared = .9*shared + math.Sqrt(.19)*r.NormFloat64()
		sum := 0.
		for c := range series {
			state[c] = .6*state[c] + .8*r.NormFloat64()
			v := math.Round(200 + 20*float64(c) + 15*shared + 20*state[c])
			x[c] = append(x[c], v)
			sum += v
		}
		x[series] = append(x[series], sum)
	}
	spread := func(x [][]float64, unit int) float64 {
		var means []float64
		for a := 0; a+unit <= days; a += unit {
			total := 0.
			for c := range series {
				total += stat.Mean(x[c][a : a+unit])
			}
			means = append(means, total)
		}
		return stat.Deviation(means)
	}
	s := panel(24*time.Hour, x...)
	// Of 1,461 days of memory .9, worth 77, a standard deviation has the relative error
	// 1/√(2·77) = .08; of 48 months .10. Steered plans halve it.
	for unit, room := range map[int]float64{1: 4 * .04, 30: 4 * .05} {
		ratio := 0.
		for seed := range 4 {
			ratio += spread(again(t, s, int64(seed)), unit) / spread(x, unit) / 4
		}
		near(t, fmt.Sprintf("spread of the totals by %d days", unit), ratio, 1, room)
	}
	have := again(t, s, 5)
	sum := make([]float64, days)
	for c := range series {
		for i, v := range have[c] {
			sum[i] += v
		}
	}
	if c := correlate(sum, have[series]); c < .98 {
		t.Errorf("the sum of the parts and the whole correlate by %.3f", c)
	}
	if q := stat.Mean(sum) / stat.Mean(have[series]); math.Abs(q-1) > .01 {
		t.Errorf("the parts come to %.3f of the whole", q)
	}
}

// Values far out are as far, and by fitted innovations restless times come in runs.
func TestVolatilityAndTails(t *testing.T) {
	const n = 20_000
	r := rand.New(rand.NewPCG(5, 73))
	x := make([]float64, n)
	h := 0.
	for i := range x {
		h = .98*h + .15*r.NormFloat64() // sd of the logarithm: .15/√(1−.98²) = .75
		x[i] = roundTo(100+math.Exp(h)*r.NormFloat64(), 3)
	}
	restless := func(x []float64, lag int) float64 {
		y := make([]float64, len(x))
		for i, v := range x {
			y[i] = math.Log(math.Abs(v-100) + .05)
		}
		return lagCorrelation(y, y, lag)
	}
	s := panel(time.Hour, x)
	m, err := Fit(s, Options{Innovations: Fitted})
	if err != nil {
		t.Fatal(err)
	}
	first, last := m.Span()
	have := all(t, m, Window{Start: first, End: last + 1, Seed: 6}).Value[0]
	// Of volatility with memory .98 (worth 100 steps in the square) the standard error is
	// some 1/√(n/50) = .05.
	for _, lag := range []int{1, 12, 48} {
		near(t, fmt.Sprintf("memory of volatility at %d", lag), restless(have, lag), restless(x, lag), 4*.05/2)
	}
	have = again(t, s, 6)[0]
	from, to := stat.Sorted(x, nil), stat.Sorted(have, nil)
	for _, p := range []float64{.001, .01, .99, .999} {
		// Of 20 values beyond the .999 quantile: a relative error of 1/√20 · 1/index, .1.
		near(t, fmt.Sprintf("the %g quantile", p), (stat.Quantile(to, p)-100)/(stat.Quantile(from, p)-100), 1, .3)
	}
}

// Memory of months is there in years to come.
func TestMemoryOfMonths(t *testing.T) {
	const n = 12 * 365
	r := rand.New(rand.NewPCG(6, 74))
	x := make([]float64, n)
	a := 0.
	for i := range x {
		a = .98*a + math.Sqrt(1-.98*.98)*r.NormFloat64()
		x[i] = roundTo(300+30*a+10*r.NormFloat64(), 1)
	}
	s := panel(24*time.Hour, x)
	var have [2]float64
	lags := []int{30, 60}
	for seed := range 4 {
		y := again(t, s, int64(seed))[0]
		for k, lag := range lags {
			have[k] += lagCorrelation(y, y, lag) / 4
		}
	}
	// 4,380 days of memory .98 are worth 44: 1/√44 = .15, of four runs .075.
	for k, lag := range lags {
		near(t, fmt.Sprintf("memory of %d days", lag), have[k], lagCorrelation(x, x, lag), 3*.075)
	}
}

// The weekend's profile is not the weekdays', nor winter's the summer's.
func TestProfilesOfKindsOfDays(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 75))
	truth := func(at time.Time) float64 {
		bump := func(hour, width float64) float64 {
			d := float64(at.Hour()) - hour
			return math.Exp(-d * d / 2 / width / width)
		}
		winter := math.Cos(2 * math.Pi * float64(at.YearDay()) / 365.25)
		if isWeekend(at) {
			return 50 + 40*bump(14, 3) + 20*winter*bump(20, 2)
		}
		return 50 + 60*bump(8, 1.5) + 40*bump(18, 2) + 20*winter*bump(20, 2)
	}
	const n = 24 * 1096
	x := make([]float64, n)
	a := 0.
	for i := range x {
		a = .6*a + .8*r.NormFloat64()
		x[i] = roundTo(truth(newYear.Add(time.Duration(i)*time.Hour))+6*a, 1)
	}
	have := again(t, panel(time.Hour, x), 8)[0]
	kind := func(at time.Time) int { // weekday or weekend, in winter, summer or between
		season := 0
		switch m := at.Month(); {
		case m == 12 || m <= 2:
			season = 1
		case m >= 6 && m <= 8:
			season = 2
		}
		return 3*int(indicator(isWeekend(at))) + season
	}
	var sum, n2 [6 * 24]float64
	for i, v := range have {
		at := newYear.Add(time.Duration(i) * time.Hour)
		k := 24*kind(at) + at.Hour()
		sum[k] += v - truth(at)
		n2[k]++
	}
	var off []float64
	for k := range sum {
		off = append(off, math.Abs(sum[k]/n2[k]))
	}
	// Some 80 weekend days of a season at the least: 6/√80 = .7, twice; a ridge's
	// share and the width of peaks are a tenth of their 60.
	if worst := slices.Max(off); worst > 4*.7*math.Sqrt2+6 {
		t.Errorf("an hour of a kind of day is off by %.1f", worst)
	}
	if mean := stat.Mean(off); mean > 1.5 {
		t.Errorf("hours of kinds of days are off by %.2f in the mean", mean)
	}
}
