// Package prose says a description of a series in words, and draws it in a line of
// text.
package prose

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/describe"
)

// A Language is how a description is said. Its texts are formats.
type Language struct {
	location *time.Location // of the dates; nil: they are civil

	decimal, thousand string
	months, weekdays  []string
	date              string // day, month, year
	first             string // day 1 of a month
	period            string // first and last date
	moment            string // the date, when it is but one

	one, values, noValue string                     // one: when, and which
	steps                map[civil.Frequency]string // what values of a frequency are called
	every                string                     // values of another frequency
	units                [5][2]string               // seconds, minutes, hours, days, months
	irregular            string
	complete, missing    string
	constant, level      string
	two, zeros           string // of two values, and of many zeros
	marks                string // what stands for what was not measured
	rising, held         string
	hours                hours
	outlier, outliers    string // absurd values: one, several

	day, week, year string // the share, and where it is high and low
	noSeason        string
	rises, falls    string // a year
	rose, fell      string // over the period
	beyond          string // the seasons and the trend that were told
	memory          [3]string
}

// In is the language of a code, "en" or "fr", with dates as they are at a
// location; nil for civil times.
func In(code string, loc *time.Location) *Language {
	l := languages[code]
	l.location = loc
	return &l
}

// Shares from which a season or a trend is worth a word (within a span of less
// than two years a season may look like a trend), and the memory from which
// values resemble each other.
const (
	worthTelling = .02
	fewest       = 5 // values that a season's share comes to
	surelyTrend  = .1
	someMemory   = .3
	longMemory   = .7
	manyZeros    = .2 // of the values
	fewestOfTwo  = 20 // of which a share can be told
	mostHeld     = .8 // of the values, that are like the one before
)

// Sentence says what a description tells, in words for anybody.
func (l *Language) Sentence(subject string, d *describe.Description) string {
	if math.IsNaN(d.Mean) {
		return subject + l.noValue
	}
	if d.Rows == 1 {
		return subject + fmt.Sprintf(l.one, fmt.Sprintf(l.moment, l.dateOf(d.First)), l.number(d.Mean))
	}
	var b strings.Builder
	b.WriteString(subject + l.extent(d))
	b.WriteString(l.spread(d))
	if d.Marks > 0 {
		b.WriteString(fmt.Sprintf(l.marks, l.number(float64(d.Marks)), l.number(d.Mark)))
	}
	switch d.Outliers {
	case 0:
	case 1:
		b.WriteString(l.outlier)
	default:
		b.WriteString(fmt.Sprintf(l.outliers, l.number(float64(d.Outliers))))
	}
	if d.Rising {
		b.WriteString(l.rising + l.trend(d))
		return b.String()
	}
	seasons, told := l.seasons(d)
	trend := l.trend(d)
	b.WriteString(seasons + trend + l.next(d, told || trend != ""))
	return b.String()
}

// spread says which values there are.
func (l *Language) spread(d *describe.Description) string {
	switch {
	case d.Minimum == d.Maximum:
		return fmt.Sprintf(l.constant, l.number(d.Mean))
	case d.Two && d.Rows >= fewestOfTwo:
		share := (d.Mean - d.Minimum) / (d.Maximum - d.Minimum)
		return fmt.Sprintf(l.two, l.number(d.Minimum), l.number(d.Maximum), l.percent(share))
	}
	s := fmt.Sprintf(l.level, l.number(d.Minimum), l.number(d.Maximum), l.number(d.Mean))
	if d.Zeros >= manyZeros {
		s += fmt.Sprintf(l.zeros, l.percent(d.Zeros))
	}
	return s
}

// next says how values follow each other, beside what was told before.
func (l *Language) next(d *describe.Description, told bool) string {
	if d.Repeats >= mostHeld && d.Repeats < 1 && d.Zeros < manyZeros && !d.Two {
		return fmt.Sprintf(l.held, l.percent(1-d.Repeats))
	}
	k := 0
	switch m := d.Memory; {
	case math.IsNaN(m):
		return ""
	case m >= longMemory:
		k = 2
	case m >= someMemory:
		k = 1
	}
	if told {
		return fmt.Sprintf(l.beyond, l.memory[k])
	}
	return " " + strings.ToUpper(l.memory[k][:1]) + l.memory[k][1:]
}

// extent says how many values there are, of what frequency, when, and whether
// some are missing.
func (l *Language) extent(d *describe.Description) string {
	from, to := l.dateOf(d.First), l.dateOf(d.Last)
	when := fmt.Sprintf(l.moment, from)
	if from != to {
		when = fmt.Sprintf(l.period, from, to)
	}
	gone := l.complete
	if d.Missing > 0 {
		gone = fmt.Sprintf(l.missing, l.percent(d.Missing))
	}
	if d.Open.Limited() {
		gone = l.hours.say(l, d.Open) + ", " + gone
	}
	return fmt.Sprintf(l.values, l.number(float64(d.Rows)), l.frequency(d.Frequency), when, gone)
}

