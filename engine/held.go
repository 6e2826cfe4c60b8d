package engine

import (
	"math"
	"sort"

	"github.com/datamime/datamime/engine/internal/random"
	"github.com/datamime/datamime/engine/internal/stat"
	"github.com/datamime/datamime/engine/internal/stepset"
)

// hold is how a step-like variable moves: a value stands until the next one
// replaces it, as prices and set points do. What is modelled at every step is
// the value that a change would bring; a change takes it, and what follows
// repeats it. Changes come with the steps whose innovations are taken, so
// that they keep their hours and weekdays, the time between two of them, and
// what several series do at once.
type hold struct {
	change  stepset.Set // steps of the sample at which a value came
	reach   int         // steps of the longest stand, at most maxReach
	differs bool        // a change always changes the value
	dense   bool        // most steps have one: nothing is to be made up
}

// A variable is held where neighbours are equal far more often than rounding
// makes them so: rounding that repeats many values leaves changes to the next
// value or the one after it. What repeats because it is the most frequent
// value of all, as the zeros of a count are, says nothing. Of few values every
// one is next to most others: there the time that they stand decides.
const (
	heldShare   = .3  // of repeats among neighbours that are not the most frequent value
	heldRanks   = 2.5 // of the median change, in places among the values
	heldChanges = 8   // that are enough to see it
	fewChanges  = 20  // under which, as of few values,
	surelyHeld  = .8  // of repeats are asked for,
	longStand   = 4   // that the median value stands so many steps, and that a tenth jumps over one
	fewValues   = 12
	twoStates   = 3 // values under which there are states, not levels
	maxReach    = 1 << 14
	sparseShare = .3  // of steps without an event, from which on paths are made up between events
	rareRepeats = .01 // of events, which may be what stretches without any have hidden
)

// newHold returns how x is held, of which sorted has the known values; nil when
// it moves freely.
func newHold(x, sorted []float64) *hold {
	values, mode := distinct(sorted)
	if !repeating(x, mode) {
		return nil
	}
	h := &hold{change: stepset.New(len(x)), differs: true}
	var size, stand []float64
	repeats, pairs := 0., 0.
	last, since := stat.Missing(), 0
	for i, v := range x {
		switch {
		case stat.IsMissing(v):
			continue
		case v == last:
			pairs += 1 - indicator(v == mode)
			repeats += 1 - indicator(v == mode)
			continue
		case !stat.IsMissing(last):
			h.reach = max(h.reach, i-since)
			stand = append(stand, float64(i-since))
			size = append(size, math.Abs(float64(sort.SearchFloat64s(values, v)-sort.SearchFloat64s(values, last))))
			pairs += 1 - indicator(last == mode)
		}
		h.change.Add(i)
		last, since = v, i
	}
	if len(size) < heldChanges || len(values) < twoStates {
		return nil
	}
	stat.Sort(size, nil)
	stat.Sort(stand, nil)
	held := repeats >= heldShare*pairs && stat.Quantile(size, .5) >= heldRanks
	if len(size) < fewChanges || len(values) <= fewValues {
		held = repeats >= surelyHeld*pairs && stat.Quantile(stand, .5) >= longStand && stat.Quantile(size, .9) > 1
	}
	if !held {
		return nil
	}
	h.reach = min(h.reach, maxReach)
	return h
}

// repeating tells whether so many neighbours are equal that x may be held.
func repeating(x []float64, mode float64) bool {
	repeats, pairs := 0, 0
	last := stat.Missing()
	for _, v := range x {
		if stat.IsMissing(v) {
			continue
		}
		if last != mode && !stat.IsMissing(last) {
			pairs++
			if v == last {
				repeats++
			}
		}
		last = v
	}
	return float64(repeats) >= heldShare*float64(pairs)
}

