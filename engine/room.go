package engine

import "sync"

// room is memory for numbers that pieces of work take one after the other, so that
// each finds the pages that the one before it has touched.
type room struct {
	all  []float64
	used int
	need int // what the piece has taken
	most int // what one before it took
}

// take returns n zeros, which are the piece's until it leaves.
func (r *room) take(n int) []float64 {
	if r.need == 0 && len(r.all) < r.most {
		r.all = make([]float64, r.most)
	}
	if r.need += n; r.used+n > len(r.all) {
		return make([]float64, n)
	}
	x := r.all[r.used : r.used+n : r.used+n]
	r.used += n
	clear(x)
	return x
}

// leave gives everything back; the next piece finds as much.
func (r *room) leave() {
	r.most = max(r.most, r.need)
	r.used, r.need = 0, 0
}

// rooms are what pieces of work take turns in.
type rooms struct{ turns[room] }

// with lends do a room.
func (r *rooms) with(do func(*room)) {
	r.turns.with(func(one *room) {
		do(one)
		one.leave()
	})
}

// turns are things that pieces of work take one after the other, as many as are
// under way. Unlike a sync.Pool's they last until all is done, through collections,
// and not longer.
type turns[T any] struct {
	make func() *T // nil: zero
	mu   sync.Mutex
	free []*T
}

// with lends do one.
func (t *turns[T]) with(do func(*T)) {
	one := t.take()
	do(one)
	t.mu.Lock()
	t.free = append(t.free, one)
	t.mu.Unlock()
}

func (t *turns[T]) take() *T {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n := len(t.free); n > 0 {
		one := t.free[n-1]
		t.free = t.free[:n-1]
		return one
	}
	if t.make == nil {
		return new(T)
	}
	return t.make()
}
