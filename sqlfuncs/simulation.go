package sqlfuncs

import (
	"math"
	"runtime"
	"slices"
	"time"

	"github.com/datamime/datamime/engine"
	"github.com/datamime/datamime/engine/civil"
)

// A simulation gives rows in the order of time and then of the series; an
// *engine.Simulation is one.
type simulation interface {
	Next(rows *engine.Rows) bool
	Close()
}

// simulate starts the simulation that a request asks for: the model's own, of
// new series, at a coarser or a finer frequency.
func (g *generator) simulate() simulation {
	w := g.window
	if g.filling {
		w.Workers = max(1, runtime.GOMAXPROCS(0)-1)
		w.Turns = w.Workers == 1
	}
	if g.clones == nil && g.coarse == nil && g.finer == 0 {
		w.Rows = max(g.request.count, 0)
	}
	start := func(w engine.Window) simulation { return g.model.Simulate(w) }
	if g.finer > 0 {
		how := map[string]engine.Aggregate{"mean": engine.Mean, "sum": engine.Sum, "last": engine.Last}[g.request.aggregate]
		fine := g.model.Frequency().Micros / g.finer
		start = func(w engine.Window) simulation { return g.model.SimulateFiner(w, fine, how) }
	}
	var sim simulation
	if g.clones == nil {
		sim = start(w)
	} else {
		sim = g.clones.simulate(start, w)
	}
	if g.coarse != nil {
		sim = &coarsened{fine: sim, steps: *g.coarse, aggregate: g.request.aggregate, series: g.seriesCount(), values: len(g.h.roles.values)}
	}
	return sim
}

// steps are the steps of a frequency on a clock: parts of a day count from
// midnight, weeks from Monday, other days from 1970-01-01, months from January.
type steps struct {
	frequency engine.Frequency
	loc       *time.Location
}

// floor returns the step that holds a time.
func (s steps) floor(us int64) int64 {
	m := momentOf(us, s.loc)
	f := s.frequency
	switch {
	case f.Months > 0:
		month := (m.year*12 + int64(m.month) - 1)
		month -= ((month % int64(f.Months)) + int64(f.Months)) % int64(f.Months)
		return s.instant(time.Date(int(civil.FloorDiv(month, 12)), time.Month(month-12*civil.FloorDiv(month, 12)+1), 1, 0, 0, 0, 0, time.UTC).UnixMicro())
	case f.Micros%(7*civil.MicrosPerDay) == 0:
		const monday = 4 * civil.MicrosPerDay // 1970-01-05
		return s.instant(civil.FloorDiv(m.us-monday, f.Micros)*f.Micros + monday)
	case f.Micros%civil.MicrosPerDay == 0:
		return s.instant(civil.FloorDiv(m.us, f.Micros) * f.Micros)
	}
	midnight := m.days * civil.MicrosPerDay
	return s.instant(midnight + (m.us-midnight)/f.Micros*f.Micros)
}

// next returns the step behind the one that starts at us.
func (s steps) next(us int64) int64 {
	f := s.frequency
	if f.Months == 0 && f.Micros < civil.MicrosPerDay {
		// A step that an hour of daylight saving makes longer or shorter.
		for t := us + f.Micros; ; t += f.Micros {
			if n := s.floor(t); n > us {
				return n
			}
		}
	}
	m := momentOf(us, s.loc)
	if f.Months > 0 {
		return s.instant(time.Date(int(m.year), time.Month(m.month+int(f.Months)), 1, 0, 0, 0, 0, time.UTC).UnixMicro())
	}
	return s.instant(m.us + f.Micros)
}

// ceil returns the first step that starts at us or behind.
func (s steps) ceil(us int64) int64 {
	if t := s.floor(us); t < us {
		return s.next(t)
	}
	return us
}

// instant turns civil time on the clock into the sample's.
func (s steps) instant(civil int64) int64 {
	if s.loc == nil {
		return civil
	}
	t := time.UnixMicro(civil).UTC()
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), s.loc).UnixMicro()
}

// coarsened puts the rows of a finer simulation together.
type coarsened struct {
	fine           simulation
	steps          steps
	aggregate      string
	series, values int

	rows       engine.Rows
	at         int // the next row of rows
	ended      bool
	step, next int64 // the step that is being filled
	filled     bool
	present    []bool
	donor      []int64
	sum        [][]float64 // per value and series; of the values that are there
	count      [][]int
}

func (c *coarsened) Close() { c.fine.Close() }

// Next gives the rows of some steps, or none yet: a step may hold so many finer
// ones that the caller has to look up in between.
func (c *coarsened) Next(out *engine.Rows) bool {
	out.Time, out.Series, out.Donor = out.Time[:0], out.Series[:0], out.Donor[:0]
	if len(out.Value) != c.values {
		out.Value = make([][]float64, c.values)
	}
	for v := range out.Value {
		out.Value[v] = out.Value[v][:0]
	}
	if c.present == nil {
		c.start()
	}
	for reads := 0; len(out.Time) < 2048 && !c.ended; {
		if c.at == len(c.rows.Time) {
			if reads++; reads > 16 {
				return true
			}
			c.at = 0
			if !c.fine.Next(&c.rows) {
				c.ended = true
				c.flush(out)
				break
			}
			continue
		}
		t := c.rows.Time[c.at]
		if !c.filled || t >= c.next {
			c.flush(out)
			c.step, c.filled = c.steps.floor(t), true
			c.next = c.steps.next(c.step)
		}
		c.take(c.at)
		c.at++
	}
	return len(out.Time) > 0
}

