package sqlfuncs

import (
	"context"
	"errors"
	"math"
	"strings"
	"time"

	"github.com/datamime/datamime/engine"
	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/fidelity"
	"github.com/datamime/datamime/sqlfuncs/pgtypes"
)

var evaluateFunction = &function{
	name:    "evaluate",
	doc:     "How close synthetic rows are to a source, measure by measure, against what two halves of the source are to each other: ratio 1 is real.",
	example: "SELECT * FROM datamime_evaluate('mesures', 'date_debut', ARRAY['station','polluant'], 'valeur')",
	params: []parameter{
		{name: "source", typ: argText, fallback: "",
			doc: sourceDoc},
		{name: "time_column", typ: argText, fallback: "", names: timeColumns, doc: timeColumnDoc},
		{name: "series_columns", typ: argTextArray, fallback: "none: one series",
			doc: seriesColumnsDoc},
		{name: "value_column", typ: argNames, fallback: "", names: numericColumns, doc: "one numeric column or several, judged together"},
		{name: "synthetic", typ: argText, fallback: "none: half of the source is fitted and simulated",
			doc: "a table or a query to judge against the source; it has the source's columns"},
		{name: "seed", typ: argBigint, fallback: "0", doc: "of the simulation"},
		{name: "innovations", typ: argText, fallback: "'resampled'", doc: "of the model of half of the source: 'resampled' or 'fitted'"},
	},
	resolve: resolveEvaluate,
}

// An evaluateRelation is a source and, where there is one, the synthetic table
// that is judged against it. Its columns hang on no argument.
type evaluateRelation struct {
	real, synthetic *generateRelation
}

func (*evaluateRelation) columns() []column {
	return []column{plain("measure", pgtypes.Text), plain("floor", pgtypes.Float8), plain("score", pgtypes.Float8), plain("ratio", pgtypes.Float8)}
}

// resolveEvaluate looks the tables up; arguments that are parameters leave
// that to the execution.
func resolveEvaluate(ctx context.Context, in *invocation) (relation, error) {
	e := &evaluateRelation{}
	for i, a := range in.args {
		if a != nil && !in.values[i].known {
			return e, nil
		}
	}
	var err error
	if e.real, err = resolveSource(ctx, in); err != nil {
		return nil, err
	}
	name, ok := in.given("synthetic")
	if !ok {
		return e, nil
	}
	src, err := openSource(ctx, in, "synthetic", name.text)
	if err != nil {
		return nil, err
	}
	e.synthetic = &generateRelation{src: src}
	if err := e.synthetic.roles.assign(ctx, in, src); err != nil {
		var own *Error
		if errors.As(err, &own) {
			own.Position = in.position(in.args[in.fn.parameter("synthetic")])
		}
		return nil, err
	}
	return e, nil
}

// open reads, judges and gives the figures.
func (e *evaluateRelation) open(ctx context.Context, in *invocation) (RowSource, error) {
	var err error
	if in.settings, err = readSettings(ctx, in.session); err != nil {
		return nil, err
	}
	r, err := readRequest(in, e.real)
	if err != nil {
		return nil, err
	}
	h, err := e.real.history(ctx, in, "source", "learn from")
	if err != nil {
		return nil, err
	}
	o := engine.Options{Innovations: r.innovations}
	// Instants are judged in UTC, as the reference does, so that no session's
	// time zone moves a figure; a model reads the session's clock.
	var panel *fidelity.Panel
	err = judging(ctx, in, o, func(o engine.Options) (err error) {
		panel, err = fidelity.NewPanel(h.labelled(), o)
		return err
	})
	if err != nil {
		return nil, e.refused(in, err)
	}
	in.report(panel.Report(), len(h.times))
	var f *fidelity.Scorecard
	if e.synthetic != nil {
		f, err = e.judge(ctx, in, panel, o)
	} else {
		r.tellSeed(in)
		o.Location = r.location
		err = judging(ctx, in, o, func(o engine.Options) (err error) {
			f, err = panel.Evaluate(h.sample(), r.seed, o)
			return err
		})
	}
	if err != nil {
		return nil, e.refused(in, err)
	}
	if math.IsNaN(f.Overall) {
		in.notice(e.real.src.shown()+" is too short to be cut into two halves that can be compared", "", "")
	}
	return figures(f), nil
}

