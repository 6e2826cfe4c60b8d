package importer

import (
	"strconv"
	"strings"

	"github.com/datamime/datamime/cmd/datamime/locale"
)

// misfitShare is how many of a column's values may not be of the type that all
// others are of, before the column is text; and that only in a column of at
// least misfitValues.
const (
	misfitShare  = 0.01
	misfitValues = 100
)

// tally counts, for one column, which readings its texts allow.
type tally struct {
	values, missing int64
	markers         int64 // of missing, those that are not empty
	example         string
	bools           int64
	numbers         [2]numberTally // by numberStyle
	moments         [3]momentTally // by dateOrder
	clocks          int64          // times of day
	days            int64          // numbers like 20240331
	least, largest  float64        // of the numbers
	prefer          dateOrder      // where several fit alike
	odd             string         // the first text that is neither number nor time
	oddLine         int
}

type numberTally struct {
	fits, integers, grouped, exponents, percents int64
	beyond32, beyond64                           bool
}

type momentTally struct{ fits, months, clocks, zones int64 }

func (t *tally) add(c cell, line int) {
	s := strings.TrimSpace(c.text)
	if missing(s) {
		t.missing++
		if s != "" {
			t.markers++
		}
		return
	}
	t.values++
	if t.example == "" {
		t.example = s
	}
	if _, ok := parseBool(s); ok {
		t.bools++
		return
	}
	if !t.addNumber(s, c.exact) && !t.addMoment(s, c.exact) && t.odd == "" {
		t.odd, t.oddLine = s, line
	}
}

// addNumber counts a text in the styles in which it is a number.
func (t *tally) addNumber(s string, exact bool) (fits bool) {
	if c := s[0]; c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' {
		return false
	}
	for style := range t.numbers {
		as := numberStyle(style)
		if exact {
			as = point
		}
		n, ok := parseNumber(s, as)
		if !ok {
			continue
		}
		nt := &t.numbers[style]
		if v, err := strconv.ParseFloat(n.text, 64); err == nil {
			if !fits && t.numbers[point].fits+t.numbers[comma].fits == 0 {
				t.least, t.largest = v, v
			}
			t.least, t.largest = min(t.least, v), max(t.largest, v)
		}
		fits = true
		nt.add(n)
	}
	if len(s) == len("20240331") {
		if day, ok := parseDigits(s); ok && day >= earliestDay && day <= latestDay {
			t.days++
		}
	}
	return fits
}

func (nt *numberTally) add(n number) {
	nt.fits++
	if n.grouped {
		nt.grouped++
	}
	if n.exponent {
		nt.exponents++
	}
	if n.percent {
		nt.percents++
	}
	if n.integer {
		nt.integers++
		nt.beyond32 = nt.beyond32 || !fitsInt(n.text, 32)
		nt.beyond64 = nt.beyond64 || !fitsInt(n.text, 64)
	}
}

// addMoment counts a text as a time of day, and in the orders in which it is a
// date.
func (t *tally) addMoment(s string, exact bool) (fits bool) {
	if s[0] < '0' || s[0] > '9' {
		return false
	}
	if clock, zone, ok := parseClock(s); ok && zone == "" && clock != "" && strings.ContainsAny(s, ":h") {
		t.clocks++
		fits = true
	}
	for order := range t.moments {
		as := dateOrder(order)
		if exact {
			as = ymd
		}
		m, ok := parseMoment(s, as)
		if !ok {
			continue
		}
		fits = true
		mt := &t.moments[order]
		mt.fits++
		if m.month {
			mt.months++
		}
		if m.clock {
			mt.clocks++
		}
		if m.zoned {
			mt.zones++
		}
	}
	return fits
}

// enough tells whether a reading that fits so many values may be the column's.
func (t *tally) enough(fits int64) bool {
	misfits := t.values - fits
	return misfits == 0 || t.values >= misfitValues && float64(misfits) <= misfitShare*float64(t.values)
}

// decide chooses the column's type.
func (t *tally) decide(c *Column, commas bool) {
	c.Missing, c.Example = t.missing, t.example
	style := t.style(commas)
	order := t.order()
	switch {
	case t.values == 0:
		c.Type, c.Why = "text", locale.Say("it has no value")
	case t.enough(t.bools):
		c.kind, c.Type, c.Why = asBool, "boolean", locale.Say("yes or no")
		c.Misfits = t.values - t.bools
	case t.enough(t.numbers[style].fits):
		t.decideNumber(c, style)
	case t.enough(t.moments[order].fits):
		t.decideMoment(c, order)
	case t.enough(t.clocks):
		c.kind, c.Type, c.Why, c.Misfits = asClock, "time", locale.Say("times of day"), t.values-t.clocks
	default:
		c.Type, c.Why = "text", t.whyText(style, order)
	}
	if c.kind == asText {
		c.Missing -= t.markers // NA and the like are text there
	}
	if c.Misfits > 0 {
		c.Why += locale.Say(", but for %d", c.Misfits)
	}
}

// whyText says what kept a column from being one of numbers or of times.
func (t *tally) whyText(style numberStyle, order dateOrder) string {
	numbers, moments := t.numbers[style].fits, t.moments[order].fits
	switch {
	case 2*max(numbers, moments) <= t.values || t.odd == "":
		return locale.Say("neither numbers nor dates")
	case numbers > moments:
		return locale.Say("%d of %d are numbers, but not %q (line %d)", numbers, t.values, t.odd, t.oddLine)
	}
	return locale.Say("%d of %d are dates, but not %q (line %d)", moments, t.values, t.odd, t.oddLine)
}

