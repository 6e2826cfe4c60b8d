package engine

import "testing"

// A warm-up of each axis for itself leaves what a warm-up of all does, but for
// what was forgotten: at most 1e-5 of an axis' variance where it begins, and it
// fades from there on.
func TestWarmApart(t *testing.T) {
	w := linked.of(30)
	w.days = 4
	m := mustFit(t, w.sample(1), Options{})
	plan := newPlans(m.planner, 3)
	path := func(apart bool) [][]float64 {
		l := newLatent(m.dynamics, m.innovator(3, plan))
		l.apart = apart
		l.restart(0)
		l.advance(0, 400)
		return l.path
	}
	together, apart := path(false), path(true)
	shorter := 0
	for q, x := range together {
		if m.dynamics.warms[q]+warmStage <= m.dynamics.warm {
			shorter++
		}
		off, all := 0., 0.
		for i, v := range x[m.dynamics.order:] {
			d := apart[q][m.dynamics.order+i] - v
			off += d * d
			all += v * v
		}
		if off > 1e-5*all {
			t.Errorf("axis %d, of memory %d: %g of the variance differs", q, m.dynamics.warms[q], off/all)
		}
	}
	if shorter == 0 {
		t.Error("all axes remember as long")
	}
}
