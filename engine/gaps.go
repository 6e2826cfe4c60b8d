package engine

import (
	"math"
	"math/bits"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/random"
)

// gaps is how units (the rows of a series, or the values of a variable) go
// missing. A long absence stays where it was: the unit did not exist. Short
// ones are outages, which come by chance: at the times of the day and the week
// at which they came in the sample, as often, as long, and as many units at
// once.
type gaps struct {
	cal    *calendar
	absent []stepSet // [unit]: steps of the sample in a long absence; nil: none
	before []bool    // [unit]: absent before the sample
	after  []bool    // and after it
	weekly bool      // phases are of the week, not of the day
	rate   []float64 // [phase]: chance that an outage starts
	from   [][]int32 // [phase]: its outages
	begin  []int32   // outage o has the parts begin[o]..begin[o+1]
	unit   []int32   // [part]
	length []int32   // [part]: steps
	extra  []float64 // [unit]: chance of a further outage, for those that overlaps and long absences swallow
	own    [][]int32 // [unit]: lengths of its outages
	reach  int64     // the longest outage
}

// newGaps learns the absences of units: what is observed of them, and not
// there.
func newGaps(cal *calendar, units int, observed, there func(unit int) stepSet) *gaps {
	g := &gaps{cal: cal, absent: make([]stepSet, units), before: make([]bool, units), after: make([]bool, units),
		extra: make([]float64, units), own: make([][]int32, units)}
	g.weekly = cal.day > 0 && float64(cal.n) > 56*cal.day
	starts := map[int32][][2]int32{} // step -> (unit, length)
	seen := newStepSet(cal.n)
	live := make([]int, units)
	for u := range units {
		o := observed(u)
		for i, w := range o {
			seen[i] |= w
		}
		live[u] = g.learn(u, o, there(u), starts)
	}
	g.collect(starts, seen)
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

// learn sorts the absences of a unit into long ones and outages.
func (g *gaps) learn(u int, observed, there stepSet, starts map[int32][][2]int32) (live int) {
	any := false
	for i, w := range observed {
		live += bits.OnesCount64(w)
		any = any || w&^there[i] != 0
	}
	if !any {
		return live
	}
	steps := make([]int, 0, live)
	for i := range g.cal.n {
		if observed.has(i) {
			steps = append(steps, i)
		}
	}
	long := max(4*g.cal.season, 30)
	for _, r := range runs(len(steps), func(j int) bool { return !there.has(steps[j]) }) {
		length := r[1] - r[0]
		end := r[0] == 0 || r[1] == len(steps)
		if length < long && !(end && length >= g.cal.season) {
			at := int32(steps[r[0]])
			starts[at] = append(starts[at], [2]int32{int32(u), int32(length)})
			g.own[u] = append(g.own[u], int32(length))
			g.reach = max(g.reach, int64(length))
			continue
		}
		live -= length
		if g.absent[u] == nil {
			g.absent[u] = newStepSet(g.cal.n)
		}
		lo, hi := steps[r[0]], steps[r[1]-1]+1
		if r[0] == 0 {
			lo, g.before[u] = 0, true
		} else if p := steps[r[0]-1] + 1; p < lo {
			lo = (lo + p) / 2 // half way into an unobserved stretch
		}
		if r[1] == len(steps) {
			hi, g.after[u] = g.cal.n, true
		} else if p := steps[r[1]]; p > hi {
			hi = (hi + p + 1) / 2
		}
		for i := lo; i < hi; i++ {
			g.absent[u].set(i)
		}
	}
	return live
}

// collect files the outages by phase and counts how often each phase was seen.
func (g *gaps) collect(starts map[int32][][2]int32, seen stepSet) {
	phases := g.phases()
	g.from, g.rate = make([][]int32, phases), make([]float64, phases)
	count := make([]int, phases)
	z := civil.Zone{Location: g.cal.Location}
	for i := range g.cal.n {
		if !seen.has(i) {
			continue
		}
		p := g.phase(int64(i), &z)
		count[p]++
		parts, ok := starts[int32(i)]
		if !ok {
			continue
		}
		g.from[p] = append(g.from[p], int32(len(g.begin)))
		g.begin = append(g.begin, int32(len(g.unit)))
		for _, part := range parts {
			g.unit, g.length = append(g.unit, part[0]), append(g.length, part[1])
		}
	}
	g.begin = append(g.begin, int32(len(g.unit)))
	for p := range g.rate {
		g.rate[p] = float64(len(g.from[p])) / float64(max(1, count[p]))
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
			absent[i] = absent[i] || g.absent[u].has(int(t))
		}
	}
}
