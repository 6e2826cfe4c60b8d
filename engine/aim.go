package engine

import (
	"math"

	"github.com/datamime/datamime/engine/civil"
)

// aim sets the targets of the probes: the sample's movements, as far as the
// gauge sees movements as they are. What it does not see shows in rehearsals,
// whose plans it follows and whose values are known: means[latent][run][unit].
// Probes that tell nothing are dropped; false when all are.
func (g *gauge) aim(f *fitter, p *planner, runs []*plans, means [][][]float64) bool {
	paths := make([][][]float64, len(runs))
	for r, run := range runs {
		paths[r] = g.follow(p, run)
	}
	var kept []probe
	whole := false
	for i := range g.probes {
		b := &g.probes[i]
		sample := make([][]float64, len(b.of))
		for j, k := range b.of {
			x := f.g.x[f.latents[k]]
			sample[j] = g.means(x, x)
		}
		path, made := make([][]float64, len(runs)), make([][]float64, len(runs))
		for r := range runs {
			own := make([][]float64, len(b.of))
			for j, k := range b.of {
				own[j] = means[k][r]
			}
			path[r], made[r] = paths[r][i], together(own)
		}
		if b.aim(together(sample), path, made) {
			kept = append(kept, *b)
			whole = g.whole && i == len(g.probes)-1
		}
	}
	g.probes, g.whole = kept, whole
	return len(kept) > 0
}

// aim sets the targets of a probe: sample are the means of the sample, path
// those of the scores that the gauge follows in the runs, and made what the
// runs came to. Spreads are corrected by the ratio of what the gauge sees to
// what comes of it, the autocorrelation by the difference.
func (p *probe) aim(sample []float64, path, made [][]float64) bool {
	counts := make([]bool, len(sample))
	for u, v := range sample {
		counts[u] = !isMissing(v)
	}
	truth, ok := movementOf(sample, counts)
	if !ok {
		return false
	}
	for u, v := range made[0] { // rehearsals may leave out stretches
		counts[u] = counts[u] && !isMissing(v)
	}
	values := func(z []float64) []float64 {
		y := make([]float64, len(sample))
		for u := range y {
			y[u] = p.value(u, 0)
			if z != nil {
				y[u] = p.value(u, z[u])
			}
		}
		return y
	}
	var within, beyond movement
	runs := 0.
	for r, z := range path {
		seen, ok1 := movementOf(values(z), counts)
		came, ok2 := movementOf(made[r], counts)
		scores, ok3 := movementOf(z, counts)
		if !ok1 || !ok2 || !ok3 {
			continue
		}
		runs++
		within.mean += seen.mean
		within.sd += math.Log(seen.sd / came.sd)
		within.lag += seen.lag - came.lag
		if seen.wide > 0 && came.wide > 0 {
			within.wide += math.Log(seen.wide / came.wide)
		}
		beyond.sd += scores.sd
		beyond.wide += scores.wide
		beyond.lag += scores.lag
	}
	if runs == 0 {
		return false
	}
	p.target[0] = movement{
		mean: within.mean / runs, sd: truth.sd * math.Exp(within.sd/runs),
		wide: truth.wide * math.Exp(within.wide/runs), lag: truth.lag + within.lag/runs,
	}
	p.target[1] = movement{sd: beyond.sd / runs, wide: beyond.wide / runs, lag: beyond.lag / runs}
	if still, ok := movementOf(values(nil), counts); ok {
		p.still = still.mean
	}
	return true
}

// follow returns the means of the scores of every probe over the sample's
// units under a plan.
func (g *gauge) follow(p *planner, run *plans) [][]float64 {
	per := g.length / g.unit
	z := make([][]float64, len(g.probes))
	for i := range z {
		z[i] = make([]float64, g.units)
	}
	for block := -(g.reach / per); block*per < g.units; block++ {
		at := civil.FloorDiv(int64(block), int64(p.group))
		c := run.group(at)[int64(block)-at*int64(p.group)]
		for level, from := range [2]int32{c.first, c.second} {
			for i, r := range g.response(p.dynamics, from) {
				for u, v := range r {
					if t := block*per + u; t >= 0 && t < g.units {
						z[i][t] += p.mix[level] * v
					}
				}
			}
		}
	}
	return z
}

// together averages series by unit, where more than 60 % are known.
func together(series [][]float64) []float64 {
	out := make([]float64, len(series[0]))
	for u := range out {
		n := 0.
		for _, x := range series {
			if !isMissing(x[u]) {
				out[u] += x[u]
				n++
			}
		}
		out[u] /= n
		if n <= .6*float64(len(series)) {
			out[u] = missing()
		}
	}
	return out
}

// means averages values y over units, in standard deviations of the sample's
// values x from their mean; NaN where fewer than three quarters of x or y are
// known.
func (g *gauge) means(y, x []float64) []float64 {
	mean, sd := moments(x)
	out := make([]float64, g.units)
	for u := range out {
		sum, n := 0., 0
		for t := u * g.unit; t < (u+1)*g.unit; t++ {
			if x[t] == x[t] && y[t] == y[t] {
				sum += y[t]
				n++
			}
		}
		out[u] = missing()
		if 4*n >= 3*g.unit {
			out[u] = (sum/float64(n) - mean) / sd
		}
	}
	return out
}

// rehearsed are the means of the units of each run of a rehearsal.
func (g *gauge) rehearsed(x []float64, all []attempt, spans [][2]int, runs int) (means [][]float64) {
	y := make([]float64, len(x))
	for r := range runs {
		for t := range y {
			y[t] = missing()
		}
		for i, s := range spans {
			copy(y[s[0]:s[1]], all[i*runs+r].y)
		}
		means = append(means, g.means(y, x))
	}
	return means
}
