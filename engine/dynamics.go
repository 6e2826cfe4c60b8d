package engine

import (
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/datamime/datamime/engine/internal/random"
	"github.com/datamime/datamime/engine/internal/stepset"
	"github.com/datamime/datamime/engine/internal/work"
)

// dynamics is how the axes move: an autoregression each, driven by joint
// innovations that are kept from the sample.
type dynamics struct {
	*stepset.Packing
	axes       *axes
	reverse    [][]float64 // [axis]: -a_p .. -a_1, to be dotted with the past
	sigma      []float64   // [axis]
	order      int         // the longest
	warm       int         // steps before a restart is forgotten
	warms      []int       // [axis]: likewise of each; nil in the fitted form
	e          []float32   // innovations by [step][axis], of unit variance; scores where they cluster
	clustering *clustering // of the resampled form; nil: none
}

// maxOrder bounds the cost of a step; half-hourly data have two days.
const maxOrder = 98

func defaultOrder(c *calendar) int {
	switch {
	case c.sub:
		return min(2*c.season+2, maxOrder)
	case c.Frequency.Months > 0:
		return c.season + 2
	}
	return 30
}

// newDynamics fits the axes' autoregressions; path is overwritten.
func newDynamics(cal *calendar, p *packed) *dynamics {
	longest := 0
	for _, s := range p.Segment {
		longest = max(longest, s[1]-s[0])
	}
	order := max(1, min(defaultOrder(cal), longest/3, p.N/8))
	p.fill(order)
	d := &dynamics{Packing: p.Packing, axes: newAxes(p)}
	solo := make([]stepset.Set, d.axes.count)
	for k, own := range d.axes.own {
		if own >= 0 && p.share[k] > soloShare {
			solo[own] = p.gap[k]
		}
	}
	path := d.axes.project(p)
	d.reverse, d.sigma = make([][]float64, d.axes.count), make([]float64, d.axes.count)
	var rooms work.Rooms
	p.workers(d.axes.count, func(q int) {
		rooms.With(func(r *work.Room) { d.fitAxis(q, path[q], solo[q], order, r, p.check) })
	})
	d.complete(path, solo, p)
	for q := range d.reverse {
		d.order = max(d.order, len(d.reverse[q]))
	}
	d.warms = make([]int, d.axes.count)
	var responses work.Turns[[]float64]
	p.workers(d.axes.count, func(q int) {
		responses.With(func(r *[]float64) { d.warms[q] = d.stabilise(q, cal, r) })
	})
	d.warm = slices.Max(d.warms)
	d.e = make([]float32, p.N*d.axes.count)
	p.workers.Parts(p.N, max(64, cachedValues/d.axes.count), func(from, to int) {
		for q, v := range path {
			for t, x := range v[from:to] {
				d.e[(from+t)*d.axes.count+q] = float32(x)
			}
		}
	})
	return d
}

// cachedValues stay in the cache while they are gathered or spread.
const cachedValues = 1 << 17

// fitAxis replaces a path by its innovations.
func (d *dynamics) fitAxis(q int, x []float64, gap stepset.Set, order int, room *work.Room, check work.Check) {
	var parts [][]float64
	longest, total := 0, 0
	for _, s := range d.Segment {
		for _, r := range stepset.Runs(s[1]-s[0], func(i int) bool { return gap == nil || !gap.Has(s[0]+i) }) {
			parts = append(parts, x[s[0]+r[0]:s[0]+r[1]])
			longest = max(longest, r[1]-r[0])
			total += r[1] - r[0]
		}
	}
	order = min(order, max(1, longest/3), max(1, total/8))
	if total == 0 {
		order = 0
	}
	a, sigma := burg(parts, order, room, check)
	if total == 0 {
		sigma = 1
	}
	d.sigma[q] = sigma
	d.reverse[q] = make([]float64, len(a))
	for i, v := range a {
		d.reverse[q][len(a)-1-i] = -v
	}
}

