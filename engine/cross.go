package engine

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/datamime/datamime/engine/internal/random"
	"github.com/datamime/datamime/engine/internal/work"
)

// axes turn the scores of the series into components with dynamics of their
// own and back. Well-observed series are rotated together to their principal
// axes, or, when they are many, share a few factors beside an axis of their
// own; others keep their own axis.
type axes struct {
	count   int         // axes in all
	factors int         // the first axes are shared
	load    [][]float64 // [series]: loadings on the shared axes; nil: none
	own     []int       // [series]: axis of its own, or -1
}

const (
	soloShare  = .1 // of missing values, beyond which a series keeps its axis
	fullRotate = 256
	manyAxes   = 24 // shared factors when series are more than fullRotate
)

// correlations is the correlation matrix of complete rows.
func correlations(z [][]float64, check work.Check, share work.Workers) *mat.SymDense {
	c := covariance(z, check, share)
	k := len(z)
	sd := make([]float64, k)
	for i := range sd {
		sd[i] = math.Sqrt(c.At(i, i))
	}
	for i := range k {
		for j := i; j < k; j++ {
			if d := sd[i] * sd[j]; d > 0 {
				c.SetSym(i, j, c.At(i, j)/d)
			} else {
				c.SetSym(i, j, 0)
			}
		}
	}
	return c
}

// covariance is the covariance matrix of complete rows.
func covariance(z [][]float64, check work.Check, share work.Workers) *mat.SymDense {
	k, n := len(z), len(z[0])
	mean := make([]float64, k)
	share(k, func(i int) {
		sum := 0.
		for _, x := range z[i] {
			sum += x
		}
		mean[i] = sum / float64(n)
	})
	c := mat.NewSymDense(k, nil)
	// in tiles of steps, to keep what is multiplied in the cache, some tiles at once
	tile := max(1, min(2048, n))
	products := make([]*mat.SymDense, max(1, min((n+tile-1)/tile, cachedValues/(k*k))))
	blocks := work.Turns[mat.Dense]{Make: func() *mat.Dense { return mat.NewDense(k, tile, nil) }}
	for a := 0; a < n; a += tile * len(products) {
		tiles := min(len(products), (n-a+tile-1)/tile)
		share(tiles, func(i int) {
			check.Ask()
			blocks.With(func(block *mat.Dense) {
				for j, v := range z {
					centre(block.RawRowView(j), v[a+i*tile:min(n, a+(i+1)*tile)], mean[j])
				}
				products[i] = mat.NewSymDense(k, nil)
				addOuter(products[i], block)
			})
		})
		for _, p := range products[:tiles] {
			c.AddSym(c, p)
		}
	}
	c.ScaleSym(1/math.Max(1, float64(n-1)), c)
	return c
}

// centre writes x less its mean to dst, and zeros behind it.
func centre(dst, x []float64, mean float64) {
	clear(dst[len(x):])
	for i, v := range x {
		dst[i] = v - mean
	}
}

// principal returns the eigenvalues in descending order and their vectors,
// each with its largest component positive: a fixed sign makes fits equal.
func principal(c *mat.SymDense) ([]float64, *mat.Dense) {
	k := c.SymmetricDim()
	var e mat.EigenSym
	vectors := mat.NewDense(k, k, nil)
	if !e.Factorize(c, true) {
		for i := range k {
			vectors.Set(i, i, 1)
		}
		return make([]float64, k), vectors
	}
	ascending := e.Values(nil)
	var v mat.Dense
	e.VectorsTo(&v)
	values := make([]float64, k)
	for j := range k {
		from := k - 1 - j
		values[j] = math.Max(0, ascending[from])
		setAxis(vectors, j, 1, func(i int) float64 { return v.At(i, from) })
	}
	return values, vectors
}

// setAxis sets a column to a vector times a scale, with its largest component
// positive.
func setAxis(vectors *mat.Dense, j int, scale float64, at func(i int) float64) {
	k, _ := vectors.Dims()
	big := 0.
	for i := range k {
		if x := at(i); math.Abs(x) > math.Abs(big)*(1+1e-9) {
			big = x
		}
	}
	for i := range k {
		vectors.Set(i, j, math.Copysign(scale, big)*at(i))
	}
}

// principalOfSteps is principal of the covariance of more series than steps,
// from the products of steps in place of series, as what moves is the same: of
// Z Zᵀ u = λ u the vector is Zᵀ u / √λ. It leaves out what does not move.
func principalOfSteps(z [][]float64, check work.Check) ([]float64, *mat.Dense) {
	k, n := len(z), len(z[0])
	rows, steps := mat.NewDense(k, n, nil), mat.NewDense(n, k, nil)
	for i, x := range z {
		centre(rows.RawRowView(i), x, floats.Sum(x)/float64(n))
		steps.SetCol(i, rows.RawRowView(i))
	}
	check.Ask()
	products := mat.NewSymDense(n, nil)
	addOuter(products, steps)
	products.ScaleSym(1/math.Max(1, float64(n-1)), products)
	values, u := principal(products)
	values = values[:moving(values)]
	var v mat.Dense
	v.Mul(rows, u.Slice(0, n, 0, len(values)))
	vectors := mat.NewDense(k, len(values), nil)
	for j := range values {
		norm := math.Sqrt(values[j] * math.Max(1, float64(n-1)))
		setAxis(vectors, j, 1/math.Max(1e-300, norm), func(i int) float64 { return v.At(i, j) })
	}
	return values, vectors
}

