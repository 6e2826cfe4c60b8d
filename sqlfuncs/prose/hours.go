package prose

import (
	"fmt"
	"strings"

	"github.com/datamime/datamime/engine/describe"
)

// hours are the words for opening hours.
type hours struct {
	days  string // from one weekday to another
	never string // on one weekday alone
	on    string // before the first of some weekdays
	list  string // before those that follow
	and   string // before the last
	clock string // hour and minute; on the hour: the hour
	whole string
	times string // from one time to another
	only  string // before all but never
}

// say tells when there are values: "only on Mondays to Fridays from 9:00 to 17:30".
func (w *hours) say(l *Language, h describe.Hours) string {
	times := ""
	if h.InHours() {
		times = fmt.Sprintf(w.times, w.time(h.From), w.time(h.To))
	}
	if !h.OnDays() {
		return w.only + times
	}
	days, but := w.weekdays(l, h.Days)
	switch {
	case but && times != "":
		return days + ", " + w.only + times
	case but:
		return days
	}
	return strings.TrimSpace(w.only + days + " " + times)
}

// weekdays names those with values: a run, all but one, or one by one.
func (w *hours) weekdays(l *Language, open [7]bool) (text string, but bool) {
	var names []string
	first, begins := 0, 0
	for k, is := range open {
		if is {
			names = append(names, l.weekdays[k])
		}
		if is && !open[(k+6)%7] {
			first = k
			begins++
		}
	}
	switch n := len(names); {
	case n == 6:
		for k, is := range open {
			if !is {
				return fmt.Sprintf(w.never, l.weekdays[k]), true
			}
		}
	case n > 2 && begins == 1:
		return fmt.Sprintf(w.days, l.weekdays[first], l.weekdays[(first+n-1)%7]), false
	case n == 1:
		return w.on + names[0], false
	}
	last := len(names) - 1
	return w.on + strings.Join(names[:last], w.list) + w.and + names[last], false
}

func (w *hours) time(minute int) string {
	if minute%60 == 0 {
		return fmt.Sprintf(w.whole, minute/60)
	}
	return fmt.Sprintf(w.clock, minute/60, minute%60)
}
