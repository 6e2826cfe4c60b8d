package engine

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/stepset"

	"github.com/datamime/datamime/engine/internal/random"
	"github.com/datamime/datamime/engine/internal/work"
)

// gaps is how units (the rows of a series, or the values of a variable) go
// missing. A long absence stays where it was: the unit did not exist. Short
// ones are outages, which come by chance: at the times of the day and the week
// at which they came in the sample, as often, as long, and as many units at
// once.
type gaps struct {
	cal    *calendar
	absent []stepset.Set // [unit]: steps of the sample in a long absence; nil: none
	before []bool        // [unit]: absent before the sample
	after  []bool        // and after it
	weekly bool          // phases are of the week, not of the day
	rate   []float64     // [phase]: chance that an outage starts
	from   [][]int32     // [phase]: its outages
	begin  []int32       // outage o has the parts begin[o]..begin[o+1]
	unit   []int32       // [part]
	length []int32       // [part]: steps
	extra  []float64     // [unit]: chance of a further outage, for those that overlaps and long absences swallow
	own    [][]int32     // [unit]: lengths of its outages
	reach  int64         // the longest outage
	closed []stepset.Set // [unit]: hours of the week at which it never is, nil: none; nil: none of any
}

// newGaps learns the absences of units: what is observed of them, and not
// there.
func newGaps(cal *calendar, units int, observed, there func(unit int) stepset.Set, share work.Workers) *gaps {
	g := &gaps{cal: cal, absent: make([]stepset.Set, units), before: make([]bool, units), after: make([]bool, units),
		extra: make([]float64, units), own: make([][]int32, units)}
	g.weekly = cal.day > 0 && float64(cal.n) > 56*cal.day
	is := make([]stepset.Set, units) // they may be made when they are asked for
	share(units, func(u int) { is[u] = there(u) })
	there = func(u int) stepset.Set { return is[u] }
	if closed, open := newClosed(cal, units, observed, there, share); closed != nil {
		g.closed = closed
		all := observed
		observed = func(u int) stepset.Set {
			if open[u] != nil {
				return open[u]
			}
			return all(u)
		}
	}
	outages, live := make([][]lapse, units), make([]int, units)
	share(units, func(u int) { outages[u], live[u] = g.learn(u, observed(u), there(u)) })
	seen := stepset.New(cal.n)
	for u, short := range outages {
		for i, w := range observed(u) {
			seen[i] |= w
		}
		for _, o := range short {
			g.own[u] = append(g.own[u], o.length)
			g.reach = max(g.reach, int64(o.length))
		}
	}
	g.collect(slices.Concat(outages...), seen, share)
	locked := g.locked()
	shown := 0
	for _, w := range seen {
		shown += bits.OnesCount64(w)
	}
	for u, lengths := range g.own {
		sum := 0
		for _, l := range lengths {
			sum += int(l)
		}
		if sum == 0 {
			continue
		}
		share := math.Min(.98, float64(sum)/float64(max(1, live[u])))
		mean := float64(sum) / float64(len(lengths))
		g.extra[u] = (1 - locked) * (-math.Log(1-share) - share) / mean
		// common draws fall into long absences too; make up for those
		g.extra[u] += float64(len(lengths)) * (1/float64(max(1, live[u])) - 1/float64(max(1, shown)))
	}
	return g
}

// lapse is a short absence of a unit.
type lapse struct{ at, unit, length int32 }

// learn sorts the absences of a unit into long ones and outages; live is how
// many steps it was not long absent.
func (g *gaps) learn(u int, observed, there stepset.Set) (short []lapse, live int) {
	any := false
	for i, w := range observed {
		live += bits.OnesCount64(w)
		any = any || w&^there[i] != 0
	}
	if !any {
		return nil, live
	}
	long := max(4*g.cal.season, 30)
	prev, before, first, length := -1, -1, 0, 0 // observed steps
	end := func(next int) {                     // of an absence from first to prev; -1: none is observed then
		at, lasted := first, length
		length = 0
		switch {
		case lasted == 0:
		case lasted < long && !((before < 0 || next < 0) && lasted >= g.cal.season):
			short = append(short, lapse{int32(at), int32(u), int32(lasted)})
		default:
			live -= lasted
			g.depart(u, before, at, prev+1, next)
		}
	}
	for i := range g.cal.n {
		switch {
		case !observed.Has(i):
			continue
		case there.Has(i):
			end(i)
		default:
			if length == 0 {
				before, first = prev, i
			}
			length++
		}
		prev = i
	}
	end(-1)
	return short, live
}

// depart notes a long absence lo..hi between the observed steps before and
// next, -1 where there are none.
func (g *gaps) depart(u, before, lo, hi, next int) {
	switch {
	case before < 0:
		lo, g.before[u] = 0, true
	case before+1 < lo:
		lo = (lo + before + 1) / 2 // half way into an unobserved stretch
	}
	switch {
	case next < 0:
		hi, g.after[u] = g.cal.n, true
	case next > hi:
		hi = (hi + next + 1) / 2
	}
	if g.absent[u] == nil {
		g.absent[u] = stepset.New(g.cal.n)
	}
	for i := lo; i < hi; i++ {
		g.absent[u].Add(i)
	}
}

