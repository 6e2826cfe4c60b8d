package engine

import (
	"math"

	"github.com/datamime/datamime/engine/internal/stat"
	"github.com/datamime/datamime/engine/internal/work"
)

// withoutSample runs do, which takes a copy of every series that is worked on at once and
// does not read the sample: where these are all of them, it is kept compact meanwhile.
func (f *fitter) withoutSample(series int, do func()) {
	if series > max(2, f.workers()) {
		do()
		return
	}
	lattices := make([]*lattice, f.m.visible)
	for k := range lattices {
		lattices[k] = &f.m.variable[k].lattice
	}
	back := f.g.compact(lattices, f.poll)
	do()
	if back != nil {
		back()
	}
}

// compact keeps the values in half their memory for as long as nobody reads them, where
// they are whole numbers of their last decimal or of a set, and returns what brings
// them back to the bit; nil when some are neither.
func (g *grid) compact(lattices []*lattice, check work.Check) (back func()) {
	number := make([]int32, len(lattices)*g.n)
	for k, l := range lattices {
		for i, v := range g.x[k] {
			check.Pass(i)
			c := l.number(v)
			if number[k*g.n+i] = c; !stat.IsMissing(v) && math.Float64bits(l.numbered(c)) != math.Float64bits(v) {
				return nil
			}
		}
	}
	clear(g.x[:len(lattices)])
	return func() {
		flat := make([]float64, len(number))
		for k, l := range lattices {
			g.x[k] = flat[k*g.n : (k+1)*g.n : (k+1)*g.n]
			for i, c := range number[k*g.n : (k+1)*g.n] {
				g.x[k][i] = l.numbered(c)
			}
		}
	}
}

// Numbers of what a lattice has none for: it knows one zero.
const (
	ofMissing = math.MinInt32 + iota
	ofMinus0
	ofZero
)

// number is that of a value of the lattice.
func (l *lattice) number(v float64) int32 {
	switch {
	case stat.IsMissing(v):
		return ofMissing
	case v == 0 && math.Signbit(v):
		return ofMinus0
	case v == 0:
		return ofZero
	case l.set != nil:
		return int32(l.finder.find(l.set, v))
	}
	return int32(max(ofZero+1, min(math.MaxInt32, math.RoundToEven(v*powers[l.decimals]))))
}

// numbered is the value of a number.
func (l *lattice) numbered(n int32) float64 {
	switch {
	case n == ofMissing:
		return stat.Missing()
	case n == ofMinus0:
		return math.Copysign(0, -1)
	case n == ofZero:
		return 0
	case l.set != nil:
		return l.set[n]
	}
	return float64(n) / powers[l.decimals]
}
