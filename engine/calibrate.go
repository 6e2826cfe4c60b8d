package engine

import (
	"math"
)

// Calibration simulates the sample's own steps and corrects, for each
// variable, what the model gets wrong by itself: the distribution of the
// values, by a map between quantiles, and the mean absolute step, by weighing
// a score with its neighbours.

const (
	stepTolerance     = .02 // .1 costs .007 of the geometric mean, see doc.go
	calibrationRuns   = 3
	calibrationLevels = 500
	calibrationSteps  = 60000   // of all runs together
	calibrationValues = 2 << 20 // of one run, from which on one is enough

)

// calibrationSpans picks what to simulate: everything, or evenly spaced
// stretches of a long history.
func calibrationSpans(cal *calendar, series int) (spans [][2]int, reps int) {
	if cal.n*calibrationRuns <= calibrationSteps {
		if cal.n*series > calibrationValues {
			return [][2]int{{0, cal.n}}, 1
		}
		return [][2]int{{0, cal.n}}, calibrationRuns
	}
	if cal.n*2 <= calibrationSteps {
		return [][2]int{{0, cal.n}}, 2
	}
	const count = 24
	length := calibrationSteps / 2 / count
	for i := range count {
		a := (cal.n - length) * i / (count - 1)
		spans = append(spans, [2]int{a, a + length})
	}
	return spans, 1
}

// calibrate fits blends and maps. unrounded returns the values of a variable
// with the rounding undone.
func (f *fitter) calibrate() error {
	m := f.m
	spans, reps := f.spans, f.reps
	var runs []*rehearsed
	for rep := range reps {
		r := &rehearsed{}
		plans := newPlans(m.planner, int64(stream(int64(rep), forCalibration)>>1))
		l := newLatent(m.dynamics, m.planner, plans, m.level)
		for _, s := range spans {
			if err := f.poll(); err != nil {
				return err
			}
			l.restart(int64(s[0]) - 1)
			l.advance(int64(s[0])-1, int64(s[1])+1)
			path := make([][]float32, len(l.path))
			for q, x := range l.path {
				x = x[m.dynamics.order:]
				path[q] = make([]float32, len(x))
				for i, v := range x {
					path[q][i] = float32(v)
				}
			}
			r.path = append(r.path, path)
		}
		runs = append(runs, r)
	}
	sheets := make([]calibrationSheet, len(spans))
	for i, s := range spans {
		sheets[i].fill(m, s)
	}
	return f.each(len(f.latents), func(i int) { f.calibrateOne(f.latents[i], i, spans, sheets, runs) })
}

// rehearsed is the axes' paths of one run: [span][axis][step], with one step
// more at either end.
type rehearsed struct{ path [][][]float32 }

type calibrationSheet struct {
	where, width sheet
	cell         []uint8
}

func (c *calibrationSheet) fill(m *Model, s [2]int) {
	z := zone{loc: m.cal.loc}
	c.where.d, c.width.d = m.location, m.scaling
	c.where.fill(int64(s[0]), s[1]-s[0], &z)
	c.width.fill(int64(s[0]), s[1]-s[0], &z)
	if m.cells > 1 {
		c.cell = make([]uint8, s[1]-s[0])
		for i := range c.cell {
			c.cell[i] = m.cellOf(int(c.where.phase[i]), c.where.rows[c.where.unit[i]].weekday)
		}
	}
}

// attempt is one variable over one span of one run.
type attempt struct {
	span     int
	z        []float64
	loc, scl []float64
	cell     []uint8
	y        []float64
}

