package engine

import (
	"math"
	"math/bits"
	"slices"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/random"
	"github.com/datamime/datamime/engine/internal/work"
)

// windowSet holds hashes of the sample's windows of six values that are not
// all equal: what a simulation must not repeat more often than the sample
// repeats itself.
type windowSet struct {
	table []uint32 // open addressing; 0 is empty
	sieve []uint64 // a bit of most windows that are not there is unset
	guard float64  // share of the coincidences to break
}

const windowLength = 6

// eachWindow hashes the windows of x that miss no value and are not all equal,
// each from the one before (Karp & Rabin 1987).
func eachWindow(x []float64, visit func(at int, hash uint64)) {
	const base = 0x9fb21c651e98df25
	leaving := uint64(1) // base^windowLength
	for range windowLength {
		leaving *= base
	}
	hash := uint64(0)
	known, equal := 0, 0 // values in a row, up to here
	for i, v := range x {
		if v != v {
			known, hash = 0, 0
			continue
		}
		if equal++; known == 0 || v != x[i-1] {
			equal = 1
		}
		hash = hash*base + valueHash(v)
		if known++; known < windowLength {
			continue
		}
		if known > windowLength {
			hash -= leaving * valueHash(x[i-windowLength])
		}
		if equal < windowLength {
			visit(i+1-windowLength, hash)
		}
	}
}

func valueHash(v float64) uint64 {
	h := math.Float64bits(v)
	h = (h ^ h>>32) * 0xd6e8feb86659fd93
	return h ^ h>>32
}

func newWindowSet(x []float64, check work.Check) *windowSet {
	sieve := 2
	for sieve*16 < len(x) { // four to eight bits a window
		sieve *= 2
	}
	s := &windowSet{table: make([]uint32, len(x)*5/4+16), sieve: make([]uint64, sieve)}
	eachWindow(x, func(at int, h uint64) {
		check.Pass(at)
		s.add(h)
	})
	return s
}

// home is where the search for a hash begins.
func (s *windowSet) home(h uint64) int {
	at, _ := bits.Mul64(h*random.Golden, uint64(len(s.table)))
	return int(at)
}

func (s *windowSet) add(h uint64) {
	s.sieve[h>>6&uint64(len(s.sieve)-1)] |= 1 << (h & 63)
	tag := uint32(h>>32) | 1
	for i := s.home(h); ; i++ {
		if i == len(s.table) {
			i = 0
		}
		if s.table[i] == tag {
			return
		}
		if s.table[i] == 0 {
			s.table[i] = tag
			return
		}
	}
}

func (s *windowSet) has(h uint64) bool {
	if s.sieve[h>>6&uint64(len(s.sieve)-1)]>>(h&63)&1 == 0 {
		return false
	}
	tag := uint32(h>>32) | 1
	for i := s.home(h); s.table[i] != 0; i++ {
		if s.table[i] == tag {
			return true
		}
		if i+1 == len(s.table) {
			i = -1
		}
	}
	return false
}

// copied is the share of the windows of x that stand in the set.
func (s *windowSet) copied(x []float64) (hits, windows int) {
	eachWindow(x, func(_ int, h uint64) {
		windows++
		if s.has(h) {
			hits++
		}
	})
	return hits, windows
}

// mostRecurring is about how many windows of a long series tell how many recur:
// their table stays in the cache.
const mostRecurring = 1 << 15

// windowCounter is room for counting the windows of a series that recur.
type windowCounter struct {
	taken []takenWindow
	table []recurringWindow // open addressing; tag 0 is empty
}

type takenWindow struct{ tag, at uint32 }

type recurringWindow struct{ tag, first, last uint32 }

// find is where a window stands in the table, or is to stand.
func (r *windowCounter) find(tag uint32) *recurringWindow {
	last := uint32(len(r.table) - 1)
	i := tag >> 1 & last
	for r.table[i].tag != 0 && r.table[i].tag != tag {
		i = (i + 1) & last
	}
	return &r.table[i]
}

// count counts the windows of x that recur at least six steps away. Of a
// long series it takes a share of the windows, chosen by what is in them, so
// that those that are alike are taken or left together.
func (r *windowCounter) count(x []float64, check work.Check) (hits, windows int) {
	classes := uint64(1)
	for classes*mostRecurring < uint64(len(x)) {
		classes *= 2
	}
	expected := len(x) / int(classes)
	taken := slices.Grow(r.taken[:0], expected+expected/16)
	eachWindow(x, func(at int, h uint64) {
		check.Pass(at)
		if h = h * random.Golden; h>>8&(classes-1) == 0 {
			taken = append(taken, takenWindow{uint32(h>>32) | 1, uint32(at)})
		}
	})
	size := 16
	for size < 2*len(taken) {
		size *= 2
	}
	r.taken, r.table = taken, slices.Grow(r.table[:0], size)[:size]
	clear(r.table)
	for _, w := range taken {
		s := r.find(w.tag)
		if s.tag == 0 {
			s.tag, s.first = w.tag, w.at
		}
		s.last = w.at
	}
	for _, w := range taken {
		if s := r.find(w.tag); w.at-s.first >= windowLength || s.last-w.at >= windowLength {
			hits++
		}
	}
	return hits, len(taken)
}

