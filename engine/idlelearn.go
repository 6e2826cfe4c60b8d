package engine

import (
	"math"
	"slices"

	"github.com/datamime/datamime/engine/internal/random"
	"github.com/datamime/datamime/engine/internal/stat"
	"github.com/datamime/datamime/engine/internal/stepset"
)

// A variable has two states where hardly a value lies between two heaps, or
// where hours of the week always have one value that others have by chance
// hardly ever.
const (
	leastIdle    = 200    // values
	idleSample   = 20_000 // values that show two heaps
	mostlyKnown  = .8     // of the observed steps, as a step's state must be known to be taken
	leastState   = .03    // of them in either state
	valleyWidth  = .25    // of the distance of the states' medians, in which
	valleyShare  = .004   // of the values lie at most
	leastSpells  = 8      // of either state
	leastPure    = 4      // values of an hour of the week that has one state
	pureChance   = .01    // that any has by chance
	leastClosed  = .05    // of the values at such hours
	leastDistant = 6      // distinct values; fewer are states by themselves
	valleySteps  = 4      // of neighbouring values, that a valley is wide at least
	idleMemory   = .3     // correlation of neighbours, under which what is idle is noise
	idleLevels   = 64     // quantiles of it
)

// idles learns which variables stand idle.
func (f *fitter) idles() error {
	m := f.m
	if m.events != nil || f.o.Innovations == Fitted {
		return nil
	}
	where := f.weekHours()
	return f.each(len(f.latents), func(i int) {
		k := f.latents[i]
		if v := &m.variable[k]; k < m.visible && v.hold == nil && v.known >= max(leastIdle, int(mostlyKnown*float64(f.where.count))) {
			v.idle = newIdle(f.g.x[k], stat.Sorted(thinned(f.g.x[k]), f.poll), where, m.cal.weekHours())
		}
	})
}

// thinned is x, or values drawn of it where it has more than show two heaps:
// evenly spaced ones might all be of the same hour.
func thinned(x []float64) []float64 {
	if len(x) <= idleSample {
		return x
	}
	y := make([]float64, idleSample)
	for i := range y {
		y[i] = x[random.Draw(random.ForIdle, int64(i))%uint64(len(x))]
	}
	return y
}

// weekHours is the number of what is told apart in a week: its phases, its
// days, or nothing.
func (c *calendar) weekHours() int {
	switch {
	case c.sub:
		return 7 * c.phases
	case c.daily:
		return 7
	}
	return 1
}

// weekHour is that of a phase on a day that is like a weekday.
func (c *calendar) weekHour(weekday, phase int) int {
	if c.weekHours() == 1 {
		return 0
	}
	return weekday*c.phases + phase
}

// weekHours is where in the week the sample's steps lie; -1: unobserved.
func (f *fitter) weekHours() []int32 {
	at := make([]int32, f.g.n)
	for i := range at {
		at[i] = -1
	}
	r := f.where
	for u, unit := range r.units {
		day := f.m.cal.almanac(unit).acts
		for _, s := range r.of(u) {
			for i := range int(s.steps) {
				at[int(s.at)+i] = int32(f.m.cal.weekHour(day, int(s.phase)+i*r.pace))
			}
		}
	}
	return at
}

// newIdle returns how x stands idle, of which sorted has the known values; where
// says where in a week of so many hours its steps lie. nil when it never does.
func newIdle(x, sorted []float64, where []int32, hours int) *idle {
	values, mode := distinct(sorted)
	if len(values) < leastDistant {
		return nil
	}
	if edge, ok := valley(sorted); ok {
		if d := idleBelow(x, edge, where, hours); d != nil {
			return d
		}
	}
	return closed(x, mode, where, hours)
}

// valley finds the emptiest stretch between two heaps of sorted values.
func valley(v []float64) (middle float64, ok bool) {
	n := len(v)
	total := 0.
	for _, x := range v {
		total += x
	}
	cut, best, sum := 0, 0., 0.
	for i := 1; i < n; i++ { // of the two parts that are farthest apart (Otsu 1979)
		sum += v[i-1]
		d := sum/float64(i) - (total-sum)/float64(n-i)
		if between := float64(i) * float64(n-i) * d * d; v[i] > v[i-1] && between > best {
			cut, best = i, between
		}
	}
	if cut == 0 {
		return 0, false
	}
	low, high := stat.Quantile(v[:cut], .5), stat.Quantile(v[cut:], .5)
	width := valleyWidth * (high - low)
	if different, _ := distinct(v[cut:]); width < valleySteps*(v[n-1]-v[cut])/float64(len(different)) {
		return 0, false // there is room between any two values
	}
	least, j := n, 0
	for i := 0; i < n && v[i]+width <= high; i++ { // stretches that begin behind a value
		if v[i] < low {
			continue
		}
		for j = max(j, i+1); j < n && v[j] <= v[i]+width; j++ {
		}
		if inside := j - i - 1; inside < least {
			least, middle = inside, v[i]+width/2
		}
	}
	return middle, float64(least) <= valleyShare*float64(n)
}

