package engine

import "math"

// A design lists the columns of the location and scale models. Every column
// is a function of the unit (the day, or the step of daily and longer data)
// times a function of the phase within it:
//
//	x(t) ≈ Σ_j D_j(phase(t)) Σ_c A_c(unit(t)) β_jc
//
// with D_0 = 1 and D_j the harmonics of the day. The same columns A serve
// every j, so that over whole days the normal equations fall apart into one
// small system for each j: that makes a fit cheap.
type design struct {
	cal   *calendar
	cols  []column // those that also multiply harmonics of the day come first
	inner int      // number of those
	drift int      // bends among them, that the profile of the day follows
	waves []wave
	basis []float64 // the waves by [phase][wave]
	// Frequencies of cycles that are none of the calendar's, in cycles a step;
	// regressions leave them to cycles.go.
	cycles []float64
}

// wave is one within-day function D_j, tabulated by phase.
type wave struct {
	at     []float64
	norm   float64 // mean square over the phases
	weight float64 // relative penalty, rising with the frequency
}

type columnKind uint8

const (
	one columnKind = iota
	weekend
	weekday    // a: which
	yearly     // a: harmonic, b: 0 cosine, 1 sine
	yearlyOff  // yearly on weekends only
	yearlyDay  // yearly on one weekday c only
	line       // the age of the sample, centred
	bend       // cosine over the age, a: half periods
	lineYear   // line x yearly
	bendYear   // bend c x yearly
	holiday    // days off of the group a
	holidayOwn // those of one name or rule, a: which
)

type column struct {
	kind    columnKind
	a, b, c int
	level   float64 // penalty weight beside D_0; 0: not used there
	shape   float64 // penalty weight beside the other waves; 0: not used
	trend   bool    // penalised with the trend's lambda
}

// newDesign follows the recipe that was measured on the development sets (see
// doc.go); the weights say how much rarer a large coefficient of a column is.
func newDesign(cal *calendar, drift int) *design {
	d, s := &design{cal: cal, drift: drift}, shownBy(cal)
	groups, own := cal.holidayColumns()
	d.add(column{kind: one, level: 1e-9, shape: .02})
	d.addWeek(s)
	d.add(groups...)
	d.addYear(s)
	if s.trends {
		d.add(column{kind: line, level: .3, shape: 1, trend: true})
	}
	for j := 1; j <= d.drift; j++ {
		c := bendOf(j)
		c.shape = driftShape * c.level
		d.add(c)
	}
	d.inner = len(d.cols)
	d.add(own...)
	d.addLevelsOfYear(s)
	if s.trends {
		d.addBends(s)
	}
	d.addWaves()
	return d
}

// shown is what a sample is long enough to show.
type shown struct {
	days, years   float64
	weeks, trends bool
	harmonics     int // of the year
}

func shownBy(cal *calendar) (s shown) {
	if cal.day > 0 {
		s.days = float64(cal.n) / cal.day
	}
	s.weeks = cal.sub || cal.daily || cal.day > .5
	s.trends = s.days >= 10 || !cal.sub && cal.n >= leastTelling
	if s.years = cal.years(); s.years >= .7 && cal.year >= 2 {
		s.harmonics = 3
		if s.years >= 1.7 {
			s.harmonics = 4
		}
		if cal.day == 0 {
			s.harmonics = 6
		}
		s.harmonics = min(s.harmonics, int(cal.year/2))
	}
	return s
}

func (d *design) add(c ...column) { d.cols = append(d.cols, c...) }

// addHarmonics adds the columns of the cosine and the sine of the harmonics from..to.
func (d *design) addHarmonics(from, to int, of func(k, b int) column) {
	for k := from; k <= to; k++ {
		d.add(of(k, 0))
		d.add(of(k, 1))
	}
}

func (d *design) addWeek(s shown) {
	if !s.weeks || s.days < 10 {
		return
	}
	d.add(column{kind: weekend, level: .1, shape: .1})
	for w := range 7 {
		c := column{kind: weekday, a: w, level: 1}
		if s.days >= 40 {
			c.shape = 1
		}
		d.add(c)
	}
}

// addYear adds what turns with the year, the profile of the day too.
func (d *design) addYear(s shown) {
	d.addHarmonics(1, min(3, s.harmonics), func(k, b int) column {
		return column{kind: yearly, a: k, b: b, level: yearWeight(d.cal, k), shape: .3 * float64(k*k)}
	})
	if d.cal.sub && s.harmonics > 0 {
		d.addHarmonics(1, 1, func(k, b int) column {
			return column{kind: yearlyOff, a: k, b: b, level: 1, shape: 1}
		})
	}
}

// addLevelsOfYear adds what the level alone does with the year.
func (d *design) addLevelsOfYear(s shown) {
	d.addHarmonics(4, s.harmonics, func(k, b int) column {
		return column{kind: yearly, a: k, b: b, level: yearWeight(d.cal, k)}
	})
	if s.weeks && !d.cal.sub && s.harmonics > 0 {
		for k := 1; k <= 2; k++ {
			for b := range 2 {
				for w := range 7 {
					d.add(column{kind: yearlyDay, a: k, b: b, c: w, level: 2 * float64(k*k)})
				}
			}
		}
	}
}

// has tells whether a design has columns of a kind.
func (d *design) has(kind columnKind) bool {
	for i := range d.cols {
		if d.cols[i].kind == kind {
			return true
		}
	}
	return false
}

// mostBends is how many bends a level has at most.
const mostBends = 60

