package engine

import (
	"math"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/random"
	"github.com/datamime/datamime/engine/internal/stat"
)

// Aggregate is how a step's value follows from those of finer steps in it.
type Aggregate uint8

const (
	Mean Aggregate = iota // of levels
	Sum                   // of flows and counts
	Last                  // of states
)

// Finer is a simulation cut into finer steps. Put together again they give its
// values; in between they move as it does: as a random walk would, of which
// the steps' values are known,
//
//	y(τ) = b₀ + τ(b₁ − b₀) + 6τ(1−τ)(x − (b₀ + b₁)/2) + σB(τ)
//
// with x the mean over the step, b₀ and b₁ half way between it and its
// neighbours' means but for noise (see betweenMeans), and B a Brownian
// bridge without area. σ² is the mean square of the second differences of
// means, which of a random walk is the variance of its steps.
type Finer struct {
	m          *Model
	sim        *Simulation
	how        Aggregate
	fine       int64
	start, end int64
	variable   []variable
	rough      []float64
	key        uint64
	zone       civil.Zone

	rows             Rows
	at               int
	ended            bool
	before, now, new fineStep
	part, parts      int64
	path             [][]float64 // [variable][part]; nil: too many
}

// fineStep is the rows of a step that is cut.
type fineStep struct {
	any     bool
	time    int64
	present []bool
	donor   []int64
	value   []float64 // [variable], missing where absent
}

// A step of more parts, or a model whose parts take more memory, has no noise
// in its steps.
const (
	mostParts = 4096
	mostFine  = 1 << 22
)

// SimulateFiner starts a simulation whose steps are fine microseconds long, of
// which the model's consist; its times must be regular. Close must be called.
func (m *Model) SimulateFiner(w Window, fine int64, how Aggregate) *Finer {
	coarse := w
	own := m.cal.Frequency.Micros
	coarse.Start -= 2 * own // to know what is before
	if coarse.End < math.MaxInt64-own {
		coarse.End += own
	}
	f := &Finer{m: m, how: how, fine: fine, start: w.Start, end: w.End, key: random.Stream(w.Seed, random.ForFiner), zone: civil.Zone{Location: m.cal.Location}}
	f.variable = m.override(w)
	f.rough = m.roughness()
	f.sim = m.Simulate(coarse)
	f.read(&f.now)
	f.read(&f.new)
	return f
}

// Close ends the simulation.
func (f *Finer) Close() { f.sim.Close() }

// Next is Simulation.Next.
func (f *Finer) Next(out *Rows) bool {
	out.Time, out.Series, out.Donor = out.Time[:0], out.Series[:0], out.Donor[:0]
	for len(out.Value) < f.m.values {
		out.Value = append(out.Value, nil)
	}
	for v := range out.Value {
		out.Value[v] = out.Value[v][:0]
	}
	for len(out.Time) < rowsPerBatch && f.now.any {
		if f.parts == 0 {
			f.cut()
		}
		t := f.now.time + f.part*f.fine
		if t >= f.end {
			return len(out.Time) > 0
		}
		if t < f.start {
			f.part = min(f.parts, (f.start-f.now.time+f.fine-1)/f.fine)
		} else {
			f.emit(out, t)
			f.part++
		}
		if f.part >= f.parts {
			f.before, f.now, f.new = f.now, f.new, f.before
			f.part, f.parts = 0, 0
			f.read(&f.new)
		}
	}
	return len(out.Time) > 0
}

// read reads the next step.
func (f *Finer) read(s *fineStep) {
	n := len(f.m.names)
	s.any = false
	s.present, s.donor, s.value = resize(s.present, n), resize(s.donor, n), resize(s.value, n*f.m.values)
	clear(s.present)
	for i := range s.value {
		s.value[i] = stat.Missing()
	}
	for !f.ended {
		if f.at == len(f.rows.Time) {
			f.at = 0
			f.ended = !f.sim.Next(&f.rows)
			continue
		}
		t := f.rows.Time[f.at]
		if s.any && t != s.time {
			return
		}
		c := f.m.emit[f.rows.Series[f.at]]
		s.time, s.any, s.present[c], s.donor[c] = t, true, true, f.rows.Donor[f.at]
		for v := range f.rows.Value {
			s.value[c*f.m.values+v] = f.rows.Value[v][f.at]
		}
		f.at++
	}
}

// cut begins a step: its parts, and their values where they are few enough.
func (f *Finer) cut() {
	cal := f.m.cal
	step, _ := cal.Nearest(cal.Axis(f.now.time, &f.zone))
	end := cal.Time(step+1, &f.zone)
	f.parts = max(1, (end-f.now.time)/f.fine)
	f.path = f.path[:0]
	if f.parts > mostParts || f.parts*int64(f.m.visible) > mostFine {
		f.path = nil
		return
	}
	for k := range f.now.value {
		if k == cap(f.path) || f.path[:k+1][k] == nil {
			f.path = append(f.path[:k], nil)
		}
		f.path = f.path[:k+1]
		f.path[k] = resize(f.path[k], int(f.parts))
		if x := f.now.value[k]; stat.IsMissing(x) {
			for j := range f.path[k] {
				f.path[k][j] = x
			}
			continue
		}
		f.within(f.path[k], k, step)
	}
}

// ends are the values at the two ends of the step of variable k: half way to
// its neighbours, or from the last one to its own.
func (f *Finer) ends(k int, next bool) (a, b float64) {
	x := f.now.value[k]
	a, b = x, x
	if y := f.before.value; f.before.any && f.follows(&f.before, &f.now) && !stat.IsMissing(y[k]) {
		a = y[k]
	}
	if y := f.new.value; next && f.new.any && f.follows(&f.now, &f.new) && !stat.IsMissing(y[k]) {
		b = y[k]
	}
	if c := f.variable[k].circle; c != nil {
		a, b = c.near(a, x), c.near(b, x)
	}
	if f.how == Last {
		return a, x
	}
	return (a + x) / 2, (b + x) / 2
}