// newAxes chooses the axes of filled scores.
func newAxes(p *packed) *axes {
	k := len(p.z)
	a := &axes{load: make([][]float64, k), own: make([]int, k)}
	var together []int
	for i := range k {
		a.own[i] = -1
		if p.share[i] <= soloShare {
			together = append(together, i)
		}
	}
	if len(together) < 2 {
		together = nil
	}
	if len(together) > 0 {
		z := make([][]float64, len(together))
		for i, s := range together {
			z[i] = p.z[s]
		}
		a.factors = len(together)
		if a.factors > fullRotate {
			a.factors = manyAxes
		}
		loadings := leading(z, a.factors, p.check, p.workers)
		for i, s := range together {
			a.load[s] = loadings[i]
		}
	}
	full := a.factors == len(together)
	if full && a.factors > 0 {
		a.factors = len(a.load[together[0]])
	}
	a.count = a.factors
	for i := range k {
		if a.load[i] == nil || !full {
			a.own[i] = a.count
			a.count++
		}
	}
	return a
}

// stillAxis is the share of the greatest axis' variance up to which an axis is
// one of rounding errors alone.
const stillAxis = 1e-10

// moving is on how many axes something moves, given their variances in descending
// order; at least one.
func moving(variance []float64) int {
	n := 1
	for n < len(variance) && variance[n] > stillAxis*variance[0] {
		n++
	}
	return n
}

// leading returns for each series its weights on the first r principal axes:
// exactly when there are few series, else by subspace iteration. Where there
// are few it leaves out those on which nothing moves: k series of n steps have
// at most n - 1 others, and copies of a series have none of their own.
func leading(z [][]float64, r int, check work.Check, share work.Workers) [][]float64 {
	k := len(z)
	w := make([][]float64, k)
	if k <= fullRotate {
		var variance []float64
		var v *mat.Dense
		if len(z[0]) < k {
			variance, v = principalOfSteps(z, check)
		} else {
			variance, v = principal(covariance(z, check, share))
		}
		r = min(r, moving(variance))
		for i := range w {
			w[i] = append([]float64(nil), v.RawRowView(i)[:r]...)
		}
		return w
	}
	q := make([][]float64, r) // [factor][series]
	for j := range q {
		q[j] = make([]float64, k)
		for i := range q[j] {
			q[j][i] = random.Gaussian(random.Draw(uint64(i)*random.Golden, int64(j)))
		}
	}
	orthonormalise(q)
	path := make([][]float64, r)
	for j := range path {
		path[j] = make([]float64, len(z[0]))
	}
	for range subspacePasses { // Q ← orth(Z Zᵀ Q)
		share.Parts(len(z[0]), stepsOfMany, func(from, to int) {
			for j := range path {
				clear(path[j][from:to])
			}
			for i, x := range z {
				for j := range path {
					axpy(path[j][from:to], q[j][i], x[from:to])
				}
			}
		})
		share(len(z), func(i int) {
			for j := range path {
				q[j][i] = floats.Dot(path[j], z[i])
			}
		})
		orthonormalise(q)
	}
	for i := range w {
		w[i] = make([]float64, r)
		for j := range q {
			w[i][j] = q[j][i]
		}
	}
	return w
}

// valuesAtOnce bound a piece of work that takes all series over some steps.
const valuesAtOnce = 1 << 20

// stepsOfMany are gathered from every series at once.
const stepsOfMany = 256

// subspacePasses leave the leading directions of scores exact to a few
// percent, which is all that axes beside a remainder need.
const subspacePasses = 6

// orthonormalise makes vectors orthonormal (modified Gram and Schmidt, twice).
func orthonormalise(q [][]float64) {
	for range 2 {
		for j, v := range q {
			for _, u := range q[:j] {
				axpy(v, -floats.Dot(u, v), u)
			}
			if d := floats.Norm(v, 2); d > 1e-300 {
				floats.Scale(1/d, v)
			}
		}
	}
}

// project overwrites the scores by their paths on the axes: path[axis][step].
func (a *axes) project(p *packed) [][]float64 {
	path := make([][]float64, a.count)
	var shared []int // the series whose arrays the shared paths take
	for k, load := range a.load {
		if load != nil && a.own[k] < 0 {
			shared = append(shared, k)
		}
	}
	for f := range a.factors {
		if len(shared) > 0 {
			path[f] = p.z[shared[f]]
		} else {
			path[f] = make([]float64, p.N)
		}
	}
	var rooms work.Rooms
	p.workers.Parts(p.N, max(64, min(2048, valuesAtOnce/len(p.z))), func(from, to int) {
		rooms.With(func(r *work.Room) { a.projectPart(path, p, from, to, r) })
	})
	for k, z := range p.z {
		if a.own[k] >= 0 {
			path[a.own[k]] = z
		}
		p.z[k] = nil
	}
	return path
}

// projectPart gives the shared paths their steps, and leaves of the series that
// have axes of their own what these do not tell.
func (a *axes) projectPart(path [][]float64, p *packed, from, to int, r *work.Room) {
	sum := make([][]float64, a.factors)
	for f := range sum {
		sum[f] = r.Take(to - from)
	}
	for k, z := range p.z {
		for f, w := range a.load[k] {
			axpy(sum[f], w, z[from:to])
		}
	}
	for f := range sum {
		copy(path[f][from:to], sum[f])
	}
	for k, z := range p.z {
		if a.own[k] >= 0 {
			for f, w := range a.load[k] {
				axpy(z[from:to], -w, sum[f])
			}
		}
	}
}

// addOuter adds b·bᵀ to c.
func addOuter(c *mat.SymDense, b *mat.Dense) { c.SymRankK(c, 1, b) }
