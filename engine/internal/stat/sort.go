// Package stat orders and sums the values of a series, in which NaN stands for what
// is missing.
package stat

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/datamime/datamime/engine/internal/work"
)

// radixFrom is the length from which counting digits beats comparing: on
// 10,000 normal values 26 ns each against 75 ns.
const radixFrom = 1024

// Sort sorts values in ascending order, which must not be NaN.
func Sort(v []float64, check work.Check) {
	if len(v) < radixFrom {
		slices.Sort(v)
		return
	}
	keys, other := make([]uint64, len(v)), make([]uint64, len(v))
	for i, x := range v {
		b := math.Float64bits(x)
		keys[i] = b ^ (uint64(int64(b)>>63) | 1<<63) // the order of the bits is now that of the values
	}
	for shift := 0; shift < 64; shift += digitBits {
		check.Ask()
		if pass(other, keys, shift) {
			keys, other = other, keys
		}
	}
	for i, b := range keys {
		v[i] = math.Float64frombits(b ^ (uint64(^int64(b)>>63) | 1<<63))
	}
}

// Ranking lists the steps with a known value in ascending order of the values,
// equal ones in that of the steps. An entry is a step and, above it, the value
// as a float4: values that no float4 tells apart count as equal.
type Ranking []uint64

// Step is the step with the i-th least value.
func (r Ranking) Step(i int) int { return int(uint32(r[i])) }

// Rank ranks the values of x.
func Rank(x []float64, check work.Check) Ranking {
	r := make(Ranking, 0, len(x))
	for i, v := range x {
		if !math.IsNaN(v) {
			b := math.Float32bits(float32(v))
			b ^= uint32(int32(b)>>31) | 1<<31
			r = append(r, uint64(b)<<32|uint64(i))
		}
	}
	if len(r) < radixFrom {
		slices.Sort(r)
		return r
	}
	other := make(Ranking, len(r))
	for shift := 32; shift < 64; shift += digitBits {
		check.Ask()
		if pass(other, r, shift) {
			r, other = other, r
		}
	}
	return r
}

// digitBits make a digit of the keys that are counted.
const digitBits = 11

// pass writes keys into dst in the order of a digit, those alike in it as they
// stood; false when all are alike, and nothing was written.
func pass[T ~[]uint64](dst, keys T, shift int) bool {
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

// Sorted returns a copy of the known values of x in ascending order.
func Sorted(x []float64, check work.Check) []float64 {
	v := make([]float64, 0, len(x))
	for _, y := range x {
		if !math.IsNaN(y) {
			v = append(v, y)
		}
	}
	Sort(v, check)
	return v
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
