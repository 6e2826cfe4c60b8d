package report

import (
	"fmt"
	"html"
	"html/template"
	"math"
)

// The two sides, in classes and in words.
const (
	realClass  = "real"
	otherClass = "synthetic"
)

// overview draws both sides over the span of the real one, one above the
// other: the mean of each stretch in a band from its lowest to its highest.
func (p *pair) overview() template.HTML {
	const buckets = 300
	start, end := p.real.Times[0], p.real.Times[len(p.real.Times)-1]+1
	low, high := p.bounds()
	var both template.HTML
	for _, side := range []struct {
		class string
		s     *Series
	}{{realClass, p.real}, {otherClass, p.other}} {
		d := newDrawing(900, 120, side.class+" values of "+p.real.Name+" over the whole span")
		d.span(float64(start), float64(end), low, high)
		d.values()
		d.times()
		x, mean, least, largest := bucketed(side.s.within(start, end), start, end, p.step, buckets)
		d.band("band "+side.class, x, least, largest)
		d.line(side.class, x, mean, side.class)
		both += d.end()
	}
	return both
}

// bounds are the lowest and the highest value of both sides.
func (p *pair) bounds() (low, high float64) {
	low, high = p.realSum.low, p.realSum.high
	if !(low <= p.otherSum.low) && p.otherSum.n > 0 {
		low = p.otherSum.low
	}
	if !(high >= p.otherSum.high) && p.otherSum.n > 0 {
		high = p.otherSum.high
	}
	if math.IsNaN(low) {
		return 0, 1
	}
	return low, high
}

// bucketed sums a series up in stretches of the same length.
func bucketed(s *Series, start, end, step int64, most int) (x, mean, low, high []float64) {
	n := max(1, min(most, int((end-start)/max(step, 1))+1))
	count := make([]float64, n)
	for range n {
		x, mean = append(x, 0), append(mean, 0)
		low, high = append(low, math.NaN()), append(high, math.NaN())
	}
	for i := range x {
		x[i] = float64(start) + (float64(i)+.5)*float64(end-start)/float64(n)
	}
	for i, t := range s.Times {
		v := s.Values[i]
		if math.IsNaN(v) {
			continue
		}
		k := min(n-1, int(float64(t-start)/float64(end-start)*float64(n)))
		count[k]++
		mean[k] += v
		if !(low[k] <= v) {
			low[k] = v
		}
		if !(high[k] >= v) {
			high[k] = v
		}
	}
	for k := range mean {
		mean[k] /= count[k] // 0/0: NaN
	}
	return x, mean, low, high
}

// closeUp draws both sides of a short stretch, value by value.
func (p *pair) closeUp() template.HTML {
	first, last := p.real.Times[0], p.real.Times[len(p.real.Times)-1]
	length := min(last-first, 150*p.step)
	if p.step < day && last-first > 7*day {
		length = max(length, 7*day)
	}
	start := first + (last-first-length)/2
	if p.step < day {
		start -= start % day // a day's own beginning
	}
	start = max(start, first)
	end := start + length + 1
	low, high := p.bounds()
	d := newDrawing(900, 170, "a closer look at "+p.real.Name)
	d.span(float64(start), float64(end), low, high)
	d.values()
	d.times()
	for _, side := range []struct {
		class string
		s     *Series
	}{{realClass, p.real}, {otherClass, p.other}} {
		part := side.s.within(start, end)
		if len(part.Times) == 0 {
			continue
		}
		var x, y []float64
		for i, t := range part.Times {
			if i > 0 && t-part.Times[i-1] > p.step*3/2 {
				x, y = append(x, float64(t)), append(y, math.NaN())
			}
			x, y = append(x, float64(t)), append(y, part.Values[i])
		}
		d.line(side.class, x, y, side.class)
	}
	return d.end()
}

// small starts a chart that stands beside others.
func small(label string) *drawing { return newDrawing(300, 180, label) }

// draw draws a profile.
func (pr *profile) draw() template.HTML {
	d := small(pr.title)
	low, high := math.Inf(1), math.Inf(-1)
	x := make([]float64, len(pr.labels))
	for i := range x {
		x[i] = float64(i)
		for _, v := range []float64{pr.real[i], pr.other[i]} {
			if !math.IsNaN(v) {
				low, high = math.Min(low, v), math.Max(high, v)
			}
		}
	}
	if math.IsInf(low, 0) {
		low, high = 0, 1
	}
	room := (high - low) * .08
	d.span(0, float64(len(x)-1), low-room, high+room)
	d.values()
	every := 1 + (len(x)-1)/7
	for i := 0; i < len(x); i += every {
		d.mark(x[i], pr.labels[i])
	}
	d.line(realClass, x, pr.real, realClass)
	d.line(otherClass, x, pr.other, otherClass)
	return d.end()
}

