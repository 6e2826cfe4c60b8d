package report

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"strconv"
	"strings"
	"time"
)

// A drawing is an SVG on the way. Colours are the page's, by class.
type drawing struct {
	strings.Builder
	width, height            float64
	left, right, top, bottom float64 // margins
	x0, x1, y0, y1           float64 // what the axes span
}

func newDrawing(width, height float64, label string) *drawing {
	d := &drawing{width: width, height: height, left: 44, right: 8, top: 8, bottom: 22}
	fmt.Fprintf(d, `<svg viewBox="0 0 %g %g" role="img" aria-label="%s">`, width, height, html.EscapeString(label))
	return d
}

// span sets what the axes show, with some room above and below.
func (d *drawing) span(x0, x1, y0, y1 float64) {
	x0, x1 = apart(x0, x1)
	y0, y1 = apart(y0, y1)
	d.x0, d.x1, d.y0, d.y1 = x0, x1, y0, y1
}

// apart moves two ends away from each other where there is nothing between.
func apart(a, b float64) (low, high float64) {
	if math.IsNaN(a) || math.IsNaN(b) {
		return 0, 1
	}
	if room := math.Max(1, math.Abs(a)) * 1e-9; b-a < room {
		return a - math.Max(.5, 1e6*room), b + math.Max(.5, 1e6*room)
	}
	return a, b
}

func (d *drawing) x(v float64) float64 {
	return d.left + (v-d.x0)/(d.x1-d.x0)*(d.width-d.left-d.right)
}

func (d *drawing) y(v float64) float64 {
	return d.height - d.bottom - (v-d.y0)/(d.y1-d.y0)*(d.height-d.top-d.bottom)
}

// coordinate is a number with one decimal, which is enough for a screen.
func coordinate(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) }

// values draws the marks of the y axis.
func (d *drawing) values() {
	step := niceStep((d.y1 - d.y0) / 4)
	for i := range 6 {
		v := (math.Ceil(d.y0/step) + float64(i)) * step
		if v > d.y1+step*1e-9 {
			break
		}
		y := coordinate(d.y(v))
		fmt.Fprintf(d, `<line class="grid" x1="%g" x2="%g" y1="%s" y2="%s"/>`, d.left, d.width-d.right, y, y)
		fmt.Fprintf(d, `<text class="tick" x="%g" y="%s" text-anchor="end" dy=".32em">%s</text>`, d.left-5, y, tick(v))
	}
}

// tick writes a number under or beside an axis.
func tick(v float64) string {
	if a := math.Abs(v); a >= 1e5 || a < 1e-4 && a > 0 {
		return strconv.FormatFloat(v, 'g', 3, 64)
	}
	return strconv.FormatFloat(v, 'g', 6, 64)
}

// niceStep is 1, 2 or 5 times a power of ten.
func niceStep(v float64) float64 {
	if !(v > 0) || math.IsInf(v, 0) {
		return 1
	}
	size := math.Pow(10, math.Floor(math.Log10(v)))
	for _, n := range []float64{1, 2, 5} {
		if n*size >= v {
			return n * size
		}
	}
	return 10 * size
}

// mark writes a text under the x axis.
func (d *drawing) mark(x float64, text string) {
	anchor := "middle"
	switch at := d.x(x); {
	case at < d.left+20:
		anchor = "start"
	case at > d.width-d.right-20:
		anchor = "end"
	}
	fmt.Fprintf(d, `<text class="tick" x="%s" y="%g" text-anchor="%s">%s</text>`, coordinate(d.x(x)), d.height-6, anchor, html.EscapeString(text))
}

// times marks the x axis with dates.
func (d *drawing) times() {
	span := d.x1 - d.x0
	layout := "2 Jan 2006"
	switch {
	case span <= 2*day:
		layout = "2 Jan 15:04"
	case span <= 120*day:
		layout = "2 Jan"
	case span > 3*365*day:
		layout = "Jan 2006"
	}
	const marks = 5
	for i := range marks {
		at := d.x0 + span*float64(i)/(marks-1)
		d.mark(at, time.Unix(int64(at), 0).UTC().Format(layout))
	}
}

// line draws a line that is broken where a value is missing.
func (d *drawing) line(class string, x, y []float64, title string) {
	var path strings.Builder
	pen := false
	for i := range x {
		if math.IsNaN(y[i]) {
			pen = false
			continue
		}
		command := "L"
		if !pen {
			// A value alone is a dot: a line of no length with round ends.
			command = "M" + coordinate(d.x(x[i])) + " " + coordinate(d.y(y[i])) + "L"
		}
		path.WriteString(command + coordinate(d.x(x[i])) + " " + coordinate(d.y(y[i])))
		pen = true
	}
	if path.Len() > 0 {
		fmt.Fprintf(d, `<path class="mark %s" d="%s"><title>%s</title></path>`, class, &path, html.EscapeString(title))
	}
}

// band fills between two lines, run by run.
func (d *drawing) band(class string, x, low, high []float64) {
	for i := 0; i < len(x); {
		if math.IsNaN(low[i]) {
			i++
			continue
		}
		end := i
		for end < len(x) && !math.IsNaN(low[end]) {
			end++
		}
		var path strings.Builder
		for k := i; k < end; k++ {
			path.WriteString(letter(k == i) + coordinate(d.x(x[k])) + " " + coordinate(d.y(high[k])))
		}
		for k := end - 1; k >= i; k-- {
			path.WriteString("L" + coordinate(d.x(x[k])) + " " + coordinate(d.y(low[k])))
		}
		fmt.Fprintf(d, `<path class="%s" d="%sZ"/>`, class, &path)
		i = end
	}
}

func letter(first bool) string {
	if first {
		return "M"
	}
	return "L"
}

func (d *drawing) end() template.HTML {
	d.WriteString("</svg>")
	return template.HTML(d.String()) //nolint:gosec // every text in it was escaped
}

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
