package engine

import (
	"math"

	"github.com/datamime/datamime/engine/internal/random"
	"github.com/datamime/datamime/engine/internal/stat"
	"github.com/datamime/datamime/engine/internal/work"
)

// Penalties tried.
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
	f.layOut()
	if err := f.idles(); err != nil {
		return err
	}
	if err := f.standardise(); err != nil {
		return err
	}
	if err := f.unveil(); err != nil {
		return err
	}
	swings, err := f.unswing()
	if err != nil {
		return err
	}
	best, sides, err := f.penalties()
	if err != nil {
		return err
	}
	if f.drifts(&best) {
		f.layOut()
		clear(sides)
	}
	fac := f.where.factorize(f.where.total, best)
	if f.recurs(fac, sides) {
		f.layOut()
		fac = f.where.factorize(f.where.total, best)
		clear(sides)
	}
	m := f.m
	m.location.cycles = f.found
	f.widening = f.widened(fac)
	return f.each(len(f.latents), func(i int) {
		beta := f.where.fit(fac, &response{y: f.y[i]}, sides[i])
		if swings != nil {
			addSwing(f.y[i], f.found, swings[i], 1, f.poll)
			beta = append(beta, swings[i]...)
		}
		m.variable[f.latents[i]].location = f.curve(m.location, beta)
	})
}

// standardise lays out what each latent variable is fitted on: the sample without its
// rounding, with held values on their way and idle ones left out, on the scale of the
// link that suits it, with mean 0 and standard deviation 1.
func (f *fitter) standardise() error {
	m := f.m
	f.y, f.goals, f.levels = make([][]float64, len(f.latents)), make([][]float64, len(f.latents)), make([][]float64, len(f.latents))
	f.veils = make([]*veil, len(f.latents))
	f.spans, f.reps = calibrationSpans(m.cal, len(f.latents))
	thin := f.where
	if n := f.where.count; n > 2*linkSteps {
		thin = newRegression(m.location, newTimetable(m.cal, f.observed, n/linkSteps, f.poll, f.share), 0)
	}
	probes := thin.foldFactors(f.probe())
	common := f.common()
	return f.each(len(f.latents), func(i int) {
		k := f.latents[i]
		v := &m.variable[k]
		x := make([]float64, f.g.n)
		if h := f.veiled(k); h != nil {
			h.begin(x, f.g.x[k], random.Draw(f.veilKey(i), -1), f.poll)
			f.veils[i], f.y[i] = h, x
			if f.o.Innovations == Fitted {
				f.goals[i] = f.goal(h.raise(x))
			} else {
				f.levels[i], f.goals[i] = h.goals()
			}
			return
		}
		if v.hold != nil && !v.hold.dense {
			f.goals[i] = f.goal(f.g.x[k])
			v.hold.complete(x, f.g.x[k], common[k], f.observed, random.Draw(random.ForHold, int64(v.key)))
		} else {
			unround(x, f.g.x[k], &v.lattice, f.poll)
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
		v.sd += 1e-12 * unitOfSpread(v.sd)
		for t := range x {
			x[t] = (x[t] - v.mean) / v.sd
		}
		f.y[i] = x
	})
}

// probe is the penalties before any are chosen.
func (f *fitter) probe() lambda {
	if !f.where.holdsOut() {
		return lambda{calendar: 30, trend: 1000}
	}
	return lambda{calendar: 100, trend: 100}
}

// penalties returns those of the location, and the right-hand sides that are known by
// then: those of the pooled variables, if held-out stretches chose.
func (f *fitter) penalties() (best lambda, sides []*normalSide, err error) {
	sides = make([]*normalSide, len(f.y))
	switch {
	case !f.where.holdsOut():
		return f.few(), sides, nil
	case f.m.cal.sub && f.where.count < 2*f.m.cal.season:
		return untold, sides, nil
	}
	best, err = f.choose(f.where, sides, func(i int) *response { return &response{y: f.y[i]} }, calendarLambdas, trendLambdas)
	return best, sides, err
}

// layOut makes the designs of the location and of the scale, and what fits the
// first.
func (f *fitter) layOut() {
	m := f.m
	m.location = newDesign(m.cal, f.drift)
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
func (f *fitter) choose(r *regression, sides []*normalSide, y func(i int) *response, calendar, trend []float64) (lambda, error) {
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
		for _, s := range r.run {
			for i, u := range x[s.of : s.of+int32(s.steps)] {
				y[int(s.at)+i] = c.to(u)
				if !stat.IsMissing(u) {
					slopes += c.logSlope(u)
				}
			}
		}
		mean, sd := moments(y)
		sd += 1e-12 * unitOfSpread(sd)
		for i := range y { // what is unobserved stays missing
			y[i] = (y[i] - mean) / sd
		}
		e := r.holdOut(r.sideOfAll(&response{y: y}), probes)
		loss := .5*math.Log(e*sd*sd+1e-300) - slopes/float64(len(s))
		if loss < least {
			least, v.link = loss, c
		}
	}
}

// sorted returns the known values at the steps of r in ascending order, with
// the least of all x first where r leaves steps out.
func (r *regression) sorted(x []float64) []float64 {
	s := make([]float64, 0, r.count+1)
	for _, run := range r.run {
		for _, u := range x[run.of : run.of+int32(run.steps)] {
			if !stat.IsMissing(u) {
				s = append(s, u)
			}
		}
	}
	stat.Sort(s, nil)
	if r.thin && len(s) > 0 {
		for _, v := range x {
			if v < s[0] {
				s[0] = v
			}
		}
	}
	return s
}
