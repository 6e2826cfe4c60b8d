package fidelity

import (
	"math"
	"slices"
	"testing"

	"github.com/datamime/datamime/engine"
	"github.com/datamime/datamime/engine/civil"
)

// TestBlockSteps: the length of the blocks on both sides of each bound.
func TestBlockSteps(t *testing.T) {
	for _, c := range []struct {
		day  float64
		n    int
		want int
	}{
		{0, 95, 12}, {0, 96, 24},
		{24, 24 * 1279, 8766}, {24, 24 * 1278, 24 * 14}, {24, 24 * 274, 24 * 14}, {24, 24 * 273, 24 * 7}, {24, 24 * 28, 24 * 7}, {24, 24*28 - 1, 223}, {24, 60, 24},
		{1, 1279, 365}, {1, 100, 7}, {1, 2, 1},
	} {
		if got := (&Panel{day: c.day, n: c.n}).blockSteps(); got != c.want {
			t.Errorf("%d steps of %v a day have blocks of %d, not %d", c.n, c.day, got, c.want)
		}
	}
}

func TestDistances(t *testing.T) {
	five := []float64{1, 2, 3, 4, 5}
	if got := wasserstein(five, []float64{3, 4, 5, 6, 7}); math.Abs(got-2) > 1e-9 {
		t.Errorf("two apart is %v", got)
	}
	for _, pair := range [][2][]float64{{five, five[:4]}, {five[:4], five}} {
		if got := wasserstein(pair[0], pair[1]); !math.IsNaN(got) {
			t.Errorf("four values are %v from five", got)
		}
	}
	nan := math.NaN()
	if got := rms([]float64{1, 2, nan, 9}, []float64{4, 6, 1, nan}); math.Abs(got-math.Sqrt(12.5)) > 1e-12 {
		t.Errorf("root mean square %v", got)
	}
	if got := blockMeans([]float64{1, 2, 3, nan, 1, 2, nan, nan, 7}, 4); len(got) != 2 || got[0] != 2 || !math.IsNaN(got[1]) {
		t.Errorf("means of blocks %v", got)
	}
	if got := differences([]float64{1, 4, 9}, 2); !slices.Equal(got, []float64{8}) {
		t.Errorf("differences %v", got)
	}
	for _, c := range []struct {
		n, k int
		want []int
	}{{3, 3, []int{0, 1, 2}}, {2, 5, []int{0, 1}}, {11, 3, []int{0, 5, 10}}, {4, 3, []int{0, 2, 3}}} {
		if got := evenly(c.n, c.k); !slices.Equal(got, c.want) {
			t.Errorf("%d of %d are %d, not %d", c.k, c.n, got, c.want)
		}
	}
}

// TestPanelAveragesDuplicates: rows of one series and time are one, with the mean of
// the values that each column has.
func TestPanelAveragesDuplicates(t *testing.T) {
	const hour = civil.MicrosPerHour
	nan := math.NaN()
	s := &engine.Sample{Series: []string{"a"}, Time: []int64{0, hour, hour, hour, 2 * hour, 2 * hour, 3 * hour}, Index: make([]int32, 7),
		Value: [][]float64{{1, 2, 3, 7, nan, 5, 6}, {1, 2, nan, 4, nan, nan, 6}}}
	p, err := NewPanel(s, engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := p.x[0][:4]; !slices.Equal(got, []float64{1, 4, 5, 6}) {
		t.Errorf("the first column is %v", got)
	}
	if got := p.x[1]; got[0] != 1 || got[1] != 3 || !math.IsNaN(got[2]) || got[3] != 6 {
		t.Errorf("the second column is %v", got)
	}
	if got := p.Report().Duplicates; got != 2 {
		t.Errorf("%d duplicates", got)
	}
}
