package engine

import (
	"slices"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"
)

// lambda is the penalties of the calendar's columns, of the trend's, and of how the
// profile of the day follows its bends.
type lambda struct{ calendar, trend, drift float64 }

// factor is a factorised ridge problem.
type factor struct {
	r     *regression
	level blas64.Triangular
	shape []blas64.Triangular // by wave; waves of one frequency share theirs
	extra []float64           // the penalties, laid out as β
}

// factorize prepares the solution of (gram + penalty) β = b.
func (r *regression) factorize(gram []float64, of lambda) *factor {
	f := &factor{r: r, extra: make([]float64, r.size())}
	p, q := len(r.d.cols), r.d.inner
	pick := func(c column) float64 {
		if c.trend {
			return of.trend
		}
		return of.calendar
	}
	g := mat.NewSymDense(p, nil)
	for i := range p {
		for j := i; j < p; j++ {
			g.SetSym(i, j, gram[i*p+j])
		}
		c := r.d.cols[i]
		pen := pick(c)*c.level*r.spread[i] + 1e-6
		if c.kind != one && r.spread[i] < 1e-9 {
			pen = 1e12 // a column that does not vary here
		}
		f.extra[i] = pen
		g.SetSym(i, i, g.At(i, i)+pen)
	}
	f.level = cholesky(g)
	f.shape = make([]blas64.Triangular, len(r.d.waves))
	for k, w := range r.d.waves {
		if k > 0 && r.d.waves[k-1].weight == w.weight {
			f.shape[k] = f.shape[k-1]
			for i := range q {
				f.extra[p+k*q+i] = f.extra[p+(k-1)*q+i] / r.d.waves[k-1].norm * w.norm
			}
			continue
		}
		s := mat.NewSymDense(q, nil)
		for i := range q {
			for j := i; j < q; j++ {
				s.SetSym(i, j, gram[i*p+j])
			}
			c := r.d.cols[i]
			l := pick(c)
			if c.kind == bend {
				l = of.drift / (w.weight * w.weight)
			}
			pen := l*c.shape*w.weight*r.power[i] + 1e-6
			if c.shape == 0 || r.power[i] < 1e-9 {
				pen = 1e12
			}
			f.extra[p+k*q+i] = pen * w.norm
			s.SetSym(i, i, s.At(i, i)+pen)
		}
		f.shape[k] = cholesky(s)
	}
	return f
}

// cholesky is the factor U of g = UᵀU, its diagonal in reciprocals. Where
// rounding leaves g indefinite, g's diagonal is raised. Gonum's own Cholesky
// estimates the condition as well, at twice the cost.
func cholesky(g *mat.SymDense) blas64.Triangular {
	for raise := 1e-12 * (1 + mat.Max(g)); ; raise *= 100 {
		u := mat.NewSymDense(g.SymmetricDim(), nil)
		u.CopySym(g)
		if t, ok := lapack64.Potrf(u.RawSymmetric()); ok {
			for i := range t.N {
				t.Data[i*t.Stride+i] = 1 / t.Data[i*t.Stride+i]
			}
			return t
		}
		for i := range g.SymmetricDim() {
			g.SetSym(i, i, g.At(i, i)+raise)
		}
	}
}

// shortRow is the length of a row under which a loop costs less than a call.
const shortRow = 24

// solveCholesky replaces b by the solution of UᵀU x = b, where the diagonal of U
// is of reciprocals. Gonum's own solvers take one right-hand side element by
// element, at four times the cost, and a division waits for the one before.
func solveCholesky(u blas64.Triangular, b []float64) {
	for i := range b {
		row, rest := u.Data[i*u.Stride+i:i*u.Stride+u.N], b[i+1:]
		b[i] *= row[0]
		if row = row[1:]; len(row) >= shortRow {
			floats.AddScaled(rest, -b[i], row)
			continue
		}
		x := b[i]
		for j, v := range row[:len(rest)] {
			rest[j] -= x * v
		}
	}
	for i := len(b) - 1; i >= 0; i-- {
		row, rest := u.Data[i*u.Stride+i:i*u.Stride+u.N], b[i+1:]
		x, inverse := b[i], row[0]
		if row = row[1:]; len(row) >= shortRow {
			x -= floats.Dot(row, rest)
		} else {
			for j, v := range row[:len(rest)] {
				x -= v * rest[j]
			}
		}
		b[i] = x * inverse
	}
}

// solve returns β; b is laid out as β is.
func (f *factor) solve(b []float64) []float64 {
	p, q := len(f.r.d.cols), f.r.d.inner
	beta := slices.Clone(b)
	solveCholesky(f.level, beta[:p])
	for k, w := range f.r.d.waves {
		at := beta[p+k*q : p+(k+1)*q]
		solveCholesky(f.shape[k], at)
		floats.Scale(1/w.norm, at)
	}
	return beta
}

// freedom is the effective number of coefficients, tr (G + P)⁻¹ G (Hastie,
// Tibshirani & Friedman 2009, The Elements of Statistical Learning, section 3.4).
func (f *factor) freedom() float64 {
	p, q := len(f.r.d.cols), f.r.d.inner
	sum := freedomOf(f.level, f.extra[:p], 1)
	for k, w := range f.r.d.waves {
		sum += freedomOf(f.shape[k], f.extra[p+k*q:p+(k+1)*q], w.norm)
	}
	return sum
}

// freedomOf is that of one of the systems that a problem falls apart into, G + P =
// UᵀU; penalties are those of P, each as often as told.
func freedomOf(u blas64.Triangular, penalties []float64, times float64) float64 {
	sum, column := 0., make([]float64, u.N) // of the inverse
	for i, penalty := range penalties {
		clear(column)
		column[i] = 1
		solveCholesky(u, column)
		sum += 1 - penalty/times*column[i]
	}
	return sum
}

// addPenalty adds Pβ.
func (f *factor) addPenalty(dst, beta []float64) {
	for i, v := range f.extra {
		dst[i] += v * beta[i]
	}
}