// Passes of unstick and the steps that a pass looks to either side.
const (
	guardPasses  = 3
	guardContext = guardPasses * (windowLength - 1)
)

// unstick moves one value of a window that stands in the sample to the next
// value of the lattice, towards what it was before rounding. What happens to a
// value depends on its neighbours within guardContext alone, so x needs as
// many further values at either end as are to come out right.
func (v *variable) unstick(x, raw []float64, first int64, key uint64) {
	s := v.seen
	type move struct {
		at int
		to float64
	}
	var moves []move
	passes := guardPasses
	if s.guard < 1 {
		passes = 1
	}
	for range passes {
		moves = moves[:0]
		eachWindow(x, func(i int, h uint64) {
			if !s.has(h) {
				return
			}
			// coincidences come in runs: one coin for neighbours
			if s.guard < 1 && random.Uniform(random.Draw(key, civil.FloorDiv(first+int64(i), windowLength))) > s.guard {
				return
			}
			j, far := i, -1.
			for t := i; t < i+windowLength; t++ {
				if d := math.Abs(raw[t] - x[t]); d > far {
					j, far = t, d
				}
			}
			to := v.lattice.next(x[j], raw[j] >= x[j])
			if to == x[j] || to > v.most || to < v.least {
				to = v.lattice.next(x[j], raw[j] < x[j])
			}
			moves = append(moves, move{j, to})
		})
		for _, m := range moves {
			x[m.at] = m.to
		}
		if len(moves) == 0 {
			return
		}
	}
}

// mixing raises the level of mixing until simulations repeat the sample's
// windows no more often than the sample repeats itself, and sets the guard
// that breaks what coincidences are left. A scarce sample stays at the first
// level: what is mixed there is of different phases, which more of it blurs.
// Days that would come too near to the sample's are mixed at the last one.
func (f *fitter) mixing() error {
	m := f.m
	f.seen = make([]*windowSet, len(f.latents))
	f.copied = make([][2]int, len(f.latents))
	var counters work.Turns[windowCounter]
	err := f.each(len(f.latents), func(i int) {
		if v := &m.variable[f.latents[i]]; v.lattice.fine || v.hold != nil {
			return
		}
		x := f.g.x[f.latents[i]]
		f.seen[i] = newWindowSet(x, f.poll)
		counters.With(func(r *windowCounter) { f.copied[i][0], f.copied[i][1] = r.count(x, f.poll) })
	})
	if err != nil {
		return err
	}
	f.planRehearsals(m.planner.rehearsing())
	natural, share := shareOf(f.copied), 0.
	recurring := slices.Clone(f.copied)
	if f.comesNear() {
		share = f.mix(singleSteps)
	} else {
		for level := range singleSteps {
			share = f.mix(level)
			if share <= max(natural, 1e-4) || m.planner.scarce {
				break
			}
		}
	}
	if share <= .7*natural && natural >= 1e-3 {
		return nil
	}
	guard := 1.
	if natural >= 1e-3 {
		guard = min(1, guardMargin*(1-.7*natural/share))
	}
	for i, k := range f.latents {
		s := f.seen[i]
		if s == nil {
			continue
		}
		s.guard = guard
		if f.veils[i] != nil { // to be broken, its few others would become the value that it mostly has
			s.guard = min(1, guardMargin*(1-shareOf(recurring[i:i+1])/math.Max(1e-300, shareOf(f.copied[i:i+1]))))
		}
		if s.guard > 0 {
			m.variable[k].seen = s
		}
	}
	return nil
}

// guardMargin is how many more windows are broken than there are too many of.
const guardMargin = 1.3

// mix calibrates the model at a level of mixing, and returns the share of the
// windows that stand in the sample.
func (f *fitter) mix(level int) float64 {
	f.m.level, f.m.planner.mix, f.loose.mix = level, mixes[level], mixes[level]
	f.calibrate()
	return shareOf(f.copied)
}

func shareOf(counts [][2]int) float64 {
	hits, windows := 0, 0
	for _, c := range counts {
		hits += c[0]
		windows += c[1]
	}
	return float64(hits) / math.Max(1, float64(windows))
}
