package engine

import (
	"math"
	"slices"

	"github.com/datamime/datamime/engine/internal/stat"
	"github.com/datamime/datamime/engine/internal/work"
)

// Where the residuals of neighbouring steps hardly depend on each other, all
// days of a sample are about equally far from each other, and a day of which
// nine tenths are taken from one of them is nearer to it than any two real ones
// are. So is not where the residuals move slowly: what was before a block tells
// it from where it was taken. Which of them a sample is, some of its days
// rehearsed before calibration show.

const (
	// nearShare is the share of the sample's days that tell which distance from
	// the nearest other one is near; of a real continuation as many are.
	nearShare = .05
	// mostNear is the share of rehearsed days that may be near to where they were
	// taken: of rented bicycles .07 to .10, simulated temperatures .09, demand .02 to
	// .05, of linked zones .11 to .13; of simulated requests .14 to .15, air quality
	// .17 to .21, traffic .25 to .31, loads of machines .55 to .64.
	mostNear = .135
	// Between these, a first look is too short to tell.
	surelyFar, surelyNear = .09, .25

	// mostRepeats is the share of values equal to the one before above which the
	// lattice tells more than the values do: days of small counts are equal.
	mostRepeats = .15
	// mostPeaked is the kurtosis of differences over a season above which a series
	// is quiet but for rare peaks: more of it mixed has more of them, and smaller.
	// Simulated homes that switch appliances on have 45, all others 3 to 21.
	mostPeaked = 30

	nearSeries  = 6   // that are looked at
	nearDays    = 512 // of all of them
	longerLook  = 3   // times as many where these do not tell
	fewestDays  = 30
	daysAtOnce  = 16  // that are rehearsed one after the other
	daysBetween = 128 // about as many that one is compared with
)

// comesNear tells whether simulations at the first level of mixing would come
// nearer to days of the sample than real ones do.
func (f *fitter) comesNear() bool {
	cal := f.m.cal
	if !cal.sub || f.m.planner.scarce || cal.n < fewestDays*cal.season {
		return false
	}
	of := f.lively()
	if len(of) == 0 {
		return false
	}
	share := f.look(of, nearDays)
	if surelyFar < share && share < surelyNear {
		share = f.look(of, longerLook*nearDays)
	}
	return share > mostNear
}

// look rehearses about so many days of all variables together, and returns the
// share of them that are near to where they were taken.
func (f *fitter) look(of []int, days int) float64 {
	cal := f.m.cal
	days = min(days/max(2, len(of)), cal.n/cal.season)
	parts := (days + daysAtOnce - 1) / daysAtOnce
	length := days / parts * cal.season
	spans, rehearsed := make([][2]int, parts), make([]rehearsedDays, parts)
	for i := range spans {
		first := (cal.n - length) * i / max(1, parts-1)
		spans[i] = [2]int{first, first + length}
	}
	like, within := make([]*likeness, len(of)), make([]float64, len(of))
	groups := f.m.groupsOf(spans) // first, as spans that share one would wait for it
	f.share(len(groups)+len(of)+parts, func(i int) {
		if i < len(groups) {
			f.rehearsals[0].group(groups[i])
		} else if j := i - len(groups); j < len(of) {
			like[j] = newLikeness(f.g.x[f.latents[of[j]]], cal, f.m.planner.length, f.poll)
			within[j] = like[j].fewest(days)
		} else {
			j -= len(of)
			rehearsed[j] = f.rehearseDays(of, spans[j][0], length)
		}
	})
	near := make([][2]int, len(of))
	f.share(len(of), func(j int) {
		for _, r := range rehearsed {
			hits, all := like[j].near(r.values[j], r.source, days/parts, within[j])
			near[j][0] += hits
			near[j][1] += all
		}
	})
	return shareOf(near)
}

// lively returns some latent variables that move freely and about as much at all
// times; none where most of them do not.
func (f *fitter) lively() (of []int) {
	count := min(nearSeries, len(f.latents))
	moves := make([]bool, count)
	f.share(count, func(i int) {
		k := f.latents[i*len(f.latents)/count]
		v, x := &f.m.variable[k], f.g.x[k]
		moves[i] = v.hold == nil && v.idle == nil && !(stat.Repeats(x) > mostRepeats) && peakedness(x, f.m.cal.season) <= mostPeaked
	})
	for i, does := range moves {
		if does {
			of = append(of, i*len(f.latents)/count)
		}
	}
	if 2*len(of) < count {
		return nil
	}
	return of
}

