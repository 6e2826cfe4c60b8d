package engine

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

const driftYears = 3

// switched is hourly demand of some years about a profile of the day, with a load that is
// switched at eleven at night, 8 higher in the first year, gone in the second and 8
// lower in the third where it drifts; and noise of memory .8 that has the variance 4.
func switched(drifts float64) []float64 {
	r, x, z := rand.New(rand.NewPCG(8, 73)), make([]float64, driftYears*365*24), 0.
	for i := range x {
		z = .8*z + 2*math.Sqrt(1-.64)*r.NormFloat64()
		x[i] = 100 + 10*math.Sin(2*math.Pi*float64(i%24)/24) + z
		if i%24 == 23 {
			x[i] += 8 * (1 - drifts*float64(i/24/365))
		}
		x[i] = roundTo(x[i], 2)
	}
	return x
}

// What is switched at an hour of the day changes from year to year as it did, and where
// it does not, profiles stand.
func TestProfilesDrift(t *testing.T) {
	for _, drifts := range []float64{1, 0} {
		t.Run(fmt.Sprint(drifts), func(t *testing.T) {
			x := switched(drifts)
			m := mustFit(t, panel(time.Hour, x), Options{})
			if does := m.location.drift > 0; does != (drifts > 0) {
				t.Fatalf("profiles are said to drift: %t", does)
			}
			first, last := m.Span()
			have := columns(all(t, m, Window{Start: first, End: last + 1, Seed: 3, NoGaps: true}), 1)[0]
			for year := range driftYears {
				// The mean of 365 steps of noise, of the variance 2·4·(1-.8), which days
				// leave independent: .066. Eight bends follow what jumps by 8 between years
				// to a fifth.
				near(t, fmt.Sprintf("year %d", year), meanSwitch(have, year), meanSwitch(x, year), 4*.066*math.Sqrt2+drifts*8/5)
			}
		})
	}
}

// meanSwitch is the mean step at eleven at night in a year.
func meanSwitch(x []float64, year int) (mean float64) {
	for day := year * 365; day < (year+1)*365; day++ {
		mean += (x[day*24+23] - x[day*24+22]) / 365
	}
	return mean
}
