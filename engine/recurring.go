package engine

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/code"
	"github.com/datamime/datamime/engine/internal/random"
	"github.com/datamime/datamime/engine/internal/stat"
	"github.com/datamime/datamime/engine/internal/work"
)

// recurrence is a rule for a day of every year.
type recurrence struct {
	kind  recurrenceKind
	month int // of a date, or of a weekday in a month
	day   int // of the month; from Easter; the weekday
	nth   int // of the weekday in the month, 0: the last
	group int // 1: low, 2: high
}

type recurrenceKind uint8

const (
	onDate recurrenceKind = iota
	fromEaster
	onWeekday
)

// on is the rule's day in a year; false where the year has none.
func (r recurrence) on(year int64) (int64, bool) {
	switch r.kind {
	case fromEaster:
		return easter(year) + int64(r.day), true
	case onWeekday:
		if r.nth == 0 {
			end := civil.DayNumber(year+int64(r.month/12), r.month%12+1, 1) - 1
			return end - civil.FloorMod(end+3-int64(r.day), 7), true
		}
		start := civil.DayNumber(year, r.month, 1)
		return start + civil.FloorMod(int64(r.day)-start-3, 7) + 7*int64(r.nth-1), r.nth < 5
	}
	d := civil.DayNumber(year, r.month, r.day)
	_, month, _, _ := civil.Date(d)
	return d, month == r.month
}

// easter is the day of Easter Sunday of the Gregorian calendar (Meeus 1991,
// Astronomical Algorithms, chapter 8).
func easter(year int64) int64 {
	a, b, c := year%19, year/100, year%100
	d, e, f := b/4, b%4, (b+8)/25
	g := (b - f + 1) / 3
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return civil.DayNumber(year, int(n/31), int(n%31)+1)
}

func (r *recurrence) code(c *code.Coder) {
	kind := int(r.kind)
	c.Integer(&kind, 0, int(onWeekday))
	r.kind = recurrenceKind(kind)
	if r.kind != fromEaster {
		c.Integer(&r.month, 1, 12)
	}
	c.Integer(&r.day, -maxFromEaster, maxFromEaster)
	c.Integer(&r.nth, 0, 4)
	c.Integer(&r.group, 1, 2)
}

const (
	recurringDays   = 40   // rules at most
	recurringError  = .05  // chance of any false one
	recurringSeries = 8    // series that they are learned on
	neighbourhood   = 3    // days to either side that a day is held against
	leastRecurring  = 2    // years that a rule is seen in
	leastDeviation  = 1.   // standard deviation of days that a rule is worth
	maxFromEaster   = 60   // days, Trinity Sunday and Corpus Christi among them
	longHistory     = 1.05 // years, from which on a date comes twice
)

// recurringRules are all that are tried.
func recurringRules() (rules []recurrence) {
	for month := 1; month <= 12; month++ {
		for day := 1; day <= 31; day++ {
			rules = append(rules, recurrence{kind: onDate, month: month, day: day})
		}
		for day := range 7 {
			for nth := range 5 {
				rules = append(rules, recurrence{kind: onWeekday, month: month, day: day, nth: nth})
			}
		}
	}
	for day := -maxFromEaster + 10; day <= maxFromEaster; day++ {
		rules = append(rules, recurrence{kind: fromEaster, day: day})
	}
	return rules
}

// learnRecurring finds the days of the year whose level deviates from the days
// about them in every year, so much that of days without a rule one search in
// twenty finds any. level[i] is the deviation of the day first+i from what is
// expected of it; missing where it is not known.
func learnRecurring(first int64, level []float64) (found []recurrence) {
	dev := fromNeighbours(level)
	_, sd := moments(dev)
	// Ranks take heavy tails out of the test: of any distribution the sum of
	// n scores is normal with the variance n.
	z := slices.Clone(dev)
	rankScores(z, stat.Rank(z, nil), nil, random.Draw(random.ForTies, 0), nil)
	rules := recurringRules()
	limit := distuv.UnitNormal.Quantile(1 - recurringError/2/float64(len(rules)))
	for len(found) < recurringDays {
		best, most := recurrence{}, limit
		var days []int
		for _, r := range rules {
			at := r.known(first, z)
			sum, size := 0., 0.
			for _, i := range at {
				sum += z[i]
				size += dev[i]
			}
			n := float64(len(at))
			if len(at) < leastRecurring || math.Abs(size/n) < leastDeviation*sd {
				continue
			}
			if t := math.Abs(sum) / math.Sqrt(n); t > most && sameSign(z, at) {
				best, most, days = r, t, at
				best.group = 1 + int(indicator(sum > 0))
			}
		}
		if days == nil {
			break
		}
		found = append(found, best)
		for _, i := range days { // explained
			z[i] = stat.Missing()
		}
	}
	slices.SortFunc(found, func(a, b recurrence) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.month, b.month), cmp.Compare(a.day, b.day), cmp.Compare(a.nth, b.nth))
	})
	return found
}

