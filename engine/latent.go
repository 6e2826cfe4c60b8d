package engine

import "github.com/datamime/datamime/engine/internal/work"

// latent runs the axes' recursions over a window of steps that only moves
// forward. Restarts are canonical (see tile), so that every way to a step
// gives it the same values.
type latent struct {
	d      *dynamics
	in     innovator
	lo, hi int64       // steps held
	path   [][]float64 // [axis]: d.order steps of the past, then lo..hi
	check  work.Check  // asked beside thousands of axes
	apart  bool        // each axis is warmed up for as long as it remembers itself; of resampled innovations
	stage  []float64   // room for warm-ups apart
}

func newLatent(d *dynamics, in innovator) *latent {
	return &latent{d: d, in: in, path: make([][]float64, d.axes.count)}
}

// restart begins anew at a step, with a warm-up before it.
func (l *latent) restart(step int64) {
	l.lo = step - int64(l.d.warm)
	l.hi = l.lo
	for q := range l.path {
		l.path[q] = append(l.path[q][:0], make([]float64, l.d.order)...)
	}
	l.in.restart(l.lo)
	if l.apart {
		l.warmApart(step)
		return
	}
	l.advance(l.lo, step)
	l.advance(step, step)
}

// warmStage is how many steps of warm-ups apart are made at once.
const warmStage = 32

// warmApart warms up each axis before a step by no more than it remembers, in
// whole stages, and forgets these: most remember a twentieth of what the longest do.
func (l *latent) warmApart(step int64) {
	begun := make([][]float64, len(l.path)) // nil: not yet
	size := l.d.order + warmStage
	l.stage = resize(l.stage, size*len(l.path))
	clear(l.stage)
	for stages := (l.d.warm + warmStage - 1) / warmStage; stages > 0; stages-- {
		l.check.Ask()
		for q, warm := range l.d.warms {
			if begun[q] == nil && warm > (stages-1)*warmStage {
				begun[q] = l.stage[q*size : (q+1)*size]
			}
		}
		l.in.innovate(begun, l.d.order, step-int64(stages*warmStage), warmStage)
		l.d.filterAll(begun, l.d.order, warmStage, nil)
		for _, x := range begun {
			if x != nil {
				copy(x, x[warmStage:])
			}
		}
	}
	for q, x := range begun {
		copy(l.path[q], x[:l.d.order])
	}
	l.lo, l.hi = step, step
}

// advance makes the steps lo..hi available and forgets those before lo.
func (l *latent) advance(lo, hi int64) {
	drop := int(lo - l.lo)
	add := int(hi - l.hi)
	if add < 0 {
		add = 0
	}
	have := l.d.order + int(l.hi-l.lo)
	for q := range l.path {
		x := l.path[q]
		if drop > 0 {
			copy(x, x[drop:have])
			x = x[:have-drop]
		}
		n := len(x)
		if cap(x) < n+add {
			x = append(make([]float64, 0, (n+add)*5/4), x...)
		}
		l.path[q] = x[:n+add]
	}
	l.lo = lo
	if add == 0 {
		return
	}
	at := have - drop
	few := max(1, work.CheckEach/len(l.path)) // steps
	for i := 0; i < add; i += few {
		l.check.Ask()
		l.in.innovate(l.path, at+i, l.hi+int64(i), min(few, add-i))
	}
	l.d.filterAll(l.path, at, add, l.check)
	l.hi = hi
}

// scores writes the scores of series k for the steps from step on.
func (l *latent) scores(dst []float64, k int, step int64) {
	at := l.d.order + int(step-l.lo)
	clear(dst)
	for f, w := range l.d.axes.load[k] {
		axpy(dst, w, l.path[f][at:])
	}
	if own := l.d.axes.own[k]; own >= 0 {
		axpy(dst, 1, l.path[own][at:])
	}
}