// follows tells whether two steps are neighbours.
func (f *Finer) follows(a, b *fineStep) bool {
	i, _ := f.m.cal.Nearest(f.m.cal.Axis(a.time, &f.zone))
	j, _ := f.m.cal.Nearest(f.m.cal.Axis(b.time, &f.zone))
	return j == i+1
}

// straight is the value at part j of parts that have no noise.
func (f *Finer) straight(k int, j, parts int64) float64 {
	x := f.now.value[k]
	if stat.IsMissing(x) || f.variable[k].hold != nil || !f.variable[k].moves() {
		return x
	}
	a, b := f.ends(k, true)
	if f.how == Last {
		return a + (b-a)*float64(j+1)/float64(parts)
	}
	tau := (float64(j) + .5) / float64(parts)
	return a + tau*(b-a) + 6*tau*(1-tau)*(x-(a+b)/2)
}

// moves tells whether a variable varies.
func (v *variable) moves() bool { return v.active || v.circle != nil }

// within writes the parts of the step of variable k.
func (f *Finer) within(y []float64, k int, step int64) {
	v, x := &f.variable[k], f.now.value[k]
	n := float64(len(y))
	if v.hold != nil || !v.moves() {
		for j := range y {
			y[j] = x
		}
		f.round(y, v, x, random.Draw(f.key^v.key, step))
		return
	}
	key, sigma := random.Draw(f.key, int64(v.key)), f.rough[k]
	a, b := f.ends(k, true)
	if f.how != Last { // noise at the ends, the same for both steps
		a += sigma * betweenMeans(key, step)
		b += sigma * betweenMeans(key, step+1)
	}
	own := random.Draw(key, 2*step+1)
	walk, area := 0., 0.
	for j := range y {
		walk += sigma / math.Sqrt(n) * random.Gaussian(random.Draw(own, int64(j)))
		y[j] = walk
	}
	for j := range y { // tied down at both ends
		y[j] -= walk * float64(j+1) / n
		area += y[j] / n
	}
	sum := 0.
	for j := range y {
		if f.how == Last {
			y[j] += a + (b-a)*float64(j+1)/n
			continue
		}
		tau := (float64(j) + .5) / n
		y[j] += -6*tau*(1-tau)*area + a + tau*(b-a) + 6*tau*(1-tau)*(x-(a+b)/2)
		sum += y[j] / n
	}
	if f.how != Last {
		for j := range y {
			y[j] += x - sum
		}
	}
	if v.circle == nil {
		f.bound(y, v, x)
	}
	f.round(y, v, x, own)
}

// betweenMeans is how far a random walk of unit variance a step is, at the
// beginning of a step, from half way between the means of the steps about it:
// of the variance 1/6, and of the correlation -1/4 with the next.
func betweenMeans(key uint64, step int64) float64 {
	theta := 2 - math.Sqrt(3) // θ/(1+θ²) = 1/4
	return (random.Gaussian(random.Draw(key, 2*step)) - theta*random.Gaussian(random.Draw(key, 2*step-2))) / math.Sqrt(6*(1+theta*theta))
}

// bound draws the parts together until they lie within the variable's bounds.
func (f *Finer) bound(y []float64, v *variable, x float64) {
	share := 1.
	for _, u := range y {
		if u > v.most {
			share = min(share, (v.most-x)/(u-x))
		}
		if u < v.least {
			share = min(share, (v.least-x)/(u-x))
		}
	}
	if share < 1 {
		for j := range y {
			y[j] = x + max(0, share)*(y[j]-x)
		}
	}
}

// round rounds the parts to the variable's decimals so that together they
// still are what they were: what rounding takes from one it gives to the next.
// Of a sum each part gets its share, and what cannot be shared falls to one of
// them by chance.
func (f *Finer) round(y []float64, v *variable, x float64, key uint64) {
	decimals := v.lattice.decimals
	if v.lattice.set != nil {
		decimals = decimalsOf(v.lattice.set)
	}
	n := float64(len(y))
	switch {
	case v.circle != nil:
		for j, u := range y {
			y[j] = v.circle.snap(v, v.circle.wrap(u))
		}
		return
	case f.how == Last:
		for j, u := range y {
			y[j] = v.within(v.lattice.snap(u))
		}
		y[len(y)-1] = x
		return
	case f.how == Sum:
		for j := range y {
			y[j] /= n
		}
	}
	units := math.Pow(10, float64(decimals)) // in one
	if decimals < 0 || math.Abs(x)*units*n > 1e12 {
		return // no rounding to speak of
	}
	shift := 0.
	if f.how == Sum {
		shift = random.Uniform(random.Draw(key, -1)) - .5
	}
	total, given := 0., 0.
	for j, u := range y {
		total += u * units
		part := math.RoundToEven(total+shift) - given
		given += part
		y[j] = part / units
	}
}

// emit appends the rows of the part at t.
func (f *Finer) emit(out *Rows, t int64) {
	for at, c := range f.m.emit {
		if !f.now.present[c] {
			continue
		}
		out.Time, out.Series, out.Donor = append(out.Time, t), append(out.Series, int32(at)), append(out.Donor, f.now.donor[c])
		for v := range out.Value {
			k := c*f.m.values + v
			y := 0.
			if f.path != nil {
				y = f.path[k][f.part]
			} else if y = f.straight(k, f.part, f.parts); f.how == Sum {
				y /= float64(f.parts)
			}
			out.Value[v] = append(out.Value[v], y)
		}
	}
}
