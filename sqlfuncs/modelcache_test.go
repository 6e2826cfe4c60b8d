package sqlfuncs

import (
	"context"
	"crypto/sha256"
	"errors"
	"testing"

	"github.com/datamime/datamime/engine"
)

// cached waits for what a cache has under a key.
func cached(t *testing.T, c *modelCache, key [sha256.Size]byte) *engine.Model {
	t.Helper()
	f := c.get(key)
	if f == nil {
		return nil
	}
	if err := f.wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	return f.model
}

func TestFitGoesOnBehindItsStatement(t *testing.T) {
	c, model := newModelCache(), &engine.Model{}
	stay := make(chan struct{})
	c.begin([32]byte{1}, 10, func(context.Context) (*history, *engine.Model, error) {
		<-stay
		return &history{}, model, nil
	})
	f := c.get([32]byte{1})
	ctx, cancel := context.WithCancelCause(t.Context())
	gone := errors.New("gone")
	cancel(gone)
	if err := f.wait(ctx); !errors.Is(err, gone) {
		t.Errorf("who is cancelled waits on: %v", err)
	}
	close(stay)
	if cached(t, c, [32]byte{1}) != model {
		t.Error("who waits does not get the model")
	}
	if c.begin([32]byte{1}, 10, nil); cached(t, c, [32]byte{1}) != model {
		t.Error("what is there is fitted again")
	}
}

func TestFitThatComesToNothing(t *testing.T) {
	for what, fit := range map[string]func(context.Context) (*history, *engine.Model, error){
		"fails":  func(context.Context) (*history, *engine.Model, error) { return nil, nil, errors.New("no") },
		"panics": func(context.Context) (*history, *engine.Model, error) { panic("no") },
		"is dropped": func(ctx context.Context) (*history, *engine.Model, error) {
			<-ctx.Done()
			return nil, nil, ctx.Err()
		},
	} {
		c := newModelCache()
		c.begin([32]byte{1}, mostCachedValues-1, fit)
		f := c.get([32]byte{1})
		if what == "is dropped" { // for one used of late
			c.add([32]byte{2}, &fittedModel{values: 2, drop: func() {}})
		}
		if f != nil && (f.wait(t.Context()) != nil || f.model != nil) {
			t.Errorf("%s: there is a model", what)
		}
		if c.get([32]byte{1}) != nil || c.values > 2 {
			t.Errorf("%s: it is kept, %d values", what, c.values)
		}
		if c.begin([32]byte{3}, mostCachedValues+1, fit); c.get([32]byte{3}) != nil {
			t.Error("too large a model is fitted for nobody")
		}
	}
}