// complete makes up the innovations of axes with many gaps: what the complete
// axes say, plus a remainder that keeps its runs of ten.
func (d *dynamics) complete(path [][]float64, solo []stepset.Set, p *packed) {
	var full []int
	for q, g := range solo {
		if g == nil && len(full) < 64 {
			full = append(full, q)
		}
	}
	p.workers(len(solo), func(q int) {
		gap := solo[q]
		if gap == nil {
			return
		}
		var k int
		for s, own := range d.axes.own {
			if own == q {
				k = s
			}
		}
		stream := random.Draw(random.ForRemainder, int64(p.key[k]))
		e := path[q]
		var seen []int
		for t := range d.N {
			p.check.Pass(t)
			if !gap.Has(t) {
				seen = append(seen, t)
			}
		}
		if len(seen) < 4 {
			for t := range e {
				e[t] = random.Gaussian(random.Draw(stream, int64(t)))
			}
			return
		}
		predicted := make([]float64, d.N)
		if len(full) > 0 && len(seen) > 30 {
			beta := regress(path, full, e, seen, p.check)
			for i, f := range full {
				axpy(predicted, beta[i], path[f])
			}
		}
		rest := make([]float64, len(seen))
		for i, t := range seen {
			rest[i] = e[t] - predicted[t]
		}
		const run = 10
		j, left := 0, 0
		for t := range e {
			if !gap.Has(t) {
				continue
			}
			if left == 0 || j >= len(rest) {
				j = int(random.Uniform(random.Draw(stream, int64(t))) * float64(max(1, len(rest)-run)))
				left = run
			}
			e[t] = predicted[t] + rest[j]
			j++
			left--
		}
	})
}

// regress is the ridge regression of y on the axes xs over the given steps.
func regress(path [][]float64, xs []int, y []float64, steps []int, check work.Check) []float64 {
	m := len(xs)
	g := mat.NewSymDense(m, nil)
	b := mat.NewVecDense(m, nil)
	row := make([]float64, m)
	flat := make([]float64, m*m)
	for i, t := range steps {
		check.Pass(i * len(xs))
		for i, q := range xs {
			row[i] = path[q][t]
		}
		rankOne(flat, row, 1)
		for i, v := range row {
			b.SetVec(i, b.AtVec(i)+v*y[t])
		}
	}
	for i := range m {
		for j := i; j < m; j++ {
			g.SetSym(i, j, flat[i*m+j])
		}
		g.SetSym(i, i, g.At(i, i)+.1*float64(len(steps))+10)
	}
	var c mat.Cholesky
	beta := mat.NewVecDense(m, nil)
	if c.Factorize(g) {
		c.SolveVecTo(beta, b)
	}
	return beta.RawVector().Data
}

// stabilise shrinks the poles of an autoregression that would remember longer
// than a warm-up may last: a_i ρ^i, with ρ just below one. A warm-up is no longer
// than the sample tells of by several: at steps of microseconds a day has
// billions of them. response is room for the axis' own.
func (d *dynamics) stabilise(q int, cal *calendar, response *[]float64) (warm int) {
	limit := max(1024, min(16*cal.season, 4*cal.n, mostWarm), 8*d.order)
	a := make([]float64, len(d.reverse[q]))
	for i, v := range d.reverse[q] {
		a[len(a)-1-i] = -v
	}
	const tolerance = 1e-5 // of the variance: a restart moves values by .3 % of their sd
	steps := memory(a, tolerance, 2*limit, response)
	for rho := .9995; steps > limit && rho > .9; rho -= .0005 {
		b := slices.Clone(a)
		f := 1.
		for i := range b {
			f *= rho
			b[i] *= f
		}
		steps = memory(b, tolerance, 2*limit, response)
		for i, v := range b {
			d.reverse[q][len(a)-1-i] = -v
		}
	}
	return min(steps, limit)
}
