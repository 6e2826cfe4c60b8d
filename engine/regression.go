package engine

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"

	"github.com/datamime/datamime/engine/internal/work"
)

// regression holds what all ridge regressions on one design share: the normal
// equations of the units by fold.
type regression struct {
	*timetable
	d      *design
	gram   [][]float64 // by fold: Σ_u n_u A_u A_uᵀ, row-major
	total  []float64
	power  []float64 // mean square of each column
	spread []float64 // variance of each column
	rows   []float64 // the columns of all units; nil: too many to be kept
}

// checkUnits is how many steps a unit's columns take as long as.
const checkUnits = 128

// fewRows are the columns that are kept however few values there are: 2 MB.
const fewRows = 1 << 18

// newRegression has the columns of the units kept as far as there are so many
// values to be fitted that these take little beside them.
func newRegression(d *design, t *timetable, values int) *regression {
	r := &regression{timetable: t, d: d}
	if p := len(d.cols); len(t.units)*p <= max(fewRows, values/4) {
		rows := make([]float64, len(t.units)*p)
		t.share.Parts(len(t.units), work.CheckEach/checkUnits, func(from, to int) {
			for u := from; u < to; u++ {
				d.row(rows[u*p:(u+1)*p], t.units[u])
			}
		})
		r.rows = rows
	}
	r.accumulate()
	return r
}

// row returns the columns of a unit, in dst where they are not kept.
func (r *regression) row(dst []float64, u int) []float64 {
	p := len(r.d.cols)
	if r.rows != nil {
		return r.rows[u*p : (u+1)*p]
	}
	dst = dst[:p]
	r.d.row(dst, r.units[u])
	return dst
}

func (r *regression) accumulate() {
	p := len(r.d.cols)
	r.gram = make([][]float64, foldCount)
	for f := range r.gram {
		r.gram[f] = make([]float64, p*p)
	}
	r.share(foldCount, func(f int) {
		row := make([]float64, p)
		for u := range r.units {
			r.check.Pass(u * checkUnits)
			if int(r.fold[u]) == f {
				rankOne(r.gram[f], r.row(row, u), float64(r.steps(u)))
			}
		}
	})
	r.total = make([]float64, p*p)
	for _, g := range r.gram {
		for i, v := range g {
			r.total[i] += v
		}
	}
	r.power, r.spread = make([]float64, p), make([]float64, p)
	for i := range p {
		mean := r.total[i] / r.mass // column 0 is one
		r.power[i] = r.total[i*p+i] / r.mass
		r.spread[i] = math.Max(0, r.power[i]-mean*mean)
	}
}

// rankOne adds w·a·aᵀ to the upper triangle of g.
func rankOne(g, a []float64, w float64) {
	p := len(a)
	for i, x := range a {
		if x == 0 {
			continue
		}
		x *= w
		row := g[i*p : (i+1)*p]
		for j := i; j < p; j++ {
			row[j] += x * a[j]
		}
	}
}

// size is the number of coefficients: those beside D_0, then for each wave
// those of the inner columns.
func (r *regression) size() int { return len(r.d.cols) + r.d.inner*len(r.d.waves) }

// multiply adds FᵀFβ with the blocks of the waves to dst.
func (r *regression) multiply(dst, beta []float64) {
	p, q := len(r.d.cols), r.d.inner
	gram := blas64.Symmetric{Uplo: blas.Upper, N: p, Stride: p, Data: r.total}
	blas64.Symv(1, gram, vector(beta[:p]), 1, vector(dst[:p]))
	gram.N = q
	for k, w := range r.d.waves {
		a, b := p+k*q, p+(k+1)*q
		blas64.Symv(w.norm, gram, vector(beta[a:b]), 1, vector(dst[a:b]))
	}
}

func vector(x []float64) blas64.Vector { return blas64.Vector{N: len(x), Inc: 1, Data: x} }

// project adds Fᵀy over the units of each fold; a missing value adds nothing.
// square gets Σ y².
func (r *regression) project(y *response, dst *[foldCount][]float64, square *[foldCount]float64) {
	p := newProjection(r)
	for f := range dst {
		square[f] += p.fold(int8(f), y, dst[f])
	}
}

