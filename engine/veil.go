package engine

import (
	"math"
	"sort"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mathext"

	"github.com/datamime/datamime/engine/internal/random"
	"github.com/datamime/datamime/engine/internal/stat"
	"github.com/datamime/datamime/engine/internal/work"
)

// veil hides how a variable moves that has its least value again and again: the
// trips of an hour, the parts asked for in a day. What is modelled is a path
// behind it, of which a value tells the stretch that it is in, not the place:
//
//	x(t) = value_j  where  edge_{j-1} < w(t) ≤ edge_j
//	w(t) = g(t) + λ c(t) + e(t),   e(t) = φ e(t-1) + noise
//
// with the location g, and c the mean deviation of the other veiled variables.
// The path is drawn as the values and its neighbours let it be, the location is
// fitted to it, and so on by turns (Tanner & Wong 1987; of ordered values Albert &
// Chib 1993). The smoothest path that rounds to sparse counts (see unround) has
// them follow each other as they do not.
type veil struct {
	value []float64 // distinct, ascending
	edge  []float64 // [place]: normal score up to which the value is, of all but the last
	unit  float64   // of the values in a score, about
	x     []float64 // what is veiled: missing where it stands idle
}

const (
	veiledShare  = .3  // of the least value; from .5 on hourly counts gain half as much, from .12 on no more
	fewestVeiled = 200 // values
	leastVeiled  = 3   // distinct values; of two, runs tell more than a path
	leastLeaving = .3  // of how often chance would leave the least value: else it stands for long, as before a start
	coarse       = 4   // steps between values that their standard deviation has at most: else rounding hides little
	veilTurns    = 12  // of path and location; with 6 links come out weaker, with 24 nothing is gained
	veilGoals    = 256
	lastGoals    = 32 // of these, of the greatest values
)

// veiled returns the veil of a variable, nil where it has none. Months are too few
// to be drawn: they come nearer to the sample's.
func (f *fitter) veiled(k int) *veil {
	m, v := f.m, &f.m.variable[k]
	if m.events != nil || m.cal.Frequency.Months > 0 || k >= m.visible || v.hold != nil {
		return nil
	}
	x := f.g.x[k]
	if d := v.idle; d != nil {
		if !d.still || d.noise != nil {
			return nil
		}
		x = d.running(x)
	}
	return newVeil(x, f.poll)
}

// newVeil learns the veil of values; nil where they have none.
func newVeil(x []float64, check work.Check) *veil {
	least, share := leastOf(x)
	if !(share >= veiledShare) || leaves(x, least) < leastLeaving {
		return nil
	}
	sorted := stat.Sorted(x, check)
	n := len(sorted)
	if n < fewestVeiled {
		return nil
	}
	h := &veil{x: x}
	for i, v := range sorted {
		if i == 0 || v > sorted[i-1] {
			if i > 0 {
				h.edge = append(h.edge, mathext.NormalQuantile(float64(i)/float64(n)))
			}
			h.value = append(h.value, v)
		}
	}
	if len(h.value) < leastVeiled {
		return nil
	}
	if _, sd := moments(sorted); sd > coarse*(h.value[1]-h.value[0]) {
		return nil
	}
	last := len(h.edge) - 1
	h.unit = (h.bound(last) - h.bound(0)) / (h.edge[last] - h.edge[0])
	return h
}

// leastOf is the least value, and its share of all that are known.
func leastOf(x []float64) (least, share float64) {
	least = math.Inf(1)
	known, count := 0., 0.
	for _, v := range x {
		if stat.IsMissing(v) {
			continue
		}
		if known++; v < least {
			least, count = v, 0
		}
		count += indicator(v == least)
	}
	return least, count / known
}

// leaves is how often x leaves a value, in units of how often chance would.
func leaves(x []float64, value float64) float64 {
	known, others, stays, left := 0., 0., 0., 0.
	for t, v := range x {
		if stat.IsMissing(v) {
			continue
		}
		other := indicator(v != value)
		known, others = known+1, others+other
		if t > 0 && x[t-1] == value {
			stays, left = stays+1-other, left+other
		}
	}
	return left * known / math.Max(1, (stays+left)*others)
}

