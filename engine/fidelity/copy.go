package fidelity

import (
	"cmp"
	"math"
	"slices"

	"github.com/datamime/datamime/engine"
	"github.com/datamime/datamime/engine/internal/stat"
	"github.com/datamime/datamime/engine/internal/work"
)

// windowIndex holds the windows of w consecutive known values of a series, but
// those of w equal ones. Beside each stand its first cosine coefficients: as
// coordinates of a rotation they bound distances from below, and as most of a
// series is slow, few of them tell two stretches apart. The windows are sorted
// by the first.
type windowIndex struct {
	x     []float64
	w     int
	basis [][]float64 // orthonormal
	at    []int32     // where each window starts
	first []float64   // its first coefficient,
	coef  [][windowCoefficients]float64
}

// windowCoefficients is how many there are beside a window: as many as fill a
// cache line.
const windowCoefficients = 8

func newWindowIndex(x []float64, w int) *windowIndex {
	d := &windowIndex{x: x, w: w, at: windowStarts(x, w)}
	for j := range min(w, windowCoefficients) {
		b := make([]float64, w)
		norm := math.Sqrt(2 / float64(w))
		if j == 0 {
			norm = math.Sqrt(1 / float64(w))
		}
		for i := range b {
			b[i] = norm * math.Cos(math.Pi*(float64(i)+.5)*float64(j)/float64(w))
		}
		d.basis = append(d.basis, b)
	}
	type entry struct {
		first float64
		at    int32
	}
	sorted := make([]entry, len(d.at))
	for i, a := range d.at {
		sorted[i] = entry{stat.Dot(d.basis[0], x[a:]), a}
	}
	slices.SortFunc(sorted, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.first, b.first), cmp.Compare(a.at, b.at))
	})
	d.first = make([]float64, len(d.at))
	d.coef = make([][windowCoefficients]float64, len(d.at))
	for i, e := range sorted {
		d.first[i], d.at[i], d.coef[i] = e.first, e.at, d.coefficients(x[e.at:])
	}
	return d
}

// coefficients of the window at the start of q.
func (d *windowIndex) coefficients(q []float64) (c [windowCoefficients]float64) {
	for j, b := range d.basis {
		c[j] = stat.Dot(b, q)
	}
	return c
}

// windowStarts lists where windows of w known values start that are not all
// equal.
func windowStarts(x []float64, w int) []int32 {
	var out []int32
	known, equal := 0, 0 // values up to here
	for i, y := range x {
		switch {
		case math.IsNaN(y):
			known, equal = 0, 0
			continue
		case known > 0 && y == x[i-1]:
			equal++
		default:
			equal = 1
		}
		known++
		if known >= w && equal < w {
			out = append(out, int32(i-w+1))
		}
	}
	return out
}

// sampled takes at most n of the starts, evenly spaced.
func sampled(starts []int32, n int) []int32 {
	var out []int32
	for _, i := range evenly(len(starts), n) {
		out = append(out, starts[i])
	}
	return out
}

// nearest returns the squared distance of q to the nearest window, or limit
// when none is nearer.
func (d *windowIndex) nearest(q []float64, limit float64) float64 {
	c := d.coefficients(q)
	up, _ := slices.BinarySearch(d.first, c[0])
	down := up - 1
	best := limit
	for {
		i := up
		if down >= 0 && (up == len(d.at) || c[0]-d.first[down] < d.first[up]-c[0]) {
			i = down
			down--
		} else {
			up++
		}
		if i >= len(d.at) {
			break
		}
		if gap := d.first[i] - c[0]; gap*gap >= best {
			break
		}
		if !d.beyond(i, &c, best) {
			best = min(best, squared(q, d.x[d.at[i]:], best))
		}
	}
	return best
}

// beyond tells whether window i is as far as limit, squared, from the one with
// the coefficients c, as far as they tell. In two steps without a branch: most
// windows are beyond.
func (d *windowIndex) beyond(i int, c *[windowCoefficients]float64, limit float64) bool {
	v := &d.coef[i]
	e0, e1, e2, e3 := v[0]-c[0], v[1]-c[1], v[2]-c[2], v[3]-c[3]
	sum := e0*e0 + e1*e1 + e2*e2 + e3*e3
	if sum >= limit {
		return true
	}
	e0, e1, e2, e3 = v[4]-c[4], v[5]-c[5], v[6]-c[6], v[7]-c[7]
	return sum+e0*e0+e1*e1+e2*e2+e3*e3 >= limit
}

// squared is the squared distance of q to the first len(q) of x; it stops
// beyond limit.
func squared(q, x []float64, limit float64) (sum float64) {
	for i, y := range q {
		e := y - x[i]
		sum += e * e
		if sum >= limit {
			break
		}
	}
	return sum
}

// has tells whether a window lies within eps of q in every value.
func (d *windowIndex) has(q []float64, eps float64) bool {
	c, limit := d.coefficients(q), float64(d.w)*eps*eps*(1+1e-9)
	reach := math.Sqrt(limit)
	i, _ := slices.BinarySearch(d.first, c[0]-reach)
candidates:
	for ; i < len(d.at) && d.first[i] <= c[0]+reach; i++ {
		if d.beyond(i, &c, limit) {
			continue
		}
		for j, y := range q {
			if e := y - d.x[int(d.at[i])+j]; e >= eps || e <= -eps {
				continue candidates
			}
		}
		return true
	}
	return false
}

