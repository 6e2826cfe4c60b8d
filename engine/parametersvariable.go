package engine

import (
	"math"
	"slices"

	"github.com/datamime/datamime/engine/internal/code"
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
func (v *variableParameters) code(c *code.Coder, p *parameters) {
	c.Integer(&v.known, 0, mostSteps)
	c.Bool(&v.active)
	v.lattice.code(c)
	c.Exact(&v.constant)
	round := v.circle != nil
	c.Bool(&round)
	if !v.active && !round {
		return
	}
	c.Exact(&v.least)
	c.Exact(&v.most)
	c.Rough(&v.low)
	c.Rough(&v.high)
	if round {
		if c.Reading() {
			v.circle = &circle{}
		}
		v.circle.code(c, p)
	}
	if !v.active {
		return
	}
	if code.Optional(c, &v.hold) {
		c.Integer(&v.hold.reach, 0, maxReach)
		c.Bool(&v.hold.differs)
		c.Bool(&v.hold.dense)
	}
	kind := int(v.link.kind)
	c.Integer(&kind, 0, int(logarithm))
	v.link.kind = linkKind(kind)
	c.Rough(&v.link.c)
	c.Rough(&v.mean)
	c.Rough(&v.sd)
	where := &design{cols: p.columns, inner: p.inner}
	width := where.seasonal()
	c.Quanta(&v.location, len(where.cols)+p.waves*where.inner+2*len(p.cycles), coefficientUnit)
	c.Quanta(&v.scale, len(width.cols)+p.waves*width.inner, coefficientUnit)
	codeShape(c, &v.shape)
	if p.cells > 1 {
		v.codeCells(c)
	}
	uneven := v.simulated != nil
	if c.Bool(&uneven); uneven {
		codeShape(c, &v.simulated)
	}
	for i := range v.blend {
		c.Quantum(&v.blend[i], blendUnit)
	}
	codeMap(c, &v.from, &v.to)
	if c.Reading() && (v.least > v.most || v.sd < 0) {
		c.Fail()
	}
}

// codeCells codes how the residuals of a cell differ from all.
func (v *variableParameters) codeCells(c *code.Coder) {
	c.Integer(&v.rank, 0, mostPatterns)
	c.Quanta(&v.cells, v.rank*48, shapeUnit)
	c.Quanta(&v.levels, v.rank*len(cellLevels), shapeUnit)
	spread := v.spread != nil
	if c.Bool(&spread); spread {
		c.Quanta(&v.spread, 48, shapeUnit)
		c.Within(v.spread, 1/leastSpread)
		if slices.ContainsFunc(v.spread, func(x float64) bool { return x < leastSpread }) {
			c.Fail()
			v.spread = nil
		}
	}
}

// codeMap codes the knots of a map in parts of the distance of the quarters of
// its target.
func codeMap(c *code.Coder, from, to *[]float64) {
	n := c.Count(len(*to))
	if n == 0 {
		*from, *to = nil, nil
		return
	}
	unit := 0.
	if v := *to; !c.Reading() {
		unit = (v[(3*n)/4] - v[n/4]) / mapLevels
		if !(unit > 0) {
			unit = (v[n-1] - v[0]) / (16 * mapLevels)
		}
		unit = max(unit, 1e-12*(unitOfSpread(v[n-1]-v[0])+math.Abs(v[0])))
	}
	c.Rough(&unit)
	if !(unit > 0) {
		c.Fail()
		unit = 1
	}
	c.Rises(from, n, unit)
	c.Rises(to, n, unit)
}

// code codes a circle, which two hidden variables make up.
func (r *circle) code(c *code.Coder, p *parameters) {
	c.Exact(&r.base)
	c.Exact(&r.period)
	c.Integer(&r.cos, p.visible, len(p.variable)-1)
	c.Integer(&r.sin, p.visible, len(p.variable)-1)
	c.Quantum(&r.blend, blendUnit)
	var from, to []float64
	if r.remap != nil {
		from, to = r.remap.from, r.remap.to
	}
	codeMap(c, &from, &to)
	if len(from) > 1 {
		r.remap = newRemap(append([]float64(nil), from...), to)
	}
	if c.Reading() && r.remap == nil { // none yet
		ends := []float64{r.base, r.base + max(0, r.period)}
		r.remap = newRemap(ends, append([]float64(nil), ends...))
	}
	if c.Reading() && r.period <= 0 {
		c.Fail()
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
func codeShape(c *code.Coder, s **shape) {
	if c.Reading() {
		*s = &shape{}
	}
	c.Integer(&(*s).n, 0, mostSteps)
	if c.Reading() {
		(*s).z = knotScores((*s).n)
	}
	c.Rises(&(*s).u, len((*s).z), shapeUnit)
	for i := range (*s).tail {
		t := &(*s).tail[i]
		c.Quantum(&t.scale, shapeUnit)
		c.Quantum(&t.index, shapeUnit)
		if c.Reading() && (t.scale < 0 || math.Abs(t.index) > mostIndex) {
			c.Fail()
		}
	}
}
