package stat

import (
	"math"
	"testing"
)

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

// TestNeverFalls: readings of a meter rise, stand and are missing; what falls once is
// none, and few rises show nothing.
func TestNeverFalls(t *testing.T) {
	meter := make([]float64, 200)
	for i := range meter {
		if meter[i] = float64(i / 3); i%7 == 5 {
			meter[i] = math.NaN()
		}
	}
	if !NeverFalls(meter) {
		t.Error("a meter falls")
	}
	if NeverFalls(meter[:100]) {
		t.Error("33 rises are taken for a meter's")
	}
	meter[150] = 10
	if NeverFalls(meter) {
		t.Error("a value that falls is a meter's")
	}
}
