package sqlfuncs

import (
	"context"
	"io"
	"time"

	"github.com/datamime/datamime/engine"
	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/sqlfuncs/pgtypes"
)

// A generator gives the rows of one call of datamime_generate.
type generator struct {
	h       *history
	request *request
	set     *settings
	model   *engine.Model
	window  engine.Window
	sim     simulation // started by the first Next
	coarse  *steps     // the steps of the rows, where they are coarser than the model's
	finer   int64      // how many steps each of the model's is cut into, 0: none
	clones  *clones    // new series, where they are wanted,
	of      []int32    // and the source's series that each is made like
	rows    engine.Rows
	left    int64
	makers  []maker // per column of the source; nil: not needed
	donor   *donor
	numbers []*numberMaker // which may run out of numbers
	donors  []int32        // the source's row for each row, where an attribute needs it
	filling bool           // the server puts the rows away while they are made: one processor is its own
	batch   Batch
}

// A maker makes one column of each batch.
type maker interface {
	column(g *generator, n int) Column
}

// open reads the source, fits and starts the simulation.
func (g *generateRelation) open(ctx context.Context, in *invocation) (RowSource, error) {
	gen, err := g.generator(ctx, in, in.needed)
	if err != nil {
		return nil, err
	}
	return gen, nil
}

// generator makes the rows ready, of the columns that are needed; nil: all.
func (g *generateRelation) generator(ctx context.Context, in *invocation, needed []bool) (*generator, error) {
	u, err := g.begin(ctx, in, needed)
	if err != nil {
		return nil, err
	}
	return u.end(ctx)
}

// An upcoming generator is one whose model is being fitted. One of its functions
// end and drop is called, once.
type upcoming struct {
	in      *invocation
	set     *settings
	request *request
	needed  []bool
	*fit
}

// begin reads the source and has the model fitted.
func (g *generateRelation) begin(ctx context.Context, in *invocation, needed []bool) (*upcoming, error) {
	set, err := readSettings(ctx, in.session)
	if err != nil {
		return nil, err
	}
	in.settings = set
	in = g.completed(in)
	r, err := readRequest(in, g)
	if err != nil {
		return nil, err
	}
	f, err := g.beginFit(ctx, in, r, needed)
	if err != nil {
		return nil, err
	}
	return &upcoming{in: in, set: set, request: r, needed: needed, fit: f}, nil
}

// end makes the rows ready.
func (u *upcoming) end(ctx context.Context) (*generator, error) {
	in, r := u.in, u.request
	h, model, err := u.fit.end(ctx)
	if err != nil {
		return nil, err
	}
	first, last := model.Span()
	coarse, finer, err := r.resample(in, model.Frequency())
	if err != nil {
		return nil, err
	}
	w, err := r.window(in, first, last, coarse, len(h.roles.values))
	if err != nil {
		return nil, err
	}
	r.tellSeed(in)
	gen := &generator{h: h, request: r, set: u.set, model: model, coarse: coarse, finer: finer, left: r.count}
	if r.count < 0 {
		gen.left = 1<<63 - 1
	}
	if r.newSeries {
		if err := gen.extend(ctx, in, r.seriesNeeded(h.seriesCount(), h.rows, first, last, w)); err != nil {
			return nil, err
		}
	}
	gen.plan(u.needed)
	gen.window = w
	return gen, nil
}

// Next gives the next rows.
func (g *generator) Next(ctx context.Context) (*Batch, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if g.sim == nil && g.left > 0 {
		g.sim = g.simulate()
	}
	for g.left > 0 && g.sim.Next(&g.rows) {
		n := int(min(int64(len(g.rows.Time)), g.left))
		if n == 0 {
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			continue
		}
		g.left -= int64(n)
		g.model.Marks(&g.rows, g.window)
		if g.donor != nil {
			g.donors = g.donors[:0]
			for i := range n {
				g.donors = append(g.donors, g.donor.row(g.source(g.rows.Series[i]), g.rows.Donor[i]))
			}
		}
		g.batch.Rows = n
		for i, m := range g.makers {
			if m != nil {
				g.batch.Columns[i] = m.column(g, n)
			}
		}
		for _, m := range g.numbers {
			if m.err != nil {
				return nil, m.err
			}
		}
		return &g.batch, nil
	}
	return nil, io.EOF
}

// source is the source's series that one of the rows is made like.
func (g *generator) source(series int32) int32 {
	if g.of == nil {
		return series
	}
	return g.of[series]
}

// seriesCount is how many series the rows are of.
func (g *generator) seriesCount() int {
	if g.of == nil {
		return g.h.seriesCount()
	}
	return len(g.of)
}

// frequency is the distance of the rows' steps.
func (g *generator) frequency() engine.Frequency {
	if g.coarse != nil {
		return g.coarse.frequency
	}
	if g.finer > 0 {
		return g.request.frequency
	}
	return g.model.Frequency()
}

// expected counts the steps of the window; gaps take some of them.
func (g *generator) expected() int64 {
	step := g.frequency()
	length := step.Micros + 30*civil.MicrosPerDay*int64(step.Months)
	if g.window.End == farEnd || length == 0 {
		return max(g.request.count, 0)
	}
	rows := (g.window.End - g.window.Start) / length * int64(g.seriesCount())
	if g.request.count >= 0 {
		rows = min(rows, g.request.count)
	}
	return rows
}