// bound is half-way from the value at a place to the next.
func (h *veil) bound(place int) float64 { return (h.value[place] + h.value[place+1]) / 2 }

// stretch of the path that a value tells; a missing one tells nothing.
func (h *veil) stretch(x float64) (lo, hi float64) {
	lo, hi = math.Inf(-1), math.Inf(1)
	if stat.IsMissing(x) {
		return lo, hi
	}
	place := sort.SearchFloat64s(h.value, x)
	if place > 0 {
		lo = h.edge[place-1]
	}
	if place < len(h.edge) {
		hi = h.edge[place]
	}
	return lo, hi
}

// begin draws the first path, whose steps do not know each other; it is missing
// where x is.
func (h *veil) begin(w, x []float64, key uint64, check work.Check) {
	for t, v := range x {
		check.Pass(t)
		if w[t] = v; !stat.IsMissing(v) {
			lo, hi := h.stretch(h.x[t])
			w[t] = normalBetween(0, 1, lo, hi, random.Uniform(random.Draw(key, int64(t))))
		}
	}
}

// draw draws the path anew about a location, each step given those beside it.
func (h *veil) draw(w, location []float64, key uint64, check work.Check) {
	variance, phi := memoryAbout(w, location, check)
	// [neighbours that are known]: of what is left of the variance, and weights
	rest := [3]float64{1, 1 - phi*phi, (1 - phi*phi) / (1 + phi*phi)}
	weight := [3]float64{0, phi, phi / (1 + phi*phi)}
	var sd [3]float64
	for i, r := range rest {
		sd[i] = math.Sqrt(variance * r)
	}
	for t := range w {
		if check.Pass(t); stat.IsMissing(w[t]) {
			continue
		}
		known, sum := 0, 0.
		for _, s := range [2]int{t - 1, t + 1} {
			if s >= 0 && s < len(w) && !stat.IsMissing(w[s]) {
				known++
				sum += w[s] - location[s]
			}
		}
		lo, hi := h.stretch(h.x[t])
		w[t] = normalBetween(location[t]+weight[known]*sum, sd[known], lo, hi, random.Uniform(random.Draw(key, int64(t))))
	}
}

// mostMemory of a path keeps what is drawn of it from standing still.
const mostMemory = .999

// memoryAbout is the variance of a path about a location, and the correlation of
// its neighbours.
func memoryAbout(w, location []float64, check work.Check) (variance, phi float64) {
	n, both, pairs := 0., 0., 0.
	last := stat.Missing()
	for t, v := range w {
		check.Pass(t)
		e := v - location[t]
		if !stat.IsMissing(e) {
			variance, n = variance+e*e, n+1
		}
		if d := e * last; !stat.IsMissing(d) {
			both, pairs = both+d, pairs+1
		}
		last = e
	}
	variance /= math.Max(1, n)
	return variance, math.Max(0, math.Min(mostMemory, both/math.Max(1, pairs)/(variance+1e-300)))
}

// normalBetween is the value between lo and hi that a share of a normal
// distribution within them is below.
func normalBetween(mean, sd, lo, hi, share float64) float64 {
	a, b, sign := (lo-mean)/sd, (hi-mean)/sd, 1.
	if a+b > 0 { // the tail on the other side is told more finely
		a, b, sign, share = -b, -a, -1, 1-share
	}
	p, q := upperTail(-a), upperTail(-b)
	z := b
	if u := p + share*(q-p); u > 1e-300 {
		z = max(a, min(b, mathext.NormalQuantile(u)))
	}
	return mean + sign*sd*z
}

// goals are the bounds between values, and the levels of the path's quantiles
// that are to meet them: values come as often as they did.
func (h *veil) goals() (level, goal []float64) {
	last := len(h.edge) - 1
	every := 1 + last/veilGoals
	for place, e := range h.edge {
		if place%every == 0 || place > last-lastGoals {
			level, goal = append(level, 1-upperTail(e)), append(goal, h.bound(place))
		}
	}
	return level, goal
}