// history reads the columns of a source that have a role in a judgement.
func (g *generateRelation) history(ctx context.Context, in *invocation, param, purpose string) (*history, error) {
	reading := g.roles
	reading.others = nil
	h, err := readHistory(ctx, in, g.src, reading)
	if err == nil {
		err = h.empty(in, param, purpose, "")
	}
	return h, err
}

// refused turns an error of the engine into the user's.
func (e *evaluateRelation) refused(in *invocation, err error) error {
	switch {
	case errors.Is(err, engine.ErrEmpty):
		return e.real.valueless(in)
	case errors.Is(err, engine.ErrSpan):
		return in.wrong("source", codeLimit, "Name fewer series, a shorter span or coarser steps in a query: '(SELECT date_trunc(...) ...)'.",
			"%s spans too many steps to be judged", e.real.src.shown())
	}
	return err
}

// judge reads the synthetic table and holds it against the panel.
func (e *evaluateRelation) judge(ctx context.Context, in *invocation, panel *fidelity.Panel, o engine.Options) (*fidelity.Scorecard, error) {
	h, err := e.synthetic.history(ctx, in, "synthetic", "judge")
	if err != nil {
		return nil, err
	}
	from, to := e.synthetic.src.columns[e.synthetic.roles.time].base, e.real.src.columns[e.real.roles.time].base
	loc := in.settings.location
	if loc == nil {
		loc = time.UTC
	}
	if (from == pgtypes.Timestamptz) != (to == pgtypes.Timestamptz) {
		for i, t := range h.times {
			h.times[i] = recast(t, from == pgtypes.Timestamptz, loc)
		}
	}
	synthetic := panel.Placed(h.labelled())
	if synthetic == nil {
		return nil, in.wrong("synthetic", codeInvalid, "Series go by the text of their keys.",
			"%s has none of the series of %s", e.synthetic.src.shown(), e.real.src.shown())
	}
	var f *fidelity.Scorecard
	err = judging(ctx, in, o, func(o engine.Options) (err error) {
		f, err = panel.Judge(synthetic, o)
		return err
	})
	return f, err
}

// judging attends to a part of the judgement, which is told when to end.
func judging(ctx context.Context, in *invocation, o engine.Options, part func(engine.Options) error) error {
	return attending(ctx, in, "judging", func(ctx context.Context) error {
		o.Interrupt = interrupt(ctx)
		return part(o)
	})
}

// recast turns an instant into the time that a clock shows then, or back, as
// the server's casts between timestamp and timestamptz do.
func recast(us int64, instant bool, loc *time.Location) int64 {
	if instant {
		_, offset := time.UnixMicro(us).In(loc).Zone()
		return us + int64(offset)*civil.MicrosPerSecond
	}
	t := time.UnixMicro(us).UTC()
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), loc).UnixMicro()
}

// labelled is the sample with its series named so that they sort as those of
// the scorecard's reference do, which looks at evenly spaced ones of many: by
// their keys with bars between.
func (h *history) labelled() *engine.Sample {
	s := h.sample()
	for i, name := range s.Series {
		keys := strings.TrimSuffix(name, "\x00")
		s.Series[i] = strings.ReplaceAll(keys, "\x00", "|") + "\x00" + name
	}
	return s
}

// figures are the rows of a scorecard.
func figures(f *fidelity.Scorecard) RowSource {
	all := append(append([]fidelity.Figure(nil), f.Measures...), f.Verbatim, f.Near, f.Coverage)
	all = append(all, fidelity.Figure{Measure: "overall", Floor: math.NaN(), Score: math.NaN(), Ratio: f.Overall})
	var names textColumn
	values := [3]*floatColumn{{bits: 64}, {bits: 64}, {bits: 64}}
	for _, g := range all {
		names = append(names, g.Measure)
		for k, v := range []float64{g.Floor, g.Score, g.Ratio} {
			values[k].values = append(values[k].values, v)
		}
	}
	return &heldRows{batch: Batch{Rows: len(all), Columns: []Column{names, values[0], values[1], values[2]}}}
}
