package report

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"strconv"
	"strings"
)

// A drawing is an SVG on the way. Colours are the page's, by class.
type drawing struct {
	strings.Builder
	width, height            float64
	left, right, top, bottom float64 // margins
	x0, x1, y0, y1           float64 // what the axes span
}

func newDrawing(width, height float64, label string) *drawing {
	d := &drawing{width: width, height: height, left: 46, right: 10, top: 8, bottom: 22}
	fmt.Fprintf(d, `<svg viewBox="0 0 %s %s" style="max-width:%spx" role="img" aria-label="%s">`,
		coordinate(width), coordinate(height), coordinate(1.1*width), html.EscapeString(label))
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
	switch a := math.Abs(v); {
	case a >= 1e6 || a < 1e-4 && a > 0:
		return point(strconv.FormatFloat(v, 'g', 3, 64))
	case a >= 1e4 && v == math.Trunc(v):
		return grouped(strconv.FormatFloat(v, 'f', 0, 64))
	}
	return point(strconv.FormatFloat(v, 'g', 6, 64))
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

// dots draws a point for each value.
func (d *drawing) dots(class string, x, y []float64, title func(i int) string) {
	for i := range x {
		if !math.IsNaN(y[i]) {
			fmt.Fprintf(d, `<circle class="mark dot %s" cx="%s" cy="%s" r="3"><title>%s</title></circle>`,
				class, coordinate(d.x(x[i])), coordinate(d.y(y[i])), html.EscapeString(title(i)))
		}
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
	return template.HTML(d.String()) // every text in it was escaped
}