// Sizes of the looks for copies.
const (
	verbatimWindow  = 6
	verbatimSeries  = 40
	verbatimSamples = 2000
	nearSeries      = 12
	nearSamples     = 400
	nearLeast       = 50
)

// verbatim is the share of windows of six values of each of some portions
// that stand in t of the same series, each value within half a step of
// rounding or 1 % of the standard deviation; NaN where there are no windows.
func (p *Panel) verbatim(t portion, of []portion, o engine.Options) ([]float64, error) {
	chosen := evenly(len(p.x), verbatimSeries)
	hits, all := make([][]int, len(chosen)), make([][]int, len(chosen))
	check := work.Check(o.Interrupt)
	err := work.Each(len(chosen), o.Workers, check, func(i int) {
		hits[i], all[i] = make([]int, len(of)), make([]int, len(of))
		x := t.series(chosen[i])
		sd := stat.Deviation(x)
		if !(sd > 0) {
			return
		}
		eps := max(.49*closest(x), .01*sd) + 1e-9
		d := newWindowIndex(x, verbatimWindow)
		if len(d.at) == 0 {
			return
		}
		for k, s := range of {
			y := s.series(chosen[i])
			for _, a := range sampled(windowStarts(y, verbatimWindow), verbatimSamples) {
				all[i][k]++
				if d.has(y[a:a+verbatimWindow], eps) {
					hits[i][k]++
				}
			}
		}
	})
	if err != nil {
		return nil, err
	}
	share := make([]float64, len(of))
	for k := range of {
		h, n := 0, 0
		for i := range hits {
			h, n = h+hits[i][k], n+all[i][k]
		}
		share[k] = float64(h) / float64(n)
	}
	return share, nil
}

// closest is the least distance of two different values; 0 where they are too
// many to be steps of a rounding.
func closest(x []float64) float64 {
	v := slices.Compact(stat.Sorted(x, nil))
	if len(v) < 2 || len(v) >= 5000 {
		return 0
	}
	least := math.Inf(1)
	for i := 1; i < len(v); i++ {
		least = min(least, v[i]-v[i-1])
	}
	return least
}

// near is the share of windows of each of some portions that are nearer to
// their nearest window of t than 1 % of h's are to theirs: the worst of
// several lengths of windows.
func (p *Panel) near(t, h portion, of []portion, o engine.Options) ([]float64, error) {
	worst := make([]float64, len(of))
	for k := range worst {
		worst[k] = math.NaN()
	}
	lengths := []int{6, 14}
	switch {
	case p.day == 0:
		lengths = []int{6, 12}
	case p.season > 7:
		lengths = []int{6, 12, 24}
	}
	chosen := evenly(len(p.x), nearSeries)
	check := work.Check(o.Interrupt)
	for _, w := range lengths {
		share := make([][]float64, len(chosen))
		err := work.Each(len(chosen), o.Workers, check, func(i int) {
			share[i] = nearShares(t.series(chosen[i]), h.series(chosen[i]), of, chosen[i], w, check)
		})
		if err != nil {
			return nil, err
		}
		for k := range of {
			var column []float64
			for i := range share {
				column = append(column, share[i][k])
			}
			if m := stat.Mean(column); !math.IsNaN(m) && !(worst[k] >= m) {
				worst[k] = m
			}
		}
	}
	return worst, check.Err()
}

// nearShares is near for one series k and one length of windows. It is of no
// worth once check has an error.
func nearShares(t, h []float64, of []portion, k, w int, check work.Check) []float64 {
	share := make([]float64, len(of))
	d := newWindowIndex(t, w)
	starts := sampled(windowStarts(h, w), nearSamples)
	enough := len(d.at) >= nearLeast && len(starts) >= nearLeast
	limit := 0.
	if enough {
		limit = d.nearestOf(h, starts, .01, check)
	}
	for j, s := range of {
		share[j] = math.NaN()
		x := s.series(k)
		own := sampled(windowStarts(x, w), nearSamples)
		if !enough || len(own) < nearLeast {
			continue
		}
		n := 0
		for _, a := range own {
			if check.Err() != nil {
				return share
			}
			if math.Sqrt(d.nearest(x[a:int(a)+w], limit*limit*(1+1e-9))) < limit {
				n++
			}
		}
		share[j] = float64(n) / float64(len(own))
	}
	return share
}

// nearestOf is the quantile p, a small one, of the distances of windows of x to
// their nearest: only as many as that takes are found exactly.
func (d *windowIndex) nearestOf(x []float64, starts []int32, p float64, check work.Check) float64 {
	least := make([]float64, int(p*float64(len(starts)-1))+2) // the smallest so far, ascending
	for i := range least {
		least[i] = math.Inf(1)
	}
	for _, a := range starts {
		if check.Err() != nil {
			break
		}
		last := len(least) - 1
		if e := d.nearest(x[a:int(a)+d.w], least[last]); e < least[last] {
			at, _ := slices.BinarySearch(least, e)
			copy(least[at+1:], least[at:last])
			least[at] = e
		}
	}
	at := p * float64(len(starts)-1)
	i := int(at)
	a, b := math.Sqrt(least[i]), math.Sqrt(least[i+1])
	return a + (at-float64(i))*(b-a)
}
