package engine

import (
	"math"

	"github.com/datamime/datamime/engine/internal/stat"
)

// link is the scale on which a series is modelled: as it is, or for
// non-negative data √(x + c) or log(x + c).
type link struct {
	kind  linkKind
	c     float64
	least float64 // what x + c is taken for where it is less; set where a link is chosen
}

type linkKind uint8

const (
	identity linkKind = iota
	root
	logarithm
)

// links lists the candidates for a series with the sorted values v.
func links(v []float64) []link {
	candidates := []link{{}}
	distinct := 0
	for i := range v {
		if i == 0 || v[i] != v[i-1] {
			distinct++
		}
	}
	if v[0] < 0 || distinct <= 5 {
		return candidates
	}
	zeros := 0
	for zeros < len(v) && v[zeros] == 0 {
		zeros++
	}
	positive := v[zeros:]
	rootShift, logShift := 0., 0.
	median := stat.Quantile(positive, .5)
	if zeros > 0 {
		rootShift = .1 * median
	}
	if zeros > 0 || v[0] <= .02*stat.Quantile(v, .5) {
		logShift = math.Max(.5*stat.Quantile(positive, .05), .02*median)
	}
	least := min(1e-9, 1e-6*median)
	return append(candidates, link{root, rootShift, least}, link{logarithm, logShift, least})
}

// to maps a value to the scale of the model.
func (l link) to(x float64) float64 {
	switch l.kind {
	case root:
		return math.Sqrt(math.Max(x+l.c, 0))
	case logarithm:
		least := 1e-3 * l.least
		if l.c > 0 {
			least = l.c * 1e-3
		}
		return math.Log(math.Max(x+l.c, least))
	}
	return x
}

// unlink maps values back from the scale of the model, in place.
func (l link) unlink(y []float64) {
	switch l.kind {
	case root:
		for i, v := range y {
			v = max(v, 0)
			y[i] = v*v - l.c
		}
	case logarithm:
		for i, v := range y {
			y[i] = math.Exp(min(v, 700)) - l.c
		}
	}
}

// from is unlink of one value.
func (l link) from(y float64) float64 {
	v := [1]float64{y}
	l.unlink(v[:])
	return v[0]
}

// logSlope is the logarithm of the derivative of to.
func (l link) logSlope(x float64) float64 {
	switch l.kind {
	case root:
		return -math.Log(2 * math.Sqrt(math.Max(x+l.c, l.least)))
	case logarithm:
		return -math.Log(math.Max(x+l.c, l.least))
	}
	return 0
}

// unitOfSpread is 1, or less where values lie so close together that a part of 1
// would not be small beside them.
func unitOfSpread(spread float64) float64 { return max(1e-280, min(1, 1e6*spread)) }

// moments are the mean and the standard deviation of the known values.
func moments(x []float64) (mean, sd float64) {
	n := 0.
	for _, v := range x {
		if !stat.IsMissing(v) {
			mean += v
			n++
		}
	}
	if n == 0 {
		return 0, 0
	}
	mean /= n
	for _, v := range x {
		if !stat.IsMissing(v) {
			sd += (v - mean) * (v - mean)
		}
	}
	return mean, math.Sqrt(sd / n)
}
