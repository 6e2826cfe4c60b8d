package engine

import (
	"math"

	"github.com/datamime/datamime/engine/internal/stat"
	"github.com/datamime/datamime/engine/internal/work"
)

// response is what a regression is fitted on: the values of a series by step, or the
// logarithms of their sizes, which are made as they are read.
type response struct {
	y    []float64
	size *sizing  // nil: the values themselves
	made []madeUp // in place of missing ones, ascending
}

type madeUp struct {
	step int32
	y    float64
}

// at is the response at a step.
func (r *response) at(step int) float64 {
	if r.size != nil {
		return r.size.of(r.y[step])
	}
	return r.y[step]
}

// reader hands out a response stretch by stretch, ascending.
type reader struct {
	*response
	next   int // of what is made up
	buffer []float64
}

// over is the response over a stretch, valid until the next one.
func (r *reader) over(s *stretch) []float64 {
	for r.next < len(r.made) && r.made[r.next].step < s.at {
		r.next++
	}
	y := r.y[s.at:s.end()]
	if r.size == nil && (r.next == len(r.made) || r.made[r.next].step >= s.end()) {
		return y
	}
	r.buffer = append(r.buffer[:0], y...)
	if r.size != nil {
		for i, u := range y {
			r.buffer[i] = r.size.of(u)
		}
	}
	for _, m := range r.made[r.next:] {
		if m.step >= s.end() {
			break
		}
		r.buffer[m.step-s.at] = m.y
	}
	return r.buffer
}

// sizing is how the sizes of residuals become logarithms about 0.
type sizing struct{ sd, mean float64 }

// newSizing centres the logarithms of y.
func newSizing(y []float64, check work.Check) *sizing {
	s := &sizing{}
	_, s.sd = moments(y)
	sum, n := 0., 0.
	for t, u := range y {
		check.Pass(t)
		if l := s.of(u); !stat.IsMissing(l) {
			sum += l
			n++
		}
	}
	if n > 0 {
		s.mean = sum / n
	}
	return s
}

// of is the centred logarithm of the size of u.
func (s *sizing) of(u float64) float64 {
	return math.Log(math.Abs(u)+.05*s.sd+1e-300) - s.mean
}

// logSize is the logarithm of the size of residuals, centred.
func logSize(y []float64, check work.Check) []float64 {
	s, l := newSizing(y, check), make([]float64, len(y))
	for t, u := range y {
		check.Pass(t)
		l[t] = s.of(u)
	}
	return l
}