// peakedness is the kurtosis of the differences of known values at a lag.
func peakedness(x []float64, lag int) float64 {
	known, square, fourth := 0., 0., 0.
	for i, v := range x[lag:] {
		if d := v - x[i]; d == d {
			known++
			square += d * d
			fourth += d * d * d * d
		}
	}
	return known * fourth / (square * square)
}

// rehearsedDays are values of some variables, [variable][step], and the steps of
// the sample whose innovations they take first.
type rehearsedDays struct {
	values [][]float64
	source []int64
}

// rehearseDays simulates latent variables, not calibrated yet, over count steps
// of the sample's time.
func (f *fitter) rehearseDays(of []int, first, count int) (days rehearsedDays) {
	r := f.m.newRenderer(f.m.innovator(rehearsalSeed(0), f.rehearsals[0]), f.m.variable)
	r.endBy(f.poll)
	r.restart(int64(first))
	r.prepare(int64(first), count)
	for _, k := range of {
		y := make([]float64, count)
		r.values(y, f.latents[k], int64(first), 0)
		days.values = append(days.values, y)
	}
	for i := range count {
		days.source = append(days.source, r.latent.in.source(int64(first+i)))
	}
	return days
}

// likeness measures how near windows are to those of a series at the same hours.
type likeness struct {
	x      []float64
	length int // of a window: a day, or 24 steps
	every  int // steps between those that one is compared with: a day, or some
	apart  int // least steps between the two
	check  work.Check
	passed int // comparisons so far
}

func newLikeness(x []float64, cal *calendar, block int, check work.Check) *likeness {
	l := &likeness{x: x, length: max(windowLength, min(24, cal.season)), check: check}
	l.every = cal.season * max(1, cal.n/cal.season/daysBetween)
	l.apart = max(block, l.length)
	return l
}

// fewest is the squared distance from the nearest other window under which are
// few of about count windows of the sample.
func (l *likeness) fewest(count int) float64 {
	begins := l.begins(l.x, count)
	few := slices.Repeat([]float64{math.Inf(1)}, 1+int(nearShare*float64(len(begins)))) // the least ones, ascending
	last := len(few) - 1
	for _, at := range begins {
		if d := l.nearest(at, few[last]); d < few[last] {
			i, _ := slices.BinarySearch(few, d)
			copy(few[i+1:], few[i:last])
			few[i] = d
		}
	}
	return few[last]
}

// near counts those of about count windows of y that are within a squared
// distance of their source, and all.
func (l *likeness) near(y []float64, source []int64, count int, within float64) (hits, all int) {
	begins := l.begins(y, count)
	for _, at := range begins {
		s, end := int(source[at]), at+l.length-1
		whole := source[end]-source[at] == int64(end-at) // of one block
		if whole && l.squared(y[at:end+1], s, within) < within {
			hits++
		}
	}
	return hits, len(begins)
}

// begins spreads about count windows over x, and leaves out those that miss a
// value or stand still.
func (l *likeness) begins(x []float64, count int) (at []int) {
	for q := range count {
		i := (len(x) - l.length) * q / max(1, count-1)
		w := x[i : i+l.length]
		if !slices.ContainsFunc(w, stat.IsMissing) && slices.Min(w) < slices.Max(w) {
			at = append(at, i)
		}
	}
	return at
}

// nearest is the least squared distance of a window of the sample from others at
// the same hours, or the bound where all are beyond it.
func (l *likeness) nearest(at int, bound float64) float64 {
	w := l.x[at : at+l.length]
	for t := at % l.every; t+l.length <= len(l.x); t += l.every {
		if t-at < l.apart && at-t < l.apart {
			continue
		}
		l.passed++
		l.check.Pass(l.passed)
		bound = l.squared(w, t, bound)
	}
	return bound
}

// squared is the squared distance of a window from that of the sample at a step,
// or the bound where it is beyond it or a value is missing.
func (l *likeness) squared(w []float64, at int, bound float64) float64 {
	x, sum := l.x[at:at+len(w)], 0.
	for len(w) >= 4 && len(x) >= 4 {
		a, b, c, d := w[0]-x[0], w[1]-x[1], w[2]-x[2], w[3]-x[3]
		if sum += a*a + b*b + c*c + d*d; !(sum < bound) {
			return bound
		}
		w, x = w[4:], x[4:]
	}
	for i, v := range x {
		sum += (w[i] - v) * (w[i] - v)
	}
	if sum < bound {
		return sum
	}
	return bound
}
