package engine

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/datamime/datamime/engine/internal/code"
	"github.com/datamime/datamime/engine/internal/stat"
)

// What one variable is by parameters: its bounds and lattice as far as many
// values share them, its distribution as a shape, and how that differs by cell
// of the day.

const (
	mostPatterns  = 3   // in which tables of cells differ from the whole
	patternsShare = .98 // of their variance that is enough
	leastRecurs   = 10  // values that make a value of a lattice known
	evenPrior     = 50  // scores that say that a cell is like the others
	leastSpread   = .25
	latticeEnds   = 6 // values at either end that tell how a lattice goes on
	mostLattice   = 1 << 16
)

// parametersOf are the parameters of a variable as fitted so far.
func parametersOf(v *variable, cells int) variableParameters {
	p := variableParameters{known: v.known, active: v.active, lattice: v.lattice, least: v.least, most: v.most,
		low: v.low, high: v.high, link: v.link, mean: v.mean, sd: v.sd, blend: v.blend}
	if v.hold != nil {
		p.hold = &hold{reach: v.hold.reach, differs: v.hold.differs, dense: v.hold.dense}
	}
	p.circle = v.circle
	if !v.active {
		if v.circle == nil {
			p.constant = v.constant
		}
		return p
	}
	p.location, p.scale = v.location.beta, v.scale.beta
	p.shape = v.scores.shape
	if cells > 1 {
		p.patterns(v.scores.cells)
	}
	return p
}

// patterns breaks the cells' tables down into the few patterns in which they
// differ from the whole's, by their singular values.
func (p *variableParameters) patterns(cells [][]float64) {
	levels := len(cellLevels)
	d := mat.NewDense(len(cells), levels, nil)
	for c, k := range cells {
		for i, u := range k {
			d.Set(c, i, u-p.shape.at(cellScores[i]))
		}
	}
	var svd mat.SVD
	if !svd.Factorize(d, mat.SVDThin) {
		return
	}
	s := svd.Values(nil)
	total, sum := 0., 0.
	for _, x := range s {
		total += x * x
	}
	var u, v mat.Dense
	svd.UTo(&u)
	svd.VTo(&v)
	for p.rank < mostPatterns && sum < patternsShare*total {
		g := math.Sqrt(s[p.rank])
		for c := range cells {
			p.cells = append(p.cells, g*u.At(c, p.rank))
		}
		for i := range levels {
			p.levels = append(p.levels, g*v.At(i, p.rank))
		}
		sum += s[p.rank] * s[p.rank]
		p.rank++
	}
}

// table makes the scores' tables, from simulated scores.
func (p *variableParameters) table(cells int) *scores {
	normal := func(x float64) float64 { return x }
	if p.simulated != nil {
		normal = p.simulated.inverse
	}
	s := &scores{}
	s.tabulate(func(x float64) float64 { return p.shape.at(normal(x)) })
	if cells <= 1 {
		return s
	}
	last := len(cellLevels) - 1
	low, high := cellScores[0], cellScores[last]
	for c := range 48 {
		k := make([]float64, len(cellLevels))
		for i := range k {
			k[i] = p.shape.at(cellScores[i])
			for r := range p.rank {
				k[i] += p.cells[r*48+c] * p.levels[r*len(cellLevels)+i]
			}
			if i > 0 {
				k[i] = math.Max(k[i], k[i-1])
			}
		}
		spread := 1.
		if p.spread != nil {
			spread = p.spread[c]
		}
		own := make([]float64, len(k))
		for i, x := range cellScores {
			switch z := normal(x / spread); {
			case z > high:
				own[i] = k[last] + p.shape.at(z) - p.shape.at(high)
			case z < low:
				own[i] = k[0] + p.shape.at(z) - p.shape.at(low)
			default:
				own[i] = stat.Interpolate(z, cellScores, k)
			}
		}
		s.addCell(own)
	}
	return s
}

// even learns from a rehearsal how the scores of a variable are distributed,
// and how far out they lie in each cell: the sample's are ranks, in their cell,
// what independent innovations make of them is not normal by itself.
func (f *fitter) even(k int, all []attempt) {
	p, m := &f.fitted.variable[k], f.m
	if p.shape.n < leastShaped {
		return
	}
	square, count := make([]float64, 48), make([]float64, 48)
	for _, a := range all {
		for i, c := range a.cell {
			z := a.z[m.lead+1+i]
			square[c] += z * z
			count[c]++
		}
	}
	if m.cells > 1 {
		p.spread = make([]float64, 48)
		for c := range p.spread {
			sd := math.Sqrt((square[c] + evenPrior) / (count[c] + evenPrior))
			p.spread[c] = max(leastSpread, min(1/leastSpread, math.Round(sd/shapeUnit)*shapeUnit))
		}
	}
	var scores []float64
	for _, a := range all {
		for i := range a.y {
			z := a.z[m.lead+1+i]
			if a.cell != nil && p.spread != nil {
				z /= p.spread[a.cell[i]]
			}
			scores = append(scores, z)
		}
	}
	stat.Sort(scores, nil)
	p.simulated = newShape(scores)
	p.simulated.round()
	m.variable[k].scores = p.table(m.cells)
}