// distinct returns the different ones among sorted values, and the most
// frequent.
func distinct(v []float64) (values []float64, mode float64) {
	most := 0
	for i := 0; i < len(v); {
		j := i + 1
		for j < len(v) && v[j] == v[i] {
			j++
		}
		if values = append(values, v[i]); j-i > most {
			most, mode = j-i, v[i]
		}
		i = j
	}
	return values, mode
}

// newEventHold is the hold of events: nil where most steps have one and
// neither always brings another value.
func newEventHold(x []float64) *hold {
	h := &hold{change: stepset.New(len(x))}
	count, repeats := 0, 0
	last := stat.Missing()
	for i, v := range x {
		if stat.IsMissing(v) {
			continue
		}
		h.change.Add(i)
		count++
		if v == last {
			repeats++
		}
		last = v
	}
	h.dense = float64(len(x)-count) < sparseShare*float64(len(x))
	h.differs = float64(repeats) <= 1+rareRepeats*float64(count)
	if count < heldChanges || h.dense && !h.differs {
		return nil
	}
	h.reach = min(maxReach, 8*len(x)/count) // events farther apart are e⁻⁸ of all
	return h
}

// complete writes into y what a change would have brought at every step: the
// values at the changes, and between them what the other held series say
// (common, standardised; nil: nothing) plus a draw of a random walk and noise
// that passes through the changes (Durbin & Koopman 2002, A simple and
// efficient simulation smoother for state space time series analysis,
// Biometrika 89), so that the path is as rough as the sequence of changes is.
// Where nothing was observed it is missing.
func (h *hold) complete(y, x, common []float64, observed stepset.Set, key uint64) {
	slope := 0.
	rest := x
	if common != nil {
		slope = h.slope(x, common)
		rest = make([]float64, len(x))
		for i := range x {
			rest[i] = x[i] - slope*common[i]
		}
	}
	h.smooth(y, rest, key)
	for i := range y {
		if common != nil {
			y[i] += slope * common[i]
		}
		if h.change.Has(i) {
			y[i] = x[i]
		}
	}
	h.blank(y, x, observed)
}

// slope of the values at the changes on the common path, shrunk as if by two
// values more.
func (h *hold) slope(x, common []float64) float64 {
	var n, sx, sc, scc, sxc float64
	for i, v := range x {
		if h.change.Has(i) {
			c := common[i]
			n, sx, sc, scc, sxc = n+1, sx+v, sc+c, scc+c*c, sxc+c*v
		}
	}
	return (sxc - sx*sc/n) / (scc - sc*sc/n + 2)
}

// smooth draws a path of the walk and the noise given the values at changes.
func (h *hold) smooth(y, x []float64, key uint64) {
	walk, noise := h.roughness(x)
	n := len(x)
	// an unconditional path, and its distance from the sample at the changes
	level := make([]float64, n)
	for i := 1; i < n; i++ {
		level[i] = level[i-1] + math.Sqrt(walk)*random.Gaussian(random.Draw(key, int64(2*i)))
	}
	mean, spread := make([]float64, n), make([]float64, n) // filtered
	m, p, begun := 0., 0., false
	for i := range n {
		p += walk
		y[i] = math.Sqrt(noise) * random.Gaussian(random.Draw(key, int64(2*i+1)))
		switch d := x[i] - level[i] - y[i]; {
		case !h.change.Has(i):
		case !begun: // nothing is known before the first
			m, p, begun = d, noise, true
		default:
			gain := p / (p + noise)
			m += gain * (d - m)
			p *= 1 - gain
		}
		mean[i], spread[i] = m, p
		if !begun {
			spread[i] = 1e12 * walk // all from what follows
		}
	}
	for i := n - 2; i >= 0; i-- { // Rauch, Tung & Striebel 1965
		mean[i] += spread[i] / (spread[i] + walk) * (mean[i+1] - mean[i])
	}
	for i := range y {
		y[i] += level[i] + mean[i]
	}
}

