// Package stat orders and sums the values of a series, in which NaN stands for what
// is missing.
package stat

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/datamime/datamime/engine/internal/work"
)

// radixFrom is the length from which counting digits beats comparing: on 256
// normal values that differ from call to call 36 ns each against 45 ns, on 936
// 17 against 66.
const radixFrom = 256

// Sort sorts values in ascending order, which must not be NaN.
func Sort(v []float64, check work.Check) {
	switch {
	case len(v) < radixFrom:
		slices.Sort(v)
	case len(v) <= chunk:
		s := sorters.Get().(*sorter)
		s.values(v, check)
		sorters.Put(s)
	default:
		sortInto(v, slices.Clone(v), check)
	}
}

// Sorted returns a copy of the known values of x in ascending order.
func Sorted(x []float64, check work.Check) []float64 {
	v := make([]float64, Known(x))
	if len(v) > chunk {
		sortInto(v, x, check)
		return v
	}
	v = v[:0]
	for _, y := range x {
		if !math.IsNaN(y) {
			v = append(v, y)
		}
	}
	Sort(v, check)
	return v
}

// chunk is how many keys are sorted at once: they stay in the cache, and what
// is longer needs no more memory than that beside its own.
const chunk = 1 << 16

// sortInto writes the known values of x in ascending order to dst: first by
// their leading bits into runs that fit a chunk, then each run.
func sortInto(dst, x []float64, check work.Check) {
	p := newPartition(x, check)
	for i, v := range x {
		check.Pass(i)
		if !math.IsNaN(v) {
			dst[p.place(v)] = v
		}
	}
	s := sorters.Get().(*sorter)
	p.runs(func(from, to uint32) { s.values(dst[from:to], check) })
	sorters.Put(s)
	partitions.Put(p)
}

// ascending maps values to bits of the same order.
func ascending(x float64) uint64 {
	b := math.Float64bits(x)
	return b ^ (uint64(int64(b)>>63) | 1<<63)
}

// sorter sorts keys by their digits.
type sorter struct{ keys, other []uint64 }

// sorters of at most a chunk, for those who sort again and again.
var sorters = sync.Pool{New: func() any { return new(sorter) }}

func (s *sorter) resize(n int) {
	if cap(s.keys) < n {
		s.keys, s.other = make([]uint64, n), make([]uint64, n)
	}
	s.keys, s.other = s.keys[:n], s.other[:n]
}

// sort sorts the keys by their bits from shift on.
func (s *sorter) sort(shift int, check work.Check) {
	for ; shift < 64; shift += digitBits {
		check.Ask()
		if pass(s.other, s.keys, shift) {
			s.keys, s.other = s.other, s.keys
		}
	}
}

// values sorts values by the leading digits of their keys, and what those leave
// in disorder by hand, as long as it is little.
func (s *sorter) values(v []float64, check work.Check) {
	if !slices.ContainsFunc(v, func(x float64) bool { return ascending(x) != ascending(v[0]) }) {
		return
	}
	s.resize(len(v))
	for i, x := range v {
		s.keys[i] = ascending(x)
	}
	s.sort(64-3*digitBits, check)
	if !insert(s.keys, len(v)) {
		s.sort(0, check)
	}
	for i, b := range s.keys {
		v[i] = math.Float64frombits(b ^ (uint64(^int64(b)>>63) | 1<<63))
	}
}

// insert sorts keys that are nearly in order (insertion sort); false when that
// takes more than so many moves, and is given up.
func insert(keys []uint64, moves int) bool {
	for i := 1; i < len(keys); i++ {
		k, j := keys[i], i
		for ; j > 0 && keys[j-1] > k; j-- {
			keys[j] = keys[j-1]
			moves--
		}
		if keys[j] = k; moves < 0 {
			return false
		}
	}
	return true
}

// partition cuts values by their leading bits, as float4s, into runs, in ascending
// order, of at most about a chunk; values that are alike in them are not parted.
type partition struct {
	next [1 << leadingBits]uint32 // by leading bits: how many, then where the next one goes
	run  [1 << leadingBits]uint16 // and their run
	end  []uint32                 // of each run
}

const leadingBits = 16

var partitions = sync.Pool{New: func() any { return new(partition) }}

