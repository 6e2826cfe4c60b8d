package stat

import "math"

// Quantile interpolates between the order statistics of sorted values
// (Hyndman & Fan 1996, type 7).
func Quantile(v []float64, p float64) float64 {
	h := p * float64(len(v)-1)
	i := int(h)
	if i+1 >= len(v) {
		return v[len(v)-1]
	}
	return v[i] + (h-float64(i))*(v[i+1]-v[i])
}

// DropGlitches makes isolated absurd values missing: farther than twenty
// times the .995 quantile's distance from the median, and at most three or
// .05 % of the values. v has the known values sorted; those left are returned.
func DropGlitches(x, v []float64) (left []float64, dropped int) {
	if len(v) < 50 {
		return v, 0
	}
	median := Quantile(v, .5)
	up := 20 * (Quantile(v, .995) - median)
	down := 20 * (median - Quantile(v, .005))
	most := max(3, len(v)/2000)
	hi, lo := 0, 0
	for _, y := range v {
		if up > 0 && y-median > up {
			hi++
		}
		if down > 0 && median-y > down {
			lo++
		}
	}
	if hi > most {
		hi = 0
	}
	if lo > most {
		lo = 0
	}
	if hi+lo == 0 {
		return v, 0
	}
	for i, y := range x {
		if hi > 0 && y-median > up || lo > 0 && median-y > down {
			x[i] = math.NaN()
		}
	}
	return v[lo : len(v)-hi], hi + lo
}
