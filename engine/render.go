package engine

import (
	"math"
	"slices"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/random"
	"github.com/datamime/datamime/engine/internal/stat"
	"github.com/datamime/datamime/engine/internal/work"
)

// renderer turns the dynamics into values, a piece of successive steps at a
// time. Each worker has its own.
type renderer struct {
	m        *Model
	variable []variable // the model's, but for what a window overrides
	latent   *latent
	zone     civil.Zone
	rows     uint64 // stream of absent rows
	calm     uint64 // stream of the noise of what is idle
	where    sheet  // calendar of the location's design
	width    sheet  // and of the scale's
	cell     []uint8
	z        []float64
	loc      []float64
	scale    []float64
	y        []float64
	raw      []float64
	last     []float64 // [variable]: held values, before the piece that comes next
	donor    []int64   // steps of the sample whose innovations the prepared steps take
	sources  []int64   // likewise, with their context
	still    []bool    // where a variable stands idle
	rest     []float64 // and its values there
	y0       []float64
	check    work.Check
}

// endBy has check end what is rendered, within a piece of thousands of series
// too.
func (r *renderer) endBy(check work.Check) {
	r.check = check
	if r.latent != nil {
		r.latent.check = check
	}
}

func (m *Model) newRenderer(in innovator, variables []variable) *renderer {
	r := &renderer{m: m, variable: variables, zone: civil.Zone{Location: m.cal.Location}}
	if m.dynamics != nil {
		r.latent = newLatent(m.dynamics, in)
		r.where.d, r.width.d = m.location, m.scaling
	}
	return r
}

// override replaces the learned bounds and rounding by a window's own.
func (m *Model) override(w Window) []variable {
	out := slices.Clone(m.variable)
	for k := range out[:m.visible] {
		v, c := &out[k], k%m.values
		if least := said(w.Minimum, c); least != nil {
			v.least = *least
			v.most = max(v.most, v.least)
		}
		if most := said(w.Maximum, c); most != nil {
			v.most = *most
			v.least = min(v.least, v.most)
		}
		if decimals := said(w.Decimals, c); decimals != nil {
			l := decimalLattice(*decimals)
			if l.unit < .9*v.lattice.spacing() {
				v.dither = v.lattice.spacing()
			}
			v.lattice = l
			v.seen = nil // no longer the sample's lattice
		}
		v.least, v.most = v.lattice.inward(v.least, v.most)
		v.constant = v.within(v.lattice.snap(v.constant))
	}
	return out
}

// said is what a window says of a value column, nil: nothing.
func said[T any](of []*T, column int) *T {
	if column >= len(of) {
		return nil
	}
	return of[column]
}

// restart begins at the start of a tile.
func (r *renderer) restart(step int64) {
	if r.latent != nil {
		r.latent.restart(step - guardContext - 1)
	}
	r.last = resize(r.last, len(r.variable))
	for k := range r.last {
		r.last[k] = stat.Missing()
	}
}

// prepare makes everything ready to render count steps from step on, and the
// context on both sides.
func (r *renderer) prepare(step int64, count int) {
	if r.latent == nil {
		return
	}
	lo, n := step-guardContext, count+2*guardContext
	r.latent.advance(lo-1, lo+int64(n)+1)
	r.where.fill(lo, n, &r.zone)
	r.width.fill(lo, n, &r.zone)
	r.cell = resize(r.cell, n)
	if r.m.cells > 1 {
		for i := range r.cell {
			day := &r.where.rows[r.where.unit[i]]
			r.cell[i] = r.m.cellOf(int(r.where.phase[i]), day.weekday)
		}
	}
	if r.m.reach > 0 {
		r.donor = resize(r.donor, count)
		for i := range r.donor {
			r.donor[i] = r.latent.in.source(step + int64(i))
		}
	}
	if r.m.rests {
		r.sources = resize(r.sources, n)
		for i := range r.sources {
			r.sources[i] = r.latent.in.source(lo + int64(i))
		}
	}
	r.z = resize(r.z, r.m.lead+n+2)
	r.loc, r.scale, r.y, r.raw = resize(r.loc, n), resize(r.scale, n), resize(r.y, n), resize(r.raw, n)
}

