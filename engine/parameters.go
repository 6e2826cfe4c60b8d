package engine

import (
	"errors"
	"slices"
	"time"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/code"
	"github.com/datamime/datamime/engine/internal/random"
	"github.com/datamime/datamime/engine/internal/stat"
)

// parameters is the fitted form of a model: all that its simulations are drawn
// from. It holds neither rows nor remainders of the sample, but where it
// began, ended and was observed at all, bounds, and what was averaged over
// many values.
type parameters struct {
	clock       civil.Clock // without its location
	n, gap      int
	first, last int64
	values      int // value columns
	series      int
	visible     int      // variables, before the hidden ones
	columns     []column // of the location's design
	inner       int
	waves       int // over the day, which follow from the clock
	cycles      []float64
	cells, lead int
	variable    []variableParameters // [visible, then hidden]
	dynamics    *dynamicsParameters  // nil: nothing varies
	gaps, nulls *outageModel         // gaps nil: times are irregular
	events      *scatter
	change      *clockChange
	orderings   []ordering
	off         *daysOff  // without what it calls; nil: no day differs from others
	changes     *arrivals // of held variables; nil: none, or as rows come
	marks       []float64 // see Model.marks
}

// ErrForm is returned by Restore for bytes that hold no model.
var ErrForm = errors.New("the bytes hold no fitted model")

// parametersVersion is the version of the form of Model.Parameters; a later
// one reads the earlier ones. From 2 on there are cycles, from 3 on closed hours, from
// 4 on marks of what is missing.
const parametersVersion = 4

// Limits of what a model read from bytes may hold.
const (
	mostSteps   = 1 << 40
	mostColumns = 512
	mostTime    = 1 << 62
	mostWarm    = 1 << 16
	mostPoles   = 4096
)

// Parameters returns the fitted form of a model, nil for one of resampled
// innovations: some bytes a coefficient, without the names of the series.
func (m *Model) Parameters() []byte { return m.bytes }

// Restore makes a model of the bytes that Parameters gave. The series are the
// same as those of the sample, in whatever order their rows are to be emitted;
// of the options those are used that say how times are read: Location, Civil
// and Holidays. Any other bytes give ErrForm.
func Restore(data []byte, series []string, o Options) (*Model, error) {
	c := code.From(data)
	p := &parameters{series: len(series)}
	p.code(c)
	if c.Bad() || c.Left() > 0 {
		return nil, ErrForm
	}
	if p.off != nil && p.off.learned == nil {
		p.off.of = o.Holidays
	}
	if p.change != nil && p.change.loc != nil && o.Civil != nil {
		p.change.loc = o.Civil
	}
	m := p.model(series, o.Location)
	m.bytes = data
	return m, nil
}

// encode writes parameters, after which they are what a reader finds.
func (p *parameters) encode() ([]byte, error) {
	c := &code.Coder{}
	p.code(c)
	if c.Bad() {
		return nil, ErrForm
	}
	return c.Bytes(), nil
}

func (p *parameters) code(c *code.Coder) {
	version, series := parametersVersion, p.series
	c.Integer(&version, 1, parametersVersion)
	c.Integer(&series, p.series, p.series)
	p.codeClock(c)
	c.Integer(&p.values, 1, 1664)
	codeOrderings(c, &p.orderings, p.values)
	codeDaysOff(c, &p.off)
	if code.Optional(c, &p.change) {
		p.change.code(c)
	}
	p.codeDesign(c)
	if version > 1 {
		p.codeCycles(c)
	}
	c.Integer(&p.cells, 0, 48)
	c.Integer(&p.lead, 0, mostPoles)
	if p.codeVariables(c); c.Bad() {
		return
	}
	p.codeAbsences(c)
	if code.Optional(c, &p.changes) {
		p.changes.code(c, p.visible)
	}
	if version > 2 {
		if p.gaps != nil {
			p.gaps.codeClosed(c, p.series)
		}
		p.nulls.codeClosed(c, p.visible)
	}
	if version > 3 {
		p.codeMarks(c)
	}
}

// codeVariables codes the variables, and the dynamics of those that vary.
func (p *parameters) codeVariables(c *code.Coder) {
	if c.Reading() {
		if p.series*p.values > c.Left() {
			c.Fail()
			return
		}
		p.visible = p.series * p.values
		p.variable = make([]variableParameters, p.visible)
	}
	hidden := c.Count(len(p.variable) - p.visible)
	if c.Reading() {
		p.variable = append(p.variable, make([]variableParameters, hidden)...)
	}
	varies := false
	for k := range p.variable {
		p.variable[k].code(c, p)
		varies = varies || p.variable[k].active
	}
	for k := range p.variable {
		if r := p.variable[k].circle; r != nil && c.Reading() && !c.Bad() && !(p.variable[r.cos].active && p.variable[r.sin].active) {
			c.Fail()
		}
	}
	if varies && !c.Bad() {
		if c.Reading() {
			p.dynamics = &dynamicsParameters{}
		}
		p.dynamics.code(c, p)
		if c.Reading() && !c.Bad() && p.lead > p.dynamics.order() {
			c.Fail() // the scores before a step go back as far as an axis remembers
		}
	}
}

// codeAbsences codes the rows and the values that are not there: of irregular times
// which rows are.
func (p *parameters) codeAbsences(c *code.Coder) {
	irregular := code.Optional(c, &p.events)
	if c.Reading() {
		p.nulls = &outageModel{}
		if !irregular {
			p.gaps = &outageModel{}
		}
	}
	if irregular {
		p.events.code(c, p.series)
	} else {
		p.gaps.code(c, p.series)
	}
	p.nulls.code(c, p.visible)
}

