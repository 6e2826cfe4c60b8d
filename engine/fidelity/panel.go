package fidelity

import (
	"math"
	"slices"

	"github.com/datamime/datamime/engine"
	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/stat"
	"github.com/datamime/datamime/engine/internal/work"
)

// maxCells bounds a panel: 1 GB of values.
const maxCells = 1 << 27

// A Panel is the values of many series on one regular grid. It is what
// fidelity is measured on.
type Panel struct {
	clock  civil.Clock
	rows   []string    // the series, sorted
	rank   []int       // series of the sample -> row
	values int         // value columns
	x      [][]float64 // [row·values + column][step], NaN where missing
	n      int         // steps
	day    float64     // steps per day; 0: a step is a month
	season int         // steps of the main season
	block  int         // steps of one block of a half
	place  almanacs
	view   []view
	report engine.Report
}

// almanacs holds the calendar of every step.
type almanacs struct{ hour, weekday, month []int8 } // month: 1 to 12; weekday 0: Monday

// A view is one labelling of the steps by cells of the calendar.
type view struct {
	cell  []int16 // [step]
	cells int
}

// NewPanel lays a sample out on its grid: steps of the most frequent distance
// within series, or calendar months where that is four weeks or longer.
// o.Frequency and o.Location are heeded. Observations of one series and step
// are averaged.
func NewPanel(s *engine.Sample, o engine.Options) (*Panel, error) {
	if len(s.Time) == 0 || len(s.Value) == 0 {
		return nil, engine.ErrEmpty
	}
	rank, order := stat.RankTexts(s.Series)
	z := civil.Zone{Location: o.Location}
	h := civil.NewHistory(s.Time, s.Index, rank, o.Location, work.Alone, nil)
	c, err := panelClock(h, s, o)
	if err != nil {
		return nil, err
	}
	p := &Panel{clock: c, rank: rank, values: len(s.Value)}
	for _, i := range order {
		p.rows = append(p.rows, s.Series[i])
	}
	for _, t := range s.Time {
		step, _ := c.Nearest(c.Axis(t, &z))
		p.n = max(p.n, int(step)+1)
	}
	p.blank()
	f := newFilling(p)
	for i, t := range s.Time {
		f.put(rank[s.Index[i]], t, s.Value, i)
	}
	if !f.any {
		return nil, engine.ErrEmpty
	}
	p.report.Duplicates = f.duplicates
	p.season = 12
	if c.Frequency.Months == 0 {
		p.day = float64(civil.MicrosPerDay) / float64(c.Frequency.Micros)
		p.season = 7
		if p.day >= 2 {
			p.season = int(math.RoundToEven(p.day))
		}
	}
	p.block = p.blockSteps()
	p.readCalendar()
	return p, nil
}

// panelClock finds the clock of the panel. Where the most frequent distance is
// absurdly short for the span, as between events, it is the median distance.
func panelClock(h *civil.History, s *engine.Sample, o engine.Options) (civil.Clock, error) {
	f := o.Frequency
	median := civil.Frequency{}
	if f == (civil.Frequency{}) {
		f, median = h.Steps()
	}
	if f.Months > 0 || f.Micros >= 28*civil.MicrosPerDay {
		f = civil.Frequency{Months: 1}
	}
	first, last := slices.Min(s.Time), slices.Max(s.Time)
	size := func(f civil.Frequency) float64 {
		micros := max(f.Micros, int64(f.Months)*28*civil.MicrosPerDay)
		return (float64(last)-float64(first))/float64(micros) + 1
	}
	longest := 0
	for k := range s.Series {
		longest = max(longest, len(h.Of(k)))
	}
	if median.Micros > f.Micros && size(f) > 50*float64(longest) {
		f = median
	}
	if size(f)*float64(len(s.Series))*float64(len(s.Value)) > maxCells {
		return civil.Clock{}, engine.ErrSpan
	}
	c := civil.NewClock(f, o.Location)
	c.DayOfMonth = 1
	z := civil.Zone{Location: o.Location}
	c.Origin = c.Axis(first, &z)
	if f.Months > 0 {
		c.Origin, _ = civil.MonthNumber(civil.FloorDiv(c.Origin, civil.MicrosPerDay))
	}
	return c, nil
}

// blockSteps is the length of the blocks of time that go to either half:
// years when there are 3.5 or more, else fourteen days, seven days under .75
// of a year, a day at least under 28 days; monthly data 24 months, 12 when
// short.
func (p *Panel) blockSteps() int {
	if p.day == 0 {
		if p.n >= 96 {
			return 24
		}
		return 12
	}
	day := max(1, int(math.RoundToEven(p.day)))
	switch years := float64(p.n) / (365.25 * float64(day)); {
	case years >= 3.5:
		return int(math.RoundToEven(365.25 * float64(day)))
	case years >= .75:
		return 14 * day
	case p.n >= 28*day:
		return 7 * day
	}
	return max(day, p.n/3)
}