// collect files the outages by phase and counts how often each phase was seen.
func (g *gaps) collect(short []lapse, seen stepset.Set, share work.Workers) {
	phases := g.phases()
	g.from, g.rate = make([][]int32, phases), make([]float64, phases)
	size := min(work.CheckEach, g.cal.n/8+1)
	counts := make([][]int, (g.cal.n+size-1)/size)
	share.Parts(g.cal.n, size, func(from, to int) {
		count, z := make([]int, phases), civil.Zone{Location: g.cal.Location}
		for i := from; i < to; i++ {
			if seen.Has(i) {
				count[g.phase(int64(i), &z)]++
			}
		}
		counts[from/size] = count
	})
	slices.SortStableFunc(short, func(a, b lapse) int { return cmp.Compare(a.at, b.at) })
	z := civil.Zone{Location: g.cal.Location}
	for i, o := range short {
		if i == 0 || o.at != short[i-1].at {
			p := g.phase(int64(o.at), &z)
			g.from[p] = append(g.from[p], int32(len(g.begin)))
			g.begin = append(g.begin, int32(len(g.unit)))
		}
		g.unit, g.length = append(g.unit, o.unit), append(g.length, o.length)
	}
	g.begin = append(g.begin, int32(len(g.unit)))
	for p := range g.rate {
		count := 0
		for _, c := range counts {
			count += c[p]
		}
		g.rate[p] = float64(len(g.from[p])) / float64(max(1, count))
	}
}

// locked is the mean chance of the phases at which outages start: near one
// when they come by the calendar, like closed weekends.
func (g *gaps) locked() float64 {
	sum, n := 0., 0.
	for p, from := range g.from {
		sum += g.rate[p] * float64(len(from))
		n += float64(len(from))
	}
	return sum / math.Max(1, n)
}

// phases of outages: hours, of the week when the sample has eight weeks;
// weekdays; months.
func (g *gaps) phases() int {
	switch {
	case g.cal.sub && g.weekly:
		return 168
	case g.cal.sub:
		return 24
	case g.cal.daily:
		return 7
	case g.cal.Frequency.Months > 0 && g.cal.n >= 3*g.cal.season:
		return max(1, g.cal.season)
	}
	return 1
}

func (g *gaps) phase(step int64, z *civil.Zone) int {
	phases := g.phases()
	switch {
	case g.cal.sub:
		day, p := g.cal.place(step, z)
		if g.weekly {
			return int(civil.FloorMod(day+3, 7))*24 + g.cal.hour(p)
		}
		return g.cal.hour(p)
	case g.cal.daily:
		return g.cal.almanac(step).acts
	}
	return int(civil.FloorMod(step, int64(phases)))
}

// none tells whether no unit is ever absent.
func (g *gaps) none() bool {
	return len(g.unit) == 0 && g.closed == nil && !slices.ContainsFunc(g.absent, func(a stepset.Set) bool { return a != nil })
}

// mark sets absent[unit][i] for the steps first+i at which a unit is absent;
// own are the streams of the units.
func (g *gaps) mark(absent [][]bool, first int64, count int, key uint64, own func(unit int) uint64, z *civil.Zone) {
	set := func(u int, from, length int64) {
		for t := max(from, first); t < min(from+length, first+int64(count)); t++ {
			absent[u][t-first] = true
		}
	}
	if len(g.unit) > 0 {
		for t := first - g.reach; t < first+int64(count); t++ {
			x := random.Uniform(random.Draw(key, t))
			p := g.phase(t, z)
			if x >= g.rate[p] {
				continue
			}
			// what is left of the draw is uniform again
			from := g.from[p]
			o := from[min(len(from)-1, int(x/g.rate[p]*float64(len(from))))]
			for part := g.begin[o]; part < g.begin[o+1]; part++ {
				set(int(g.unit[part]), t, int64(g.length[part]))
			}
		}
	}
	g.shut(absent, first, z)
	for u := range absent {
		g.standing(absent[u], u, first)
		if g.extra[u] < 1e-6 {
			continue
		}
		k := own(u)
		for t := first - g.reach; t < first+int64(count); t++ {
			if x := random.Uniform(random.Draw(k, t)); x < g.extra[u] {
				lengths := g.own[u]
				set(u, t, int64(lengths[min(len(lengths)-1, int(x/g.extra[u]*float64(len(lengths))))]))
			}
		}
	}
}

// standing marks the long absences; what was so at an end of the sample stays
// so beyond it.
func (g *gaps) standing(absent []bool, u int, first int64) {
	if g.absent[u] == nil {
		return
	}
	for i := range absent {
		switch t := first + int64(i); {
		case t < 0:
			absent[i] = absent[i] || g.before[u]
		case t >= int64(g.cal.n):
			absent[i] = absent[i] || g.after[u]
		default:
			absent[i] = absent[i] || g.absent[u].Has(int(t))
		}
	}
}
