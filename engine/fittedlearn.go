package engine

import (
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/mathext"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/stat"
	"github.com/datamime/datamime/engine/internal/stepset"
	"github.com/datamime/datamime/engine/internal/work"
)

// series of innovations of unit variance over unbroken stretches of steps.
type whitened struct {
	*stepset.Packing
	x     [][]float64 // [axis][packed step]
	check work.Check
}

// learnInnovations learns how the sample's innovations are distributed.
func learnInnovations(d *dynamics, cal *calendar, check work.Check) *innovations {
	axes := d.axes.count
	w := &whitened{Packing: d.Packing, check: check}
	for q := range axes {
		v := make([]float64, d.N)
		for t := range v {
			// An axis on which nothing moves has innovations of no size.
			if x := float64(d.e[t*axes+q]); stat.Finite(x) {
				v[t] = max(-farOut, min(farOut, x))
			}
		}
		w.x = append(w.x, v)
	}
	in := &innovations{restive: make([]float64, axes)}
	if axes > 1 && axes <= mostLinked {
		w.link(in, cal)
	}
	if cal.sub && float64(d.N) >= leastRestlessDays*cal.day {
		w.hourly(in, cal)
	}
	w.volatility(in, cal)
	for _, v := range w.x {
		stat.Sort(v, nil)
		in.shape = append(in.shape, newShape(v))
	}
	return in
}

const (
	linkedHours       = 4  // lags of steps below a day
	linkedDays        = 2  // and of longer ones
	valuesPerLink     = 30 // that a coefficient takes
	linkRidge         = 20 // values that say there is no link
	leastRestlessDays = 30
	cellHold          = 40 // values that say that a cell is like the others
)

