package engine

import (
	"math"
	"slices"

	"github.com/datamime/datamime/engine/internal/code"
)

// The axes' recursions by parameters: loadings, and reflection coefficients,
// which are stable however they are rounded.

const (
	loadingUnit    = 1. / 1024
	reflectionUnit = math.Pi / (1 << 13) // of the arc whose sine is the coefficient
)

type dynamicsParameters struct {
	axes, factors int
	load          [][]float64 // [active series][factor]
	own           []int
	arc           [][]float64 // [axis]: arcsines of the reflection coefficients
	sigma         []float64
	warm          int
	innovations   *innovations
}

// order is the longest of the axes'.
func (p *dynamicsParameters) order() int {
	longest := 0
	for _, arc := range p.arc {
		longest = max(longest, len(arc))
	}
	return longest
}

func (d *dynamics) parameters() *dynamicsParameters {
	p := &dynamicsParameters{axes: d.axes.count, factors: d.axes.factors, own: slices.Clone(d.axes.own), sigma: slices.Clone(d.sigma), warm: d.warm}
	for k := range p.own {
		p.load = append(p.load, nil)
		if d.axes.load[k] != nil {
			p.load[k] = slices.Clone(d.axes.load[k])
		}
	}
	for _, r := range d.reverse {
		arc := reflections(r)
		for i, k := range arc {
			arc[i] = math.Asin(k)
		}
		p.arc = append(p.arc, arc)
	}
	return p
}

// reflections are the reflection coefficients of an autoregression, whose
// coefficients are given as dynamics keeps them (Levinson's recursion back).
func reflections(reverse []float64) []float64 {
	n := len(reverse)
	a, k := make([]float64, n), make([]float64, n)
	for i, v := range reverse {
		a[n-1-i] = -v
	}
	b := make([]float64, n)
	for m := n; m > 0; m-- {
		k[m-1] = math.Max(-.9999, math.Min(.9999, a[m-1]))
		d := 1 - k[m-1]*k[m-1]
		for i := range m - 1 {
			b[i] = (a[i] - k[m-1]*a[m-2-i]) / d
		}
		copy(a, b[:m-1])
	}
	return k
}

// fromReflections is the inverse of reflections.
func fromReflections(k []float64) (reverse []float64) {
	a, prev := make([]float64, len(k)), make([]float64, len(k))
	for m, r := range k {
		copy(prev, a[:m])
		for i := range m {
			a[i] = prev[i] + r*prev[m-1-i]
		}
		a[m] = r
	}
	reverse = make([]float64, len(k))
	for i, v := range a {
		reverse[len(a)-1-i] = -v
	}
	return reverse
}

func (d *dynamicsParameters) code(c *code.Coder, p *parameters) {
	active := 0
	for k := range p.variable {
		if p.variable[k].active {
			active++
		}
	}
	d.axes = c.Count(d.axes)
	c.Integer(&d.factors, 0, d.axes)
	c.Integer(&d.warm, 1, mostWarm)
	if c.Reading() {
		d.load, d.own = make([][]float64, active), make([]int, active)
		d.arc, d.sigma = make([][]float64, d.axes), make([]float64, d.axes)
	}
	for k := range d.own {
		c.Integer(&d.own[k], -1, d.axes-1)
		n := len(d.load[k])
		c.Integer(&n, 0, d.factors)
		c.Quanta(&d.load[k], n, loadingUnit)
	}
	for q := range d.arc {
		n := c.Count(len(d.arc[q]))
		c.Quanta(&d.arc[q], n, reflectionUnit)
		c.Rough(&d.sigma[q])
		if c.Reading() && (n > mostPoles || d.sigma[q] < 0 || slices.ContainsFunc(d.arc[q], func(x float64) bool { return math.Abs(x) >= math.Pi/2 })) {
			c.Fail()
			return
		}
	}
	if c.Reading() {
		d.innovations = &innovations{}
	}
	d.innovations.code(c, p)
}

func (d *dynamicsParameters) build() *dynamics {
	out := &dynamics{axes: &axes{count: d.axes, factors: d.factors, load: d.load, own: d.own}, sigma: d.sigma, warm: d.warm}
	for _, arc := range d.arc {
		k := make([]float64, len(arc))
		for i, x := range arc {
			k[i] = math.Sin(x)
		}
		out.reverse = append(out.reverse, fromReflections(k))
		out.order = max(out.order, len(arc))
	}
	return out
}
