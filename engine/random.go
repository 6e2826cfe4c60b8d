package engine

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Random numbers are functions of what they are for: a hash of (seed, purpose,
// place) instead of the next draw of a generator, so that any slice of a
// simulation can be made alone and in any order.

const golden = 0x9e3779b97f4a7c15

// scramble is the finaliser of SplitMix64 (Steele, Lea & Flood 2014).
func scramble(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// draw returns the random bits of the place v in the stream key.
func draw(key uint64, v int64) uint64 {
	return scramble(key ^ scramble(uint64(v)*golden+golden))
}

// stream derives a stream for a purpose from a seed.
func stream(seed int64, purpose uint64) uint64 {
	return draw(scramble(uint64(seed)+golden)^purpose*0xd6e8feb86659fd93, int64(purpose))
}

// Purposes of streams; a new one goes at the end, or old seeds change.
const (
	forTies uint64 = iota + 1
	forFill
	forRemainder
	forPlan
	forGuard
	forGaps
	forNulls
	forTimes
	_ // kept free, so that the streams behind it stay
	forCalibration
	forDefinition
	forHold
	forInnovations
	forLibrary
	forFiner
	forFresh
)

// textHash is FNV-1a, scrambled: the identity of a series by its keys.
func textHash(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := 0; i < len(s); i++ {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return scramble(h)
}

// uniform maps bits to the open interval (0, 1).
func uniform(bits uint64) float64 { return (float64(bits>>11) + .5) * 0x1p-53 }

// gaussian maps bits to a standard normal.
func gaussian(bits uint64) float64 { return mathext.NormalQuantile(uniform(bits)) }

// normalQuantile is the inverse of the standard normal distribution function.
func normalQuantile(p float64) float64 { return mathext.NormalQuantile(p) }

// gumbels are standard Gumbel variates by quantile, for plans that need
// millions of them and no tails.
var gumbels = func() (t [1024]float32) {
	for i := range t {
		t[i] = float32(-math.Log(-math.Log((float64(i) + .5) / float64(len(t)))))
	}
	return
}()

// gumbel maps bits to a Gumbel variate.
func gumbel(bits uint64) float32 { return gumbels[bits>>54] }
