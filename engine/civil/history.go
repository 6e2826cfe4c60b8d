package civil

import (
	"math"
	"slices"
	"time"

	"github.com/datamime/datamime/engine/internal/stat"
	"github.com/datamime/datamime/engine/internal/work"
)

// History is the times of a sample, grouped by series and sorted within.
type History struct {
	start []int   // series s has times[start[s]:start[s+1]]
	times []int64 // on the civil clock when there is a location
	share work.Workers
	check work.Check
}

// historyParts is in how many parts times are read, some at a time.
const historyParts = 16

// NewHistory groups times, the i-th of which is of series rank[index[i]]. The
// location is nil for civil times.
func NewHistory(times []int64, index []int32, rank []int, loc *time.Location, share work.Workers, check work.Check) *History {
	h := &History{share: share, check: check, start: make([]int, len(rank)+1), times: make([]int64, len(times))}
	size := max(work.CheckEach, (len(times)+historyParts-1)/historyParts)
	next := make([][]int, (len(times)+size-1)/size) // [part][series]: how many, then where the next one goes
	share.Parts(len(times), size, func(from, to int) {
		count := make([]int, len(rank))
		for _, i := range index[from:to] {
			count[rank[i]]++
		}
		next[from/size] = count
	})
	at := 0
	for k := range rank {
		for _, part := range next {
			part[k], at = at, at+part[k]
		}
		h.start[k+1] = at
	}
	share.Parts(len(times), size, func(from, to int) {
		z, next := Zone{Location: loc}, next[from/size]
		for i, t := range times[from:to] {
			check.Pass(i)
			k := rank[index[from+i]]
			h.times[next[k]] = z.Local(t)
			next[k]++
		}
	})
	share(len(rank), func(k int) {
		if t := h.Of(k); !slices.IsSorted(t) {
			slices.Sort(t)
		}
	})
	return h
}

// Of returns the times of series k in ascending order, on the civil clock. They
// must not be changed.
func (h *History) Of(k int) []int64 { return h.times[h.start[k]:h.start[k+1]] }

// Only returns the history of series k alone.
func (h *History) Only(k int) *History {
	t := h.Of(k)
	return &History{start: []int{0, len(t)}, times: t, share: h.share, check: h.check}
}

// Distances is the number of positive distances within series.
func (h *History) Distances() (n int) {
	for k := 0; k+1 < len(h.start); k++ {
		for i := h.start[k] + 1; i < h.start[k+1]; i++ {
			if h.times[i] > h.times[i-1] {
				n++
			}
		}
	}
	return n
}

// Steps returns the most frequent and the median positive distance within
// series; a day when there is none.
func (h *History) Steps() (mode, median Frequency) {
	var distances tally
	var all []int64
	for k := 0; k+1 < len(h.start); k++ {
		t := h.Of(k)
		for i := 1; i < len(t); i++ {
			if d := t[i] - t[i-1]; d > 0 {
				distances.add(d)
				all = append(all, d)
			}
		}
	}
	if len(all) == 0 {
		return Frequency{Micros: MicrosPerDay}, Frequency{}
	}
	slices.Sort(all)
	d, _ := distances.mode()
	return Frequency{Micros: d}, Frequency{Micros: all[len(all)/2]}
}

// tally counts values, cheaply when they come in runs.
type tally struct {
	count map[int64]int
	last  int64
	run   int
}

func (c *tally) add(v int64) {
	if v == c.last && c.run > 0 {
		c.run++
		return
	}
	c.flush()
	c.last, c.run = v, 1
}

func (c *tally) flush() {
	if c.count == nil {
		c.count = map[int64]int{}
	}
	if c.run > 0 {
		c.count[c.last] += c.run
		c.run = 0
	}
}

// addAll adds what another tally counted.
func (c *tally) addAll(o *tally) {
	c.flush()
	o.flush()
	if len(c.count) < len(o.count) {
		c.count, o.count = o.count, c.count
	}
	for v, n := range o.count {
		c.count[v] += n
	}
}

// mode is the most frequent value, the least of equals.
func (c *tally) mode() (value int64, count int) {
	c.flush()
	for v, n := range c.count {
		if n > count || n == count && v < value {
			value, count = v, n
		}
	}
	return value, count
}

