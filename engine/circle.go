package engine

import (
	"math"

	"github.com/datamime/datamime/engine/internal/random"
	"github.com/datamime/datamime/engine/internal/stat"
	"github.com/datamime/datamime/engine/internal/work"
)

// circle is a variable whose values go round, like the direction of the wind:
// after its largest value comes its least. Its cosine and sine are modelled as
// variables of their own, which are hidden, and the direction of the two is
// what comes out.
type circle struct {
	base, period float64
	cos, sin     int     // hidden variables
	blend        float64 // weight of either neighbour
	remap        *remap  // from the simulated directions' quantiles to the sample's
}

// What goes round has steps across its end: of the wind from 350° to 10° the
// difference is large, while steps of half the circle are rare.
const (
	circlePairs  = 100 // neighbours that are enough to see it
	circleSpan   = .9  // of the circle that values take
	circleExcess = 1.5 // as many steps across the end as of half the circle,
	circleSteps  = 10  // and at least so many
)

// newCircle returns the circle that the values of x, from lo to hi, go round;
// nil when they do not.
func newCircle(x []float64, lo, hi float64, check work.Check) *circle {
	for _, c := range []circle{{base: 0, period: 360}, {base: -180, period: 360}, {base: 0, period: 2 * math.Pi}, {base: -math.Pi, period: 2 * math.Pi}} {
		if lo < c.base || hi > c.base+c.period*(1+1e-6) || hi-lo < circleSpan*c.period {
			continue
		}
		pairs, across, half := 0, 0., 0.
		for i := 1; i < len(x); i++ {
			check.Pass(i)
			d := math.Abs(x[i]-x[i-1]) / c.period
			if stat.IsMissing(d) {
				continue
			}
			pairs++
			across += indicator(d > 5./6)
			half += indicator(d > 5./12 && d < 7./12)
		}
		if pairs >= circlePairs && across >= circleSteps && across > circleExcess*half {
			return &c
		}
	}
	return nil
}

// unwrap writes into y the path without its jumps across the end.
func (c *circle) unwrap(y, x []float64, check work.Check) {
	turns, last := 0., stat.Missing()
	for i, v := range x {
		check.Pass(i)
		y[i] = v
		if stat.IsMissing(v) {
			continue
		}
		if d := v - last; !stat.IsMissing(d) {
			turns -= math.Round(d / c.period)
		}
		last = v
		y[i] += turns * c.period
	}
}

// split writes the cosine and the sine of the unrounded path of x.
func (c *circle) split(cos, sin, x []float64, l lattice, check work.Check) {
	path := make([]float64, len(x))
	c.unwrap(path, x, check)
	step := lattice{decimals: l.decimals, unit: l.spacing()} // the same all around
	smooth := make([]float64, len(x))
	unround(smooth, path, &step, check)
	for i, v := range smooth {
		check.Pass(i)
		s, k := math.Sincos(2 * math.Pi * (v - c.base) / c.period)
		if stat.IsMissing(v) {
			s, k = v, v
		}
		cos[i], sin[i] = k, s
	}
}

// wrap is a direction in [base, base + period).
func (c *circle) wrap(y float64) float64 {
	return c.base + math.Mod(math.Mod(y-c.base, c.period)+c.period, c.period)
}

// near is a direction as the shorter way from x leads to it.
func (c *circle) near(y, x float64) float64 {
	return x + c.period*math.Remainder((y-x)/c.period, 1)
}

// angle is the direction of a point, in [base, base + period).
func (c *circle) angle(cos, sin float64) float64 {
	a := math.Atan2(sin, cos) / (2 * math.Pi)
	if a < 0 {
		a++
	}
	return c.base + a*c.period
}

// circles gives each variable that goes round its cosine and sine.
func (f *fitter) circles() {
	m, g := f.m, f.g
	f.share(len(g.x), func(k int) {
		if v := &m.variable[k]; v.active {
			v.circle = newCircle(g.x[k], v.low, v.high, f.poll)
		}
	})
	var round []int
	for k := range g.x {
		if v := &m.variable[k]; v.circle != nil {
			v.active, v.hold = false, nil
			v.least, v.most = v.low, v.high // there is nothing beyond
			v.circle.cos, v.circle.sin = len(m.variable)+2*len(round), len(m.variable)+2*len(round)+1
			round = append(round, k)
		}
	}
	hidden, x := make([]variable, 2*len(round)), make([][]float64, 2*len(round))
	f.share(len(round), func(j int) {
		k, parts := round[j], x[2*j:2*j+2]
		v := &m.variable[k]
		parts[0], parts[1] = make([]float64, g.n), make([]float64, g.n)
		v.circle.split(parts[0], parts[1], g.x[k], v.lattice, f.poll)
		for i := range parts {
			h := &hidden[2*j+i]
			*h = variable{key: random.Draw(v.key, int64(i)), known: v.known, active: true, lattice: decimalLattice(maxDecimals), blend: [3]float64{0, 1, 0}}
			h.lattice.fine = true
			h.bounds(stat.Sorted(parts[i], f.poll))
		}
	})
	m.variable, g.x = append(m.variable, hidden...), append(g.x, x...)
	for range hidden {
		m.active = append(m.active, -1)
	}
}

