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
	f, err := g.beginFit(ctx, in, r, needed)
	if err != nil {
		return nil, nil, err
	}
	return f.end(ctx)
}

// A fit goes on by itself: what it may have against its source is known, and told.
// It uses no session. One of its functions end and drop is called, once.
type fit struct {
	in      *invocation
	request *request
	h       *history
	keeps   bool // the model is kept, under
	key     [sha256.Size]byte

	model *engine.Model
	err   error
	ended chan struct{} // nil: the model was there
	stop  context.CancelFunc
	join  func() // waits for it, and panics where it did
}

// beginFit reads the source and begins the fit. A model of the same rows that was
// fitted of late will do: tiles of a dashboard and retries ask for one again and
// again.
func (g *generateRelation) beginFit(ctx context.Context, in *invocation, r *request, needed []bool) (*fit, error) {
	f := &fit{in: in, request: r, h: g.read}
	var err error
	if g.stored != nil {
		f.h, f.model, err = g.stored.fit(ctx, in, g, r)
		return f, err
	}
	if f.h == nil {
		if f.h, err = g.readOrdered(ctx, in, needed); err != nil {
			return nil, err
		}
	}
	sample := f.h.sample()
	begun, err := begin(ctx, r, sample)
	if err != nil {
		return nil, g.unfit(in, err)
	}
	in.report(begun.Report(), len(f.h.times))
	// The rows of stored models have a key already, and too many are not kept.
	if f.keeps = g.read == nil && valuesOf(f.h.rows, &f.h.roles) <= mostCachedValues; f.keeps {
		f.key = r.fitKey(sample)
		if kept := fittedModels.get(f.key); kept != nil {
			f.model = kept.model
			f.h.fitted(in, r)
			return f, nil
		}
	}
	f.goOn(ctx, begun)
	return f, nil
}

// goOn fits what was begun, whatever becomes of the context.
func (f *fit) goOn(ctx context.Context, begun *engine.Fitting) {
	ctx, f.stop = context.WithCancel(context.WithoutCancel(ctx))
	f.ended = make(chan struct{})
	f.join = beside(func() {
		defer close(f.ended)
		f.model, f.err = begun.Finish(interrupt(ctx))
	})
}

// end waits for the model.
func (f *fit) end(ctx context.Context) (*history, *engine.Model, error) {
	if f.ended == nil {
		return f.h, f.model, nil
	}
	err := attending(ctx, f.in, "fitting", func(ctx context.Context) error {
		select {
		case <-f.ended:
			return f.err
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	})
	f.stop()
	f.join()
	if err != nil {
		return nil, nil, err
	}
	if f.keeps {
		kept := newFitted(f.h, f.model)
		kept.history = nil // the source is read each time
		fittedModels.add(f.key, kept)
	}
	f.h.fitted(f.in, f.request)
	return f.h, f.model, nil
}

// drop ends a fit that nobody waits for.
func (f *fit) drop() {
	if f.ended != nil {
		f.stop()
		f.join()
	}
}

// fitted is called once a model was fitted on the history.
func (h *history) fitted(in *invocation, r *request) {
	h.release()
	if r.innovations == engine.Fitted {
		h.generalise(in, r.location)
	}
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
