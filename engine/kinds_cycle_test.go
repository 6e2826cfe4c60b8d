package engine

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/datamime/datamime/engine/civil"
)

// noisy adds an autoregression to a path, to two decimals.
func noisy(n int, seed uint64, phi, sd float64, at func(t float64) float64) []float64 {
	r := rand.New(rand.NewPCG(seed, 1242))
	x := make([]float64, n)
	a := 0.
	for i := range x {
		a = phi*a + math.Sqrt(1-phi*phi)*sd*r.NormFloat64()
		x[i] = roundTo(at(float64(i))+a, 2)
	}
	return x
}

// Periods that are none of the calendar's are found to a part of a line's width
// and go on in time, a year after the sample as in it.
func TestCyclesOfTheirOwn(t *testing.T) {
	wave := func(t, period, phase float64) float64 { return math.Cos(2*math.Pi*t/period + phase) }
	for _, c := range []struct {
		name    string
		n       int
		step    time.Duration
		periods []float64 // steps; that must be found
		sd      float64   // of the noise
		at      func(t float64) float64
	}{
		{"tide", 24 * 200, time.Hour, []float64{12.4206, 25.8193}, .2, func(t float64) float64 {
			return 4 + 1.5*wave(t, 12.4206, 1) + .5*wave(t, 12, 2) + .3*wave(t, 25.8193, 0)
		}},
		{"shifts", 24 * 150, time.Hour, []float64{24.84}, 2, func(t float64) float64 { return 50 + 8*wave(t, 24.84, .5) + 4*wave(t, 24, 2) }},
		{"strokes", 288 * 21, 5 * time.Minute, []float64{10, 5}, .4, func(t float64) float64 { return 20 + 3*math.Mod(t, 10)/10 + 2*wave(t, 288, 0) }},
		{"crises", 52 * 30, 7 * 24 * time.Hour, []float64{235}, 5, func(t float64) float64 { return 100 + 15*wave(t, 235, 1) + 10*wave(t, 365.25/7, 0) }},
	} {
		for _, form := range []Innovations{Resampled, Fitted} {
			x := noisy(c.n, 3, .9, c.sd, c.at)
			m := mustFit(t, oneSeries(steps(newYear, c.n, every(c.step)), x), Options{Innovations: form})
			for _, p := range c.periods {
				nearest := math.Inf(1)
				for _, f := range m.location.cycles {
					nearest = math.Min(nearest, math.Abs(f-1/p))
				}
				// The standard error of a frequency of amplitude A in noise of
				// power S at it is √(24·S/n³)/(2πA), a few hundredths of a
				// line of 1/n; a tenth of a line is 36° of phase at either end.
				if nearest > .1/float64(c.n) {
					t.Errorf("%s: a period of %g is off by %.2f lines", c.name, p, nearest*float64(c.n))
				}
			}
			first, last := m.Span()
			step := c.step.Microseconds()
			rows := all(t, m, Window{Start: last + step, End: last + (last-first)/2, Seed: 1, NoGaps: true})
			rest, whole := 0., 0.
			mean := 0.
			for i := range rows.Time {
				mean += c.at(float64((rows.Time[i]-first)/step)) / float64(len(rows.Time))
			}
			for i, v := range rows.Value[0] {
				u := c.at(float64((rows.Time[i] - first) / step))
				rest += (v - u) * (v - u)
				whole += (u - mean) * (u - mean)
			}
			n := float64(len(rows.Time))
			// What is made is the truth and noise, whose variance is its own; the
			// phase that runs away by up to 36° and ridge add a quarter of the
			// truth's at most.
			if rest/n > 1.5*c.sd*c.sd+.25*whole/n {
				t.Errorf("%s, form %d: %.2f away from the truth, whose sd is %.2f, with noise of %.2f", c.name, form, math.Sqrt(rest/n), math.Sqrt(whole/n), c.sd)
			}
		}
	}
}

// What moves without keeping time has no cycles, and the calendar's are its own.
func TestNoCyclesInNoise(t *testing.T) {
	day := func(t float64) float64 {
		h := int(t) % 24
		v := 5 * indicator(h >= 8 && h < 18)
		if int(t)/24%7 >= 5 {
			v /= 2
		}
		return v * (1 + .3*math.Cos(2*math.Pi*t/8766))
	}
	for seed := range uint64(8) {
		for name, x := range map[string][]float64{
			"noise":  noisy(3000, seed, 0, 1, func(float64) float64 { return 0 }),
			"memory": noisy(3000, seed, .97, 1, func(float64) float64 { return 0 }),
			"walk":   noisy(3000, seed, .9999, 100, func(float64) float64 { return 0 }),
			"day":    noisy(9000, seed, .9, 1, day),
		} {
			m := mustFit(t, oneSeries(steps(newYear, len(x), every(time.Hour)), x), Options{})
			if c := m.location.cycles; len(c) > 0 {
				t.Errorf("%s, seed %d: a cycle of %g steps", name, seed, 1/c[0])
			}
		}
	}
}

// Cycles are there in every slice as in the whole, and in a model restored.
func TestCyclesInSlices(t *testing.T) {
	const n = 24 * 100
	x := noisy(n, 5, .8, .3, func(t float64) float64 { return 3 * math.Cos(2*math.Pi*t/12.4206) })
	s := oneSeries(steps(newYear, n, every(time.Hour)), x)
	m := mustFit(t, s, Options{Innovations: Fitted})
	if len(m.location.cycles) == 0 {
		t.Fatal("no cycles")
	}
	back, err := Restore(m.Parameters(), s.Series, Options{})
	if err != nil {
		t.Fatal(err)
	}
	first, _ := m.Span()
	w := Window{Start: first, End: first + 30*civil.MicrosPerDay, Seed: 2, NoGaps: true}
	whole := all(t, m, w)
	w.Start += 11*civil.MicrosPerDay + 7*civil.MicrosPerHour
	part := all(t, back, w)
	skipped := len(whole.Time) - len(part.Time)
	for i, v := range part.Value[0] {
		if v != whole.Value[0][skipped+i] {
			t.Fatalf("row %d: %g, not %g", i, v, whole.Value[0][skipped+i])
		}
	}
}
