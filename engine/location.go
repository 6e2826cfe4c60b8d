package engine

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/random"
	"github.com/datamime/datamime/engine/internal/stat"
	"github.com/datamime/datamime/engine/internal/work"
)

// Penalties tried, RECIPE.md step 6 and 7.
var (
	calendarLambdas = []float64{30, 300, 3000, 3e4, 3e5}
	trendLambdas    = []float64{.3, 3, 30, 300, 1e7}
	scaleLambdas    = []float64{100, 1000, 1e4, 1e5}
)

const (
	pooledSeries = 20     // series that penalties are chosen on
	linkSteps    = 10_000 // steps that are enough to choose a link
)

// seasons chooses each variable's link and fits its location.
func (f *fitter) seasons() error {
	m, g := f.m, f.g
	f.layOut()
	if err := f.idles(); err != nil {
		return err
	}
	f.y, f.goals = make([][]float64, len(f.latents)), make([][]float64, len(f.latents))
	f.spans, f.reps = calibrationSpans(m.cal, len(f.latents))
	thin := f.where
	if len(f.where.step) > 2*linkSteps {
		thin = newRegression(m.location, newTimetable(m.cal, f.observed, len(f.where.step)/linkSteps, f.poll, f.share), 0)
	}
	few := f.where.folds < 2 || len(f.where.step) < fewSteps
	probe := lambda{100, 100}
	if few {
		probe = lambda{30, 1000}
	}
	probes := thin.foldFactors(probe)
	common := f.common()
	err := f.each(len(f.latents), func(i int) {
		v := &m.variable[f.latents[i]]
		x := make([]float64, g.n)
		if v.hold != nil && !v.hold.dense {
			f.goals[i] = f.goal(g.x[f.latents[i]])
			v.hold.complete(x, g.x[f.latents[i]], common[f.latents[i]], f.observed, random.Draw(random.ForHold, int64(v.key)))
		} else {
			unround(x, g.x[f.latents[i]], &v.lattice, f.poll)
			f.goals[i] = f.goal(x)
		}
		if v.idle != nil {
			f.goals[i] = f.goal(v.idle.running(x))
			v.idle.leave(x, v.key)
		}
		f.chooseLink(thin, v, x, &probes)
		for t, u := range x {
			work.Check(f.poll).Pass(t)
			x[t] = v.link.to(u)
		}
		v.mean, v.sd = moments(x)
		v.sd += 1e-12
		for t := range x {
			x[t] = (x[t] - v.mean) / v.sd
		}
		f.y[i] = x
	})
	if err != nil {
		return err
	}
	swings, err := f.unswing()
	if err != nil {
		return err
	}
	best := untold
	sides := make([]*normalSide, len(f.y))
	if few {
		best = f.few()
	} else if !m.cal.sub || len(f.where.step) >= 2*m.cal.season {
		best, err = f.choose(f.where, sides, func(i int) []float64 { return f.y[i] }, calendarLambdas, trendLambdas)
		if err != nil {
			return err
		}
	}
	fac := f.where.factorize(f.where.total, best)
	if f.recurs(fac, sides) {
		f.layOut()
		fac = f.where.factorize(f.where.total, best)
		clear(sides)
	}
	m.location.cycles = f.found
	return f.each(len(f.latents), func(i int) {
		v := &m.variable[f.latents[i]]
		beta := f.where.fit(fac, f.y[i], sides[i])
		if swings != nil {
			addSwing(f.y[i], f.found, swings[i], 1, f.poll)
			beta = append(beta, swings[i]...)
		}
		v.location = f.curve(m.location, beta)
	})
}

// layOut makes the designs of the location and of the scale, and what fits the
// first.
func (f *fitter) layOut() {
	m := f.m
	m.location = newDesign(m.cal)
	m.scaling = m.location.seasonal()
	f.where = newRegression(m.location, newTimetable(m.cal, f.observed, 1, f.poll, f.share), f.g.n*len(f.latents))
}

// pooled picks the series that penalties are chosen on, evenly spaced.
func pooled(n int) []int {
	p := make([]int, min(n, pooledSeries))
	for i := range p {
		p[i] = i * n / len(p)
	}
	return p
}

// choose returns the penalties that suit the pooled series; sides gets their
// right-hand sides.
func (f *fitter) choose(r *regression, sides []*normalSide, y func(i int) []float64, calendar, trend []float64) (lambda, error) {
	at := pooled(len(sides))
	some := make([]*normalSide, len(at))
	err := f.each(len(at), func(j int) {
		some[j] = r.sideOfAll(y(at[j]))
		sides[at[j]] = some[j]
	})
	if err != nil {
		return lambda{}, err
	}
	return r.choose(f.each, some, calendar, trend)
}

