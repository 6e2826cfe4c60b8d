package engine

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/work"
)

// Cycles are periods that the calendar does not know: tides, shifts of a plant,
// the strokes of a machine, the years between two crises. They are found in the
// periodogram of what the calendar leaves (periodogram.go), are part of the
// location of every variable, each with an amplitude and a phase of its own, and
// go on for ever:
//
//	m(t) += Σ_l a_l cos 2πf_l t + b_l sin 2πf_l t
//
// Their columns x are estimated together with the calendar's: with M what takes
// the calendar out of a series, the coefficients of y are (XᵀMX)⁻¹XᵀMy (Frisch &
// Waugh 1933). Otherwise a sample with regular holes, in which a cycle looks much
// like one of the calendar's, would give a part of it to that.
const (
	mostCycles    = 16   // waves, of all periods and their overtones
	mostRejected  = 6    // peaks that do not show in what is held out
	mostOvertones = 12   // of a cycle
	leastCyclic   = 96   // steps that show a cycle
	cyclicSeries  = 4    // in which cycles are looked for
	cycleAlarm    = 1e-6 // chance of a peak as high in the noise of a whole periodogram
	overtoneAlarm = 1e-3 // likewise near an overtone of what was found
	leastTurns    = 3    // of a cycle in the sample
	cycleParts    = 4    // of the sample, each of which must show a cycle
	heldOutShare  = .7   // of what a cycle explains, it must explain where it was not fitted
	leastExplains = 2e-3 // of the variance of what the calendar leaves
	rivals        = 5    // peaks of which the best is taken
	polishes      = 3    // of all frequencies together
	sideLines     = 3    // at either side of a wave, which tell the noise of its amplitude
)

// cycleFit is the search for the cycles of pooled variables.
type cycleFit struct {
	*calendarFree
	y     [][]float64         // of the pooled variables
	bare  [][]float64         // what the calendar leaves of each
	rest  [][]float64         // and what the cycles leave of that
	part  [cycleParts + 1]int // the observed steps in as many parts, one after the other
	found []float64           // frequencies, in cycles a step
	tried []float64           // of peaks that were no cycles
	holes float64             // frequency of the holes in the sample; 0: none come regularly
	gram  []float64           // XᵀMX of the found ones
}

// calendarFree takes the calendar, without a trend, out of series.
type calendarFree struct {
	f   *fitter
	fac *factor
}

func (f *fitter) calendarFree() *calendarFree {
	return &calendarFree{f, f.where.factorize(f.where.total, lambda{300, 1e7})}
}

// of is what the calendar leaves of y, missing where nothing was observed.
func (c *calendarFree) of(y []float64) []float64 {
	f := c.f
	beta := f.where.fit(c.fac, y, nil)
	rest := make([]float64, len(y))
	s, z := sheet{d: f.m.location}, civil.Zone{Location: f.m.cal.Location}
	curve := newCurve(s.d, beta)
	for a := 0; a < len(y); a += recurringChunk {
		b := min(len(y), a+recurringChunk)
		s.fill(int64(a), b-a, &z)
		s.curve(rest[a:b], curve)
	}
	for t := range rest {
		if rest[t] = y[t] - rest[t]; !f.observed.has(t) {
			rest[t] = missing()
		}
	}
	return rest
}

// unswing finds the cycles and takes them out of all latent variables; it
// returns their waves, nil where there are none.
func (f *fitter) unswing() ([][]float64, error) {
	err := work.Guarded(func() { f.found = f.cycles() })
	if err != nil || len(f.found) == 0 {
		return nil, err
	}
	swings, err := f.swings(f.found)
	if err != nil {
		return nil, err
	}
	return swings, f.each(len(f.y), func(i int) { addSwing(f.y[i], f.found, swings[i], -1, f.poll) })
}

