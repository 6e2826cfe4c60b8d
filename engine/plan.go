package engine

import (
	"math"
	"math/bits"
)

// planner decides which stretch of the sample's innovations each block of the
// simulation takes: at the same phase, in a similar season, with the same
// pattern of weekends, and each stretch about as often as the others. Blocks
// are planned in groups, each group from (model, seed, group) alone.
type planner struct {
	cal     *calendar
	length  int // steps of a block
	group   int // blocks of a group
	start   []start
	byPhase map[int64][]int32 // phase -> indices into start

	weeks   int // days of a block whose weekend flags are compared
	seasons bool
	phases  int64
}

// start is a step at which a block of innovations may begin.
type start struct {
	at      int32   // packed step
	step    int32   // step of the sample
	year    float32 // place in the year
	weekend uint64  // flags of the block's days, from its first
	phase   int64
}

// choice is the sources of a block: packed steps.
type choice struct{ first, second int32 }

// Weights of the plan's costs, measured in RECIPE.md.
const (
	balanceWeight = 2.
	gumbelWeight  = .5
	seasonWidth   = .04 // of a year
	weekendWeight = 3.
	maxGroup      = 512
	maxTries      = 1024
	shortBlocks   = 3 // least blocks in the longest stretch
	blockDays     = 3
)

func newPlanner(cal *calendar, segment [][2]int, source []int32) *planner {
	p := &planner{cal: cal, byPhase: map[int64][]int32{}}
	longest := 0
	for _, s := range segment {
		longest = max(longest, s[1]-s[0])
	}
	switch {
	case cal.sub:
		p.length = int(math.Round(blockDays * cal.day))
	case cal.freq.Months > 0:
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
	case cal.freq.Months > 0:
		p.phases = int64(max(1, cal.season))
	case cal.season == 7:
		p.phases = 7
	default:
		p.phases = 1
	}
	p.seasons = cal.years() >= .7 && cal.freq.Months == 0
	z := zone{loc: cal.loc}
	for _, s := range segment {
		for i := s[0]; i < max(s[0]+1, s[1]-p.length+1); i++ {
			if i+p.length > s[1] {
				break
			}
			st := p.describe(int64(source[i]), &z)
			st.at, st.step = int32(i), source[i]
			p.byPhase[st.phase] = append(p.byPhase[st.phase], int32(len(p.start)))
			p.start = append(p.start, st)
		}
	}
	p.group = max(8, min(maxGroup, cal.n/p.length+1))
	return p
}

// describe reads the calendar of a block that begins at a step.
func (p *planner) describe(step int64, z *zone) (s start) {
	unit, phase := p.cal.place(step, z)
	a := p.cal.almanac(unit)
	s.year = float32(a.year)
	switch {
	case p.cal.sub:
		s.phase = int64(phase)
		for d := range p.weeks {
			if w := (a.weekday + d) % 7; w >= 5 || p.cal.off.on(unit+int64(d)).sunday {
				s.weekend |= 1 << d
			}
		}
	case p.cal.freq.Months > 0:
		s.phase = floorMod(step, p.phases)
	case p.phases == 7:
		s.phase = int64(a.weekday)
	}
	return s
}

// plan chooses the sources of the blocks of a group for a seed.
func (p *planner) plan(seed, group int64) []choice {
	key := draw(stream(seed, forPlan), group)
	first := group * int64(p.group)
	chosen := make([]choice, p.group)
	order := permutation(p.group, key)
	target := make([]start, p.group)
	z := zone{loc: p.cal.loc}
	for j := range target {
		target[j] = p.describe((first+int64(j))*int64(p.length), &z)
	}
	use := make([]float32, len(p.start))
	for level := range 2 {
		clear(use)
		for _, j := range order {
			step := (first + int64(j)) * int64(p.length)
			avoid := int32(math.MinInt32 / 2)
			if level == 1 {
				avoid = chosen[j].first
			}
			q := p.pick(&target[j], step, avoid, use, draw(key, int64(level)<<32|int64(j)))
			if level == 0 {
				chosen[j].first = p.start[q].at
			} else {
				chosen[j].second = p.start[q].at
			}
			p.count(use, q)
		}
	}
	return chosen
}

// pick finds the cheapest start for a block at a step.
func (p *planner) pick(t *start, step int64, avoid int32, use []float32, key uint64) int {
	among := p.byPhase[t.phase]
	few := len(among) < 8
	count := len(among)
	if few {
		count = len(p.start)
	}
	stride, offset := 1, 0
	if count > maxTries {
		stride = (count + maxTries - 1) / maxTries
		offset = int(key>>32) % stride
	}
	best, least := 0, float32(math.Inf(1))
	width := float32(p.phases) / 8
	for c := offset; c < count; c += stride {
		i := c
		if !few {
			i = int(among[c])
		}
		s := &p.start[i]
		cost := balanceWeight * use[i]
		if few {
			d := float32(floorMod(s.phase-t.phase, p.phases))
			d = min(d, float32(p.phases)-d) / width
			cost += d * d
		}
		if p.weeks > 0 {
			cost += weekendWeight * float32(bits.OnesCount64(s.weekend^t.weekend)) / float32(p.weeks)
		}
		if p.seasons {
			d := s.year - t.year
			if d < 0 {
				d = -d
			}
			d = min(d, 1-d) / seasonWidth
			cost += .5 * d * d
		}
		if d := s.at - avoid; d < int32(p.length) && d > -int32(p.length) {
			cost += 1e3
		}
		if d := int64(s.step) - step; d < int64(p.length) && d > -int64(p.length) {
			cost += 1e2 // never where it stood itself
		}
		if cost+gumbelWeight*gumbels[0] >= least {
			continue // whatever chance adds
		}
		if cost += gumbelWeight * gumbel(draw(key, int64(i))); cost < least {
			best, least = i, cost
		}
	}
	return best
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
		j := int(draw(key, int64(i)) % uint64(i+1))
		p[i], p[j] = p[j], p[i]
	}
	return p
}
