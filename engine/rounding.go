package engine

import (
	"math"
	"slices"

	"github.com/datamime/datamime/engine/internal/stat"
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
	cell := len(f.index) - 1
	if at < float64(cell) {
		cell = int(at)
	}
	i := int(f.index[cell])
	for i > 0 && v[i] > x {
		i--
	}
	for i+1 < len(v) && v[i+1] <= x {
		i++
	}
	return i
}

// maxDecimals is where rounding ends and floating-point noise begins, of values
// that are not all small: of those it is as far behind their first digit, down to
// mostDecimals, the last that is exact.
const (
	maxDecimals  = 6
	mostDecimals = len(powers) - 1
	smallValues  = .01
)

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
	scale, most := 1., maxDecimals
	if len(v) > 0 {
		scale = max(math.Abs(v[0]), math.Abs(v[len(v)-1]))
	}
	if small := scale > 0 && scale < smallValues; small {
		most = min(mostDecimals, maxDecimals-int(math.Floor(math.Log10(scale)))-1)
		scale = max(scale, powers[0]/powers[mostDecimals])
	} else {
		scale = max(1, scale)
	}
	for d := range most {
		if !slices.ContainsFunc(v, func(x float64) bool { return math.Abs(x-roundTo(x, d)) > 1e-9*scale }) {
			return d
		}
	}
	return most
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
var powers = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// snap rounds to the lattice.
func (l *lattice) snap(x float64) float64 {
	if l.set == nil {
		if l.decimals == 0 {
			return math.RoundToEven(x) + 0 // never -0
		}
		if l.decimals < 0 || l.decimals >= len(powers) {
			return x
		}
		return math.RoundToEven(x*powers[l.decimals])/powers[l.decimals] + 0
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
		return x - halfInterval*l.unit, x + halfInterval*l.unit
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

// halfInterval is half of what rounds to a decimal, just less: its ends round to
// others.
const halfInterval = .499

// smoothPasses bounds the work of unround.
const smoothPasses = 20

// unround writes into y the smoothest path that rounds to x: rounding adds
// width²/6 to the mean squared step, which would be fitted as noise and
// rounded a second time on the way out.
func unround(y, x []float64, l *lattice, check work.Check) {
	copy(y, x)
	s := newSmoother(x, l, check)
	width, count := 0., 0
	for i, v := range x {
		check.Pass(i)
		if !stat.IsMissing(v) {
			lo, hi := s.interval(i)
			width += (hi - lo) * (hi - lo)
			count++
		}
	}
	before := meanSquaredStep(y)
	if count == 0 || !(before > 0) {
		return
	}
	target := before - math.Min(width/float64(count)/6, .5*before)
	for range smoothPasses {
		now := s.smoothed(y)
		if now < target {
			s.smooth(y, math.Min(1, math.Max(0, (before-target)/math.Max(before-now, 1e-300))))
			return
		}
		s.smooth(y, 1)
		before = now
	}
}

// smoother draws the values of a path towards their neighbours, within what
// rounds as they do.
type smoother struct {
	x      []float64
	half   float64   // of an interval, where the lattice is of decimals
	at     []int32   // else [step]: place in the set
	lo, hi []float64 // of the places
	check  work.Check
}

func newSmoother(x []float64, l *lattice, check work.Check) *smoother {
	s := &smoother{x: x, half: halfInterval * l.unit, check: check}
	if l.set == nil {
		return s
	}
	for _, v := range l.set {
		lo, hi := l.interval(v)
		s.lo, s.hi = append(s.lo, lo), append(s.hi, hi)
	}
	s.at = make([]int32, len(x))
	for i, v := range x {
		check.Pass(i)
		if !stat.IsMissing(v) {
			s.at[i] = int32(l.finder.find(l.set, v))
		}
	}
	return s
}

// interval is what rounds to the value of a step.
func (s *smoother) interval(i int) (lo, hi float64) {
	if s.at == nil {
		return s.x[i] - s.half, s.x[i] + s.half
	}
	return s.lo[s.at[i]], s.hi[s.at[i]]
}

// one is what a known value v of y at a step becomes, after p.
func (s *smoother) one(y []float64, i int, p, v float64) float64 {
	q := v
	if i+1 < len(y) && !stat.IsMissing(y[i+1]) {
		q = y[i+1]
	}
	if stat.IsMissing(p) {
		p = v
	}
	lo, hi := s.interval(i)
	return min(hi, max(lo, .125*p+.75*v+.125*q))
}

// smoothed is the mean squared step that y would have.
func (s *smoother) smoothed(y []float64) float64 {
	var steps squaredSteps
	before, last := stat.Missing(), stat.Missing()
	for i, v := range y {
		s.check.Pass(i)
		z := v
		if !stat.IsMissing(v) {
			z = s.one(y, i, before, v)
		}
		steps.add(z - last)
		before, last = v, z
	}
	return steps.mean()
}

// smooth moves y by the share w of the way.
func (s *smoother) smooth(y []float64, w float64) {
	before := stat.Missing()
	for i, v := range y {
		s.check.Pass(i)
		if !stat.IsMissing(v) {
			z := s.one(y, i, before, v)
			if w < 1 {
				z = v + w*(z-v)
			}
			y[i] = z
		}
		before = v
	}
}

// squaredSteps sums the squares of the known steps of a path.
type squaredSteps struct {
	sum float64
	n   int
}

func (s *squaredSteps) add(d float64) {
	if d == d {
		s.sum += d * d
		s.n++
	}
}

func (s *squaredSteps) mean() float64 {
	if s.n == 0 {
		return 0
	}
	return s.sum / float64(s.n)
}

func meanSquaredStep(x []float64) float64 {
	var s squaredSteps
	for i := 1; i < len(x); i++ {
		s.add(x[i] - x[i-1])
	}
	return s.mean()
}
