package engine

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/datamime/datamime/engine/internal/stat"
)

// What few rows say of the calendar and of a trend cannot be held out from
// them. Weekends and the line are taken where they explain more than one in a
// hundred samples without either would by chance (Fisher's F), and shrunk.
const (
	fewSteps     = 20  // under which nothing is held out
	leastTelling = 4   // values
	tellingLevel = .01 // of the test
)

// The penalties of what few rows tell; of what they do not, the largest.
var (
	told   = lambda{calendar: 30, trend: 3}
	untold = lambda{calendar: 3e5, trend: 1e7}
)

// holdsOut tells whether there is enough to hold a part of it out.
func (t *timetable) holdsOut() bool { return t.folds >= 2 && t.count >= fewSteps }

// few returns the penalties that few rows of the latent variables suit. Below a
// day they say nothing: a handful of hours makes no profile.
func (f *fitter) few() lambda {
	best := untold
	r := f.where
	if f.m.cal.sub {
		return best
	}
	weekends, line := make([]float64, r.cal.n), make([]float64, r.cal.n)
	for u, unit := range r.units {
		a := r.cal.almanac(unit)
		for _, s := range r.of(u) {
			for i := s.at; i < s.end(); i++ {
				weekends[i], line[i] = a.weekend, a.age
			}
		}
	}
	if r.d.has(weekend) && f.tells(weekends) {
		best.calendar = told.calendar
	}
	if r.d.has(bend) && f.tells(line) {
		best.trend = told.trend
	}
	return best
}

// tells tells whether column c explains the pooled variables beyond chance.
func (f *fitter) tells(c []float64) bool {
	explained, rest, series, freedom := 0., 0., 0., 0.
	for _, i := range pooled(len(f.y)) {
		n, sy, sc, syy, scc, scy := 0., 0., 0., 0., 0., 0.
		for t, y := range f.y[i] {
			if x := c[t]; f.observed.Has(t) && !stat.IsMissing(y) {
				n, sy, sc, syy, scc, scy = n+1, sy+y, sc+x, syy+y*y, scc+x*x, scy+x*y
			}
		}
		if scc -= sc * sc / n; n < leastTelling || !(scc > 1e-9) {
			continue
		}
		scy -= sc * sy / n
		own := scy * scy / scc
		explained += own
		rest += syy - sy*sy/n - own
		series++
		freedom += n - 2
	}
	if series == 0 {
		return false
	}
	ratio := explained / series / math.Max(1e-12, rest/freedom)
	return distuv.F{D1: series, D2: freedom}.CDF(ratio) > 1-tellingLevel
}
