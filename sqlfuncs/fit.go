package sqlfuncs

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/datamime/datamime/engine"
	"github.com/datamime/datamime/sqlfuncs/pgtypes"
)

var fitFunction = &function{
	name:    "fit",
	doc:     "Learn a model of a source once and keep it under a name, to generate from at any time, the source gone or not.",
	example: "SELECT * FROM datamime_fit('air', 'mesures', 'date_debut', ARRAY['station','polluant'], 'valeur')",
	params: []parameter{
		{name: "model", typ: argText, doc: "the name to keep it under"},
		{name: "source", typ: argText,
			doc: sourceDoc},
		{name: "time_column", typ: argText, names: timeColumns, doc: timeColumnDoc},
		{name: "series_columns", typ: argTextArray, fallback: "none: one series", doc: seriesColumnsDoc},
		{name: "value_column", typ: argNames, names: numericColumns, doc: "one numeric column or several, modelled together"},
		frequencyParameter,
		{name: "innovations", typ: argText, fallback: "'resampled'", doc: "'resampled': drawn from the source's own remainders, the model is as sensitive as the source; 'fitted': from fitted distributions, it holds no row of it"},
		timeZoneParameter,
		holidaysParameter,
		{name: "prior", typ: argText, fallback: "none", doc: "a model, a definition or an older fit, that the source's rows update"},
		replaceParameter,
	},
	resolve: func(context.Context, *invocation) (relation, error) { return fitRelation{}, nil },
}

// A fitRelation fits a model, stores it and tells about it.
type fitRelation struct{}

func (fitRelation) columns() []column {
	return []column{plain("model", pgtypes.Text), plain("series_count", pgtypes.Int8), plain("row_count", pgtypes.Int8),
		plain("bytes", pgtypes.Int8), plain("seconds", pgtypes.Float8)}
}

// open does the work: it is in the caller's transaction like any statement.
func (fitRelation) open(ctx context.Context, in *invocation) (RowSource, error) {
	begun := time.Now()
	set, err := readSettings(ctx, in.session)
	if err != nil {
		return nil, err
	}
	in.settings = set
	name, replace, err := newModelName(ctx, in)
	if err != nil {
		return nil, err
	}
	g, err := resolveSource(ctx, in)
	if err != nil {
		return nil, err
	}
	r, err := readRequest(in, g)
	if err != nil {
		return nil, err
	}
	m := &storing{name: name, replace: replace}
	if m.header, err = fitHeader(ctx, in, g, r); err != nil {
		return nil, err
	}
	h, err := g.readForStore(ctx, in)
	if err != nil {
		return nil, err
	}
	if err := m.fill(ctx, in, g, r, h); err != nil {
		return nil, err
	}
	bytes, err := m.put(ctx, in)
	if err != nil {
		return nil, err
	}
	if r.innovations == engine.Fitted {
		in.notice("model "+quoteText(name)+" holds no row of its source, but its keys, attributes and bounds",
			"Its values come from distributions by parameters, each of them told by ten values at least where the series has them.",
			"Leave out of the source what must not be known, as of series that one person makes up.")
	} else {
		in.notice("model "+quoteText(name)+" holds the values of its source and is as sensitive", "Drawing from the source's own remainders takes them along.",
			"Who may read its row in datamime.model can rebuild them; innovations => 'fitted' keeps none.")
	}
	return &oneRow{Batch{Rows: 1, Columns: []Column{textColumn{name}, bigint(m.series), bigint(m.rows), bigint(bytes),
		&floatColumn{bits: 64, values: []float64{time.Since(begun).Seconds()}}}}, false}, nil
}

// fitHeader describes the model of a source: its columns, and what the fit was
// told.
func fitHeader(ctx context.Context, in *invocation, g *generateRelation, r *request) (*modelHeader, error) {
	h, err := newHeader(ctx, in.session, g.src, &g.roles)
	if err != nil {
		return nil, err
	}
	h.Innovations = resampledForm
	if r.innovations == engine.Fitted {
		h.Innovations = fittedForm
	}
	if r.location != nil {
		h.TimeZone = r.location.String()
	}
	if r.civil != nil {
		h.TimeZone = r.civil.String()
	}
	if v, ok := in.given("frequency"); ok {
		h.Frequency = &headerFrequency{Months: v.span.months, Days: v.span.days, Micros: v.span.micros}
	}
	h.Holidays = r.holidays
	return h, nil
}