// raise is a path on the scale of the values.
func (h *veil) raise(w []float64) []float64 {
	bound := make([]float64, len(h.edge))
	for place := range bound {
		bound[place] = h.bound(place)
	}
	r := newRemap(append([]float64(nil), h.edge...), bound)
	x := make([]float64, len(w))
	for t, v := range w {
		if x[t] = v; !stat.IsMissing(v) {
			x[t] = math.Max(h.value[0], r.at(v))
		}
	}
	return x
}

// unveil draws the paths behind veils, which f.y has begun, and their locations by
// turns.
func (f *fitter) unveil() error {
	var veiled []int // latent variables
	for i, h := range f.veils {
		if h != nil {
			veiled = append(veiled, i)
		}
	}
	if len(veiled) == 0 {
		return nil
	}
	m := f.m
	fac := f.where.factorize(f.where.total, f.probe())
	about := make([][]float64, len(f.y)) // [latent]: the location
	for _, i := range veiled {
		about[i] = make([]float64, f.g.n)
	}
	of := func(v *variable) *curve { return v.location }
	others := &deviations{sum: make([]float64, f.g.n), count: make([]float64, f.g.n), check: f.poll}
	for turn := range int64(veilTurns) {
		err := f.each(len(veiled), func(j int) {
			i := veiled[j]
			m.variable[f.latents[i]].location = f.curve(m.location, f.where.fit(fac, &response{y: f.y[i]}, nil))
		})
		if err == nil {
			err = f.along(m.location, veiled, of, func(i, at int, values []float64) { copy(about[i][at:], values) })
		}
		if err != nil {
			return err
		}
		f.drawVeiled(veiled, about, others, turn)
	}
	return f.each(len(veiled), func(j int) {
		i := veiled[j]
		v, y, unit := &m.variable[f.latents[i]], f.y[i], f.veils[i].unit
		mean, sd := moments(y)
		floats.AddConst(-mean, y)
		floats.Scale(1/sd, y)
		v.mean, v.sd = mean*unit, sd*unit
	})
}

// veilKey is the stream of what is drawn behind the veil of a latent variable.
func (f *fitter) veilKey(latent int) uint64 {
	return random.Draw(random.ForVeil, int64(f.m.variable[f.latents[latent]].key))
}

// drawVeiled draws the paths about their locations one after the other, each given
// what the others have just become: drawn at once, they would lose their links.
func (f *fitter) drawVeiled(veiled []int, location [][]float64, others *deviations, turn int64) {
	others.clear()
	for _, i := range veiled {
		others.add(f.y[i], location[i], 1)
	}
	for _, i := range veiled {
		w, about := f.y[i], location[i]
		others.add(w, about, -1)
		slope := others.slope(w, about)
		others.shift(about, slope)
		f.veils[i].draw(w, about, random.Draw(f.veilKey(i), turn), f.poll)
		others.shift(about, -slope)
		others.add(w, about, 1)
	}
}

// deviations are sums of paths' deviations from their locations by step, and how
// many each is of.
type deviations struct {
	sum, count []float64
	check      work.Check
}

// clear makes them those of no path.
func (d *deviations) clear() {
	for t := range d.sum {
		d.check.Pass(t)
		d.sum[t], d.count[t] = 0, 0
	}
}

// add adds those of a path so many times.
func (d *deviations) add(w, location []float64, times float64) {
	for t, v := range w {
		d.check.Pass(t)
		if e := v - location[t]; !stat.IsMissing(e) {
			d.sum[t] += times * e
			d.count[t] += times
		}
	}
}

// slope is that of a path's deviations on their mean.
func (d *deviations) slope(w, location []float64) float64 {
	both, power := 0., 1e-300
	for t, v := range w {
		d.check.Pass(t)
		if e := v - location[t]; !stat.IsMissing(e) && d.count[t] > 0 {
			mean := d.sum[t] / d.count[t]
			both, power = both+e*mean, power+mean*mean
		}
	}
	return both / power
}

// shift adds their mean to a location so many times.
func (d *deviations) shift(location []float64, times float64) {
	for t, n := range d.count {
		d.check.Pass(t)
		if n > 0 {
			location[t] += times * d.sum[t] / n
		}
	}
}
