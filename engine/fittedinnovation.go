package engine

import (
	"math"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/code"
	"github.com/datamime/datamime/engine/internal/random"
)

// innovations is how the axes' innovations are drawn:
//
//	e(t)   = Σ_l A_l e(t-l) + R s(t)
//	s_q(t) = exp(h_q,c) Q_q( G_v( ζ_q(t) exp(v_q w_q(t)) ) )       c the hour and kind of the day
//	w_q(t) = √ρ g(t) + √(1-ρ) g_q(t),   g(t) = φ g(t-1) + √(1-φ²) ω(t)
//
// with ζ and ω independent and standard normal. A and R link the axes, h says
// when of the day they are restless, w that restless times go together, and Q
// is the shape of an innovation: G_v maps what comes to it to normal scores
// (volatility.go).
type innovations struct {
	lags    int
	lag     [][]float64 // [lag-1]: A by [axis·axes+axis]; nil: the axes are not linked
	root    []float64   // R
	hours   [][]float64 // [axis][cell]: h; nil: one cell
	memory  float64     // φ
	shared  float64     // ρ
	restive []float64   // [axis]: v
	shape   []*shape    // [axis]

	table []*scores // of the shapes after G, by the inverse hyperbolic sine of what comes to it where axes are restless
	steps *calendar
}

const (
	linkUnit    = 1. / 256
	memoryUnit  = 1. / 1024
	mostLink    = 4.
	mostRestive = 1.
	mostLags    = 8
	mostLinked  = 64  // axes, beyond which they are not linked
	farOut      = 60. // standard deviations that no innovation reaches
)

func (in *innovations) code(c *code.Coder, p *parameters) {
	axes := p.dynamics.axes
	linked := in.root != nil
	if c.Bool(&linked); linked {
		if c.Reading() && axes > mostLinked {
			c.Fail()
			return
		}
		c.Integer(&in.lags, 0, mostLags)
		if c.Reading() {
			in.lag = make([][]float64, in.lags)
		}
		for l := range in.lag {
			c.Quanta(&in.lag[l], axes*axes, linkUnit)
			c.Within(in.lag[l], mostLink)
		}
		c.Quanta(&in.root, axes*axes, linkUnit)
		c.Within(in.root, mostLink)
	}
	cells := 0
	if in.hours != nil {
		cells = len(in.hours[0])
	}
	c.Integer(&cells, 0, 48)
	if c.Reading() && cells != 0 && cells != 48 {
		c.Fail()
	}
	c.Quantum(&in.memory, memoryUnit)
	c.Quantum(&in.shared, memoryUnit)
	if in.memory < 0 || in.memory >= 1 || in.shared < 0 || in.shared > 1 {
		c.Fail()
	}
	c.Quanta(&in.restive, axes, memoryUnit)
	c.Within(in.restive, mostRestive)
	if c.Reading() {
		in.shape = make([]*shape, axes)
		if cells > 0 {
			in.hours = make([][]float64, axes)
		}
	}
	for q := range in.shape {
		codeShape(c, &in.shape[q])
		if cells > 0 {
			c.Quanta(&in.hours[q], cells, linkUnit)
			c.Within(in.hours[q], maxLogScale)
		}
	}
}

// prepare makes the tables that draws are looked up in.
func (in *innovations) prepare(cal *calendar) {
	in.table, in.steps = nil, cal
	for q, s := range in.shape {
		t, g := &scores{}, mixture{in.restive[q]}
		if in.restive[q] > 0 { // far tails
			t.tabulate(func(y float64) float64 { return s.at(g.score(math.Sinh(y))) })
		} else {
			t.tabulate(s.at)
		}
		in.table = append(in.table, t)
	}
}

// drawn draws innovations.
type drawn struct {
	in     *innovations
	key    []uint64 // [axis]
	common uint64
	zone   civil.Zone
	since  int64     // step of the last restart
	all    float64   // g
	own    []float64 // g_q
	past   []float64 // e of the last lags steps, a ring by step
	now    []float64 // s
}

func (in *innovations) draws(seed int64, key []uint64) *drawn {
	s := random.Stream(seed, random.ForInnovations)
	d := &drawn{in: in, common: random.Draw(s, -1), zone: civil.Zone{Location: in.steps.Location}, own: make([]float64, len(key)), now: make([]float64, len(key))}
	d.past = make([]float64, in.lags*len(key))
	for _, k := range key {
		d.key = append(d.key, random.Draw(s, int64(k)))
	}
	return d
}

func (d *drawn) restart(step int64) {
	d.since = step
	d.all = random.Gaussian(random.Draw(d.common, step))
	for q, k := range d.key {
		d.own[q] = random.Gaussian(random.Draw(k+1, step))
	}
	clear(d.past)
}

func (d *drawn) innovate(path [][]float64, at int, step int64, count int) {
	in, axes := d.in, len(d.key)
	memory, news := in.memory, math.Sqrt(1-in.memory*in.memory)
	shared, apart := math.Sqrt(in.shared), math.Sqrt(1-in.shared)
	volatile := false
	for _, v := range in.restive {
		volatile = volatile || v > 0
	}
	for i := range count {
		t := step + int64(i)
		cell := 0
		if in.hours != nil {
			cell = in.cell(t, &d.zone)
		}
		if volatile {
			d.all = memory*d.all + news*random.Gaussian(random.Draw(d.common, t))
		}
		for q := range d.now {
			x := random.Gaussian(random.Draw(d.key[q], t))
			if v := in.restive[q]; v > 0 {
				d.own[q] = memory*d.own[q] + news*random.Gaussian(random.Draw(d.key[q]+1, t))
				x = math.Asinh(x * math.Exp(v*(shared*d.all+apart*d.own[q])))
			}
			x = in.table[q].whole(x)
			if in.hours != nil {
				x *= math.Exp(in.hours[q][cell])
			}
			d.now[q] = x
		}
		if in.root == nil {
			for q, x := range d.now {
				path[q][at+i] = x
			}
			continue
		}
		for q := range axes {
			path[q][at+i] = d.linked(q, t)
		}
		if in.lags > 0 {
			slot := int(civil.FloorMod(t, int64(in.lags))) * axes
			for q := range axes {
				d.past[slot+q] = path[q][at+i]
			}
		}
	}
}

// linked is the innovation of an axis at a step.
func (d *drawn) linked(q int, t int64) float64 {
	in, axes := d.in, len(d.key)
	x := 0.
	for r, w := range in.root[q*axes : (q+1)*axes] {
		x += w * d.now[r]
	}
	for l, a := range in.lag {
		slot := int(civil.FloorMod(t-1-int64(l), int64(in.lags))) * axes
		for r, w := range a[q*axes : (q+1)*axes] {
			x += w * d.past[slot+r]
		}
	}
	return max(-farOut, min(farOut, x))
}

// cell is the hour and kind of the day of a step.
func (in *innovations) cell(step int64, z *civil.Zone) int {
	unit, phase := in.steps.place(step, z)
	return 2*in.steps.hour(phase) + int(in.steps.almanac(unit).weekend)
}

// source is the step itself: a fitted form knows no rows.
func (d *drawn) source(step int64) int64 { return step }
