package sqlfuncs

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/sqlfuncs/pgtypes"
)

// join adds the rows of a stored model to those that were read: rows of a
// series and time that the source has itself are left out. Those of a
// definition are brought to the source's level first.
func (g *generateRelation) join(ctx context.Context, in *invocation, h *history, name string) error {
	prior, err := openModel(ctx, in, "prior", name)
	if err != nil {
		return err
	}
	if err := prior.matches(in, g); err != nil {
		return err
	}
	old, _, err := prior.stored.history(ctx, in.session, prior)
	if err != nil {
		return err
	}
	others := h.counterparts(old)
	moved, last := prior.stored.header.moved(old, h)
	known, index := h.byPlace(), old.seriesIn(h)
	at := func(i int) (row int, ok bool) {
		row, ok = known[place{index[old.index[i]], moved(old.times[i])}]
		return row, ok
	}
	if prior.stored.header.Definition != nil {
		old.level(h, prior.stored.header.weight(), at)
	}
	for i, t := range old.times {
		if t = moved(t); t > last {
			continue
		}
		if _, ok := at(i); ok {
			continue
		}
		row, series := len(h.times), index[old.index[i]]
		h.rows++
		h.times, h.index = append(h.times, t), append(h.index, series)
		for v := range h.values {
			h.values[v] = append(h.values[v], old.values[v][i])
		}
		for k, a := range h.others {
			switch {
			case others[k] != nil:
				a.add(row, series, t, others[k].raw(i))
			case a.rows && !a.identifier:
				a.codes = append(a.codes, null)
			}
		}
	}
	for v := range h.scale {
		h.scale[v] = max(h.scale[v], old.scale[v])
	}
	return nil
}

// moved moves the times of a definition's pseudo-observations, which stand
// anywhere, by whole years under the source's, so that both make up one
// history; those behind the source's last are left out. Times of rows stay.
func (m *modelHeader) moved(old, h *history) (by func(us int64) int64, last int64) {
	stay := func(us int64) int64 { return us }
	if m.Definition == nil || len(h.times) == 0 {
		return stay, math.MaxInt64
	}
	last = slices.Max(h.times)
	if m.Steps != nil && m.Steps.Months > 0 {
		from, to := momentOf(slices.Max(old.times), nil), momentOf(last, nil)
		years := int(to.year-from.year) + 1
		return func(us int64) int64 { return time.UnixMicro(us).UTC().AddDate(years, 0, 0).UnixMicro() }, last
	}
	const year = 52 * 7 * civil.MicrosPerDay // weekdays stay what they are
	shift := -civil.FloorDiv(slices.Max(old.times)-last, year) * year
	return func(us int64) int64 { return us + shift }, last
}

// weight is how many rows weigh as much as a definition.
func (m *modelHeader) weight() float64 {
	if m.Steps == nil || m.Steps.Micros == 0 {
		return leastWeight
	}
	return max(leastWeight, float64(civil.MicrosPerDay)/float64(m.Steps.Micros))
}

// matches checks that a model's rows can stand beside a source's: the same
// columns tell time, series and values.
func (g *generateRelation) matches(in *invocation, of *generateRelation) error {
	pairs := func(own, its []int, like func(x, y *column) bool) bool {
		return slices.EqualFunc(own, its, func(a, b int) bool {
			x, y := &g.src.columns[a], &of.src.columns[b]
			return x.name == y.name && like(x, y)
		})
	}
	alike := func(x, y *column) bool { return x.wire() == y.wire() }
	every := func(x, y *column) bool { return true }
	if pairs([]int{g.roles.time}, []int{of.roles.time}, every) && pairs(g.roles.series, of.roles.series, alike) && pairs(g.roles.values, of.roles.values, every) {
		return nil
	}
	h := g.stored.header
	return in.wrong("prior", codeInvalid, "The model has time column "+h.Columns[h.Time].Name+", series columns "+g.named(h.Series)+", value columns "+g.named(h.Values)+".",
		"model %s is not of the same columns", quoteText(g.stored.name))
}

// counterparts finds, for each other column of a source, that of a model, nil
// where it has none whose values were kept. What is known of a column without
// one stays: the model's rows say nothing of it.
func (h *history) counterparts(old *history) []*attribute {
	out := make([]*attribute, len(h.others))
	for k, a := range h.others {
		for _, b := range old.others {
			if b.column.name != a.column.name || b.column.wire() != a.column.wire() {
				continue
			}
			if out[k] = b; b.identifier || b.shares != nil || b.asked {
				out[k] = nil
			}
			if b.identifier && a.isUnique() {
				a.low, a.top = a.intRange()
				a.low, a.top = min(a.low, b.low), max(a.top, b.top)
				a.identifier = true
			}
		}
		if out[k] == nil && !a.identifier && a.isUnique() {
			a.low, a.top = a.intRange()
			a.identifier = true
		}
	}
	return out
}

// raw is the value with a code as it was read, nil for NULL.
func (d *dictionary) raw(code int32) []byte {
	if code < 0 {
		return nil
	}
	return []byte(d.values[code])
}

// raw is the attribute's value in a row as it was read; identifiers are not
// kept.
func (a *attribute) raw(row int) []byte {
	switch {
	case a.shifted:
		return pgtypes.AppendTimeBinary(nil, a.column.base, a.h.times[row]+a.distance)
	case a.constant:
		return a.dict.raw(a.bySeries[a.h.index[row]])
	case a.rows:
		return a.dict.raw(a.codes[row])
	}
	return nil
}
