package engine

import (
	"math"
	"sync"

	"gonum.org/v1/gonum/mathext"

	"github.com/datamime/datamime/engine/internal/stat"
)

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
	return math.Copysign(-mathext.NormalQuantile(math.Max(p, 1e-300)), x)
}

// echo is the mean slope in w of log|G(ζ·exp(v·w))|: how far restless times
// show in the normal scores of the mixture.
func (m mixture) echo() float64 {
	const (
		step = .25
		end  = 4.
	)
	sum, total := 0., 0.
	for z := step / 2; z < end; z += step { // both signs are alike
		for w := -end; w <= end; w += step {
			p := math.Exp(-(w*w + z*z) / 2)
			total += p
			sum += p * w * math.Log(math.Abs(m.score(z*math.Exp(m.restive*w)))+.05)
		}
	}
	return sum / total
}

// echoes are those of v = 0, .05, .1 .. mostRestive.
var echoes = sync.OnceValue(func() (e []float64) {
	for i := range int(mostRestive/echoStep) + 1 {
		e = append(e, mixture{echoStep * float64(i)}.echo())
	}
	return e
})

const echoStep = .05

// restlessness is the v whose echo is given.
func restlessness(echo float64) float64 {
	e := echoes()
	v := make([]float64, len(e))
	for i := range v {
		v[i] = echoStep * float64(i)
	}
	return stat.Interpolate(echo, e, v)
}
