package spectrum

import (
	"math"
	"math/rand"
	"testing"

	"github.com/datamime/datamime/engine/internal/stepset"
	"github.com/datamime/datamime/engine/internal/work"
)

// walk is a path with memory, whose spectrum is red, and a wave of one frequency.
func walk(n int, seed int64, size, f float64) []float64 {
	r := rand.New(rand.NewSource(seed))
	x, a := make([]float64, n), 0.
	for i := range x {
		a = .9*a + r.NormFloat64()
		x[i] = a + size*math.Cos(2*math.Pi*f*float64(i)+1)
	}
	return x
}

func everywhere(float64) bool { return true }

// TestPeaks: a wave stands out of red noise and is found to a hundredth of a line, which
// is 1/n wide; noise alone has nothing that stands out.
func TestPeaks(t *testing.T) {
	const n, f, alarm = 3000, .0713, 1e-6
	for _, size := range []float64{0, 2} {
		x := [][]float64{walk(n, 1, size, f), walk(n, 2, size, f)}
		x[0][17], x[1][n-1] = math.NaN(), math.NaN()
		p := New(n, len(x), func(i int) []float64 { return x[i] }, work.Alone)
		at := p.Peaks(everywhere, alarm, 1)
		if (len(at) > 0) != (size > 0) || p.Span != n {
			t.Fatalf("a wave of %v has peaks %v over %d steps", size, at, p.Span)
		}
		if size == 0 {
			continue
		}
		if math.Abs(at[0]-f) > 1./n {
			t.Errorf("a peak at %v instead of %v", at[0], f)
		}
		// The error of a frequency has a standard deviation of √(6 S/(A² m)) / (π n),
		// where S is the noise's spectral density, about 4.5 there, A = 2, and m = 2n.
		if got, most := Refine(x, at[0], 1./n), 4*math.Sqrt(6*4.5/(4*2*n))/(math.Pi*n); math.Abs(got-f) > most {
			t.Errorf("refined to %v, off by %v of at most %v", got, math.Abs(got-f), most)
		}
		if at := p.Peaks(func(g float64) bool { return math.Abs(g-f) > .01 }, alarm, 1); at != nil {
			t.Errorf("peaks %v where none is allowed", at)
		}
	}
}

// TestHoles: nights without observations come once a day, single ones not regularly.
func TestHoles(t *testing.T) {
	const n = 24 * 128
	nights, all := stepset.New(n), stepset.New(n)
	for i := range n {
		all.Add(i)
		if i%24 >= 8 {
			nights.Add(i)
		}
	}
	if f := Holes(nights, n); math.Abs(f-1./24) > 1./n {
		t.Errorf("nights come %v times a step instead of %v", f, 1./24)
	}
	if f := Holes(all, n); f != 0 {
		t.Errorf("no holes come %v times a step", f)
	}
}
