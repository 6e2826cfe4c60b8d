package sqlfuncs

import (
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

// fittedModels are the stored models that were used of late, so that a small
// window of one is there at once. All connections share them: who has the
// bytes of a model, which its key stands for, has the model.
var fittedModels = newModelCache()

// A fittedModel is a stored model fitted, with what was kept of its source.
// Neither is changed any more.
type fittedModel struct {
	history *history
	model   *engine.Model
}

func (f *fittedModel) values() int {
	return f.history.rows * (len(f.history.roles.values) + len(f.history.roles.others) + 1)
}

type modelCache struct {
	mu     sync.Mutex
	lru    *simplelru.LRU[[sha256.Size]byte, *fittedModel]
	values int
}

func newModelCache() *modelCache {
	c := &modelCache{}
	// The number of entries is no bound of its own; New fails for none only.
	c.lru, _ = simplelru.NewLRU(1<<16, func(_ [sha256.Size]byte, f *fittedModel) { c.values -= f.values() })
	return c
}

// get returns the model of a key, nil when it is not there.
func (c *modelCache) get(key [sha256.Size]byte) *fittedModel {
	c.mu.Lock()
	defer c.mu.Unlock()
	f, _ := c.lru.Get(key)
	return f
}

// add keeps a model, and lets go of those unused for longest.
func (c *modelCache) add(key [sha256.Size]byte, f *fittedModel) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f.values() > mostCachedValues || c.lru.Contains(key) {
		return
	}
	c.values += f.values()
	c.lru.Add(key, f)
	for c.values > mostCachedValues {
		c.lru.RemoveOldest()
	}
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
		if a.shifted || a.constant || a.isUnique() {
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
