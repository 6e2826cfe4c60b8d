package report

import (
	"fmt"
	"html/template"
	"math"

	"github.com/datamime/datamime/cmd/datamime/locale"
)

// A meaning says what a measure is, in a word or two and in a sentence's part.
type meaning struct{ title, compares string }

// meaningOf explains a measure of the scorecard.
func meaningOf(measure string) meaning {
	switch measure {
	case "marginal":
		return meaning{locale.Say("values"), locale.Say("how often each value comes")}
	case "profile":
		return meaning{locale.Say("seasons"), locale.Say("the mean at each hour, weekday or month")}
	case "profile_sd":
		return meaning{locale.Say("seasons' spread"), locale.Say("how much the values vary at each hour, weekday or month")}
	case "acf":
		return meaning{locale.Say("memory"), locale.Say("how much a value tells of later ones")}
	case "spectrum":
		return meaning{locale.Say("rhythm"), locale.Say("how fast and how slow movements share the variance")}
	case "step":
		return meaning{locale.Say("steps"), locale.Say("changes from one step to the next")}
	case "season_step":
		return meaning{locale.Say("days' changes"), locale.Say("changes from one day or season to the next")}
	case "extremes":
		return meaning{locale.Say("extremes"), locale.Say("the lowest and the highest values")}
	case "aggregate_sd":
		return meaning{locale.Say("slow swings"), locale.Say("how much means over a season and over seven vary")}
	case "spells":
		return meaning{locale.Say("spells"), locale.Say("how long high values last")}
	case "tstr":
		return meaning{locale.Say("learning"), locale.Say("a forecast that learned from synthetic rows, tried on real ones")}
	case "gaps":
		return meaning{locale.Say("gaps"), locale.Say("how much is missing")}
	case "ties":
		return meaning{locale.Say("repeats"), locale.Say("repeated values and zeros")}
	case "cross":
		return meaning{locale.Say("links"), locale.Say("how the series go together")}
	case "cross_step":
		return meaning{locale.Say("links of steps"), locale.Say("how the series' changes go together")}
	case "total_sd":
		return meaning{locale.Say("sum"), locale.Say("how much the sum of all series varies")}
	case "verbatim":
		return meaning{locale.Say("copies"), locale.Say("share of stretches of six values that stand in the real rows as they are; at most the halves' own and 0.01 more")}
	case "near":
		return meaning{locale.Say("near copies"), locale.Say("share of stretches that follow a real one too closely; 0.01 is what real rows have, at most 0.08")}
	case "coverage":
		return meaning{locale.Say("number of rows"), locale.Say("rows produced for each row of the real half; 0.9 to 1.1")}
	}
	return meaning{title: measure}
}

// A scoreRow is a line of the scorecard.
type scoreRow struct {
	meaning
	Measure, Floor, Score, Ratio, Words, Class string
	Bar                                        template.CSS
}

// Title and Compares are the meaning's, for the template.
func (r scoreRow) Title() string    { return r.title }
func (r scoreRow) Compares() string { return r.compares }

// fewest is how many measures must have come to a ratio for their mean to mean
// anything: of samples that cannot be cut in two, one or two do by chance.
const fewest = 5

// judged tells whether the scores say anything.
func judged(scores []Score) bool {
	n := 0
	for _, s := range scores {
		if s.Measure != "overall" && !math.IsNaN(s.Ratio) {
			n++
		}
	}
	return n >= fewest
}

// explainScores puts the scorecard in words: the measures that came to a ratio,
// and those that have bounds instead.
func explainScores(scores []Score) (rows []scoreRow, left []string) {
	var gates []scoreRow
	for _, s := range scores {
		row := scoreRow{meaning: meaningOf(s.Measure), Measure: s.Measure, Floor: showNumber(s.Floor), Score: showNumber(s.Score)}
		switch {
		case s.Measure == "overall":
		case !math.IsNaN(s.Ratio):
			row.Ratio = point(fmt.Sprintf("%.2f", s.Ratio))
			row.Words, row.Class = words(s.Ratio)
			// From 0.5 on the left to 10 on the right, in equal factors.
			share := math.Log(math.Max(.5, math.Min(10, s.Ratio))/.5) / math.Log(20)
			row.Bar = template.CSS(fmt.Sprintf("width:%.0f%%", 100*share)) // a number
			rows = append(rows, row)
		case math.IsNaN(s.Score):
			left = append(left, row.title)
		default:
			row.Words, row.Class = gate(s)
			gates = append(gates, row)
		}
	}
	return append(rows, gates...), left
}

// words say what a ratio means.
func words(ratio float64) (text, class string) {
	switch {
	case ratio <= 1.25:
		return locale.Say("as real rows"), "good"
	case ratio <= 2:
		return locale.Say("close"), "fair"
	case ratio <= 4:
		return locale.Say("a difference to be seen"), "weak"
	}
	return locale.Say("far off"), "poor"
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
	if good {
		return locale.Say("in bounds"), "good"
	}
	return locale.Say("out of bounds"), "weak"
}

// overall is the mean ratio and its meaning.
func overall(scores []Score) (ratio, verdict, class string) {
	for _, s := range scores {
		if s.Measure != "overall" || math.IsNaN(s.Ratio) || !judged(scores) {
			continue
		}
		_, class := words(s.Ratio)
		switch class {
		case "good":
			verdict = locale.Say("The synthetic rows are as like the real ones as another real half is.")
		case "fair":
			verdict = locale.Say("The synthetic rows are close to the real ones, a little further than another real half is.")
		case "weak":
			verdict = locale.Say("The synthetic rows are like the real ones, with differences to be seen.")
		default:
			verdict = locale.Say("The synthetic rows are far from the real ones.")
		}
		return point(fmt.Sprintf("%.2f", s.Ratio)), verdict, class
	}
	return "", locale.Say("The real rows are too few for a score: it takes two halves of them that can be compared, which a few weeks of hours or a year of days have. The charts below show what there is to see."), ""
}