// distribution draws both histograms as steps, over all but the outermost
// thousandths.
func (p *pair) distribution() template.HTML {
	d := small("distribution of " + p.real.Name)
	low, high := p.bounds()
	if p.realSum.n > 0 && p.otherSum.n > 0 {
		low = math.Min(p.realSum.quantile(.001), p.otherSum.quantile(.001))
		high = math.Max(p.realSum.quantile(.999), p.otherSum.quantile(.999))
	}
	bins := 30
	if width := high - low; p.whole() && width < 60 {
		bins = max(1, int(width)+1)
		low, high = low-.5, low+float64(bins)-.5
	}
	low, high = apart(low, high)
	real, other := p.realSum.histogram(low, high, bins), p.otherSum.histogram(low, high, bins)
	top := 0.
	for i := range real {
		top = math.Max(top, math.Max(real[i], other[i]))
	}
	d.span(low, high, 0, 100*top*1.05)
	d.values()
	step := niceStep((high - low) / 5)
	for i := range 7 {
		if v := (math.Ceil(low/step) + float64(i)) * step; v <= high {
			d.mark(v, tick(v))
		}
	}
	for _, side := range []struct {
		class string
		share []float64
	}{{realClass, real}, {otherClass, other}} {
		var x, y []float64
		for i, s := range side.share {
			a, b := low+(high-low)*float64(i)/float64(bins), low+(high-low)*float64(i+1)/float64(bins)
			x, y = append(x, a, b), append(y, 100*s, 100*s)
		}
		zero := make([]float64, len(x))
		d.band("band "+side.class, x, zero, y)
		d.line(side.class, x, y, side.class+", % of the values")
	}
	return d.end()
}

// whole tells whether all real values are whole numbers.
func (p *pair) whole() bool {
	for _, v := range p.realSum.sorted {
		if v != math.Trunc(v) {
			return false
		}
	}
	return true
}

func (s *summary) histogram(low, high float64, bins int) []float64 {
	share := make([]float64, bins)
	for _, v := range s.sorted {
		if k := int((v - low) / (high - low) * float64(bins)); v >= low && k < bins {
			share[k] += 1 / float64(s.n)
		}
	}
	return share
}

// memory draws both autocorrelations.
func (p *pair) memory() template.HTML {
	d := small("autocorrelation of " + p.real.Name)
	x := make([]float64, len(p.lags))
	low := 0.
	for i, lag := range p.lags {
		x[i] = float64(lag) * float64(p.step)
		for _, v := range []float64{p.realACF[i], p.otherACF[i]} {
			if !math.IsNaN(v) {
				low = math.Min(low, v)
			}
		}
	}
	if len(x) == 0 {
		d.span(0, 1, 0, 1)
		fmt.Fprintf(d, `<text class="tick" x="150" y="90" text-anchor="middle">too few steps to tell</text>`)
		return d.end()
	}
	d.span(0, x[len(x)-1], low-.02, 1)
	d.values()
	unit, name := float64(day), "d"
	if x[len(x)-1] <= 2*day {
		unit, name = hour, "h"
	}
	for i := range 5 {
		at := d.x1 * float64(i) / 4
		d.mark(at, tick(math.Round(at/unit*10)/10)+" "+name)
	}
	d.line(realClass, x, p.realACF, realClass)
	d.line(otherClass, x, p.otherACF, otherClass)
	return d.end()
}

// heatmap draws a matrix of correlations: one colour for going together,
// another for going against each other, stronger for more.
func heatmap(matrix [][]float64, names []string) template.HTML {
	const cell = 22.
	n := float64(len(matrix))
	d := newDrawing(n*cell+2, n*cell+2, "correlation matrix")
	for i := range matrix {
		for k, r := range matrix[i] {
			class, text := "with", fmt.Sprintf("%s and %s: %.2f", names[i], names[k], r)
			switch {
			case math.IsNaN(r):
				class, r, text = "none", 1, names[i]+" and "+names[k]+": too few values in common"
			case r < 0:
				class = "against"
			}
			fmt.Fprintf(d, `<rect class="mark cell %s" x="%g" y="%g" width="%g" height="%g" fill-opacity="%.2f"><title>%s</title></rect>`,
				class, 1+float64(k)*cell, 1+float64(i)*cell, cell-1.5, cell-1.5, math.Abs(r), html.EscapeString(text))
		}
	}
	return d.end()
}
