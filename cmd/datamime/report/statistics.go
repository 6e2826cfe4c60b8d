package report

import (
	"math"
	"slices"
	"sort"
	"strconv"
	"time"

	"github.com/datamime/datamime/cmd/datamime/locale"
)

// A pair is a series on both sides, and what is to be said of them.
type pair struct {
	real, other       *Series
	realSum, otherSum summary
	step              int64 // seconds between two steps, the usual ones
	profiles          []profile
	lags              []int // in steps
	realACF, otherACF []float64
	difference        float64
}

// A summary is what a series' values are on the whole.
type summary struct {
	n, missing          int
	mean, sd, low, high float64
	sorted              []float64
}

func newPair(real, other *Series) *pair {
	p := &pair{real: real, other: other, realSum: summarize(real.Values), otherSum: summarize(other.Values)}
	p.step = usualStep(real.Times)
	p.addProfiles()
	p.correlate()
	p.compare()
	return p
}

func summarize(values []float64) summary {
	var s summary
	for _, v := range values {
		if !math.IsNaN(v) {
			s.sorted = append(s.sorted, v)
			s.mean += v
		}
	}
	s.n, s.missing = len(s.sorted), len(values)-len(s.sorted)
	if s.n == 0 {
		return summary{missing: s.missing, mean: math.NaN(), sd: math.NaN(), low: math.NaN(), high: math.NaN()}
	}
	slices.Sort(s.sorted)
	s.low, s.high = s.sorted[0], s.sorted[s.n-1]
	s.mean /= float64(s.n)
	for _, v := range s.sorted {
		s.sd += (v - s.mean) * (v - s.mean)
	}
	s.sd = math.Sqrt(s.sd / float64(s.n))
	return s
}

func (s *summary) quantile(q float64) float64 {
	if s.n == 0 {
		return math.NaN()
	}
	return s.sorted[min(s.n-1, int(q*float64(s.n)))]
}

// usualStep is the median distance of two times, at least a second.
func usualStep(times []int64) int64 {
	var steps []int64
	for i := 1; i < len(times); i++ {
		if d := times[i] - times[i-1]; d > 0 {
			steps = append(steps, d)
		}
	}
	if len(steps) == 0 {
		return 1
	}
	slices.Sort(steps)
	return steps[len(steps)/2]
}

// A profile is what the values are at each place of a calendar.
type profile struct {
	title       string
	labels      []string
	real, other placed
}

// placed are the mean and the quartiles of the values at each place, NaN where
// there are none.
type placed struct{ mean, lower, upper []float64 }

const (
	hour = 3600
	day  = 24 * hour
)

// cycles is how often a calendar must have come round for its profile to be more
// than the series itself.
const cycles = 2

// addProfiles chooses the calendars that the step and the span allow.
func (p *pair) addProfiles() {
	span := p.real.Times[len(p.real.Times)-1] - p.real.Times[0] + p.step
	add := func(title string, labels []string, place func(time.Time) int) {
		p.profiles = append(p.profiles, profile{title, labels, places(p.real, len(labels), place), places(p.other, len(labels), place)})
	}
	if p.step < day && span >= cycles*day {
		labels := make([]string, 24)
		for h := range labels {
			labels[h] = strconv.Itoa(h) + " h"
		}
		add(locale.Say("by hour of the day"), labels, func(t time.Time) int { return t.Hour() })
	}
	if p.step <= day && span >= cycles*7*day {
		labels := make([]string, 7)
		for k := range labels {
			labels[k] = weekdayName(k)
		}
		add(locale.Say("by day of the week"), labels, func(t time.Time) int { return (int(t.Weekday()) + 6) % 7 })
	}
	if p.step > day && p.step < 80*day && span >= cycles*360*day || p.step <= day && span >= 360*day {
		labels := make([]string, 12)
		for k := range labels {
			labels[k] = monthName(time.Month(k + 1))
		}
		add(locale.Say("by month"), labels, func(t time.Time) int { return int(t.Month()) - 1 })
	}
}

// places sorts the values of a series into places.
func places(s *Series, n int, place func(time.Time) int) placed {
	values := make([][]float64, n)
	for i, v := range s.Values {
		if !math.IsNaN(v) {
			k := place(time.Unix(s.Times[i], 0).UTC())
			values[k] = append(values[k], v)
		}
	}
	var p placed
	for _, at := range values {
		sum := summarize(at)
		p.mean, p.lower, p.upper = append(p.mean, sum.mean), append(p.lower, sum.quantile(.25)), append(p.upper, sum.quantile(.75))
	}
	return p
}

// fewestForMemory is how many values an autocorrelation takes: of fewer, chance
// alone gives correlations beyond 0.4.
const fewestForMemory = 24

