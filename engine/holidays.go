package engine

import (
	"slices"
	"sync"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/code"
)

// Holidays lists the days off of a year; it must be safe for concurrent use
// and give the same list for a year always.
type Holidays func(year int) []Holiday

// Holiday is a day off: its date in days since 1970-01-01, and its name, the
// same in every year.
type Holiday struct {
	Day  int64
	Name string
}

// daysOff is which days differ from others of their weekday: the holidays of a
// country, which are like Sundays but for what the sample says of them, or
// dates whose level the sample has shown to deviate year after year.
type daysOff struct {
	of      Holidays
	names   map[string]int // of the country's holidays with a column of their own, from 1
	learned []recurrence
	years   sync.Map // year -> map[int64]dayOff; a cache
}

// dayOff is what is special about a day.
type dayOff struct {
	sunday bool // it is like a Sunday
	group  int  // 1: of a country, or low; 2: high; 0: none
	own    int  // column of its own, from 1; 0: none
}

// maxNamed bounds the holidays that have a level of their own.
const maxNamed = 24

// on says what is special about a day since 1970-01-01; nil: nothing is
// special about any.
func (o *daysOff) on(day int64) dayOff {
	if o == nil {
		return dayOff{}
	}
	year, _, _, _ := civil.Date(day)
	days, ok := o.years.Load(year)
	if !ok {
		days, _ = o.years.LoadOrStore(year, o.list(year))
	}
	return days.(map[int64]dayOff)[day]
}

func (o *daysOff) list(year int64) map[int64]dayOff {
	days := map[int64]dayOff{}
	if o.of != nil {
		for y := year - 1; y <= year+1; y++ { // one that is moved may change years
			for _, h := range o.of(int(y)) {
				days[h.Day] = dayOff{sunday: true, group: 1, own: o.names[h.Name]}
			}
		}
	}
	for i, r := range o.learned {
		if day, ok := r.on(year); ok {
			days[day] = dayOff{group: r.group, own: i + 1}
		}
	}
	return days
}

// named gives the holidays that the sample has seen at least twice columns of
// their own.
func (o *daysOff) named(first, last int64) {
	from, _, _, _ := civil.Date(first)
	to, _, _, _ := civil.Date(last)
	count := map[string]int{}
	var names []string
	for year := from; year <= to; year++ {
		for _, h := range o.of(int(year)) {
			if h.Day < first || h.Day > last {
				continue
			}
			if count[h.Name]++; count[h.Name] == 2 && len(names) < maxNamed {
				names = append(names, h.Name)
			}
		}
	}
	slices.Sort(names)
	o.names = map[string]int{}
	for i, name := range names {
		o.names[name] = i + 1
	}
}

// holidayColumns are the columns of the groups of days, and those of days by
// themselves, for a design with or without shapes by phase.
func (c *calendar) holidayColumns() (groups, own []column) {
	o := c.off
	if o == nil || c.day <= .5 {
		return nil, nil
	}
	group := func(g int) {
		groups = append(groups, column{kind: holiday, a: g, level: .1, shape: .1})
	}
	switch {
	case o.of != nil:
		group(1)
		for range o.names {
			own = append(own, column{kind: holidayOwn, a: len(own) + 1, level: 1})
		}
	case len(o.learned) > 0:
		for g := 1; g <= 2; g++ {
			if slices.ContainsFunc(o.learned, func(r recurrence) bool { return r.group == g }) {
				group(g)
			}
		}
		for i := range o.learned {
			own = append(own, column{kind: holidayOwn, a: i + 1, level: .1})
		}
	}
	return groups, own
}

// codeDaysOff codes the rules that were learned, or the names of a country's
// holidays that have columns; which days those are, their country knows.
func codeDaysOff(c *code.Coder, o **daysOff) {
	special := *o != nil
	if c.Bool(&special); !special {
		return
	}
	if c.Reading() {
		*o = &daysOff{names: map[string]int{}}
	}
	d := *o
	n := c.Count(len(d.learned))
	if c.Reading() && n > 0 {
		d.learned = make([]recurrence, min(n, recurringDays))
	}
	for i := range d.learned {
		d.learned[i].code(c)
	}
	names := make([]string, c.Count(len(d.names)))
	for name, i := range d.names {
		names[i-1] = name
	}
	for i := range names {
		c.Text(&names[i])
		d.names[names[i]] = i + 1
	}
	if n > recurringDays || len(names) > maxNamed {
		c.Fail()
	}
}