// leading are the bits of a value that tell its run.
func leading(x float64) uint32 { return ascending4(x) >> (32 - leadingBits) }

// newPartition lays out the runs of the known values of x.
func newPartition(x []float64, check work.Check) *partition {
	p := partitions.Get().(*partition)
	clear(p.next[:])
	for i, v := range x {
		check.Pass(i)
		if !math.IsNaN(v) {
			p.next[leading(v)]++
		}
	}
	total, size := uint32(0), uint32(0)
	p.end = append(p.end[:0], 0)
	for i, n := range p.next {
		if size > 0 && size+n > chunk {
			p.end, size = append(p.end, total), 0
		}
		total, size = total+n, size+n
		p.run[i] = uint16(len(p.end) - 1)
		p.end[len(p.end)-1] = total
	}
	at := make([]uint32, len(p.end))
	copy(at[1:], p.end)
	copy(p.next[:], at)
	return p
}

// place is where a value goes, as values come.
func (p *partition) place(x float64) uint32 {
	at := &p.next[p.run[leading(x)]]
	*at++
	return *at - 1
}

// runs visits where each run was placed.
func (p *partition) runs(visit func(from, to uint32)) {
	from := uint32(0)
	for _, to := range p.end {
		if to > from {
			visit(from, to)
		}
		from = to
	}
}

// Ranking lists the steps with a known value in ascending order of the values,
// equal ones in that of the steps. Values that no float4 tells apart count as
// equal.
type Ranking []uint32

// Step is the step with the i-th least value.
func (r Ranking) Step(i int) int { return int(r[i]) }

// Rank ranks the values of x.
func Rank(x []float64, check work.Check) Ranking {
	r := make(Ranking, 0, Known(x))
	if cap(r) <= chunk {
		for i, v := range x {
			if !math.IsNaN(v) {
				r = append(r, uint32(i))
			}
		}
		s := sorters.Get().(*sorter)
		s.steps(r, x, check)
		sorters.Put(s)
		return r
	}
	r = r[:cap(r)]
	p := newPartition(x, check)
	for i, v := range x {
		check.Pass(i)
		if !math.IsNaN(v) {
			r[p.place(v)] = uint32(i)
		}
	}
	s := sorters.Get().(*sorter)
	p.runs(func(from, to uint32) { s.steps(r[from:to], x, check) })
	sorters.Put(s)
	partitions.Put(p)
	return r
}

// ascending4 is ascending of the value as a float4.
func ascending4(x float64) uint32 {
	b := math.Float32bits(float32(x))
	return b ^ (uint32(int32(b)>>31) | 1<<31)
}

// steps sorts ascending steps by their values in x.
func (s *sorter) steps(r Ranking, x []float64, check work.Check) {
	if !slices.ContainsFunc(r, func(t uint32) bool { return ascending4(x[t]) != ascending4(x[r[0]]) }) {
		return
	}
	s.resize(len(r))
	for i, t := range r {
		s.keys[i] = uint64(ascending4(x[t]))<<32 | uint64(t)
	}
	if len(r) < radixFrom {
		slices.Sort(s.keys)
	} else {
		s.sort(32, check)
	}
	for i, k := range s.keys {
		r[i] = uint32(k)
	}
}

// digitBits make a digit of the keys that are counted.
const digitBits = 11

// pass writes keys into dst in the order of a digit, those alike in it as they
// stood; false when all are alike, and nothing was written.
func pass(dst, keys []uint64, shift int) bool {
	var count [1 << digitBits]uint32
	const mask = 1<<digitBits - 1
	for _, k := range keys {
		count[k>>shift&mask]++
	}
	if count[keys[0]>>shift&mask] == uint32(len(keys)) {
		return false
	}
	sum := uint32(0)
	for i, n := range count {
		count[i] = sum
		sum += n
	}
	for _, k := range keys {
		at := &count[k>>shift&mask]
		dst[*at] = k
		*at++
	}
	return true
}

// RankTexts ranks texts, such as the keys of series, by their bytes: texts[order[k]]
// is the k-th, and rank[order[k]] is k.
func RankTexts(texts []string) (rank, order []int) {
	order = make([]int, len(texts))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(strings.Compare(texts[a], texts[b]), a-b)
	})
	rank = make([]int, len(texts))
	for i, o := range order {
		rank[o] = i
	}
	return rank, order
}