// frequency names what values of a frequency are: "hourly values".
func (l *Language) frequency(f civil.Frequency) string {
	if f == (civil.Frequency{}) {
		return l.irregular
	}
	if s, ok := l.steps[f]; ok {
		return s
	}
	n, unit := float64(f.Months), 4
	if f.Months == 0 {
		n, unit = float64(f.Micros)/civil.MicrosPerSecond, 0
		for k, size := range []float64{60, 60, 24} {
			if n >= size && math.Mod(n, size) == 0 {
				n, unit = n/size, k+1
			} else {
				break
			}
		}
	}
	if n == 1 {
		return fmt.Sprintf(l.every, l.units[unit][0])
	}
	return fmt.Sprintf(l.every, fmt.Sprintf(l.units[unit][1], l.number(n)))
}

// seasons says what the calendar explains, the largest part first, and whether that
// is anything.
func (l *Language) seasons(d *describe.Description) (text string, any bool) {
	type part struct {
		share float64
		text  string
	}
	var parts []part
	told := false
	add := func(share float64, format string, high, low int, place func(int) string) {
		told = told || !math.IsNaN(share)
		if share >= max(worthTelling, fewest/float64(d.Rows)) && high >= 0 {
			p := part{share, fmt.Sprintf(format, l.percent(share), place(high), place(low))}
			at := len(parts)
			for at > 0 && parts[at-1].share < share {
				at--
			}
			parts = append(parts[:at], append([]part{p}, parts[at:]...)...)
		}
	}
	add(d.SeasonDay, l.day, d.HighHour, d.LowHour, strconv.Itoa)
	add(d.SeasonWeek, l.week, d.HighDay, d.LowDay, func(k int) string { return l.weekdays[k] })
	add(d.SeasonYear, l.year, d.HighMonth, d.LowMonth, func(k int) string { return l.months[k-1] })
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(p.text)
	}
	if told && len(parts) == 0 {
		return l.noSeason, false
	}
	return b.String(), len(parts) > 0
}

// trend says how the level moves, where that is more than chance: by the year
// where there are two, else over the whole period.
func (l *Language) trend(d *describe.Description) string {
	const year = 365.25 * civil.MicrosPerDay
	years := float64(d.Last-d.First) / year
	by, up, down, least := d.TrendPerYear, l.rises, l.falls, worthTelling
	if years < 2 {
		by, up, down, least = by*years, l.rose, l.fell, surelyTrend
	}
	switch {
	case !(d.Trend >= least) || by == 0:
		return ""
	case by > 0:
		return fmt.Sprintf(up, l.number(by))
	}
	return fmt.Sprintf(down, l.number(-by))
}

// dateOf writes the date of a time.
func (l *Language) dateOf(us int64) string {
	t := time.UnixMicro(us).In(l.Clock())
	day := strconv.Itoa(t.Day())
	if t.Day() == 1 {
		day = l.first
	}
	return fmt.Sprintf(l.date, day, l.months[t.Month()-1], t.Year())
}

// Clock is the location of the dates, UTC for civil ones.
func (l *Language) Clock() *time.Location {
	if l.location == nil {
		return time.UTC
	}
	return l.location
}

// percent writes a share as a percentage, never as 0 or 100 when it is not.
func (l *Language) percent(share float64) string {
	p := math.Round(100 * share)
	switch {
	case p == 0 && share > 0:
		return "< 1"
	case p == 100 && share < 1:
		return "> 99"
	}
	return l.number(p)
}

// number writes a value with three significant digits, or all of its integer
// part.
func (l *Language) number(v float64) string {
	a := math.Abs(v)
	if a >= 1e15 || a > 0 && a < 1e-6 {
		return strings.Replace(strconv.FormatFloat(v, 'g', 3, 64), ".", l.decimal, 1)
	}
	decimals := 0
	if a > 0 && a < 100 {
		decimals = 2 - int(math.Floor(math.Log10(a)))
	}
	s := strconv.FormatFloat(a, 'f', decimals, 64)
	whole, fraction, _ := strings.Cut(s, ".")
	if fraction = strings.TrimRight(fraction, "0"); fraction != "" {
		fraction = l.decimal + fraction
	}
	for i := len(whole) - 3; i > 0 && len(whole) > 4; i -= 3 {
		whole = whole[:i] + l.thousand + whole[i:]
	}
	if v < 0 && strings.Trim(whole+fraction, "0"+l.decimal) != "" {
		whole = "-" + whole
	}
	return whole + fraction
}
