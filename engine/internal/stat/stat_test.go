package stat

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// long is more values than are compared instead of counted, some of them
// missing, some equal.
func long() []float64 {
	r := rand.New(rand.NewPCG(3, 4))
	x := make([]float64, 3*radixFrom)
	for i := range x {
		switch x[i] = math.Round(1000*r.NormFloat64()) / 100; {
		case i%17 == 0:
			x[i] = math.NaN()
		case i%19 == 0:
			x[i] = math.Copysign(1e300, x[i])
		}
	}
	return x
}

func TestSort(t *testing.T) {
	for _, x := range [][]float64{long(), long()[:100], {1}, nil} {
		got := Sorted(x, nil)
		want := slices.DeleteFunc(slices.Clone(x), math.IsNaN)
		slices.Sort(want)
		if !slices.Equal(got, want) || Known(x) != len(want) {
			t.Errorf("%d values are not in order", len(x))
		}
	}
}

func TestRank(t *testing.T) {
	x := long()
	r := Rank(x, nil)
	if len(r) != Known(x) {
		t.Fatalf("%d ranks of %d values", len(r), Known(x))
	}
	for i := 1; i < len(r); i++ {
		a, b := r.Step(i-1), r.Step(i)
		if float32(x[a]) > float32(x[b]) || float32(x[a]) == float32(x[b]) && a > b {
			t.Fatalf("%v at %d is before %v at %d", x[a], a, x[b], b)
		}
	}
}

// TestQuantile: R's quantile(c(1, 2, 4, 8, 16), c(0, .1, .5, .9, 1)), type 7.
func TestQuantile(t *testing.T) {
	v := []float64{1, 2, 4, 8, 16}
	for p, want := range map[float64]float64{0: 1, .1: 1.4, .5: 4, .9: 12.8, 1: 16} {
		if got := Quantile(v, p); math.Abs(got-want) > 1e-12 {
			t.Errorf("the %v quantile is %v, not %v", p, got, want)
		}
	}
}

func TestDropGlitches(t *testing.T) {
	x := make([]float64, 200)
	for i := range x {
		x[i] = float64(i % 10)
	}
	x[50], x[150] = 1e6, -1e6
	left, dropped := DropGlitches(x, Sorted(x, nil))
	if dropped != 2 || len(left) != 198 || !math.IsNaN(x[50]) || !math.IsNaN(x[150]) {
		t.Errorf("%d dropped, %d left", dropped, len(left))
	}
	for i := range 10 {
		x[20*i] = 1e6 // too many to be glitches
	}
	if _, dropped := DropGlitches(x, Sorted(x, nil)); dropped != 0 {
		t.Errorf("%d of ten dropped", dropped)
	}
}

func TestMoments(t *testing.T) {
	x := []float64{2, math.NaN(), 4, 4, 4, 5, 5, 7, 9}
	if m, sd := Mean(x), Deviation(x); m != 5 || sd != 2 {
		t.Errorf("mean %v and deviation %v", m, sd)
	}
}
