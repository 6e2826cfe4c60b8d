package engine

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"

	"github.com/datamime/datamime/engine/internal/code"
	"github.com/datamime/datamime/engine/internal/random"
	"github.com/datamime/datamime/engine/internal/stat"
	"github.com/datamime/datamime/engine/internal/stepset"
)

// outageModel is gaps by parameters: how often they start at each phase, how many
// units they take and for how long; of each unit its part in them. A library
// of outages is drawn from that, which takes the place of the sample's own.
// When a unit is absent for long, it does not exist; that is kept as it was.
type outageModel struct {
	weekly  bool
	rate    []float64     // [phase]
	single  []float64     // [unit]: its share of the outages of one unit
	joint   []float64     // [unit]: its share of those of several
	alone   float64       // share of outages of one unit
	units   *shape        // of several units: the logarithm of their number
	length  [2]*shape     // of the logarithm of the steps: of one unit, of several
	longest int           // steps, rounded up to a power of two
	extra   []float64     // [unit]
	mean    []float64     // [unit]: steps of its outageModel
	absent  [][][2]int    // [unit]
	ends    [][2]bool     // [unit]: before, after
	closed  []stepset.Set // [unit]: as in gaps, over
	slots   int           // so many hours of the week
}

const (
	rateUnit   = 1. / (1 << 16)
	libraryMin = 32
	libraryMax = 512
	libraryAll = 1 << 18 // units in the outages of a library
	mostOutage = 1 << 20 // steps
)

// parameters learns the outages' distributions.
func (g *gaps) parameters() *outageModel {
	units := len(g.absent)
	o := &outageModel{weekly: g.weekly, slots: g.cal.slots(), extra: slices.Clone(g.extra), single: make([]float64, units), joint: make([]float64, units), mean: make([]float64, units)}
	if units*o.slots <= mostClosed {
		o.closed = g.closed
	}
	for u := range units {
		var r [][2]int
		if a := g.absent[u]; a != nil {
			r = stepset.Runs(g.cal.n, func(i int) bool { return a.Has(i) })
		}
		o.absent, o.ends = append(o.absent, r), append(o.ends, [2]bool{g.before[u], g.after[u]})
		for _, l := range g.own[u] {
			o.mean[u] += float64(l) / float64(len(g.own[u]))
		}
	}
	o.rate = g.smoothRates()
	o.longest = 1
	for o.longest < mostOutage && int64(o.longest) < g.reach {
		o.longest *= 2
	}
	var steps [2][]float64
	var sizes []float64
	for i := range len(g.begin) - 1 {
		a, b := g.begin[i], g.begin[i+1]
		kind, part := 0, o.single
		if b-a > 1 {
			kind, part = 1, o.joint
			sizes = append(sizes, math.Log(float64(b-a)))
		}
		mean := 0.
		for j := a; j < b; j++ {
			part[g.unit[j]]++
			mean += float64(g.length[j]) / float64(b-a)
		}
		steps[kind] = append(steps[kind], math.Log(mean))
	}
	if n := len(steps[0]) + len(steps[1]); n > 0 {
		o.alone = float64(len(steps[0])) / float64(n)
	}
	for i, s := range steps {
		stat.Sort(s, nil)
		o.length[i] = newShape(s)
		for u := range units {
			part := [2][]float64{o.single, o.joint}[i]
			part[u] /= math.Max(1, float64(len(s)))
		}
	}
	stat.Sort(sizes, nil)
	o.units = newShape(sizes)
	return o
}

// smoothRates are the rates by phase, all the same where their differences are
// no larger than chance makes them.
func (g *gaps) smoothRates() []float64 {
	mean, n := 0., float64(len(g.rate))
	for _, r := range g.rate {
		mean += r / n
	}
	chance, spread := 0., 0.
	for p, r := range g.rate {
		if len(g.from[p]) > 0 && r > 0 {
			chance += r * r / float64(len(g.from[p])) // a Poisson variance
		}
		spread += (r - mean) * (r - mean)
	}
	keep := 0.
	if spread > 0 {
		keep = math.Max(0, 1-chance/spread)
	}
	out := make([]float64, len(g.rate))
	for p, r := range g.rate {
		out[p] = mean + keep*(r-mean)
	}
	return out
}

