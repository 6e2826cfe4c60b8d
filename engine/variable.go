package engine

import "math"

// variable is the model of one value column of one series, but for the
// dynamics, which all share:
//
//	value = round(map(link⁻¹(μ + σ·(m(t) + exp(s(t))·u))))
//
// with u the residual of a score of the dynamics.
type variable struct {
	key      uint64 // of its series' text and its column
	known    int    // values of the sample
	constant float64
	active   bool // it varies
	lattice  lattice
	least    float64 // bounds of what is generated
	most     float64
	link     link
	mean, sd float64
	location *curve
	scale    *curve
	scores   *scores
	blend    [2]float64 // weights of the neighbouring scores and of the own
	remap    *remap
	seen     *windowSet // windows of the sample; nil: nothing to guard
}

// maxLogScale bounds how far the scale of residuals may leave its mean.
const maxLogScale = 3

// margin turns scores into values before calibration. z has one score more at
// either end than dst; location, scale and cell belong to the steps of dst.
func (v *variable) margin(dst, z, location, scale []float64, cell []uint8) {
	if a, b := v.blend[0], v.blend[1]; a != 0 {
		for i := range dst {
			dst[i] = a*(z[i]+z[i+2]) + b*z[i+1]
		}
	} else {
		copy(dst, z[1:])
	}
	v.scores.residuals(dst, cell)
	location, scale = location[:len(dst)], scale[:len(dst)]
	for i, u := range dst {
		e := math.Exp(max(-maxLogScale, min(maxLogScale, scale[i])))
		dst[i] = v.mean + v.sd*(location[i]+e*u)
	}
	v.link.unlink(dst)
}

// setBlend sets the weight of the neighbouring scores, keeping the variance
// of scores with the autocorrelations r1 and r2.
func (v *variable) setBlend(kappa, r1, r2 float64) {
	c := 1 - 2*kappa
	gain := 1 / math.Sqrt(math.Max(.05, c*c+2*kappa*kappa+4*c*kappa*r1+2*kappa*kappa*r2))
	v.blend = [2]float64{kappa * gain, c * gain}
}

// finish maps, bounds and rounds a value.
func (v *variable) finish(y float64) float64 {
	return v.lattice.snap(v.bound(y))
}

// bound maps a value to the sample's distribution, within its bounds.
func (v *variable) bound(y float64) float64 {
	if v.remap != nil {
		y = v.remap.at(y)
	}
	return max(v.least, min(v.most, y))
}

// bounds learns the limits of sorted values: an extreme that recurs is an
// atom and a limit; beyond others there is room of 15 % of the range; and
// nothing is negative where nothing was.
func (v *variable) bounds(sorted []float64) {
	n := len(sorted)
	lo, hi := sorted[0], sorted[n-1]
	atom := func(x float64) bool {
		count := 0
		for _, y := range sorted {
			if y == x {
				count++
			}
		}
		return count > 5 && float64(count) > .002*float64(n)
	}
	v.least, v.most = lo, hi
	if !atom(hi) {
		v.most = hi + .15*(hi-lo)
	}
	if !atom(lo) {
		v.least = lo - .15*(hi-lo)
		if lo >= 0 {
			v.least = math.Max(0, v.least)
		}
	}
}

// remap is a monotone piecewise-linear map.
type remap struct {
	from, to   []float64
	finder     finder
	head, tail float64 // slopes beyond the ends
}

// newRemap maps the quantiles from (ascending) to the quantiles to.
func newRemap(from, to []float64) *remap {
	r := &remap{from: from, to: to}
	n := len(from)
	for i := 1; i < n; i++ {
		from[i] = max(from[i], from[i-1]+1e-12*(1+math.Abs(from[i-1])))
	}
	q := max(1, n/40)
	if n > q {
		r.head = slope(to[q]-to[0], from[q]-from[0])
		r.tail = slope(to[n-1]-to[n-1-q], from[n-1]-from[n-1-q])
	}
	r.finder = newFinder(from)
	return r
}

func slope(dy, dx float64) float64 { return max(0, min(2, dy/max(1e-12, dx))) }

func (r *remap) at(y float64) float64 {
	n := len(r.from)
	if !(y > r.from[0]) {
		if y != y {
			return r.to[0]
		}
		return r.to[0] - (r.from[0]-y)*r.head
	}
	if y >= r.from[n-1] {
		return r.to[n-1] + (y-r.from[n-1])*r.tail
	}
	i := r.finder.find(r.from, y)
	return r.to[i] + (y-r.from[i])/(r.from[i+1]-r.from[i])*(r.to[i+1]-r.to[i])
}
