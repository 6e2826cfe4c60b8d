package sqlfuncs

import (
	"context"
	"crypto/sha256"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"github.com/datamime/datamime/engine"
)

// mostCachedValues bounds the values of the sources whose models are kept
// fitted: each takes some forty bytes.
const mostCachedValues = 4 << 20

// fittedModels are the models that were used of late, so that a small window of
// one is there at once. All connections share them: who has the bytes of a
// stored model or has read the rows of a source, which a key stands for, has
// the model.
var fittedModels = newModelCache()

// A fittedModel is a model fitted, of a stored one with what was kept of its
// source, or a fit that goes on. What it holds is set when done is closed, and
// not changed any more.
type fittedModel struct {
	values  int // of the source
	done    chan struct{}
	drop    context.CancelFunc // nobody will ask for it any more
	history *history           // nil: it is read each time
	model   *engine.Model      // nil when it was dropped before it was there
}

// fittedWeight is about how many rows take the memory of a series of the
// fitted form.
const fittedWeight = 1000

// newFitted is a model that is there.
func newFitted(h *history, model *engine.Model) *fittedModel {
	rows := h.rows
	if model.Parameters() != nil {
		rows = fittedWeight * h.seriesCount()
	}
	f := &fittedModel{values: valuesOf(rows, &h.roles), done: make(chan struct{}), drop: func() {}, history: h, model: model}
	close(f.done)
	return f
}

// valuesOf is how many values so many rows have.
func valuesOf(rows int, r *roles) int { return rows * (len(r.values) + len(r.others) + 1) }

// wait returns when the fit has ended, or with the cause of the context's end.
func (f *fittedModel) wait(ctx context.Context) error {
	select {
	case <-f.done:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

type modelCache struct {
	mu     sync.Mutex
	lru    *simplelru.LRU[[sha256.Size]byte, *fittedModel]
	values int
	turn   chan struct{} // one fit goes on at a time, with all processors
}

func newModelCache() *modelCache {
	c := &modelCache{turn: make(chan struct{}, 1)}
	// The number of entries is no bound of its own; New fails for none only.
	c.lru, _ = simplelru.NewLRU(1<<16, func(_ [sha256.Size]byte, f *fittedModel) {
		c.values -= f.values
		f.drop()
	})
	return c
}

// get returns the model of a key, nil when it is not there.
func (c *modelCache) get(key [sha256.Size]byte) *fittedModel {
	c.mu.Lock()
	defer c.mu.Unlock()
	f, _ := c.lru.Get(key)
	return f
}

// add keeps a model, and lets go of those unused for longest; false when there
// is one or no room for it.
func (c *modelCache) add(key [sha256.Size]byte, f *fittedModel) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f.values > mostCachedValues || c.lru.Contains(key) {
		return false
	}
	c.values += f.values
	c.lru.Add(key, f)
	for c.values > mostCachedValues {
		c.lru.RemoveOldest()
	}
	return true
}

// remove lets go of a model that has not become one.
func (c *modelCache) remove(key [sha256.Size]byte, f *fittedModel) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now, ok := c.lru.Peek(key); ok && now == f {
		c.lru.Remove(key)
	}
}

// begin has a model of so many values fitted by the time that it is asked for.
// When that fails, those who ask do the work themselves, and see why.
func (c *modelCache) begin(key [sha256.Size]byte, values int, fit func(context.Context) (*history, *engine.Model, error)) {
	ctx, drop := context.WithCancel(context.Background())
	f := &fittedModel{values: values, done: make(chan struct{}), drop: drop}
	if !c.add(key, f) {
		drop()
		return
	}
	go func() {
		defer drop()
		defer close(f.done)
		defer func() {
			if recover() != nil || f.model == nil {
				c.remove(key, f)
			}
		}()
		select {
		case c.turn <- struct{}{}:
		case <-ctx.Done():
			return
		}
		defer func() { <-c.turn }()
		if h, model, err := fit(ctx); err == nil {
			f.history, f.model = h, model
		}
	}()
}

// shared is a history that one call may add keys to, while others read the
// same.
func (h *history) shared() *history {
	own := *h
	own.keys = slices.Clone(h.keys)
	own.keyDict = nil
	for _, d := range h.keyDict {
		own.keyDict = append(own.keyDict, &dictionary{values: slices.Clip(d.values)})
	}
	return &own
}

// prepare finds out now what each call would have to: which columns follow the
// calendar, and where each series' rows stand.
func (h *history) prepare(loc *time.Location) {
	for _, a := range h.others {
		if a.shifted || a.constant || a.shares != nil || a.asked || a.isUnique() {
			continue
		}
		a.ready, a.asked = a.calendarRule(loc), true
		if h.donors == nil && (a.ready == nil || a.ready.form == nil) {
			h.donors = newDonor(h)
		}
	}
}

// donor finds the source's rows at a place.
func (h *history) donor() *donor {
	if h.donors != nil {
		return h.donors
	}
	return newDonor(h)
}

// rule is the calendarRule, for one call to add to.
func (a *attribute) rule(loc *time.Location) *calendarRule {
	if !a.asked {
		return a.calendarRule(loc)
	}
	if a.ready == nil {
		return nil
	}
	own := *a.ready
	own.cells = maps.Clone(own.cells)
	return &own
}