func (o *outageModel) code(c *code.Coder, units int) {
	c.Bool(&o.weekly)
	n := c.Count(len(o.rate))
	c.Quanta(&o.rate, n, rateUnit)
	c.Quantum(&o.alone, rateUnit)
	c.Integer(&o.longest, 1, mostOutage)
	codeShape(c, &o.units)
	for i := range o.length {
		codeShape(c, &o.length[i])
	}
	c.Quanta(&o.single, units, rateUnit)
	c.Quanta(&o.joint, units, rateUnit)
	c.Quanta(&o.extra, units, rateUnit/16)
	c.Quanta(&o.mean, units, 1./16)
	if c.Reading() {
		if 3*units > c.Left() {
			c.Fail()
			return
		}
		o.absent, o.ends = make([][][2]int, units), make([][2]bool, units)
	}
	for u := range o.absent {
		c.Bool(&o.ends[u][0])
		c.Bool(&o.ends[u][1])
		n := c.Count(len(o.absent[u]))
		if c.Reading() {
			o.absent[u] = make([][2]int, n)
		}
		last := 0
		for i := range o.absent[u] {
			r := &o.absent[u][i]
			for e := range r {
				d := r[e] - last
				c.Integer(&d, 0, mostSteps)
				last += d
				r[e] = last
			}
		}
	}
}

// build makes gaps of a library of outages.
func (o *outageModel) build(cal *calendar) *gaps {
	units := len(o.absent)
	g := &gaps{cal: cal, weekly: o.weekly, extra: o.extra, own: make([][]int32, units),
		absent: make([]stepset.Set, units), before: make([]bool, units), after: make([]bool, units)}
	if o.slots == cal.slots() {
		g.closed = o.closed
	}
	g.rate = make([]float64, g.phases())
	copy(g.rate, o.rate)
	for u, r := range o.absent {
		g.before[u], g.after[u] = o.ends[u][0], o.ends[u][1]
		if len(r) > 0 {
			g.absent[u] = stepset.New(cal.n)
		}
		for _, s := range r {
			for i := s[0]; i < min(s[1], cal.n); i++ {
				g.absent[u].Add(i)
			}
		}
	}
	longest := o.longest
	steps := func(s *shape, p float64) int32 {
		return int32(max(1, min(float64(longest), math.Round(math.Exp(s.at(mathext.NormalQuantile(p)))))))
	}
	any := slices.ContainsFunc(g.rate, func(r float64) bool { return r > 0 })
	if any {
		o.library(g, steps)
	}
	g.begin = append(g.begin, int32(len(g.unit)))
	g.from = make([][]int32, len(g.rate))
	all := make([]int32, len(g.begin)-1)
	for i := range all {
		all[i] = int32(i)
	}
	for p := range g.from {
		if g.from[p] = all; len(all) == 0 {
			g.rate[p] = 0
		}
	}
	for u, m := range o.mean {
		if g.extra[u] <= 0 {
			continue
		}
		const parts = 8 // of a geometric distribution
		for i := range parts {
			p := (float64(i) + .5) / parts
			l := int32(max(1, min(float64(longest), math.Round(-math.Log(1-p)*math.Max(1, m)))))
			g.own[u] = append(g.own[u], l)
			g.reach = max(g.reach, int64(l))
		}
	}
	return g
}

// library draws outageModel.
func (o *outageModel) library(g *gaps, steps func(s *shape, p float64) int32) {
	units := len(o.absent)
	count := max(libraryMin, min(libraryMax, libraryAll/max(1, units)))
	key := random.Stream(int64(units), random.ForLibrary)
	for i := range count {
		own := random.Draw(key, int64(i))
		chance := func(j int) float64 { return random.Uniform(random.Draw(own, int64(j))) }
		kind, part, many := 0, o.single, 1
		if (float64(i)+.5)/float64(count) > o.alone {
			kind, part = 1, o.joint
			many = int(max(2, min(float64(units), math.Round(math.Exp(o.units.at(mathext.NormalQuantile(chance(0))))))))
		}
		type place struct {
			u   int32
			key float64
		}
		var places []place // Efraimidis & Spirakis 2006: weighted, without replacement
		for u, w := range part {
			if w > 0 {
				places = append(places, place{int32(u), math.Log(chance(2+u)) / w})
			}
		}
		slices.SortFunc(places, func(a, b place) int {
			switch {
			case a.key > b.key:
				return -1
			case a.key < b.key:
				return 1
			}
			return int(a.u - b.u)
		})
		l := steps(o.length[kind], chance(1))
		g.reach = max(g.reach, int64(l))
		g.begin = append(g.begin, int32(len(g.unit)))
		for _, p := range places[:min(many, len(places))] {
			g.unit, g.length = append(g.unit, p.u), append(g.length, l)
		}
	}
}