// bendsWithin is how many bends, at most so many, a history tells of: the n/j steps
// of bend j are one and a half times the longest stretch unobserved inside, or more.
func bendsWithin(cal *calendar, most int) int {
	return min(most, 2*cal.n/(3*max(1, cal.gap)))
}

// addBends adds how the level wanders, and how the year's season changes with it.
func (d *design) addBends(s shown) {
	cal := d.cal
	bends := max(1, bendsWithin(cal, mostBends))
	for j := d.drift + 1; j <= bends; j++ {
		d.add(bendOf(j))
	}
	if s.years >= 2 {
		d.addHarmonics(1, s.harmonics, func(k, b int) column {
			return column{kind: lineYear, a: k, b: b, level: float64(k), trend: true}
		})
	}
	if cal.day == 0 && s.years > 8 {
		for q := 2; q <= 3; q++ {
			d.addHarmonics(1, s.harmonics, func(k, b int) column {
				return column{kind: bendYear, a: k, b: b, c: q, level: 3 * float64(q), trend: true}
			})
		}
	}
}

func bendOf(j int) column {
	return column{kind: bend, a: j, level: float64(j*j)/9 + .1, trend: true}
}

func yearWeight(cal *calendar, k int) float64 {
	if cal.day == 0 {
		return .02
	}
	return .1 * float64(k*k)
}

// mostWaves are harmonics of the day: all of hourly data's; what is switched
// at a time of the day needs as many at finer steps. With 12 on a simulated
// half-hourly demand with off-peak heating: 1.22 instead of 1.15.
const mostWaves = 24

func (d *design) addWaves() {
	if !d.cal.sub {
		return
	}
	for k := 1; k <= min(mostWaves, d.cal.season/2); k++ {
		for b := range 2 {
			w := wave{at: make([]float64, d.cal.phases), weight: 1 + float64(k*k)/16}
			for p := range w.at {
				w.at[p] = harmonic(d.cal.fraction(p), k, b)
				w.norm += w.at[p] * w.at[p] / float64(len(w.at))
			}
			if w.norm > 1e-9 { // the sine of half the phases vanishes
				d.waves = append(d.waves, w)
			}
		}
	}
	for p := range d.cal.phases {
		for _, w := range d.waves {
			d.basis = append(d.basis, w.at[p])
		}
	}
}

// harmonic is cos 2πkx, or with b = 1 the sine.
func harmonic(x float64, k, b int) float64 {
	if b == 0 {
		return math.Cos(2 * math.Pi * float64(k) * x)
	}
	return math.Sin(2 * math.Pi * float64(k) * x)
}

// seasonal is the design without the trend's columns, and without those of
// single days: what is left of two or three of them says nothing of a scale.
func (d *design) seasonal() *design {
	s := &design{cal: d.cal, waves: d.waves, basis: d.basis}
	for i, c := range d.cols {
		if !c.trend && c.kind != holidayOwn {
			s.cols = append(s.cols, c)
			if i < d.inner {
				s.inner++
			}
		}
	}
	return s
}

// row writes the columns of a unit; len(dst) == len(d.cols).
func (d *design) row(dst []float64, unit int64) {
	a := d.cal.almanac(unit)
	age := triangle(a.age)
	straight := math.Sqrt(12) * (d.reach(a.age) - .5)
	var year [16]float64
	s1, c1 := math.Sincos(2 * math.Pi * a.year)
	year[0] = 1
	for k := 1; k < 8; k++ {
		year[2*k] = year[2*k-2]*c1 - year[2*k-1]*s1
		year[2*k+1] = year[2*k-1]*c1 + year[2*k-2]*s1
	}
	ct := math.Cos(math.Pi * age)
	prev, cur := 1., ct // Chebyshev's recurrence for cos jπ·age
	for i := range d.cols {
		switch c := &d.cols[i]; c.kind {
		case one:
			dst[i] = 1
		case weekend:
			dst[i] = a.weekend
		case weekday:
			dst[i] = indicator(a.acts == c.a)
		case holiday:
			dst[i] = indicator(a.off.group == c.a)
		case holidayOwn:
			dst[i] = indicator(a.off.own == c.a)
		case yearly:
			dst[i] = year[2*c.a+c.b]
		case yearlyOff:
			dst[i] = year[2*c.a+c.b] * a.weekend
		case yearlyDay:
			dst[i] = year[2*c.a+c.b] * indicator(a.acts == c.c)
		case line:
			dst[i] = straight
		case bend: // in ascending order, see newDesign
			if c.a > 1 {
				prev, cur = cur, 2*ct*cur-prev
			}
			dst[i] = math.Sqrt2 * cur
		case lineYear:
			dst[i] = straight * year[2*c.a+c.b]
		case bendYear:
			dst[i] = math.Cos(math.Pi*float64(c.c)*age) * year[2*c.a+c.b]
		}
	}
}

// reach is the age that the trend's line keeps beyond the sample: that of the
// nearer end. About a year of history cannot tell a trend from the season, and
// a line that stayed where it ended would carry the season's end on for good:
// there it goes back to the middle within weeks.
func (d *design) reach(age float64) float64 {
	const back = 1. / 12 // years
	end := math.Min(1, math.Max(0, age))
	if years := d.cal.years(); end != age && years >= .7 && years < 1.7 && d.cal.Frequency.Months == 0 {
		return .5 + (end-.5)*math.Exp(-math.Abs(age-end)*years/back)
	}
	return end
}

func indicator(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
