package engine

import (
	"math"
	"math/bits"
	"time"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/code"
)

// clockChange knows the hours that a civil clock skips when it is put forward.
// Times that were read on such a clock have no row there, and none is made.
type clockChange struct {
	loc  *time.Location // given; nil: by rule
	rule int            // of springRules, recognised
}

// springRule is when clocks go forward by an hour: on the nth Sunday of a
// month, 0 for the last, at an hour.
type springRule struct{ month, nth, hour int }

// springRules are those that most clocks follow: of the three zones of the
// European Union, of North America, of Australia, New Zealand and Chile.
var springRules = []springRule{{3, 0, 2}, {3, 0, 1}, {3, 0, 3}, {3, 2, 2}, {10, 1, 2}, {9, 0, 2}, {9, 1, 0}}

// day is the day of a year on which the clocks change.
func (s springRule) day(year int64) int64 {
	day, _ := recurrence{kind: onWeekday, month: s.month, day: 6, nth: s.nth}.on(year)
	return day
}

// skips tells whether a civil time never was; the zone is of the location that
// is told.
func (c *clockChange) skips(local int64, z *civil.Zone) bool {
	if c.loc != nil {
		return z.Local(z.Instant(local)) != local
	}
	s := springRules[c.rule]
	day := civil.FloorDiv(local, civil.MicrosPerDay)
	if civil.FloorDiv(local-day*civil.MicrosPerDay, civil.MicrosPerHour) != int64(s.hour) {
		return false
	}
	year, month, _, _ := civil.Date(day)
	return month == s.month && day == s.day(year)
}

// A rule is recognised by rows that are not there: the chance that the rows
// expected in its hours are all absent by themselves.
const skippedByChance = .02

// clockChanges learns the changes of the clock that the sample's civil times were
// read on: those of the location that is told, unless the sample has rows
// where it has none, else those of a rule whose hours lack every row.
func (f *fitter) clockChanges() {
	cal := f.m.cal
	if cal.Location != nil || !cal.sub || f.m.events != nil {
		return
	}
	if loc := f.o.Civil; loc != nil {
		if c := (&clockChange{loc: loc}); f.rowsIn(c, 0) == 0 {
			f.skip(c)
		}
		return
	}
	present := 0
	for _, row := range f.g.row {
		for _, w := range row {
			present += bits.OnesCount64(w)
		}
	}
	cells := 0
	for _, w := range f.observed {
		cells += bits.OnesCount64(w)
	}
	share := float64(present) / math.Max(1, float64(cells*len(f.g.row)))
	best, least := -1, skippedByChance
	for rule := range springRules {
		c := &clockChange{rule: rule}
		if f.rowsIn(c, 0) > 0 {
			continue
		}
		expected := min(f.rowsIn(c, -civil.MicrosPerDay), f.rowsIn(c, civil.MicrosPerDay))
		if chance := math.Pow(1-math.Min(share, 1), float64(expected)); expected > 0 && chance < least {
			best, least = rule, chance
		}
	}
	if best >= 0 {
		f.skip(&clockChange{rule: best})
	}
}

// rowsIn counts the rows so long after times that a clock skips.
func (f *fitter) rowsIn(c *clockChange, after int64) (count int) {
	c.skipped(f.m.cal, after, func(i int) {
		for _, row := range f.g.row {
			count += int(indicator(row.Has(i)))
		}
	})
	return count
}

// skipped visits the sample's steps so long after times that the clock skips;
// by a rule these are an hour of each year.
func (c *clockChange) skipped(cal *calendar, after int64, visit func(i int)) {
	z := civil.Zone{Location: c.loc}
	if c.loc != nil {
		for i := range cal.n {
			if c.skips(cal.At(int64(i))-after, &z) {
				visit(i)
			}
		}
		return
	}
	from, _, _, _ := civil.Date(civil.FloorDiv(cal.At(0), civil.MicrosPerDay))
	to, _, _, _ := civil.Date(civil.FloorDiv(cal.At(int64(cal.n)), civil.MicrosPerDay))
	s := springRules[c.rule]
	for year := from - 1; year <= to+1; year++ {
		start := s.day(year)*civil.MicrosPerDay + int64(s.hour)*civil.MicrosPerHour + after
		for i := max(0, cal.Ceil(start, &z)); i < int64(cal.n) && cal.At(i) < start+civil.MicrosPerHour; i++ {
			visit(int(i))
		}
	}
}

// skip makes what the clock skips unobserved: its rows are not missing.
func (f *fitter) skip(c *clockChange) {
	cal := f.m.cal
	cal.change = c
	c.skipped(cal, 0, func(i int) { f.observed[i>>6] &^= 1 << (i & 63) })
}

// mark makes absent the steps of a piece that the clock skips, in every series.
func (c *clockChange) mark(p *piece) {
	if c == nil {
		return
	}
	z := civil.Zone{Location: c.loc}
	for i, t := range p.time {
		if !c.skips(t, &z) {
			continue
		}
		for k := range p.absent {
			p.absent[k][i] = true
		}
	}
}

func (c *clockChange) code(k *code.Coder) {
	told := c.loc != nil
	if k.Bool(&told); !told {
		k.Integer(&c.rule, 0, len(springRules)-1)
		return
	}
	if k.Reading() {
		c.loc = time.UTC // which skips nothing, until its location is told
	}
}