// readCalendar reads the civil calendar of every step, and its cells: hour by
// weekend and hour by month, or weekday and month, or month; the month where
// the span allows.
func (p *Panel) readCalendar() {
	p.place = almanacs{make([]int8, p.n), make([]int8, p.n), make([]int8, p.n)}
	z := civil.Zone{Location: p.clock.Location}
	for i := range p.n {
		t := p.clock.Local(int64(i), &z)
		day := civil.FloorDiv(t, civil.MicrosPerDay)
		_, month, _, _ := civil.Date(day)
		p.place.hour[i] = int8((t - day*civil.MicrosPerDay) / civil.MicrosPerHour)
		p.place.weekday[i] = int8(civil.FloorMod(day+3, 7))
		p.place.month[i] = int8(month)
	}
	month := func(i int) int { return int(p.place.month[i]) }
	long := float64(p.n) > 300*p.day
	switch {
	case p.day == 0:
		p.addView(month)
	case p.day >= 2:
		p.addView(func(i int) int {
			c := 2 * int(p.place.hour[i])
			if p.place.weekday[i] >= 5 {
				c++
			}
			return c
		})
		if long {
			p.addView(func(i int) int { return 12*int(p.place.hour[i]) + month(i) - 1 })
		}
	default:
		p.addView(func(i int) int { return int(p.place.weekday[i]) })
		if long {
			p.addView(month)
		}
	}
}

func (p *Panel) addView(cell func(step int) int) {
	v := view{cell: make([]int16, p.n)}
	for i := range v.cell {
		c := cell(i)
		v.cell[i] = int16(c)
		v.cells = max(v.cells, c+1)
	}
	p.view = append(p.view, v)
}

// Span returns the times of the first and the last step, in the sample's
// microseconds.
func (p *Panel) Span() (first, last int64) {
	z := civil.Zone{Location: p.clock.Location}
	return p.clock.Time(0, &z), p.clock.Time(int64(p.n-1), &z)
}

// Report returns what was noticed of the sample's rows.
func (p *Panel) Report() engine.Report { return p.report }

// half tells of each step whether it belongs to the first half: alternating
// blocks of time.
func (p *Panel) half() []bool {
	in := make([]bool, p.n)
	for i := range in {
		in[i] = i/p.block%2 == 0
	}
	return in
}

// like returns a panel of the same grid and series without values.
func (p *Panel) like() *Panel {
	q := *p
	q.blank()
	return &q
}

// blank gives the panel a grid without values.
func (p *Panel) blank() {
	p.x = make([][]float64, len(p.rows)*p.values)
	for k := range p.x {
		p.x[k] = make([]float64, p.n)
		for i := range p.x[k] {
			p.x[k][i] = math.NaN()
		}
	}
}

// A filling writes values into a blank panel; those of one series and step
// are averaged.
type filling struct {
	p          *Panel
	zone       civil.Zone
	again      map[[2]int]float64 // cell -> values, where several
	duplicates int
	any        bool
}

func newFilling(p *Panel) *filling {
	return &filling{p: p, zone: civil.Zone{Location: p.clock.Location}, again: map[[2]int]float64{}}
}

// put writes the values of an observation; what lies beyond the grid is left
// out.
func (f *filling) put(row int, t int64, values [][]float64, i int) {
	p := f.p
	step, _ := p.clock.Nearest(p.clock.Axis(t, &f.zone))
	if step < 0 || step >= int64(p.n) {
		return
	}
	twice := false
	for v := range p.values {
		y := values[v][i]
		if !stat.Finite(y) {
			continue
		}
		f.any = true
		at := &p.x[row*p.values+v][step]
		if !math.IsNaN(*at) {
			cell := [2]int{row*p.values + v, int(step)}
			n := max(f.again[cell], 1)
			f.again[cell] = n + 1
			y = *at + (y-*at)/(n+1)
			twice = true
		}
		*at = y
	}
	if twice {
		f.duplicates++
	}
}

// Placed lays another sample out on the panel's grid. Series go by their
// names; those that the panel has not are left out. It returns nil where they
// have no series in common.
func (p *Panel) Placed(s *engine.Sample) *Panel {
	row := map[string]int{}
	for r, name := range p.rows {
		row[name] = r
	}
	q := p.like()
	f := newFilling(q)
	common := false
	for i, t := range s.Time {
		if r, ok := row[s.Series[s.Index[i]]]; ok {
			common = true
			f.put(r, t, s.Value, i)
		}
	}
	if !common {
		return nil
	}
	return q
}

// simulated lays out a simulation over the panel's span by a model that was
// fitted on a part of the panel's sample.
func (p *Panel) simulated(m *engine.Model, seed int64, o engine.Options) (*Panel, error) {
	q := p.like()
	first, last := p.Span()
	w := engine.Window{Start: first, End: last + 1, Seed: seed, Workers: o.Workers}
	sim := m.Simulate(w)
	defer sim.Close()
	f := newFilling(q)
	var rows engine.Rows
	for sim.Next(&rows) {
		m.Marks(&rows, w)
		for i, t := range rows.Time {
			f.put(p.rank[rows.Series[i]], t, rows.Value, i)
		}
		if err := work.Check(o.Interrupt).Err(); err != nil {
			return nil, err
		}
	}
	return q, nil
}

// part returns the observations of the panel's sample at the steps of a half.
func (p *Panel) part(s *engine.Sample, in []bool) *engine.Sample {
	t := &engine.Sample{Series: s.Series, Value: make([][]float64, len(s.Value))}
	z := civil.Zone{Location: p.clock.Location}
	for i, at := range s.Time {
		step, _ := p.clock.Nearest(p.clock.Axis(at, &z))
		if step < 0 || step >= int64(p.n) || !in[step] {
			continue
		}
		t.Time = append(t.Time, at)
		t.Index = append(t.Index, s.Index[i])
		for v := range s.Value {
			t.Value[v] = append(t.Value[v], s.Value[v][i])
		}
	}
	return t
}
