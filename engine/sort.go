package engine

import (
	"math"
	"slices"
)

// radixFrom is the length from which counting digits beats comparing: on
// 10,000 normal values 26 ns each against 75 ns.
const radixFrom = 1024

// sortValues sorts values in ascending order, which must not be NaN.
func sortValues(v []float64) { checkpoint(nil).sort(v) }

func (c checkpoint) sort(v []float64) {
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
		c.ask()
		if pass(other, keys, shift) {
			keys, other = other, keys
		}
	}
	for i, b := range keys {
		v[i] = math.Float64frombits(b ^ (uint64(^int64(b)>>63) | 1<<63))
	}
}

// ranking lists the steps with a known value in ascending order of the values,
// equal ones in that of the steps. An entry is a step and, above it, the value
// as a float4: values that no float4 tells apart count as equal.
type ranking []uint64

func (r ranking) step(i int) int { return int(uint32(r[i])) }

// rank ranks the values of x.
func rank(x []float64, check checkpoint) ranking {
	r := make(ranking, 0, len(x))
	for i, v := range x {
		if !isMissing(v) {
			b := math.Float32bits(float32(v))
			b ^= uint32(int32(b)>>31) | 1<<31
			r = append(r, uint64(b)<<32|uint64(i))
		}
	}
	if len(r) < radixFrom {
		slices.Sort(r)
		return r
	}
	other := make(ranking, len(r))
	for shift := 32; shift < 64; shift += digitBits {
		check.ask()
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
