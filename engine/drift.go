package engine

import "gonum.org/v1/gonum/floats"

// The profile of the day may change from year to year: habits do, and tariffs and what
// is switched by them. Where held-out stretches are the better known for it, its waves
// follow the slowest bends of the level. Fast waves do so more freely than slow ones,
// on which the days about a value have much in common that does not last.
const (
	mostDrift   = 8       // bends that the profile follows
	driftSeries = 3       // that tell whether it does
	driftSteps  = 1 << 14 // of a first look at one of them
	driftShape  = .1      // penalty of a bend beside the waves, in that beside D_0
	undrifting  = 1e10    // penalty of profiles that stand
	// leastDrift is the share of the held-out error that it must be worth: half-hourly
	// demand whose off-peak heating is switched at other hours every year .006 to .009,
	// temperatures .001; most sets lose by it.
	leastDrift = .0004
)

// driftLambdas are the penalties tried, the first of which tells whether there is a drift.
var driftLambdas = []float64{3e5, 3e6, 3e4}

// drifts tells whether profiles drift, and sets the penalty of it.
func (f *fitter) drifts(best *lambda) bool {
	cal := f.m.cal
	best.drift = undrifting
	bends := bendsWithin(cal, mostDrift)
	if bends < 1 || !cal.sub || !f.m.location.has(bend) || f.o.Innovations == Fitted || !f.where.holdsOut() || f.where.count < 2*cal.season {
		return false
	}
	d, times := newDesign(cal, bends), f.where.timetable
	if n := f.where.count; n > 2*driftSteps {
		times = newTimetable(cal, f.observed, n/driftSteps, f.poll, f.share)
	}
	if !times.holdsOut() || f.drifting(newRegression(d, times, 0), best, 1) == undrifting {
		return false
	}
	best.drift = f.drifting(newRegression(d, f.where.timetable, 0), best, driftSeries)
	if best.drift == undrifting {
		return false
	}
	f.drift = bends
	return true
}

// drifting is the penalty of the drift with the least error of some series that are
// held out, beside the other penalties.
func (f *fitter) drifting(r *regression, others *lambda, series int) float64 {
	at := pooled(len(f.y))
	some := make([]*normalSide, min(series, len(at)))
	f.share(len(some), func(j int) {
		some[j] = r.sideOfAll(&response{y: r.gathered(f.y[at[j*len(at)/len(some)]])})
	})
	loss := func(drift float64) float64 {
		l, e := *others, make([]float64, len(some))
		l.drift = drift
		factors := r.foldFactors(l)
		f.share(len(some), func(j int) { e[j] = r.holdOut(some[j], &factors) })
		return floats.Sum(e)
	}
	best, least := undrifting, (1-leastDrift)*loss(undrifting)
	for _, l := range driftLambdas {
		if e := loss(l); e < least {
			best, least = l, e
		}
		if best == undrifting {
			break
		}
	}
	return best
}
