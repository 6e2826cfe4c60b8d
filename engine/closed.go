package engine

import (
	"math"
	"math/bits"
	"slices"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/code"
	"github.com/datamime/datamime/engine/internal/stepset"
	"github.com/datamime/datamime/engine/internal/work"
)

// Units that have steps below a day may be closed at hours of the week, as
// exchanges, shops and offices are: they are never there then. Nothing is to be
// observed of them at such hours, and they are absent then in every week to
// come, which outages, drawn by chance, would not give.

// An hour of the week is closed where as many weeks have it without the unit as
// would by chance, were it open, in one unit of a hundred.
const (
	leastWeeks   = 4
	closedChance = .01
	leastAway    = .05 // of a unit's steps; who is there all but always is never closed

	mostClosed = 1 << 30 // hours of all units that a model read from bytes may tell of
)

// slots is the number of hours of the week that are told apart.
func (c *calendar) slots() int { return 7 * c.phases }

// slot is that of a step.
func (c *calendar) slot(step int64, z *civil.Zone) int {
	day, phase := c.place(step, z)
	return int(civil.FloorMod(day+3, 7))*c.phases + phase
}

// newClosed finds the hours of the week at which each of the units is closed,
// and what is left of observed there; nil where none is closed.
func newClosed(cal *calendar, units int, observed, there func(unit int) stepset.Set, share work.Workers) (closed, open []stepset.Set) {
	if !cal.sub || float64(cal.n) < leastWeeks*7*cal.day {
		return nil, nil
	}
	var away []int
	for u := range units {
		count := 0
		for _, w := range there(u) {
			count += bits.OnesCount64(w)
		}
		if count > 0 && float64(cal.n-count) > leastAway*float64(cal.n) {
			away = append(away, u)
		}
	}
	if len(away) == 0 {
		return nil, nil
	}
	slot := make([]int32, cal.n)
	share.Parts(cal.n, work.CheckEach, func(from, to int) {
		z := civil.Zone{Location: cal.Location}
		for i := from; i < to; i++ {
			slot[i] = int32(cal.slot(int64(i), &z))
		}
	})
	closed, open = make([]stepset.Set, units), make([]stepset.Set, units)
	share(len(away), func(i int) {
		u := away[i]
		if closed[u] = cal.closed(there(u), slot); closed[u] == nil {
			return
		}
		open[u] = slices.Clone(observed(u))
		for t, s := range slot {
			if closed[u].Has(int(s)) {
				open[u][t>>6] &^= 1 << (t & 63)
			}
		}
	})
	if !slices.ContainsFunc(closed, func(c stepset.Set) bool { return c != nil }) {
		return nil, nil
	}
	return closed, open
}

// closed are the hours of the week at which a unit is closed that is at some
// steps of the given slots; nil: none. Weeks without it say nothing.
func (c *calendar) closed(there stepset.Set, slot []int32) stepset.Set {
	slots := c.slots()
	here, seen := make([]int, slots), make([]int, slots)
	weeks := 0
	for from := 0; from < len(slot); {
		to, any := from, false
		for ; to < len(slot) && (to == from || slot[to] >= slot[to-1] || slot[to]/int32(c.phases) == slot[to-1]/int32(c.phases)); to++ {
			any = any || there.Has(to)
		}
		if any {
			weeks++
			for t := from; t < to; t++ {
				seen[slot[t]]++
				if there.Has(t) {
					here[slot[t]]++
				}
			}
		}
		from = to
	}
	if weeks < leastWeeks {
		return nil
	}
	some, all := 0, 0 // at hours that are not closed
	for s, n := range here {
		if n > 0 {
			some, all = some+n, all+seen[s]
		}
	}
	pace := math.Min(1, float64(c.Frequency.Micros)/float64(c.grain)) // weeks, of the steps of a slot
	var closed stepset.Set
	for s, n := range here {
		w := float64(seen[s]) * pace
		if n > 0 || w < leastWeeks || math.Pow(1-float64(some)/float64(all), w) >= closedChance/float64(slots) {
			continue
		}
		if closed == nil {
			closed = stepset.New(slots)
		}
		closed.Add(s)
	}
	return closed
}

// shut marks the steps first+i at which units are closed.
func (g *gaps) shut(absent [][]bool, first int64, z *civil.Zone) {
	if g.closed == nil || len(absent) == 0 {
		return
	}
	for i := range absent[0] {
		s := g.cal.slot(first+int64(i), z)
		for u, closed := range g.closed {
			if closed != nil && closed.Has(s) {
				absent[u][i] = true
			}
		}
	}
}

// codeClosed codes the hours at which the units are closed.
func (o *outageModel) codeClosed(c *code.Coder, units int) {
	any := o.closed != nil
	if c.Bool(&any); !any || c.Bad() {
		return
	}
	c.Integer(&o.slots, 7, 7*1440)
	if c.Reading() {
		if units > c.Left() || units*o.slots > mostClosed {
			c.Fail()
			return
		}
		o.closed = make([]stepset.Set, units)
	}
	for u := range o.closed {
		one := o.closed[u] != nil
		if c.Bool(&one); one {
			codeRuns(c, &o.closed[u], o.slots)
		}
	}
}

// codeRuns codes a set of n steps by its runs.
func codeRuns(c *code.Coder, set *stepset.Set, n int) {
	var r [][2]int
	if !c.Reading() {
		r = stepset.Runs(n, set.Has)
	}
	count := c.Count(len(r))
	if c.Reading() {
		*set, r = stepset.New(n), make([][2]int, count)
	}
	last := 0
	for i := range r {
		for e := range r[i] {
			d := r[i][e] - last
			c.Integer(&d, 0, n-last)
			last += d
			r[i][e] = last
		}
		for s := r[i][0]; s < r[i][1]; s++ {
			set.Add(s)
		}
	}
}
