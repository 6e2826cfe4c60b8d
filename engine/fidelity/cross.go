package fidelity

import (
	"math"

	"github.com/datamime/datamime/engine/internal/stat"
	"github.com/datamime/datamime/engine/internal/work"
)

// minPairs is the number of common values under which two series have no
// correlation.
const minPairs = 20

// across measures what holds between series: their correlations and those of
// their steps, for the chosen ones, and the variability of the total.
func (p *Panel) across(m *measures, s, h portion, chosen []int, check work.Check) error {
	a, b := make([][]float64, len(chosen)), make([][]float64, len(chosen))
	for i, k := range chosen {
		a[i], b[i] = s.series(k), h.series(k)
	}
	for _, which := range []int{crossMeasure, crossStepMeasure} {
		var u, v []float64
		for i := range chosen {
			if err := check.Err(); err != nil {
				return err
			}
			for j := range i {
				u = append(u, pairCorrelation(a[i], a[j]))
				v = append(v, pairCorrelation(b[i], b[j]))
			}
		}
		m[which] = rms(u, v)
		for i := range chosen {
			a[i], b[i] = differences(a[i], 1), differences(b[i], 1)
		}
	}
	m[totalSDMeasure] = p.totals(s, h)
	return check.Err()
}

// pairCorrelation of the values that both have; NaN for fewer than minPairs, or
// when one is constant among them.
func pairCorrelation(a, b []float64) float64 {
	n, meanA, meanB := 0., 0., 0.
	for i := range a {
		if !math.IsNaN(a[i]) && !math.IsNaN(b[i]) {
			n++
			meanA += a[i]
			meanB += b[i]
		}
	}
	if n < minPairs {
		return math.NaN()
	}
	meanA, meanB = meanA/n, meanB/n
	ab, aa, bb := 0., 0., 0.
	for i := range a {
		if u, v := a[i]-meanA, b[i]-meanB; !math.IsNaN(u) && !math.IsNaN(v) {
			ab += u * v
			aa += u * u
			bb += v * v
		}
	}
	if !(aa > 0) || !(bb > 0) {
		return math.NaN()
	}
	return ab / math.Sqrt(aa*bb)
}

// totals compares the standard deviations of the mean over all series, each
// standardised as in h: by step, and by means over a season.
func (p *Panel) totals(s, h portion) float64 {
	a, b := newTotal(p.n), newTotal(p.n)
	for k := range p.x {
		y := h.series(k)
		m, sd := stat.Mean(y), stat.Deviation(y)+1e-9
		if math.IsNaN(m) {
			continue
		}
		b.add(y, m, sd)
		a.add(s.series(k), m, sd)
	}
	ts, th := a.mean(len(p.x)), b.mean(len(p.x))
	var e []float64
	for _, pair := range [][2][]float64{{ts, th}, {blockMeans(ts, p.season), blockMeans(th, p.season)}} {
		if u, v := stat.Deviation(pair[0]), stat.Deviation(pair[1]); u > 0 && v > 0 {
			e = append(e, math.Abs(math.Log(u/v)))
		}
	}
	return stat.Mean(e)
}

// total is the sum over series by step.
type total struct{ sum, count []float64 }

func newTotal(n int) *total { return &total{make([]float64, n), make([]float64, n)} }

func (t *total) add(x []float64, mean, sd float64) {
	for i, y := range x {
		if !math.IsNaN(y) {
			t.sum[i] += (y - mean) / sd
			t.count[i]++
		}
	}
}

// mean is the mean over series, NaN where at most .6 of n have a value.
func (t *total) mean(n int) []float64 {
	out := make([]float64, len(t.sum))
	for i := range out {
		out[i] = math.NaN()
		if t.count[i] > .6*float64(n) {
			out[i] = t.sum[i] / t.count[i]
		}
	}
	return out
}