// chooseLink takes the link with the best hold-out likelihood on the steps of r.
func (f *fitter) chooseLink(r *regression, v *variable, x []float64, probes *[foldCount]*factor) {
	v.link = link{kind: identity}
	s := r.sorted(x)
	if len(s) == 0 {
		return
	}
	candidates := links(s)
	if len(candidates) == 1 {
		return
	}
	least := math.Inf(1)
	y := r.only(x)
	for _, c := range candidates {
		slopes := 0.
		for j, i := range r.step {
			u := x[r.of(j)]
			y[i] = c.to(u)
			if !isMissing(u) {
				slopes += c.logSlope(u)
			}
		}
		mean, sd := moments(y)
		sd += 1e-12
		for _, i := range r.step {
			y[i] = (y[i] - mean) / sd
		}
		e := r.holdOut(r.sideOfAll(y), probes)
		loss := .5*math.Log(e*sd*sd+1e-300) - slopes/float64(len(s))
		if loss < least {
			least, v.link = loss, c
		}
	}
}

// sorted returns the known values at the steps of r in ascending order, with
// the least of all x first where r leaves steps out.
func (r *regression) sorted(x []float64) []float64 {
	s := make([]float64, 0, len(r.step)+1)
	for j := range r.step {
		if u := x[r.of(j)]; !isMissing(u) {
			s = append(s, u)
		}
	}
	stat.Sort(s, nil)
	if r.among != nil && len(s) > 0 {
		for _, v := range x {
			if v < s[0] {
				s[0] = v
			}
		}
	}
	return s
}

// sideOfAll is the right-hand side of a series whose missing values are those
// one season away, else the mean; y is as before when it returns.
func (r *regression) sideOfAll(y []float64) *normalSide {
	type filled struct {
		step int32
		y    float64
	}
	var lacking []filled
	for i, step := range r.step {
		if !isMissing(y[step]) {
			continue
		}
		sum, n := 0., 0.
		for _, j := range [2]int{r.away(i, -r.d.cal.season), r.away(i, r.d.cal.season)} {
			if j >= 0 && j < len(y) && !isMissing(y[j]) {
				sum += y[j]
				n++
			}
		}
		lacking = append(lacking, filled{step, sum / math.Max(1, n)})
	}
	for _, f := range lacking {
		y[f.step] = f.y
	}
	s := r.side(y)
	for _, f := range lacking {
		y[f.step] = missing()
	}
	return s
}

// fit solves the ridge regression of a series on its known values, by
// conjugate gradients when some are missing, preconditioned by the complete
// problem's solution. side is that of the completed series, or nil.
func (r *regression) fit(fac *factor, y []float64, side *normalSide) []float64 {
	lack := r.lack(y)
	if side == nil || len(lack.step) > 0 {
		side = r.side(y)
	}
	b := side.total(-1)
	beta := fac.solve(b)
	if n := len(lack.step); n == 0 || n == len(r.step) {
		return beta
	}
	const (
		most      = 30
		tolerance = 1e-5
	)
	apply := func(beta []float64) []float64 { // (FᵀMF + P) β
		out := make([]float64, len(beta))
		r.multiply(out, beta)
		fac.addPenalty(out, beta)
		lack.subtract(out, beta)
		return out
	}
	res := slices.Clone(b)
	axpy(res, -1, apply(beta))
	z := fac.solve(res)
	dir := slices.Clone(z)
	rz := floats.Dot(res, z)
	stop := tolerance * tolerance * math.Max(1e-300, floats.Dot(b, fac.solve(b)))
	for range most {
		if !(rz > stop) {
			break
		}
		q := apply(dir)
		d := floats.Dot(dir, q)
		if !(d > 0) {
			break
		}
		alpha := rz / d
		axpy(beta, alpha, dir)
		axpy(res, -alpha, q)
		z = fac.solve(res)
		next := floats.Dot(res, z)
		for i := range dir {
			dir[i] = z[i] + next/rz*dir[i]
		}
		rz = next
	}
	return beta
}

// lack is what a series misses of the observed steps.
type lack struct {
	r     *regression
	units []int   // that miss some
	begin []int   // units[j] misses step[begin[j]:begin[j+1]]
	step  []int32 // indices into the steps of r
}

func (r *regression) lack(y []float64) *lack {
	m := &lack{r: r}
	for u := range r.units {
		before := len(m.step)
		for i := r.begin[u]; i < r.begin[u+1]; i++ {
			if isMissing(y[r.step[i]]) {
				m.step = append(m.step, int32(i))
			}
		}
		if len(m.step) > before {
			m.units, m.begin = append(m.units, u), append(m.begin, before)
		}
	}
	m.begin = append(m.begin, len(m.step))
	return m
}

// subtract takes from dst what the missing steps add to FᵀFβ.
func (m *lack) subtract(dst, beta []float64) {
	r := m.r
	p, q := len(r.d.cols), r.d.inner
	amount, sums, scratch := make([]float64, len(r.d.waves)), make([]float64, len(r.d.waves)), make([]float64, p)
	for j, u := range m.units {
		r.check.Pass(j * checkUnits)
		row := r.row(scratch, u)
		level := floats.Dot(row, beta[:p])
		for k := range amount {
			amount[k] = floats.Dot(row[:q], beta[p+k*q:p+(k+1)*q])
		}
		sum := 0.
		clear(sums)
		for _, i := range m.step[m.begin[j]:m.begin[j+1]] {
			at := int(r.phase[i]) * len(amount)
			wave := r.d.basis[at : at+len(amount)]
			v := level + floats.Dot(amount, wave)
			sum += v
			axpy(sums, v, wave)
		}
		axpy(dst[:p], -sum, row)
		for k, s := range sums {
			axpy(dst[p+k*q:p+(k+1)*q], -s, row[:q])
		}
	}
}

