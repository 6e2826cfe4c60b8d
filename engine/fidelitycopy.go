package engine

import (
	"math"
	"slices"
)

// windowIndex holds the windows of w consecutive known values of a series,
// but those of w equal ones, sorted by the first of their leading cosine
// coefficients: as a rotation's coordinates, these bound distances from below,
// and the first alone mostly tells two stretches of a series apart.
type windowIndex struct {
	x     []float64
	w     int
	basis [3][]float64
	at    []int32      // where each window starts
	coef  [3][]float64 // its coefficients
}

func newWindowIndex(x []float64, w int) *windowIndex {
	d := &windowIndex{x: x, w: w}
	for j := range d.basis {
		d.basis[j] = make([]float64, w)
		norm := math.Sqrt(2 / float64(w))
		if j == 0 {
			norm = math.Sqrt(1 / float64(w))
		}
		for i := range d.basis[j] {
			d.basis[j][i] = norm * math.Cos(math.Pi*(float64(i)+.5)*float64(j)/float64(w))
		}
	}
	starts := windowStarts(x, w)
	first := make([]float64, len(x))
	for _, a := range starts {
		first[a] = dot(d.basis[0], x[a:])
	}
	slices.SortFunc(starts, func(a, b int32) int {
		switch {
		case first[a] < first[b]:
			return -1
		case first[a] > first[b]:
			return 1
		}
		return int(a - b)
	})
	d.at = starts
	for j := range d.coef {
		d.coef[j] = make([]float64, len(starts))
		for i, a := range starts {
			d.coef[j][i] = dot(d.basis[j], x[a:])
		}
	}
	return d
}

// dot is the inner product of b with the first len(b) of x.
func dot(b, x []float64) (sum float64) {
	for i, y := range b {
		sum += y * x[i]
	}
	return sum
}

// windowStarts lists where windows of w known values start that are not all
// equal.
func windowStarts(x []float64, w int) []int32 {
	var out []int32
	known, equal := 0, 0 // values up to here
	for i, y := range x {
		switch {
		case isMissing(y):
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
	if len(starts) <= n {
		return starts
	}
	out := make([]int32, 0, n)
	step := float64(len(starts)-1) / float64(n-1)
	for i := range n {
		at := len(starts) - 1
		if i < n-1 {
			at = int(math.RoundToEven(float64(i) * step))
		}
		out = append(out, starts[at])
	}
	return out
}

// nearest returns the Euclidean distance of q to the nearest window.
func (d *windowIndex) nearest(q []float64) float64 {
	var c [3]float64
	for j := range c {
		c[j] = dot(d.basis[j], q)
	}
	up, _ := slices.BinarySearch(d.coef[0], c[0])
	down := up - 1
	best := math.Inf(1)
	for {
		i := up
		if down >= 0 && (up == len(d.at) || c[0]-d.coef[0][down] < d.coef[0][up]-c[0]) {
			i = down
			down--
		} else {
			up++
		}
		if i >= len(d.at) {
			break
		}
		gap := d.coef[0][i] - c[0]
		if gap*gap >= best {
			break
		}
		u, v := d.coef[1][i]-c[1], d.coef[2][i]-c[2]
		if gap*gap+u*u+v*v < best {
			best = min(best, squared(q, d.x[d.at[i]:], best))
		}
	}
	return math.Sqrt(best)
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
	c, reach := dot(d.basis[0], q), eps*math.Sqrt(float64(d.w))*(1+1e-9)
	i, _ := slices.BinarySearch(d.coef[0], c-reach)
candidates:
	for ; i < len(d.at) && d.coef[0][i] <= c+reach; i++ {
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
func (p *Panel) verbatim(t portion, of []portion, o Options) ([]float64, error) {
	chosen := evenly(len(p.x), verbatimSeries)
	hits, all := make([][]int, len(chosen)), make([][]int, len(chosen))
	f := fitter{o: o}
	err := f.each(len(chosen), func(i int) {
		hits[i], all[i] = make([]int, len(of)), make([]int, len(of))
		x := t.series(chosen[i])
		sd := deviation(x)
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
	share := make([]float64, len(of))
	for k := range of {
		h, n := 0, 0
		for i := range hits {
			h, n = h+hits[i][k], n+all[i][k]
		}
		share[k] = float64(h) / float64(n)
	}
	return share, err
}

// closest is the least distance of two different values; 0 where they are too
// many to be steps of a rounding.
func closest(x []float64) float64 {
	v := slices.Compact(sorted(x))
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
func (p *Panel) near(t, h portion, of []portion, o Options) ([]float64, error) {
	worst := make([]float64, len(of))
	for k := range worst {
		worst[k] = missing()
	}
	lengths := []int{6, 14}
	switch {
	case p.day == 0:
		lengths = []int{6, 12}
	case p.season > 7:
		lengths = []int{6, 12, 24}
	}
	chosen := evenly(len(p.x), nearSeries)
	for _, w := range lengths {
		share := make([][]float64, len(chosen))
		f := fitter{o: o}
		err := f.each(len(chosen), func(i int) {
			share[i] = nearShares(t.series(chosen[i]), h.series(chosen[i]), of, chosen[i], w)
		})
		if err != nil {
			return nil, err
		}
		for k := range of {
			var column []float64
			for i := range share {
				column = append(column, share[i][k])
			}
			if m := mean(column); !isMissing(m) && !(worst[k] >= m) {
				worst[k] = m
			}
		}
	}
	return worst, nil
}

// nearShares is near for one series k and one length of windows.
func nearShares(t, h []float64, of []portion, k, w int) []float64 {
	share := make([]float64, len(of))
	distances := func(d *windowIndex, x []float64, starts []int32) []float64 {
		out := make([]float64, len(starts))
		for i, a := range starts {
			out[i] = d.nearest(x[a : int(a)+w])
		}
		return out
	}
	d := newWindowIndex(t, w)
	starts := sampled(windowStarts(h, w), nearSamples)
	limit := 0.
	if len(d.at) >= nearLeast && len(starts) >= nearLeast {
		limit = quantile(sorted(distances(d, h, starts)), .01)
	}
	for j, s := range of {
		share[j] = missing()
		x := s.series(k)
		own := sampled(windowStarts(x, w), nearSamples)
		if min(len(d.at), len(starts), len(own)) < nearLeast {
			continue
		}
		share[j] = 0
		for _, e := range distances(d, x, own) {
			if e < limit {
				share[j] += 1 / float64(len(own))
			}
		}
	}
	return share
}
