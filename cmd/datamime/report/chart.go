package report

import (
	"fmt"
	"html"
	"html/template"
	"math"

	"github.com/datamime/datamime/cmd/datamime/locale"
)

// The two sides, in classes and in words.
const (
	realClass  = "real"
	otherClass = "synthetic"
)

// sides are both, as they are drawn: the synthetic one on top.
func (p *pair) sides() []struct {
	class, name string
	s           *Series
} {
	return []struct {
		class, name string
		s           *Series
	}{{realClass, locale.Say("real"), p.real}, {otherClass, locale.Say("synthetic"), p.other}}
}

// short is how many steps are drawn value by value, and one side on the other;
// of sparse ones each value is a dot.
const (
	short  = 200
	sparse = 60
)

// lines draws the course of both sides: together where it is short, else one
// above the other, and a stretch of it more closely.
func (p *pair) lines() []chartView {
	if (p.real.Times[len(p.real.Times)-1]-p.real.Times[0])/p.step < short {
		return []chartView{{locale.Say("the whole span"), "", true, p.stretch(p.real.Times[0], p.real.Times[len(p.real.Times)-1]+1, 210)}}
	}
	start, end := p.middle()
	return []chartView{
		{locale.Say("the whole span"), locale.Say("lines: means of stretches; bands: from their lowest to their highest"), true, p.overview()},
		{locale.Say("a closer look"), "", true, p.stretch(start, end, 190)},
	}
}

