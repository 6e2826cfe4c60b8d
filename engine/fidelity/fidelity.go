// Package fidelity measures how close synthetic series are to the real ones that a
// model learned from: a Scorecard of measures, each held against the distance of two
// halves of the real data. Read fidelity.go first, then measure.go; a Panel is the grid
// on which both kinds are laid out.
package fidelity

import (
	"errors"
	"math"

	"github.com/datamime/datamime/engine"
	"github.com/datamime/datamime/engine/internal/stat"
)

// A Figure is one line of a scorecard. Floor is the measure between two halves
// of the real data, Score that between synthetic values and the same half,
// Ratio (Score + tau) / (Floor + tau): 1 is as close as another real half. NaN
// is what cannot be told.
type Figure struct {
	Measure             string
	Floor, Score, Ratio float64
}

// Scorecard says how close synthetic series are to real ones, each figure the
// mean of two directions: the real data are cut in two by alternating blocks
// of time, and each half is held against the synthetic values at its times
// while the other gives the floor.
type Scorecard struct {
	// Measures are, in units of the held half's standard deviation where
	// they are distances of values:
	//
	//	marginal      Wasserstein-1 distance of the values
	//	profile       rms difference of the means of calendar cells
	//	profile_sd    rms difference of the logs of their standard deviations
	//	acf           rms difference of autocorrelations at log-spaced lags
	//	spectrum      rms difference of log10 power in 16 bands
	//	step          Wasserstein-1 distance of the differences at lag 1
	//	season_step   the same at one season
	//	extremes      mean distance of the .001, .01, .99, .999 quantiles
	//	aggregate_sd  log ratio of the sd of means over one season and seven
	//	spells        distance of the log lengths of runs above the .9 quantile
	//	tstr          excess error of an autoregression fitted on synthetic values
	//	gaps          difference of the missing share
	//	ties          differences of the shares of repeats and of zeros
	//	cross         rms difference of the correlations between series
	//	cross_step    the same of their differences at lag 1
	//	total_sd      log ratio of the sd of the mean over series
	//
	// A ratio whose score alone cannot be told is 10.
	Measures []Figure
	// Verbatim is the share of windows of six values that stand in the other
	// half, Near the share of windows nearer to the other half than 1 % of
	// the held half's are, Coverage the values over those held. Their floor
	// is the held half's own; they have no ratio.
	Verbatim, Near, Coverage Figure
	// Overall is the geometric mean of the ratios, each clipped to [1, 50].
	Overall float64
}

// ratioOfNothing stands for the ratio of a measure that only the synthetic
// values do not allow.
const ratioOfNothing = 10

// Evaluate fits a model on one half of the panel's own sample, simulates the
// whole span and judges it on the other half, both ways. The names of s's
// series, on which random streams hang, may be others than the panel's.
func (p *Panel) Evaluate(s *engine.Sample, seed int64, o engine.Options) (*Scorecard, error) {
	return p.bothWays(o, func(train []bool) (*Panel, error) {
		m, err := engine.Fit(p.part(s, train), o)
		if err != nil {
			return nil, err
		}
		return p.simulated(m, seed, o)
	})
}

// Judge holds a synthetic panel, of p's grid, against p.
func (p *Panel) Judge(synthetic *Panel, o engine.Options) (*Scorecard, error) {
	return p.bothWays(o, func([]bool) (*Panel, error) { return synthetic, nil })
}

// bothWays judges with either half held; a half without values allows no
// judgement.
func (p *Panel) bothWays(o engine.Options, synthetic func(train []bool) (*Panel, error)) (*Scorecard, error) {
	var ways []*Scorecard
	train, held := p.half(), p.half()
	for i := range held {
		held[i] = !held[i]
	}
	for range 2 {
		q, err := synthetic(train)
		switch {
		case errors.Is(err, engine.ErrEmpty):
		case err != nil:
			return nil, err
		default:
			f, err := p.judge(q, train, held, o)
			if err != nil {
				return nil, err
			}
			ways = append(ways, f)
		}
		train, held = held, train
	}
	if len(ways) == 0 {
		return nil, engine.ErrEmpty
	}
	return averaged(ways), nil
}

// judge holds the synthetic values at the held steps against the real ones.
func (p *Panel) judge(synthetic *Panel, train, held []bool, o engine.Options) (*Scorecard, error) {
	t, h, s := portion{p.x, train}, portion{p.x, held}, portion{synthetic.x, held}
	floor, err := p.measure(t, h, o)
	if err != nil {
		return nil, err
	}
	score, err := p.measure(s, h, o)
	if err != nil {
		return nil, err
	}
	f := &Scorecard{}
	logs := []float64{}
	for k, info := range measureInfo {
		r := (score[k] + info.tau) / (floor[k] + info.tau)
		if math.IsNaN(score[k]) && !math.IsNaN(floor[k]) {
			r = ratioOfNothing
		}
		if !math.IsNaN(r) {
			logs = append(logs, math.Log(min(max(r, 1), 50)))
		}
		f.Measures = append(f.Measures, Figure{info.name, floor[k], score[k], r})
	}
	f.Overall = math.Exp(stat.Mean(logs))
	verbatim, err := p.verbatim(t, []portion{h, s}, o)
	if err != nil {
		return nil, err
	}
	near, err := p.near(t, h, []portion{h, s}, o)
	if err != nil {
		return nil, err
	}
	f.Verbatim = Figure{"verbatim", verbatim[0], verbatim[1], math.NaN()}
	f.Near = Figure{"near", near[0], near[1], math.NaN()}
	f.Coverage = Figure{"coverage", 1, s.count() / max(1, h.count()), math.NaN()}
	return f, nil
}

// count is the number of values of a portion.
func (p portion) count() (n float64) {
	for _, x := range p.x {
		for i, y := range x {
			if p.in[i] && !math.IsNaN(y) {
				n++
			}
		}
	}
	return n
}

// averaged is the mean of each figure over the ways that have it.
func averaged(ways []*Scorecard) *Scorecard {
	each := func(of func(f *Scorecard) Figure) Figure {
		var floor, score, ratio []float64
		for _, f := range ways {
			g := of(f)
			floor, score, ratio = append(floor, g.Floor), append(score, g.Score), append(ratio, g.Ratio)
		}
		return Figure{of(ways[0]).Measure, stat.Mean(floor), stat.Mean(score), stat.Mean(ratio)}
	}
	out := &Scorecard{
		Verbatim: each(func(f *Scorecard) Figure { return f.Verbatim }),
		Near:     each(func(f *Scorecard) Figure { return f.Near }),
		Coverage: each(func(f *Scorecard) Figure { return f.Coverage }),
	}
	for k := range measureInfo {
		out.Measures = append(out.Measures, each(func(f *Scorecard) Figure { return f.Measures[k] }))
	}
	var overall []float64
	for _, f := range ways {
		overall = append(overall, f.Overall)
	}
	out.Overall = stat.Mean(overall)
	return out
}
