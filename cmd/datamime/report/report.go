// Package report writes one page of HTML that holds synthetic series against
// the real ones, for somebody who is to judge them with their own eyes. The
// page is whole by itself: its charts are inline SVG, it needs no network and
// no script.
//
// Start at Write. statistics.go has what the charts show, chart.go draws it
// with the strokes of drawing.go, page.html places it.
package report

import (
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"slices"
	"time"
)

// A Series is the observations of one series, in the order of time.
type Series struct {
	Name   string
	Times  []int64   // as its clock shows them, in seconds since 1970
	Values []float64 // len(Values) == len(Times); NaN is a missing value
}

// A Score is one measure of the scorecard; NaN is none.
type Score struct {
	Measure             string
	Floor, Score, Ratio float64
}

// Data is what a report shows.
type Data struct {
	Source    string
	Synthetic string // where the synthetic rows came from, in words
	Made      time.Time
	Real      []Series
	Generated []Series // paired with Real by name
	Scores    []Score
	Sentences map[string]string // of real series, by name
}

// first is how many series are open to see; most is how many are on the page.
const (
	first = 7
	most  = 60
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Parse(pageText))

// pageData is what the template reads.
type pageData struct {
	*Data
	Made                 string
	RealRows, OtherRows  int
	Overall              string
	Verdict              string
	Rows                 []scoreRow
	Gates                []scoreRow
	First, Rest          []seriesView
	Left                 int // series that are not shown
	RealMatrix, MadeGrid template.HTML
	Names                []string
}

// A seriesView is a series with its charts.
type seriesView struct {
	Name, Sentence string
	Figures        []figure
	Charts         []chartView
	difference     float64
}

// A figure is a number of both sides.
type figure struct{ Name, Real, Synthetic string }

// A chartView is a chart with what it shows.
type chartView struct {
	Title string
	Wide  bool
	SVG   template.HTML
}

// Write writes the page.
func Write(w io.Writer, d *Data) error {
	pairs := match(d)
	if len(pairs) == 0 {
		return fmt.Errorf("the synthetic rows have none of the series of %s", d.Source)
	}
	p := pageData{Data: d, Made: d.Made.Format("2 January 2006 15:04")}
	for _, s := range d.Real {
		p.RealRows += len(s.Times)
	}
	for _, s := range d.Generated {
		p.OtherRows += len(s.Times)
	}
	p.Rows, p.Gates = explainScores(d.Scores)
	p.Overall, p.Verdict = overall(d.Scores)
	p.matrices(pairs)
	slices.SortStableFunc(pairs, func(a, b *pair) int { return -cmp.Compare(a.difference, b.difference) })
	if len(pairs) > most {
		p.Left, pairs = len(pairs)-most, pairs[:most]
	}
	for i, pr := range pairs {
		view := pr.view(d.Sentences[pr.real.Name])
		if i < first {
			p.First = append(p.First, view)
		} else {
			p.Rest = append(p.Rest, view)
		}
	}
	return page.Execute(w, &p)
}

// match pairs the series of both sides by name.
func match(d *Data) []*pair {
	generated := map[string]*Series{}
	for i := range d.Generated {
		generated[d.Generated[i].Name] = &d.Generated[i]
	}
	var pairs []*pair
	for i := range d.Real {
		real := &d.Real[i]
		if other := generated[real.Name]; other != nil && len(real.Times) > 1 && len(other.Times) > 1 {
			pairs = append(pairs, newPair(real, other))
		}
	}
	return pairs
}

// view draws all charts of a series.
func (p *pair) view(sentence string) seriesView {
	v := seriesView{Name: p.real.Name, Sentence: sentence, difference: p.difference}
	if v.Name == "" {
		v.Name = "all rows"
	}
	for _, f := range []struct {
		name string
		of   func(*summary) float64
	}{
		{"mean", func(s *summary) float64 { return s.mean }},
		{"standard deviation", func(s *summary) float64 { return s.sd }},
		{"lowest", func(s *summary) float64 { return s.low }},
		{"highest", func(s *summary) float64 { return s.high }},
		{"values", func(s *summary) float64 { return float64(s.n) }},
	} {
		v.Figures = append(v.Figures, figure{f.name, number(f.of(&p.realSum)), number(f.of(&p.otherSum))})
	}
	v.Charts = append(v.Charts,
		chartView{"the whole span", true, p.overview()},
		chartView{"a closer look", true, p.closeUp()})
	for _, pr := range p.profiles {
		v.Charts = append(v.Charts, chartView{pr.title, false, pr.draw()})
	}
	v.Charts = append(v.Charts,
		chartView{"distribution of the values", false, p.distribution()},
		chartView{"autocorrelation", false, p.memory()})
	return v
}

// matrices draws how the series move together, on both sides.
func (p *pageData) matrices(pairs []*pair) {
	const largest = 24
	if len(pairs) < 2 {
		return
	}
	pairs = pairs[:min(len(pairs), largest)]
	real, other := make([]*Series, len(pairs)), make([]*Series, len(pairs))
	for i, pr := range pairs {
		real[i], other[i] = pr.real, pr.other
		p.Names = append(p.Names, pr.real.Name)
	}
	p.RealMatrix = heatmap(correlations(real), p.Names)
	p.MadeGrid = heatmap(correlations(other), p.Names)
}

// number writes a figure with four digits.
func number(v float64) string {
	switch a := math.Abs(v); {
	case math.IsNaN(v):
		return "–"
	case v == math.Trunc(v) && a < 1e15:
		return fmt.Sprintf("%.0f", v)
	case a >= 1000:
		return fmt.Sprintf("%.0f", v)
	case a >= 1:
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.3g", v)
}
