package stepset

import "sort"

// Packing numbers the observed steps of a sample one after the other.
type Packing struct {
	N       int      // packed steps
	Segment [][2]int // unbroken stretches [a, b) of them
	Ahead   []int    // of each segment: how far the sample's steps are ahead of its own
}

// NewPacking packs the steps of a sample of n that are observed.
func NewPacking(n int, observed Set) *Packing {
	p := &Packing{}
	for _, r := range Runs(n, observed.Has) {
		p.Segment = append(p.Segment, [2]int{p.N, p.N + r[1] - r[0]})
		p.Ahead = append(p.Ahead, r[0]-p.N)
		p.N += r[1] - r[0]
	}
	return p
}

// Step is the sample's step of packed step i, 0 ≤ i < N.
func (p *Packing) Step(i int) int {
	k := 0
	if len(p.Segment) > 1 {
		k = sort.Search(len(p.Segment), func(k int) bool { return p.Segment[k][1] > i })
	}
	return i + p.Ahead[k]
}

// Pack moves the values of the observed steps together, in x, and returns the N of
// them; len(x) is the sample's.
func (p *Packing) Pack(x []float64) []float64 {
	for k, s := range p.Segment {
		copy(x[s[0]:s[1]], x[s[0]+p.Ahead[k]:])
	}
	return x[:p.N]
}
