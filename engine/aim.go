package engine

import (
	"math"
	"sync/atomic"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/stat"
	"github.com/datamime/datamime/engine/internal/work"
)

// aim sets the targets of the probes: the sample's movements, as far as the
// gauge sees movements as they are. What it does not see shows in rehearsals,
// whose plans it follows and whose values are known: means[latent]. Probes that
// tell nothing are dropped; false when all are.
func (g *gauge) aim(p *planner, runs []*plans, means []unitMeans, share work.Workers) bool {
	paths := make([][][]float64, len(runs))
	if len(runs) == 1 {
		paths[0] = g.follow(p, runs[0], share)
	} else { // of a short sample
		share(len(runs), func(r int) { paths[r] = g.follow(p, runs[r], work.Alone) })
	}
	told := make([]bool, len(g.probes))
	share(len(g.probes), func(i int) {
		b := &g.probes[i]
		sample := make([][]float64, len(b.of))
		for j, k := range b.of {
			sample[j] = means[k].sample
		}
		path, made := make([][]float64, len(runs)), make([][]float64, len(runs))
		for r := range runs {
			own := make([][]float64, len(b.of))
			for j, k := range b.of {
				own[j] = means[k].run[r]
			}
			path[r], made[r] = paths[r][i], together(own)
		}
		told[i] = b.aim(together(sample), path, made)
	})
	var kept []probe
	for i, b := range g.probes {
		if told[i] {
			kept = append(kept, b)
		}
	}
	whole := g.whole && told[len(told)-1]
	g.probes, g.whole = kept, whole
	if p.N <= gaugeKnown {
		g.known = make([]atomic.Pointer[[][]float64], p.N)
	}
	return len(kept) > 0
}

// aim sets the targets of a probe: sample are the means of the sample, path
// those of the scores that the gauge follows in the runs, and made what the
// runs came to. Spreads are corrected by the ratio of what the gauge sees to
// what comes of it, the autocorrelation by the difference.
func (p *probe) aim(sample []float64, path, made [][]float64) bool {
	counts := make([]bool, len(sample))
	for u, v := range sample {
		counts[u] = !stat.IsMissing(v)
	}
	truth, ok := movementOf(sample, counts)
	if !ok {
		return false
	}
	for u, v := range made[0] { // rehearsals may leave out stretches
		counts[u] = counts[u] && !stat.IsMissing(v)
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

// Plans that are made at once, and blocks that are followed at once.
const (
	groupsAtOnce = plansKept / 2
	blocksAtOnce = 64
)

// follow returns the means of the scores of every probe over the sample's
// units under a plan.
func (g *gauge) follow(p *planner, run *plans, share work.Workers) [][]float64 {
	per := g.length / g.unit
	z := make([][]float64, len(g.probes))
	for i := range z {
		z[i] = make([]float64, g.units)
	}
	end := (g.units + per - 1) / per
	for from := -(g.reach / per); from < end; from += groupsAtOnce * p.group {
		to := min(end, from+groupsAtOnce*p.group)
		first := civil.FloorDiv(int64(from), int64(p.group))
		share(int(civil.FloorDiv(int64(to-1), int64(p.group))-first)+1, func(i int) { run.group(first + int64(i)) })
		moved := make([][][]float64, (to-from+blocksAtOnce-1)/blocksAtOnce)
		share.Parts(to-from, blocksAtOnce, func(a, b int) { moved[a/blocksAtOnce] = g.move(p, run, from+a, from+b) })
		for part, by := range moved {
			at := (from + part*blocksAtOnce) * per
			for i := range z {
				lo, hi := max(0, -at), min(len(by[i]), g.units-at)
				if lo < hi {
					axpy(z[i][at+lo:at+hi], 1, by[i][lo:hi])
				}
			}
		}
	}
	return z
}

// move returns what the blocks from..to of a plan make of the scores:
// [probe][unit], from the first block's on.
func (g *gauge) move(p *planner, run *plans, from, to int) [][]float64 {
	per := g.length / g.unit
	z, response := make([][]float64, len(g.probes)), make([][]float64, len(g.probes))
	for i := range z {
		z[i], response[i] = make([]float64, (to-from-1)*per+g.reach), make([]float64, g.reach)
	}
	for block := from; block < to; block++ {
		at := civil.FloorDiv(int64(block), int64(p.group))
		c := run.group(at)[int64(block)-at*int64(p.group)]
		for level, source := range [2]int32{c.first, c.second} {
			for _, r := range response {
				clear(r)
			}
			g.addResponse(response, p.dynamics, source)
			for i, r := range response {
				axpy(z[i][(block-from)*per:(block-from)*per+len(r)], p.mix[level], r)
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
			if !stat.IsMissing(x[u]) {
				out[u] += x[u]
				n++
			}
		}
		out[u] /= n
		if n <= .6*float64(len(series)) {
			out[u] = stat.Missing()
		}
	}
	return out
}

// unitMeans are means over units, in standard deviations of the sample's values
// from their mean; NaN where fewer than three quarters of a unit are known.
type unitMeans struct {
	sample []float64
	run    [][]float64 // of each run of a rehearsal
}

// means averages the values x of the sample, and what rehearsals made of them.
func (g *gauge) means(x []float64, all []attempt, spans [][2]int, runs int) (m unitMeans) {
	mean, sd := moments(x)
	sum, n := make([]float64, g.units), make([]int, g.units)
	add := func(from int, y []float64) {
		for i, v := range y[:min(len(y), g.units*g.unit-from)] {
			if t := from + i; v == v && x[t] == x[t] {
				sum[t/g.unit] += v
				n[t/g.unit]++
			}
		}
	}
	averages := func() []float64 {
		out := make([]float64, g.units)
		for u := range out {
			out[u] = stat.Missing()
			if 4*n[u] >= 3*g.unit {
				out[u] = (sum[u]/float64(n[u]) - mean) / sd
			}
		}
		clear(sum)
		clear(n)
		return out
	}
	add(0, x)
	m.sample = averages()
	for r := range runs {
		for i, s := range spans {
			if s[0] < g.units*g.unit {
				add(s[0], all[i*runs+r].y)
			}
		}
		m.run = append(m.run, averages())
	}
	return m
}
