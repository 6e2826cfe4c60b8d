package engine

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"

	"github.com/datamime/datamime/engine/internal/random"
	"github.com/datamime/datamime/engine/internal/stat"
	"github.com/datamime/datamime/engine/internal/work"
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
	shape *shape      // of the whole, where a fitted form is wanted
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
		z = append(z, mathext.NormalQuantile(p))
	}
	return z
}()

const (
	maxKnots  = 1024
	scoreEnd  = 6. // uniform grids run from -scoreEnd to scoreEnd
	scoreStep = 1. / 64
	cellStep  = 1. / 16
)

// newScores builds the table of residuals u by their ranking.
func newScores(u []float64, r stat.Ranking) *scores {
	m := len(r)
	s := &scores{z: make([]float64, 0, min(m, maxKnots)), u: make([]float64, 0, min(m, maxKnots))}
	add := func(i int) {
		s.z = append(s.z, mathext.NormalQuantile((float64(i)+.5)/float64(m)))
		s.u = append(s.u, u[r.Step(i)])
	}
	if m <= maxKnots {
		for i := range r {
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
	s.tabulate(s.exact)
	return s
}

// tabulate fills the table of the whole series.
func (s *scores) tabulate(at func(z float64) float64) {
	n := int(2*scoreEnd/scoreStep) + 2
	s.fast = make([]float32, n)
	for i := range s.fast {
		s.fast[i] = float32(at(float64(i)*scoreStep - scoreEnd))
	}
	s.edge = [2]float64{at(cellScores[0]), at(cellScores[len(cellScores)-1])}
}

// fewKnots say nothing of tails by their last two.
const fewKnots = 20

// exact interpolates the table; the tails go on with the slope of the last 2 %,
// of few values with that of the half on their side.
func (s *scores) exact(z float64) float64 {
	m := len(s.z)
	q := max(1, m/50)
	if m <= fewKnots {
		q = m / 2
	}
	switch {
	case m == 0:
		return 0
	case q > 0 && z > s.z[m-1]:
		return s.u[m-1] + (z-s.z[m-1])*(s.u[m-1]-s.u[m-1-q])/math.Max(1e-9, s.z[m-1]-s.z[m-1-q])
	case q > 0 && z < s.z[0]:
		return s.u[0] + (z-s.z[0])*(s.u[q]-s.u[0])/math.Max(1e-9, s.z[q]-s.z[0])
	}
	return stat.Interpolate(z, s.z, s.u)
}

// addCells makes a table for every cell from the ranked residuals u of the cell
// and of the hours before and after it; prior is the weight of the whole series
// in values.
func (s *scores) addCells(u []float64, r stat.Ranking, cell []uint8, cells int, prior float64, check work.Check) {
	whole := newSeeker(len(r))
	by, count := make([]*seeker, cells), make([]int, cells)
	for i := range r {
		count[cell[r.Step(i)]]++
	}
	for c := range by {
		by[c] = newSeeker(count[c] + count[(c+2)%cells] + count[(c+cells-2)%cells])
	}
	for i := range r {
		check.Pass(i)
		x, c := u[r.Step(i)], int(cell[r.Step(i)])
		whole.pass(x)
		by[c].pass(x)
		by[(c+2)%cells].pass(x)
		by[(c+cells-2)%cells].pass(x)
	}
	for c := range by {
		k := whole.quantiles()
		if m := float64(by[c].count); m >= 20 {
			for i, q := range by[c].quantiles() {
				k[i] = (m*q + prior*k[i]) / (m + prior)
			}
		}
		s.addCell(k)
	}
}

// addCell makes a table of a cell's knots.
func (s *scores) addCell(k []float64) {
	for i := 1; i < len(k); i++ {
		k[i] = math.Max(k[i], k[i-1]+1e-9)
	}
	fast := make([]float32, int((cellScores[len(cellScores)-1]-cellScores[0])/cellStep)+3)
	for i := range fast {
		fast[i] = float32(stat.Interpolate(cellScores[0]+float64(i)*cellStep, cellScores, k))
	}
	s.cells = append(s.cells, k)
	s.cell = append(s.cell, fast)
}

// seeker finds the quantiles at cellLevels of count values that pass in
// ascending order.
type seeker struct {
	count, passed int
	rank          []int     // of the order statistics that are wanted, ascending
	value         []float64 // of those that passed
}

func newSeeker(count int) *seeker {
	s := &seeker{count: count}
	for _, p := range cellLevels {
		i := int(p * float64(count-1))
		s.rank = append(s.rank, i, min(i+1, count-1))
	}
	slices.Sort(s.rank)
	s.rank = slices.Compact(s.rank)
	return s
}

// pass tells the next value.
func (s *seeker) pass(x float64) {
	if s.rank[min(len(s.value), len(s.rank)-1)] == s.passed {
		s.value = append(s.value, x)
	}
	s.passed++
}

// quantiles are those of all values, which have passed (see quantile).
func (s *seeker) quantiles() []float64 {
	at := func(rank int) float64 {
		i, _ := slices.BinarySearch(s.rank, rank)
		return s.value[i]
	}
	q := make([]float64, len(cellLevels))
	for i, p := range cellLevels {
		h := p * float64(s.count-1)
		r := int(h)
		a := at(r)
		q[i] = a + (h-float64(r))*(at(min(r+1, s.count-1))-a)
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
		return stat.Interpolate(s.edge[1]+u-k[last], s.u, s.z)
	case u < k[0]:
		return stat.Interpolate(s.edge[0]+u-k[0], s.u, s.z)
	}
	return stat.Interpolate(u, k, cellScores)
}

// rankScores replaces u by its normal scores, those of the ranks where they are known;
// ties fall at random, by a stream of the series.
func rankScores(u []float64, r stat.Ranking, known []float64, ties uint64, check work.Check) {
	for i := 0; i < len(r); {
		check.Pass(i)
		j := i + 1
		for j < len(r) && u[r.Step(j)] == u[r.Step(i)] {
			check.Pass(j)
			j++
		}
		if tied := r[i:j]; len(tied) > 1 {
			slices.SortFunc(tied, func(a, b uint32) int {
				return cmp.Or(cmp.Compare(random.Draw(ties, int64(a))>>32, random.Draw(ties, int64(b))>>32), cmp.Compare(a, b))
			})
		}
		i = j
	}
	for i := range r {
		check.Pass(i)
		if len(known) == len(r) {
			u[r.Step(i)] = known[i]
		} else {
			u[r.Step(i)] = mathext.NormalQuantile((float64(i) + .5) / float64(len(r)))
		}
	}
}
