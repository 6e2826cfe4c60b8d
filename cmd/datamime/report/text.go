package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/datamime/datamime/cmd/datamime/locale"
)

// texts are the page's own, by the names that the template has for them.
func texts() map[string]string {
	return map[string]string{
		"real":        locale.Say("real"),
		"synthetic":   locale.Say("synthetic"),
		"realRows":    locale.Say("real rows"),
		"otherRows":   locale.Say("synthetic rows"),
		"series":      locale.Say("series"),
		"span":        locale.Say("real span"),
		"scorecard":   locale.Say("Scorecard"),
		"scoreNote":   locale.Say("Each measure compares the synthetic rows with a half of the real ones, and divides how far they are from it by how far the other real half is. At 1, the line in each bar, nobody tells them apart by that measure."),
		"measure":     locale.Say("measure"),
		"halves":      locale.Say("real halves"),
		"ratio":       locale.Say("ratio"),
		"overallNote": locale.Say("The mean of the ratios below. 1 is real: two halves of the real rows differ from each other as much."),
		"together":    locale.Say("How the series go together"),
		"matrixNote":  locale.Say("Correlation of values at the same time: the stronger the colour, the more two series rise and fall together, or, in the other colour, against each other. Point at a square to read it."),
		"differ":      locale.Say("The series that differ most"),
		"each":        locale.Say("Series by series"),
		"madeBy":      locale.Say("Made by datamime"),
	}
}

// monthName and weekdayName are short; Monday is 0.
func monthName(m time.Month) string {
	return []string{
		locale.Say("Jan"), locale.Say("Feb"), locale.Say("Mar"), locale.Say("Apr"), locale.Say("May"), locale.Say("Jun"),
		locale.Say("Jul"), locale.Say("Aug"), locale.Say("Sep"), locale.Say("Oct"), locale.Say("Nov"), locale.Say("Dec"),
	}[m-1]
}

func weekdayName(k int) string {
	return []string{
		locale.Say("Mon"), locale.Say("Tue"), locale.Say("Wed"), locale.Say("Thu"), locale.Say("Fri"), locale.Say("Sat"), locale.Say("Sun"),
	}[k]
}

// showDay writes a date.
func showDay(t time.Time) string {
	return fmt.Sprintf("%d %s %d", t.Day(), monthName(t.Month()), t.Year())
}

// showTime writes the time of a series, in seconds since 1970 on its own clock,
// as precise as its step.
func showTime(at, step int64) string {
	t := time.Unix(at, 0).UTC()
	if step < day {
		return showDay(t) + t.Format(" 15:04")
	}
	return showDay(t)
}

// showNumber writes a figure with about four digits.
func showNumber(v float64) string {
	switch a := math.Abs(v); {
	case math.IsNaN(v):
		return "–"
	case a >= 1e15:
		return point(strconv.FormatFloat(v, 'g', 4, 64))
	case v == math.Trunc(v), a >= 1000:
		return grouped(strconv.FormatFloat(v, 'f', 0, 64))
	case a >= 1:
		return point(strconv.FormatFloat(v, 'f', 2, 64))
	}
	return point(strconv.FormatFloat(v, 'g', 3, 64))
}

// point writes the decimal point of the language.
func point(s string) string { return strings.Replace(s, ".", locale.Say("."), 1) }

// grouped sets the thousands of a whole number apart.
func grouped(s string) string {
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + locale.Say(",") + s[i:]
	}
	return s
}
