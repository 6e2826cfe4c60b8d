package engine

import "testing"

// TestNeverFalls: readings of a meter rise, stand and are missing; what falls once is
// none, and few rises show nothing.
func TestNeverFalls(t *testing.T) {
	meter := make([]float64, 200)
	for i := range meter {
		if meter[i] = float64(i / 3); i%7 == 5 {
			meter[i] = missing()
		}
	}
	if !neverFalls(meter) {
		t.Error("a meter falls")
	}
	if neverFalls(meter[:100]) {
		t.Error("33 rises are taken for a meter's")
	}
	meter[150] = 10
	if neverFalls(meter) {
		t.Error("a value that falls is a meter's")
	}
}