func (f *fitter) calibrateOne(k, latent int, spans [][2]int, sheets []calibrationSheet, runs []*rehearsed) {
	m := f.m
	v := &m.variable[k]
	var all []attempt
	for si, s := range spans {
		n := s[1] - s[0]
		sh := &sheets[si]
		loc, scl := make([]float64, n), make([]float64, n)
		sh.where.private().curve(loc, v.location)
		sh.width.private().curve(scl, v.scale)
		for _, r := range runs {
			a := attempt{span: si, z: make([]float64, n+2), loc: loc, scl: scl, y: make([]float64, n)}
			if v.scores.cell != nil {
				a.cell = sh.cell
			}
			for q, w := range m.dynamics.axes.load[latent] {
				for i, x := range r.path[si][q] {
					a.z[i] += w * float64(x)
				}
			}
			if own := m.dynamics.axes.own[latent]; own >= 0 {
				for i, x := range r.path[si][own] {
					a.z[i] += float64(x)
				}
			}
			all = append(all, a)
		}
	}
	defer func() { f.copied[latent] = f.countCopies(v, all, latent) }()
	x := f.g.x[k]
	target, steps := 0., 0
	for _, s := range spans {
		for i := s[0] + 1; i < s[1]; i++ {
			if d := math.Abs(x[i] - x[i-1]); d == d {
				target += d
				steps++
			}
		}
	}
	goal := f.goals[latent]
	r1, r2 := autocorrelations(all)
	if steps < 10 || target <= 0 {
		f.try(v, all, x, spans, goal, 0, r1, r2)
		return
	}
	target /= float64(steps)
	ratio := f.try(v, all, x, spans, goal, 0, r1, r2) / target
	if math.Abs(ratio-1) <= stepTolerance {
		return
	}
	// false position (the Illinois rule); the ratio falls with kappa
	a, fa := 0., ratio-1
	b := .25
	if ratio < 1 {
		b = -.12
	}
	fb := f.try(v, all, x, spans, goal, b, r1, r2)/target - 1
	if fa*fb > 0 {
		return // as near as a blend comes
	}
	for range 6 {
		c := (a*fb - b*fa) / (fb - fa)
		fc := f.try(v, all, x, spans, goal, c, r1, r2)/target - 1
		if math.Abs(fc) < stepTolerance/4 {
			return
		}
		if fc*fb < 0 {
			a, fa = b, fb
		} else {
			fa /= 2
		}
		b, fb = c, fc
	}
}

// goal returns the quantiles of values y with their rounding undone.
func (f *fitter) goal(y []float64) []float64 {
	var b []float64
	for _, s := range f.spans {
		for _, u := range y[s[0]:s[1]] {
			if !isMissing(u) {
				b = append(b, u)
			}
		}
	}
	sortValues(b)
	if len(b) == 0 {
		return nil
	}
	q := make([]float64, min(len(b), max(64, min(calibrationLevels, len(b)/4))))
	for i := range q {
		q[i] = quantile(b, (float64(i)+.5)/float64(len(q)))
	}
	return q
}

// autocorrelations of the simulated scores at lags one and two.
func autocorrelations(all []attempt) (r1, r2 float64) {
	var c0, c1, c2 float64
	for _, a := range all {
		for i := 2; i < len(a.z); i++ {
			c0 += a.z[i] * a.z[i]
			c1 += a.z[i] * a.z[i-1]
			c2 += a.z[i] * a.z[i-2]
		}
	}
	c0 = math.Max(c0, 1e-9)
	return c1 / c0, c2 / c0
}

// try sets the blend and the map for kappa and returns the simulated mean
// absolute step where the sample has one.
func (f *fitter) try(v *variable, all []attempt, x []float64, spans [][2]int, goal []float64, kappa, r1, r2 float64) float64 {
	v.setBlend(kappa, r1, r2)
	v.remap = nil
	var b []float64 // NaN-free: what is missing in the sample is left out
	for _, a := range all {
		v.margin(a.y, a.z, a.loc, a.scl, a.cell)
		for i, y := range a.y {
			if !isMissing(x[spans[a.span][0]+i]) {
				b = append(b, y)
			}
		}
	}
	if len(goal) == 0 || len(b) == 0 {
		return 0
	}
	sortValues(b)
	from := make([]float64, len(goal))
	for i := range from {
		from[i] = quantile(b, (float64(i)+.5)/float64(len(goal)))
	}
	v.remap = newRemap(from, goal)
	sum, n := 0., 0
	for _, a := range all {
		at := spans[a.span][0]
		last := v.finish(a.y[0])
		for i := 1; i < len(a.y); i++ {
			y := v.finish(a.y[i])
			if x[at+i] == x[at+i] && x[at+i-1] == x[at+i-1] {
				sum += math.Abs(y - last)
				n++
			}
			last = y
		}
	}
	return sum / math.Max(1, float64(n))
}

// countCopies counts the windows of a rehearsal that stand in the sample.
func (f *fitter) countCopies(v *variable, all []attempt, latent int) (count [2]int) {
	if f.seen[latent] == nil {
		return count
	}
	for _, a := range all {
		x := make([]float64, len(a.y))
		for i, y := range a.y {
			x[i] = v.finish(y)
		}
		hits, windows := f.seen[latent].copied(x)
		count[0] += hits
		count[1] += windows
	}
	return count
}