const (
	circleRehearsal = 20_000 // steps that are enough for the quantiles of a direction
	circleTolerance = .01    // of the mean turn
)

// roundAbout fits, on a rehearsal, how much of its neighbours a direction
// takes, so that it turns as far from step to step as the sample's do, and the
// map to the sample's directions. Cosine and sine by themselves turn too far
// where both are small.
func (f *fitter) roundAbout() error {
	m := f.m
	for k := range m.variable[:m.visible] {
		v := &m.variable[k]
		if v.circle == nil {
			continue
		}
		x, y, err := f.rehearse(v.circle)
		if err != nil {
			return err
		}
		goal := make([]float64, m.cal.n)
		for i := range goal {
			goal[i] = v.circle.angle(f.g.x[v.circle.cos][i], f.g.x[v.circle.sin][i])
		}
		v.circle.calibrate(v, x, y, v.circle.turn(f.g.x[k]), stat.Sorted(goal, nil), f.o.Innovations)
	}
	return nil
}

// rehearse simulates the cosine and the sine of a direction.
func (f *fitter) rehearse(c *circle) (cos, sin []float64, err error) {
	m := f.m
	seed := int64(random.Stream(0, random.ForCalibration) >> 1)
	r := m.newRenderer(m.innovator(seed, newPlans(m.planner, seed)), m.variable)
	r.endBy(f.poll)
	r.restart(0)
	n := min(m.cal.n, circleRehearsal)
	for a := 0; a < n; a += pieceSteps {
		if err := f.poll(); err != nil {
			return nil, nil, err
		}
		count := min(pieceSteps, n-a)
		r.prepare(int64(a), count)
		r.components(c)
		cos = append(cos, r.raw[guardContext:guardContext+count]...)
		sin = append(sin, r.y[guardContext:guardContext+count]...)
	}
	return cos, sin, nil
}

// calibrate fits the blend of a direction to the sample's mean turn, and its
// map to the sample's directions in ascending order.
func (c *circle) calibrate(v *variable, cos, sin []float64, target float64, goal []float64, form Innovations) {
	made := make([]float64, len(cos))
	turns := func(blend float64) float64 {
		c.blend = blend
		for i := range made {
			made[i] = c.snap(v, c.direction(cos, sin, max(1, min(i, len(cos)-2))))
		}
		return c.turn(made)
	}
	lo, hi := -.12, .3 // the turn falls as the blend rises
	if len(made) > 2 && target > 0 && math.Abs(turns(0)/target-1) > circleTolerance {
		for range 8 {
			if mid := (lo + hi) / 2; turns(mid) > target {
				lo = mid
			} else {
				hi = mid
			}
		}
		c.blend = (lo + hi) / 2
	}
	for i := range made {
		made[i] = c.direction(cos, sin, max(1, min(i, len(cos)-2)))
	}
	stat.Sort(made, nil)
	from, to := []float64{c.base}, []float64{c.base}
	if form == Fitted {
		n := min(fittedDirections, len(goal)/knotValues)
		from, to = append(from, partMeans(made, n)...), append(to, partMeans(goal, n)...)
	} else {
		n := min(calibrationLevels, len(goal)/4)
		for i := range n {
			p := (float64(i) + .5) / float64(n)
			from, to = append(from, stat.Quantile(made, p)), append(to, stat.Quantile(goal, p))
		}
	}
	c.remap = newRemap(append(from, c.base+c.period), append(to, c.base+c.period))
}

// turn is the mean absolute turn between neighbours.
func (c *circle) turn(x []float64) float64 {
	sum, n := 0., 0.
	for i := 1; i < len(x); i++ {
		if d := math.Abs(x[i] - x[i-1]); !stat.IsMissing(d) {
			sum += math.Min(d, c.period-d)
			n++
		}
	}
	return sum / math.Max(1, n)
}

// direction is that of step i and its share of the neighbours'.
func (c *circle) direction(cos, sin []float64, i int) float64 {
	a, b := c.blend, 1-2*c.blend
	return c.angle(a*(cos[i-1]+cos[i+1])+b*cos[i], a*(sin[i-1]+sin[i+1])+b*sin[i])
}

// snap rounds a direction; what lies nearer to the least value, once around,
// than to the largest is the least.
func (c *circle) snap(v *variable, a float64) float64 {
	if a > v.high && v.low+c.period-a < a-v.high {
		return v.low
	}
	return v.within(v.lattice.snap(a))
}

// components leaves in r.raw the cosine and in r.y the sine of a direction, for
// the prepared steps and their context.
func (r *renderer) components(c *circle) {
	r.uncalibrated(c.cos)
	for i, y := range r.y {
		r.raw[i] = r.variable[c.cos].bound(y)
	}
	r.uncalibrated(c.sin)
	for i, y := range r.y {
		r.y[i] = r.variable[c.sin].bound(y)
	}
}

// directions writes the values of a variable that goes round.
func (r *renderer) directions(dst []float64, v *variable) {
	r.components(v.circle)
	for i := range dst {
		a := v.circle.direction(r.raw, r.y, guardContext+i)
		dst[i] = v.circle.snap(v, v.circle.remap.at(a))
	}
}
