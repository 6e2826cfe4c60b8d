package work

import "sync"

// A Room is memory for numbers that pieces of work take one after the other, so that
// each finds the pages that the one before it has touched. The zero Room is empty; it
// serves one goroutine at a time.
type Room struct {
	all  []float64
	used int
	need int // what the piece has taken
	most int // what one before it took
}

// Take returns n zeros, which are the piece's until it leaves the room.
func (r *Room) Take(n int) []float64 {
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
func (r *Room) leave() {
	r.most = max(r.most, r.need)
	r.used, r.need = 0, 0
}

// Rooms are what pieces of work that run beside each other take turns in. The zero
// Rooms has as many as are wanted at once.
type Rooms struct{ turns Turns[Room] }

// With lends do a Room. What do took of it is not its own any longer when it returns.
func (r *Rooms) With(do func(*Room)) {
	r.turns.With(func(one *Room) {
		do(one)
		one.leave()
	})
}

// Turns are things that pieces of work take one after the other, as many as are
// under way. Unlike a sync.Pool's they last until all is done, through collections,
// and not longer.
type Turns[T any] struct {
	Make func() *T // a thing to begin with; nil: zero
	mu   sync.Mutex
	free []*T
}

// With lends do one, as the piece before left it. One that do panics with is lost.
func (t *Turns[T]) With(do func(*T)) {
	one := t.take()
	do(one)
	t.mu.Lock()
	t.free = append(t.free, one)
	t.mu.Unlock()
}

func (t *Turns[T]) take() *T {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n := len(t.free); n > 0 {
		one := t.free[n-1]
		t.free = t.free[:n-1]
		return one
	}
	if t.Make == nil {
		return new(T)
	}
	return t.Make()
}
