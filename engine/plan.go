package engine

import (
	"math"
	"math/bits"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/random"
	"github.com/datamime/datamime/engine/internal/work"
)

// planner decides which stretch of the sample's innovations each block of the
// simulation takes: at the same phase, in a similar season, with the same
// pattern of weekends, and each stretch about as often as the others. Blocks
// are planned in groups, each group from (model, seed, group) alone.
type planner struct {
	*packing
	cal     *calendar
	length  int       // steps of a block
	group   int       // blocks of a group
	start   []start   // ascending
	byPhase [][]int32 // [phase]: indices into start
	unit    []place   // that starts lie in

	dynamics *dynamics
	mix      mixWeights
	gauge    *gauge // what plans are held to; nil: nothing

	weeks   int // days of a block whose weekend flags are compared
	seasons bool
	phases  int64

	scarce bool // blocks are shorter than a day: hardly two stretches are of one phase
	again  bool // a stretch may come where it stood itself
}

// start is a step at which a block of innovations may begin.
type start struct {
	at   int32 // packed step
	unit int32 // index of its place
}

// place is what the calendar says of the unit that a block begins in.
type place struct {
	year    float32 // place in the year
	weekend uint64  // flags of the block's days, from its first
}

// mostStarts is about how many starts are enough: of a longer history below a
// day, blocks begin on every second or third day, which still covers it.
const mostStarts = 1 << 18

// choice is the sources of a block: packed steps.
type choice struct{ first, second int32 }

// Weights of the plan's costs; what others did is in doc.go.
const (
	balanceWeight = 2.
	scarceBalance = .5 // of scarce samples, where balance leaves all days alike
	gumbelWeight  = .5
	seasonWidth   = .04 // of a year
	weekendWeight = 3.
	maxGroup      = 512
	maxTries      = 1024
	farTries      = 256 // of so many starts that each is a way to memory
	leastAmong    = 8   // starts of a phase under which those of others are taken, too
	shortBlocks   = 3   // least blocks in the longest stretch
	blockDays     = 3
	leastRounds   = 2 // weeks or years under which a phase of theirs says nothing
)

func newPlanner(cal *calendar, steps *packing, check work.Check) *planner {
	p := &planner{packing: steps, cal: cal}
	longest := 0
	for _, s := range p.segment {
		longest = max(longest, s[1]-s[0])
	}
	switch {
	case cal.sub:
		p.length = int(math.Round(blockDays * cal.day))
	case cal.Frequency.Months > 0:
		p.length = max(1, cal.season)
	default:
		p.length = 14
	}
	if longest < 4*p.length {
		p.length = max(1, min(p.length, longest/shortBlocks))
	}
	switch {
	case cal.sub:
		p.phases = int64(cal.phases)
		p.weeks = min(64, int(math.Ceil(float64(p.length)/cal.day)))
	case cal.Frequency.Months > 0:
		p.phases = int64(max(1, cal.season))
		if p.n < leastRounds*cal.season {
			p.phases = 1
		}
	case cal.season == 7 && p.n >= leastRounds*7:
		p.phases = 7
	default:
		p.phases = 1
	}
	p.seasons = cal.years() >= .7 && cal.Frequency.Months == 0
	p.scarce = cal.sub && p.length < cal.season
	p.findStarts(check)
	p.group = max(8, min(maxGroup, cal.n/p.length+1))
	return p
}

// groupOf is the group of the block that a step is in.
func (p *planner) groupOf(step int64) int64 {
	return civil.FloorDiv(step, int64(p.length)*int64(p.group))
}

// rehearsing is the planner of rehearsals, without what plans are held to. Of a
// scarce sample it takes stretches where they stood, too: without them, its
// blocks would be of other phases than those beyond the sample's time.
func (p *planner) rehearsing() *planner {
	q := *p
	q.gauge = nil
	q.again = p.scarce
	return &q
}

// findStarts lists the steps at which a whole block lies in a segment: of a long
// history those of some days, where there are any in these.
func (p *planner) findStarts(check work.Check) {
	if p.cal.sub {
		p.findStartsOf(max(1, min(blockDays, int64(p.n/mostStarts))), check)
	}
	if len(p.start) == 0 {
		p.findStartsOf(1, check)
	}
}

// findStartsOf lists those of one day in every so many.
func (p *planner) findStartsOf(every int64, check work.Check) {
	z := civil.Zone{Location: p.cal.Location}
	last, begun := int64(0), false
	p.byPhase = make([][]int32, p.phases)
	p.start = make([]start, 0, min(p.n, p.n/int(every)+len(p.segment)*p.cal.season))
	for _, s := range p.segment {
		for i := s[0]; i+p.length <= s[1]; i++ {
			check.Pass(i)
			unit, phase := p.locate(int64(p.step(i)), &z)
			if every > 1 && civil.FloorMod(unit, every) != 0 {
				continue
			}
			if !begun || unit != last {
				last, begun = unit, true
				p.unit = append(p.unit, p.describe(unit))
			}
			p.byPhase[phase] = append(p.byPhase[phase], int32(len(p.start)))
			p.start = append(p.start, start{int32(i), int32(len(p.unit) - 1)})
		}
	}
}

// locate returns the unit and the phase of a block that begins at a step.
func (p *planner) locate(step int64, z *civil.Zone) (unit, phase int64) {
	unit, at := p.cal.place(step, z)
	switch {
	case p.cal.sub:
		phase = int64(at)
	case p.cal.Frequency.Months > 0:
		phase = civil.FloorMod(step, p.phases)
	case p.phases == 7:
		phase = int64(p.cal.almanac(unit).weekday)
	}
	return unit, phase
}

