package sqlfuncs

import (
	"encoding/binary"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/sqlfuncs/pgtypes"
)

// A moment is a time taken apart on the clock that the model reads.
type moment struct {
	year                     int64
	month, day, hour, minute int
	weekday                  int // ISO: Monday is 1
	days                     int64
	us                       int64 // civil microseconds since 1970
}

func momentOf(us int64, loc *time.Location) moment {
	if loc != nil {
		_, offset := time.UnixMicro(us).In(loc).Zone()
		us += int64(offset) * civil.MicrosPerSecond
	}
	m := moment{us: us, days: civil.FloorDiv(us, civil.MicrosPerDay)}
	m.year, m.month, m.day, _ = civil.Date(m.days)
	clock := us - m.days*civil.MicrosPerDay
	m.hour = int(clock / (3600 * civil.MicrosPerSecond))
	m.minute = int(clock / (60 * civil.MicrosPerSecond) % 60)
	m.weekday = int(((m.days+3)%7+7)%7) + 1
	return m
}

// A feature is something that a calendar tells of a moment, as a number.
type feature struct {
	name  string
	key   func(m moment) int64
	time  bool // key is a time, in microseconds
	cycle bool // the keys come back, so that whatever hangs on them does too
}

// features are looked through in this order; the first that a column hangs on
// without exception is followed.
var features = []feature{
	{name: "year", key: func(m moment) int64 { return m.year }},
	{name: "month", key: func(m moment) int64 { return int64(m.month) }, cycle: true},
	{name: "hour", key: func(m moment) int64 { return int64(m.hour) }, cycle: true},
	{name: "isodow", key: func(m moment) int64 { return int64(m.weekday) }, cycle: true},
	{name: "dow", key: func(m moment) int64 { return int64(m.weekday % 7) }},
	{name: "day", key: func(m moment) int64 { return int64(m.day) }},
	{name: "minute", key: func(m moment) int64 { return int64(m.minute) }},
	{name: "quarter", key: func(m moment) int64 { return int64(m.month+2) / 3 }},
	{name: "doy", key: func(m moment) int64 { return int64(time.UnixMicro(m.us).UTC().YearDay()) }},
	{name: "week", key: func(m moment) int64 { _, w := time.UnixMicro(m.us).UTC().ISOWeek(); return int64(w) }},
	{name: "isoyear", key: func(m moment) int64 { y, _ := time.UnixMicro(m.us).UTC().ISOWeek(); return int64(y) }},
	{name: "yyyymm", key: func(m moment) int64 { return m.year*100 + int64(m.month) }},
	{name: "yyyymmdd", key: func(m moment) int64 { return m.year*10000 + int64(m.month)*100 + int64(m.day) }},
	{name: "date", key: func(m moment) int64 { return m.days * civil.MicrosPerDay }, time: true},
	{name: "start of hour", key: func(m moment) int64 { return m.us - m.us%(3600*civil.MicrosPerSecond) }, time: true},
	{name: "start of week", key: func(m moment) int64 { return (m.days - int64(m.weekday) + 1) * civil.MicrosPerDay }, time: true},
	{name: "start of month", key: func(m moment) int64 { return (m.days - int64(m.day) + 1) * civil.MicrosPerDay }, time: true},
	{name: "start of year", key: func(m moment) int64 { return time.Date(int(m.year), 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro() }, time: true},
	{name: "hour of the week", key: func(m moment) int64 { return int64(m.weekday*24 + m.hour) }, cycle: true},
}

// layouts are the forms in which a text may hold a time.
var layouts = []string{"2006-01-02", "2006-01", "2006-01-02 15:04:05", "02/01/2006", "01/02/2006", "01/2006", "2006-01-02T15:04:05", "2006/01/02"}

// A calendarRule makes a column that hangs on the calendar.
type calendarRule struct {
	feature *feature
	form    func(key int64) []byte // the value of a key, as read; nil: only keys that the source has
	cells   map[int64]int32        // codes of the keys in the source

	number int   // of the form among those of the feature, or
	months int   // the distance in months, and
	rest   int64 // in microseconds
}

// calendarRule finds what the attribute hangs on in the calendar, nil for
// nothing.
func (a *attribute) calendarRule(loc *time.Location) *calendarRule {
	if rule := a.monthsRule(loc); rule != nil {
		return rule
	}
	for i := range features {
		f := &features[i]
		forms := a.formsFor(f)
		if len(forms) == 0 && !f.cycle {
			continue
		}
		cells, visited := a.cellsOf(f, loc)
		if cells == nil {
			continue
		}
		for n, form := range forms {
			if a.isForm(form, cells) {
				return &calendarRule{feature: f, form: form, cells: cells, number: n}
			}
		}
		if f.cycle && visited && len(a.dict.values) > 1 {
			return &calendarRule{feature: f, cells: cells}
		}
	}
	return nil
}

// monthsRule finds a time at a constant distance in months, and days: the end
// of a month whose start is the time.
func (a *attribute) monthsRule(loc *time.Location) *calendarRule {
	if base := a.column.base; base != pgtypes.Date && base != pgtypes.Timestamp || a.codes[0] == null {
		return nil
	}
	at, ok := pgtypes.ReadTime(a.column.base, []byte(a.dict.values[a.codes[0]]))
	if !ok {
		return nil
	}
	start, end := momentOf(a.h.times[0], loc), momentOf(at, nil)
	between := int((end.year-start.year)*12) + end.month - start.month
	for months := between; months <= between+1; months++ {
		rule := a.monthsAway(months, at-plusMonths(start.us, months))
		if months != 0 && a.isRule(rule, loc) {
			return rule
		}
	}
	return nil
}

// inMonths is the feature of times at a distance in months.
const inMonths = "months"

// monthsAway is the rule of times at a distance in months and microseconds.
func (a *attribute) monthsAway(months int, rest int64) *calendarRule {
	return &calendarRule{
		feature: &feature{name: inMonths, key: func(m moment) int64 { return m.us }, time: true},
		form: func(k int64) []byte {
			return pgtypes.AppendTimeBinary(nil, a.column.base, plusMonths(k, months)+rest)
		},
		cells: map[int64]int32{}, months: months, rest: rest,
	}
}

// ruleNamed is the rule that a feature and what goes with it in calendarRule
// stand for, nil for none.
func (a *attribute) ruleNamed(name string, number uint64, months, rest int64) *calendarRule {
	const mostMonths = 12 * 10_000
	if name == inMonths {
		if base := a.column.base; base != pgtypes.Date && base != pgtypes.Timestamp || max(months, -months) > mostMonths || max(rest, -rest) > pgtypes.Latest/4 {
			return nil
		}
		return a.monthsAway(int(months), rest)
	}
	f := featureNamed(name)
	if f == nil {
		return nil
	}
	forms := a.formsFor(f)
	if number >= uint64(len(forms)) {
		return nil
	}
	return &calendarRule{feature: f, form: forms[number], cells: map[int64]int32{}, number: int(number)}
}

// featureNamed is the feature of a name, nil for none.
func featureNamed(name string) *feature {
	i := slices.IndexFunc(features, func(f feature) bool { return f.name == name })
	if i < 0 {
		return nil
	}
	return &features[i]
}

// plusMonths moves a civil time by months; a day that the month does not have
// becomes its last.
func plusMonths(us int64, months int) int64 {
	m := momentOf(us, nil)
	month := m.year*12 + int64(m.month) - 1 + int64(months)
	first := time.Date(int(civil.FloorDiv(month, 12)), time.Month(month-12*civil.FloorDiv(month, 12)+1), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.UnixMicro() + int64(min(m.day, last)-1)*civil.MicrosPerDay + us - m.days*civil.MicrosPerDay
}

// isRule tells whether every row has the rule's form.
func (a *attribute) isRule(rule *calendarRule, loc *time.Location) bool {
	for i, us := range a.h.times {
		if c := a.codes[i]; c == null || string(rule.form(rule.feature.key(momentOf(us, loc)))) != a.dict.values[c] {
			return false
		}
	}
	return true
}

// surely is how many keys must have come back with their own code, of keys that
// all have different ones, before the others are believed: of seven days' names
// three come back so by chance once in 343.
const surely = 3

// cellsOf maps each key of a feature to the one code that goes with it, nil
// when some goes with two. visited: each key was seen on two days at least, or
// some of them were and no two keys share a code, so that it is no chance.
func (a *attribute) cellsOf(f *feature, loc *time.Location) (cells map[int64]int32, visited bool) {
	cells = map[int64]int32{}
	firstDay, again := map[int64]int64{}, map[int64]bool{}
	for i, us := range a.h.times {
		m := momentOf(us, loc)
		k := f.key(m)
		c, ok := cells[k]
		switch {
		case !ok:
			cells[k], firstDay[k] = a.codes[i], m.days
		case c != a.codes[i]:
			return nil, false
		case firstDay[k] != m.days:
			again[k] = true
		}
	}
	codes := map[int32]bool{}
	for _, c := range cells {
		codes[c] = true
	}
	return cells, len(again) == len(cells) || len(again) >= surely && len(codes) == len(cells)
}

// isForm tells whether every key's value is its form.
func (a *attribute) isForm(form func(int64) []byte, cells map[int64]int32) bool {
	for k, c := range cells {
		if c == null || string(form(k)) != a.dict.values[c] {
			return false
		}
	}
	return true
}

// formsFor are the ways in which the attribute's type can show the keys of a
// feature.
func (a *attribute) formsFor(f *feature) []func(int64) []byte {
	base := a.column.base
	switch {
	case a.column.isTime():
		if f.time && (base == pgtypes.Date || base == pgtypes.Timestamp) {
			return []func(int64) []byte{func(k int64) []byte { return pgtypes.AppendTimeBinary(nil, base, k) }}
		}
	case a.column.isText():
		if !f.time {
			return []func(int64) []byte{
				func(k int64) []byte { return strconv.AppendInt(nil, k, 10) },
				func(k int64) []byte { return pgtypes.AppendPadded(nil, k, 2) },
			}
		}
		var forms []func(int64) []byte
		for _, l := range layouts {
			forms = append(forms, func(k int64) []byte { return time.UnixMicro(k).UTC().AppendFormat(nil, l) })
		}
		return forms
	case f.time:
	case base == pgtypes.Int2, base == pgtypes.Int4, base == pgtypes.Int8:
		return []func(int64) []byte{func(k int64) []byte { return pgtypes.AppendIntBinary(nil, base, k) }}
	case base == pgtypes.Numeric:
		return []func(int64) []byte{func(k int64) []byte { return pgtypes.AppendNumericBinary(nil, float64(k), 0) }}
	case base == pgtypes.Float8:
		return []func(int64) []byte{func(k int64) []byte { return binary.BigEndian.AppendUint64(nil, math.Float64bits(float64(k))) }}
	}
	return nil
}

// A calendarMaker makes a column by a rule; keys that the source does not have
// get their form, or the value of the source's row that the row is most like.
type calendarMaker struct {
	rule   *calendarRule
	of     *column
	loc    *time.Location
	donor  []int32 // per row of the source; for keys without a form
	out    codeColumn
	lastUS int64
	last   int32
	any    bool
}

func (g *generator) newCalendarMaker(a *attribute, rule *calendarRule) *calendarMaker {
	m := &calendarMaker{rule: rule, of: a.column, loc: g.request.location, donor: a.codes}
	m.out.text, m.out.binary = forms(a.column, a.dict.values, g.set.location)
	if rule.form != nil {
		// More values come: these slices are this column's own from here on.
		m.out.text = append([]string(nil), m.out.text...)
		m.out.binary = append([]string(nil), m.out.binary...)
	}
	return m
}

func (m *calendarMaker) column(g *generator, n int) Column {
	m.out.codes = m.out.codes[:0]
	for i, us := range g.rows.Time[:n] {
		if !m.any || us != m.lastUS {
			m.last, m.any, m.lastUS = m.code(g, us), true, us
		}
		c := m.last
		if c == unseen {
			c = null
			if row := g.donors[i]; row >= 0 {
				c = m.donor[row]
			}
		}
		m.out.codes = append(m.out.codes, c)
	}
	return &m.out
}

// code returns the code for a time; unseen where only the donor can tell.
func (m *calendarMaker) code(g *generator, us int64) int32 {
	k := m.rule.feature.key(momentOf(us, m.loc))
	if c, ok := m.rule.cells[k]; ok {
		return c
	}
	if m.rule.form == nil {
		return unseen
	}
	raw := m.rule.form(k)
	text, binary := forms(m.of, []string{string(raw)}, g.set.location)
	c := int32(len(m.out.text))
	m.out.text = append(m.out.text, text[0])
	m.out.binary = append(m.out.binary, binary...)
	m.rule.cells[k] = c
	return c
}
