// Package stepset has sets of the steps of a grid: a bit for each step (Set), their
// runs (Runs), and the steps of a set numbered one after the other (Packing).
package stepset

// A Set is a set of steps from 0 to below a number. nil has none of them, and may be
// neither asked nor added to.
type Set []uint64

// New returns an empty set of n steps at most.
func New(n int) Set { return make(Set, (n+63)/64) }

// Known returns the steps at which x has a value, len(x) at most.
func Known(x []float64) Set {
	s := New(len(x))
	for i, v := range x {
		if v == v {
			s.Add(i)
		}
	}
	return s
}

// Add puts step i into the set.
func (s Set) Add(i int) { s[i>>6] |= 1 << (i & 63) }

// Has tells whether step i is in the set.
func (s Set) Has(i int) bool { return s[i>>6]>>(i&63)&1 != 0 }

// Runs lists the maximal runs [a, b) of 0..n-1 for which is holds, in their order; it
// is nil where there are none.
func Runs(n int, is func(int) bool) (r [][2]int) {
	for i := 0; i < n; {
		if !is(i) {
			i++
			continue
		}
		a := i
		for i < n && is(i) {
			i++
		}
		r = append(r, [2]int{a, i})
	}
	return r
}