// residuals fits the scale and turns the variables into normal scores.
func (f *fitter) residuals() error {
	m := f.m
	f.chooseCells()
	err := f.along(m.location, func(v *variable) *curve { return v.location }, func(y, location []float64) { floats.Sub(y, location) })
	if err != nil {
		return err
	}
	f.where.rows = nil // used no more
	f.width = newRegression(m.scaling, f.where.timetable, f.g.n*len(f.latents))
	best := untold
	sides := make([]*normalSide, len(f.y))
	if f.where.folds >= 2 && len(f.where.step) >= fewSteps {
		best, err = f.choose(f.width, sides, func(i int) []float64 { return logSize(f.y[i], f.poll) }, scaleLambdas, []float64{1})
		if err != nil {
			return err
		}
	}
	fac := f.width.factorize(f.width.total, best)
	err = f.each(len(f.latents), func(i int) {
		y := f.y[i]
		if sides[i] == nil || stat.Known(y) < len(f.width.step) { // else its side says all
			y = logSize(y, f.poll)
		}
		m.variable[f.latents[i]].scale = f.curve(m.scaling, f.width.fit(fac, y, sides[i]))
	})
	if err != nil {
		return err
	}
	err = f.along(m.scaling, func(v *variable) *curve { return v.scale }, func(y, scale []float64) {
		for t := range y {
			y[t] /= math.Exp(max(-maxLogScale, min(maxLogScale, scale[t])))
		}
	})
	if err != nil {
		return err
	}
	err = f.each(len(f.latents), func(i int) {
		v := &m.variable[f.latents[i]]
		f.score(v, f.y[i])
		v.scores.z, v.scores.u = nil, nil // from here on the uniform grids do
	})
	f.where, f.width = nil, nil
	return err
}

// along evaluates a curve of each variable over the sample's steps, a chunk of
// which share their calendar, and hands the values to use beside the
// variable's own.
func (f *fitter) along(d *design, of func(v *variable) *curve, use func(y, values []float64)) error {
	const most, chunks = 1 << 13, 8
	n := f.g.n
	length := min(most, (n+chunks-1)/chunks, max(64, valuesAtOnce/len(f.latents)))
	return f.each((n+length-1)/length, func(c int) {
		a, b := c*length, min(n, (c+1)*length)
		z := civil.Zone{Location: f.m.cal.Location}
		s := sheet{d: d}
		s.fill(int64(a), b-a, &z)
		values := make([]float64, b-a)
		for i, k := range f.latents {
			s.curve(values, of(&f.m.variable[k]))
			use(f.y[i][a:b], values)
		}
	})
}

// logSize is the logarithm of the size of residuals, centred.
func logSize(y []float64, check work.Check) []float64 {
	_, sd := moments(y)
	l := make([]float64, len(y))
	for t, u := range y {
		check.Pass(t)
		l[t] = math.Log(math.Abs(u) + .05*sd + 1e-300)
	}
	mean, _ := moments(l)
	for t := range l {
		l[t] -= mean
	}
	return l
}

// cellOf is the cell of scores of a phase and a weekday.
func (m *Model) cellOf(phase, weekday int) uint8 {
	if m.cells <= 1 {
		return 0
	}
	return uint8(2*m.cal.hour(phase) + int(indicator(weekday >= 5)))
}

// chooseCells decides whether scores have tables by hour.
func (f *fitter) chooseCells() {
	f.m.cells = 1
	if f.m.cal.sub && float64(len(f.where.step)) >= 30*f.m.cal.day {
		f.m.cells = 48
	}
}

// cellPrior is the weight of the whole series in a cell's table, in values;
// .. chosen among 50, 200, 800 by hold-out in RECIPE.md.
const cellPrior = 200

// score replaces residuals by normal scores and builds their tables.
func (f *fitter) score(v *variable, u []float64) {
	m := f.m
	order := stat.Rank(u, f.poll)
	v.scores = newScores(u, order)
	if f.o.Innovations == Fitted {
		v.scores.shape = newShape(stat.Sorted(u, f.poll))
	}
	if m.cells <= 1 {
		rankScores(u, order, random.Draw(random.ForTies, int64(v.key)))
		return
	}
	cell := make([]uint8, len(u))
	r := f.where
	for k, unit := range r.units {
		day := m.cal.almanac(unit)
		for i := r.begin[k]; i < r.begin[k+1]; i++ {
			cell[r.step[i]] = m.cellOf(int(r.phase[i]), day.acts)
		}
	}
	v.scores.addCells(u, order, cell, m.cells, cellPrior, f.poll)
	for t, x := range u {
		work.Check(f.poll).Pass(t)
		if !isMissing(x) {
			u[t] = v.scores.score(x, int(cell[t]))
		}
	}
}