func (t *tally) decideNumber(c *Column, style numberStyle) {
	nt := &t.numbers[style]
	c.kind, c.style, c.Misfits = asNumber, style, t.values-nt.fits
	c.constant = t.values > 1 && t.least == t.largest
	c.flag = t.least == 0 && t.largest == 1 && nt.integers == nt.fits
	if namesTime(c.Name) && t.decideCount(c, style) {
		return
	}
	switch {
	case nt.exponents > 0:
		c.Type, c.Why = "double precision", locale.Say("numbers with exponents")
	case nt.integers < nt.fits:
		c.Type, c.Why = "numeric", locale.Say("numbers with decimals")
	case nt.beyond64:
		c.Type, c.Why = "numeric", locale.Say("very large whole numbers")
	case nt.beyond32:
		c.Type, c.Why = "bigint", locale.Say("large whole numbers")
	default:
		c.Type, c.Why = "integer", locale.Say("whole numbers")
	}
	if style == comma && nt.integers < nt.fits {
		c.Why += locale.Say(" after a comma")
	}
	if nt.grouped > 0 {
		c.Why += locale.Say(", thousands set apart")
	}
	if nt.percents > 0 {
		c.Why += locale.Say(", percentages as parts of 1")
	}
}

// Counts of seconds are taken for times from 2000 to 2100, counts of days from
// 1950 to 2100, numbers of eight digits for days from 1800 to 2100.
const (
	earliestDay    = "1800-01-01"
	latestDay      = "2100-12-31"
	earliestEpoch  = 946_684_800
	latestEpoch    = 4_102_444_800
	earliestSerial = 18_264
	latestSerial   = 73_051
)

// decideCount takes numbers for times, where they may be some: days by their
// digits, seconds since 1970 or a part of them, or a spreadsheet's days.
func (t *tally) decideCount(c *Column, style numberStyle) bool {
	if t.values > 0 && t.days == t.values {
		c.kind, c.Type, c.Why = asDigits, "date", locale.Say("dates")+", "+ymd.String()
		return true
	}
	for _, unit := range []struct {
		name  string
		steps float64 // a second
	}{
		{locale.Say("seconds since 1970"), 1}, {locale.Say("milliseconds since 1970"), 1e3}, {locale.Say("microseconds since 1970"), 1e6},
	} {
		if t.least >= earliestEpoch*unit.steps && t.largest <= latestEpoch*unit.steps {
			c.kind, c.Type, c.Why, c.epoch = asEpoch, "timestamptz", unit.name, unit.steps
			return true
		}
	}
	if t.least >= earliestSerial && t.largest <= latestSerial {
		c.kind, c.Type, c.Why = asSerial, "timestamp", locale.Say("a spreadsheet's days since 1900")
		if nt := &t.numbers[style]; nt.integers == nt.fits {
			c.Type = "date"
		}
		return true
	}
	return false
}

// Numbers from 1000 to 9999 may be years, in a column that was said to hold times.
const (
	earliestYear = 1000
	latestYear   = 9999
)

// decideYear takes whole numbers for years, where they may be some.
func (t *tally) decideYear(c *Column, style numberStyle) bool {
	if nt := &t.numbers[style]; nt.integers < nt.fits || t.least < earliestYear || t.largest > latestYear {
		return false
	}
	c.kind, c.Why = asDigits, locale.Say("years, for their first days")
	return true
}

// namesTime tells whether a name is one of a time.
func namesTime(name string) bool {
	return hasWord(name, "date", locale.Say("dates"), "datetime", "time", "timestamp", "ts", "epoch", "unixtime", "day", "when",
		"jour", "heure", "horodate", "horodatage", "instant", "moment")
}

func (t *tally) decideMoment(c *Column, order dateOrder) {
	mt := &t.moments[order]
	c.kind, c.order, c.Misfits = asMoment, order, t.values-mt.fits
	switch {
	case mt.months == mt.fits:
		c.Type, c.Why = "date", locale.Say("months, for their first days")
		return
	case mt.clocks == 0:
		c.Type, c.Why = "date", locale.Say("dates")
	case mt.zones == 0:
		c.Type, c.Why = "timestamp", locale.Say("times")
	default:
		c.Type, c.Why = "timestamptz", locale.Say("times with a zone")
	}
	c.Why += ", " + order.String()
	switch other := dmy + mdy - order; {
	case order == ymd || t.moments[dmy].fits != t.moments[mdy].fits:
	case other == mdy:
		c.Why += locale.Say(" (month/day fits as well: --dates mdy)")
	default:
		c.Why += locale.Say(" (day/month fits as well: --dates dmy)")
	}
}

// style chooses between 1,234.5 and 1.234,5. Where all numbers fit both
// (1,234), decimal commas are likely in a file of semicolons and in texts of
// a spreadsheet; others have thousands.
func (t *tally) style(commas bool) numberStyle {
	p, c := &t.numbers[point], &t.numbers[comma]
	switch {
	case p.fits != c.fits:
		if c.fits > p.fits {
			return comma
		}
		return point
	case p.grouped == 0:
		return point
	case c.grouped == 0 && commas:
		return comma
	case p.grouped == p.fits && c.grouped < c.fits && commas:
		return comma
	}
	return point
}

func (t *tally) order() dateOrder {
	best := t.prefer
	for _, o := range []dateOrder{ymd, dmy, mdy} {
		if t.moments[o].fits > t.moments[best].fits {
			best = o
		}
	}
	return best
}
