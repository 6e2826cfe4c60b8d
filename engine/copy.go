package engine

import "math"

// windowSet holds hashes of the sample's windows of six values that are not
// all equal: what a simulation must not repeat more often than the sample
// repeats itself.
type windowSet struct {
	table []uint32 // open addressing; 0 is empty
	sieve []uint64 // a bit of most windows that are not there is unset
	guard float64  // share of the coincidences to break
}

const windowLength = 6

// windowHash hashes six values; false when one is missing or all are equal.
func windowHash(x []float64) (uint64, bool) {
	h := uint64(0)
	same := true
	for _, v := range x[:windowLength] {
		if v != v {
			return 0, false
		}
		same = same && v == x[0]
		h = h*0x9fb21c651e98df25 + math.Float64bits(v)
		h ^= h >> 29
	}
	return h, !same
}

func newWindowSet(x []float64) *windowSet {
	size := 16
	for size < 2*len(x) {
		size *= 2
	}
	s := &windowSet{table: make([]uint32, size), sieve: make([]uint64, max(1, size/8))}
	for i := 0; i+windowLength <= len(x); i++ {
		if h, ok := windowHash(x[i:]); ok {
			s.add(h)
		}
	}
	return s
}

func (s *windowSet) add(h uint64) {
	s.sieve[h>>6&uint64(len(s.sieve)-1)] |= 1 << (h & 63)
	v := uint32(h>>32) | 1
	for i := h >> 8 & uint64(len(s.table)-1); ; i = (i + 1) & uint64(len(s.table)-1) {
		if s.table[i] == v {
			return
		}
		if s.table[i] == 0 {
			s.table[i] = v
			return
		}
	}
}

func (s *windowSet) has(h uint64) bool {
	if s.sieve[h>>6&uint64(len(s.sieve)-1)]>>(h&63)&1 == 0 {
		return false
	}
	v := uint32(h>>32) | 1
	for i := h >> 8 & uint64(len(s.table)-1); s.table[i] != 0; i = (i + 1) & uint64(len(s.table)-1) {
		if s.table[i] == v {
			return true
		}
	}
	return false
}

// copied is the share of the windows of x that stand in the set.
func (s *windowSet) copied(x []float64) (hits, windows int) {
	for i := 0; i+windowLength <= len(x); i++ {
		if h, ok := windowHash(x[i:]); ok {
			windows++
			if s.has(h) {
				hits++
			}
		}
	}
	return hits, windows
}

// recurring counts the windows of x that recur at least six steps away.
func recurring(x []float64) (hits, windows int) {
	type span struct{ first, last int32 }
	at := map[uint64]span{}
	for i := 0; i+windowLength <= len(x); i++ {
		if h, ok := windowHash(x[i:]); ok {
			s, seen := at[h]
			if !seen {
				s.first = int32(i)
			}
			s.last = int32(i)
			at[h] = s
		}
	}
	for i := 0; i+windowLength <= len(x); i++ {
		if h, ok := windowHash(x[i:]); ok {
			windows++
			if s := at[h]; i-int(s.first) >= windowLength || int(s.last)-i >= windowLength {
				hits++
			}
		}
	}
	return hits, windows
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
		for i := 0; i+windowLength <= len(x); i++ {
			h, ok := windowHash(x[i:])
			if !ok || !s.has(h) {
				continue
			}
			// coincidences come in runs: one coin for neighbours
			if s.guard < 1 && uniform(draw(key, floorDiv(first+int64(i), windowLength))) > s.guard {
				continue
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
		}
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
// that breaks what coincidences are left.
func (f *fitter) mixing() error {
	m := f.m
	f.seen = make([]*windowSet, len(f.latents))
	f.copied = make([][2]int, len(f.latents))
	err := f.each(len(f.latents), func(i int) {
		x := f.g.x[f.latents[i]]
		f.seen[i] = newWindowSet(x)
		f.copied[i][0], f.copied[i][1] = recurring(x)
	})
	if err != nil {
		return err
	}
	natural, share := shareOf(f.copied), 0.
	for m.level = range mixes {
		if err := f.calibrate(); err != nil {
			return err
		}
		share = shareOf(f.copied)
		if share <= max(natural, 1e-4) {
			break
		}
	}
	if share <= .7*natural && natural >= 1e-3 {
		return nil
	}
	guard := 1.
	if natural >= 1e-3 {
		guard = min(1, 1.3*(1-.7*natural/share))
	}
	for i, k := range f.latents {
		m.variable[k].seen = f.seen[i]
		m.variable[k].seen.guard = guard
	}
	return nil
}

func shareOf(counts [][2]int) float64 {
	hits, windows := 0, 0
	for _, c := range counts {
		hits += c[0]
		windows += c[1]
	}
	return float64(hits) / math.Max(1, float64(windows))
}