// cycles finds the frequencies of the sample's cycles; nil when there are none.
func (f *fitter) cycles() []float64 {
	r := f.where
	if f.m.events != nil || r.count < leastCyclic || r.folds < foldCount {
		return nil
	}
	c := &cycleFit{calendarFree: f.calendarFree()}
	for i := range c.part[:cycleParts] {
		c.part[i] = r.nth(0, i*r.count/cycleParts)
	}
	c.part[cycleParts] = f.g.n
	some := pooled(len(f.y))
	for _, i := range some[:min(len(some), cyclicSeries)] {
		c.y = append(c.y, f.y[i])
	}
	c.bare = make([][]float64, len(c.y))
	f.share(len(c.y), func(i int) { c.bare[i] = c.of(c.y[i]) })
	c.rest, c.holes = c.bare, holesOf(f.observed, f.g.n)
	for len(c.found) < mostCycles && len(c.tried) < mostRejected && c.next() {
	}
	for range polishes * min(1, len(c.found)) {
		c.polish()
	}
	return c.found
}

// next looks for one more cycle.
func (c *cycleFit) next() bool {
	p := newPeriodogram(c.rest)
	peaks := c.overtone(p)
	if peaks == nil {
		peaks = p.peaks(c.allowed, cycleAlarm, rivals)
	}
	if len(peaks) == 0 {
		return false
	}
	for k := -1.; c.holes > 0 && k <= 1; k += 2 { // where holes would show it, too
		if image := peaks[0] + k*c.holes; image < .5 && c.allowed(image) {
			peaks = append(peaks, image)
		}
	}
	best, most, which := 0., -1., []float64(nil)
	for _, at := range peaks {
		at = refine(c.rest, at, 1/float64(p.span))
		if len(peaks) == 1 {
			best = at
			break
		}
		if power, block := c.explains(at); power > most {
			best, most, which = at, power, block
		}
	}
	if !c.shows(best) {
		c.tried = append(c.tried, best)
		return true
	}
	if which == nil {
		_, which = c.explains(best)
	}
	c.extend(best, which)
	c.settle()
	return true
}

// overtone is where the first overtone of a found cycle that stands out does.
func (c *cycleFit) overtone(p *periodogram) []float64 {
	line := 1 / float64(c.f.m.cal.n)
	for _, base := range c.found {
		for k := 2; k <= mostOvertones && float64(k)*base < .5-line; k++ {
			tone := float64(k) * base
			near := func(f float64) bool { return math.Abs(f-tone) < line && c.fresh(f) && !c.calendar(tone, .5*line, 0) }
			if peaks := p.peaks(near, overtoneAlarm, 1); peaks != nil {
				return peaks
			}
		}
	}
	return nil
}

// allowed tells whether a frequency is no one of the calendar, of what was
// found or tried, and seen often enough.
func (c *cycleFit) allowed(f float64) bool {
	cal := c.f.m.cal
	seasonal := 0. // how far a season of the year moves a line
	if cal.years() >= .7 {
		seasonal = 1 / cal.year
	}
	return f >= leastTurns/float64(cal.n) && c.fresh(f) && !c.calendar(f, 1.5/float64(cal.n), seasonal)
}

// fresh tells whether a frequency is far from what was found or tried.
func (c *cycleFit) fresh(f float64) bool {
	far := func(g float64) bool { return math.Abs(f-g) > 1.5/float64(c.f.m.cal.n) }
	return !slices.ContainsFunc(c.found, func(g float64) bool { return !far(g) }) &&
		!slices.ContainsFunc(c.tried, func(g float64) bool { return !far(g) })
}

// calendar tells whether a frequency is one that the calendar has columns of,
// or so near to it as a line is wide, or the year's season makes it.
func (c *cycleFit) calendar(f, line, seasonal float64) bool {
	cal := c.f.m.cal
	near := func(base float64, most int, width float64) bool {
		k := math.Round(f / base)
		return k >= 1 && k <= float64(most) && math.Abs(f-k*base) < width
	}
	days := 1
	if cal.sub {
		days = mostWaves
		if near(1/cal.day, days, line+3*seasonal) {
			return true
		}
	}
	if cal.day > .5 && 14*cal.day <= float64(cal.n) && near(1/(7*cal.day), 7*days, line+seasonal) {
		return true
	}
	return cal.year >= 2 && near(1/cal.year, 8, line)
}

