package sqlfuncs

import "github.com/datamime/datamime/engine"

// refined gives rows at finer steps than a simulation's: values lie on the
// straight line between those of the two steps around, or, where they are to
// be summed, each is an equal part of its step's.
type refined struct {
	coarse     simulation
	own, fine  int64 // microseconds between steps; own is a multiple of fine
	start, end int64 // of the finer steps
	sum        bool

	rows      engine.Rows
	at        int // the next row of rows
	ended     bool
	this, new step // of the simulation
	part      int64
}

// A step is the rows of one time.
type step struct {
	time   int64
	any    bool
	series []int32
	donor  []int64
	value  [][]float64
}

func (r *refined) Close() { r.coarse.Close() }

// Next gives the rows of some finer steps.
func (r *refined) Next(out *engine.Rows) bool {
	out.Time, out.Series, out.Donor = out.Time[:0], out.Series[:0], out.Donor[:0]
	for v := range out.Value {
		out.Value[v] = out.Value[v][:0]
	}
	if !r.this.any && !r.ended {
		r.read(&r.this)
		r.read(&r.new)
	}
	for len(out.Time) < 2048 && r.this.any {
		t := r.this.time + r.part*r.fine
		if t >= r.end {
			return len(out.Time) > 0
		}
		if t >= r.start {
			r.emit(out, t)
			r.part++
		} else {
			r.part = min((r.start-r.this.time+r.fine-1)/r.fine, r.own/r.fine)
		}
		if r.part*r.fine == r.own {
			r.part = 0
			r.this, r.new = r.new, r.this
			r.read(&r.new)
		}
	}
	return len(out.Time) > 0
}

// read reads the next step of the simulation.
func (r *refined) read(s *step) {
	s.any = false
	s.series, s.donor = s.series[:0], s.donor[:0]
	for v := range s.value {
		s.value[v] = s.value[v][:0]
	}
	for !r.ended {
		if r.at == len(r.rows.Time) {
			r.at = 0
			r.ended = !r.coarse.Next(&r.rows)
			continue
		}
		t := r.rows.Time[r.at]
		if s.any && t != s.time {
			return
		}
		s.time, s.any = t, true
		s.series = append(s.series, r.rows.Series[r.at])
		s.donor = append(s.donor, r.rows.Donor[r.at])
		for v := range r.rows.Value {
			if v == len(s.value) {
				s.value = append(s.value, nil)
			}
			s.value[v] = append(s.value[v], r.rows.Value[v][r.at])
		}
		r.at++
	}
}

// emit gives the rows of the finer step at t: those of the step before.
func (r *refined) emit(out *engine.Rows, t int64) {
	share := float64(r.fine) / float64(r.own)
	next, follows := 0, r.new.any && r.new.time == r.this.time+r.own
	for i, s := range r.this.series {
		out.Time, out.Series, out.Donor = append(out.Time, t), append(out.Series, s), append(out.Donor, r.this.donor[i])
		for follows && next < len(r.new.series) && r.new.series[next] < s {
			next++
		}
		for v := range r.this.value {
			if v == len(out.Value) {
				out.Value = append(out.Value, nil)
			}
			x := r.this.value[v][i]
			switch {
			case r.sum:
				x *= share
			case follows && next < len(r.new.series) && r.new.series[next] == s:
				if y := r.new.value[v][next]; y == y { // not NaN
					x += (y - x) * share * float64(r.part)
				}
			}
			out.Value[v] = append(out.Value[v], x)
		}
	}
}
