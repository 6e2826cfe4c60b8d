package engine

import (
	"math"
	"testing"

	"github.com/datamime/datamime/engine/internal/stat"
)

// TestCompactValuesComeBack: to the bit, or they stay as they are.
func TestCompactValuesComeBack(t *testing.T) {
	minus0 := math.Copysign(0, -1)
	for _, c := range []struct {
		name string
		l    lattice
		x    []float64
		kept bool
	}{
		{"decimals", decimalLattice(2), []float64{.07, stat.Missing(), minus0, 0, -12.34, 1e7}, false},
		{"a set", lattice{set: []float64{minus0, .3, 7}, finder: newFinder([]float64{minus0, .3, 7})}, []float64{7, .3, minus0, 0, stat.Missing()}, false},
		{"more decimals", decimalLattice(2), []float64{.07, .071}, true},
		{"too large", decimalLattice(2), []float64{1e9}, true},
	} {
		g := &grid{n: len(c.x), x: [][]float64{append([]float64(nil), c.x...)}}
		back := g.compact([]*lattice{&c.l}, nil)
		if (back == nil) != c.kept {
			t.Fatalf("%s: kept %v", c.name, back == nil)
		}
		if back != nil {
			if g.x[0] != nil {
				t.Errorf("%s: the values are held, too", c.name)
			}
			back()
		}
		for i, v := range g.x[0] {
			if math.Float64bits(v) != math.Float64bits(c.x[i]) {
				t.Errorf("%s: %v came back as %v", c.name, c.x[i], v)
			}
		}
	}
}
