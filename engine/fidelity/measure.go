package fidelity

import (
	"math"

	"github.com/datamime/datamime/engine"
	"github.com/datamime/datamime/engine/internal/stat"
	"github.com/datamime/datamime/engine/internal/work"
)

// Measures of fidelity, in the order of a Fidelity's figures.
const (
	marginalMeasure = iota
	profileMeasure
	profileSDMeasure
	acfMeasure
	spectrumMeasure
	stepMeasure
	seasonStepMeasure
	extremesMeasure
	aggregateSDMeasure
	spellsMeasure
	tstrMeasure
	gapsMeasure
	tiesMeasure
	crossMeasure
	crossStepMeasure
	totalSDMeasure
	measureCount
)

// measureInfo names each measure and gives tau, the distance that counts as
// nothing: ratio = (score + tau) / (floor + tau).
var measureInfo = [measureCount]struct {
	name string
	tau  float64
}{
	{"marginal", .01}, {"profile", .02}, {"profile_sd", .02}, {"acf", .01}, {"spectrum", .02}, {"step", .01},
	{"season_step", .01}, {"extremes", .03}, {"aggregate_sd", .02}, {"spells", .03}, {"tstr", .02},
	{"gaps", .01}, {"ties", .01}, {"cross", .01}, {"cross_step", .01}, {"total_sd", .02},
}

type measures [measureCount]float64

// A portion is the values of a panel at some of its steps.
type portion struct {
	x  [][]float64
	in []bool
}

// series returns series k, NaN outside the portion.
func (p portion) series(k int) []float64 {
	x := make([]float64, len(p.in))
	for i, y := range p.x[k] {
		if !p.in[i] {
			y = math.NaN()
		}
		x[i] = y
	}
	return x
}

// Numbers of series that are looked at, evenly spaced: by each measure of
// single series, and by those of pairs.
const (
	measuredSeries = 60
	crossedSeries  = 40
)

// measure compares s with h: the mean over series of each measure of single
// series, and the measures across series; NaN for one that nothing allows.
func (p *Panel) measure(s, h portion, o engine.Options) (m measures, err error) {
	chosen := evenly(len(p.x), measuredSeries)
	each := make([]measures, len(chosen))
	check := work.Check(o.Interrupt)
	err = work.Each(len(chosen), o.Workers, check, func(i int) {
		each[i] = p.compare(s.series(chosen[i]), h.series(chosen[i]), s.in, h.in)
	})
	if err != nil {
		return m, err
	}
	column := make([]float64, len(each))
	for k := range m {
		for i := range each {
			column[i] = each[i][k]
		}
		m[k] = stat.Mean(column)
	}
	if len(p.x) > 1 {
		err = p.across(&m, s, h, chosen[:min(len(chosen), crossedSeries)], check)
	}
	return m, err
}

// compare measures one series s against h; NaN for what they do not allow.
func (p *Panel) compare(s, h []float64, inS, inH []bool) (m measures) {
	for k := range m {
		m[k] = math.NaN()
	}
	a, b := stat.Sorted(s, nil), stat.Sorted(h, nil)
	if len(b) < 20 || len(a) < 10 {
		return m
	}
	sd := stat.Deviation(h)
	if !(sd > 0) {
		m[marginalMeasure] = min(10, math.Abs(stat.Mean(s)-stat.Mean(h))+stat.Deviation(s))
		return m
	}
	m[marginalMeasure] = wasserstein(a, b) / sd
	m[profileMeasure], m[profileSDMeasure] = p.profiles(s, h, sd)
	lags := lagsFor(len(b), p.season, p.block)
	m[acfMeasure] = rms(autocorrelation(s, lags), autocorrelation(h, lags))
	if u, v := bandPower(s, p.block), bandPower(h, p.block); u != nil && v != nil {
		m[spectrumMeasure] = rms(u, v)
	}
	m[stepMeasure] = stepDistance(s, h, 1)
	m[seasonStepMeasure] = stepDistance(s, h, p.season)
	m[extremesMeasure] = 0
	for _, q := range []float64{.001, .01, .99, .999} {
		m[extremesMeasure] += math.Abs(stat.Quantile(a, q)-stat.Quantile(b, q)) / (4 * sd)
	}
	m[aggregateSDMeasure] = p.aggregates(s, h)
	m[spellsMeasure] = spellDistance(s, h, stat.Quantile(b, .9))
	m[tstrMeasure] = p.trainedElsewhere(s, h)
	m[gapsMeasure] = math.Abs(missingShare(s, inS) - missingShare(h, inH))
	m[tiesMeasure] = .5*math.Abs(stat.Repeats(s)-stat.Repeats(h)) + .5*math.Abs(zeros(a)-zeros(b))
	return m
}

