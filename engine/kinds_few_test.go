package engine

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/datamime/datamime/engine/civil"
)

// yearOf is a year of days made of few rows.
func yearOf(t *testing.T, x []float64, seed int64) []float64 {
	m := mustFit(t, oneSeries(steps(newYear, len(x), every(24*time.Hour)), x), Options{})
	first, _ := m.Span()
	return all(t, m, Window{Start: first, End: first + 365*civil.MicrosPerDay, Seed: seed, NoGaps: true}).Value[0]
}

// A year of ten or thirty independent values has their level and spread, and
// values of its own on almost every day.
func TestFewRowsMakeFreshValues(t *testing.T) {
	const samples, level, spread = 40, 500., 60.
	for _, n := range []int{10, 30} {
		r := rand.New(rand.NewPCG(10, uint64(n)))
		shift, ratio, fresh := 0., 0., 0.
		for k := range samples {
			x := make([]float64, n)
			for i := range x {
				x[i] = roundTo(level+spread*r.NormFloat64(), 2)
			}
			made := yearOf(t, x, int64(k))
			mean, sd := moments(x)
			its, own := moments(made)
			shift += (its - mean) / sd / samples
			ratio += math.Log(own/sd) / samples
			slices.Sort(made)
			fresh += float64(len(slices.Compact(made))) / 365 / samples
		}
		// The level of one year of independent days is its sample's within
		// 1/√365 = .05 of the spread, a memory by chance doubles it; over forty
		// samples four standard errors are .07. What few values say of tails
		// may make the spread a tenth wider or narrower.
		if math.Abs(shift) > .07 {
			t.Errorf("%d rows: the level is off by %.3f of the spread", n, shift)
		}
		if math.Abs(ratio) > .15 {
			t.Errorf("%d rows: %.3f times the spread", n, math.Exp(ratio))
		}
		// Two normal values of this spread coincide in hundredths with the
		// chance .01/(2·√π·60) = 4.7e-5: of 365 one in sixty meets another. A
		// tenth more is what heaps about the values of few.
		if fresh < .85 {
			t.Errorf("%d rows: %.2f of the values are new", n, fresh)
		}
	}
}

// Two weeks show that weekends are quiet, where they are; where they are not,
// the year that is made of them has none.
func TestFewRowsShowWeekends(t *testing.T) {
	const samples, rows, level, spread = 40, 14, 200., 12.
	for _, effect := range []float64{0, -80} {
		r := rand.New(rand.NewPCG(14, 7))
		mean, square := 0., 0.
		for k := range samples {
			x := make([]float64, rows)
			for i := range x {
				at := newYear.AddDate(0, 0, i)
				x[i] = roundTo(level+effect*indicator(isWeekend(at))+spread*r.NormFloat64(), 1)
			}
			var sum, days [2]float64
			for i, v := range yearOf(t, x, int64(k)) {
				kind := int(indicator(isWeekend(newYear.AddDate(0, 0, i))))
				sum[kind] += v
				days[kind]++
			}
			d := sum[1]/days[1] - sum[0]/days[0]
			mean += d / samples
			square += d * d / samples
		}
		// A sample's own difference has the standard error 12·√(1/10+1/4) = 7.1;
		// the mean of forty 1.1, four of them 4.5. What is shrunk lacks up to a
		// third of the effect.
		if mean < effect-4.5 || mean > effect-effect/3+4.5 {
			t.Errorf("weekends differ by %.1f, not %g", mean, effect)
		}
		if sd := math.Sqrt(square - mean*mean); sd > 2*7.1 {
			t.Errorf("weekends differ by %.1f more or less", sd)
		}
	}
}

// Ten values that grow are followed by a year about where they ended.
func TestFewRowsGrowAndStay(t *testing.T) {
	const samples, rows = 40, 10
	r := rand.New(rand.NewPCG(15, 10))
	for _, months := range []int{0, 1} {
		ends := 0.
		for k := range samples {
			x := make([]float64, rows)
			for i := range x {
				x[i] = roundTo(100+5*float64(i)+2*r.NormFloat64(), 1)
			}
			next := every(24 * time.Hour)
			if months > 0 {
				next = monthly(months)
			}
			m := mustFit(t, oneSeries(steps(newYear, rows, next), x), Options{})
			first, _ := m.Span()
			made := all(t, m, Window{Start: first, End: next(newYear, 365).UnixMicro(), Seed: int64(k)}).Value[0]
			rise, _ := moments(made[5:10])
			early, _ := moments(made[:5])
			late, _ := moments(made[10:])
			ends += late / samples
			// five steps of 5 on end, and noise of 2 on either mean of five
			if d := rise - early; math.Abs(d-25) > 10 {
				t.Errorf("in the sample's time it grows by %.1f, not 25", d)
			}
			if hi := slices.Max(made); hi > 145+5*2+45 {
				t.Errorf("a value of %g", hi)
			}
		}
		// The line ends at 147.5; what is shrunk ends up to a tenth below.
		if ends < .9*147.5 || ends > 1.03*147.5 {
			t.Errorf("months %d: it stays at %.1f", months, ends)
		}
	}
}

// A share that reached the whole twice does not exceed it.
func TestSharesStayWithinTheWhole(t *testing.T) {
	for whole, x := range map[float64][]float64{
		100: {0, 12.5, 100, 43, 77, 100, 99, 20, 35, 61},
		1:   {.2, .75, 1, .43, .9, 1, .99, .2, .35, .61},
	} {
		for _, v := range yearOf(t, x, 1) {
			if v < 0 || v > whole {
				t.Fatalf("a share of %g", v)
			}
		}
	}
}

// A line that is plain to see goes on over its sample, of however few values and of
// whatever frequency.
func TestPlainLinesAreRecovered(t *testing.T) {
	slope := func(y []float64) (rise float64) { // over all of them
		n := float64(len(y))
		for i, v := range y {
			rise += v * (float64(i) - (n-1)/2)
		}
		return rise / (n * (n*n - 1) / 12) * n
	}
	for name, next := range map[string]func(time.Time, int) time.Time{
		"year": monthly(12), "quarter": monthly(3), "month": monthly(1), "week": every(7 * 24 * time.Hour), "day": every(24 * time.Hour),
	} {
		for _, n := range []int{4, 5, 6, 8, 10, 15, 25, 60, 120} {
			r := rand.New(rand.NewPCG(uint64(n), 40))
			x := make([]float64, n)
			for i := range x {
				x[i] = roundTo(100+40*float64(i)/float64(n)+r.NormFloat64(), 2)
			}
			m := mustFit(t, oneSeries(steps(newYear, n, next), x), Options{})
			first, last := m.Span()
			rise := 0.
			const runs = 10
			for seed := range runs {
				rise += slope(all(t, m, Window{Start: first, End: last + 1, Seed: int64(seed), NoGaps: true}).Value[0]) / runs
			}
			// The rise of n values of noise 1 has the standard error √(12/n), here of ten
			// runs. The ridge takes .9/(n+.9) of the line, and some that the bends share.
			room := 4 * math.Sqrt(12/float64(n)/runs)
			if least := slope(x) * (1 - 1.5/float64(n)); rise < least-room || rise > slope(x)+room+1 {
				t.Errorf("%s, %d values: a rise of %.1f, in the sample %.1f", name, n, rise, slope(x))
			}
		}
	}
}
