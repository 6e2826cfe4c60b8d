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
func newDesign(cal *calendar) *design {
	d := &design{cal: cal}
	days := 0.
	if cal.day > 0 {
		days = float64(cal.n) / cal.day
	}
	weeks := cal.sub || cal.daily || cal.day > .5
	years, harmonics := cal.years(), 0
	if years >= .7 && cal.year >= 2 {
		harmonics = 3
		if years >= 1.7 {
			harmonics = 4
		}
		if cal.day == 0 {
			harmonics = 6
		}
		harmonics = min(harmonics, int(cal.year/2))
	}
	each := func(count int, f func(k, b int)) {
		for k := 1; k <= count; k++ {
			f(k, 0)
			f(k, 1)
		}
	}
	d.cols = append(d.cols, column{kind: one, level: 1e-9, shape: .02})
	if weeks && days >= 10 {
		d.cols = append(d.cols, column{kind: weekend, level: .1, shape: .1})
		for w := range 7 {
			c := column{kind: weekday, a: w, level: 1}
			if days >= 40 {
				c.shape = 1
			}
			d.cols = append(d.cols, c)
		}
	}
	groups, own := cal.holidayColumns()
	d.cols = append(d.cols, groups...)
	each(min(3, harmonics), func(k, b int) {
		d.cols = append(d.cols, column{kind: yearly, a: k, b: b, level: yearWeight(cal, k), shape: .3 * float64(k*k)})
	})
	if cal.sub && harmonics > 0 {
		each(1, func(k, b int) {
			d.cols = append(d.cols, column{kind: yearlyOff, a: k, b: b, level: 1, shape: 1})
		})
	}
	trends := days >= 10 || cal.day <= .5 && cal.n >= 4
	if trends {
		d.cols = append(d.cols, column{kind: line, level: .3, shape: 1, trend: true})
	}
	d.inner = len(d.cols)
	d.cols = append(d.cols, own...)
	for k := 4; k <= harmonics; k++ {
		for b := range 2 {
			d.cols = append(d.cols, column{kind: yearly, a: k, b: b, level: yearWeight(cal, k)})
		}
	}
	if weeks && !cal.sub && harmonics > 0 {
		each(2, func(k, b int) {
			for w := range 7 {
				d.cols = append(d.cols, column{kind: yearlyDay, a: k, b: b, c: w, level: 2 * float64(k*k)})
			}
		})
	}
	if trends {
		bends := max(1, min(60, 2*cal.n/(3*max(1, cal.gap))))
		for j := 1; j <= bends; j++ {
			d.cols = append(d.cols, column{kind: bend, a: j, level: float64(j*j)/9 + .1, trend: true})
		}
		if years >= 2 {
			each(harmonics, func(k, b int) {
				d.cols = append(d.cols, column{kind: lineYear, a: k, b: b, level: float64(k), trend: true})
			})
		}
		if cal.day == 0 && years > 8 {
			for q := 2; q <= 3; q++ {
				each(harmonics, func(k, b int) {
					d.cols = append(d.cols, column{kind: bendYear, a: k, b: b, c: q, level: 3 * float64(q), trend: true})
				})
			}
		}
	}
	d.addWaves()
	return d
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
