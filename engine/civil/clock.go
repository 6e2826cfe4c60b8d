package civil

import "time"

// Zone remembers the offset in force around the last instant asked for:
// a lookup per value in time.Location would be half the cost of a simulation.
// The zero zone of a nil location keeps civil time as it is.
type Zone struct {
	Location *time.Location
	lo, hi   int64 // the offset holds for lo <= instant < hi
	offset   int64
}

// Local turns an instant into the civil time of the location.
func (z *Zone) Local(t int64) int64 {
	if z.Location == nil {
		return t
	}
	if t < z.lo || t >= z.hi {
		u := time.UnixMicro(t).In(z.Location)
		a, b := u.ZoneBounds()
		_, o := u.Zone()
		z.offset = int64(o) * MicrosPerSecond
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

// Steady is for how long from an instant on the offset surely stays what it is, at
// most so long.
func (z *Zone) Steady(t, most int64) int64 {
	if z.Location == nil {
		return most
	}
	z.Local(t)
	if t+most > z.hi {
		return max(1, z.hi-t)
	}
	return most
}

// Instant turns a civil time of the location into an instant; a civil time
// that a change of clock skips is moved on by the change.
func (z *Zone) Instant(civil int64) int64 {
	if z.Location == nil {
		return civil
	}
	t := civil - (z.Local(civil) - civil)
	if z.Local(t) != civil {
		t = civil - (z.Local(t) - t)
	}
	return t
}

// Frequency is the distance of two steps: whole months, or else a fixed
// number of microseconds. The zero Frequency means irregular event times.
type Frequency struct {
	Months int32
	Micros int64
}

// Clock places steps in time. Steps are counted from the sample's first.
type Clock struct {
	Frequency  Frequency
	Location   *time.Location
	Civil      bool  // the steps are equidistant on the civil clock
	Origin     int64 // of step 0: the time on the clock's axis, or the month number
	DayOfMonth int   // months: the day of the month, 31 for its last
	TimeOfDay  int64 // months: the time of day
	Loose      bool  // times are irregular: a step is what falls between it and the next
}

// NewClock returns the clock of a frequency at the location, which is nil for
// civil times. Where its steps are is not said yet.
func NewClock(f Frequency, loc *time.Location) Clock {
	return Clock{Frequency: f, Location: loc, Civil: loc == nil || f.Months > 0 || f.Micros >= MicrosPerDay}
}

// Axis maps the sample's time to the one on which the steps are regular.
func (c *Clock) Axis(t int64, z *Zone) int64 {
	if c.Civil {
		return z.Local(t)
	}
	return t
}

// At returns the time of a step on the axis.
func (c *Clock) At(step int64) int64 {
	if c.Frequency.Months == 0 {
		return c.Origin + step*c.Frequency.Micros
	}
	return c.monthStart(c.Origin + step*int64(c.Frequency.Months))
}

func (c *Clock) monthStart(month int64) int64 {
	y, m := FloorDiv(month, 12), int(FloorMod(month, 12))+1
	first := DayNumber(y, m, 1)
	last := DayNumber(FloorDiv(month+1, 12), int(FloorMod(month+1, 12))+1, 1) - 1
	return min(first+int64(c.DayOfMonth)-1, last)*MicrosPerDay + c.TimeOfDay
}

// Time returns the time of a step as the sample writes times.
func (c *Clock) Time(step int64, z *Zone) int64 {
	if c.Civil {
		return z.Instant(c.At(step))
	}
	return c.At(step)
}

// Local returns the civil time of a step.
func (c *Clock) Local(step int64, z *Zone) int64 {
	if c.Civil {
		return c.At(step)
	}
	return z.Local(c.At(step))
}

// Nearest returns the step next to a time of the axis, and whether the time
// lies between two steps.
func (c *Clock) Nearest(t int64) (step int64, off bool) {
	if c.Loose {
		return FloorDiv(t-c.Origin, c.Frequency.Micros), false
	}
	if c.Frequency.Months == 0 {
		step = FloorDiv(t-c.Origin+c.Frequency.Micros/2, c.Frequency.Micros)
		return step, c.At(step) != t
	}
	m, _ := MonthNumber(FloorDiv(t, MicrosPerDay))
	step = FloorDiv(m-c.Origin, int64(c.Frequency.Months))
	return step, c.At(step) != t
}

// Ceil returns the first step at or after a time of the sample.
func (c *Clock) Ceil(t int64, z *Zone) int64 {
	s, _ := c.Nearest(c.Axis(t, z))
	for c.Time(s, z) >= t {
		s--
	}
	for c.Time(s, z) < t {
		s++
	}
	return s
}
