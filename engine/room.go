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

// rooms are what pieces of work take turns in, one for each that is under way.
type rooms struct{ pool sync.Pool }

// with lends do a room.
func (r *rooms) with(do func(*room)) {
	one, ok := r.pool.Get().(*room)
	if !ok {
		one = new(room)
	}
	do(one)
	one.leave()
	r.pool.Put(one)
}
