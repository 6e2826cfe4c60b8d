package engine

import (
	"math"
	"sync"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/random"
)

// An innovator gives the axes their innovations. It is used by one latent, and
// only forward from its last restart.
type innovator interface {
	// restart begins anew at a step, as if nothing was known before it.
	restart(step int64)
	// innovate writes the innovations of count steps from step on into
	// path[axis][at:at+count].
	innovate(path [][]float64, at int, step int64, count int)
	// source returns the step of the sample that a step is most like.
	source(step int64) int64
}

// innovator gives the innovations of a seed; p are the plans of resampled ones.
func (m *Model) innovator(seed int64, p *plans) innovator {
	switch {
	case m.dynamics == nil:
		return nil
	case m.drawn != nil:
		return m.drawn.draws(seed, m.axisKeys())
	}
	return newResampled(m.dynamics, m.planner, p, m.level)
}

// resampled draws blocks of the sample's own innovations, two of them mixed,
// and where that is not enough, single steps.
type resampled struct {
	d       *dynamics
	p       *planner
	plans   *plans
	mix     mixWeights
	fresh   float64 // share of the variance that is drawn anew, see freshShare
	key     uint64  // of those draws
	scatter uint64  // of the draws of single steps
	zone    civil.Zone
}

// mixWeights are those of two joint blocks of innovations and of steps that
// are taken one by one; their squares sum to one.
type mixWeights [3]float64

// mixes are the mixtures by level. The higher it is, the less a single stretch
// of the sample shows through: at (.937, .35) a tenth of some simulations came
// nearer to the sample than one in a hundred of its own windows, at (.9, .436)
// 6 %, see near.go for where that is not enough.
var mixes = []mixWeights{{.9, .436}, {.866, .5}, {.8, .6}, {.714, .7}, {.61, .6, .518}}

// singleSteps is the level of mixes that takes single steps, too.
const singleSteps = 4

// manyInnovations are enough that two of them mixed are always something new.
const manyInnovations = 120

// freshShare is the share of the variance of n innovations that is drawn anew:
// that of a smoothed bootstrap which keeps the variance, with the kernel's
// width for normal samples (Silverman & Young 1987, The bootstrap: to smooth or
// not to smooth, Biometrika 74), and less the more of them there are. A year
// made of ten values alone has each of their mixes several times.
func freshShare(n int) float64 {
	width := 1.06 * math.Pow(float64(max(1, n)), -1./5)
	return width * width / (1 + width*width) * max(0, 1-float64(n)/manyInnovations)
}

func newResampled(d *dynamics, p *planner, c *plans, level int) *resampled {
	return &resampled{d: d, p: p, plans: c, mix: mixes[level], fresh: freshShare(d.N),
		key: random.Stream(c.seed, random.ForFresh), scatter: random.Stream(c.seed, random.ForScatter), zone: civil.Zone{Location: p.cal.Location}}
}

func (*resampled) restart(int64) {}

// axesAtOnce axes are written side by side: a line of the cache holds so many
// innovations of a step.
const axesAtOnce = 16

// innovate leaves out axes without a path.
func (r *resampled) innovate(path [][]float64, at int, step int64, count int) {
	length := int64(r.p.length)
	axes := r.d.axes.count
	a, b := r.mix[0], r.mix[1]
	for done := 0; done < count; {
		t := step + int64(done)
		block := civil.FloorDiv(t, length)
		c := r.choice(block)
		off := int(t - block*length)
		n := min(count-done, int(length)-off)
		for q := 0; q < axes; q += axesAtOnce {
			to := path[q:min(q+axesAtOnce, axes)]
			for i := range n {
				e1 := r.d.e[(int(c.first)+off+i)*axes+q:]
				e2 := r.d.e[(int(c.second)+off+i)*axes+q:]
				for k, x := range to {
					if x != nil {
						x[at+done+i] = a*float64(e1[k]) + b*float64(e2[k])
					}
				}
			}
			if r.mix[2] > 0 {
				r.addScattered(to, q, at+done, t, off, n)
			}
			for k, x := range to {
				if x != nil {
					r.d.clustering.restore(x[at+done:at+done+n], q+k, int(c.first)+off)
				}
			}
			if r.fresh > 0 { // while they are in the cache
				r.refresh(to, q, at+done, t, n)
			}
		}
		done += n
	}
}

// addScattered adds count innovations of single steps, from that at off in a
// block on, to the axes from first on: each is of the block's phase, anywhere
// in the sample, so that the axes stay linked and hours as restless as they are.
func (r *resampled) addScattered(path [][]float64, first, at int, step int64, off, count int) {
	_, phase := r.p.locate(step-int64(off), &r.zone)
	among := r.p.byPhase[phase]
	axes, weight := r.d.axes.count, r.mix[2]
	for i := range count {
		u := random.Draw(r.scatter, step+int64(i))
		var start int32
		if len(among) < leastAmong {
			start = r.p.nth(int(u % uint64(r.p.count())))
		} else {
			start = among[u%uint64(len(among))]
		}
		e := r.d.e[(int(start)+off+i)*axes+first:]
		for k, x := range path {
			if x != nil {
				x[at+i] += weight * float64(e[k])
			}
		}
	}
}

// refresh draws a share of count innovations anew, of the axes from first on.
func (r *resampled) refresh(path [][]float64, first, at int, step int64, count int) {
	kept, drawn := math.Sqrt(1-r.fresh), math.Sqrt(r.fresh)
	for q, x := range path {
		if x == nil {
			continue
		}
		key := random.Draw(r.key, int64(first+q))
		for i, v := range x[at : at+count] {
			x[at+i] = kept*v + drawn*random.Bell(random.Draw(key, step+int64(i)))
		}
	}
}

// choice returns the sources of a block.
func (r *resampled) choice(block int64) choice {
	g := civil.FloorDiv(block, int64(r.p.group))
	return r.plans.group(g)[block-g*int64(r.p.group)]
}

// source is the step whose innovation a step takes first.
func (r *resampled) source(step int64) int64 {
	length := int64(r.p.length)
	block := civil.FloorDiv(step, length)
	return int64(r.d.Step(int(r.choice(block).first) + int(step-block*length)))
}

// plans shares the plans of a simulation between its workers.
type plans struct {
	p    *planner
	seed int64
	mu   sync.Mutex
	at   map[int64]*planned
}

// planned is the plan of a group of blocks, once it is made.
type planned struct {
	once   sync.Once
	choice []choice
}

// plansKept bounds the plans that are remembered.
const plansKept = 32

func newPlans(p *planner, seed int64) *plans {
	return &plans{p: p, seed: seed, at: map[int64]*planned{}}
}

// group returns the plan of a group of blocks; a few are remembered.
func (c *plans) group(g int64) []choice {
	c.mu.Lock()
	p := c.at[g]
	if p == nil {
		if len(c.at) >= plansKept {
			for old := range c.at {
				if old <= g-plansKept/2 || old >= g+plansKept/2 {
					delete(c.at, old)
				}
			}
		}
		p = &planned{}
		c.at[g] = p
	}
	c.mu.Unlock()
	p.once.Do(func() { p.choice = c.p.plan(c.seed, g) })
	return p.choice
}
