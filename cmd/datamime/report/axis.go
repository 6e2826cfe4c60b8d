package report

import (
	"fmt"
	"time"
)

// A timeStep is a distance of the marks of a time axis: so many seconds or so
// many months.
type timeStep struct {
	seconds int64
	months  int
}

var timeSteps = []timeStep{
	{60, 0}, {300, 0}, {900, 0}, {hour, 0}, {3 * hour, 0}, {6 * hour, 0}, {12 * hour, 0},
	{day, 0}, {2 * day, 0}, {7 * day, 0}, {14 * day, 0}, {0, 1}, {0, 2}, {0, 3}, {0, 6},
	{0, 12}, {0, 24}, {0, 60}, {0, 120}, {0, 240}, {0, 600}, {0, 1200}, {0, 12000}, {0, 120000},
}

// mostTimeMarks is how many marks a time axis has room for.
const mostTimeMarks = 8

// times marks the x axis with times of the calendar.
func (d *drawing) times() {
	from, to := int64(d.x0), int64(d.x1)
	if to <= from {
		return
	}
	for _, step := range timeSteps {
		marks := step.marks(from, to)
		if len(marks) > mostTimeMarks {
			continue
		}
		if len(marks) < 2 {
			marks = []int64{from, to}
		}
		for _, at := range marks {
			d.mark(float64(at), step.show(at))
		}
		return
	}
	d.mark(d.x0, showTime(from, day))
	d.mark(d.x1, showTime(to, day))
}

// marks are the times of the calendar within a span, at most one more than there
// is room for. Days are counted from a Monday.
func (s timeStep) marks(from, to int64) []int64 {
	var marks []int64
	if s.months == 0 {
		const monday = 4 * day // 1970 began on a Thursday
		first := from - ((from-monday)%s.seconds+s.seconds)%s.seconds
		for at := first; at <= to && len(marks) <= mostTimeMarks; at += s.seconds {
			if at >= from {
				marks = append(marks, at)
			}
		}
		return marks
	}
	t := time.Unix(from, 0).UTC()
	month := (t.Year()*12 + int(t.Month()) - 1) / s.months * s.months
	for len(marks) <= mostTimeMarks {
		at := time.Date(month/12, time.Month(month%12+1), 1, 0, 0, 0, 0, time.UTC).Unix()
		if at > to {
			break
		}
		if at >= from {
			marks = append(marks, at)
		}
		month += s.months
	}
	return marks
}

func (s timeStep) show(at int64) string {
	t := time.Unix(at, 0).UTC()
	switch {
	case s.months >= 12:
		return fmt.Sprint(t.Year())
	case s.months > 0:
		return fmt.Sprintf("%s %d", monthName(t.Month()), t.Year())
	case s.seconds >= day || at%day == 0:
		return fmt.Sprintf("%d %s", t.Day(), monthName(t.Month()))
	}
	return t.Format("15:04")
}
