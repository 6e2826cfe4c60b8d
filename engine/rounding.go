package engine

import (
	"math"
	"slices"

	"github.com/datamime/datamime/engine/internal/work"
)

// lattice is the rounding of a column: a few values that recur, or decimals.
type lattice struct {
	set      []float64 // ascending; nil: decimals
	decimals int
	unit     float64 // 10^-decimals
	fine     bool    // most values come once: nothing recurs by rounding
	finder   finder
}

// finder finds the place of a value among ascending ones by an index over a
// uniform grid.
type finder struct {
	index     []int32
	lo, scale float64
}

func newFinder(v []float64) finder {
	f := finder{index: make([]int32, max(64, min(4096, 2*len(v)))), lo: v[0]}
	if d := v[len(v)-1] - v[0]; d > 0 {
		f.scale = float64(len(f.index)) / d
	}
	j := 0
	for i := range f.index {
		for j+1 < len(v) && (v[j+1]-f.lo)*f.scale < float64(i) {
			j++
		}
		f.index[i] = int32(j)
	}
	return f
}

// find returns the last i with v[i] <= x, at least 0; v is what the finder
// was made of.
func (f *finder) find(v []float64, x float64) int {
	at := (x - f.lo) * f.scale
	if !(at >= 0) {
		return 0
	}
	i := int(f.index[int(min(at, float64(len(f.index)-1)))])
	for i > 0 && v[i] > x {
		i--
	}
	for i+1 < len(v) && v[i+1] <= x {
		i++
	}
	return i
}

// maxDecimals is where rounding ends and floating-point noise begins.
const maxDecimals = 6

// newLattice learns the rounding of sorted values.
func newLattice(v []float64) lattice {
	distinct := 0
	for i := range v {
		if i == 0 || v[i] != v[i-1] {
			distinct++
		}
	}
	if distinct > 1 && distinct*20 < len(v) {
		set := make([]float64, 0, distinct)
		for i, x := range v {
			if i == 0 || x != v[i-1] {
				set = append(set, x)
			}
		}
		return lattice{set: set, finder: newFinder(set)}
	}
	l := decimalLattice(decimalsOf(v))
	l.fine = distinct*2 > len(v) && len(v) > 1000
	return l
}

// decimalsOf is the least number of decimals that sorted values fit in.
func decimalsOf(v []float64) int {
	scale := 1.
	if len(v) > 0 {
		scale = max(1, math.Abs(v[0]), math.Abs(v[len(v)-1]))
	}
	for d := range maxDecimals {
		if !slices.ContainsFunc(v, func(x float64) bool { return math.Abs(x-roundTo(x, d)) > 1e-9*scale }) {
			return d
		}
	}
	return maxDecimals
}

func decimalLattice(d int) lattice {
	return lattice{decimals: d, unit: math.Pow(10, float64(-d))}
}

// roundTo rounds half to even at d decimals.
func roundTo(x float64, d int) float64 {
	if d == 0 {
		return math.RoundToEven(x)
	}
	p := math.Pow(10, float64(d))
	return math.RoundToEven(x*p) / p
}

// powers are exact in floating point, so that x.1 comes out as the literal does.
var powers = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// snap rounds to the lattice.
func (l *lattice) snap(x float64) float64 {
	if l.set == nil {
		if l.decimals < 0 || l.decimals >= len(powers) {
			return x
		}
		return math.RoundToEven(x*powers[l.decimals])/powers[l.decimals] + 0 // never -0
	}
	i := l.finder.find(l.set, x)
	if i+1 == len(l.set) || x-l.set[i] < l.set[i+1]-x {
		return l.set[i]
	}
	return l.set[i+1]
}

// next is the lattice's value above x, or below it.
func (l *lattice) next(x float64, up bool) float64 {
	if l.set == nil {
		if up {
			return l.snap(x + l.unit)
		}
		return l.snap(x - l.unit)
	}
	i := l.finder.find(l.set, x)
	if up && i+1 < len(l.set) {
		return l.set[i+1]
	}
	if !up && i > 0 {
		return l.set[i-1]
	}
	return x
}

// inward moves bounds to the values of the lattice between them, where there
// are any.
func (l *lattice) inward(lo, hi float64) (float64, float64) {
	a, b := l.snap(lo), l.snap(hi)
	if a < lo {
		a = l.next(a, true)
	}
	if b > hi {
		b = l.next(b, false)
	}
	if a < lo || b > hi || a > b {
		return lo, hi
	}
	return a, b
}

// spacing is the distance of the lattice's values, the least of a set's.
func (l *lattice) spacing() float64 {
	if l.set == nil {
		return l.unit
	}
	d := math.Inf(1)
	for i := 1; i < len(l.set); i++ {
		d = min(d, l.set[i]-l.set[i-1])
	}
	return d
}

// interval is what rounds to x.
func (l *lattice) interval(x float64) (lo, hi float64) {
	if l.set == nil {
		return x - .499*l.unit, x + .499*l.unit
	}
	n := len(l.set)
	i := l.finder.find(l.set, x)
	lo, hi = math.NaN(), math.NaN()
	if i > 0 {
		lo = (l.set[i-1] + l.set[i]) / 2
	}
	if i+1 < n {
		hi = (l.set[i] + l.set[i+1]) / 2
	}
	if i == 0 {
		lo = l.set[0] - (hi - l.set[0])
	}
	if i == n-1 {
		hi = l.set[i] + (l.set[i] - lo)
	}
	return lo, hi
}

// smoothPasses bounds the work of unround.
const smoothPasses = 20

// unround writes into y the smoothest path that rounds to x: rounding adds
// width²/6 to the mean squared step, which would be fitted as noise and
// rounded a second time on the way out.
func unround(y, x []float64, l *lattice, check work.Check) {
	copy(y, x)
	n := len(x)
	lo, hi := make([]float64, n), make([]float64, n)
	width, count := 0., 0
	for i, v := range x {
		check.Pass(i)
		if !isMissing(v) {
			lo[i], hi[i] = l.interval(v)
			width += (hi[i] - lo[i]) * (hi[i] - lo[i])
			count++
		}
	}
	start := meanSquaredStep(y)
	if count == 0 || !(start > 0) {
		return
	}
	target := start - math.Min(width/float64(count)/6, .5*start)
	z := make([]float64, n)
	for range smoothPasses {
		for i, v := range y {
			check.Pass(i)
			p, q := v, v
			if i > 0 && !isMissing(y[i-1]) {
				p = y[i-1]
			}
			if i+1 < n && !isMissing(y[i+1]) {
				q = y[i+1]
			}
			z[i] = math.Min(hi[i], math.Max(lo[i], .125*p+.75*v+.125*q))
			if isMissing(v) {
				z[i] = v
			}
		}
		now, before := meanSquaredStep(z), meanSquaredStep(y)
		if now < target {
			w := math.Min(1, math.Max(0, (before-target)/math.Max(before-now, 1e-300)))
			for i := range y {
				y[i] += w * (z[i] - y[i])
			}
			return
		}
		copy(y, z)
	}
}

func meanSquaredStep(x []float64) float64 {
	s, n := 0., 0
	for i := 1; i < len(x); i++ {
		if d := x[i] - x[i-1]; d == d {
			s += d * d
			n++
		}
	}
	if n == 0 {
		return 0
	}
	return s / float64(n)
}
