package engine

import (
	"math/bits"
	"sort"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/work"
)

// starts are the packed steps at which a block of innovations may begin, numbered
// in ascending order. Below a day they follow one another by whole days, so that a
// run of them needs little memory.
type starts struct {
	run     []startRun // ascending; the last one is behind all and empty
	hint    []int32    // [packed step >> shift]: the first run that ends behind the first of these
	shift   int
	byPhase [][]int32 // [phase]: packed steps
}

// startRun is starts that follow one another in one unit.
type startRun struct {
	at, end int32 // the first of them, and what is behind the last
	number  int32 // of the first
	place
}

// place is what the calendar says of the unit that a block begins in.
type place struct {
	year    float32 // place in the year
	weekend uint64  // flags of the block's days, from its first
}

// mostStarts is about how many starts are enough: of a longer history below a
// day, blocks begin on every second or third day, which still covers it.
const mostStarts = 1 << 18

// findStarts lists the steps at which a whole block lies in a segment: of a long
// history those of some days, where there are any in these.
func (p *planner) findStarts(check work.Check) {
	if p.cal.sub {
		p.findStartsOf(max(1, min(blockDays, int64(p.N/mostStarts))), check)
	}
	if p.starts == nil || p.count() == 0 {
		p.findStartsOf(1, check)
	}
}

// findStartsOf lists those of one day in every so many.
func (p *planner) findStartsOf(every int64, check work.Check) {
	s := &starts{shift: bits.Len(uint(max(1, p.cal.season))) - 1, byPhase: make([][]int32, p.phases)}
	pace, total, counts := p.cal.pace(), 0, make([]int, p.phases)
	last, end := int64(0), -1 // unit of the last run, and what follows it
	p.eachStart(every, check, func(at int, unit, phase int64, count int) {
		if at != end || unit != last {
			s.run = append(s.run, startRun{at: int32(at), number: int32(total), place: p.describe(unit)})
		}
		last, end = unit, at+count
		s.run[len(s.run)-1].end = int32(end)
		total += count
		for i := range count {
			counts[int(phase)+i*pace]++
		}
	})
	s.run = append(s.run, startRun{at: int32(p.N), end: int32(p.N), number: int32(total)})
	all := make([]int32, total)
	for phase, n := range counts {
		s.byPhase[phase], all = all[:0:n], all[n:]
	}
	p.eachStart(every, check, func(at int, _, phase int64, count int) {
		for i := range count {
			among := &s.byPhase[int(phase)+i*pace]
			*among = append(*among, int32(at+i))
		}
	})
	s.hint = make([]int32, p.N>>s.shift+1)
	for i, k := 0, 0; i < len(s.hint); i++ {
		for k < len(s.run)-1 && s.run[k].end <= int32(i<<s.shift) {
			k++
		}
		s.hint[i] = int32(k)
	}
	p.starts = s
}

// eachStart visits the starts of one day in every so many, some that follow one
// another in one unit at a time.
func (p *planner) eachStart(every int64, check work.Check, visit func(at int, unit, phase int64, count int)) {
	z := civil.Zone{Location: p.cal.Location}
	passed := 0
	for k, s := range p.Segment {
		for at := s[0]; at+p.length <= s[1]; {
			check.Pass(passed)
			passed++
			step := int64(at + p.Ahead[k])
			unit, phase, count := p.cal.run(step, &z)
			count = min(count, s[1]-p.length+1-at)
			if every <= 1 || civil.FloorMod(unit, every) == 0 {
				visit(at, unit, p.phaseOf(step, unit, phase), count)
			}
			at += count
		}
	}
}

// count is the number of the starts.
func (s *starts) count() int { return int(s.run[len(s.run)-1].number) }

// after is the first run that ends behind a packed step.
func (s *starts) after(at int32) int {
	k := int(s.hint[max(0, at)>>s.shift])
	for k < len(s.run)-1 && s.run[k].end <= at {
		k++
	}
	return k
}

// of is the run that a start is in.
func (s *starts) of(at int32) *startRun { return &s.run[s.after(at)] }

// near is the run that a start is in, where that is probably run k.
func (s *starts) near(k int, at int32) int {
	if k < len(s.run) {
		if r := &s.run[k]; r.at <= at && at < r.end {
			return k
		}
	}
	return s.after(at)
}

// nth is the start of a number.
func (s *starts) nth(i int) int32 {
	k := sort.Search(len(s.run), func(k int) bool { return int(s.run[k].number) > i }) - 1
	return s.run[k].at + int32(i) - s.run[k].number
}
