package stat

import "math"

// Missing returns what stands for a value that is not known, NaN.
func Missing() float64 { return math.NaN() }

// IsMissing says whether x stands for a value that is not known.
func IsMissing(x float64) bool { return x != x }

// Finite says whether x is neither missing nor infinite.
func Finite(x float64) bool { return x-x == 0 }

// Known is the number of known values.
func Known(x []float64) (n int) {
	for _, v := range x {
		if v == v {
			n++
		}
	}
	return n
}

// Mean is the mean of the known values, NaN when there is none.
func Mean(x []float64) float64 {
	sum, n := 0., 0.
	for _, y := range x {
		if !math.IsNaN(y) {
			sum += y
			n++
		}
	}
	return sum / n
}

// Deviation is the population standard deviation of the known values, NaN
// when there is none.
func Deviation(x []float64) float64 {
	m, sum, n := Mean(x), 0., 0.
	for _, y := range x {
		if !math.IsNaN(y) {
			sum += (y - m) * (y - m)
			n++
		}
	}
	return math.Sqrt(sum / n)
}

// Dot is the inner product of b with the first len(b) of x.
func Dot(b, x []float64) (sum float64) {
	for i, y := range b {
		sum += y * x[i]
	}
	return sum
}

// Repeats is the share of values that equal the one before, among those of which
// both are known; NaN where there are none.
func Repeats(x []float64) float64 {
	n, same := 0., 0.
	for i := 1; i < len(x); i++ {
		if math.IsNaN(x[i]) || math.IsNaN(x[i-1]) {
			continue
		}
		n++
		if x[i] == x[i-1] {
			same++
		}
	}
	return same / n
}

// leastRises is the number of rises without a fall that chance does not give.
const leastRises = 50

// NeverFalls tells whether a path rises all along, as readings of a meter do.
func NeverFalls(x []float64) bool {
	last, rises := math.NaN(), 0
	for _, v := range x {
		switch {
		case math.IsNaN(v):
			continue
		case v < last:
			return false
		case v > last:
			rises++
		}
		last = v
	}
	return rises >= leastRises
}
