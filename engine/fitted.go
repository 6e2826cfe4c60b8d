package engine

import (
	"github.com/datamime/datamime/engine/internal/stepset"
	"github.com/datamime/datamime/engine/internal/work"
)

import "github.com/datamime/datamime/engine/internal/stat"

// Innovations says where those of a model's simulations come from.
type Innovations uint8

const (
	// Resampled innovations are the sample's own, mixed: the best fidelity, by
	// a model from which the sample can be rebuilt.
	Resampled Innovations = iota
	// Fitted innovations are drawn from fitted distributions. All else that a
	// model holds is parameters then, too: it has a form in bytes, of a few
	// thousand a series, that tells of no row.
	Fitted
)

// curve tabulates coefficients, and keeps them for the fitted form.
func (f *fitter) curve(d *design, beta []float64) *curve {
	c := newCurve(d, beta)
	if f.o.Innovations == Fitted {
		c.beta = beta
	}
	return c
}

// fittedGoal is what the map of a variable aims at in the fitted form: means
// of neighbouring values. Too few are not mapped.
func (f *fitter) fittedGoal(sorted []float64) []float64 {
	if len(sorted) < leastShaped {
		return nil
	}
	return knotMeans(sorted, len(sorted))
}

// parametrise replaces the model by its fitted form and calibrates that.
func (f *fitter) parametrise() error {
	for k := range f.m.variable {
		if v := &f.m.variable[k]; v.active || v.circle != nil {
			v.generalise(stat.Sorted(f.g.x[k], f.poll))
		}
	}
	f.fitted = f.parameters()
	f.fitted.dynamics = f.m.dynamics.parameters()
	f.fitted.dynamics.innovations = learnInnovations(f.m.dynamics, f.m.cal, f.poll)
	f.fitted.gaps, f.fitted.nulls = f.m.noGaps(len(f.m.names)), f.m.noGaps(f.m.visible) // not learned yet
	own := f.m.variable
	if err := f.restore(); err != nil {
		return err
	}
	for k := range own {
		f.m.variable[k].hold = own[k].hold // which knows the sample's changes
	}
	f.seen, f.copied = make([]*windowSet, len(f.latents)), make([][2]int, len(f.latents))
	f.planRehearsals(nil)
	f.calibrate()
	return nil
}

// generalised is the model in its fitted form.
func (f *fitter) generalised() (*Model, error) {
	if f.fitted == nil { // nothing varies
		f.fitted = f.parameters()
	}
	p := f.fitted
	for k := range f.m.variable {
		v := &f.m.variable[k]
		p.variable[k].blend, p.variable[k].circle = v.blend, v.circle
		if v.remap != nil {
			p.variable[k].from, p.variable[k].to = v.remap.from, v.remap.to
		}
	}
	p.gaps = nil
	if e, ok := f.m.events.(*events); ok {
		p.events = scatterOf(e, f.m.cal, f.observed)
	} else {
		p.gaps = f.m.gaps.parameters()
	}
	p.nulls, p.changes = f.m.nulls.parameters(), f.changes()
	err := f.restore()
	return f.m, err
}

// restore replaces the model by what is read of its parameters.
func (f *fitter) restore() error {
	data, err := f.fitted.encode()
	if err != nil {
		return err
	}
	events, report := f.m.events, f.m.report
	f.m, err = Restore(data, f.series, f.o)
	if err != nil {
		return err
	}
	if f.m.report = report; f.m.events == nil {
		f.m.events = events
	}
	return nil
}

// parameters collects what was fitted so far.
func (f *fitter) parameters() *parameters {
	m := f.m
	p := &parameters{clock: m.cal.Clock, n: m.cal.n, gap: m.cal.gap, first: m.first, last: m.last, values: m.values,
		series: len(m.names), visible: m.visible, orderings: m.orderings, cells: m.cells, lead: m.lead, marks: m.marks}
	p.clock.Location, p.off, p.change = nil, m.cal.off, m.cal.change
	if m.location != nil {
		p.columns, p.inner, p.cycles = m.location.cols, m.location.inner, m.location.cycles
	}
	for k := range m.variable {
		p.variable = append(p.variable, parametersOf(&m.variable[k], m.cells))
	}
	return p
}

// noGaps are outages of units that have none.
func (m *Model) noGaps(units int) *outageModel {
	always := stepset.New(m.cal.n)
	return newGaps(m.cal, units, func(int) stepset.Set { return always }, func(int) stepset.Set { return always }, work.Alone).parameters()
}

// keys are the identities of the variables.
func (m *Model) keys() []uint64 {
	keys := make([]uint64, m.visible)
	for k := range keys {
		keys[k] = m.variable[k].key
	}
	return keys
}

// axisKeys are the identities of the axes: of the series whose own they are,
// or their numbers.
func (m *Model) axisKeys() []uint64 {
	keys := make([]uint64, m.dynamics.axes.count)
	for q := range keys {
		keys[q] = uint64(q)
	}
	for k, latent := range m.active {
		if latent >= 0 {
			if own := m.dynamics.axes.own[latent]; own >= 0 {
				keys[own] = m.variable[k].key
			}
		}
	}
	return keys
}

// changes learns when values come to held variables; nil: none is held, or
// they come with irregular rows.
func (f *fitter) changes() *arrivals {
	came, held := make([]stepset.Set, len(f.m.variable)), false
	for k := range f.m.variable {
		if h := f.m.variable[k].hold; h != nil {
			came[k], held = h.change, true
		}
	}
	if !held || f.g.offset != nil {
		return nil
	}
	return arrivalsOf(f.m.cal, came, f.observed)
}
