package report

import (
	"fmt"
	"html/template"
	"math"
)

// meanings say what each measure compares.
var meanings = map[string]string{
	"marginal":     "the values themselves, how often each comes",
	"profile":      "the mean at each hour, weekday or month",
	"profile_sd":   "how much the values vary at each hour, weekday or month",
	"acf":          "how much a value tells of later ones",
	"spectrum":     "how fast and how slow movements share the variance",
	"step":         "changes from one step to the next",
	"season_step":  "changes from one day or season to the next",
	"extremes":     "the lowest and the highest values",
	"aggregate_sd": "how much means over a season and over seven vary",
	"spells":       "how long high values last",
	"tstr":         "a forecast that learned from synthetic rows, tried on real ones",
	"gaps":         "how much is missing",
	"ties":         "repeated values and zeros",
	"cross":        "how the series go together",
	"cross_step":   "how the series' changes go together",
	"total_sd":     "how much the sum of all series varies",
	"verbatim":     "share of stretches of six values that stand in the real rows as they are; at most the floor and 0.01 more",
	"near":         "share of stretches that follow a real one too closely; 0.01 is what real rows have, at most 0.08",
	"coverage":     "rows produced for each row of the real half; 0.9 to 1.1",
}

// A scoreRow is a line of the scorecard.
type scoreRow struct {
	Measure, Meaning, Floor, Score, Ratio, Words, Class string
	Bar                                                 template.CSS
}

// explainScores puts the scorecard in words: measures, and gates, which have
// no ratio.
func explainScores(scores []Score) (rows, gates []scoreRow) {
	for _, s := range scores {
		if s.Measure == "overall" {
			continue
		}
		row := scoreRow{Measure: s.Measure, Meaning: meanings[s.Measure], Floor: number(s.Floor), Score: number(s.Score)}
		if math.IsNaN(s.Ratio) {
			row.Words, row.Class = gate(s)
			gates = append(gates, row)
			continue
		}
		row.Ratio = fmt.Sprintf("%.2f", s.Ratio)
		row.Words, row.Class = words(s.Ratio)
		// From 0.5 on the left to 10 on the right, in equal factors.
		share := math.Log(math.Max(.5, math.Min(10, s.Ratio))/.5) / math.Log(20)
		row.Bar = template.CSS(fmt.Sprintf("width:%.0f%%", 100*share)) // a number
		rows = append(rows, row)
	}
	return rows, gates
}

// words say what a ratio means.
func words(ratio float64) (text, class string) {
	switch {
	case ratio <= 1.25:
		return "as real rows", "good"
	case ratio <= 2:
		return "close", "fair"
	case ratio <= 4:
		return "a difference to be seen", "weak"
	}
	return "far off", "poor"
}

// gate says whether a share that is no ratio is in its bounds.
func gate(s Score) (text, class string) {
	good := true
	switch s.Measure {
	case "verbatim":
		good = !(s.Score > s.Floor+.01)
	case "near":
		good = !(s.Score > .08)
	case "coverage":
		good = s.Score >= .9 && s.Score <= 1.1
	}
	if math.IsNaN(s.Score) {
		return "not to be told", "fair"
	}
	if good {
		return "in bounds", "good"
	}
	return "out of bounds", "weak"
}

// overall is the mean ratio and its meaning.
func overall(scores []Score) (ratio, verdict string) {
	for _, s := range scores {
		if s.Measure != "overall" || math.IsNaN(s.Ratio) {
			continue
		}
		verdict = "The synthetic rows are "
		switch _, class := words(s.Ratio); class {
		case "good":
			verdict += "as like the real ones as another real half is."
		case "fair":
			verdict += "close to the real ones, a little further than another real half is."
		case "weak":
			verdict += "like the real ones, with differences to be seen."
		default:
			verdict += "far from the real ones."
		}
		return fmt.Sprintf("%.2f", s.Ratio), verdict
	}
	return "", "The real rows are too few to be cut into two halves that can be compared, so there is no score."
}
