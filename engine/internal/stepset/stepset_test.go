package stepset

import (
	"math"
	"slices"
	"testing"
)

// TestPacking: packed steps are those with a value, in their order, and lead back to
// where they stood.
func TestPacking(t *testing.T) {
	nan := math.NaN()
	for _, x := range [][]float64{
		{}, {nan}, {0}, {0, 1, 2}, {nan, 1, nan, nan, 4, 5}, {0, nan, 2, nan},
		append(append(make([]float64, 63), nan, nan), 65, 66),
	} {
		known := Known(x)
		var want []float64
		var at []int
		for i, v := range x {
			if known.Has(i) != (v == v) {
				t.Errorf("%v: step %d is taken for another", x, i)
			}
			if v == v {
				want, at = append(want, v), append(at, i)
			}
		}
		p := NewPacking(len(x), known)
		if p.N != len(want) {
			t.Fatalf("%v: %d packed steps instead of %d", x, p.N, len(want))
		}
		for i := range p.N {
			if p.Step(i) != at[i] {
				t.Errorf("%v: packed step %d is step %d, not %d", x, i, at[i], p.Step(i))
			}
		}
		last := 0
		for _, s := range p.Segment {
			if s[0] != last || s[1] <= s[0] || s[0] > 0 && p.Step(s[0]) <= p.Step(s[0]-1)+1 {
				t.Errorf("%v: segments %v", x, p.Segment)
			}
			last = s[1]
		}
		if last != p.N {
			t.Errorf("%v: segments %v of %d steps", x, p.Segment, p.N)
		}
		if got := p.Pack(slices.Clone(x)); !slices.Equal(got, want) {
			t.Errorf("%v is packed to %v", x, got)
		}
	}
}
