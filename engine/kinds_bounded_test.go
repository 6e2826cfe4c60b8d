package engine

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// compass is the mean direction in degrees, how concentrated directions are
// about it (mean resultant length), and the mean absolute turn between
// neighbours (Mardia & Jupp 2000, Directional Statistics, 2.3).
type compass struct{ mean, length, turn float64 }

func compassOf(x []float64) (c compass) {
	var cos, sin, n float64
	for i, v := range x {
		s, k := math.Sincos(v * math.Pi / 180)
		cos, sin = cos+k, sin+s
		if i > 0 {
			d := math.Abs(v - x[i-1])
			c.turn += min(d, 360-d)
			n++
		}
	}
	c.mean = math.Mod(math.Atan2(sin, cos)*180/math.Pi+360, 360)
	c.length = math.Hypot(cos, sin) / float64(len(x))
	c.turn /= n
	return c
}

// wind is a direction about a prevailing one (degrees), an autoregression with
// a standard deviation of spread and a memory of phi, to tens of degrees.
func wind(n int, about, spread, phi float64) []float64 {
	r := rand.New(rand.NewPCG(36, 360))
	x := make([]float64, n)
	a := 0.
	for i := range x {
		a = phi*a + math.Sqrt(1-phi*phi)*spread*r.NormFloat64()
		x[i] = math.Mod(math.Round((about+a)/10)*10+720, 360)
	}
	return x
}

func TestDirectionsGoRound(t *testing.T) {
	const n, spread, phi = 24 * 400, 50., .9
	for _, about := range []float64{355, 200} {
		x := wind(n, about, spread, phi)
		m := mustFit(t, oneSeries(steps(newYear, n, every(time.Hour)), x), Options{})
		first, last := m.Span()
		rows := all(t, m, Window{Start: first, End: last + 1, Seed: 1})
		real, made := compassOf(x), compassOf(rows.Value[0])
		// The mean of n correlated directions has the standard error
		// spread·√((1+phi)/(1-phi)/n) = 2.2°, that of the length is about
		// .7·√(19/n) = .03, of the turn 1 %; four of them for two samples.
		if d := math.Abs(math.Mod(made.mean-real.mean+540, 360) - 180); d > 4*2.2*math.Sqrt2 {
			t.Errorf("mean direction %.1f, not %.1f", made.mean, real.mean)
		}
		if math.Abs(made.length-real.length) > 4*.03*math.Sqrt2 {
			t.Errorf("length %.3f, not %.3f", made.length, real.length)
		}
		// Two Gaussian paths make a direction whose turns are a little larger
		// where the two are both small: 15 % is allowed beside 4·√2 %.
		if r := made.turn / real.turn; math.Abs(r-1) > .2 {
			t.Errorf("turns %.2f times as large", r)
		}
		for i, v := range rows.Value[0] {
			if v < 0 || v >= 360 || math.Mod(v, 10) != 0 {
				t.Fatalf("direction %g at row %d", v, i)
			}
		}
	}
}

func TestWhatGoesRound(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	for _, c := range []struct {
		name  string
		round bool
		next  func(i int, last float64) float64
	}{
		{"wind", true, func(i int, last float64) float64 { return math.Mod(last+360+20*r.NormFloat64(), 360) }},
		{"radians", true, func(i int, last float64) float64 {
			return math.Mod(last+4*math.Pi+r.NormFloat64()/2, 2*math.Pi)
		}},
		{"about north", true, func(i int, last float64) float64 {
			return math.Mod(last+540+30*r.NormFloat64(), 360) - 180
		}},
		{"rotating", true, func(i int, _ float64) float64 { return math.Mod(float64(i)*17, 360) }},
		{"uniform", false, func(int, float64) float64 { return 360 * r.Float64() }},
		{"swing", false, func(i int, _ float64) float64 { return 180 + 170*math.Sin(float64(i)/9) + 5*r.NormFloat64() }},
		{"one side", false, func(i int, last float64) float64 { return min(300, max(100, last+20*r.NormFloat64())) }},
	} {
		x := make([]float64, 3000)
		x[0] = 120
		if c.name == "radians" {
			x[0] = 1
		}
		for i := 1; i < len(x); i++ {
			x[i] = c.next(i, x[i-1])
		}
		if got := newCircle(x, slices.Min(x), slices.Max(x), nil); (got != nil) != c.round {
			t.Errorf("%s: %v", c.name, got != nil)
		}
	}
}

// A load factor comes near its capacity often, without ever standing there:
// nothing goes beyond what the sample nearly reached.
func TestCapacityIsKept(t *testing.T) {
	r := rand.New(rand.NewPCG(77, 7))
	const n, capacity = 24 * 200, 1000.
	x := make([]float64, n)
	a := 0.
	for i := range x {
		a = .95*a + .312*r.NormFloat64()
		x[i] = roundTo(capacity/(1+math.Exp(-4*a)), 2)
	}
	m := mustFit(t, oneSeries(steps(newYear, n, every(time.Hour)), x), Options{})
	first, last := m.Span()
	rows := all(t, m, Window{Start: first, End: last + 20*(last-first)})
	top := 0.
	for _, v := range rows.Value[0] {
		if v < 0 || v > capacity {
			t.Fatalf("a value of %g", v)
		}
		top += indicator(v > .99*capacity)
	}
	// a is N(0, 1): beyond .99 is 4a > ln 99, 12.5 % of the time; the sample's
	// n values of memory .95 are worth n/39, four standard errors are 12 %.
	if share := top / float64(len(rows.Time)); math.Abs(share-.125) > .12 {
		t.Errorf("%.3f of the values near capacity", share)
	}
}
