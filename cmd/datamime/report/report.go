// Package report writes one page of HTML that holds synthetic series against
// the real ones, for somebody who is to judge them with their own eyes. The
// page is whole by itself: its charts are inline SVG, it needs no network and
// no script.
//
// Start at Write. statistics.go has what the charts show, chart.go draws it
// with the strokes of drawing.go and the marks of axis.go, page.html places it,
// and text.go has the words, in the language that package locale is set to.
package report

import (
	"cmp"
	_ "embed"
	"html/template"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/datamime/datamime/cmd/datamime/locale"
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
	RealRows  int      // that the real series were read from; a row may hold values of several
	MadeRows  int
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
	Lang, Heading, About, Made  string
	T                           map[string]string
	Facts                       []fact
	Overall, Verdict, Class     string
	Rows                        []scoreRow
	Unjudged                    string // the measures that could not be told, in a sentence
	First, Rest                 []seriesView
	More                        string
	RealMatrix, SyntheticMatrix template.HTML
}

// A fact is a figure of the page's head.
type fact struct{ Value, Name string }

// A seriesView is a series with its charts.
type seriesView struct {
	T              map[string]string
	Name, Sentence string
	Figures        []figure
	Charts         []chartView
}

// A figure is a number of both sides.
type figure struct{ Name, Real, Synthetic string }

// A chartView is a chart with what it shows.
type chartView struct {
	Title, Note string
	Wide        bool
	SVG         template.HTML
}

// Write writes the page, in the language that package locale is set to.
func Write(w io.Writer, d *Data) error {
	pairs := match(d)
	if len(pairs) == 0 {
		return locale.Errorf("the synthetic rows have none of the series of %s", d.Source)
	}
	p := pageData{
		Lang: locale.Say("en"), Heading: d.Source, About: d.Synthetic, Made: showDay(d.Made) + d.Made.Format(" 15:04"), T: texts(),
		Facts: facts(d, pairs),
	}
	if strings.HasPrefix(d.Source, "(") {
		p.Heading = locale.Say("A query")
	}
	p.Overall, p.Verdict, p.Class = overall(d.Scores)
	if p.Overall != "" {
		var left []string
		if p.Rows, left = explainScores(d.Scores); len(left) > 0 {
			p.Unjudged = locale.Say("There is too little to tell: %s.", strings.Join(left, ", "))
		}
	}
	p.matrices(pairs)
	slices.SortStableFunc(pairs, func(a, b *pair) int { return -cmp.Compare(a.difference, b.difference) })
	left := max(0, len(pairs)-most)
	for i, pr := range pairs[:len(pairs)-left] {
		view := pr.view(d.Sentences[pr.real.Name])
		view.T = p.T
		if i < first {
			p.First = append(p.First, view)
		} else {
			p.Rest = append(p.Rest, view)
		}
	}
	switch {
	case left > 0:
		p.More = locale.Say("%d more series, and %d that differ less and are not on this page", len(p.Rest), left)
	case len(p.Rest) > 0:
		p.More = locale.Say("%d more series", len(p.Rest))
	}
	return page.Execute(w, &p)
}

// facts are the figures of the page's head.
func facts(d *Data, pairs []*pair) []fact {
	from, to := int64(math.MaxInt64), int64(math.MinInt64)
	for _, p := range pairs {
		from, to = min(from, p.real.Times[0]), max(to, p.real.Times[len(p.real.Times)-1])
	}
	t := texts()
	return []fact{
		{grouped(strconv.Itoa(d.RealRows)), t["realRows"]}, {grouped(strconv.Itoa(d.MadeRows)), t["otherRows"]}, {grouped(strconv.Itoa(len(d.Real))), t["series"]},
		{showTime(from, day) + " – " + showTime(to, day), t["span"]},
	}
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
	v := seriesView{Name: p.real.Name, Sentence: sentence}
	if v.Name == "" {
		v.Name = locale.Say("all rows")
	}
	for _, f := range []struct {
		name string
		of   func(*summary) float64
	}{
		{locale.Say("mean"), func(s *summary) float64 { return s.mean }},
		{locale.Say("standard deviation"), func(s *summary) float64 { return s.sd }},
		{locale.Say("lowest"), func(s *summary) float64 { return s.low }},
		{locale.Say("median"), func(s *summary) float64 { return s.quantile(.5) }},
		{locale.Say("highest"), func(s *summary) float64 { return s.high }},
		{locale.Say("missing"), func(s *summary) float64 { return float64(s.missing) }},
	} {
		v.Figures = append(v.Figures, figure{f.name, showNumber(f.of(&p.realSum)), showNumber(f.of(&p.otherSum))})
	}
	v.Charts = append(v.Charts, p.lines()...)
	for _, pr := range p.profiles {
		v.Charts = append(v.Charts, chartView{pr.title, locale.Say("lines: means; bands: the middle half of the values"), false, pr.draw()})
	}
	v.Charts = append(v.Charts, p.distribution())
	if len(p.lags) > 0 {
		v.Charts = append(v.Charts, chartView{locale.Say("autocorrelation"), locale.Say("how alike values are that lie so far apart; grey: what chance gives"), false, p.memory()})
	}
	return v
}

// matrices draws how the series move together, on both sides.
func (p *pageData) matrices(pairs []*pair) {
	const largest = 24
	if len(pairs) < 2 {
		return
	}
	pairs = pairs[:min(len(pairs), largest)]
	real, other, names := make([]*Series, len(pairs)), make([]*Series, len(pairs)), make([]string, len(pairs))
	for i, pr := range pairs {
		real[i], other[i], names[i] = pr.real, pr.other, pr.real.Name
	}
	p.RealMatrix = heatmap(correlations(real), names)
	p.SyntheticMatrix = heatmap(correlations(other), names)
}