// describe reads the calendar of a block that begins in a unit.
func (p *planner) describe(unit int64) (at place) {
	a := p.cal.almanac(unit)
	at.year = float32(a.year)
	if p.cal.sub {
		for d := range p.weeks {
			if w := (a.weekday + d) % 7; w >= 5 || p.cal.off.on(unit+int64(d)).sunday {
				at.weekend |= 1 << d
			}
		}
	}
	return at
}

// plan chooses the sources of the blocks of a group for a seed.
func (p *planner) plan(seed, group int64) []choice {
	key := random.Draw(random.Stream(seed, random.ForPlan), group)
	first := group * int64(p.group)
	chosen := make([]choice, p.group)
	order := permutation(p.group, key)
	target, phase := make([]place, p.group), make([]int64, p.group)
	z := civil.Zone{Location: p.cal.Location}
	for j := range target {
		var unit int64
		unit, phase[j] = p.locate((first+int64(j))*int64(p.length), &z)
		target[j] = p.describe(unit)
	}
	use := make([]float32, len(p.start))
	var starts [2][]int
	for level := range 2 {
		starts[level] = make([]int, p.group)
		clear(use)
		for _, j := range order {
			step := (first + int64(j)) * int64(p.length)
			avoid := int32(math.MinInt32 / 2)
			if level == 1 {
				avoid = chosen[j].first
			}
			q := p.pick(&target[j], phase[j], step, avoid, use, random.Draw(key, int64(level)<<32|int64(j)))
			starts[level][j] = q
			if level == 0 {
				chosen[j].first = p.start[q].at
			}
			p.count(use, q)
		}
	}
	if p.gauge != nil {
		p.steer(starts, target, phase, first, key)
	}
	for j := range chosen {
		chosen[j] = choice{p.start[starts[0][j]].at, p.start[starts[1][j]].at}
	}
	return chosen
}

// pick finds the cheapest start for a block at a step.
func (p *planner) pick(t *place, phase, step int64, avoid int32, use []float32, key uint64) int {
	among := p.byPhase[phase]
	few := len(among) < leastAmong
	count := len(among)
	if few {
		count = len(p.start)
	}
	stride, offset := 1, 0
	tries := maxTries
	if len(p.start) > mostStarts {
		tries = farTries
	}
	if count > tries {
		stride = (count + tries - 1) / tries
		offset = int(key>>32) % stride
	}
	balance := float32(balanceWeight)
	if p.scarce {
		balance = scarceBalance
	}
	best, least := 0, float32(math.Inf(1))
	width := float32(p.phases) / 8
	z := civil.Zone{Location: p.cal.Location}
	for c := offset; c < count; c += stride {
		i := c
		if !few {
			i = int(among[c])
		}
		if p.seasons && offSeason(t, &p.unit[p.start[i].unit])+gumbelWeight*random.Gumbels[0] >= least {
			continue // as most are, whatever else they cost
		}
		cost := balance*use[i] + p.cost(t, i, step, avoid)
		if few {
			_, its := p.locate(int64(p.step(int(p.start[i].at))), &z)
			d := float32(civil.FloorMod(its-phase, p.phases))
			d = min(d, float32(p.phases)-d) / width
			cost += d * d
		}
		if cost+gumbelWeight*random.Gumbels[0] >= least {
			continue // whatever chance adds
		}
		if cost += gumbelWeight * random.Gumbel(random.Draw(key, int64(i))); cost < least {
			best, least = i, cost
		}
	}
	return best
}

// cost is how ill start i suits a block at a step; avoid is the packed step of
// what it is mixed with.
func (p *planner) cost(t *place, i int, step int64, avoid int32) float32 {
	at := p.start[i].at
	own, s := int64(p.step(int(at))), &p.unit[p.start[i].unit]
	cost := float32(0)
	if p.weeks > 0 {
		cost += weekendWeight * float32(bits.OnesCount64(s.weekend^t.weekend)) / float32(p.weeks)
	}
	if p.seasons {
		cost += offSeason(t, s)
	}
	if d := at - avoid; d < int32(p.length) && d > -int32(p.length) {
		cost += 1e3
	}
	if d := own - step; !p.again && d < int64(p.length) && d > -int64(p.length) {
		cost += 1e2 // never where it stood itself
	}
	return cost
}

// offSeason is what it costs that two places are of different seasons.
func offSeason(a, b *place) float32 {
	d := b.year - a.year
	if d < 0 {
		d = -d
	}
	d = min(d, 1-d) / seasonWidth
	return .5 * d * d
}

// count adds the block that begins at start q to the use of its neighbours:
// each by the share of steps that they have in common.
func (p *planner) count(use []float32, q int) {
	at := p.start[q].at
	share := func(i int) float32 {
		d := p.start[i].at - at
		if d < 0 {
			d = -d
		}
		return 1 - float32(d)/float32(p.length)
	}
	for i := q; i < len(use) && share(i) > 0; i++ {
		use[i] += share(i)
	}
	for i := q - 1; i >= 0 && share(i) > 0; i-- {
		use[i] += share(i)
	}
}

// permutation is a random order of 0..n-1 (Fisher & Yates).
func permutation(n int, key uint64) []int {
	p := make([]int, n)
	for i := range p {
		p[i] = i
	}
	for i := n - 1; i > 0; i-- {
		j := int(random.Draw(key, int64(i)) % uint64(i+1))
		p[i], p[j] = p[j], p[i]
	}
	return p
}