func (p *parameters) codeMarks(c *code.Coder) {
	any := p.marks != nil
	if c.Bool(&any); !any {
		return
	}
	if c.Reading() {
		p.marks = make([]float64, p.values)
	}
	for v := range p.marks {
		has := !stat.IsMissing(p.marks[v])
		if c.Bool(&has); has {
			c.Exact(&p.marks[v])
		} else {
			p.marks[v] = stat.Missing()
		}
	}
}

func (p *parameters) codeClock(c *code.Coder) {
	k := &p.clock
	months := int(k.Frequency.Months)
	c.Integer(&months, 0, 12000)
	k.Frequency.Months = int32(months)
	c.Varint(&k.Frequency.Micros)
	c.Bool(&k.Civil)
	c.Bool(&k.Loose)
	c.Varint(&k.Origin)
	c.Integer(&k.DayOfMonth, 0, 31)
	c.Varint(&k.TimeOfDay)
	c.Integer(&p.n, 1, mostSteps)
	c.Integer(&p.gap, 0, mostSteps)
	c.Varint(&p.first)
	c.Varint(&p.last)
	step := k.Frequency.Micros
	if months > 0 {
		step = 31 * civil.MicrosPerDay * int64(months)
	}
	wrong := months > 0 && k.Frequency.Micros != 0 || step <= 0 || step > mostTime/int64(p.n) || k.TimeOfDay < 0 || k.TimeOfDay >= civil.MicrosPerDay ||
		max(k.Origin, -k.Origin, p.first, -p.first, p.last, -p.last) > mostTime || p.first > p.last
	if c.Reading() && wrong {
		k.Frequency.Micros, k.Frequency.Months = civil.MicrosPerDay, 0
		c.Fail()
	}
}

// codeCycles codes the frequencies of cycles.
func (p *parameters) codeCycles(c *code.Coder) {
	n := c.Count(len(p.cycles))
	if c.Reading() {
		p.cycles = make([]float64, min(n, mostCycles))
	}
	for i := range p.cycles {
		c.Exact(&p.cycles[i])
	}
	if c.Reading() && (n > mostCycles || slices.ContainsFunc(p.cycles, func(f float64) bool { return f <= 0 || f > .5 })) {
		c.Fail()
		p.cycles = nil
	}
}

// codeDesign codes the columns; the numbers of their kinds never change.
func (p *parameters) codeDesign(c *code.Coder) {
	n := len(p.columns)
	c.Integer(&n, 0, mostColumns)
	c.Integer(&p.inner, 0, n)
	if c.Reading() {
		p.columns = make([]column, n)
	}
	d := design{cal: newCalendar(p.clock, p.n)}
	d.addWaves()
	p.waves = len(d.waves)
	year := map[[2]int]bool{}
	for i := range p.columns {
		k := &p.columns[i]
		kind := int(k.kind)
		c.Integer(&kind, 0, int(holidayOwn))
		k.kind = columnKind(kind)
		c.Integer(&k.a, 0, mostColumns)
		c.Integer(&k.b, 0, 1)
		c.Integer(&k.c, 0, 7)
		c.Bool(&k.trend)
		switch k.kind {
		case yearly:
			year[[2]int{k.a, k.b}] = true
		case yearlyOff: // follows its yearly column
			if c.Reading() && !year[[2]int{k.a, k.b}] {
				c.Fail()
			}
		}
		if c.Reading() && (k.a >= 8 && k.kind != bend && k.kind != holidayOwn || k.kind == bend && (k.a < 1 || i > 0 && p.columns[i-1].kind == bend && k.a != p.columns[i-1].a+1)) {
			c.Fail()
		}
	}
}

// model builds the model that the parameters stand for.
func (p *parameters) model(series []string, location *time.Location) *Model {
	rank, order := stat.RankTexts(series)
	m := &Model{order: order, emit: rank, values: p.values, visible: p.visible, orderings: p.orderings, cells: p.cells, lead: p.lead, first: p.first, last: p.last}
	for _, o := range order {
		m.names = append(m.names, series[o])
	}
	k := p.clock
	k.Location = location
	m.cal = newCalendar(k, p.n)
	m.cal.gap, m.cal.off, m.cal.change = p.gap, p.off, p.change
	m.location = &design{cal: m.cal, cols: p.columns, inner: p.inner, cycles: p.cycles}
	m.location.addWaves()
	m.scaling = m.location.seasonal()
	m.variable = make([]variable, len(p.variable))
	m.active = make([]int, len(p.variable))
	latents := 0
	for k := range p.variable {
		p.variable[k].build(&m.variable[k], m)
		if k < p.visible {
			m.variable[k].key = random.Draw(random.TextHash(m.names[k/p.values]), int64(k%p.values))
		}
		m.active[k] = -1
		if m.variable[k].active {
			m.active[k] = latents
			latents++
		}
	}
	for k := range m.variable {
		if r := m.variable[k].circle; r != nil {
			for i, part := range []int{r.cos, r.sin} {
				m.variable[part].key = random.Draw(m.variable[k].key, int64(i))
			}
		}
	}
	m.tile = leastTile
	if p.dynamics != nil {
		m.dynamics = p.dynamics.build()
		m.drawn = p.dynamics.innovations
		m.drawn.prepare(m.cal)
		m.lay()
	}
	if p.gaps != nil {
		m.gaps = p.gaps.build(m.cal)
	}
	m.nulls = p.nulls.build(m.cal)
	m.marks = p.marks
	if p.events != nil {
		e := p.events.build(m)
		m.events, m.changes = e, e.arriving
	}
	if p.changes != nil {
		m.changes = p.changes.draws(m.cal, m.keys())
	}
	return m
}