func (c *coarsened) start() {
	c.present, c.donor = make([]bool, c.series), make([]int64, c.series)
	for range c.values {
		c.sum = append(c.sum, make([]float64, c.series))
		c.count = append(c.count, make([]int, c.series))
	}
}

func (c *coarsened) take(row int) {
	s := c.rows.Series[row]
	if !c.present[s] {
		c.present[s], c.donor[s] = true, c.rows.Donor[row]
	}
	for v := range c.sum {
		x := c.rows.Value[v][row]
		switch {
		case math.IsNaN(x):
			continue
		case c.aggregate == "last":
			c.sum[v][s] = x
		default:
			c.sum[v][s] += x
		}
		c.count[v][s]++
	}
}

// flush gives the rows of the step that was filled.
func (c *coarsened) flush(out *engine.Rows) {
	for s, ok := range c.present {
		if !ok {
			continue
		}
		out.Time = append(out.Time, c.step)
		out.Series = append(out.Series, int32(s))
		out.Donor = append(out.Donor, c.donor[s])
		for v := range c.sum {
			x := math.NaN()
			if n := c.count[v][s]; n > 0 {
				x = c.sum[v][s]
				if c.aggregate == "mean" {
					x /= float64(n)
				}
			}
			out.Value[v] = append(out.Value[v], x)
			c.sum[v][s], c.count[v][s] = 0, 0
		}
		c.present[s] = false
	}
}

// clones are new series made like the source's: copy by copy of the whole set,
// each drawn by itself, so that the series of one copy go together as the
// source's do.
type clones struct {
	copies int
	own    int     // series of the source
	place  []int32 // of series s of copy c at c*own+s, in the order of the new keys; -1: not wanted
}

func (c *clones) simulate(start func(engine.Window) simulation, w engine.Window) simulation {
	j := &joined{clones: c}
	for k := range c.copies {
		own := w
		own.Seed = int64(mix(uint64(w.Seed) ^ mix(uint64(k)+0x9e3779b97f4a7c15)))
		if c.copies > 4 {
			own.Workers = 1
		}
		j.sims = append(j.sims, start(own))
	}
	j.rows, j.at, j.ended = make([]engine.Rows, c.copies), make([]int, c.copies), make([]bool, c.copies)
	return j
}

// joined gives the rows of several simulations as those of one.
type joined struct {
	*clones
	sims  []simulation
	rows  []engine.Rows
	at    []int
	ended []bool
	picks []pick
}

// A pick is a row of one copy.
type pick struct {
	place     int32
	copy, row int
}

func (j *joined) Close() {
	for _, s := range j.sims {
		s.Close()
	}
}

// Next gives the rows of the next step of all copies.
func (j *joined) Next(out *engine.Rows) bool {
	out.Time, out.Series, out.Donor = out.Time[:0], out.Series[:0], out.Donor[:0]
	for v := range out.Value {
		out.Value[v] = out.Value[v][:0]
	}
	for len(out.Time) < 2048 {
		step, any := int64(0), false
		for k := range j.sims {
			if j.fill(k) && (!any || j.rows[k].Time[j.at[k]] < step) {
				step, any = j.rows[k].Time[j.at[k]], true
			}
		}
		if !any {
			break
		}
		j.pick(step)
		for _, p := range j.picks {
			r := &j.rows[p.copy]
			for len(out.Value) < len(r.Value) {
				out.Value = append(out.Value, nil)
			}
			out.Time = append(out.Time, step)
			out.Series = append(out.Series, p.place)
			out.Donor = append(out.Donor, r.Donor[p.row])
			for v := range r.Value {
				out.Value[v] = append(out.Value[v], r.Value[v][p.row])
			}
		}
	}
	return len(out.Time) > 0
}

// fill reads on in one copy; false at its end.
func (j *joined) fill(k int) bool {
	for !j.ended[k] && j.at[k] == len(j.rows[k].Time) {
		j.at[k] = 0
		j.ended[k] = !j.sims[k].Next(&j.rows[k])
	}
	return !j.ended[k]
}

// pick collects the rows of a step in the order of the new series. A step's
// rows are never cut, so that they are all in what was read.
func (j *joined) pick(step int64) {
	j.picks = j.picks[:0]
	for k := range j.sims {
		if j.ended[k] {
			continue
		}
		r := &j.rows[k]
		for ; j.at[k] < len(r.Time) && r.Time[j.at[k]] == step; j.at[k]++ {
			if place := j.place[k*j.own+int(r.Series[j.at[k]])]; place >= 0 {
				j.picks = append(j.picks, pick{place, k, j.at[k]})
			}
		}
	}
	slices.SortFunc(j.picks, func(a, b pick) int { return int(a.place - b.place) })
}
