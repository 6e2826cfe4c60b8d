package engine

import (
	"math"
	"sync/atomic"

	"gonum.org/v1/gonum/floats"

	"github.com/datamime/datamime/engine/internal/work"
)

// gauge follows the slow movements of a plan: the means over units, a season
// each, of a few series and of all together, as a linear response to the
// innovations of the plan's blocks. Chance alone leaves the spread of a year's
// daily means some percent off, a multiple of what two halves of a sample
// differ by; steer.go exchanges blocks until they move as the sample's do.
type gauge struct {
	unit    int // steps
	units   int // of the sample
	length  int // steps of a block
	reach   int // units that the innovations of a block move
	axes    int // the first of the dynamics, which are followed
	lost    []bool
	kernel  [][]float64 // [axis][unit of the reach × step of the block]
	probes  []probe
	whole   bool                          // the last probe is the mean of all
	follows []bool                        // [latent variable]
	known   []atomic.Pointer[[][]float64] // [packed step]: responses to blocks from there, of few, once they were wanted; a cache
}

// probe is a series whose means are followed, or the mean of all.
type probe struct {
	of     []int       // latent variables
	load   []float64   // [axis]
	level  []float64   // [unit]: what the calendar alone makes of the mean
	width  []float64   // [unit]: mean scale of the residuals
	v      *variable   // whose link leads back to values; nil: none
	still  float64     // mean that the calendar alone makes where the sample is known
	target [2]movement // within the sample's time; beyond it, where the calendar is left out
}

// movement describes successive means.
type movement struct {
	mean, sd float64
	wide     float64 // standard deviation over means of seven units; 0: too few
	lag      float64 // autocorrelation from one unit to the next
}

const (
	gaugeKnown  = 256 // steps of a sample whose responses are kept, four kilobytes each
	gaugeProbes = 12
	gaugeTotal  = 64 // series that stand for all
	gaugeAxes   = 12
	gaugeReach  = 14   // units beyond a block
	gaugeShort  = 4096 // steps of a sample so short that a unit is a step
	wideUnits   = 7
)

// unitSums are what a movement is computed of.
type unitSums struct{ n, sum, square, pairs, lag, weeks, week, weekSquare float64 }

func (t *unitSums) add(o *unitSums, w float64) {
	t.n += w * o.n
	t.sum += w * o.sum
	t.square += w * o.square
	t.pairs += w * o.pairs
	t.lag += w * o.lag
	t.weeks += w * o.weeks
	t.week += w * o.week
	t.weekSquare += w * o.weekSquare
}

// count adds the seven units from a on, as far as they count.
func (t *unitSums) count(y []float64, counts []bool, a int) {
	sum, n := 0., 0
	for u := a; u < min(a+wideUnits, len(y)); u++ {
		if !counts[u] {
			continue
		}
		v := y[u]
		t.n++
		t.sum += v
		t.square += v * v
		sum += v
		n++
		if u+1 < len(y) && counts[u+1] {
			t.pairs++
			t.lag += v * y[u+1]
		}
	}
	if n == wideUnits {
		sum /= wideUnits
		t.weeks++
		t.week += sum
		t.weekSquare += sum * sum
	}
}

// movement is what the sums say; false when that is too little.
func (t *unitSums) movement() (c movement, ok bool) {
	const least = 8
	if t.n < least {
		return c, false
	}
	c.mean = t.sum / t.n
	square := t.square / t.n
	v := square - c.mean*c.mean
	if !(v > 1e-12*square) {
		return c, false
	}
	c.sd = math.Sqrt(v)
	if t.pairs >= least/2 {
		c.lag = (t.lag/t.pairs - c.mean*c.mean) / v
	}
	if t.weeks >= least/2 {
		m := t.week / t.weeks
		c.wide = math.Sqrt(max(0, t.weekSquare/t.weeks-m*m))
	}
	return c, true
}

func movementOf(y []float64, counts []bool) (movement, bool) {
	var t unitSums
	for a := 0; a < len(y); a += wideUnits {
		t.count(y, counts, a)
	}
	return t.movement()
}

// newGauge chooses what to follow; nil when the sample is too short for its
// season, and too long to be followed step by step.
func (f *fitter) newGauge() *gauge {
	m := f.m
	if m.planner == nil {
		return nil
	}
	g := &gauge{unit: m.cal.season, length: m.planner.length}
	if m.cal.n < 24*g.unit || g.length%g.unit != 0 {
		g.unit = 1
		if m.cal.n > gaugeShort {
			return nil
		}
	}
	g.units = m.cal.n / g.unit
	if g.units < 16 {
		return nil
	}
	g.lost = make([]bool, g.units)
	for u := range g.lost {
		g.lost[u] = true
		for i := u * g.unit; i < (u+1)*g.unit; i++ {
			g.lost[u] = g.lost[u] && !f.observed.Has(i)
		}
	}
	g.axes = min(gaugeAxes, m.dynamics.axes.count)
	g.reach = g.length/g.unit + gaugeReach
	g.follows = make([]bool, len(f.latents))
	var free []int // step-like variables wait instead of moving, veiled ones do not show how they move
	for i, k := range f.latents {
		if m.variable[k].hold == nil && m.variable[k].idle == nil && f.veils[i] == nil {
			free = append(free, i)
		}
	}
	if len(free) == 0 {
		return nil
	}
	total := probe{load: make([]float64, g.axes), level: make([]float64, g.units), width: make([]float64, g.units)}
	count := min(len(free), gaugeTotal)
	for i := range count {
		total.of = append(total.of, free[i*len(free)/count])
	}
	all, weight := g.newProbes(f, total.of)
	for i, p := range all {
		axpy(total.load, floats.Sum(p.width)/float64(g.units*count), p.load)
		axpy(total.level, 1/float64(count), p.level)
		if i == 0 || i*gaugeProbes/count != (i-1)*gaugeProbes/count {
			g.probes = append(g.probes, p)
		}
		g.follows[total.of[i]] = true
	}
	if count > 1 {
		for u := range total.width {
			total.width[u] = 1
		}
		g.probes, g.whole = append(g.probes, total), true
	}
	g.respond(m.dynamics, weight, f.share)
	return g
}

