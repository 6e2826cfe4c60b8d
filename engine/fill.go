package engine

import (
	"math"
	"sync/atomic"

	"github.com/datamime/datamime/engine/internal/random"
	"github.com/datamime/datamime/engine/internal/stat"
	"github.com/datamime/datamime/engine/internal/stepset"
	"github.com/datamime/datamime/engine/internal/work"
)

// packed is the scores of the active series over the observed steps.
type packed struct {
	*stepset.Packing
	z       [][]float64   // [series][step], complete once filled
	gap     []stepset.Set // [series]: steps whose score was made up; nil: none
	share   []float64     // [series]: share of missing scores
	key     []uint64      // [series]: identity, for random streams
	check   work.Check
	workers work.Workers
}

// fill makes up missing scores: gaps of at most three steps by interpolation,
// longer ones by what the other series say plus autoregressive noise.
func (p *packed) fill(order int) {
	p.gap, p.share = make([]stepset.Set, len(p.z)), make([]float64, len(p.z))
	var todo atomic.Bool
	p.workers(len(p.z), func(k int) {
		z := p.z[k]
		n := stat.Known(z)
		if n == p.N {
			return
		}
		p.share[k] = 1 - float64(n)/float64(p.N)
		p.gap[k] = stepset.New(p.N)
		for _, s := range p.Segment {
			for _, r := range stepset.Runs(s[1]-s[0], func(i int) bool { return stat.IsMissing(z[s[0]+i]) }) {
				a, b := s[0]+r[0], s[0]+r[1]
				if a > s[0] && b < s[1] && b-a <= 3 {
					for i := a; i < b; i++ {
						w := float64(i-a+1) / float64(b-a+1)
						z[i] = (1-w)*z[a-1] + w*z[b]
					}
					continue
				}
				todo.Store(true)
				for i := a; i < b; i++ {
					p.gap[k].Add(i)
					z[i] = 0
				}
			}
		}
	})
	if !todo.Load() {
		return
	}
	if len(p.z) > 1 && len(p.z) <= fullRotate {
		p.predict()
	}
	p.workers(len(p.z), func(k int) {
		if p.gap[k] != nil {
			p.addNoise(k, order)
		}
	})
}

// predict replaces made-up scores by a projection on the leading principal
// components, again and again (the EM of a probabilistic principal component
// analysis, shortened).
func (p *packed) predict() {
	k := len(p.z)
	row, out := make([]float64, k), make([]float64, k)
	any := stepset.New(p.N)
	for _, g := range p.gap {
		for i, w := range g {
			any[i] |= w
		}
	}
	for range 6 {
		values, vectors := principal(correlations(p.z, p.check, p.workers))
		total, sum, r := 0., 0., 0
		for _, v := range values {
			total += v
		}
		for r < k-1 && (r == 0 || sum < .8*total) {
			sum += values[r]
			r++
		}
		r = max(1, r)
		for i := range p.N {
			p.check.Pass(i * k)
			if !any.Has(i) {
				continue
			}
			for j := range row {
				row[j] = p.z[j][i]
			}
			clear(out)
			for c := range r {
				dot := 0.
				for j, v := range row {
					dot += v * vectors.At(j, c)
				}
				for j := range out {
					out[j] += dot * vectors.At(j, c)
				}
			}
			for j, g := range p.gap {
				if g != nil && g.Has(i) {
					p.z[j][i] = out[j]
				}
			}
		}
	}
}

// addNoise gives made-up scores the variance that their prediction lacks.
func (p *packed) addNoise(k, order int) {
	z, gap := p.z[k], p.gap[k]
	var good [][]float64
	sum, square, count := 0., 0., 0.
	for _, s := range p.Segment {
		for _, r := range stepset.Runs(s[1]-s[0], func(i int) bool { return !gap.Has(s[0] + i) }) {
			if r[1]-r[0] > 3 {
				good = append(good, append([]float64(nil), z[s[0]+r[0]:s[0]+r[1]]...))
			}
		}
	}
	for i, v := range z {
		if gap.Has(i) {
			sum += v
			square += v * v
			count++
		}
	}
	share := math.Max(0, math.Min(1, 1-(square/count-sum/count*sum/count)))
	var a []float64
	sigma := 1.
	if len(good) > 0 {
		a, sigma = burg(good, min(order, 10), new(work.Room), p.check)
	}
	key := random.Draw(random.ForFill, int64(p.key[k]))
	const warm = 200
	noise := make([]float64, warm+p.N)
	for i := range noise {
		p.check.Pass(i)
		v := sigma * random.Gaussian(random.Draw(key, int64(i)))
		for j, c := range a {
			if i-1-j >= 0 {
				v -= c * noise[i-1-j]
			}
		}
		noise[i] = v
		if i >= warm && gap.Has(i-warm) {
			z[i-warm] += math.Sqrt(share) * v
		}
	}
}