// axpy adds a·x to dst.
func axpy(dst []float64, a float64, x []float64) { floats.AddScaled(dst, a, x[:len(dst)]) }

// normalSide is the right-hand side of a series, by fold.
type normalSide struct {
	b      [foldCount][]float64
	square [foldCount]float64
}

func (r *regression) side(y *response) *normalSide {
	s, size := &normalSide{}, r.size()
	all := make([]float64, foldCount*size)
	for f := range s.b {
		s.b[f] = all[f*size : (f+1)*size : (f+1)*size]
	}
	r.project(y, &s.b, &s.square)
	return s
}

func (s *normalSide) total(without int) []float64 {
	b := make([]float64, len(s.b[0]))
	for f := range s.b {
		if f != without {
			axpy(b, 1, s.b[f])
		}
	}
	return b
}

// foldFactors are the problems of all folds but one.
func (r *regression) foldFactors(l lambda) (f [foldCount]*factor) {
	r.share(foldCount, func(i int) { f[i] = r.foldFactor(i, l) })
	return f
}

// foldFactor is the problem of all folds but one; nil where that is empty.
func (r *regression) foldFactor(without int, l lambda) *factor {
	if r.gram[without][0] == 0 {
		return nil
	}
	rest := make([]float64, len(r.total))
	floats.SubTo(rest, r.total, r.gram[without])
	return r.factorize(rest, l)
}

// holdOut is the mean squared error of a series over the folds, each
// predicted from the others.
func (r *regression) holdOut(s *normalSide, factors *[foldCount]*factor) float64 {
	e := 0.
	for f, fac := range factors {
		if fac == nil {
			continue
		}
		beta := fac.solve(s.total(f))
		e += s.square[f] + r.quadratic(beta, r.gram[f], len(r.d.cols)) - 2*floats.Dot(s.b[f], beta)
	}
	return e / r.mass
}

// quadratic is βᵀGβ with the blocks of the waves.
func (r *regression) quadratic(beta, gram []float64, p int) float64 {
	form := func(b []float64) float64 {
		s := 0.
		for i, x := range b {
			if x == 0 {
				continue
			}
			row := gram[i*p : i*p+len(b)]
			t := .5 * row[i] * x
			for j := i + 1; j < len(b); j++ {
				t += row[j] * b[j]
			}
			s += 2 * x * t
		}
		return s
	}
	q := r.d.inner
	sum := form(beta[:p])
	for k, w := range r.d.waves {
		sum += w.norm * form(beta[p+k*q:p+(k+1)*q])
	}
	return sum
}

// choose returns the penalties with the least mean hold-out error, found by
// turns: one penalty is moved while the other rests, as far as the error falls,
// until neither moves.
func (r *regression) choose(each func(int, func(int)) error, sides []*normalSide, calendar, trend []float64) (lambda, error) {
	tried := map[lambda]float64{}
	var failed error
	loss := func(l lambda) float64 {
		e, ok := tried[l]
		if !ok && failed == nil {
			var factors [foldCount]*factor
			failed = each(foldCount, func(i int) { factors[i] = r.foldFactor(i, l) })
			if failed != nil {
				return 0
			}
			errors := make([]float64, len(sides))
			failed = each(len(sides), func(i int) { errors[i] = r.holdOut(sides[i], &factors) })
			e = floats.Sum(errors)
			tried[l] = e
		}
		return e
	}
	c, t := len(calendar)/2, len(trend)/2
	for range 3 {
		before := [2]int{c, t}
		c = descend(len(calendar), c, func(i int) float64 { return loss(lambda{calendar: calendar[i], trend: trend[t]}) })
		t = descend(len(trend), t, func(i int) float64 { return loss(lambda{calendar: calendar[c], trend: trend[i]}) })
		if before == [2]int{c, t} {
			break
		}
	}
	return lambda{calendar: calendar[c], trend: trend[t]}, failed
}

// descend goes from one of n places to the next as long as the loss falls, and
// returns where it ends.
func descend(n, at int, loss func(i int) float64) int {
	for _, step := range [2]int{-1, 1} {
		from := at
		for i := at + step; i >= 0 && i < n && loss(i) < loss(at); i += step {
			at = i
		}
		if at != from {
			break
		}
	}
	return at
}
