package engine

import (
	"math"
	"testing"

	"github.com/datamime/datamime/engine/internal/random"
	"github.com/datamime/datamime/engine/internal/work"
)

// The axes of more series than steps are those of the series' covariance.
func TestPrincipalOfSteps(t *testing.T) {
	const series, steps = 40, 25
	z := make([][]float64, series)
	for i := range z {
		z[i] = make([]float64, steps)
		for j := range z[i] {
			shared := random.Gaussian(random.Draw(1, int64(j)))
			z[i][j] = float64(i%7)*shared + random.Gaussian(random.Draw(uint64(i+2), int64(j)))
		}
	}
	want, axes := principal(covariance(z, nil, work.Alone))
	got, own := principalOfSteps(z, nil)
	if len(got) != steps-1 {
		t.Fatalf("%d axes move, of %d steps", len(got), steps)
	}
	const tolerance = 1e-9 // of sums of a thousand products
	for j, v := range got {
		if math.Abs(v/want[j]-1) > tolerance {
			t.Errorf("axis %d has variance %g in place of %g", j, v, want[j])
		}
		for i := range series {
			if d := own.At(i, j) - axes.At(i, j); math.Abs(d) > tolerance {
				t.Errorf("axis %d, series %d: off by %g", j, i, d)
			}
		}
	}
}
