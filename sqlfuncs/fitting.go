package sqlfuncs

import (
	"context"
	"crypto/sha256"
	"errors"

	"github.com/datamime/datamime/engine"
)

// readOrdered reads the source, of its other columns those that are needed.
func (g *generateRelation) readOrdered(ctx context.Context, in *invocation, needed []bool) (*history, error) {
	reading := g.roles
	reading.others = nil
	for _, i := range g.roles.others {
		if needed == nil || needed[i] {
			reading.others = append(reading.others, i)
		}
	}
	h, err := readHistory(ctx, in, g.src, reading)
	if err != nil {
		return nil, err
	}
	return h, g.ordered(ctx, in, h)
}

// ordered sorts the series of what was read, which has to have rows.
func (g *generateRelation) ordered(ctx context.Context, in *invocation, h *history) error {
	if err := h.empty(in, "source", "learn from", "datamime_define makes a model of what is known, without rows."); err != nil {
		return err
	}
	return h.order(ctx, in.session)
}

// fit fits a model on the source's rows.
func (g *generateRelation) fit(ctx context.Context, in *invocation, r *request, needed []bool) (*history, *engine.Model, error) {
	if g.stored != nil {
		return g.stored.fit(ctx, in, g, r)
	}
	h := g.read
	if h == nil {
		var err error
		if h, err = g.readOrdered(ctx, in, needed); err != nil {
			return nil, nil, err
		}
	}
	sample := h.sample()
	f, err := begin(ctx, r, sample)
	if err != nil {
		return nil, nil, g.unfit(in, err)
	}
	in.report(f.Report(), len(h.times))
	model, err := g.finish(ctx, in, r, h, sample, f)
	if err != nil {
		return nil, nil, err
	}
	h.release()
	if r.innovations == engine.Fitted {
		h.generalise(in, r.location)
	}
	return h, model, nil
}

// finish fits what was begun, unless the same rows were fitted of late: tiles of
// a dashboard and retries ask for one model again and again.
func (g *generateRelation) finish(ctx context.Context, in *invocation, r *request, h *history, sample *engine.Sample, f *engine.Fitting) (model *engine.Model, err error) {
	// The rows of stored models have a key already, and too many are not kept.
	keeps := g.read == nil && valuesOf(h.rows, &h.roles) <= mostCachedValues
	var key [sha256.Size]byte
	if keeps {
		key = r.fitKey(sample)
		if f := fittedModels.get(key); f != nil {
			return f.model, nil
		}
	}
	err = attending(ctx, in, "fitting", func(ctx context.Context) (err error) {
		model, err = f.Finish(interrupt(ctx))
		return err
	})
	if err == nil && keeps {
		kept := newFitted(h, model)
		kept.history = nil // the source is read each time
		fittedModels.add(key, kept)
	}
	return model, err
}

// begin lays a source's rows on the steps of the frequency asked for, or of
// their own.
func begin(ctx context.Context, r *request, sample *engine.Sample) (*engine.Fitting, error) {
	options := r.times()
	options.Innovations, options.Interrupt = r.innovations, interrupt(ctx)
	f, err := engine.Begin(sample, options)
	if err == nil && f.Frequency() == (engine.Frequency{}) && r.frequency != (engine.Frequency{}) {
		options.Frequency = r.frequency
		f, err = engine.Begin(sample, options)
	}
	return f, err
}

// unfit says what the engine has against the source.
func (g *generateRelation) unfit(in *invocation, err error) error {
	switch {
	case errors.Is(err, engine.ErrSpan):
		return in.wrong("source", codeLimit, "Leave out rows whose times are wrong: '(SELECT ... WHERE ...)'.",
			"%s spans too many steps of its frequency for the rows that it has", g.src.shown())
	case errors.Is(err, engine.ErrEmpty):
		return g.valueless(in)
	}
	return err
}

func namesAt(columns []column, at []int) []string {
	var names []string
	for _, i := range at {
		names = append(names, columns[i].name)
	}
	return names
}
