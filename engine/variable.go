package engine

import (
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/datamime/datamime/engine/internal/stat"
)

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
	low      float64 // the sample's range
	high     float64
	link     link
	mean, sd float64
	location *curve
	scale    *curve
	scores   *scores
	blend    [3]float64 // weights of the neighbouring scores, of the own, and of the one a season ago
	remap    *remap
	seen     *windowSet // windows of the sample; nil: nothing to guard
	dither   float64    // spread of what the sample rounded, for finer decimals than its own
	hold     *hold      // a step-like variable; nil: it moves freely
	idle     *idle      // it stands idle at times; nil: never
	circle   *circle    // its values go round; nil: they lie on a line
}

// maxLogScale bounds how far the scale of residuals may leave its mean.
const maxLogScale = 3

// scales turns logarithms into scales, in place.
func scales(log []float64) {
	for i, s := range log {
		log[i] = math.Exp(max(-maxLogScale, min(maxLogScale, s)))
	}
}

// margin turns scores into values before calibration. z has lead+1 scores
// before those of dst and one after; location, scale and cell belong to the
// steps of dst.
func (v *variable) margin(dst, z, location, scale []float64, cell []uint8) {
	v.mix(dst, z)
	v.scores.residuals(dst, cell)
	location, scale = location[:len(dst)], scale[:len(dst)]
	for i, u := range dst {
		dst[i] = v.mean + v.sd*(location[i]+scale[i]*u)
	}
	v.link.unlink(dst)
}

// mix blends scores with their neighbours and with those a season ago.
func (v *variable) mix(dst, z []float64) {
	lead := len(z) - 2 - len(dst)
	own := z[lead+1:]
	a, b, c := v.blend[0], v.blend[1], v.blend[2]
	if a == 0 && c == 0 {
		copy(dst, own)
		return
	}
	before, after, past := z[lead:], z[lead+2:], z[1:]
	for i := range dst {
		dst[i] = a*(before[i]+after[i]) + b*own[i] + c*past[i]
	}
}

// setBlend sets the weights of the neighbours and of the season before,
// keeping the variance of the scores in all.
func (v *variable) setBlend(kappa, seasonal float64, lead int, all []attempt) {
	v.blend = [3]float64{kappa, 1 - 2*kappa, seasonal}
	if lead == 0 {
		v.blend[2] = 0
	}
	if kappa == 0 && seasonal == 0 {
		return
	}
	before, after := 0., 0.
	for _, a := range all {
		v.mix(a.y, a.z)
		before += floats.Dot(a.z[lead+1:len(a.z)-1], a.z[lead+1:len(a.z)-1])
		after += floats.Dot(a.y, a.y)
	}
	gain := math.Sqrt(before / math.Max(after, .05*before+1e-300))
	for i := range v.blend {
		v.blend[i] *= gain
	}
}

// finish maps, bounds and rounds a value.
func (v *variable) finish(y float64) float64 {
	return v.within(v.lattice.snap(v.bound(y)))
}

// finishAll finishes values of the sample's steps from first on, in place.
func (v *variable) finishAll(y []float64, first int) {
	if v.hold == nil {
		for i, u := range y {
			if v.remap != nil {
				u = v.remap.at(u)
			}
			if u > v.high || u < v.low {
				u = v.thin(u)
			}
			y[i] = v.within(v.lattice.snap(v.within(u)))
		}
		return
	}
	for i, u := range y {
		y[i] = v.bound(u)
	}
	v.keep(y, y, func(i int) bool { return v.hold.change.Has(first + i) }, stat.Missing())
}

// bound maps a value to the sample's distribution, within its bounds.
func (v *variable) bound(y float64) float64 {
	if v.remap != nil {
		y = v.remap.at(y)
	}
	return v.within(v.thin(y))
}

// thin draws in what lies beyond the sample's range: between its end and a
// bound values thin out, instead of heaping up at the bound:
//
//	y' = end + room·(1 − exp(−(y − end)/room))
func (v *variable) thin(y float64) float64 {
	switch {
	case y > v.high && v.most > v.high:
		room := v.most - v.high
		return v.high + room*(1-math.Exp((v.high-y)/room))
	case y < v.low && v.least < v.low:
		room := v.low - v.least
		return v.low - room*(1-math.Exp((y-v.low)/room))
	}
	return y
}

func (v *variable) within(y float64) float64 {
	if v.least < y && y < v.most { // as nearly all are
		return y
	}
	return max(v.least, min(v.most, y))
}

// bounds learns the limits of sorted values: an extreme that recurs is an
// atom and a limit; beyond others there is room of 15 % of the range, of few
// values of 1/√n of it, unless there is an end to be seen; and nothing is negative where nothing was.
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
	v.low, v.high = lo, hi
	room := (hi - lo) * max(.15, 1/math.Sqrt(float64(n)))
	if !atom(hi) && !full(sorted) {
		v.most = hi + min(room, reachable(n, func(i int) float64 { return sorted[n-1-i] }))
	}
	if !atom(lo) {
		v.least = lo - room
		if lo >= 0 {
			v.least = math.Max(0, v.least)
		}
	}
	v.least, v.most = v.lattice.inward(v.least, v.most)
}

// full tells whether sorted values are shares that reached the whole, 100 or
// 1, at least twice: nothing lies beyond.
func full(v []float64) bool {
	n := len(v)
	hi := v[n-1]
	return n >= 3 && v[0] >= 0 && v[n-2] == hi && (hi == 100 || hi == 1 && v[0] < 1)
}

// reachable is how far beyond an extreme values may lie; from[i] is the i-th
// nearest of n values to it. Where the last hundredth lies closer together
// than the tenth behind it, as below a capacity, there is an end, about as far
// away as the next value (Robson & Whitlock 1964, Estimation of a truncation
// point, Biometrika 51); elsewhere there is none.
func reachable(n int, from func(i int) float64) float64 {
	const (
		least = 200 // values
		dense = .2  // .11 of uniform values, 1.3 of normal ones
	)
	if n < least {
		return math.Inf(1)
	}
	last := math.Abs(from(0) - from(n/100))
	behind := math.Abs(from(n/100) - from(n/10))
	if last > dense*behind {
		return math.Inf(1)
	}
	return math.Abs(from(0) - from(1))
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
	unit := unitOfSpread(to[n-1] - to[0])
	for i := 1; i < n; i++ {
		from[i] = max(from[i], from[i-1]+1e-12*(unit+math.Abs(from[i-1])))
	}
	q := max(1, n/40)
	if n > q {
		r.head = slope(to[q]-to[0], from[q]-from[0])
		r.tail = slope(to[n-1]-to[n-1-q], from[n-1]-from[n-1-q])
	}
	r.finder = newFinder(from)
	return r
}

func slope(dy, dx float64) float64 { return max(0, min(2, dy/max(math.SmallestNonzeroFloat64, dx))) }

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
