package engine

import "sync"

// latent runs the axes' recursions over a window of steps that only moves
// forward. Restarts are canonical (see tile), so that every way to a step
// gives it the same values.
type latent struct {
	d      *dynamics
	p      *planner
	plans  *plans
	mix    [2]float64
	lo, hi int64       // steps held
	path   [][]float64 // [axis]: d.order steps of the past, then lo..hi
}

// mixes are the weights of the two joint innovation blocks, by level; their
// squares sum to one. The higher the level, the less a single stretch of the
// sample shows through.
var mixes = [][2]float64{{.937, .35}, {.866, .5}, {.8, .6}, {.714, .7}}

// plans shares the plans of a simulation between its workers.
type plans struct {
	p    *planner
	seed int64
	mu   sync.Mutex
	at   map[int64][]choice
}

func newPlans(p *planner, seed int64) *plans {
	return &plans{p: p, seed: seed, at: map[int64][]choice{}}
}

// group returns the plan of a group of blocks; a few are remembered.
func (c *plans) group(g int64) []choice {
	c.mu.Lock()
	defer c.mu.Unlock()
	if plan, ok := c.at[g]; ok {
		return plan
	}
	if len(c.at) >= 8 {
		for old := range c.at {
			if old < g-4 || old > g+4 {
				delete(c.at, old)
			}
		}
	}
	plan := c.p.plan(c.seed, g)
	c.at[g] = plan
	return plan
}

func newLatent(d *dynamics, p *planner, c *plans, level int) *latent {
	l := &latent{d: d, p: p, plans: c, mix: mixes[level]}
	l.path = make([][]float64, d.axes.count)
	return l
}

// restart begins anew at a step, with a warm-up before it.
func (l *latent) restart(step int64) {
	l.lo = step - int64(l.d.warm)
	l.hi = l.lo
	for q := range l.path {
		l.path[q] = append(l.path[q][:0], make([]float64, l.d.order)...)
	}
	l.advance(l.lo, step)
	l.advance(step, step)
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
	l.innovations(at, l.hi, add)
	for q := range l.path {
		l.d.filter(q, l.path[q], at, add)
	}
	l.hi = hi
}

// innovations writes those of count steps from step on at index at of the paths.
func (l *latent) innovations(at int, step int64, count int) {
	length := int64(l.p.length)
	axes := l.d.axes.count
	a, b := l.mix[0], l.mix[1]
	for done := 0; done < count; {
		t := step + int64(done)
		block := floorDiv(t, length)
		c := l.choice(block)
		off := int(t - block*length)
		n := min(count-done, int(length)-off)
		for i := range n {
			from := (int(c.first) + off + i) * axes
			e1 := l.d.e[from : from+axes]
			from = (int(c.second) + off + i) * axes
			e2 := l.d.e[from : from+axes]
			for q, v := range e1 {
				l.path[q][at+done+i] = a*float64(v) + b*float64(e2[q])
			}
		}
		done += n
	}
}

// choice returns the sources of a block.
func (l *latent) choice(block int64) choice {
	g := floorDiv(block, int64(l.p.group))
	return l.plans.group(g)[block-g*int64(l.p.group)]
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

// source returns the step of the sample whose innovation a step takes first.
func (l *latent) source(step int64) int64 {
	length := int64(l.p.length)
	block := floorDiv(step, length)
	return int64(l.d.source[int64(l.choice(block).first)+step-block*length])
}
