package engine

import (
	"math"

	"github.com/datamime/datamime/engine/civil"
)

// calendar reads the phases of steps: the unit is the civil day for steps
// below a day, else the step itself; the phase is the place within the day.
type calendar struct {
	civil.Clock
	n      int          // steps of the sample
	sub    bool         // several steps a day
	daily  bool         // exactly one step a day
	day    float64      // steps per day; 0 for calendar months
	year   float64      // steps per year
	season int          // steps of the main season: day, week or year
	phases int          // phases of a day; 1 unless sub
	grain  int64        // distance of two phases
	shift  int64        // of phase 0 after midnight
	gap    int          // steps of the longest unobserved stretch inside
	lo, hi float64      // local time of the sample's ends, for the trend
	off    *daysOff     // nil: no day differs from others of its weekday
	change *clockChange // nil: the clock never changes, or times are instants
}

func newCalendar(c civil.Clock, n int) *calendar {
	cal := &calendar{Clock: c, n: n, phases: 1}
	z := civil.Zone{Location: c.Location}
	if c.Frequency.Months > 0 {
		cal.year = 12 / float64(c.Frequency.Months)
		cal.season = int(cal.year)
	} else {
		cal.day = float64(civil.MicrosPerDay) / float64(c.Frequency.Micros)
		cal.year = 365.25 * cal.day
		cal.sub = cal.day >= 2
		cal.daily = c.Frequency.Micros == civil.MicrosPerDay
		switch {
		case cal.sub:
			cal.season = int(math.Round(cal.day))
		case cal.day > .5:
			cal.season = 7
		default:
			cal.season = max(1, int(math.Round(cal.year)))
		}
	}
	if cal.sub {
		cal.grain = gcd(c.Frequency.Micros, civil.MicrosPerDay)
		if c.Location != nil {
			cal.grain = gcd(cal.grain, civil.MicrosPerHour)
		}
		cal.grain = max(cal.grain, civil.MicrosPerDay/1440)
		cal.shift = civil.FloorMod(c.Local(0, &z), cal.grain)
		cal.phases = int(civil.MicrosPerDay / cal.grain)
	}
	cal.lo = float64(c.Local(0, &z))
	cal.hi = float64(c.Local(int64(n), &z))
	return cal
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// place returns the unit and the phase of a step.
func (c *calendar) place(step int64, z *civil.Zone) (unit int64, phase int) {
	if !c.sub {
		return step, 0
	}
	return c.onDay(c.Local(step, z))
}

// onDay returns the day and the phase of a local time, where steps are shorter.
func (c *calendar) onDay(t int64) (day int64, phase int) {
	day = civil.FloorDiv(t, civil.MicrosPerDay)
	return day, int((t - day*civil.MicrosPerDay) / c.grain)
}

// pace is how many phases a step is behind the one before it on the same day; 0
// where several are of one phase.
func (c *calendar) pace() int {
	if !c.sub || c.Frequency.Micros%c.grain != 0 {
		return 0
	}
	return int(c.Frequency.Micros / c.grain)
}

// run is the place of a step, and how many from it on are of its unit and each a
// pace behind the one before.
func (c *calendar) run(step int64, z *civil.Zone) (unit int64, phase, count int) {
	if !c.sub {
		return step, 0, 1
	}
	t := c.Local(step, z)
	unit, phase = c.onDay(t)
	left := (unit+1)*civil.MicrosPerDay - t
	if c.pace() == 0 {
		left = (left-1)%c.grain + 1
	}
	if !c.Civil {
		left = z.Steady(c.At(step), left)
	}
	return unit, phase, int((left + c.Frequency.Micros - 1) / c.Frequency.Micros)
}

// almanac is what the calendar says of a unit.
type almanac struct {
	weekday int     // 0 is Monday
	acts    int     // the weekday that the day is like: Sunday on holidays
	weekend float64 // 1 on what is like Saturday or Sunday
	off     dayOff
	year    float64 // place in the year, in [0, 1)
	age     float64 // place in the sample: 0 at its start, 1 at its end
}

func (c *calendar) almanac(unit int64) (a almanac) {
	var t float64
	switch {
	case c.sub:
		_, _, _, yday := civil.Date(unit)
		a.weekday = int(civil.FloorMod(unit+3, 7))
		a.off = c.off.on(unit)
		a.year = (float64(yday) + .5) / 365.25
		t = (float64(unit) + .5) * float64(civil.MicrosPerDay)
	case c.Frequency.Months > 0:
		m := c.Origin + unit*int64(c.Frequency.Months)
		a.year = float64(civil.FloorMod(m, 12)) / 12
		a.age = (float64(unit) + .5) / float64(c.n)
		return a
	default:
		local := c.At(unit)
		day := civil.FloorDiv(local, civil.MicrosPerDay)
		_, _, _, yday := civil.Date(day)
		a.weekday = int(civil.FloorMod(day+3, 7))
		if c.day > .5 {
			a.off = c.off.on(day)
		}
		a.year = float64(yday) / 365.25
		t = float64(local) + .5*float64(c.Frequency.Micros)
	}
	if a.acts = a.weekday; a.off.sunday {
		a.acts = 6
	}
	if a.acts >= 5 {
		a.weekend = 1
	}
	a.age = (t - c.lo) / (c.hi - c.lo)
	return a
}

// hour returns the hour of the day of a phase, 0 to 23.
func (c *calendar) hour(phase int) int {
	return int((int64(phase)*c.grain + c.shift + c.grain/2) / civil.MicrosPerHour % 24)
}

// fraction returns the place in the day of a phase, in [0, 1).
func (c *calendar) fraction(phase int) float64 {
	return float64(int64(phase)*c.grain+c.shift) / float64(civil.MicrosPerDay)
}

// years is the length of the sample.
func (c *calendar) years() float64 { return float64(c.n) / c.year }

// triangle mirrors an age beyond the sample into [0, 1].
func triangle(age float64) float64 {
	age = math.Abs(age)
	if age > 1 {
		age -= 2 * math.Floor(age/2)
		if age > 1 {
			age = 2 - age
		}
	}
	return age
}
