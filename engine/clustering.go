package engine

import (
	"math"

	"github.com/datamime/datamime/engine/internal/random"
	"github.com/datamime/datamime/engine/internal/stat"
	"github.com/datamime/datamime/engine/internal/work"
)

// clustering is how large and small innovations of the sample come in runs: of prices,
// and of whatever is disturbed at times, one that is large comes among others that are.
// Stretches that are mixed as they are make times that are all somewhat restless. Of
// axes on which it shows, what is kept and mixed are the normal scores g of what is left
// once an innovation is divided by the local size v, and the mixture is given the sizes
// of the first stretch,
//
//	e(t) = v(t₁) H( Σ_i w_i g(t_i) ),   g(t) = H⁻¹( ε(t) / v(t) )
//
// so that sizes are distributed and follow one another as the sample's do.
type clustering struct {
	own   []int       // [axis]: its number among those on which it shows, or -1
	count int         // of these
	size  []uint8     // [packed step][number]: log v, see sizes
	shape [][]float32 // [number]: H on the grid of scores.fast
	level []float32   // [packed step]: mean log v, where plans follow it; else nil
}

const (
	// leastClustered is the mean correlation of sizes at sizeLags from which on they
	// come in runs. Of 43 sets eight have axes of .10 to .19, from demand, prices and
	// pollutants; those of simulated random volatility have .33.
	leastClustered = .12
	// leastFollowed is the one from which on plans follow sizes from block to block:
	// where it is less, their memory adds more chance than it is worth (daily prices of
	// .15: 1.34 to 1.38, and to 1.42 at twice the weight; with a weight of 16 to 1.66).
	leastFollowed = .2

	sizeReach     = 3.      // steps away, what is about a step tells a third as much
	sizeHold      = .1      // innovations of unit size that v is held to
	sizeSteps     = 1 << 15 // are enough to tell whether sizes come in runs
	fewSizes      = 500     // are not
	mostTelling   = 3.      // a larger size tells no more
	sizeStep      = 1. / 48 // of log v
	sizeOne       = 176     // stands for v = 1
	followedSizes = 1.      // weight in plans of the square of a jump of log v
)

// sizeLags are below and beyond what sizeReach makes alike.
var sizeLags = [...]int{2, 5, 10}

// sizes are v by number.
var sizes = func() (v [256]float64) {
	for i := range v {
		v[i] = math.Exp(float64(i-sizeOne) * sizeStep)
	}
	return v
}()

// sizeFade is how much less a step tells of a size than the one before it.
var sizeFade = math.Exp(-1 / sizeReach)

// sideWeights are what so many steps on one side tell together; further ones add nothing,
// to the last bit: sizeFade to that power is lost beside 1.
var sideWeights = func() (w [128]float64) {
	for steps := range w {
		w[steps] = sizeFade * (1 - math.Pow(sizeFade, float64(steps))) / (1 - sizeFade)
	}
	return w
}()

// sideWeight is what so many steps on one side tell together.
func sideWeight(steps int) float64 { return sideWeights[min(steps, len(sideWeights)-1)] }

// cluster takes the sizes out of the innovations of the axes on which they come in
// runs; nil where there is none.
func (d *dynamics) cluster(check work.Check, share work.Workers) *clustering {
	if d.N < fewSizes {
		return nil
	}
	c := &clustering{own: make([]int, d.axes.count)}
	runs := make([]float64, d.axes.count)
	share(len(runs), func(q int) { runs[q] = d.sizesTogether(q) })
	sum := 0.
	for q, r := range runs {
		c.own[q] = -1
		if r > leastClustered {
			c.own[q] = c.count
			c.count++
			sum += r
		}
	}
	if c.count == 0 {
		return nil
	}
	c.size, c.shape = make([]uint8, d.N*c.count), make([][]float32, c.count)
	share(len(runs), func(q int) {
		if c.own[q] >= 0 {
			c.divide(d, q, check)
		}
	})
	if sum > leastFollowed*float64(c.count) {
		c.level = make([]float32, d.N)
		for t := range c.level {
			sum := 0.
			for _, s := range c.size[t*c.count : (t+1)*c.count] {
				sum += float64(s)
			}
			c.level[t] = float32(sizeStep * sum / float64(c.count))
		}
	}
	return c
}