// profiles compares the means of the calendar's cells, in units of sd, and
// the logs of their standard deviations.
func (p *Panel) profiles(s, h []float64, sd float64) (means, sds float64) {
	var a, b []float64
	for _, v := range p.view {
		meanS, sdS := v.statistics(s)
		meanH, sdH := v.statistics(h)
		for c := range sdS {
			sdS[c] = math.Log(sdS[c] + 1e-3*sd)
			sdH[c] = math.Log(sdH[c] + 1e-3*sd)
		}
		a = append(a, rms(meanS, meanH))
		b = append(b, rms(sdS, sdH))
	}
	return stat.Mean(a) / sd, stat.Mean(b)
}

// statistics returns the mean and the sample standard deviation of each cell,
// NaN for one with fewer than four values.
func (v *view) statistics(x []float64) (means, sds []float64) {
	count := make([]float64, v.cells)
	means, sds = make([]float64, v.cells), make([]float64, v.cells)
	for i, y := range x {
		if !math.IsNaN(y) {
			count[v.cell[i]]++
			means[v.cell[i]] += y
		}
	}
	for c := range means {
		means[c] /= count[c]
	}
	for i, y := range x {
		if !math.IsNaN(y) {
			d := y - means[v.cell[i]]
			sds[v.cell[i]] += d * d
		}
	}
	for c := range sds {
		sds[c] = math.Sqrt(sds[c] / (count[c] - 1))
		if count[c] < 4 {
			means[c], sds[c] = math.NaN(), math.NaN()
		}
	}
	return means, sds
}

// stepDistance is the distance of the distributions of differences at a lag,
// in units of their standard deviation in h.
func stepDistance(s, h []float64, lag int) float64 {
	a, b := differences(s, lag), differences(h, lag)
	sd := stat.Deviation(b)
	if !(sd > 0) {
		return math.NaN()
	}
	return wasserstein(stat.Sorted(a, nil), stat.Sorted(b, nil)) / sd
}

// aggregates compares the standard deviations of means over one season and
// over seven.
func (p *Panel) aggregates(s, h []float64) float64 {
	var e []float64
	for _, length := range []int{p.season, 7 * p.season} {
		a, b := blockMeans(s, length), blockMeans(h, length)
		u, v := stat.Deviation(a), stat.Deviation(b)
		switch {
		case !(v > 0) || stat.Known(b) <= 4:
		case u > 0:
			e = append(e, math.Abs(math.Log(u/v)))
		default:
			e = append(e, 3)
		}
	}
	return stat.Mean(e)
}

// missingShare is the share of the steps of a half that have no value.
func missingShare(x []float64, in []bool) float64 {
	n, gone := 0., 0.
	for i, y := range x {
		if in[i] {
			n++
			if math.IsNaN(y) {
				gone++
			}
		}
	}
	return gone / n
}

// zeros is the share of zeros among known values.
func zeros(v []float64) float64 {
	n := 0.
	for _, y := range v {
		if y == 0 {
			n++
		}
	}
	return n / float64(len(v))
}
