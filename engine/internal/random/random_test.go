package random

import (
	"math"
	"testing"
)

// TestStreams: streams of one seed differ by their purpose, those of one
// purpose by their seed.
func TestStreams(t *testing.T) {
	seen := map[uint64]bool{}
	for seed := int64(-5); seed < 5; seed++ {
		for purpose := ForTies; purpose <= ForIdle; purpose++ {
			key := Stream(seed, purpose)
			if seen[key] {
				t.Fatalf("seed %d and purpose %d share a stream", seed, purpose)
			}
			seen[key] = true
		}
	}
}

// TestSeedsGiveWhatTheyGave: bits do not change from version to version, as that would
// change what a seed gives. The first three are SplitMix64's from 0, as its authors'
// program prints them; TextHash scrambles the vectors that FNV was published with; the
// others are what the first version gave.
func TestSeedsGiveWhatTheyGave(t *testing.T) {
	golden := uint64(Golden) // its multiples are modulo 2⁶⁴
	for what, pair := range map[string][2]uint64{
		"first of SplitMix64":  {Scramble(golden), 0xe220a8397b1dcdaf},
		"second of SplitMix64": {Scramble(2 * golden), 0x6e789e6aa1b965f4},
		"third of SplitMix64":  {Scramble(3 * golden), 0x06c45d188009454f},
		"hash of nothing":      {TextHash(""), Scramble(0xcbf29ce484222325)},
		"hash of a":            {TextHash("a"), Scramble(0xaf63dc4c8601ec8c)},
		"hash of foobar":       {TextHash("foobar"), Scramble(0x85944171f73967e8)},
		"draw":                 {Draw(0, 0), 0x48218226ff3cd4bf},
		"draw at a place":      {Draw(7, -3), 0x138385a2e1d2b679},
		"stream":               {Stream(0, ForTies), 0x47a5416f7be60faa},
		"stream of a seed":     {Stream(42, ForPlan), 0x843158fb880de576},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s is %#x, not %#x", what, pair[0], pair[1])
		}
	}
}

// TestEnds: whatever the bits, there is a quantile.
func TestEnds(t *testing.T) {
	const most = math.MaxUint64
	if u := Uniform(0); u != 0x1p-54 {
		t.Errorf("the least uniform variate is %v", u)
	}
	if u := Uniform(most); u >= 1 || u < 1-0x1p-52 {
		t.Errorf("the largest uniform variate is %v", u)
	}
	for what, pair := range map[string][2]float64{
		"normal": {Gaussian(0), -Gaussian(most)},
		"bell":   {Bell(0), -Bell(most)},
	} {
		if low, high := pair[0], pair[1]; math.IsInf(low, 0) || !(low < -3) || math.Abs(low-high) > .2 {
			t.Errorf("the %s variates go from %v to %v", what, low, -high)
		}
	}
}

// TestMoments: the mean of n draws is within four standard errors of the
// distribution's, and so is that of their squares about it.
func TestMoments(t *testing.T) {
	const n = 100_000
	for _, d := range []struct {
		name               string
		draw               func(uint64) float64
		mean, sd, kurtosis float64
	}{
		{"uniform", Uniform, .5, math.Sqrt(1. / 12), 1.8},
		{"normal", Gaussian, 0, 1, 3},
		{"bell", Bell, 0, 1, 3 - 1.2/4}, // four uniform variates
		{"Gumbel", func(bits uint64) float64 { return float64(Gumbel(bits)) }, 0.57721566, math.Pi / math.Sqrt(6), 5.4},
	} {
		key, sum, squares := Stream(1, ForPlan), 0., 0.
		for i := range int64(n) {
			z := (d.draw(Draw(key, i)) - d.mean) / d.sd
			sum += z
			squares += z * z
		}
		bound := 4 / math.Sqrt(n)
		if mean, square := sum/n, squares/n; math.Abs(mean) > bound || math.Abs(square-1) > bound*math.Sqrt(d.kurtosis-1) {
			t.Errorf("%s: standardised, the mean is %v and the mean square %v", d.name, mean, square)
		}
	}
}
