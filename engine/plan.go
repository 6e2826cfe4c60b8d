package engine

import (
	"math"
	"math/bits"
	"slices"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/random"
	"github.com/datamime/datamime/engine/internal/stepset"
	"github.com/datamime/datamime/engine/internal/work"
)

// planner decides which stretch of the sample's innovations each block of the
// simulation takes: at the same phase, in a similar season, with the same
// pattern of weekends, and each stretch about as often as the others. Blocks
// are planned in groups, each group from (model, seed, group) alone.
type planner struct {
	*stepset.Packing
	*starts
	cal    *calendar
	length int // steps of a block
	group  int // blocks of a group

	dynamics *dynamics
	mix      mixWeights
	gauge    *gauge // what plans are held to; nil: nothing

	weeks   int // days of a block whose weekend flags are compared
	seasons bool
	phases  int64

	scarce bool // blocks are shorter than a day: hardly two stretches are of one phase
	again  bool // a stretch may come where it stood itself
}

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

func newPlanner(cal *calendar, steps *stepset.Packing, check work.Check) *planner {
	p := &planner{Packing: steps, cal: cal}
	longest := 0
	for _, s := range p.Segment {
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
		if p.N < leastRounds*cal.season {
			p.phases = 1
		}
	case cal.season == 7 && p.N >= leastRounds*7:
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

// locate returns the unit and the phase of a block that begins at a step.
func (p *planner) locate(step int64, z *civil.Zone) (unit, phase int64) {
	unit, at := p.cal.place(step, z)
	return unit, p.phaseOf(step, unit, at)
}

// phaseOf is the phase of a block that begins at a step, which lies in a unit at a
// phase of the calendar.
func (p *planner) phaseOf(step, unit int64, at int) int64 {
	switch {
	case p.cal.sub:
		return int64(at)
	case p.cal.Frequency.Months > 0:
		return civil.FloorMod(step, p.phases)
	case p.phases == 7:
		return int64(p.cal.almanac(unit).weekday)
	}
	return 0
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
	order := permutation(p.group, key)
	target, phase := make([]place, p.group), make([]int64, p.group)
	z := civil.Zone{Location: p.cal.Location}
	for j := range target {
		var unit int64
		unit, phase[j] = p.locate((first+int64(j))*int64(p.length), &z)
		target[j] = p.describe(unit)
	}
	use := make([]float32, p.count())
	var source [2][]int32
	for level := range 2 {
		source[level] = slices.Repeat([]int32{unplanned}, p.group)
		clear(use)
		for _, j := range order {
			step := (first + int64(j)) * int64(p.length)
			avoid := int32(math.MinInt32 / 2)
			if level == 1 {
				avoid = source[0][j]
			}
			var jumps func(at int32) float32
			if level == 0 && p.dynamics.clustering.follows() {
				jumps = func(at int32) float32 { return p.jumps(source[0], j, at) }
			}
			at := p.pick(&target[j], phase[j], step, avoid, jumps, use, random.Draw(key, int64(level)<<32|int64(j)))
			source[level][j] = at
			p.note(use, at)
		}
	}
	if p.gauge != nil {
		p.steer(source, target, phase, first, key)
	}
	chosen := make([]choice, p.group)
	for j := range chosen {
		chosen[j] = choice{source[0][j], source[1][j]}
	}
	return chosen
}

// pick finds the cheapest start for a block at a step.
func (p *planner) pick(t *place, phase, step int64, avoid int32, jumps func(at int32) float32, use []float32, key uint64) int32 {
	among := p.byPhase[phase]
	few := len(among) < leastAmong
	count := len(among)
	if few {
		count = p.count()
	}
	stride, offset := 1, 0
	tries := maxTries
	if p.count() > mostStarts {
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
	best, least := p.run[0].at, float32(math.Inf(1))
	width := float32(p.phases) / 8
	z := civil.Zone{Location: p.cal.Location}
	k, ahead := 0, stride // one start of a phase is on each day, as a rule
	if few {
		ahead = 0
	}
	for c := offset; c < count; c += stride {
		var at int32
		if few {
			at = p.nth(c)
		} else {
			at = among[c]
		}
		k = p.near(k+ahead, at)
		s := &p.run[k]
		if p.seasons && offSeason(t, &s.place)+gumbelWeight*random.Gumbels[0] >= least {
			continue // as most are, whatever else they cost
		}
		number := s.number + at - s.at
		cost := balance*use[number] + p.cost(t, &s.place, at, step, avoid)
		if jumps != nil {
			cost += jumps(at)
		}
		if few {
			_, its := p.locate(int64(p.Step(int(at))), &z)
			d := float32(civil.FloorMod(its-phase, p.phases))
			d = min(d, float32(p.phases)-d) / width
			cost += d * d
		}
		if cost+gumbelWeight*random.Gumbels[0] >= least {
			continue // whatever chance adds
		}
		if cost += gumbelWeight * random.Gumbel(random.Draw(key, int64(number))); cost < least {
			best, least = at, cost
		}
	}
	return best
}

// cost is how ill a start, which lies at s, suits a block at a step; avoid is what it
// is mixed with.
func (p *planner) cost(t, s *place, at int32, step int64, avoid int32) float32 {
	own := int64(p.Step(int(at)))
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

// note adds the block that begins at a start to the use of its neighbours: each by
// the share of steps that they have in common.
func (p *planner) note(use []float32, at int32) {
	from, to := at-int32(p.length)+1, at+int32(p.length) // its neighbours
	for k := p.after(from); p.run[k].at < to && k < len(p.run)-1; k++ {
		r := &p.run[k]
		for i := max(from, r.at); i < min(to, r.end); i++ {
			use[r.number+i-r.at] += 1 - float32(max(i-at, at-i))/float32(p.length)
		}
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