// overview draws both sides over the span of the real one, one above the
// other: the mean of each stretch in a band from its lowest to its highest.
func (p *pair) overview() template.HTML {
	const buckets = 320
	start, end := p.real.Times[0], p.real.Times[len(p.real.Times)-1]+1
	low, high := p.bounds()
	var both template.HTML
	for _, side := range p.sides() {
		d := newDrawing(960, 130, locale.Say("%s values of %s over the whole span", side.name, p.real.Name))
		d.span(float64(start), float64(end), low, high)
		d.values()
		d.times()
		x, mean, least, largest := bucketed(side.s.within(start, end), start, end, p.step, buckets)
		d.band("band "+side.class, x, least, largest)
		d.line(side.class, x, mean, side.name)
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

// middle is a stretch in the middle of the span: a week or 150 steps.
func (p *pair) middle() (start, end int64) {
	first, last := p.real.Times[0], p.real.Times[len(p.real.Times)-1]
	length := min(last-first, 150*p.step)
	if p.step < day && last-first > 7*day {
		length = max(length, 7*day)
	}
	start = first + (last-first-length)/2
	if p.step < day {
		start -= start % day // a day's own beginning
	}
	start = max(start, first)
	return start, start + length + 1
}

// stretch draws both sides of a stretch, value by value.
func (p *pair) stretch(start, end int64, height float64) template.HTML {
	low, high := p.bounds()
	d := newDrawing(960, height, locale.Say("values of %s, one by one", p.real.Name))
	room := (high - low) * .04
	d.span(float64(start), float64(end-1), low-room, high+room)
	d.values()
	d.times()
	for _, side := range p.sides() {
		part := side.s.within(start, end)
		var x, y []float64
		for i, t := range part.Times {
			if i > 0 && t-part.Times[i-1] > p.step*3/2 {
				x, y = append(x, float64(t)), append(y, math.NaN())
			}
			x, y = append(x, float64(t)), append(y, part.Values[i])
		}
		d.line(side.class, x, y, side.name)
		if len(x) <= sparse {
			d.dots(side.class, x, y, func(i int) string {
				return fmt.Sprintf("%s, %s: %s", side.name, showTime(int64(x[i]), p.step), showNumber(y[i]))
			})
		}
	}
	return d.end()
}

// small starts a chart that stands beside others.
func small(label string) *drawing { return newDrawing(460, 190, label) }

// draw draws a profile: bands of the middle half of the values, lines of the
// means.
func (pr *profile) draw() template.HTML {
	d := small(pr.title)
	low, high := math.Inf(1), math.Inf(-1)
	x := make([]float64, len(pr.labels))
	for i := range x {
		x[i] = float64(i)
		for _, side := range []placed{pr.real, pr.other} {
			for _, v := range []float64{side.mean[i], side.lower[i], side.upper[i]} {
				if !math.IsNaN(v) {
					low, high = math.Min(low, v), math.Max(high, v)
				}
			}
		}
	}
	if math.IsInf(low, 0) {
		low, high = 0, 1
	}
	room := (high - low) * .08
	d.span(0, float64(len(x)-1), low-room, high+room)
	d.values()
	every := 1 + (len(x)-1)/8
	for i := 0; i < len(x); i += every {
		d.mark(x[i], pr.labels[i])
	}
	d.band("band "+realClass, x, pr.real.lower, pr.real.upper)
	d.band("band "+otherClass, x, pr.other.lower, pr.other.upper)
	d.line(realClass, x, pr.real.mean, locale.Say("real"))
	d.line(otherClass, x, pr.other.mean, locale.Say("synthetic"))
	return d.end()
}

// distribution shows how often each value comes: as a histogram, or of few
// values each as a stroke.
func (p *pair) distribution() chartView {
	title := locale.Say("distribution of the values")
	if min(p.realSum.n, p.otherSum.n) < 40 {
		return chartView{title, locale.Say("a stroke for each value"), true, p.strokes()}
	}
	return chartView{title, locale.Say("share of the values, in %"), false, p.histograms()}
}

// strokes draws each value as a stroke, the real ones above.
func (p *pair) strokes() template.HTML {
	d := newDrawing(960, 130, locale.Say("each value of %s", p.real.Name))
	low, high := p.bounds()
	room := (high - low) * .04
	d.span(low-room, high+room, 0, 1)
	d.numbers()
	for k, side := range p.sides() {
		top := d.top + 14 + float64(k)*(d.height-d.top-d.bottom)/2
		fmt.Fprintf(d, `<text class="tick" x="%g" y="%s">%s</text>`, d.left, coordinate(top-4), html.EscapeString(side.name))
		for _, v := range side.s.Values {
			if !math.IsNaN(v) {
				x := coordinate(d.x(v))
				fmt.Fprintf(d, `<path class="mark stroke %s" d="M%s %sv%s"><title>%s</title></path>`,
					side.class, x, coordinate(top), coordinate((d.height-d.top-d.bottom)/2-20), showNumber(v))
			}
		}
	}
	return d.end()
}

// histograms draws both as steps, over all but the outermost thousandths.
func (p *pair) histograms() template.HTML {
	d := small(locale.Say("distribution of %s", p.real.Name))
	low := math.Min(p.realSum.quantile(.001), p.otherSum.quantile(.001))
	high := math.Max(p.realSum.quantile(.999), p.otherSum.quantile(.999))
	bins := min(30, 2*int(math.Cbrt(float64(min(p.realSum.n, p.otherSum.n))))) // Rice's rule
	if width := high - low; p.whole() && width < 2*float64(bins) {
		bins = int(width) + 1
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
	d.numbers()
	for k, side := range p.sides() {
		var x, y []float64
		for i, s := range [][]float64{real, other}[k] {
			a, b := low+(high-low)*float64(i)/float64(bins), low+(high-low)*float64(i+1)/float64(bins)
			x, y = append(x, a, b), append(y, 100*s, 100*s)
		}
		d.band("band "+side.class, x, make([]float64, len(x)), y)
		d.line(side.class, x, y, side.name)
	}
	return d.end()
}

// numbers marks the x axis.
func (d *drawing) numbers() {
	step := niceStep((d.x1 - d.x0) / 6)
	for i := range 8 {
		if v := (math.Ceil(d.x0/step) + float64(i)) * step; v <= d.x1 {
			d.mark(v, tick(v))
		}
	}
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

// memory draws both autocorrelations, and what chance gives where there is none.
func (p *pair) memory() template.HTML {
	d := small(locale.Say("autocorrelation of %s", p.real.Name))
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
	end := x[len(x)-1]
	chance := 1.96 / math.Sqrt(float64(min(p.realSum.n, p.otherSum.n)))
	d.span(0, end, math.Min(low, -chance)-.02, 1)
	d.band("band chance", []float64{0, end}, []float64{-chance, -chance}, []float64{chance, chance})
	d.values()
	unit, name := float64(day), locale.Say("d")
	switch {
	case end <= 3*hour:
		unit, name = 60, "min"
	case end <= 2*day:
		unit, name = hour, "h"
	}
	step := math.Max(niceStep(end/unit/6), 1) * unit
	for at := step; at <= end*1.0001; at += step {
		d.mark(at, tick(math.Round(at/unit*10)/10)+" "+name)
	}
	d.line(realClass, x, p.realACF, locale.Say("real"))
	d.line(otherClass, x, p.otherACF, locale.Say("synthetic"))
	return d.end()
}

// heatmap draws a matrix of correlations: one colour for going together,
// another for going against each other, stronger for more. The names of the
// rows stand on their left, those of the columns are in the same order; few
// squares hold their figures.
func heatmap(matrix [][]float64, names []string) template.HTML {
	const letter, longest = 6.6, 24
	n := float64(len(matrix))
	cell := math.Max(18, math.Min(46, 320/n))
	left := 0.
	shown := make([]string, len(names))
	for i, name := range names {
		shown[i] = name
		if r := []rune(name); len(r) > longest {
			shown[i] = string(r[:longest-1]) + "…"
		}
		left = math.Max(left, letter*float64(len([]rune(shown[i])))+8)
	}
	d := newDrawing(left+n*cell+1, n*cell+1, locale.Say("correlations"))
	for i := range matrix {
		y := float64(i) * cell
		fmt.Fprintf(d, `<text class="name" x="%s" y="%s" text-anchor="end" dy=".32em">%s</text>`,
			coordinate(left-6), coordinate(y+cell/2), html.EscapeString(shown[i]))
		for k, r := range matrix[i] {
			class, strength, text := "with", math.Abs(r), fmt.Sprintf("%s, %s: %s", names[i], names[k], point(fmt.Sprintf("%.2f", r)))
			switch {
			case math.IsNaN(r):
				class, strength, text = "none", 1, locale.Say("%s, %s: too few values in common", names[i], names[k])
			case r < 0:
				class = "against"
			}
			x := coordinate(left + float64(k)*cell)
			fmt.Fprintf(d, `<rect class="mark cell %s" x="%s" y="%s" width="%s" height="%s" rx="2" fill-opacity="%.2f"><title>%s</title></rect>`,
				class, x, coordinate(y), coordinate(cell-1.5), coordinate(cell-1.5), math.Max(.05, strength), html.EscapeString(text))
			if cell > 36 && !math.IsNaN(r) {
				ink := "pale"
				if strength > .55 {
					ink = "strong"
				}
				fmt.Fprintf(d, `<text class="figure %s" x="%s" y="%s" text-anchor="middle" dy=".34em">%s</text>`,
					ink, coordinate(left+(float64(k)+.5)*cell-.75), coordinate(y+cell/2-.75), point(fmt.Sprintf("%.2f", r)))
			}
		}
	}
	return d.end()
}
