package engine

import (
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/datamime/datamime/engine/internal/work"
)

// burg fits an autoregression of the given order to unbroken segments by the
// method of Burg (1975), the sums of its reflection coefficients taken over
// all segments:
//
//	x_t = -Σ_{i=1..p} a_i x_{t-i} + σ e_t
//
// It returns the coefficients a_1..a_p and σ. The segments are overwritten by
// their innovations e, in units of σ; the first p of a segment come from the
// lower orders, so that each uses what is known before it.
//
// J. P. Burg, Maximum Entropy Spectral Analysis, Stanford 1975; several
// segments: de Waele & Broersen 2000, "The Burg algorithm for segments".
func burg(segments [][]float64, order int, room *work.Room, check work.Check) (a []float64, sigma float64) {
	a = make([]float64, 0, order)
	power, count := 0., 0
	for _, s := range segments {
		power += floats.Dot(s, s)
		count += len(s)
	}
	v := power / math.Max(1, float64(count))
	forward, backward := make([][]float64, len(segments)), make([][]float64, len(segments))
	for i, s := range segments {
		backward[i] = room.Take(len(s))
		copy(backward[i], s)
		forward[i] = s
		if len(s) > 0 {
			s[0] *= unitOf(v)
		}
	}
	prev := make([]float64, order)
	den, summed := 0., 0.
	// Before order m, forward[i][:m] are finished innovations and the rest
	// the forward errors of order m-1.
	for m := 1; m <= order; m++ {
		check.Ask()
		if den <= 1e-6*summed { // at first, and before what was taken off leaves noise
			den = energy(forward, backward, m)
			summed = den
		}
		num := 0.
		for i := range segments {
			if n := len(forward[i]); n > m {
				num += floats.Dot(forward[i][m:], backward[i][:n-m])
			}
		}
		k := 0.
		if den > 0 {
			k = math.Max(-.9999, math.Min(.9999, -2*num/den))
		}
		den = (1+k*k)*den + 4*k*num
		copy(prev, a)
		a = append(a, k)
		for i := range m - 1 {
			a[i] = prev[i] + k*prev[m-2-i]
		}
		v *= 1 - k*k
		unit := unitOf(v)
		for i := range segments {
			n := len(forward[i])
			if n <= m {
				continue
			}
			f, b := forward[i][m:], backward[i][:n-m]
			reflect(f, b, k)
			den -= f[0]*f[0] + b[len(b)-1]*b[len(b)-1] // the next order starts one step later
			f[0] *= unit                               // finished
		}
	}
	unit := unitOf(v)
	for i := range segments {
		for j := order + 1; j < len(forward[i]); j++ {
			forward[i][j] *= unit
		}
	}
	return a, math.Sqrt(v)
}

// energy is the sum of the squares of the errors that order m compares. Those
// of the next order follow from them (Andersen 1978, Comments on the
// performance of maximum entropy algorithms, Proceedings of the IEEE 66).
func energy(forward, backward [][]float64, m int) float64 {
	e := 0.
	for i := range forward {
		if n := len(forward[i]); n > m {
			f, b := forward[i][m:], backward[i][:n-m]
			e += floats.Dot(f, f) + floats.Dot(b, b)
		}
	}
	return e
}

// reflect advances the forward and backward errors by one order.
func reflect(f, b []float64, k float64) {
	b = b[:len(f)]
	for i, x := range f {
		y := b[i]
		f[i] = x + k*y
		b[i] = y + k*x
	}
}

func unitOf(v float64) float64 { return 1 / math.Sqrt(v+1e-300) }

// memory is the number of steps after which the impulse response of an
// autoregression stays below tolerance of its total energy, at most limit. room
// is what the response is written to, and is made longer where it must be.
func memory(a []float64, tolerance float64, limit int, room *[]float64) int {
	const over = 1e-9 // of what is tolerated: a response that comes to no more has ended
	p := len(a)
	reverse := make([]float64, p)
	for i, c := range a {
		reverse[p-1-i] = -c
	}
	h := append((*room)[:0], make([]float64, p)...) // before the impulse
	total, recent := 0., 0.
	for t := range limit {
		v := recall(reverse, h[t:])
		if t == 0 {
			v = 1
		}
		h = append(h, v)
		total += v * v
		if recent += v*v - h[t]*h[t]; recent <= over*tolerance*total && t >= p {
			break
		}
	}
	*room = h
	h = h[p:]
	rest := 0.
	for t := len(h) - 1; t > 0; t-- {
		rest += h[t] * h[t]
		if !(rest < tolerance*total) {
			return t + 1
		}
	}
	return 1
}
