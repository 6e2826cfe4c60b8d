package engine

import "testing"

// TestDecimalsOfSmallValues: values that are all small keep their digits; of others
// six decimals are where noise begins.
func TestDecimalsOfSmallValues(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   int
	}{
		{[]float64{.5, 1.25}, 2},
		{[]float64{.012345678, .1}, 6},
		{[]float64{.0012, .0045}, 4},
		{[]float64{0, .00001234, .00009871}, 8},
		{[]float64{-.000012345678, .00001}, 10},
		{[]float64{1e-9, 2.5e-9}, 10},
		{[]float64{1. / 3 * 1e-30, 1e-30}, mostDecimals},
		{[]float64{0, 0}, 0},
	} {
		if got := decimalsOf(c.values); got != c.want {
			t.Errorf("%v have %d decimals, not %d", c.values, got, c.want)
		}
	}
}
