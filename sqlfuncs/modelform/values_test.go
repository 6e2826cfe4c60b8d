package modelform

import (
	"math"
	"testing"
)

// TestNumberForms: the plainest form that keeps every bit.
func TestNumberForms(t *testing.T) {
	single := func(v float64) float64 { return float64(float32(v)) }
	for _, c := range []struct {
		values []float64
		form   int
	}{
		{[]float64{1, 2, math.NaN()}, 0}, {[]float64{0.1, 25.75, -3}, 2}, {[]float64{single(0.1), single(7.3)}, formSingle + 1},
		{[]float64{math.Pi}, formRaw}, {[]float64{math.Copysign(0, -1)}, formRaw}, {[]float64{1e300}, formRaw}, {nil, 0},
	} {
		if got := formOf(c.values); got != c.form {
			t.Errorf("%v: form %d, not %d", c.values, got, c.form)
		}
	}
}
