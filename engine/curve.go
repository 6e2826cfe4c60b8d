package engine

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"github.com/datamime/datamime/engine/civil"
)

// curve is a fitted function of the calendar, ready to be evaluated: the waves
// are summed into profiles over the phases, so that a value costs a handful of
// multiplications instead of one for each coefficient.
type curve struct {
	d     *design
	level []float64 // beside D_0, by column, of those that move slowly
	jump  []float64 // likewise of those that change from day to day
	drift float64   // slope that the bends carry, see row beyond the sample
	base  [7][]float64
	tilt  []tilt
	swing []float64 // cosine and sine of each of the design's cycles; nil: none
	beta  []float64 // the coefficients, where a fitted form is wanted
}

// tilt is a profile that is multiplied by a column of the unit.
type tilt struct {
	column  int
	weekend int // 0, 1: only on days of that kind; -1: always
	at      []float64
}

// newCurve tabulates the coefficients beta (see regression.size), behind which
// those of the design's cycles may stand.
func newCurve(d *design, beta []float64) *curve {
	p, q := len(d.cols), d.inner
	c := &curve{d: d, level: append([]float64(nil), beta[:p]...)}
	if size := p + q*len(d.waves); len(beta) > size {
		c.swing = beta[size:]
	}
	profile := func(col int) []float64 {
		at := make([]float64, d.cal.phases)
		for k, w := range d.waves {
			axpy(at, beta[p+k*q+col], w.at)
		}
		return at
	}
	for w := range c.base {
		c.base[w] = make([]float64, d.cal.phases)
	}
	find := map[[3]int]int{}
	for i := range q {
		col := d.cols[i]
		at := profile(i)
		switch col.kind {
		case one, weekend, weekday:
			for w := range c.base {
				if col.kind == one || col.kind == weekend && w >= 5 || col.kind == weekday && w == col.a {
					axpy(c.base[w], 1, at)
				}
			}
		case yearly:
			for off := range 2 {
				find[[3]int{col.a, col.b, off}] = len(c.tilt)
				c.tilt = append(c.tilt, tilt{i, off, append([]float64(nil), at...)})
			}
		case yearlyOff: // follows its yearly column in the design
			axpy(c.tilt[find[[3]int{col.a, col.b, 1}]].at, 1, at)
		default:
			c.tilt = append(c.tilt, tilt{i, -1, at})
		}
	}
	for i, col := range d.cols {
		if col.kind == bend && col.a%2 == 1 {
			// least-squares slope of √2·cos(jπa) on the unit-variance line
			c.drift -= beta[i] * math.Sqrt2 * 24 / (math.Pi * math.Pi * float64(col.a*col.a)) / math.Sqrt(12)
		}
	}
	if !d.cal.sub { // no noons to interpolate between
		c.tilt, c.base = nil, [7][]float64{}
		return c
	}
	for i, col := range d.cols {
		switch col.kind {
		case weekend, weekday, yearlyOff, holiday, holidayOwn:
			for len(c.jump) <= i {
				c.jump = append(c.jump, 0)
			}
			c.jump[i], c.level[i] = c.level[i], 0
		}
	}
	return c
}

// parts splits the level of a unit into what moves slowly and what may change
// from one day to the next.
func (c *curve) parts(day *dayRow) (smooth, abrupt float64) {
	return floats.Dot(c.level, day.row) + c.drift*day.beyond, floats.Dot(c.jump, day.row[:len(c.jump)])
}

// dayRow is what curves of one design need of a unit.
type dayRow struct {
	row     []float64
	weekday int
	beyond  float64 // the line's reach minus the line mirrored: 0 within the sample
}

func (d *design) dayRow(dst *dayRow, unit int64) {
	if dst.row == nil {
		dst.row = make([]float64, len(d.cols))
	}
	d.row(dst.row, unit)
	a := d.cal.almanac(unit)
	dst.weekday = a.acts
	dst.beyond = math.Sqrt(12) * (d.reach(a.age) - triangle(a.age))
}

// sheet is the calendar of a run of steps, shared by every curve of a design.
type sheet struct {
	d     *design
	rows  []dayRow // of the units from the one before the first to the one after the last
	unit  []int32  // [step]: index into rows
	phase []uint16 // [step]
	days  []sheetDay
	parts [][2]float64
	turns []float64 // [step][cycle]: cosine and sine
}

// sheetDay is the steps of a unit below a day.
type sheetDay struct {
	from, to int
	like     int // the first of those that every curve but for its cycles repeats; -1: none
}