// generalise leaves of a variable's lattice and bounds what many values share.
// An extreme that does not recur is no bound: the room beyond it is rounded.
func (v *variable) generalise(sorted []float64) {
	recurring := v.lattice.recurring(sorted)
	lo, hi := v.least, v.most
	if d := hi - lo; d > 0 && v.circle == nil {
		grain := math.Pow(10, math.Floor(math.Log10(d))-1)
		if lo < sorted[0] {
			lo = math.Floor(lo/grain) * grain
		}
		if hi > sorted[len(sorted)-1] {
			hi = math.Ceil(hi/grain) * grain
		}
		if sorted[0] >= 0 {
			lo = math.Max(0, lo)
		}
	}
	v.lattice = v.lattice.general(recurring, lo, hi, sorted)
	v.least, v.most = v.lattice.inward(lo, hi)
	if v.circle == nil {
		v.low, v.high = rangeOf(sorted, v.least, v.most)
	}
}

// rangeOf is the range of sorted values, told by the means of several at
// either end, where it is not that of the bounds.
func rangeOf(sorted []float64, least, most float64) (lo, hi float64) {
	if len(sorted) < leastShaped {
		return least, most
	}
	means := knotMeans(sorted, len(sorted))
	return max(least, means[0]), min(most, means[len(means)-1])
}

// recurring are the values of a lattice's set that recur.
func (l *lattice) recurring(sorted []float64) (set []float64) {
	if l.set == nil {
		return nil
	}
	for a := 0; a < len(sorted); {
		b := a
		for b < len(sorted) && sorted[b] == sorted[a] {
			b++
		}
		if b-a >= leastRecurs {
			set = append(set, sorted[a])
		}
		a = b
	}
	return set
}

// general is the lattice of recurring values within bounds: those themselves,
// going on at the ends as they do before them, or decimals where most of
// those are there.
func (l *lattice) general(set []float64, lo, hi float64, sorted []float64) lattice {
	if l.set == nil {
		return *l
	}
	decimals := decimalLattice(decimalsOf(sorted))
	n := len(set)
	if n < 2 || n > mostLattice || (set[n-1]-set[0])/decimals.unit < 2*float64(n) {
		return decimals
	}
	ends := min(latticeEnds, n-1)
	below, above := (set[ends]-set[0])/float64(ends), (set[n-1]-set[n-1-ends])/float64(ends)
	out := slices.Clone(set)
	for x := set[0] - below; x >= lo && len(out) < 2*mostLattice; x -= below {
		out = append(out, decimals.snap(x))
	}
	for x := set[n-1] + above; x <= hi && len(out) < 2*mostLattice; x += above {
		out = append(out, decimals.snap(x))
	}
	slices.Sort(out)
	out = slices.Compact(out)
	return lattice{set: out, decimals: l.decimals, unit: l.unit, finder: newFinder(out)}
}

// code codes a lattice: its decimals, or a set in units of its own.
func (l *lattice) code(c *code.Coder) {
	listed := l.set != nil
	c.Bool(&listed)
	c.Bool(&l.fine)
	if !listed {
		c.Integer(&l.decimals, -1, 64)
		if c.Reading() {
			fine := l.fine
			*l = decimalLattice(l.decimals)
			l.fine = fine
		}
		return
	}
	n := c.Count(len(l.set))
	decimals := decimalsOf(l.set)
	c.Integer(&decimals, 0, mostDecimals)
	if c.Reading() {
		l.set = make([]float64, n)
	}
	p, last := powers[decimals], 0.
	for i := range l.set {
		step := math.RoundToEven(l.set[i]*p) - last
		c.Quantum(&step, 1)
		last += step
		l.set[i] = last / p
		if i > 0 && step <= 0 {
			c.Fail()
		}
	}
	if n < 2 {
		c.Fail()
	}
	if c.Bad() {
		*l = decimalLattice(0)
		return
	}
	l.finder = newFinder(l.set)
}
