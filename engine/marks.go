package engine

import (
	"cmp"
	"slices"

	"github.com/datamime/datamime/engine/internal/stat"
)

// Values like -999 that stand for what was not measured are missing values under
// another name: nothing is learned from them but when they come, and what is missing
// of a simulation is written so again.

// leaveMarks makes the marks of every variable missing, given its known values in
// ascending order; the marks of one series are those of its column's others too.
func (f *fitter) leaveMarks(ascending [][]float64) {
	g, m := f.g, f.m
	found, left := make([][]float64, len(g.x)), make([][]float64, len(g.x))
	f.share(len(g.x), func(k int) { found[k], left[k] = stat.Marks(ascending[k]) })
	for v := range g.values {
		var marks []float64
		for k := v; k < len(g.x); k += g.values {
			marks = append(marks, found[k]...)
		}
		if len(marks) == 0 {
			continue
		}
		slices.Sort(marks)
		marks = slices.Compact(marks)
		count := make([]int, len(marks))
		for k := v; k < len(g.x); k += g.values {
			for i, c := range leave(g.x[k], &left[k], marks) {
				count[i] += c
			}
			ascending[k] = left[k]
		}
		most := 0
		for i, c := range count {
			m.report.Marks += c
			if c > count[most] {
				most = i
			}
		}
		m.mark(v, marks[most])
		m.report.Mark = marks[most]
	}
}

// leave makes the values of x missing that are marks, and cuts them off its values in
// ascending order, whose own marks may be gone; it counts those of each mark.
func leave(x []float64, ascending *[]float64, marks []float64) (count []int) {
	count = make([]int, len(marks))
	v := *ascending
	for len(v) > 0 && slices.Contains(marks, v[0]) {
		v = v[1:]
	}
	for len(v) > 0 && slices.Contains(marks, v[len(v)-1]) {
		v = v[:len(v)-1]
	}
	for i, y := range x {
		at, is := slices.BinarySearchFunc(marks, y, cmp.Compare)
		if is && (len(v) == 0 || y < v[0] || y > v[len(v)-1]) {
			x[i] = stat.Missing()
			count[at]++
		}
	}
	*ascending = v
	return count
}

// mark has what is missing of a value column written as a value.
func (m *Model) mark(v int, value float64) {
	if m.marks == nil {
		m.marks = make([]float64, m.values)
		for i := range m.marks {
			m.marks[i] = stat.Missing()
		}
	}
	m.marks[v] = value
}

// Marks writes what is missing of rows of a window as the sample does, where it has a
// value for that, as -999; bounds of the window that leave the value out leave what is
// missing missing. Simulations themselves do not: what is missing is not to be
// summed up.
func (m *Model) Marks(r *Rows, w Window) {
	for v, mark := range m.marks {
		lo, hi := said(w.Minimum, v), said(w.Maximum, v)
		if stat.IsMissing(mark) || lo != nil && mark < *lo || hi != nil && mark > *hi {
			continue
		}
		for i, x := range r.Value[v] {
			if stat.IsMissing(x) {
				r.Value[v][i] = mark
			}
		}
	}
}
