package sqlfuncs

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"
)

var fitFunction = &function{
	name:    "fit",
	doc:     "Learn a model of a source once and keep it under a name, to generate from at any time, the source gone or not.",
	example: "SELECT * FROM datamime_fit('air', 'mesures', 'date_debut', ARRAY['station','polluant'], 'valeur')",
	params: []parameter{
		{name: "model", typ: argText, doc: "the name to keep it under"},
		{name: "source", typ: argText,
			doc: "a table, partitioned or foreign table, view or materialized view, or a query in parentheses: '(SELECT ...)'"},
		{name: "time_column", typ: argText, doc: "date, timestamp or timestamptz"},
		{name: "series_columns", typ: argTextArray, fallback: "none: one series", doc: "every distinct combination of their values is one series"},
		{name: "value_column", typ: argNames, doc: "one numeric column or several, modelled together"},
		{name: "frequency", typ: argInterval, fallback: "the source's", doc: "the distance of two steps"},
		{name: "innovations", typ: argText, fallback: "'resampled'", doc: "'resampled': drawn from the source's own remainders; 'fitted': from fitted distributions"},
		{name: "time_zone", typ: argText, fallback: "the session's", doc: "the clock that hours and weekdays are read on"},
		{name: "holidays", typ: argText, fallback: "learned dates", doc: "a country code, or 'none'"},
		{name: "prior", typ: argText, fallback: "none", doc: "a model, a definition or an older fit, that the source's rows update"},
		{name: "replace", typ: argBool, fallback: "false", doc: "take the place of a model of this name"},
	},
	resolve: func(context.Context, *invocation) (relation, error) { return fitRelation{}, nil },
}

// A fitRelation fits a model, stores it and tells about it.
type fitRelation struct{}

func (fitRelation) columns() []column {
	return []column{plain("model", oidText), plain("series_count", oidInt8), plain("row_count", oidInt8),
		plain("bytes", oidInt8), plain("seconds", oidFloat8)}
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
	in.notice("model "+quoteText(name)+" holds the values of its source and is as sensitive", "Drawing from the source's own remainders takes them along.",
		"Who may read its row in datamime.model can rebuild them.")
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
	h.Innovations = "resampled"
	if r.location != nil {
		h.TimeZone = r.location.String()
	}
	if v, ok := in.given("frequency"); ok {
		h.Frequency = &headerFrequency{Months: v.span.months, Days: v.span.days, Micros: v.span.micros}
	}
	if v, ok := in.given("holidays"); ok {
		h.Holidays = v.text
	}
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
	if len(h.times) == 0 {
		return nil, in.wrong("source", codeInvalid, "", "%s has no rows to learn from", g.src.shown())
	}
	return h, h.order(ctx, in.session)
}

// fill encodes what was read, and fits what reads back: what is stored is
// known to be good, and the first call that uses it finds it fitted.
func (m *storing) fill(ctx context.Context, in *invocation, g *generateRelation, r *request, h *history) error {
	var err error
	if m.data, err = h.encode(); err != nil {
		return err
	}
	own := generateRelation{src: g.src, roles: g.roles}
	if own.read, err = decodeHistory(g.src, g.roles, m.data, h.charset); err != nil {
		return fmt.Errorf("read back a model: %w", err)
	}
	m.series, m.rows = h.seriesCount(), len(h.times)
	h, model, err := own.fit(ctx, in, r, nil)
	if err != nil {
		return err
	}
	if _, _, err := r.resample(in, model.Frequency()); err != nil {
		return err
	}
	m.header.Steps = headerFrequencyOf(model.Frequency())
	if f := m.header.Frequency; f != nil {
		m.header.Steps = f
	}
	m.frequency = m.header.Steps.String()
	sum := sha256.Sum256(m.data)
	stored := &storedModel{name: m.name, header: m.header}
	h.prepare(r.location)
	fittedModels.add(stored.key(sum[:], g, r), &fittedModel{h, model})
	return nil
}