// idleBelow is the idleness of values below an edge; nil when it does not come
// and go.
func idleBelow(x []float64, edge float64, where []int32, hours int) *idle {
	d := &idle{state: stepset.New(len(x))}
	var part [2][]float64
	spells, last := 0, mixed
	for t, v := range x {
		if stat.IsMissing(v) {
			if last == standing { // as it was
				d.state.Add(t)
			}
			continue
		}
		s := standing
		if v > edge {
			s = running
		} else {
			d.state.Add(t)
		}
		if s != last {
			spells++
		}
		part[s] = append(part[s], v)
		last = s
	}
	least := int(leastState * float64(len(part[0])+len(part[1])))
	if spells < 2*leastSpells || len(part[0]) < least || len(part[1]) < least {
		return nil
	}
	for s := range part {
		d.mean[s], d.sd[s] = moments(part[s])
	}
	same := func(v []float64) bool {
		return !slices.ContainsFunc(v, func(x float64) bool { return x != v[0] })
	}
	if same(part[running]) {
		return nil
	}
	if d.still = same(part[standing]); d.still {
		d.mean[standing] = part[standing][0]
	}
	if !d.still && d.memory(x) < idleMemory {
		d.still = true
		stat.Sort(part[standing], nil)
		d.noise = make([]float64, min(idleLevels, len(part[standing])))
		for i := range d.noise {
			d.noise[i] = stat.Quantile(part[standing], (float64(i)+.5)/float64(len(d.noise)))
		}
	}
	d.purify(x, where, hours)
	return d
}

// memory is the correlation of neighbours that are both idle.
func (d *idle) memory(x []float64) float64 {
	both, all, n := 0., 1e-300, 0.
	for t := 1; t < len(x); t++ {
		if a, b := x[t-1]-d.mean[standing], x[t]-d.mean[standing]; d.state.Has(t-1) && d.state.Has(t) && !stat.IsMissing(a+b) {
			both += a * b
			all += (a*a + b*b) / 2
			n++
		}
	}
	return both / all
}

// closed is the idleness of hours of the week that have one value always.
func closed(x []float64, value float64, where []int32, hours int) *idle {
	if hours == 1 {
		return nil
	}
	d := &idle{state: stepset.New(len(x)), mean: [2]float64{value}, still: true}
	for t, v := range x {
		if v == value {
			d.state.Add(t)
		}
	}
	d.purify(x, where, hours)
	standstill, known := 0, 0
	for t, v := range x {
		if stat.IsMissing(v) {
			continue
		}
		known++
		if where[t] >= 0 && d.pure[where[t]] == standing {
			standstill++
		} else {
			d.state[t>>6] &^= 1 << (t & 63)
		}
	}
	if float64(standstill) < leastClosed*float64(known) || known-standstill < leastIdle {
		return nil
	}
	for h, s := range d.pure {
		if s != standing {
			d.pure[h] = running
		}
	}
	return d
}

// purify finds the hours of the week that have one state alone, beyond chance.
func (d *idle) purify(x []float64, where []int32, hours int) {
	count := make([][2]float64, hours)
	for t, h := range where {
		if h < 0 || stat.IsMissing(x[t]) {
			continue
		}
		if d.state.Has(t) {
			count[h][standing]++
		} else {
			count[h][running]++
		}
	}
	d.pure = make([]int8, hours)
	share, rest := [2]float64{}, 1e-300
	for _, c := range count { // of the states at the other hours
		if c[0] > 0 && c[1] > 0 {
			share[0], share[1], rest = share[0]+c[0], share[1]+c[1], rest+c[0]+c[1]
		}
	}
	for h, c := range count {
		d.pure[h] = mixed
		for s := range c {
			if c[1-s] == 0 && c[s] >= leastPure && math.Pow(share[s]/rest, c[s]) < pureChance/float64(hours) {
				d.pure[h] = int8(s)
			}
		}
	}
}
