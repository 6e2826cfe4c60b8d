package engine

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mathext"

	"github.com/datamime/datamime/engine/internal/stat"
	"github.com/datamime/datamime/engine/internal/stepset"
)

// The index of a generalised Pareto tail of 40,000 values, of which a
// twentieth tell it. Its variance by probability-weighted moments times their
// number is (1−ξ)(2−ξ)²(1−ξ+2ξ²)/((1−2ξ)(3−2ξ)) (Hosking & Wallis 1987,
// Technometrics 29, with ξ = −k).
func TestTailIndexIsRecovered(t *testing.T) {
	const n = 40_000
	for _, index := range []float64{-.2, 0, .1, .25} {
		r := rand.New(rand.NewPCG(1, 9))
		v := make([]float64, n)
		for i := range v {
			if p := 1 - r.Float64(); index == 0 {
				v[i] = -math.Log(p)
			} else {
				v[i] = (math.Pow(p, -index) - 1) / index
			}
		}
		s := newShape(stat.Sorted(v, nil))
		k := 1 - index
		se := math.Sqrt(k * (1 + k) * (1 + k) * (k + 2*index*index) / ((1 - 2*index) * (3 - 2*index)) / (tailShare * n))
		near(t, "index", s.tail[1].index, index, 4*se)
		// The value that one of 100,000 exceeds, four times as rare as any of
		// the sample: by the delta method about log(p₀/p) times as uncertain.
		want := -math.Log(1e-5)
		if index != 0 {
			want = (math.Pow(1e-5, -index) - 1) / index
		}
		if got := s.at(-mathext.NormalQuantile(1e-5)); math.Abs(math.Log(got/want)) > 4*se*math.Log(tailShare/1e-5) {
			t.Errorf("index %g: one of 100,000 exceeds %.2f, not %.2f", index, got, want)
		}
	}
}

// The quantiles of a skewed distribution, the exponential: within four
// standard errors √(p(1−p)/n)/f, and what a knot's stretch of .2 normal scores
// bends, a thousandth.
func TestSkewnessIsRecovered(t *testing.T) {
	const n = 20_000
	r := rand.New(rand.NewPCG(2, 9))
	v := make([]float64, n)
	for i := range v {
		v[i] = r.ExpFloat64()
	}
	s := newShape(stat.Sorted(v, nil))
	for _, p := range []float64{.01, .1, .3, .5, .7, .9, .99} {
		near(t, "quantile", s.at(mathext.NormalQuantile(p)), -math.Log(1-p), 4*math.Sqrt(p*(1-p)/n)/(1-p)+.005)
	}
}

// known makes innovations of parameters that are known.
func knownInnovations(n int, seed int64) (truth *innovations, w *whitened) {
	normal := &shape{n: 1, z: []float64{-1, 1}, u: []float64{-1, 1}}
	truth = &innovations{lags: 1, memory: .9, shared: .5, restive: []float64{.5, .5, .5}, shape: []*shape{normal, normal, normal}}
	truth.lag = [][]float64{{0, .3, 0, 0, 0, 0, .2, 0, 0}}
	truth.root = []float64{1, .3, 0, .3, 1, 0, 0, 0, 1}
	truth.prepare(&calendar{})
	d := truth.draws(seed, []uint64{1, 2, 3})
	d.restart(0)
	w = &whitened{Packing: &stepset.Packing{N: n, Segment: [][2]int{{0, n}}, Ahead: []int{0}}, x: make([][]float64, 3)}
	for q := range w.x {
		w.x[q] = make([]float64, n)
	}
	d.innovate(w.x, 0, 0, n)
	return truth, w
}

// Links and volatility of 30,000 steps of three axes.
func TestInnovationsAreRecovered(t *testing.T) {
	const n = 30_000
	truth, w := knownInnovations(n, 5)
	in := &innovations{restive: make([]float64, 3)}
	daily := &calendar{}
	w.link(in, daily)
	if in.lags != linkedDays {
		t.Fatalf("%d lags", in.lags)
	}
	// Standard errors are the spread over sixteen other seeds: of a lag's
	// coefficient .0084, of a covariance .012, of φ .005, of v .011, of ρ .019.
	// The ridge and the widths of the quadrature take .01.
	for i, a := range truth.lag[0] {
		near(t, "lag", in.lag[0][i], a, 4*.0084+.01)
		near(t, "second lag", in.lag[1][i], 0, 4*.0084+.01)
	}
	// R is known up to its covariance R·Rᵀ, of axes of unit variance.
	for q := range 3 {
		for r := range 3 {
			have, want := 0., 0.
			for i := range 3 {
				have += in.root[q*3+i] * in.root[r*3+i]
				want += truth.root[q*3+i] * truth.root[r*3+i]
			}
			near(t, "covariance", have, want, 4*.012+.01)
		}
	}
	w.volatility(in, daily)
	near(t, "memory of volatility", in.memory, truth.memory, 4*.005)
	for q := range 3 {
		near(t, "volatility", in.restive[q], truth.restive[q], 4*.011+.01)
	}
	near(t, "shared volatility", in.shared, truth.shared, 4*.019)
}

// What volatile draws are mapped to is normal: 100,000 of them have the
// quantiles of a normal distribution within four standard errors.
func TestMixtureIsMappedToNormalScores(t *testing.T) {
	const n = 100_000
	r := rand.New(rand.NewPCG(3, 9))
	for _, v := range []float64{.3, .8} {
		m := mixture{v}
		z := make([]float64, n)
		for i := range z {
			z[i] = m.score(r.NormFloat64() * math.Exp(v*r.NormFloat64()))
		}
		stat.Sort(z, nil)
		for _, p := range []float64{.001, .05, .5, .8, .999} {
			q := mathext.NormalQuantile(p)
			density := math.Exp(-q*q/2) / math.Sqrt(2*math.Pi)
			near(t, "quantile", stat.Quantile(z, p), q, 4*math.Sqrt(p*(1-p)/n)/density)
		}
	}
}

// Reflection coefficients give back the autoregression.
func TestReflectionsGiveTheCoefficientsBack(t *testing.T) {
	a := []float64{.5, -.3, .2, .1}
	for i, x := range fromReflections(reflections(a)) {
		near(t, "coefficient", x, a[i], 1e-12)
	}
}
