package engine

import (
	"math"

	"github.com/datamime/datamime/engine/internal/random"
	"github.com/datamime/datamime/engine/internal/stat"
)

// calibration is the search for the blend and the map of one variable.
type calibration struct {
	v      *variable
	all    []attempt
	x      []float64 // the sample's values
	spans  [][2]int
	goal   []float64
	levels []float64 // of the goals; nil: evenly spaced
	lead   int

	smooth bool // the goals are means of neighbouring values, not quantiles

	course []float64 // mean step of the sample by phase of the season; nil: none is taken off
	made   []float64 // room for all values of a try
}

// seasonTolerance is wide and only for differences that are too large: those
// that are too small are the sample's luck more often than the model's fault
// (corrected too, the wind's geometric mean rises by .01).
const seasonTolerance = .03

// leastPairs of known values make a mean absolute step worth aiming at.
const leastPairs = 10

// solve finds how much of its neighbours a score takes, and how much of what
// was a season ago, so that the mean absolute differences at both lags are the
// sample's. The first corrects what rounding and the joins of the blocks add,
// the second what a single autoregression for all hours of the day misses.
func (c *calibration) solve() {
	if len(c.goal) == 0 {
		c.v.setBlend(0, 0, c.lead, c.all)
		return
	}
	c.course = c.stepCourse()
	step, season := c.sampleStep(1), c.sampleStep(c.lead)
	blend := [2]float64{}
	now := c.try(blend)
	for range 2 {
		if step > 0 && math.Abs(now[0]/step-1) > stepTolerance {
			now = c.search(&blend, 0, step, -.12, .25, now)
		}
		if season <= 0 || now[1]/season-1 <= seasonTolerance {
			break
		}
		now = c.search(&blend, 1, season, 0, .3, now)
	}
}

// search moves one weight of the blend within lo..hi until the mean absolute
// difference that falls with it is the target, by false position (the
// Illinois rule).
func (c *calibration) search(blend *[2]float64, which int, target, lo, hi float64, now [2]float64) [2]float64 {
	at := func(w float64) float64 {
		blend[which] = w
		now = c.try(*blend)
		return now[which]/target - 1
	}
	a, fa := blend[which], now[which]/target-1
	b := lo
	if fa > 0 {
		b = hi
	}
	fb := at(b)
	if fa*fb > 0 {
		return now // as near as a blend comes
	}
	for range 6 {
		w := (a*fb - b*fa) / (fb - fa)
		fw := at(w)
		if math.Abs(fw) < stepTolerance/4 {
			break
		}
		if fw*fb < 0 {
			a, fa = b, fb
		} else {
			fa /= 2
		}
		b, fb = w, fw
	}
	return now
}

// idlePhase is the size of the steps of a phase about their mean, in units of
// those of all phases, under which the phase stands still, as the sun's power
// does at night: what moves by day alone is judged by its steps as they are.
const idlePhase = .2

// stepCourse is the mean step of the sample by phase of the season: where a
// season moves more than what is about it does, steps say little of that, and
// nothing of how rough it is. Nil where a phase stands still or is hardly seen.
func (c *calibration) stepCourse() []float64 {
	if c.lead == 0 {
		return nil
	}
	mean, count := make([]float64, c.lead), make([]float64, c.lead)
	each := func(visit func(phase int, d float64)) {
		for _, s := range c.spans {
			for i := s[0] + 1; i < s[1]; i++ {
				if d := c.x[i] - c.x[i-1]; d == d {
					visit(i%c.lead, d)
				}
			}
		}
	}
	each(func(phase int, d float64) { mean[phase] += d; count[phase]++ })
	for phase, n := range count {
		if n < leastPairs {
			return nil
		}
		mean[phase] /= n
	}
	rest, all := make([]float64, c.lead), 0.
	each(func(phase int, d float64) { rest[phase] += math.Abs(d-mean[phase]) / count[phase] })
	for _, r := range rest {
		all += r / float64(c.lead)
	}
	for _, r := range rest {
		if r < idlePhase*all {
			return nil
		}
	}
	return mean
}

// size is that of a difference at a step, about the course of the season.
func (c *calibration) size(d float64, lag, step int) float64 {
	if lag == 1 && c.course != nil {
		d -= c.course[step%c.lead]
	}
	return math.Abs(d)
}

// sampleStep is the sample's mean absolute difference at a lag; 0 when there
// are too few.
func (c *calibration) sampleStep(lag int) float64 {
	if lag == 0 {
		return 0
	}
	sum, n := 0., 0
	for _, s := range c.spans {
		for i := s[0] + lag; i < s[1]; i++ {
			if c.v.idle != nil && (c.v.idle.state.Has(i) || c.v.idle.state.Has(i-lag)) {
				continue // it moves where it runs
			}
			if d := c.size(c.x[i]-c.x[i-lag], lag, i); d == d {
				sum += d
				n++
			}
		}
	}
	if n < leastPairs || lag > 1 && n < 10*lag {
		return 0
	}
	return sum / float64(n)
}

// try sets a blend and the map that goes with it, and returns the simulated
// mean absolute differences at one step and at a season where the sample has
// them.
func (c *calibration) try(blend [2]float64) (step [2]float64) {
	v := c.v
	v.setBlend(blend[0], blend[1], c.lead, c.all)
	v.remap = nil
	b := c.made[:0] // NaN-free: what is missing in the sample is left out
	for _, a := range c.all {
		v.margin(a.y, a.z, a.loc, a.scl, a.cell)
		if a.still != nil {
			v.idle.enter(a.y, a.still, int64(c.spans[a.span][0]), random.Draw(random.ForIdle, int64(v.key)))
			copy(a.rest, a.y)
		}
		for i, y := range a.y {
			if !stat.IsMissing(c.x[c.spans[a.span][0]+i]) && (a.still == nil || !a.still[i]) {
				b = append(b, y)
			}
		}
	}
	if len(c.goal) == 0 || len(b) == 0 {
		return step
	}
	stat.Sort(b, nil)
	from := make([]float64, len(c.goal))
	if c.smooth {
		from = knotMeans(b, len(b)*len(c.spans)/len(c.all))
	} else {
		for i := range from {
			p := (float64(i) + .5) / float64(len(from))
			if c.levels != nil {
				p = c.levels[i]
			}
			from[i] = stat.Quantile(b, p)
		}
	}
	v.remap = newRemap(from, c.goal)
	var n [2]int
	for _, a := range c.all {
		x := c.x[c.spans[a.span][0]:]
		v.finishAll(a.y, c.spans[a.span][0])
		if a.still != nil {
			v.rest(a.y, a.rest, a.still)
		}
		for which, lag := range [2]int{1, c.lead} {
			if lag == 0 {
				continue
			}
			for i := lag; i < len(a.y); i++ {
				if x[i] == x[i] && x[i-lag] == x[i-lag] && (a.still == nil || !a.still[i] && !a.still[i-lag]) {
					step[which] += c.size(a.y[i]-a.y[i-lag], lag, c.spans[a.span][0]+i)
					n[which]++
				}
			}
		}
	}
	for i := range step {
		step[i] /= math.Max(1, float64(n[i]))
	}
	return step
}
