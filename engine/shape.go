package engine

import (
	"math"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/datamime/datamime/engine/internal/stat"
)

// shape is a distribution by parameters: its quantile function over normal
// scores, piecewise linear between means of neighbouring values, and beyond
// those generalised Pareto tails (Pickands 1975; fitted by probability-weighted
// moments, Hosking & Wallis 1987, Technometrics 29). No knot is the mean of
// fewer than knotValues values, so that none of them can be read off.
type shape struct {
	n    int       // values that it was learned from
	z, u []float64 // knots, ascending; where they stand hangs on the number of values alone
	tail [2]pareto // below and above
}

// pareto is a generalised Pareto tail: the value at tail probability p is
// scale/index·((p₀/p)^index − 1) beyond the knot, whose own is p₀.
type pareto struct{ scale, index float64 }

const (
	knotValues  = 10  // least values of a knot
	knotWidth   = .2  // least width of a knot's stretch, in normal scores
	tailShare   = .05 // of the values tell the tail's index
	tailValues  = 40  // least values that tell it; below, tails are exponential
	mostIndex   = .5  // beyond which variances are infinite
	shapeScore  = 8.  // normal scores that a shape is asked for at most
	leastShaped = 3 * knotValues

	fittedDirections = 48 // knots of a map of directions
)

// stretches are the ranks that the knots of n values are means of: knot i is
// of ranks[i] to ranks[i+1].
func stretches(n int) (ranks []int) {
	ranks = []int{0}
	for a := knotValues; n-a >= knotValues; {
		ranks = append(ranks, a)
		z := mathext.NormalQuantile(float64(a)/float64(n)) + knotWidth
		a = max(a+knotValues, int(math.Ceil(float64(n)*(1-upperTail(z)))))
	}
	return append(ranks, n)
}

// knotScores are the mean normal scores of the stretches. Few values make no
// knots: they are told by their mean and standard deviation.
func knotScores(n int) []float64 {
	if n < leastShaped {
		return []float64{-1, 1}
	}
	ranks := stretches(n)
	z := make([]float64, len(ranks)-1)
	density := func(rank int) float64 {
		if rank == 0 || rank == n {
			return 0
		}
		x := mathext.NormalQuantile(float64(rank) / float64(n))
		return math.Exp(-x*x/2) / math.Sqrt(2*math.Pi)
	}
	for i := range z {
		z[i] = float64(n) / float64(ranks[i+1]-ranks[i]) * (density(ranks[i]) - density(ranks[i+1]))
	}
	return z
}

// knotMeans are the means of sorted values over the stretches of n values;
// len(v) may differ from n.
func knotMeans(v []float64, n int) []float64 {
	ranks := stretches(n)
	u := make([]float64, len(ranks)-1)
	for i := range u {
		a, b := ranks[i]*len(v)/n, ranks[i+1]*len(v)/n
		b = min(len(v), max(b, a+1))
		a = min(a, b-1)
		for _, x := range v[a:b] {
			u[i] += x / float64(b-a)
		}
	}
	return u
}

// partMeans are the means of n parts of sorted values, equally large.
func partMeans(v []float64, n int) []float64 {
	u := make([]float64, n)
	for i := range u {
		part := v[i*len(v)/n : (i+1)*len(v)/n]
		for _, x := range part {
			u[i] += x / float64(len(part))
		}
	}
	return u
}

// newShape learns a distribution from sorted values.
func newShape(v []float64) *shape {
	n := len(v)
	if n < leastShaped {
		mean, sd := moments(v)
		return &shape{n: n, z: knotScores(n), u: []float64{mean - sd, mean + sd}}
	}
	s := &shape{n: n, z: knotScores(n), u: knotMeans(v, n)}
	flipped := make([]float64, n)
	for i, x := range v {
		flipped[n-1-i] = -x
	}
	last := len(s.u) - 1
	s.tail[0] = newPareto(flipped, -s.z[0])
	s.tail[1] = newPareto(v, s.z[last])
	return s
}

// newPareto fits the upper tail of sorted values, beyond the score z.
func newPareto(v []float64, z float64) pareto {
	n := len(v)
	k := max(int(tailShare*float64(n)), 2*knotValues)
	threshold := v[n-k-1]
	a0, a1 := 0., 0.
	for j, x := range v[n-k:] {
		x -= threshold
		a0 += x / float64(k)
		a1 += x * float64(k-1-j) / float64(k-1) / float64(k)
	}
	t := pareto{scale: a0}
	if k >= tailValues && a0 > 2*a1 {
		t.index = max(-mostIndex, min(mostIndex, 2-a0/(a0-2*a1)))
		t.scale = a0 * (1 - t.index) // keeps the mean excess
	}
	own := upperTail(z)
	t.scale *= math.Pow(float64(k)/float64(n)/own, t.index)
	return t
}

// upperTail is the probability beyond a normal score.
func upperTail(z float64) float64 { return distuv.UnitNormal.Survival(z) }

// excess is how far beyond the knot at score from the value at score z lies.
func (t pareto) excess(z, from float64) float64 {
	ratio := math.Log(upperTail(from) / upperTail(min(z, shapeScore)))
	if math.Abs(t.index) < 1e-6 {
		return t.scale * ratio
	}
	return t.scale / t.index * math.Expm1(t.index*ratio)
}

// at is the value at a normal score.
func (s *shape) at(z float64) float64 {
	last := len(s.z) - 1
	switch {
	case last < 1:
		return s.u[0]
	case z > s.z[last] && s.tail[1].scale > 0:
		return s.u[last] + s.tail[1].excess(z, s.z[last])
	case z < s.z[0] && s.tail[0].scale > 0:
		return s.u[0] - s.tail[0].excess(-z, -s.z[0])
	case z > s.z[last]:
		return s.u[last] + (z-s.z[last])*(s.u[last]-s.u[last-1])/(s.z[last]-s.z[last-1])
	case z < s.z[0]:
		return s.u[0] + (z-s.z[0])*(s.u[1]-s.u[0])/(s.z[1]-s.z[0])
	}
	return stat.Interpolate(z, s.z, s.u)
}

// inverse is the normal score of a value, beyond the knots on the line through
// the last two.
func (s *shape) inverse(x float64) float64 {
	last := len(s.u) - 1
	a, b := 0, 1
	switch {
	case x > s.u[last]:
		a, b = last-1, last
	case x >= s.u[0]:
		return stat.Interpolate(x, s.u, s.z)
	}
	return s.z[a] + (x-s.u[a])*(s.z[b]-s.z[a])/math.Max(1e-3, s.u[b]-s.u[a])
}

// round leaves what a coder keeps of a shape.
func (s *shape) round() {
	for i, u := range s.u {
		s.u[i] = math.RoundToEven(u/shapeUnit) * shapeUnit
	}
	s.tail = [2]pareto{}
}