// months says how many calendar months a distance in time may stand for.
func months(d int64) int32 {
	switch days := d / MicrosPerDay; {
	case days >= 28 && days <= 31:
		return 1
	case days >= 89 && days <= 92:
		return 3
	case days >= 181 && days <= 184:
		return 6
	case days >= 365 && days <= 366:
		return 12
	}
	return 0
}

// Frequency is the modal positive distance within series. The zero frequency
// stands for irregular times: less than half of the distances are multiples
// of the mode.
func (h *History) Frequency() Frequency {
	distances, calendar, total := h.distances()
	if total == 0 {
		return Frequency{Micros: MicrosPerDay}
	}
	step, count := distances.mode()
	if m, n := calendar.mode(); n*10 > total*6 {
		// Periods of exactly four weeks are not months.
		if c := distances.count[28*MicrosPerDay]; m != 1 || c*10 < n*9 {
			return Frequency{Months: int32(m)}
		}
	}
	multiples := 0
	for d, n := range distances.count {
		if d%step == 0 {
			multiples += n
		}
	}
	if count*5 < total || multiples*2 < total {
		return Frequency{}
	}
	return Frequency{Micros: step}
}

// distances counts the positive distances within series, and those that may be
// calendar months by how many.
func (h *History) distances() (distances, calendar tally, total int) {
	series := len(h.start) - 1
	size := max(1, (series+historyParts-1)/historyParts)
	var all [historyParts]struct{ distances, calendar tally }
	h.share.Parts(series, size, func(from, to int) {
		part := all[from/size] // written once: others write beside it
		for k := from; k < to; k++ {
			t := h.Of(k)
			for i := 1; i < len(t); i++ {
				h.check.Pass(i)
				if d := t[i] - t[i-1]; d > 0 {
					part.distances.add(d)
					if m := months(d); m > 0 {
						part.calendar.add(int64(m))
					}
				}
			}
		}
		all[from/size] = part
	})
	for i := range all {
		distances.addAll(&all[i].distances)
		calendar.addAll(&all[i].calendar)
	}
	for _, n := range distances.count {
		total += n
	}
	return distances, calendar, total
}

// niceSteps are what the grid under irregular times may have: parts of a day.
var niceSteps = []int64{1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10800, 14400, 21600, 43200, 86400}

// mostMerged is the share of events that may fall into the step of another of
// their series before the steps are made shorter.
const mostMerged = .05

// cell is the step of the grid that carries irregular times: about the median
// distance of two events, shorter where events come in bursts, and so long
// that the grid is at most ten times as long as the series. The phase is where
// its steps begin.
func (h *History) cell() (f Frequency, phase int64) {
	var d []float64
	least := 0.
	for k := 0; k+1 < len(h.start); k++ {
		t := h.Of(k)
		for i := 1; i < len(t); i++ {
			if t[i] > t[i-1] {
				d = append(d, float64(t[i]-t[i-1]))
			}
		}
		if len(t) > 1 {
			least = max(least, float64(t[len(t)-1]-t[0])/float64(10*len(t)))
		}
	}
	stat.Sort(d, nil)
	want := max(least, stat.Quantile(d, .5))
	at := 0
	for i, s := range niceSteps {
		if float64(s*MicrosPerSecond) <= 1.2*want {
			at = i
		}
	}
	step := niceSteps[at] * MicrosPerSecond
	phase = h.phase(step)
	for ; at > 0 && float64(niceSteps[at-1]*MicrosPerSecond) >= least && h.merged(step, phase) > mostMerged*float64(len(d)); at-- {
		step = niceSteps[at-1] * MicrosPerSecond
		phase = h.phase(step)
	}
	return Frequency{Micros: step}, phase
}