// sizesTogether is the mean correlation of the sizes of an axis' innovations at sizeLags.
func (d *dynamics) sizesTogether(q int) float64 {
	x := make([]float64, min(d.N, sizeSteps))
	first := (d.N - len(x)) / 2
	for t := range x {
		x[t] = min(mostTelling, math.Abs(float64(d.e[(first+t)*d.axes.count+q])))
	}
	mean, sd := moments(x)
	sum := 0.
	for _, lag := range sizeLags {
		own := 0.
		for t, v := range x[lag:] {
			own += (v - mean) * (x[t] - mean)
		}
		sum += own / float64(len(x)-lag)
	}
	return sum / float64(len(sizeLags)) / (sd*sd + 1e-300)
}

// divide divides the innovations of an axis by the sizes about them,
//
//	v²(t) = ( Σ_s exp(-|s-t|/reach) ε²(s) + hold ) / ( Σ_s exp(-|s-t|/reach) + hold )
//
// and leaves the normal scores of what remains.
func (c *clustering) divide(d *dynamics, q int, check work.Check) {
	axes, own := d.axes.count, c.own[q]
	u, before := make([]float64, d.N), make([]float32, d.N) // Σ over s < t
	for t := range u {
		u[t] = float64(d.e[t*axes+q])
	}
	for _, s := range d.Segment {
		sum := 0.
		for t := s[0]; t < s[1]; t++ {
			check.Pass(t)
			before[t] = float32(sum)
			sum = sizeFade * (sum + u[t]*u[t])
		}
		sum = 0.
		for t := s[1] - 1; t >= s[0]; t-- {
			check.Pass(t)
			square := u[t] * u[t]
			v2 := (float64(before[t]) + square + sum + sizeHold) / (sideWeight(t-s[0]) + 1 + sideWeight(s[1]-1-t) + sizeHold)
			k := uint8(max(0, min(float64(len(sizes)-1), math.Round(.5*math.Log(v2)/sizeStep)+sizeOne)))
			c.size[t*c.count+own] = k
			sum = sizeFade * (sum + square)
			u[t] /= sizes[k]
		}
	}
	order := stat.Rank(u, check)
	table := newScores(u, order)
	c.shape[own] = table.fast
	rankScores(u, order, table.z, random.Draw(random.ForTies, int64(q)), check)
	for t, z := range u {
		d.e[t*axes+q] = float32(z)
	}
}

// restore makes innovations of an axis of scores x, with the sizes of those from a
// packed step on.
func (c *clustering) restore(x []float64, q, step int) {
	if c == nil || c.own[q] < 0 {
		return
	}
	shape := scores{fast: c.shape[c.own[q]]}
	for i, z := range x {
		x[i] = sizes[c.size[(step+i)*c.count+c.own[q]]] * shape.whole(z)
	}
}

// follows tells whether plans follow sizes from block to block.
func (c *clustering) follows() bool { return c != nil && c.level != nil }

// jump is what it costs that a block from a packed step on comes before one from another.
func (c *clustering) jump(from, to int32, length int) float32 {
	d := c.level[to] - c.level[int(from)+length-1]
	return followedSizes * d * d
}

// unplanned stands for the source of a block that has none yet.
const unplanned = -1

// jumps is what it costs that sizes jump between a block of a group, if it is taken
// from a packed step on, and those next to it, whose sources are known so far.
func (p *planner) jumps(source []int32, block int, at int32) (cost float32) {
	c := p.dynamics.clustering
	if block > 0 && source[block-1] != unplanned {
		cost += c.jump(source[block-1], at, p.length)
	}
	if block+1 < len(source) && source[block+1] != unplanned {
		cost += c.jump(at, source[block+1], p.length)
	}
	return cost
}

// moreJumps is how much more two blocks of a group would jump if they were exchanged.
func (p *planner) moreJumps(source []int32, i, j int) float32 {
	if !p.dynamics.clustering.follows() {
		return 0
	}
	both := func() float32 { // of neighbours their joint twice: it changes the least
		return p.jumps(source, i, source[i]) + p.jumps(source, j, source[j])
	}
	was := both()
	source[i], source[j] = source[j], source[i]
	then := both()
	source[i], source[j] = source[j], source[i]
	return then - was
}
