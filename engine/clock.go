package engine

import "time"

const (
	microsPerSecond = int64(1e6)
	microsPerHour   = 3600 * microsPerSecond
	microsPerDay    = 24 * microsPerHour
)

// floorDiv divides towards minus infinity.
func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

// floorMod is the remainder of floorDiv, in [0, b).
func floorMod(a, b int64) int64 { return a - floorDiv(a, b)*b }

// civilDate returns the proleptic Gregorian date of a day number since
// 1970-01-01 and its day of the year, counted from 0 (Hinnant 2013,
// "chrono-compatible low-level date algorithms").
func civilDate(day int64) (year int64, month, dom, yday int) {
	z := day + 719468
	era := floorDiv(z, 146097)
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	year = yoe + era*400
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	dom = int(doy-(153*mp+2)/5) + 1
	if mp < 10 {
		month = int(mp) + 3
	} else {
		month = int(mp) - 9
		year++
	}
	return year, month, dom, int(day - dayNumber(year, 1, 1))
}

// dayNumber is the inverse of civilDate.
func dayNumber(year int64, month, dom int) int64 {
	if month <= 2 {
		year--
	}
	era := floorDiv(year, 400)
	yoe := year - era*400
	m := int64(month)
	if m > 2 {
		m -= 3
	} else {
		m += 9
	}
	doy := (153*m+2)/5 + int64(dom) - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return era*146097 + doe - 719468
}

// monthNumber counts the months since the year 0.
func monthNumber(day int64) (month int64, dom int) {
	y, m, d, _ := civilDate(day)
	return y*12 + int64(m) - 1, d
}

// zone remembers the offset in force around the last instant asked for:
// a lookup per value in time.Location would be half the cost of a simulation.
// The zero zone of a nil location keeps civil time as it is.
type zone struct {
	loc    *time.Location
	lo, hi int64 // the offset holds for lo <= instant < hi
	offset int64
}

// local turns an instant into the civil time of the location.
func (z *zone) local(t int64) int64 {
	if z.loc == nil {
		return t
	}
	if t < z.lo || t >= z.hi {
		u := time.UnixMicro(t).In(z.loc)
		a, b := u.ZoneBounds()
		_, o := u.Zone()
		z.offset = int64(o) * microsPerSecond
		z.lo, z.hi = -1<<63, 1<<63-1
		if !a.IsZero() {
			z.lo = a.UnixMicro()
		}
		if !b.IsZero() {
			z.hi = b.UnixMicro()
		}
	}
	return t + z.offset
}

// instant turns a civil time of the location into an instant; a civil time
// that a change of clock skips is moved on by the change.
func (z *zone) instant(civil int64) int64 {
	if z.loc == nil {
		return civil
	}
	t := civil - (z.local(civil) - civil)
	if z.local(t) != civil {
		t = civil - (z.local(t) - t)
	}
	return t
}

// clock places steps in time. Steps are counted from the sample's first.
type clock struct {
	freq   Frequency
	loc    *time.Location
	civil  bool  // the steps are equidistant on the civil clock
	origin int64 // of step 0: the time on the clock's axis, or the month number
	dom    int   // months: the day of the month, 31 for its last
	tod    int64 // months: the time of day
	loose  bool  // times are irregular: a step is what falls between it and the next
}

// axis maps the sample's time to the one on which the steps are regular.
func (c *clock) axis(t int64, z *zone) int64 {
	if c.civil {
		return z.local(t)
	}
	return t
}

// at returns the time of a step on the axis.
func (c *clock) at(step int64) int64 {
	if c.freq.Months == 0 {
		return c.origin + step*c.freq.Micros
	}
	return c.monthStart(c.origin + step*int64(c.freq.Months))
}

func (c *clock) monthStart(month int64) int64 {
	y, m := floorDiv(month, 12), int(floorMod(month, 12))+1
	first := dayNumber(y, m, 1)
	last := dayNumber(floorDiv(month+1, 12), int(floorMod(month+1, 12))+1, 1) - 1
	return min(first+int64(c.dom)-1, last)*microsPerDay + c.tod
}

// time returns the time of a step as the sample writes times.
func (c *clock) time(step int64, z *zone) int64 {
	if c.civil {
		return z.instant(c.at(step))
	}
	return c.at(step)
}

// local returns the civil time of a step.
func (c *clock) local(step int64, z *zone) int64 {
	if c.civil {
		return c.at(step)
	}
	return z.local(c.at(step))
}

// nearest returns the step next to a time of the axis, and whether the time
// lies between two steps.
func (c *clock) nearest(t int64) (step int64, off bool) {
	if c.loose {
		return floorDiv(t-c.origin, c.freq.Micros), false
	}
	if c.freq.Months == 0 {
		step = floorDiv(t-c.origin+c.freq.Micros/2, c.freq.Micros)
		return step, c.at(step) != t
	}
	m, _ := monthNumber(floorDiv(t, microsPerDay))
	step = floorDiv(m-c.origin, int64(c.freq.Months))
	return step, c.at(step) != t
}

// ceil returns the first step at or after a time of the sample.
func (c *clock) ceil(t int64, z *zone) int64 {
	s, _ := c.nearest(c.axis(t, z))
	for c.time(s, z) >= t {
		s--
	}
	for c.time(s, z) < t {
		s++
	}
	return s
}