// Close ends the simulation.
func (g *generator) Close() {
	if g.sim != nil {
		g.sim.Close()
	}
}

// plan chooses how each column is made.
func (g *generator) plan(needed []bool) {
	h := g.h
	g.makers = make([]maker, len(h.src.columns))
	g.batch.Columns = make([]Column, len(h.src.columns))
	want := func(i int) bool { return needed == nil || needed[i] }
	if i := h.roles.time; want(i) {
		g.makers[i] = &timeMaker{out: timeColumn{oid: h.src.columns[i].base, loc: g.set.location}}
	}
	for k, i := range h.roles.series {
		if want(i) {
			g.makers[i] = newSeriesMaker(&h.src.columns[i], h.keyDict[k].values, h.keys[k], g.set.location)
		}
	}
	for k, i := range h.roles.values {
		if want(i) {
			g.makers[i] = newValueMaker(&h.src.columns[i], k, h.scale[k], g.request.decimals)
		}
	}
	for k, i := range h.roles.others {
		if want(i) {
			g.makers[i] = g.attributeMaker(h.others[k])
		}
	}
}

// attributeMaker chooses how an attribute is made from what was found out of
// it.
func (g *generator) attributeMaker(a *attribute) maker {
	switch {
	case a.shifted:
		return &timeMaker{out: timeColumn{oid: a.column.base, loc: g.set.location, distance: a.distance}}
	case a.constant:
		codes := a.bySeries
		if g.of != nil {
			codes = make([]int32, len(g.of))
			for i, s := range g.of {
				codes[i] = a.bySeries[s]
			}
		}
		return newSeriesMaker(a.column, a.dict.values, codes, g.set.location)
	}
	if a.shares != nil {
		return g.newFrequencyMaker(a)
	}
	if a.isUnique() {
		if a.column.base == pgtypes.UUID {
			return g.newUUIDMaker(a)
		}
		m := g.newNumberMaker(a)
		g.numbers = append(g.numbers, m)
		return m
	}
	rule := a.rule(g.request.location)
	if rule != nil && rule.form != nil {
		return g.newCalendarMaker(a, rule)
	}
	if g.donor == nil {
		g.donor = g.h.donor()
	}
	if rule != nil {
		return g.newCalendarMaker(a, rule)
	}
	m := &donorMaker{codes: a.codes}
	m.out.text, m.out.binary = forms(a.column, a.dict.values, g.set.location)
	return m
}

// forms returns the text and the binary form of values as they were read; the
// binary ones are nil for types that are read as text.
func forms(c *column, values []string, loc *time.Location) (text, binary []string) {
	if c.wire() == pgtypes.Text {
		if c.isText() {
			return values, values
		}
		return values, nil
	}
	if loc == nil {
		loc = time.UTC
	}
	text = make([]string, len(values))
	var b []byte
	for i, v := range values {
		b, _ = pgtypes.AppendText(b[:0], c.wire(), []byte(v), loc)
		text[i] = string(b)
	}
	return text, values
}

type timeMaker struct{ out timeColumn }

func (m *timeMaker) column(g *generator, n int) Column {
	m.out.times = g.rows.Time[:n]
	return &m.out
}

// A seriesMaker makes what hangs on the series alone: its keys, and what is
// constant within it.
type seriesMaker struct {
	codes []int32 // per series
	out   codeColumn
}

func newSeriesMaker(c *column, values []string, codes []int32, loc *time.Location) *seriesMaker {
	m := &seriesMaker{codes: codes}
	m.out.text, m.out.binary = forms(c, values, loc)
	return m
}

func (m *seriesMaker) column(g *generator, n int) Column {
	m.out.codes = m.out.codes[:0]
	for _, s := range g.rows.Series[:n] {
		m.out.codes = append(m.out.codes, m.codes[s])
	}
	return &m.out
}

// A donorMaker takes the value of the source's row that a row is most like.
type donorMaker struct {
	codes []int32 // per row of the source
	out   codeColumn
}

func (m *donorMaker) column(g *generator, n int) Column {
	m.out.codes = m.out.codes[:0]
	for _, row := range g.donors[:n] {
		if row < 0 {
			m.out.codes = append(m.out.codes, null)
		} else {
			m.out.codes = append(m.out.codes, m.codes[row])
		}
	}
	return &m.out
}

// A valueMaker shows one of the simulated values.
type valueMaker struct {
	k   int
	set func(values []float64) Column
}

func newValueMaker(c *column, k, scale int, decimals *int) *valueMaker {
	m := &valueMaker{k: k}
	switch c.base {
	case pgtypes.Int2, pgtypes.Int4, pgtypes.Int8:
		out := newIntColumn(c.base)
		m.set = func(v []float64) Column { out.values = v; return out }
	case pgtypes.Float4, pgtypes.Float8:
		out := &floatColumn{bits: 64}
		if c.base == pgtypes.Float4 {
			out.bits = 32
		}
		m.set = func(v []float64) Column { out.values = v; return out }
	default:
		if decimals != nil {
			scale = *decimals
		}
		out := newNumericColumn(c, scale)
		m.set = func(v []float64) Column { out.values = v; return out }
	}
	return m
}

func (m *valueMaker) column(g *generator, n int) Column { return m.set(g.rows.Value[m.k][:n]) }
