// Package random draws random numbers that are functions of what they are for: a
// hash of (seed, purpose, place) instead of the next draw of a generator, so that any
// slice of a simulation can be made alone and in any order.
package random

import (
	"hash/fnv"
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Golden is 2⁶⁴ over the golden ratio: its multiples are spread evenly.
const Golden = 0x9e3779b97f4a7c15

// Scramble is the finaliser of SplitMix64 (Steele, Lea & Flood 2014).
func Scramble(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// Draw returns the random bits of the place v in the stream key.
func Draw(key uint64, v int64) uint64 {
	return Scramble(key ^ Scramble(uint64(v)*Golden+Golden))
}

// Stream derives a stream for a purpose from a seed.
func Stream(seed int64, purpose uint64) uint64 {
	return Draw(Scramble(uint64(seed)+Golden)^purpose*0xd6e8feb86659fd93, int64(purpose))
}

// Purposes of streams; a new one goes at the end, or old seeds change.
const (
	ForTies uint64 = iota + 1
	ForFill
	ForRemainder
	ForPlan
	ForGuard
	ForGaps
	ForNulls
	_ // kept free, so that the streams behind stay
	_ // kept free, so that the streams behind stay
	ForCalibration
	ForDefinition
	ForHold
	ForInnovations
	ForLibrary
	ForFiner
	ForFresh
	ForIdle
	ForScatter
	ForVeil
)

// TextHash is FNV-1a, scrambled: the identity of a series by its keys.
func TextHash(s string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(s))
	return Scramble(h.Sum64())
}

// Uniform maps bits to the open interval (0, 1): the largest would be rounded to 1,
// of which no distribution has a quantile.
func Uniform(bits uint64) float64 { return min((float64(bits>>11)+.5)*0x1p-53, 1-0x1p-53) }

// Gaussian maps bits to a standard normal.
func Gaussian(bits uint64) float64 { return mathext.NormalQuantile(Uniform(bits)) }

// Bell maps bits to the sum of four uniform variates, standardised: near enough
// to a normal one for a kernel, whose shape matters little, without its tails
// and at a tenth of its cost.
func Bell(bits uint64) float64 {
	sum := bits&0xffff + bits>>16&0xffff + bits>>32&0xffff + bits>>48
	return (float64(sum) - 2*0xffff) * (1.7320508075688772 / 0x10000)
}

// Gumbels are standard Gumbel variates by quantile, for plans that need
// millions of them and no tails.
var Gumbels = func() (t [1024]float32) {
	for i := range t {
		t[i] = float32(-math.Log(-math.Log((float64(i) + .5) / float64(len(t)))))
	}
	return
}()

// Gumbel maps bits to a Gumbel variate.
func Gumbel(bits uint64) float32 { return Gumbels[bits>>54] }