// readForStore reads a source whole, joins the rows of the prior with its own,
// and sorts the series.
func (g *generateRelation) readForStore(ctx context.Context, in *invocation) (*history, error) {
	h, err := readHistory(ctx, in, g.src, g.roles)
	if err != nil {
		return nil, err
	}
	if v, ok := in.given("prior"); ok {
		if err := g.join(ctx, in, h, v.text); err != nil {
			return nil, err
		}
	}
	return h, g.ordered(ctx, in, h)
}

// fill encodes what was read and finds out what a fit has against it. The rest
// of the fit goes on behind the statement once the model is stored: a stored
// model is its rows, and its first use, which may come at once, waits for what
// is left to do.
func (m *storing) fill(ctx context.Context, in *invocation, g *generateRelation, r *request, h *history) error {
	if r.innovations == engine.Fitted {
		return m.fillFitted(ctx, in, g, r, h)
	}
	var unencoded error
	encoded := beside(func() { m.data, unencoded = h.encode() })
	f, err := begin(ctx, r, h.sample())
	encoded()
	if err != nil {
		return g.unfit(in, err)
	}
	if unencoded != nil {
		return unencoded
	}
	in.report(f.Report(), len(h.times))
	m.series, m.rows = h.seriesCount(), len(h.times)
	if err := m.step(in, r, f.Frequency()); err != nil {
		return err
	}
	key := m.key(g, r)
	src, roles, data, charset := g.src, g.roles, m.data, h.charset
	m.stored = func() {
		fittedModels.begin(key, valuesOf(m.rows, &roles), func(ctx context.Context) (*history, *engine.Model, error) {
			h, err := decodeHistory(src, roles, data, charset)
			if err != nil {
				return nil, nil, err
			}
			model, err := f.Finish(interrupt(ctx))
			if err != nil {
				return nil, nil, err
			}
			h.release()
			h.prepare(r.location)
			return h, model, nil
		})
	}
	return nil
}

// step tells the header the distance of the model's steps.
func (m *storing) step(in *invocation, r *request, f engine.Frequency) error {
	if _, _, err := r.resample(in, f); err != nil {
		return err
	}
	m.header.Steps = headerFrequencyOf(f)
	if f := m.header.Frequency; f != nil {
		m.header.Steps = f
	}
	m.frequency = m.header.Steps.String()
	return nil
}

// key stands for the model once it is stored.
func (m *storing) key(g *generateRelation, r *request) [sha256.Size]byte {
	sum := sha256.Sum256(m.data)
	return (&storedModel{name: m.name, header: m.header}).key(sum[:], g, r)
}

// fillFitted fits what was read, and encodes the fitted form.
func (m *storing) fillFitted(ctx context.Context, in *invocation, g *generateRelation, r *request, h *history) error {
	m.series, m.rows = h.seriesCount(), len(h.times)
	own := generateRelation{src: g.src, roles: g.roles, read: h}
	h, model, err := own.fit(ctx, in, r, nil)
	if err != nil {
		return err
	}
	if m.data, err = h.encodeFitted(model.Parameters()); err != nil {
		return err
	}
	if _, _, err := decodeFitted(g.src, g.roles, m.data, h.charset); err != nil {
		return fmt.Errorf("read back a model: %w", err)
	}
	if err := m.step(in, r, model.Frequency()); err != nil {
		return err
	}
	key := m.key(g, r)
	m.stored = func() { fittedModels.add(key, newFitted(h, model)) }
	return nil
}

// beside runs f on a goroutine of its own; the function that it returns waits
// for it, and panics where f did.
func beside(f func()) (wait func()) {
	done := make(chan any, 1)
	go func() {
		defer func() { done <- recover() }()
		f()
	}()
	return func() {
		if v := <-done; v != nil {
			panic(v)
		}
	}
}
