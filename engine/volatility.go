package engine

import "math"

// mixture is the distribution of ζ·exp(v·w), ζ and w standard normal: what is
// drawn when restless times alternate with quiet ones.
type mixture struct{ restive float64 }

// Nodes and weights of a trapezoid rule for the normal density, which is exact
// to ten digits for smooth functions from a width of half a unit on.
const (
	mixtureNodes = 6 // units to either side
	mixtureStep  = .25
)

// upper is the probability beyond x ≥ 0.
func (m mixture) upper(x float64) float64 {
	sum, total := 0., 0.
	for w := -float64(mixtureNodes); w <= mixtureNodes; w += mixtureStep {
		p := math.Exp(-w * w / 2)
		sum += p * upperTail(x*math.Exp(-m.restive*w))
		total += p
	}
	return sum / total
}

// score maps a value of the mixture to the normal score that has as much below
// it (G in innovations).
func (m mixture) score(x float64) float64 {
	if m.restive == 0 {
		return x
	}
	p := m.upper(math.Abs(x))
	return math.Copysign(-normalQuantile(math.Max(p, 1e-300)), x)
}
