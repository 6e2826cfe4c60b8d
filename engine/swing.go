package engine

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/stat"
	"github.com/datamime/datamime/engine/internal/work"
)

// calendarFree takes the calendar, without a trend, out of series.
type calendarFree struct {
	f   *fitter
	fac *factor
}

func (f *fitter) calendarFree() *calendarFree {
	return &calendarFree{f, f.where.factorize(f.where.total, lambda{calendar: 300, trend: 1e7})}
}

// of is what the calendar leaves of y from a step on, missing where nothing was
// observed.
func (c *calendarFree) of(y []float64, from int) []float64 {
	f := c.f
	beta := f.where.fit(c.fac, &response{y: y}, nil)
	rest, values := make([]float64, len(y)-from), make([]float64, recurringChunk)
	s, z := sheet{d: f.m.location}, civil.Zone{Location: f.m.cal.Location}
	curve := newCurve(s.d, beta)
	for a := from / recurringChunk * recurringChunk; a < len(y); a += recurringChunk {
		b := min(len(y), a+recurringChunk)
		s.fill(int64(a), b-a, &z)
		s.curve(values[:b-a], curve)
		for t := max(a, from); t < b; t++ {
			if rest[t-from] = y[t] - values[t-a]; !f.observed.Has(t) {
				rest[t-from] = stat.Missing()
			}
		}
	}
	return rest
}

// swingFit is the least squares of the waves of some frequencies, beside the calendar.
type swingFit struct {
	*calendarFree
	found []float64 // frequencies, in cycles a step
	gram  []float64 // XᵀMX of their columns
}

// swingRidge, times the steps, keeps apart waves that look alike where the sample has
// holes.
const swingRidge = 1e-3

// waveColumns are the cosine and the sine of a frequency at the steps.
func waveColumns(f float64, n int) (x [2][]float64) {
	x[0], x[1] = make([]float64, n), make([]float64, n)
	for t := range n {
		x[1][t], x[0][t] = turn(f, int64(t))
	}
	return x
}

// block is XᵀMx of the columns x of a further cycle with those of the found ones
// and its own, row-major.
func (c *swingFit) block(at float64) []float64 {
	n := 2*len(c.found) + 2
	block := make([]float64, 2*n)
	for i, x := range waveColumns(at, c.f.g.n) {
		c.products(block[i*n:], append(slices.Clone(c.found), at), c.of(x, 0))
	}
	return block
}

// products writes the sums of y times the columns of the frequencies.
func (c *swingFit) products(dst []float64, at []float64, y []float64) {
	for t, v := range y {
		if stat.IsMissing(v) {
			continue
		}
		for l, f := range at {
			sin, cos := turn(f, int64(t))
			dst[2*l] += v * cos
			dst[2*l+1] += v * sin
		}
	}
}

// extend adds a cycle to the found ones, with its block.
func (c *swingFit) extend(at float64, block []float64) {
	n := 2 * len(c.found)
	gram := make([]float64, (n+2)*(n+2))
	for i := range n {
		copy(gram[i*(n+2):], c.gram[i*n:(i+1)*n])
	}
	for i := range 2 {
		for j := range n + 2 {
			gram[(n+i)*(n+2)+j] = block[i*(n+2)+j]
			gram[j*(n+2)+n+i] = block[i*(n+2)+j]
		}
	}
	c.found, c.gram = append(c.found, at), gram
}

// solve is the waves of the found cycles in what the calendar leaves of a
// variable.
func (c *swingFit) solve(bare []float64) []float64 {
	n := 2 * len(c.found)
	beta := make([]float64, n)
	c.products(beta, c.found, bare)
	g := mat.NewSymDense(n, slices.Clone(c.gram))
	for i := range n {
		g.SetSym(i, i, g.At(i, i)+swingRidge*float64(c.f.where.count))
	}
	solveCholesky(cholesky(g), beta)
	return beta
}

// swingOf is the least-squares cosine and sine of a frequency in y over the steps
// of which use, where not nil, says so.
func swingOf(y []float64, at float64, use func(t int) bool) (beta [2]float64) {
	var cc, cs, ss, cy, sy float64
	for t, v := range y {
		if stat.IsMissing(v) || use != nil && !use(t) {
			continue
		}
		sin, cos := turn(at, int64(t))
		cc, cs, ss, cy, sy = cc+cos*cos, cs+cos*sin, ss+sin*sin, cy+cos*v, sy+sin*v
	}
	det := cc*ss - cs*cs + 1e-9
	return [2]float64{(ss*cy - cs*sy) / det, (cc*sy - cs*cy) / det}
}

// turn is the sine and cosine of a step's place in a cycle.
func turn(f float64, step int64) (sin, cos float64) {
	x := f * float64(step)
	return math.Sincos(2 * math.Pi * (x - math.Floor(x)))
}

// addSwing adds so many times the waves to y.
func addSwing(y []float64, at, beta []float64, times float64, check work.Check) {
	for t := range y {
		check.Pass(t)
		for l, f := range at {
			sin, cos := turn(f, int64(t))
			y[t] += times * (beta[2*l]*cos + beta[2*l+1]*sin)
		}
	}
}

// unswing finds the cycles and takes them out of all latent variables; it
// returns their waves, nil where there are none.
func (f *fitter) unswing() ([][]float64, error) {
	err := work.Guarded(func() {
		f.withoutSample(len(f.y), func() { f.found = f.cycles() })
	})
	if err != nil || len(f.found) == 0 {
		return nil, err
	}
	swings, err := f.swings(f.found)
	if err != nil {
		return nil, err
	}
	return swings, f.each(len(f.y), func(i int) { addSwing(f.y[i], f.found, swings[i], -1, f.poll) })
}

// sideLines at either side of a wave tell the noise of its amplitude.
const sideLines = 3

// swings fits the cycles of every latent variable, less what noise as strong as
// that beside them explains by chance.
func (f *fitter) swings(at []float64) ([][]float64, error) {
	c := &swingFit{calendarFree: f.calendarFree()}
	for _, a := range at {
		c.extend(a, c.block(a))
	}
	out := make([][]float64, len(f.y))
	err := f.each(len(f.y), func(i int) {
		beta := c.solve(c.of(f.y[i], 0))
		y := slices.Clone(f.y[i])
		addSwing(y, at, beta, -1, f.poll)
		rest := c.of(y, 0)
		for l, a := range at {
			noise := 0.
			for k := range sideLines {
				d := (float64(k) + 2.5) / float64(f.g.n)
				for _, g := range [2]float64{a - d, a + d} {
					b := swingOf(rest, g, nil)
					noise += (b[0]*b[0] + b[1]*b[1]) / (2 * sideLines)
				}
			}
			size := beta[2*l]*beta[2*l] + beta[2*l+1]*beta[2*l+1]
			keep := math.Max(0, 1-noise/(size+1e-300))
			beta[2*l], beta[2*l+1] = keep*beta[2*l], keep*beta[2*l+1]
		}
		out[i] = beta
	})
	return out, err
}