// waveColumns are the cosine and the sine of a frequency at the steps.
func waveColumns(f float64, n int) (x [2][]float64) {
	x[0], x[1] = make([]float64, n), make([]float64, n)
	for t := range n {
		x[1][t], x[0][t] = turn(f, int64(t))
	}
	return x
}

// explains is what a further cycle explains of all pooled variables; block has
// XᵀMx of its columns x with those of the found cycles and its own, row-major.
func (c *cycleFit) explains(at float64) (power float64, block []float64) {
	n := 2 * len(c.found)
	x := waveColumns(at, c.f.g.n)
	block = make([]float64, 2*(n+2))
	var free [2][]float64
	for i := range x {
		free[i] = c.of(x[i])
		c.products(block[i*(n+2):], append(slices.Clone(c.found), at), free[i])
	}
	own := mat.NewSymDense(2, nil)
	side := make([]float64, n)
	for i := range x {
		for j := i; j < 2; j++ {
			v := block[i*(n+2)+n+j]
			if n > 0 {
				copy(side, block[j*(n+2):])
				solveCholesky(cholesky(mat.NewSymDense(n, slices.Clone(c.gram))), side)
				v -= floats.Dot(block[i*(n+2):i*(n+2)+n], side)
			}
			own.SetSym(i, j, v)
		}
	}
	for i := range 2 {
		own.SetSym(i, i, math.Max(0, own.At(i, i))+1e-3*float64(c.f.where.count))
	}
	u := cholesky(own)
	for _, rest := range c.rest {
		b := make([]float64, 2)
		c.products(b, []float64{at}, rest)
		beta := slices.Clone(b)
		solveCholesky(u, beta)
		power += floats.Dot(b, beta)
	}
	return power, block
}

// products writes the sums of y times the columns of the frequencies.
func (c *cycleFit) products(dst []float64, at []float64, y []float64) {
	for t, v := range y {
		if isMissing(v) {
			continue
		}
		for l, f := range at {
			sin, cos := turn(f, int64(t))
			dst[2*l] += v * cos
			dst[2*l+1] += v * sin
		}
	}
}

// extend adds a cycle to the found ones; block is that of explains.
func (c *cycleFit) extend(at float64, block []float64) {
	n := 2 * len(c.found)
	gram := make([]float64, (n+2)*(n+2))
	for i := range n {
		copy(gram[i*(n+2):], c.gram[i*n:(i+1)*n])
	}
	for i := range 2 {
		for j := range n + 2 {
			gram[(n+i)*(n+2)+j] = block[i*(n+2)+j]
			gram[j*(n+2)+n+i] = block[i*(n+2)+j]
		}
	}
	c.found, c.gram = append(c.found, at), gram
}

// solve is the waves of the found cycles in what the calendar leaves of a
// variable.
func (c *cycleFit) solve(bare []float64) []float64 {
	n := 2 * len(c.found)
	beta := make([]float64, n)
	c.products(beta, c.found, bare)
	g := mat.NewSymDense(n, slices.Clone(c.gram))
	for i := range n {
		g.SetSym(i, i, g.At(i, i)+1e-3*float64(c.f.where.count))
	}
	solveCholesky(cholesky(g), beta)
	return beta
}

// settle sets the rests to what calendar and cycles leave.
func (c *cycleFit) settle() (swings [][]float64) {
	c.rest = make([][]float64, len(c.y))
	for j := range c.y {
		beta := c.solve(c.bare[j])
		y := slices.Clone(c.y[j])
		addSwing(y, c.found, beta, -1, c.f.poll)
		c.rest[j] = c.of(y)
		swings = append(swings, beta)
	}
	return swings
}

