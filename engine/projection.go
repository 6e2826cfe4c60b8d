package engine

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

// projection multiplies a response by a regression's columns. The waves of many
// units are taken all at once: until then a unit is added up by phase, times
// each of its inner columns, most of which are zero.
type projection struct {
	r       *regression
	known   []float64 // [phase]: of a unit
	scratch []float64 // the unit's columns
	sums    []float64 // [column][phase]: of a fold; nil: units are too few
	waves   []float64 // of a unit
}

// fewUnits are the units of all folds under which waves are taken of each.
const fewUnits = 128

func newProjection(r *regression) *projection {
	p := &projection{r: r, known: make([]float64, r.cal.phases), scratch: make([]float64, len(r.d.cols)), waves: make([]float64, len(r.d.waves))}
	if len(r.units) >= fewUnits && len(p.waves) > 0 {
		p.sums = make([]float64, r.d.inner*r.cal.phases)
	}
	return p
}

// fold adds what the units of a fold come to, and returns Σ y² over them.
func (p *projection) fold(f int8, y *response, dst []float64) (square float64) {
	r := p.r
	values := reader{response: y}
	level, inner := dst[:len(r.d.cols)], dst[len(r.d.cols):]
	for u := range r.units {
		r.check.Pass(u * checkUnits)
		if r.fold[u] != f {
			continue
		}
		sum := 0.
		lo, hi := len(p.known), 0 // phases
		clear(p.known)
		of := r.of(u)
		for k := range of {
			phase := int(of[k].phase)
			for _, v := range values.over(&of[k]) {
				if v == v {
					sum += v
					square += v * v
					p.known[phase] += v
					lo, hi = min(lo, phase), max(hi, phase+1)
				}
				phase += r.pace
			}
		}
		row := r.row(p.scratch, u)
		axpy(level, sum, row)
		if len(p.waves) > 0 && lo < hi {
			p.unit(inner, row[:r.d.inner], lo, hi)
		}
	}
	if p.sums != nil {
		p.all(inner)
		clear(p.sums)
	}
	return square
}

// unit adds the phases lo..hi of a unit, whose inner columns are given.
func (p *projection) unit(dst, columns []float64, lo, hi int) {
	if p.sums == nil {
		waves, q := len(p.waves), len(columns)
		basis := blas64.General{Rows: hi - lo, Cols: waves, Stride: waves, Data: p.r.d.basis[lo*waves : hi*waves]}
		blas64.Gemv(blas.Trans, 1, basis, vector(p.known[lo:hi]), 0, vector(p.waves))
		for k, s := range p.waves {
			axpy(dst[k*q:(k+1)*q], s, columns)
		}
		return
	}
	for c, w := range columns {
		if w != 0 {
			at := c * len(p.known)
			axpy(p.sums[at+lo:at+hi], w, p.known[lo:hi])
		}
	}
}

// all adds the product of the waves with the sums, some phases at a time.
func (p *projection) all(dst []float64) {
	const most = 1 << 10
	waves, q, phases := len(p.waves), p.r.d.inner, len(p.known)
	for a := 0; a < phases; a += most {
		p.r.check.Ask()
		b := min(phases, a+most)
		basis := blas64.General{Rows: b - a, Cols: waves, Stride: waves, Data: p.r.d.basis[a*waves : b*waves]}
		sums := blas64.General{Rows: q, Cols: b - a, Stride: phases, Data: p.sums[a:]}
		blas64.Gemm(blas.Trans, blas.Trans, 1, basis, sums, 1, blas64.General{Rows: waves, Cols: q, Stride: q, Data: dst})
	}
}