// link fits A and R, and leaves the remainder R⁻¹(e − Σ A e).
func (w *whitened) link(in *innovations, cal *calendar) {
	k, n := len(w.x), w.N
	in.lags = linkedDays
	if cal.sub {
		in.lags = linkedHours
	}
	in.lags = min(in.lags, n/(valuesPerLink*k))
	if in.lags > 0 {
		w.regress(in)
	}
	// R is the symmetric root of the remainder's covariance: it leaves each axis
	// nearest to itself.
	c := mat.NewSymDense(k, nil)
	for q := range k {
		for r := q; r < k; r++ {
			sum := 0.
			for t, x := range w.x[q] {
				sum += x * w.x[r][t]
			}
			if sum /= float64(n); q != r {
				sum *= float64(n) / float64(n+linkRidge*k)
			}
			c.SetSym(q, r, sum)
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(c, true) {
		return
	}
	var v mat.Dense
	eigen.VectorsTo(&v)
	root, inverse := make([]float64, k*k), make([]float64, k*k)
	for i, lambda := range eigen.Values(nil) {
		s := math.Sqrt(math.Max(lambda, 1e-4))
		for q := range k {
			for r := range k {
				root[q*k+r] += s * v.At(q, i) * v.At(r, i)
				inverse[q*k+r] += v.At(q, i) * v.At(r, i) / s
			}
		}
	}
	in.root = root
	row := make([]float64, k)
	for t := range n {
		w.check.Pass(t)
		for q := range row {
			row[q] = 0
			for r := range k {
				row[q] += inverse[q*k+r] * w.x[r][t]
			}
		}
		for q, x := range row {
			w.x[q][t] = x
		}
	}
}

// regress fits A by ridge regression of every axis on the lags of all, and
// leaves its remainder.
func (w *whitened) regress(in *innovations) {
	k := len(w.x)
	gram, right := w.normal(in.lags)
	if !in.solve(gram, right) {
		in.lags = 0
		return
	}
	for in.grows(k) {
		for _, a := range in.lag {
			for i := range a {
				a[i] *= .9
			}
		}
	}
	row := make([]float64, k*in.lags)
	for _, s := range w.Segment {
		for t := s[1] - 1; t >= s[0]+in.lags; t-- { // from behind: lags are still what they were
			w.before(row, t)
			for q := range k {
				for l, a := range in.lag {
					for r := range k {
						w.x[q][t] -= a[q*k+r] * row[l*k+r]
					}
				}
			}
		}
	}
}

// before fills row with what all axes were at the steps before t, the last one
// first.
func (w *whitened) before(row []float64, t int) {
	k := len(w.x)
	for l := range len(row) / k {
		for r := range k {
			row[l*k+r] = w.x[r][t-1-l]
		}
	}
}

// normal returns the normal equations of the axes on the lags of all: the upper
// triangle of the matrix, row-major, and the right side of each axis.
func (w *whitened) normal(lags int) (gram []float64, right [][]float64) {
	k := len(w.x)
	m := k * lags
	gram, right = make([]float64, m*m), make([][]float64, k)
	for q := range right {
		right[q] = make([]float64, m)
	}
	row := make([]float64, m)
	for _, s := range w.Segment {
		for t := s[0] + lags; t < s[1]; t++ {
			w.check.Pass(t)
			w.before(row, t)
			rankOne(gram, row, 1)
			for q := range k {
				axpy(right[q], w.x[q][t], row)
			}
		}
	}
	return gram, right
}

// solve sets A to what solves the normal equations with their ridge; false where
// nothing does.
func (in *innovations) solve(gram []float64, right [][]float64) bool {
	k := len(right)
	m := k * in.lags
	g := mat.NewSymDense(m, nil)
	for i := range m {
		for j := i; j < m; j++ {
			g.SetSym(i, j, gram[i*m+j])
		}
		g.SetSym(i, i, g.At(i, i)+linkRidge*float64(k))
	}
	var c mat.Cholesky
	if !c.Factorize(g) {
		return false
	}
	in.lag = make([][]float64, in.lags)
	for l := range in.lag {
		in.lag[l] = make([]float64, k*k)
	}
	beta := mat.NewVecDense(m, nil)
	for q := range k {
		if err := c.SolveVecTo(beta, mat.NewVecDense(m, right[q])); err != nil {
			continue
		}
		for l := range in.lags {
			for r := range k {
				in.lag[l][q*k+r] = beta.AtVec(l*k + r)
			}
		}
	}
	return true
}

// grows tells whether what A hands on does not die away.
func (in *innovations) grows(k int) bool {
	const steps = 64
	x := make([][]float64, steps)
	for t := range x {
		x[t] = make([]float64, k)
		for q := range k {
			if t == 0 {
				x[t][q] = 1
			}
			for l, a := range in.lag {
				if t-1-l < 0 {
					continue
				}
				for r := range k {
					x[t][q] += math.Abs(a[q*k+r]) * x[t-1-l][r] / math.Sqrt(float64(k))
				}
			}
		}
	}
	for _, v := range x[steps-1] {
		if v > 1 {
			return true
		}
	}
	return false
}

// hourly fits h, and divides by exp h.
func (w *whitened) hourly(in *innovations, cal *calendar) {
	like := &innovations{steps: cal}
	cells, z := make([]int, w.N), civil.Zone{Location: cal.Location}
	for t := range cells {
		cells[t] = like.cell(int64(w.Step(t)), &z)
	}
	for _, x := range w.x {
		l := logSize(x, w.check)
		h, count := make([]float64, 48), make([]float64, 48)
		for t, c := range cells {
			h[c] += l[t]
			count[c]++
		}
		for c := range h {
			h[c] /= count[c] + cellHold
		}
		for c := range h { // of nothing that moves logarithms differ for no reason
			h[c] = max(-maxLogScale/2, min(maxLogScale/2, h[c]))
		}
		in.hours = append(in.hours, h)
		square := 0.
		for t, c := range cells {
			x[t] /= math.Exp(h[c])
			square += x[t] * x[t] / float64(len(x))
		}
		if square < 1e-9 {
			clear(h)
			continue
		}
		shift := .5 * math.Log(square) // the variance stays in all
		for c := range h {
			h[c] += shift
		}
		for t := range x {
			x[t] /= math.Sqrt(square)
		}
	}
}

const (
	volatileHours = 72 // lags that tell volatility
	volatileDays  = 15
	leastVolatile = .02 // of the variance of log sizes; less is chance
)

// volatility fits v, φ and ρ by the autocovariances of the logarithms of the
// sizes of the innovations' normal scores: they are b²φ^k at every lag k but
// 0, with b the mean slope of those logarithms in w, which v decides (echo).
func (w *whitened) volatility(in *innovations, cal *calendar) {
	most := volatileDays
	if cal.sub {
		most = volatileHours
	}
	if n := w.N; n < 20*most {
		return
	}
	logs := make([][]float64, len(w.x))
	total := make([]float64, most+1)
	own := make([][]float64, len(w.x))
	for q, x := range w.x {
		logs[q] = logSize(normalScores(x, w.check), w.check)
		own[q] = make([]float64, most+1)
		for k := 1; k <= most; k++ {
			own[q][k] = w.together(logs[q], logs[q], k)
			total[k] += own[q][k] / float64(len(w.x))
		}
	}
	strength := func(c []float64, phi float64) float64 {
		xy, xx := 0., 0.
		for k := 1; k <= most; k++ {
			p := math.Pow(phi, float64(k))
			xy, xx = xy+p*c[k], xx+p*p
		}
		return xy / xx
	}
	best := 0.
	for phi := .5; phi < .995; phi += .005 {
		xx := 0.
		for k := 1; k <= most; k++ {
			xx += math.Pow(phi, 2*float64(k))
		}
		if s := strength(total, phi); s > 0 && s*s*xx > best {
			best, in.memory = s*s*xx, phi
		}
	}
	if in.memory == 0 || strength(total, in.memory) < leastVolatile {
		in.memory = 0
		return
	}
	echoes := make([]float64, len(w.x))
	for q := range in.restive {
		echoes[q] = math.Sqrt(math.Max(0, strength(own[q], in.memory)))
		in.restive[q] = restlessness(echoes[q])
	}
	sum, weight := 0., 0.
	for q := range logs {
		for r := range q {
			for k := range 4 {
				p := echoes[q] * echoes[r] * math.Pow(in.memory, float64(k))
				sum += p * w.together(logs[q], logs[r], k)
				weight += p * p
			}
		}
	}
	if weight > 0 {
		in.shared = math.Max(0, math.Min(1, sum/weight))
	}
}

// normalScores are those of the ranks of x.
func normalScores(x []float64, check work.Check) []float64 {
	z := make([]float64, len(x))
	order := stat.Rank(x, check)
	for i := range order {
		z[order.Step(i)] = mathext.NormalQuantile((float64(i) + .5) / float64(len(order)))
	}
	return z
}

// together is the covariance of x and y at a lag.
func (w *whitened) together(x, y []float64, lag int) float64 {
	sum, n := 0., 0.
	for _, s := range w.Segment {
		for t := s[0] + lag; t < s[1]; t++ {
			sum += x[t] * y[t-lag]
			n++
		}
	}
	return sum / math.Max(1, n)
}