// correlate computes the autocorrelations up to two days, two weeks or two
// years, as the step is, at 60 lags at most.
func (p *pair) correlate() {
	reach := 2 * int64(day)
	switch {
	case p.step >= 20*day:
		reach = 750 * day
	case p.step >= day/2:
		reach = 15 * day
	}
	real, other := onGrid(p.real, p.step), onGrid(p.other, p.step)
	furthest := min(int(reach/p.step), len(real)/3, len(other)/3)
	if min(p.realSum.n, p.otherSum.n) < fewestForMemory {
		furthest = 0
	}
	by := max(1, (furthest+59)/60)
	for lag := by; lag <= furthest; lag += by {
		p.lags = append(p.lags, lag)
	}
	p.realACF, p.otherACF = autocorrelation(real, p.realSum.mean, p.lags), autocorrelation(other, p.otherSum.mean, p.lags)
}

// onGrid sets values on steps of the same length, NaN where there is none.
func onGrid(s *Series, step int64) []float64 {
	const longest = 5_000_000
	start := s.Times[0]
	n := min(int((s.Times[len(s.Times)-1]-start)/step)+1, longest)
	grid := make([]float64, n)
	for i := range grid {
		grid[i] = math.NaN()
	}
	for i, t := range s.Times {
		if k := int((t - start + step/2) / step); k < n {
			grid[k] = s.Values[i]
		}
	}
	return grid
}

// autocorrelation is over the pairs of values that are both there.
func autocorrelation(x []float64, mean float64, lags []int) []float64 {
	r := make([]float64, len(lags))
	for i, lag := range lags {
		var ab, aa, bb float64
		for t := lag; t < len(x); t++ {
			a, b := x[t]-mean, x[t-lag]-mean
			if math.IsNaN(a) || math.IsNaN(b) {
				continue
			}
			ab, aa, bb = ab+a*b, aa+a*a, bb+b*b
		}
		r[i] = ab / math.Sqrt(aa*bb)
	}
	return r
}

// compare says how different the two sides are: the distances of their
// distributions, profiles and autocorrelations, in standard deviations.
func (p *pair) compare() {
	sd := p.realSum.sd
	if !(sd > 0) {
		sd = 1
	}
	const points = 200
	var distance float64
	for i := range points {
		q := (float64(i) + .5) / points
		distance += math.Abs(p.realSum.quantile(q)-p.otherSum.quantile(q)) / sd / points
	}
	if math.IsNaN(distance) {
		distance = 10 // one side has no value
	}
	p.difference = distance + rms(p.realACF, p.otherACF, 1)
	for _, pr := range p.profiles {
		p.difference += rms(pr.real.mean, pr.other.mean, sd) / float64(len(p.profiles))
	}
}

func rms(a, b []float64, unit float64) float64 {
	var sum, n float64
	for i := range a {
		if d := (a[i] - b[i]) / unit; !math.IsNaN(d) {
			sum, n = sum+d*d, n+1
		}
	}
	if n == 0 {
		return 0
	}
	return math.Sqrt(sum / n)
}

// correlations are those of values at the same time; NaN where two series
// have fewer than three in common.
func correlations(series []*Series) [][]float64 {
	matrix := make([][]float64, len(series))
	for i := range matrix {
		matrix[i] = make([]float64, len(series))
		matrix[i][i] = 1
		for k := range i {
			matrix[i][k] = correlation(series[i], series[k])
			matrix[k][i] = matrix[i][k]
		}
	}
	return matrix
}

func correlation(a, b *Series) float64 {
	var n, sa, sb, saa, sbb, sab float64
	for i, k := 0, 0; i < len(a.Times) && k < len(b.Times); {
		switch {
		case a.Times[i] < b.Times[k]:
			i++
		case a.Times[i] > b.Times[k]:
			k++
		default:
			x, y := a.Values[i], b.Values[k]
			if !math.IsNaN(x) && !math.IsNaN(y) {
				n, sa, sb, saa, sbb, sab = n+1, sa+x, sb+y, saa+x*x, sbb+y*y, sab+x*y
			}
			i++
			k++
		}
	}
	if n < 3 {
		return math.NaN()
	}
	return (sab - sa*sb/n) / math.Sqrt((saa-sa*sa/n)*(sbb-sb*sb/n))
}

// within returns the part of a series from start to before end.
func (s *Series) within(start, end int64) *Series {
	i := sort.Search(len(s.Times), func(k int) bool { return s.Times[k] >= start })
	k := sort.Search(len(s.Times), func(k int) bool { return s.Times[k] >= end })
	return &Series{s.Name, s.Times[i:k], s.Values[i:k]}
}
