package engine

import (
	"math"
	"slices"
)

// variableParameters is what variable is made of.
type variableParameters struct {
	known     int
	constant  float64
	active    bool
	lattice   lattice
	least     float64
	most      float64
	low       float64 // about the sample's range
	high      float64
	hold      *hold // without its steps; nil: it moves freely
	circle    *circle
	link      link
	mean, sd  float64
	location  []float64 // coefficients
	scale     []float64
	shape     *shape
	rank      int
	cells     []float64 // [rank][cell], and
	levels    []float64 // [rank][level], whose product is how the cells' tables differ
	spread    []float64 // [cell]: of the simulated scores; nil: not learned yet
	simulated *shape    // of the simulated scores by their spread; nil: they are taken for normal
	blend     [3]float64
	from, to  []float64 // of the map; empty: none
}

// Units in which parameters are kept, in standard deviations: what rounding to
// them moves is far below what a sample says of them.
const (
	coefficientUnit = 1. / 512
	shapeUnit       = 1. / 256
	blendUnit       = 1. / (1 << 20)
	mapLevels       = 1024 // of the middle half of a map
)

// code codes what a variable is made of: of one that does not move, what it
// stands at.
func (v *variableParameters) code(c *coder, p *parameters) {
	c.integer(&v.known, 0, mostSteps)
	c.bool(&v.active)
	v.lattice.code(c)
	c.exact(&v.constant)
	round := v.circle != nil
	c.bool(&round)
	if !v.active && !round {
		return
	}
	c.exact(&v.least)
	c.exact(&v.most)
	c.rough(&v.low)
	c.rough(&v.high)
	if round {
		if c.reading {
			v.circle = &circle{}
		}
		v.circle.code(c, p)
	}
	if !v.active {
		return
	}
	if optional(c, &v.hold) {
		c.integer(&v.hold.reach, 0, maxReach)
		c.bool(&v.hold.differs)
		c.bool(&v.hold.dense)
	}
	kind := int(v.link.kind)
	c.integer(&kind, 0, int(logarithm))
	v.link.kind = linkKind(kind)
	c.rough(&v.link.c)
	c.rough(&v.mean)
	c.rough(&v.sd)
	where := &design{cols: p.columns, inner: p.inner}
	width := where.seasonal()
	c.quanta(&v.location, len(where.cols)+p.waves*where.inner+2*len(p.cycles), coefficientUnit)
	c.quanta(&v.scale, len(width.cols)+p.waves*width.inner, coefficientUnit)
	codeShape(c, &v.shape)
	if p.cells > 1 {
		v.codeCells(c)
	}
	uneven := v.simulated != nil
	if c.bool(&uneven); uneven {
		codeShape(c, &v.simulated)
	}
	for i := range v.blend {
		c.quantum(&v.blend[i], blendUnit)
	}
	codeMap(c, &v.from, &v.to)
	if c.reading && (v.least > v.most || v.sd < 0) {
		c.fail()
	}
}

// codeCells codes how the residuals of a cell differ from all.
func (v *variableParameters) codeCells(c *coder) {
	c.integer(&v.rank, 0, mostPatterns)
	c.quanta(&v.cells, v.rank*48, shapeUnit)
	c.quanta(&v.levels, v.rank*len(cellLevels), shapeUnit)
	spread := v.spread != nil
	if c.bool(&spread); spread {
		c.quanta(&v.spread, 48, shapeUnit)
		c.within(v.spread, 1/leastSpread)
		if slices.ContainsFunc(v.spread, func(x float64) bool { return x < leastSpread }) {
			c.fail()
			v.spread = nil
		}
	}
}

// codeMap codes the knots of a map in parts of the distance of the quarters of
// its target.
func codeMap(c *coder, from, to *[]float64) {
	n := c.count(len(*to))
	if n == 0 {
		*from, *to = nil, nil
		return
	}
	unit := 0.
	if v := *to; !c.reading {
		unit = (v[(3*n)/4] - v[n/4]) / mapLevels
		if !(unit > 0) {
			unit = (v[n-1] - v[0]) / (16 * mapLevels)
		}
		unit = max(unit, 1e-12*(unitOfSpread(v[n-1]-v[0])+math.Abs(v[0])))
	}
	c.rough(&unit)
	if !(unit > 0) {
		c.fail()
		unit = 1
	}
	c.rises(from, n, unit)
	c.rises(to, n, unit)
}

// code codes a circle, which two hidden variables make up.
func (r *circle) code(c *coder, p *parameters) {
	c.exact(&r.base)
	c.exact(&r.period)
	c.integer(&r.cos, p.visible, len(p.variable)-1)
	c.integer(&r.sin, p.visible, len(p.variable)-1)
	c.quantum(&r.blend, blendUnit)
	var from, to []float64
	if r.remap != nil {
		from, to = r.remap.from, r.remap.to
	}
	codeMap(c, &from, &to)
	if len(from) > 1 {
		r.remap = newRemap(append([]float64(nil), from...), to)
	}
	if c.reading && r.remap == nil { // none yet
		ends := []float64{r.base, r.base + max(0, r.period)}
		r.remap = newRemap(ends, append([]float64(nil), ends...))
	}
	if c.reading && r.period <= 0 {
		c.fail()
	}
}

func (v *variableParameters) build(to *variable, m *Model) {
	*to = variable{known: v.known, constant: v.constant, active: v.active, lattice: v.lattice, least: v.least, most: v.most,
		low: v.low, high: v.high, hold: v.hold, circle: v.circle, link: v.link, mean: v.mean, sd: v.sd, blend: v.blend}
	if !v.active {
		return
	}
	to.location = newCurve(m.location, v.location)
	to.scale = newCurve(m.scaling, v.scale)
	to.scores = v.table(m.cells)
	if len(v.to) > 1 {
		to.remap = newRemap(append([]float64(nil), v.from...), v.to)
	}
}

// codeShape codes a shape; its knots stand where the number of values says.
func codeShape(c *coder, s **shape) {
	if c.reading {
		*s = &shape{}
	}
	c.integer(&(*s).n, 0, mostSteps)
	if c.reading {
		(*s).z = knotScores((*s).n)
	}
	c.rises(&(*s).u, len((*s).z), shapeUnit)
	for i := range (*s).tail {
		t := &(*s).tail[i]
		c.quantum(&t.scale, shapeUnit)
		c.quantum(&t.index, shapeUnit)
		if c.reading && (t.scale < 0 || math.Abs(t.index) > mostIndex) {
			c.fail()
		}
	}
}
