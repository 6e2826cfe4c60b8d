package random

import (
	"math"
	"testing"
)

// TestStreams: streams of one seed differ by their purpose, those of one
// purpose by their seed, and hashes do not change from version to version, as
// that would change what a seed gives.
func TestStreams(t *testing.T) {
	seen := map[uint64]bool{}
	for seed := int64(-5); seed < 5; seed++ {
		for purpose := ForTies; purpose <= ForFresh; purpose++ {
			key := Stream(seed, purpose)
			if seen[key] {
				t.Fatalf("seed %d and purpose %d share a stream", seed, purpose)
			}
			seen[key] = true
		}
	}
	if got := Scramble(Golden); got != 0xe220a8397b1dcdaf {
		t.Errorf("the first number of SplitMix64 from 0 is %#x", got)
	}
}

// TestGaussian: the mean of n draws is within four standard errors, 4/√n, of 0,
// and that of their squares within 4·√2/√n of 1.
func TestGaussian(t *testing.T) {
	const n = 100_000
	key, sum, squares := Stream(1, ForPlan), 0., 0.
	for i := range int64(n) {
		z := Gaussian(Draw(key, i))
		sum += z
		squares += z * z
	}
	if bound := 4 / math.Sqrt(n); math.Abs(sum/n) > bound || math.Abs(squares/n-1) > bound*math.Sqrt2 {
		t.Errorf("mean %v, mean square %v", sum/n, squares/n)
	}
}
