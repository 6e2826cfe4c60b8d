package fidelity

import (
	"math"

	"github.com/datamime/datamime/engine/internal/stat"
)

// rms is the root mean square of a - b where both are known.
func rms(a, b []float64) float64 {
	sum, n := 0., 0.
	for i := range a {
		if d := a[i] - b[i]; !math.IsNaN(d) {
			sum += d * d
			n++
		}
	}
	return math.Sqrt(sum / n)
}

// wasserstein is the Wasserstein-1 distance of two sorted samples, from 2000
// of their quantiles; NaN when one has fewer than five values.
func wasserstein(a, b []float64) float64 {
	if len(a) < 5 || len(b) < 5 {
		return math.NaN()
	}
	const n = 2000
	sum := 0.
	for i := range n {
		p := (float64(i) + .5) / n
		sum += math.Abs(stat.Quantile(a, p) - stat.Quantile(b, p))
	}
	return sum / n
}

// differences at a lag; NaN where one of the two is missing.
func differences(x []float64, lag int) []float64 {
	d := make([]float64, max(0, len(x)-lag))
	for i := range d {
		d[i] = x[i+lag] - x[i]
	}
	return d
}

// blockMeans is the means over blocks of the given length, NaN for a block of
// which less than three quarters are known.
func blockMeans(x []float64, length int) []float64 {
	out := make([]float64, len(x)/length)
	for i := range out {
		b := x[i*length : (i+1)*length]
		out[i] = math.NaN()
		if float64(stat.Known(b)) >= .75*float64(length) {
			out[i] = stat.Mean(b)
		}
	}
	return out
}

// evenly returns at most k of 0..n-1, evenly spaced, each once.
func evenly(n, k int) []int {
	var out []int
	if n <= k {
		for i := range n {
			out = append(out, i)
		}
		return out
	}
	step := float64(n-1) / float64(k-1)
	for i := range k {
		at := n - 1
		if i < k-1 {
			at = int(math.RoundToEven(float64(i) * step))
		}
		if len(out) == 0 || out[len(out)-1] != at {
			out = append(out, at)
		}
	}
	return out
}