// fromNeighbours is how far each level is from the median of those about it.
func fromNeighbours(level []float64) []float64 {
	dev := make([]float64, len(level))
	for i := range level {
		var near []float64
		for j := max(0, i-neighbourhood); j <= min(len(level)-1, i+neighbourhood); j++ {
			if j != i && !stat.IsMissing(level[j]) {
				near = append(near, level[j])
			}
		}
		dev[i] = stat.Missing()
		if len(near) > 0 {
			slices.Sort(near)
			dev[i] = level[i] - stat.Quantile(near, .5)
		}
	}
	return dev
}

// known are the places of the rule's days in z, whose first day is given, that are
// not missing.
func (r recurrence) known(first int64, z []float64) (at []int) {
	from, _, _, _ := civil.Date(first)
	to, _, _, _ := civil.Date(first + int64(len(z)))
	for year := from; year <= to; year++ {
		d, ok := r.on(year)
		if i := d - first; ok && i >= 0 && i < int64(len(z)) && !stat.IsMissing(z[i]) {
			at = append(at, int(i))
		}
	}
	return at
}

func sameSign(z []float64, at []int) bool {
	for _, i := range at {
		if z[i]*z[at[0]] <= 0 {
			return false
		}
	}
	return true
}

// recurringChunk is how many steps' calendar is held at once.
const recurringChunk = 1 << 12

// recurs learns the recurring days of the sample, where nothing else was said
// of holidays; false when there are none. The sides are those of the pooled
// series.
func (f *fitter) recurs(fac *factor, sides []*normalSide) bool {
	cal := f.m.cal
	if f.o.NoHolidays || f.o.Holidays != nil || cal.day <= .5 || cal.years() < longHistory {
		return false
	}
	z := civil.Zone{Location: cal.Location}
	day := func(unit int64) int64 {
		if cal.sub {
			return unit
		}
		return civil.FloorDiv(cal.Local(unit, &z), civil.MicrosPerDay)
	}
	units := f.where.units
	sums, counts := f.unexplained(fac, sides)
	first := day(units[0])
	level := make([]float64, day(units[len(units)-1])-first+1)
	count := make([]float64, len(level))
	for u, unit := range units {
		level[day(unit)-first] += sums[u]
		count[day(unit)-first] += counts[u]
	}
	for i := range level {
		level[i] /= count[i] // missing where there are none
	}
	learned := learnRecurring(first, level)
	if len(learned) == 0 {
		return false
	}
	cal.off = &daysOff{learned: learned}
	return true
}

// unexplained is what the curves of some series leave of each unit: the sum of the
// series' means, and how many series have one.
func (f *fitter) unexplained(fac *factor, sides []*normalSide) (sums, counts []float64) {
	some := pooled(len(f.y))
	some = some[:min(len(some), recurringSeries)]
	curves := make([]*curve, len(some))
	f.share(len(some), func(j int) {
		curves[j] = newCurve(f.m.location, f.where.fit(fac, &response{y: f.y[some[j]]}, sides[some[j]]))
	})
	cal, units := f.m.cal, len(f.where.units)
	sums, counts = make([]float64, units), make([]float64, units)
	work.Workers(f.share).Parts(units, max(1, int(recurringChunk/max(1, cal.day))), func(from, to int) {
		run := f.where.run[f.where.first[from]:f.where.first[to]]
		a, b := int(run[0].at), int(run[len(run)-1].end())
		expected, where, z := make([]float64, b-a), sheet{d: f.m.location}, civil.Zone{Location: cal.Location}
		where.fill(int64(a), b-a, &z)
		for j, c := range curves {
			where.curve(expected, c)
			for u := from; u < to; u++ {
				if mean, ok := f.where.meanLeft(u, f.y[some[j]], expected, a); ok {
					sums[u] += mean
					counts[u]++
				}
			}
		}
	})
	return sums, counts
}

// meanLeft is the mean of what is left of the values of unit u, where expected has
// what is expected from a step on; false without a value.
func (t *timetable) meanLeft(u int, y, expected []float64, from int) (mean float64, ok bool) {
	sum, n := 0., 0.
	for _, s := range t.of(u) {
		for i := int(s.at); i < int(s.end()); i++ {
			if !stat.IsMissing(y[i]) {
				sum += y[i] - expected[i-from]
				n++
			}
		}
	}
	return sum / n, n > 0
}
