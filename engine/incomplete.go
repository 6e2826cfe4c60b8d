package engine

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"github.com/datamime/datamime/engine/internal/stat"
)

// sideOfAll is the right-hand side of a series whose missing values are those
// one season away, else the mean.
func (r *regression) sideOfAll(y *response) *normalSide {
	var made []madeUp
	for k := range r.run {
		s := &r.run[k]
		for step := s.at; step < s.end(); step++ {
			if !stat.IsMissing(y.y[step]) {
				continue
			}
			sum, n := 0., 0.
			for _, j := range [2]int{r.away(s, step, -r.d.cal.season), r.away(s, step, r.d.cal.season)} {
				if j >= 0 && j < len(y.y) && !stat.IsMissing(y.y[j]) {
					sum += y.at(j)
					n++
				}
			}
			made = append(made, madeUp{step, sum / math.Max(1, n)})
		}
	}
	return r.side(&response{y: y.y, size: y.size, made: made})
}

// fit solves the ridge regression of a series on its known values, by
// conjugate gradients when some are missing, preconditioned by the complete
// problem's solution. side is that of the completed series, or nil.
func (r *regression) fit(fac *factor, y *response, side *normalSide) []float64 {
	lack := r.lack(y.y)
	if side == nil || len(lack.phase) > 0 {
		side = r.side(y)
	}
	b := side.total(-1)
	beta := fac.solve(b)
	if n := len(lack.phase); n == 0 || n == r.count {
		return beta
	}
	const (
		most      = 30
		tolerance = 1e-5
	)
	apply := func(beta []float64) []float64 { // (FᵀMF + P) β
		out := make([]float64, len(beta))
		r.multiply(out, beta)
		fac.addPenalty(out, beta)
		lack.subtract(out, beta)
		return out
	}
	res := slices.Clone(b)
	axpy(res, -1, apply(beta))
	z := fac.solve(res)
	dir := slices.Clone(z)
	rz := floats.Dot(res, z)
	stop := tolerance * tolerance * math.Max(1e-300, floats.Dot(b, fac.solve(b)))
	for range most {
		if !(rz > stop) {
			break
		}
		q := apply(dir)
		d := floats.Dot(dir, q)
		if !(d > 0) {
			break
		}
		alpha := rz / d
		axpy(beta, alpha, dir)
		axpy(res, -alpha, q)
		z = fac.solve(res)
		next := floats.Dot(res, z)
		for i := range dir {
			dir[i] = z[i] + next/rz*dir[i]
		}
		rz = next
	}
	return beta
}

// lack is what a series misses of the observed steps.
type lack struct {
	r     *regression
	units []int // that miss some
	begin []int // units[j] misses the steps of phase[begin[j]:begin[j+1]]
	phase []uint16
}

func (r *regression) lack(y []float64) *lack {
	m := &lack{r: r}
	for u := range r.units {
		before := len(m.phase)
		for _, s := range r.of(u) {
			for i, v := range y[s.at:s.end()] {
				if stat.IsMissing(v) {
					m.phase = append(m.phase, s.phase+uint16(i*r.pace))
				}
			}
		}
		if len(m.phase) > before {
			m.units, m.begin = append(m.units, u), append(m.begin, before)
		}
	}
	m.begin = append(m.begin, len(m.phase))
	return m
}

// subtract takes from dst what the missing steps add to FᵀFβ.
func (m *lack) subtract(dst, beta []float64) {
	r := m.r
	p, q := len(r.d.cols), r.d.inner
	amount, sums, scratch := make([]float64, len(r.d.waves)), make([]float64, len(r.d.waves)), make([]float64, p)
	for j, u := range m.units {
		r.check.Pass(j * checkUnits)
		row := r.row(scratch, u)
		level := floats.Dot(row, beta[:p])
		for k := range amount {
			amount[k] = floats.Dot(row[:q], beta[p+k*q:p+(k+1)*q])
		}
		sum := 0.
		clear(sums)
		for _, phase := range m.phase[m.begin[j]:m.begin[j+1]] {
			at := int(phase) * len(amount)
			wave := r.d.basis[at : at+len(amount)]
			v := level + floats.Dot(amount, wave)
			sum += v
			axpy(sums, v, wave)
		}
		axpy(dst[:p], -sum, row)
		for k, s := range sums {
			axpy(dst[p+k*q:p+(k+1)*q], -s, row[:q])
		}
	}
}
