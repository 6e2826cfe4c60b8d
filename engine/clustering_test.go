package engine

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/datamime/datamime/engine/internal/stat"
	"github.com/datamime/datamime/engine/internal/stepset"
	"github.com/datamime/datamime/engine/internal/work"
)

// volatile are independent deviations from 100 whose size moves by itself.
func volatile(n int, seed uint64, size func(r *rand.Rand) float64) []float64 {
	r, x := rand.New(rand.NewPCG(seed, 73)), make([]float64, n)
	for i := range x {
		x[i] = roundTo(100+size(r)*r.NormFloat64(), 3)
	}
	return x
}

// randomSize is exp h, h an autoregression: stochastic volatility.
func randomSize() func(r *rand.Rand) float64 {
	h := 0.
	return func(r *rand.Rand) float64 {
		h = .98*h + .15*r.NormFloat64()
		return math.Exp(h)
	}
}

// regimes are quiet and restless times of fifty steps in the mean.
func regimes() func(r *rand.Rand) float64 {
	restless := false
	return func(r *rand.Rand) float64 {
		if r.Float64() < .02 {
			restless = !restless
		}
		if restless {
			return 4
		}
		return 1
	}
}

// steady is a size that does not move.
func steady() func(r *rand.Rand) float64 {
	return func(*rand.Rand) float64 { return 1 }
}

// sizesOf are distances from 100, the largest hundredth as large as the next.
func sizesOf(x []float64) []float64 {
	size := make([]float64, len(x))
	for i, v := range x {
		size[i] = math.Abs(v - 100)
	}
	most := stat.Quantile(stat.Sorted(size, nil), .99)
	for i, v := range size {
		size[i] = min(most, v)
	}
	return size
}

// Volatility that clusters does so again: of sizes one step apart .386 and .379 of
// the random sizes are known and at least .30 must be; those some steps apart, within a
// block and beyond it (72 hours, 14 days), keep at least so much of it. Correlations of
// n sizes of memory φ have a standard error of about √((1+φ²)/(1−φ²)/n), some .05 of
// 20,000 hours where their own is .4, and twice that of 4,000 days, which the shares
// leave room for.
func TestVolatilityClusters(t *testing.T) {
	for _, c := range []struct {
		name   string
		step   time.Duration
		n      int
		size   func(r *rand.Rand) float64
		least  float64         // of sizes one step apart
		shares map[int]float64 // lag -> least share of the sample's
	}{
		{"random, hourly", time.Hour, 20_000, randomSize(), .30, map[int]float64{1: .8, 6: .75, 24: .55}},
		{"random, daily", 24 * time.Hour, 4000, randomSize(), .30, map[int]float64{1: .8, 6: .6, 12: .4}},
		{"regimes, hourly", time.Hour, 20_000, regimes(), .25, map[int]float64{1: .8, 6: .75, 24: .55}},
		{"regimes, daily", 24 * time.Hour, 4000, regimes(), .25, map[int]float64{1: .75, 6: .6, 12: .4}},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := volatile(c.n, 5, c.size)
			have := again(t, panel(c.step, x), 3)[0]
			was, is := sizesOf(x), sizesOf(have)
			for lag, share := range c.shares {
				before, after := lagCorrelation(was, was, lag), lagCorrelation(is, is, lag)
				t.Logf("sizes %d steps apart: %.3f, in the sample %.3f", lag, after, before)
				if after < share*before || lag == 1 && after < c.least {
					t.Errorf("sizes %d steps apart have the correlation %.3f, in the sample %.3f", lag, after, before)
				}
			}
			near(t, "direction", lagCorrelation(have, have, 1), 0, 4/math.Sqrt(float64(c.n)/4)) // as large ones weigh, of fewer
		})
	}
}

// Where sizes do not come in runs nothing is done about them, nor are those of short
// samples told.
func TestSteadySizesDoNotCluster(t *testing.T) {
	for _, n := range []int{300, 4000} {
		m := mustFit(t, panel(24*time.Hour, volatile(n, 6, steady())), Options{})
		if m.dynamics.clustering != nil {
			t.Errorf("sizes of %d steady steps are said to cluster", n)
		}
	}
}

// Innovations come back from their scores and sizes, but for what a size is rounded to
// and the table of scores.
func TestClusteringRestoresInnovations(t *testing.T) {
	x := volatile(4000, 5, randomSize())
	d := &dynamics{Packing: stepset.NewPacking(len(x), filledSteps(len(x))), axes: &axes{count: 1}, e: make([]float32, len(x))}
	_, sd := moments(x)
	for i, v := range x {
		d.e[i] = float32((v - 100) / sd)
	}
	was := append([]float32(nil), d.e...)
	c := d.cluster(nil, work.Alone)
	if c == nil {
		t.Fatal("random sizes are not said to cluster")
	}
	mean, square := 0., 0.
	got := make([]float64, len(x))
	for i, v := range d.e {
		got[i] = float64(v)
		mean, square = mean+got[i]/float64(len(x)), square+got[i]*got[i]/float64(len(x))
	}
	near(t, "mean score", mean, 0, 1e-3)
	near(t, "variance of scores", square, 1, .01)
	c.restore(got, 0, 0)
	for i, v := range got {
		near(t, fmt.Sprintf("innovation %d", i), v, float64(was[i]), .02*(1+math.Abs(v)))
	}
}

// filledSteps are n steps, all of them.
func filledSteps(n int) stepset.Set {
	s := stepset.New(n)
	for i := range n {
		s.Add(i)
	}
	return s
}
