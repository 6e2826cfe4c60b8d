package engine

import (
	"gonum.org/v1/gonum/floats"

	"github.com/datamime/datamime/engine/internal/work"
)

// shortOrder is the order up to which products are summed in place: a call takes as
// long as 50 of them (of order 9, 9.1 ns a step with the call and 5.5 without).
const shortOrder = 16

// filterAll advances axes, where they have a path, over count innovations of each,
// see filter. Two of a short order are advanced side by side, as each step waits for
// the one before (of order 9, 3.2 ns a step).
func (d *dynamics) filterAll(path [][]float64, at, count int, check work.Check) {
	other, since := -1, 0 // an axis that waits for another of its order
	for q, x := range path {
		if x == nil {
			continue
		}
		if since += count; since >= work.CheckEach {
			check.Ask()
			since = 0
		}
		switch order := len(d.reverse[q]); {
		case order > shortOrder:
			d.filter(q, x, at, count)
		case other >= 0 && len(d.reverse[other]) == order:
			d.filterTwo(other, q, path[other], x, at, count)
			other = -1
		default:
			if other >= 0 {
				d.filter(other, path[other], at, count)
			}
			other = q
		}
	}
	if other >= 0 {
		d.filter(other, path[other], at, count)
	}
}

// filter advances an axis: past holds order values before at, followed by
// count innovations, which it replaces by values.
func (d *dynamics) filter(q int, x []float64, at, count int) {
	r, sigma := d.reverse[q], d.sigma[q]
	p := len(r)
	for t := at; t < at+count; t++ {
		x[t] = sigma*x[t] + recall(r, x[t-p:t])
	}
}

// recall is the product of a recursion with its past: floats.Dot, and its bits where the
// order is short, as gonum has it on amd64.
func recall(r, past []float64) float64 {
	if len(r) > shortOrder {
		return floats.Dot(r, past)
	}
	var a, b, c, d float64
	past = past[:len(r)]
	i := 0
	for ; i < len(r)-3; i += 4 {
		a += r[i] * past[i]
		b += r[i+1] * past[i+1]
		c += r[i+2] * past[i+2]
		d += r[i+3] * past[i+3]
	}
	for ; i < len(r); i++ {
		a += r[i] * past[i]
	}
	return (a + c) + (b + d)
}

// filterTwo is filter of two axes of the same order.
func (d *dynamics) filterTwo(q, p int, x, y []float64, at, count int) {
	r, s := d.reverse[q], d.reverse[p][:len(d.reverse[q])]
	for t := at; t < at+count; t++ {
		u, v := x[t-len(r):t], y[t-len(r):t]
		u, v = u[:len(r)], v[:len(r)]
		var a, b, c, e float64 // as recall sums
		var f, g, h, k float64
		i := 0
		for ; i < len(r)-3; i += 4 {
			a += r[i] * u[i]
			b += r[i+1] * u[i+1]
			c += r[i+2] * u[i+2]
			e += r[i+3] * u[i+3]
			f += s[i] * v[i]
			g += s[i+1] * v[i+1]
			h += s[i+2] * v[i+2]
			k += s[i+3] * v[i+3]
		}
		for ; i < len(r); i++ {
			a += r[i] * u[i]
			f += s[i] * v[i]
		}
		x[t] = d.sigma[q]*x[t] + ((a + c) + (b + e))
		y[t] = d.sigma[p]*y[t] + ((f + h) + (g + k))
	}
}