// gaugeChunk is about how many steps' calendar is held at once.
const gaugeChunk = 1 << 12

// newProbes follow latent variables; weight is how much each step of a unit
// moves the means.
func (g *gauge) newProbes(f *fitter, of []int) (probes []probe, weight []float64) {
	m := f.m
	for _, k := range of {
		p := probe{of: []int{k}, load: make([]float64, g.axes), level: make([]float64, g.units), width: make([]float64, g.units), v: &m.variable[f.latents[k]]}
		for q := range p.load {
			if q < len(m.dynamics.axes.load[k]) {
				p.load[q] = m.dynamics.axes.load[k][q]
			}
			if q == m.dynamics.axes.own[k] {
				p.load[q]++
			}
		}
		probes = append(probes, p)
	}
	size := max(1, gaugeChunk/g.unit)
	own := make([][][]float64, (g.units+size-1)/size) // [chunk][probe][step of a unit]
	var sheets work.Turns[calibrationSheet]
	work.Workers(f.share).Parts(g.units, size, func(from, to int) {
		sheets.With(func(s *calibrationSheet) {
			s.fill(m, [2]int{from * g.unit, to * g.unit})
			loc, scl := make([]float64, (to-from)*g.unit), make([]float64, (to-from)*g.unit)
			for i := range probes {
				v := probes[i].v
				s.where.curve(loc, v.location)
				s.width.curve(scl, v.scale)
				own[from/size] = append(own[from/size], g.survey(&probes[i], from, to, loc, scl))
			}
		})
	})
	weight = make([]float64, g.unit)
	for i := range probes {
		sum := make([]float64, g.unit)
		for _, chunk := range own {
			axpy(sum, 1, chunk[i])
		}
		axpy(weight, 1/floats.Sum(sum), sum)
	}
	floats.Scale(1/floats.Sum(weight), weight)
	return probes, weight
}

// survey fills a probe's units from..to, whose location and log scale are
// given, and returns how much the steps of a unit move with the scores in all.
func (g *gauge) survey(p *probe, from, to int, loc, scl []float64) []float64 {
	v, own := p.v, make([]float64, g.unit)
	for u := from; u < to; u++ {
		level, width, slopes := 0., 0., 0.
		for j := range own {
			t := (u-from)*g.unit + j
			y := v.link.from(v.mean + v.sd*loc[t])
			slope := math.Exp(-v.link.logSlope(y))
			w := slope * math.Exp(max(-maxLogScale, min(maxLogScale, scl[t])))
			level += y / float64(g.unit)
			width += w
			slopes += slope
			own[j] += w
		}
		p.level[u] = (v.link.to(level) - v.mean) / v.sd
		p.width[u] = width / slopes
	}
	return own
}

// respond tabulates what an innovation moves: the weighted mean over a unit of
// the impulse response of its axis.
func (g *gauge) respond(d *dynamics, weight []float64, share work.Workers) {
	g.kernel = make([][]float64, g.axes)
	share(g.axes, func(q int) {
		h, r := make([]float64, g.reach*g.unit), d.reverse[q]
		for t := range h {
			if t == 0 {
				h[t] = d.sigma[q]
			}
			for i := max(0, len(r)-t); i < len(r); i++ {
				h[t] += r[i] * h[t-len(r)+i]
			}
		}
		k := make([]float64, 0, g.reach*g.length)
		for u := range g.reach {
			for j := range g.length {
				sum := 0.
				for i, w := range weight {
					if t := u*g.unit + i - j; t >= 0 {
						sum += w * h[t]
					}
				}
				k = append(k, sum)
			}
		}
		g.kernel[q] = k
	})
}

// response is what the innovations of a block that is taken from packed step
// at move: [probe][unit]. It is shared.
func (g *gauge) response(d *dynamics, at int32) [][]float64 {
	if int(at) < len(g.known) {
		if r := g.known[at].Load(); r != nil {
			return *r
		}
	}
	r := make([][]float64, len(g.probes))
	for i := range r {
		r[i] = make([]float64, g.reach)
	}
	g.addResponse(r, d, at)
	if int(at) < len(g.known) {
		g.known[at].Store(&r)
	}
	return r
}

// addResponse adds a response to r.
func (g *gauge) addResponse(r [][]float64, d *dynamics, at int32) {
	e, by := make([]float64, g.length), make([]float64, g.reach)
	for q := range g.axes {
		for t := range e {
			e[t] = float64(d.e[(int(at)+t)*d.axes.count+q])
		}
		d.clustering.restore(e, q, int(at))
		for u := range by {
			by[u] = floats.Dot(e, g.kernel[q][u*g.length:(u+1)*g.length])
		}
		for i := range r {
			axpy(r[i], g.probes[i].load[q], by)
		}
	}
}

// value is the mean of a unit of the sample's time, where the scores' is z.
func (p *probe) value(u int, z float64) float64 {
	y := p.level[u] + p.width[u]*z
	if p.v == nil {
		return y
	}
	return p.v.link.from(p.v.mean + p.v.sd*y)
}
