package stat

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// samples are series shorter and longer than what is sorted at once, with
// values that are missing, alike, and alike in their leading bits.
func samples() (all [][]float64) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{0, 1, radixFrom - 1, radixFrom, chunk, chunk + 1, 3*chunk + 7} {
		for _, draw := range []func() float64{
			r.NormFloat64,
			func() float64 { return float64(r.IntN(3)) - 1 },
			func() float64 { return 1000 + float64(r.IntN(1000))/1000 },
			func() float64 { return 7 },
			func() float64 { return 1 + float64(r.IntN(1<<20))/(1<<52) }, // alike in their leading digits
			func() float64 { return math.Inf(r.IntN(2)*2 - 1) },
			func() float64 { return math.Exp(30 * r.NormFloat64()) },
		} {
			x := make([]float64, n)
			for i := range x {
				if x[i] = draw(); r.IntN(10) == 0 {
					x[i] = math.NaN()
				}
			}
			all = append(all, x)
		}
	}
	return all
}

func TestSortedIsWhatTheStandardLibrarySorts(t *testing.T) {
	for k, x := range samples() {
		want := slices.DeleteFunc(slices.Clone(x), math.IsNaN)
		have := slices.Clone(want)
		slices.Sort(want)
		if Sort(have, nil); !slices.Equal(have, want) {
			t.Errorf("sample %d of %d values is not sorted", k, len(x))
		}
		if !slices.Equal(Sorted(x, nil), want) {
			t.Errorf("the known values of sample %d of %d are not sorted", k, len(x))
		}
	}
}

func TestRankOrdersSteps(t *testing.T) {
	for k, x := range samples() {
		var want Ranking
		for i, v := range x {
			if !math.IsNaN(v) {
				want = append(want, uint32(i))
			}
		}
		slices.SortFunc(want, func(a, b uint32) int {
			return cmp.Or(cmp.Compare(float32(x[a]), float32(x[b])), cmp.Compare(a, b))
		})
		if have := Rank(x, nil); !slices.Equal(have, want) {
			t.Errorf("sample %d of %d values is not ranked", k, len(x))
		}
	}
}
