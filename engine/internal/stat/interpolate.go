package stat

import "sort"

// Interpolate is piecewise linear through (x, y), constant beyond; x ascends, and
// len(x) == len(y) > 0.
func Interpolate(at float64, x, y []float64) float64 {
	i := sort.SearchFloat64s(x, at)
	if i == 0 {
		return y[0]
	}
	if i == len(x) {
		return y[len(y)-1]
	}
	d := x[i] - x[i-1]
	if d <= 0 {
		return y[i]
	}
	return y[i-1] + (at-x[i-1])/d*(y[i]-y[i-1])
}
