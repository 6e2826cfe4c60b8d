package engine

import (
	"math"
	"testing"
	"time"

	"github.com/datamime/datamime/engine/internal/stat"
)

// In whatever unit values are told, farads or bytes, the same come out but for
// decimals, which are far finer here than the values move.
func TestUnitsDoNotMatter(t *testing.T) {
	for name, shape := range map[string]func(x float64) float64{
		"on both sides of zero": func(x float64) float64 { return x - 100 },
		"skewed":                func(x float64) float64 { return math.Exp(x / 50) },
		"with zeros":            func(x float64) float64 { return math.Max(0, x-100) },
	} {
		var one []float64 // in units of 1
		for _, unit := range []float64{1, 1e-15, 1e-12, 1e-9, 1e-3, 1e6, 1e15} {
			if unit > 1 && name == "with zeros" {
				continue // zeros are on their way to what follows as far as rounding hides it
			}
			w := world{series: 1, days: 60, step: time.Hour, phi: .8, decimals: 5, profile: func(h float64) float64 { return math.Sin(2 * math.Pi * h / 24) }}
			s := w.sample(1)
			for i, x := range s.Value[0] {
				s.Value[0][i] = shape(x) * unit
			}
			m := mustFit(t, s, Options{})
			first, last := m.Span()
			rows := all(t, m, Window{Start: first, End: last + 1, Seed: 5}).Value[0]
			if unit == 1 {
				one = rows
				continue
			}
			_, sd := moments(one)
			back := make([]float64, len(rows))
			for i, x := range rows {
				back[i] = x / unit
			}
			if q := meanSquaredStep(back) / meanSquaredStep(one); math.Abs(q-1) > .02 {
				t.Errorf("%s, in units of %g: squared steps %.3f times as large", name, unit, q)
			}
			mine, theirs := stat.Sorted(back, nil), stat.Sorted(one, nil)
			for _, p := range []float64{.02, .1, .5, .9, .98} {
				if a, b := stat.Quantile(mine, p), stat.Quantile(theirs, p); math.Abs(a-b) > .02*sd {
					t.Errorf("%s, in units of %g: the %g quantile is %g, not %g", name, unit, p, a, b)
				}
			}
		}
	}
}
