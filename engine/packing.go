package engine

import "sort"

// packing numbers the observed steps of a sample one after the other.
type packing struct {
	n       int      // packed steps
	segment [][2]int // unbroken stretches of them
	ahead   []int    // of each segment: how far the sample's steps are ahead of its own
}

func newPacking(n int, observed stepSet) *packing {
	p := &packing{}
	for _, r := range runs(n, observed.has) {
		p.segment = append(p.segment, [2]int{p.n, p.n + r[1] - r[0]})
		p.ahead = append(p.ahead, r[0]-p.n)
		p.n += r[1] - r[0]
	}
	return p
}

// step is the sample's step of packed step i.
func (p *packing) step(i int) int {
	k := 0
	if len(p.segment) > 1 {
		k = sort.Search(len(p.segment), func(k int) bool { return p.segment[k][1] > i })
	}
	return i + p.ahead[k]
}

// pack moves the values of the observed steps together, and returns them.
func (p *packing) pack(x []float64) []float64 {
	for k, s := range p.segment {
		copy(x[s[0]:s[1]], x[s[0]+p.ahead[k]:])
	}
	return x[:p.n]
}
