package engine

import (
	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/random"
	"github.com/datamime/datamime/engine/internal/stat"
	"github.com/datamime/datamime/engine/internal/work"
)

// Calibration simulates the sample's own steps and corrects, for each
// variable, what the model gets wrong by itself: the distribution of the
// values, by a map between quantiles, and the mean absolute differences of
// neighbours and of seasons, by blending scores.

const (
	stepTolerance     = .02 // .1 costs .007 of the geometric mean, see doc.go
	calibrationRuns   = 3
	calibrationLevels = 500
	calibrationSteps  = 60000   // of all runs together
	calibrationValues = 2 << 20 // of one run, from which on one is enough

	shortCalibration       = 1000    // steps of the runs over a short sample
	shortCalibrationValues = 1 << 18 // and the most values of them
)

// calibrationSpans picks what to simulate: everything, or evenly spaced
// stretches of a long history.
func calibrationSpans(cal *calendar, series int) (spans [][2]int, reps int) {
	if cal.n*calibrationRuns <= calibrationSteps {
		if cal.n*series > calibrationValues {
			return [][2]int{{0, cal.n}}, 1
		}
		// Of a short sample more runs: what chance there is in few would be
		// taken for the model's fault.
		runs := min(shortCalibration/cal.n, shortCalibrationValues/(cal.n*max(1, series)))
		return [][2]int{{0, cal.n}}, max(calibrationRuns, runs)
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

// planRehearsals has rehearsals follow a planner; nil in the fitted form. They are
// planned once for all levels of mixing.
func (f *fitter) planRehearsals(p *planner) {
	f.loose, f.rehearsals = p, make([]*plans, f.reps)
	for rep := range f.rehearsals {
		f.rehearsals[rep] = newPlans(p, rehearsalSeed(rep))
	}
}

// calibrate fits blends and maps at the current level of mixing.
func (f *fitter) calibrate() {
	m := f.m
	spans, reps, rehearsals := f.spans, f.reps, f.rehearsals
	runs := make([]*rehearsed, reps)
	for rep := range runs {
		runs[rep] = &rehearsed{path: make([][][]float32, len(spans)), source: make([][]int64, len(spans))}
	}
	groups := m.groupsOf(spans) // first, as spans that share one would wait for it
	latents := work.Turns[latent]{Make: func() *latent {
		l := newLatent(m.dynamics, nil)
		l.apart = m.planner != nil && reps > calibrationRuns // most of what many short runs take is warm-ups
		return l
	}}
	f.share(reps*(len(groups)+len(spans)), func(i int) {
		if i < reps*len(groups) {
			rehearsals[i/len(groups)].group(groups[i%len(groups)])
			return
		}
		i -= reps * len(groups)
		rep, span := i/len(spans), i%len(spans)
		latents.With(func(l *latent) {
			l.in, l.check = m.innovator(rehearsalSeed(rep), rehearsals[rep]), f.poll
			runs[rep].path[span] = l.rehearse(m.lead, spans[span])
		})
		if m.rests {
			runs[rep].source[span] = m.sources(rehearsalSeed(rep), rehearsals[rep], spans[span])
		}
	})
	sheets := make([]calibrationSheet, len(spans))
	f.share(len(spans), func(i int) { sheets[i].fill(m, spans[i]) })
	g := f.newGauge()
	means := make([]unitMeans, len(f.latents))
	var rooms work.Rooms
	f.share(len(f.latents), func(i int) {
		rooms.With(func(r *work.Room) {
			all := f.calibrateOne(f.latents[i], i, spans, sheets, runs, r)
			if g != nil && g.follows[i] {
				means[i] = g.means(f.g.x[f.latents[i]], all, spans, reps)
			}
		})
	})
	if g != nil && g.aim(f.loose, rehearsals, means, f.share) {
		m.planner.gauge = g
	}
}

// groupsOf lists the groups of blocks that rehearsals of ascending spans take, as
// far as plans of them all are kept.
func (m *Model) groupsOf(spans [][2]int) (groups []int64) {
	if m.planner == nil {
		return nil
	}
	for _, s := range spans {
		g := m.planner.groupOf(int64(s[0] - 1 - m.dynamics.warm))
		if len(groups) > 0 {
			g = max(g, groups[len(groups)-1]+1)
		}
		for ; g <= m.planner.groupOf(int64(s[1])); g++ {
			if groups = append(groups, g); len(groups) > plansKept {
				return nil
			}
		}
	}
	return groups
}

func rehearsalSeed(rep int) int64 {
	return int64(random.Stream(int64(rep), random.ForCalibration) >> 1)
}

// rehearse simulates the axes' paths over a span, and the lead before it: [axis][step].
func (l *latent) rehearse(lead int, span [2]int) [][]float32 {
	l.restart(int64(span[0]) - 1)
	l.advance(int64(span[0])-1, int64(span[1])+1)
	path := make([][]float32, len(l.path))
	for q, x := range l.path {
		l.check.Pass(q * checkUnits)
		x = x[l.d.order-lead:]
		path[q] = make([]float32, len(x))
		for i, v := range x {
			path[q][i] = float32(v)
		}
	}
	return path
}

// rehearsed is the axes' paths of one run: [span][axis][step], with one step
// more at either end, and the model's lead before; and where some variables
// stand idle, the steps whose innovations are taken: [span][step].
type rehearsed struct {
	path   [][][]float32
	source [][]int64
}

type calibrationSheet struct {
	where, width sheet
	cell         []uint8
}

func (c *calibrationSheet) fill(m *Model, s [2]int) {
	z := civil.Zone{Location: m.cal.Location}
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
	still    []bool    // where it stands idle; nil: nowhere
	rest     []float64 // and its values there
	y        []float64
}

func (f *fitter) calibrateOne(k, latent int, spans [][2]int, sheets []calibrationSheet, runs []*rehearsed, room *work.Room) []attempt {
	m := f.m
	v := &m.variable[k]
	all := make([]attempt, 0, len(spans)*len(runs))
	values := 0
	for si, s := range spans {
		n := s[1] - s[0]
		values += n * len(runs)
		sh := &sheets[si]
		loc, scl := room.Take(n), room.Take(n)
		sh.where.private().curve(loc, v.location)
		sh.width.private().scales(scl, v.scale)
		for _, r := range runs {
			a := attempt{span: si, z: room.Take(m.lead + n + 2), loc: loc, scl: scl, y: room.Take(n)}
			if v.scores.cell != nil {
				a.cell = sh.cell
			}
			if v.idle != nil {
				a.still, a.rest = sh.stillness(m.cal, v.idle, r.source[si]), room.Take(n)
			}
			addLoaded(a.z, m.dynamics.axes.load[latent], r.path[si])
			if own := m.dynamics.axes.own[latent]; own >= 0 {
				for i, x := range r.path[si][own] {
					a.z[i] += float64(x)
				}
			}
			all = append(all, a)
		}
	}
	if f.fitted != nil {
		f.even(k, all)
	}
	defer func() { f.copied[latent] = f.countCopies(all, latent) }()
	c := &calibration{v: v, all: all, x: f.g.x[k], spans: spans, goal: f.goals[latent], levels: f.levels[latent], lead: m.lead, smooth: f.o.Innovations == Fitted, made: room.Take(values)[:0]}
	c.solve()
	return all
}

// addLoaded adds the axes' paths, each times its load, to z in their order; four
// at once, as reading and writing z takes longer than they do.
func addLoaded(z, load []float64, path [][]float32) {
	for ; len(load) >= 4; load, path = load[4:], path[4:] {
		a, b, c, d := load[0], load[1], load[2], load[3]
		p, q, r, s := path[0][:len(z)], path[1][:len(z)], path[2][:len(z)], path[3][:len(z)]
		for i, v := range z {
			z[i] = v + a*float64(p[i]) + b*float64(q[i]) + c*float64(r[i]) + d*float64(s[i])
		}
	}
	for q, w := range load {
		for i, x := range path[q][:len(z)] {
			z[i] += w * float64(x)
		}
	}
}

// goal returns the quantiles of values y with their rounding undone.
func (f *fitter) goal(y []float64) []float64 {
	steps := 0
	for _, s := range f.spans {
		steps += s[1] - s[0]
	}
	b := make([]float64, 0, steps)
	for _, s := range f.spans {
		for _, u := range y[s[0]:s[1]] {
			if !stat.IsMissing(u) {
				b = append(b, u)
			}
		}
	}
	stat.Sort(b, nil)
	if f.o.Innovations == Fitted {
		return f.fittedGoal(b)
	}
	if len(b) == 0 {
		return nil
	}
	q := make([]float64, min(len(b), max(64, min(calibrationLevels, len(b)/4))))
	for i := range q {
		q[i] = stat.Quantile(b, (float64(i)+.5)/float64(len(q)))
	}
	return q
}

// countCopies counts the windows of a rehearsal that stand in the sample.
func (f *fitter) countCopies(all []attempt, latent int) (count [2]int) {
	if f.seen[latent] == nil {
		return count
	}
	for _, a := range all {
		hits, windows := f.seen[latent].copied(a.y) // as the last try left them
		count[0] += hits
		count[1] += windows
	}
	return count
}