// phase is where steps begin so that times which keep to a rhythm, but for
// jitter, fall into their middles; 0 where they keep to none.
func (h *History) phase(step int64) int64 {
	var c, s float64
	for _, t := range h.times {
		sin, cos := math.Sincos(2 * math.Pi * float64(FloorMod(t, step)) / float64(step))
		c, s = c+cos, s+sin
	}
	const rhythm = .5 // mean resultant length, that of a normal jitter with a sd of .19 steps
	if step >= MicrosPerDay || math.Hypot(c, s) < rhythm*float64(len(h.times)) {
		return 0
	}
	middle := math.Atan2(s, c) / (2 * math.Pi) * float64(step)
	return FloorMod(int64(middle/float64(MicrosPerSecond))*MicrosPerSecond-step/2, step)
}

// merged counts the events in the step of the one before.
func (h *History) merged(step, phase int64) float64 {
	n := 0
	for k := 0; k+1 < len(h.start); k++ {
		t := h.Of(k)
		for i := 1; i < len(t); i++ {
			if t[i] > t[i-1] && FloorDiv(t[i]-phase, step) == FloorDiv(t[i-1]-phase, step) {
				n++
			}
		}
	}
	return float64(n)
}

// Clock builds the clock of a frequency that the times lie on; times and
// location are what the history was made of. Where irregular times are given a
// frequency, and less than half of them keep to a place in its steps, these are
// what a clock on the wall and a calendar show: full hours, midnights, Mondays,
// firsts of the month.
func (h *History) Clock(f Frequency, times []int64, loc *time.Location) Clock {
	c := NewClock(f, loc)
	if f.Months > 0 {
		h.anchorMonths(&c)
		return c
	}
	if c.Civil {
		times = h.times
	}
	size := (len(times) + historyParts - 1) / historyParts
	var phases [historyParts]tally
	firsts := [historyParts]int64{}
	h.share.Parts(len(times), size, func(from, to int) {
		var phase tally
		first := times[from]
		for i, t := range times[from:to] {
			h.check.Pass(i)
			phase.add(FloorMod(t, f.Micros))
			first = min(first, t)
		}
		phases[from/size], firsts[from/size] = phase, first
	})
	first := times[0]
	var phase tally
	for i := range (len(times) + size - 1) / size {
		phase.addAll(&phases[i])
		first = min(first, firsts[i])
	}
	p, count := phase.mode()
	if c.Origin = p; count*2 < len(h.times) && h.Frequency() == (Frequency{}) {
		c.Origin = 0
		if f.Micros%(7*MicrosPerDay) == 0 {
			c.Origin = 4 * MicrosPerDay // the first Monday of 1970
		}
	}
	step, _ := c.Nearest(first)
	c.Origin = c.At(step)
	return c
}

// LooseClock builds the clock of the grid under irregular times; times and
// location are what the history was made of.
func (h *History) LooseClock(times []int64, loc *time.Location) Clock {
	f, phase := h.cell()
	c := NewClock(f, loc)
	c.Loose = true
	z := Zone{Location: loc}
	first := int64(1<<63 - 1)
	for _, t := range times {
		first = min(first, c.Axis(t, &z))
	}
	c.Origin = FloorDiv(first-phase, c.Frequency.Micros)*c.Frequency.Micros + phase
	return c
}

// anchorMonths learns the day of the month and the time of day of a calendar
// frequency; days that are always their month's last stay so.
func (h *History) anchorMonths(c *Clock) {
	var dom, tod, phase tally
	ends, first := 0, int64(1<<63-1)
	for _, t := range h.times {
		day := FloorDiv(t, MicrosPerDay)
		m, d := MonthNumber(day)
		if _, next := MonthNumber(day + 1); next == 1 {
			ends++
		}
		dom.add(int64(d))
		tod.add(FloorMod(t, MicrosPerDay))
		phase.add(FloorMod(m, int64(c.Frequency.Months)))
		first = min(first, m)
	}
	d, same := dom.mode()
	c.DayOfMonth = int(d)
	if ends*10 > len(h.times)*9 {
		c.DayOfMonth = 31
	}
	at, count := tod.mode()
	c.TimeOfDay = at
	p, _ := phase.mode()
	if min(same, count)*2 < len(h.times) && c.DayOfMonth != 31 && h.Frequency() == (Frequency{}) {
		c.DayOfMonth, c.TimeOfDay, p = 1, 0, 0
	}
	c.Origin = first - FloorMod(first-p, int64(c.Frequency.Months))
}
