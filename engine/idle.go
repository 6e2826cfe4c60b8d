package engine

import (
	"math"
	"slices"

	"github.com/datamime/datamime/engine/internal/random"
	"github.com/datamime/datamime/engine/internal/stat"
	"github.com/datamime/datamime/engine/internal/stepset"
)

// idle is how a variable stands idle at times, as machines that are off and
// shops that are closed do. Whether it does is known of every step of the
// sample. What is modelled is how it moves in either state, about that state's
// level,
//
//	x(t) = μ_s(t) + σ_s(t) y(t),   s(t) the state of the step whose innovations are taken
//
// so that spells come at their hours, last as long, and come to all series of a
// machine at once. At hours of the week that know one state alone it is that.
type idle struct {
	state stepset.Set // idle steps of the sample
	pure  []int8      // by hour of the week: the state that it always has, or mixed
	mean  [2]float64  // of what is idle, and of what runs
	sd    [2]float64
	still bool // what is idle has one value, the mean, and what runs is modelled as it is
	// Likewise, but what is idle is noise about the mean, drawn from these
	// quantiles; nil: it moves.
	noise []float64
}

// States of hours of the week.
const (
	mixed int8 = iota - 1
	standing
	running
)

// at tells whether it stands idle at an hour of the week, where the innovations
// of a step of the sample are taken.
func (d *idle) at(hour int, donor int64) bool {
	if s := d.pure[hour]; s != mixed {
		return s == standing
	}
	return d.state.Has(int(donor))
}

// running is x without what is idle.
func (d *idle) running(x []float64) []float64 {
	y := slices.Clone(x)
	for t := range y {
		if d.state.Has(t) {
			y[t] = stat.Missing()
		}
	}
	return y
}

// leave turns the sample's values into what moves in either state; what stands
// still goes on in between as roughly as the rest.
func (d *idle) leave(x []float64, key uint64) {
	if !d.still {
		for t, v := range x {
			s := running
			if d.state.Has(t) {
				s = standing
			}
			x[t] = (v - d.mean[s]) / d.sd[s]
		}
		return
	}
	d.bridge(x, random.Draw(random.ForHold, int64(key)))
}

// bridge replaces what is idle by a draw of what would have run: an
// autoregression of order one, of the memory that neighbours have which both
// run, that passes through what did.
func (d *idle) bridge(x []float64, key uint64) {
	runs := func(t int) bool { return !stat.IsMissing(x[t]) && !d.state.Has(t) }
	sum, n := 0., 0.
	for t, v := range x {
		if runs(t) {
			sum, n = sum+v, n+1
		}
	}
	mean, power, both, pairs := sum/n, 0., 0., 0.
	for t := range x {
		if runs(t) {
			power += (x[t] - mean) * (x[t] - mean) / n
		}
		if t > 0 && runs(t) && runs(t-1) {
			both, pairs = both+(x[t]-mean)*(x[t-1]-mean), pairs+1
		}
	}
	phi := max(0, min(.999, both/(pairs*power+1e-300)))
	kick := math.Sqrt(power * (1 - phi*phi))
	last, at := 0., -1 // what ran before
	for t := 0; t <= len(x); t++ {
		if t < len(x) && !runs(t) {
			continue
		}
		u := last
		if at < 0 {
			u = math.Sqrt(power) * random.Gaussian(random.Draw(key, -1))
		}
		path := make([]float64, t-at) // from the step after at to t
		for i := range path {
			u = phi*u + kick*random.Gaussian(random.Draw(key, int64(at+1+i)))
			path[i] = u
		}
		for i := range path[:len(path)-1] {
			to := 0.
			if left := float64(t - at - 1 - i); t < len(x) && phi > 0 {
				to = math.Pow(phi, left) * (x[t] - mean - path[len(path)-1])
				if at >= 0 {
					to *= (1 - math.Pow(phi, 2*float64(i+1))) / (1 - math.Pow(phi, 2*float64(len(path))))
				}
			}
			if !stat.IsMissing(x[at+1+i]) {
				x[at+1+i] = mean + path[i] + to
			}
		}
		if t < len(x) {
			last, at = x[t]-mean, t
		}
	}
}

// enter is the inverse of leave, of the steps from first on, whose states are
// known; noise is drawn from a stream.
func (d *idle) enter(y []float64, still []bool, first int64, key uint64) {
	for i, u := range y {
		switch {
		case d.noise != nil && still[i]:
			y[i] = stat.Quantile(d.noise, random.Uniform(random.Draw(key, first+int64(i))))
		case d.still && still[i]:
			y[i] = d.mean[standing]
		case d.still:
		case still[i]:
			y[i] = d.mean[standing] + d.sd[standing]*u
		default:
			y[i] = d.mean[running] + d.sd[running]*u
		}
	}
}

// rest writes the values of a variable where it stands idle, which no map knows.
func (v *variable) rest(dst, y []float64, still []bool) {
	for i := range dst {
		if still[i] {
			dst[i] = v.within(v.lattice.snap(y[i]))
		}
	}
}

// sources are the steps of the sample whose innovations those of a span take.
func (m *Model) sources(seed int64, p *plans, span [2]int) []int64 {
	in := m.innovator(seed, p)
	at := make([]int64, span[1]-span[0])
	for i := range at {
		at[i] = in.source(int64(span[0] + i))
	}
	return at
}

// stillness is where a variable stands idle over a sheet's span.
func (c *calibrationSheet) stillness(cal *calendar, d *idle, source []int64) []bool {
	still := make([]bool, len(source))
	for i := range still {
		day := &c.where.rows[c.where.unit[i]]
		still[i] = d.at(cal.weekHour(day.weekday, int(c.where.phase[i])), source[i])
	}
	return still
}