// fill reads the calendar of count steps from step on.
func (s *sheet) fill(step int64, count int, z *civil.Zone) {
	s.unit, s.phase = slices.Grow(s.unit[:0], count), slices.Grow(s.phase[:0], count)
	var first, last int64
	pace := s.d.cal.pace()
	for i := 0; i < count; {
		unit, phase, same := s.d.cal.run(step+int64(i), z)
		if i == 0 {
			first = unit
		}
		last = unit
		for end := min(count, i+same); i < end; i++ {
			s.unit = append(s.unit, int32(unit-first)+1)
			s.phase = append(s.phase, uint16(phase))
			phase += pace
		}
	}
	n := int(last-first) + 3
	for len(s.rows) < n {
		s.rows = append(s.rows, dayRow{})
	}
	for i := range n {
		if !s.d.cal.sub && (i == 0 || i == n-1) {
			continue // no interpolation between noons
		}
		s.d.dayRow(&s.rows[i], first+int64(i)-1)
	}
	if len(s.parts) < n {
		s.parts = make([][2]float64, n)
	}
	if s.d.cal.sub {
		s.split()
	}
	s.turns = s.turns[:0]
	if len(s.d.cycles) == 0 {
		return
	}
	for i := range count {
		for _, f := range s.d.cycles {
			sin, cos := turn(f, step+int64(i))
			s.turns = append(s.turns, cos, sin)
		}
	}
}

// split finds the days, and which of them are like the one before: of short samples,
// whose designs know of no week and no year, all.
func (s *sheet) split() {
	weekly, drifts := s.d.has(weekday), s.d.has(bend)
	same := func(u int32) bool { // as the unit before
		a, b := &s.rows[u], &s.rows[u-1]
		return slices.Equal(a.row, b.row) && (!drifts || a.beyond == b.beyond) && (!weekly || a.weekday == b.weekday)
	}
	s.days = s.days[:0]
	for i := 0; i < len(s.unit); {
		u, j := s.unit[i], i+1
		for j < len(s.unit) && s.unit[j] == u {
			j++
		}
		day := sheetDay{i, j, -1}
		if n := len(s.days); n > 0 {
			last := s.days[n-1]
			follows := s.unit[last.from] == u-1 && j-i <= last.to-last.from && slices.Equal(s.phase[i:j], s.phase[last.from:last.from+j-i])
			if follows && same(u) && same(u-1) && same(u+1) { // noons on both sides tell, too
				day.like = last.from
			}
		}
		s.days = append(s.days, day)
		i = j
	}
}

// private is the sheet with scratch of its own, for use beside others.
func (s sheet) private() *sheet {
	s.parts = make([][2]float64, len(s.parts))
	return &s
}

// curve writes the values of a curve over the steps of the sheet.
func (s *sheet) curve(dst []float64, c *curve) {
	s.calendar(dst, c)
	if n := len(c.swing); n > 0 {
		for i := range dst {
			dst[i] += floats.Dot(c.swing, s.turns[i*n:(i+1)*n])
		}
	}
}

// calendar writes what a curve takes of the calendar.
func (s *sheet) calendar(dst []float64, c *curve) {
	if !s.d.cal.sub {
		for i, u := range s.unit {
			smooth, abrupt := c.parts(&s.rows[u])
			dst[i] = smooth + abrupt
		}
		return
	}
	units := int(s.unit[len(s.unit)-1]) + 2
	for u := range units {
		s.parts[u][0], s.parts[u][1] = c.parts(&s.rows[u])
	}
	grain := 1 / float64(s.d.cal.phases)
	for _, these := range s.days {
		i, j := these.from, these.to
		if these.like >= 0 {
			copy(dst[i:j], dst[these.like:])
			continue
		}
		u := s.unit[i]
		mid, before, after := s.parts[u][0], s.parts[u-1][0], s.parts[u+1][0]
		p := int(s.phase[i])
		even := int(s.phase[j-1])-p == j-1-i // every phase, as on most days
		level := mid + s.parts[u][1]
		day := &s.rows[u]
		base := c.base[day.weekday]
		for t := i; t < j; t++ {
			ph := s.phase[t]
			x := (float64(ph)+.5)*grain - .5
			d := after - mid
			if x < 0 {
				d = mid - before
			}
			dst[t] = level + base[ph] + x*d
		}
		off := int(indicator(day.weekday >= 5))
		for k := range c.tilt {
			l := &c.tilt[k]
			if l.weekend >= 0 && l.weekend != off {
				continue
			}
			w := day.row[l.column]
			if w == 0 {
				continue
			}
			if even {
				floats.AddScaled(dst[i:j], w, l.at[p:p+j-i])
				continue
			}
			for t := i; t < j; t++ {
				dst[t] += w * l.at[s.phase[t]]
			}
		}
	}
}

// scales writes the scales whose logarithms are a curve's values.
func (s *sheet) scales(dst []float64, c *curve) {
	s.curve(dst, c)
	if !s.d.cal.sub || len(c.swing) > 0 {
		scales(dst)
		return
	}
	for _, day := range s.days {
		if day.like >= 0 {
			copy(dst[day.from:day.to], dst[day.like:])
		} else {
			scales(dst[day.from:day.to])
		}
	}
}