// polish moves every frequency by a Gauss-Newton step, at most a tenth of a line.
func (c *cycleFit) polish() {
	swings := c.settle()
	n := c.f.g.n
	for l, f := range c.found {
		up, down := 0., 1e-300
		for j, rest := range c.rest {
			a, b := swings[j][2*l], swings[j][2*l+1]
			for t, v := range rest {
				if isMissing(v) {
					continue
				}
				sin, cos := turn(f, int64(t))
				slope := 2 * math.Pi * (float64(t) - float64(n)/2) * (b*cos - a*sin)
				up += slope * v
				down += slope * slope
			}
		}
		c.found[l] = math.Min(.5, f+math.Max(-.1, math.Min(.1, up/down*float64(n)))/float64(n))
	}
	at := c.found
	c.found, c.gram = nil, nil
	for _, f := range at {
		_, block := c.explains(f)
		c.extend(f, block)
	}
}

// shows tells whether a cycle keeps time: whether each part of the sample shows
// it as the others do. What swings by itself does so for a while.
func (c *cycleFit) shows(at float64) bool {
	within, beyond, all := 0., 0., 0.
	for q := range cycleParts {
		a, b := c.part[q], c.part[q+1]
		others := func(t int) bool { return t < a || t >= b }
		here := 0.
		for _, rest := range c.rest {
			whole, own := swingOf(rest, at, nil), swingOf(rest, at, others)
			for t := a; t < b; t++ {
				y := rest[t]
				if isMissing(y) {
					continue
				}
				sin, cos := turn(at, int64(t))
				u, v := y-whole[0]*cos-whole[1]*sin, y-own[0]*cos-own[1]*sin
				all += y * y
				within += y*y - u*u
				here += y*y - v*v
			}
		}
		if here <= 0 {
			return false
		}
		beyond += here
	}
	return within > leastExplains*all && beyond > heldOutShare*within
}

// swingOf is the least-squares cosine and sine of a frequency in y over the steps
// of which use, where not nil, says so.
func swingOf(y []float64, at float64, use func(t int) bool) (beta [2]float64) {
	var cc, cs, ss, cy, sy float64
	for t, v := range y {
		if isMissing(v) || use != nil && !use(t) {
			continue
		}
		sin, cos := turn(at, int64(t))
		cc, cs, ss, cy, sy = cc+cos*cos, cs+cos*sin, ss+sin*sin, cy+cos*v, sy+sin*v
	}
	det := cc*ss - cs*cs + 1e-9
	return [2]float64{(ss*cy - cs*sy) / det, (cc*sy - cs*cy) / det}
}

// turn is the sine and cosine of a step's place in a cycle.
func turn(f float64, step int64) (sin, cos float64) {
	x := f * float64(step)
	return math.Sincos(2 * math.Pi * (x - math.Floor(x)))
}

// addSwing adds so many times the waves to y.
func addSwing(y []float64, at, beta []float64, times float64, check work.Check) {
	for t := range y {
		check.Pass(t)
		for l, f := range at {
			sin, cos := turn(f, int64(t))
			y[t] += times * (beta[2*l]*cos + beta[2*l+1]*sin)
		}
	}
}

// swings fits the cycles of every latent variable, less what noise as strong as
// that beside them explains by chance.
func (f *fitter) swings(at []float64) ([][]float64, error) {
	c := &cycleFit{calendarFree: f.calendarFree()}
	for _, a := range at {
		_, block := c.explains(a)
		c.extend(a, block)
	}
	out := make([][]float64, len(f.y))
	err := f.each(len(f.y), func(i int) {
		beta := c.solve(c.of(f.y[i]))
		y := slices.Clone(f.y[i])
		addSwing(y, at, beta, -1, f.poll)
		rest := c.of(y)
		for l, a := range at {
			noise := 0.
			for k := range sideLines {
				d := (float64(k) + 2.5) / float64(f.g.n)
				for _, g := range [2]float64{a - d, a + d} {
					b := swingOf(rest, g, nil)
					noise += (b[0]*b[0] + b[1]*b[1]) / (2 * sideLines)
				}
			}
			size := beta[2*l]*beta[2*l] + beta[2*l+1]*beta[2*l+1]
			keep := math.Max(0, 1-noise/(size+1e-300))
			beta[2*l], beta[2*l+1] = keep*beta[2*l], keep*beta[2*l+1]
		}
		out[i] = beta
	})
	return out, err
}