// straight writes the straight lines between the changes of x, standardised.
func (h *hold) straight(y, x []float64) {
	prev := -1
	for i := range x {
		if !h.change.Has(i) {
			continue
		}
		for j := prev + 1; j <= i; j++ {
			y[j] = x[i]
			if prev >= 0 {
				y[j] = x[prev] + (x[i]-x[prev])*float64(j-prev)/float64(i-prev)
			}
		}
		prev = i
	}
	for j := prev + 1; j < len(x); j++ {
		y[j] = x[prev]
	}
	mean, sd := moments(y)
	for i := range y {
		y[i] = (y[i] - mean) / (sd + 1e-300)
	}
}

// leastHeld series make a common path.
const leastHeld = 3

// common returns for each variable the mean of the straight lines of the other
// held variables of its column; nil where they are too few.
func (f *fitter) common() [][]float64 {
	m, g := f.m, f.g
	out := make([][]float64, len(m.variable)) // what is hidden has none
	for column := range m.values {
		total := make([]float64, g.n)
		count := 0.
		for k := column; k < m.visible; k += m.values {
			if h := m.variable[k].hold; h == nil || h.dense {
				continue
			}
			out[k] = make([]float64, g.n)
			m.variable[k].hold.straight(out[k], g.x[k])
			axpy(total, 1, out[k])
			count++
		}
		for k := column; k < m.visible; k += m.values {
			if h := m.variable[k].hold; h == nil || h.dense || count < leastHeld {
				out[k] = nil
			}
			for i := range out[k] {
				out[k][i] = (total[i] - out[k][i]) / (count - 1)
			}
		}
	}
	return out
}

// blank makes missing what is unobserved, or farther from a known value than
// any stands.
func (h *hold) blank(y, x []float64, observed stepset.Set) {
	for _, r := range stepset.Runs(len(x), func(i int) bool { return stat.IsMissing(x[i]) }) {
		for i := r[0]; i < r[1]; i++ {
			before, after := i-r[0], r[1]-1-i
			if r[0] == 0 {
				before = after
			}
			if r[1] == len(x) {
				after = before
			}
			if !observed.Has(i) || min(before, after) >= h.reach {
				y[i] = stat.Missing()
			}
		}
	}
}

// roughness is the variance of the walk's steps and that of the noise, by
// regression of the squared distances of changes on the time between them.
func (h *hold) roughness(x []float64) (walk, noise float64) {
	const lags = 4
	var at []int
	for i := range x {
		if h.change.Has(i) {
			at = append(at, i)
		}
	}
	var n, sd, sv, sdd, sdv float64
	for i := range at {
		for _, j := range at[i+1 : min(len(at), i+1+lags)] {
			d := float64(j - at[i])
			v := (x[j] - x[at[i]]) * (x[j] - x[at[i]])
			n, sd, sv, sdd, sdv = n+1, sd+d, sv+v, sdd+d*d, sdv+d*v
		}
	}
	if n == 0 {
		return 1e-12, 1e-12
	}
	walk = (n*sdv - sd*sv) / math.Max(1e-9, n*sdd-sd*sd)
	walk = math.Max(0, math.Min(walk, sv/math.Max(1, sd)))
	noise = math.Max(0, (sv-walk*sd)/n/2)
	least := 1e-6 * (sv/n + 1e-300)
	return math.Max(walk, least), math.Max(noise, least)
}

// keep turns what changes would bring into what stands: y are mapped values
// of successive steps, changed says at which of them a change comes, last is
// the value before the first of them, NaN at a beginning. It returns the last.
func (v *variable) keep(dst, y []float64, changed func(i int) bool, last float64) float64 {
	for i, raw := range y {
		if stat.IsMissing(last) || changed(i) {
			x := v.within(v.lattice.snap(raw))
			if v.hold.differs && x == last {
				to := v.lattice.next(x, raw >= x)
				if to == x || to > v.most || to < v.least {
					to = v.lattice.next(x, raw < x)
				}
				x = v.within(to)
			}
			last = x
		}
		dst[i] = last
	}
	return last
}
