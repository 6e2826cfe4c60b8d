package describe

import (
	"slices"

	"github.com/datamime/datamime/engine/civil"
)

// Hours are those of the week at which a series has values at all, as exchanges,
// shops and offices are open: the zero Hours are all.
type Hours struct {
	Days     [7]bool // of the week, from Monday; none: all
	From, To int     // minutes of the day, that of the last value; both 0: all day
}

// Limited tells whether there are hours without values.
func (h Hours) Limited() bool { return h.OnDays() || h.InHours() }

// OnDays tells whether some weekdays have no values.
func (h Hours) OnDays() bool { return slices.Contains(h.Days[:], true) }

// InHours tells whether some hours of the day have none.
func (h Hours) InHours() bool { return h.From != h.To }

const (
	openWeeks   = 3    // that weekdays are told from
	openDays    = 5    // days that hours are told from
	rarelyOpen  = .05  // of what other weekdays or hours have counts as never
	leastClosed = 60   // minutes
	dayMinutes  = 1440 // in all
)

// openingHours learns them of the civil times of values on the steps of c.
func openingHours(c *civil.Clock, t []int64) (h Hours) {
	micros := c.Frequency.Micros
	if micros <= 0 || micros > civil.MicrosPerDay || len(t) == 0 {
		return h
	}
	first, last := civil.FloorDiv(t[0], civil.MicrosPerDay), civil.FloorDiv(t[len(t)-1], civil.MicrosPerDay)
	var days [7]int
	minutes := make([]int, dayMinutes)
	seen := map[int64]bool{}
	for _, u := range t {
		day := civil.FloorDiv(u, civil.MicrosPerDay)
		days[civil.FloorMod(day+3, 7)]++
		minutes[(u-day*civil.MicrosPerDay)/(60*civil.MicrosPerSecond)]++
		seen[day] = true
	}
	if last-first+1 >= 7*openWeeks {
		open, most := 0, float64(slices.Max(days[:]))
		for w, n := range days {
			if h.Days[w] = float64(n) > rarelyOpen*most; h.Days[w] {
				open++
			}
		}
		if open == 7 {
			h.Days = [7]bool{}
		}
	}
	if len(seen) >= openDays && micros <= leastClosed*60*civil.MicrosPerSecond {
		h.From, h.To = within(minutes, int(micros/civil.MicrosPerSecond/60))
	}
	return h
}

// within are the first and the last minute of the day with values, when those between
// the last and the next first are at least leastClosed more than the step.
func within(minutes []int, step int) (from, to int) {
	most := float64(slices.Max(minutes))
	longest := leastClosed + max(1, step) - 1
	previous := -1
	for i := range 2 * dayMinutes {
		if float64(minutes[i%dayMinutes]) <= rarelyOpen*most {
			continue
		}
		if previous >= 0 && i-previous > longest {
			longest, to, from = i-previous, previous%dayMinutes, i%dayMinutes
		}
		previous = i
	}
	return from, to
}

// steps counts those of a frequency between two civil times within the hours, day by
// day: rows of a few microseconds may be months apart.
func (h Hours) steps(first, last, micros int64) (n float64) {
	for day := civil.FloorDiv(first, civil.MicrosPerDay); day*civil.MicrosPerDay <= last; day++ {
		if h.OnDays() && !h.Days[civil.FloorMod(day+3, 7)] {
			continue
		}
		between := func(from, to int) float64 { // minutes of the day, the latter not included
			before := func(minute int) int64 {
				at := day*civil.MicrosPerDay + int64(minute)*60*civil.MicrosPerSecond
				return (min(max(at, first), last+1) - first + micros - 1) / micros
			}
			return float64(before(to) - before(from))
		}
		switch {
		case !h.InHours():
			n += between(0, dayMinutes)
		case h.From < h.To:
			n += between(h.From, h.To+1)
		default: // over midnight
			n += between(0, h.To+1) + between(h.From, dayMinutes)
		}
	}
	return n
}
