package engine

import (
	"math"
	"slices"
	"sort"
)

// scores maps normal scores to the standardised residuals of a series and
// back: one table from its sorted residuals, and below a day one for each
// hour of working days and weekends, shrunk to the first.
type scores struct {
	z, u  []float64   // knots of the table of the whole series
	edge  [2]float64  // u at the first and last knot of the cells
	cells [][]float64 // knots of each cell at cellScores; nil: none
	fast  []float32   // u on a uniform grid of scores
	cell  [][]float32 // likewise by cell, between the edges
}

// cellLevels are the probabilities of the knots of a cell's table.
var cellLevels = func() (p []float64) {
	p = []float64{.003, .01, .03}
	for i := 6; i < 95; i += 4 {
		p = append(p, float64(i)/100)
	}
	return append(p, .97, .99, .997)
}()

var cellScores = func() (z []float64) {
	for _, p := range cellLevels {
		z = append(z, normalQuantile(p))
	}
	return z
}()

const (
	maxKnots  = 1024
	scoreEnd  = 6. // uniform grids run from -scoreEnd to scoreEnd
	scoreStep = 1. / 64
	cellStep  = 1. / 16
)

// newScores builds the table of sorted residuals u.
func newScores(u []float64) *scores {
	s := &scores{}
	m := len(u)
	add := func(i int) {
		s.z = append(s.z, normalQuantile((float64(i)+.5)/float64(m)))
		s.u = append(s.u, u[i])
	}
	if m <= maxKnots {
		for i := range u {
			add(i)
		}
	} else { // every value in the tails, evenly spaced between
		const tail = maxKnots / 8
		for i := range tail {
			add(i)
		}
		inner := maxKnots - 2*tail
		for i := range inner {
			add(tail + (m-2*tail)*i/inner)
		}
		for i := m - tail; i < m; i++ {
			add(i)
		}
	}
	n := int(2*scoreEnd/scoreStep) + 2
	s.fast = make([]float32, n)
	for i := range s.fast {
		s.fast[i] = float32(s.exact(float64(i)*scoreStep - scoreEnd))
	}
	s.edge = [2]float64{s.exact(cellScores[0]), s.exact(cellScores[len(cellScores)-1])}
	return s
}

// exact interpolates the table; the tails go on with the slope of the last 2 %.
func (s *scores) exact(z float64) float64 {
	m := len(s.z)
	q := max(1, m/50)
	switch {
	case m == 0:
		return 0
	case m > 20 && z > s.z[m-1]:
		return s.u[m-1] + (z-s.z[m-1])*(s.u[m-1]-s.u[m-1-q])/math.Max(1e-9, s.z[m-1]-s.z[m-1-q])
	case m > 20 && z < s.z[0]:
		return s.u[0] + (z-s.z[0])*(s.u[q]-s.u[0])/math.Max(1e-9, s.z[q]-s.z[0])
	}
	return interpolate(z, s.z, s.u)
}

// interpolate is piecewise linear through (x, y), constant beyond; x ascends.
func interpolate(at float64, x, y []float64) float64 {
	i := sort.SearchFloat64s(x, at)
	if i == 0 {
		return y[0]
	}
	if i == len(x) {
		return y[len(y)-1]
	}
	d := x[i] - x[i-1]
	if d <= 0 {
		return y[i]
	}
	return y[i-1] + (at-x[i-1])/d*(y[i]-y[i-1])
}

// addCells makes a table for every cell from the sorted residuals of the cell
// and of the hours before and after it; prior is the weight of the whole
// series in values.
func (s *scores) addCells(all []float64, by [][]float64, prior float64) {
	whole := quantiles(all)
	n := int((cellScores[len(cellScores)-1]-cellScores[0])/cellStep) + 3
	var v []float64
	for c := range by {
		v = mergeSorted(v, by[c], by[(c+2)%len(by)], by[(c+len(by)-2)%len(by)])
		k := slices.Clone(whole)
		if len(v) >= 20 {
			for i, q := range quantiles(v) {
				k[i] = (float64(len(v))*q + prior*k[i]) / (float64(len(v)) + prior)
			}
		}
		for i := 1; i < len(k); i++ {
			k[i] = math.Max(k[i], k[i-1]+1e-9)
		}
		fast := make([]float32, n)
		for i := range fast {
			fast[i] = float32(interpolate(cellScores[0]+float64(i)*cellStep, cellScores, k))
		}
		s.cells = append(s.cells, k)
		s.cell = append(s.cell, fast)
	}
}

func quantiles(v []float64) []float64 {
	q := make([]float64, len(cellLevels))
	for i, p := range cellLevels {
		q[i] = quantile(v, p)
	}
	return q
}

// residuals maps scores to residuals, in place; cell is ignored without
// tables of cells.
func (s *scores) residuals(z []float64, cell []uint8) {
	if s.cell == nil {
		for i, x := range z {
			z[i] = s.whole(x)
		}
		return
	}
	low, high := cellScores[0], cellScores[len(cellScores)-1]
	for i, x := range z {
		c := cell[i]
		switch {
		case x >= high:
			k := s.cells[c]
			z[i] = k[len(k)-1] + s.whole(x) - s.edge[1]
		case x > low:
			t := s.cell[c]
			y := (x - low) * (1 / cellStep)
			j := int(y)
			a := float64(t[j])
			z[i] = a + (y-float64(j))*(float64(t[j+1])-a)
		default:
			z[i] = s.cells[c][0] + s.whole(x) - s.edge[0]
		}
	}
}

// whole looks a score up in the table of the whole series.
func (s *scores) whole(z float64) float64 {
	x := min(float64(len(s.fast)-2), max(0, (z+scoreEnd)*(1/scoreStep)))
	i := int(x)
	a := float64(s.fast[i])
	return a + (x-float64(i))*(float64(s.fast[i+1])-a)
}

// score is the inverse of residuals, for cells.
func (s *scores) score(u float64, cell int) float64 {
	k := s.cells[cell]
	last := len(k) - 1
	switch {
	case u > k[last]:
		return interpolate(s.edge[1]+u-k[last], s.u, s.z)
	case u < k[0]:
		return interpolate(s.edge[0]+u-k[0], s.u, s.z)
	}
	return interpolate(u, k, cellScores)
}

// rankScores writes the normal scores of u into z; ties fall at random, by a
// stream of the series.
func rankScores(z, u []float64, ties uint64) {
	type item struct {
		u    float64
		tie  uint32
		step int32
	}
	items := make([]item, 0, len(u))
	for i, v := range u {
		z[i] = v
		if !isMissing(v) {
			items = append(items, item{v, uint32(draw(ties, int64(i)) >> 32), int32(i)})
		}
	}
	slices.SortFunc(items, func(a, b item) int {
		switch {
		case a.u < b.u:
			return -1
		case a.u > b.u:
			return 1
		case a.tie != b.tie:
			return int(int64(a.tie) - int64(b.tie))
		}
		return int(a.step - b.step)
	})
	for r, it := range items {
		z[it.step] = normalQuantile((float64(r) + .5) / float64(len(items)))
	}
}