func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/4)
	}
	return s[:n]
}

// uncalibrated leaves in r.y the values of variable k before calibration, for
// the prepared steps and their context.
func (r *renderer) uncalibrated(k int) {
	v := &r.variable[k]
	r.latent.scores(r.z, r.m.active[k], r.latent.lo-int64(r.m.lead))
	r.where.curve(r.loc, v.location)
	r.width.scales(r.scale, v.scale)
	var cell []uint8
	if v.scores.cell != nil {
		cell = r.cell
	}
	v.margin(r.y, r.z, r.loc, r.scale, cell)
	if v.idle != nil {
		r.idleness(v.idle)
		v.idle.enter(r.y, r.still, r.latent.lo+1, random.Draw(r.calm, int64(v.key)))
	}
}

// idleness leaves in r.still where a variable stands idle.
func (r *renderer) idleness(d *idle) {
	r.still = resize(r.still, len(r.y))
	for i := range r.still {
		day := &r.where.rows[r.where.unit[i]]
		r.still[i] = d.at(r.m.cal.weekHour(day.weekday, int(r.where.phase[i])), r.sources[i])
	}
}

// values writes the values of variable k over the prepared steps.
func (r *renderer) values(dst []float64, k int, step int64, guard uint64) {
	v := &r.variable[k]
	if v.circle != nil {
		r.directions(dst, v)
		return
	}
	if !v.active {
		x := v.constant
		if v.known == 0 {
			x = math.NaN()
		}
		for i := range dst {
			dst[i] = x
		}
		return
	}
	r.uncalibrated(k)
	if v.hold != nil {
		r.stand(dst, k, step, guard)
		return
	}
	if v.idle != nil {
		r.rest = append(r.rest[:0], r.y[guardContext:guardContext+len(dst)]...)
		defer func() { v.rest(dst, r.rest, r.still[guardContext:]) }()
	}
	if v.dither > 0 {
		key := random.Draw(guard, int64(v.key))
		for i := range dst {
			y := v.bound(r.y[guardContext+i]) + v.dither*(random.Uniform(random.Draw(key, step+int64(i)))-.5)
			dst[i] = v.within(v.lattice.snap(y))
		}
		return
	}
	if v.seen == nil {
		for i := range dst {
			dst[i] = v.finish(r.y[guardContext+i])
		}
		return
	}
	for i, y := range r.y {
		r.raw[i] = v.bound(y)
		r.y[i] = v.within(v.lattice.snap(r.raw[i]))
	}
	v.unstick(r.y, r.raw, step-guardContext, random.Draw(guard, int64(v.key)))
	copy(dst, r.y[guardContext:])
}

// stand writes the values of a held variable from those of r.y.
func (r *renderer) stand(dst []float64, k int, step int64, guard uint64) {
	v := &r.variable[k]
	for i := range dst {
		dst[i] = v.bound(r.y[guardContext+i])
	}
	changed := func(i int) bool { return v.hold.change.Has(int(r.donor[i])) }
	if c := r.m.changes; c != nil {
		unit, own := k, guard
		if r.m.events != nil { // values come with the rows
			unit, own = k/r.m.values, r.rows
		}
		changed = func(i int) bool { come, _ := c.at(unit, step+int64(i), own, &r.zone); return come }
	}
	r.last[k] = v.keep(dst, dst, changed, r.last[k])
}

// carry renders what held variables need to know of count prepared steps that
// nobody reads.
func (r *renderer) carry(step int64, count int, guard uint64) {
	if r.m.reach == 0 {
		return
	}
	r.y0 = resize(r.y0, count)
	for k := range r.variable {
		if v := &r.variable[k]; v.active && v.hold != nil {
			r.values(r.y0, k, step, guard)
		}
	}
}
