package engine

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/datamime/datamime/engine/internal/spectrum"
	"github.com/datamime/datamime/engine/internal/stat"
)

// Cycles are periods that the calendar does not know: tides, shifts of a plant,
// the strokes of a machine, the years between two crises. They are found in the
// periodogram of what the calendar leaves (internal/spectrum), are part of the
// location of every variable, each with an amplitude and a phase of its own, and
// go on for ever (swing.go):
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
)

// cycleFit is the search for the cycles of pooled variables.
type cycleFit struct {
	swingFit
	y     [][]float64         // of the pooled variables
	bare  [][]float64         // what the calendar leaves of each
	rest  [][]float64         // and what the cycles leave of that
	part  [cycleParts + 1]int // the observed steps in as many parts, one after the other
	tried []float64           // of peaks that were no cycles
	holes float64             // frequency of the holes in the sample; 0: none come regularly
}

// cycles finds the frequencies of the sample's cycles; nil when there are none.
func (f *fitter) cycles() []float64 {
	r := f.where
	if f.m.events != nil || r.count < leastCyclic || r.folds < foldCount {
		return nil
	}
	c := &cycleFit{swingFit: swingFit{calendarFree: f.calendarFree()}}
	for i := range c.part[:cycleParts] {
		c.part[i] = r.nth(0, i*r.count/cycleParts)
	}
	c.part[cycleParts] = f.g.n
	some := pooled(len(f.y))
	for _, i := range some[:min(len(some), cyclicSeries)] {
		c.y = append(c.y, f.y[i])
	}
	from := max(0, f.g.n-spectrum.Most)
	p := spectrum.New(f.g.n-from, len(c.y), func(i int) []float64 { return c.of(c.y[i], from) }, f.share)
	if len(p.Peaks(c.allowed, cycleAlarm, 1)) == 0 {
		return nil // as of most samples, which need not hold what the calendar leaves
	}
	c.bare = make([][]float64, len(c.y))
	f.share(len(c.y), func(i int) { c.bare[i] = c.of(c.y[i], 0) })
	c.rest, c.holes = c.bare, spectrum.Holes(f.observed, f.g.n)
	for len(c.found) < mostCycles && len(c.tried) < mostRejected && c.next(p) {
		p = spectrum.New(f.g.n, len(c.y), func(i int) []float64 { return c.rest[i] }, f.share)
	}
	for range polishes * min(1, len(c.found)) {
		c.polish()
	}
	return c.found
}

// next looks for one more cycle in the periodogram of the rests.
func (c *cycleFit) next(p *spectrum.Periodogram) bool {
	peaks := c.overtone(p)
	if peaks == nil {
		peaks = p.Peaks(c.allowed, cycleAlarm, rivals)
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
		at = spectrum.Refine(c.rest, at, 1/float64(p.Span))
		if len(peaks) == 1 {
			best = at
			break
		}
		block := c.block(at)
		if power := c.explains(at, block); power > most {
			best, most, which = at, power, block
		}
	}
	if !c.shows(best) {
		c.tried = append(c.tried, best)
		return true
	}
	if which == nil {
		which = c.block(best)
	}
	c.extend(best, which)
	c.settle()
	return true
}

// overtone is where the first overtone of a found cycle that stands out does.
func (c *cycleFit) overtone(p *spectrum.Periodogram) []float64 {
	line := 1 / float64(c.f.m.cal.n)
	for _, base := range c.found {
		for k := 2; k <= mostOvertones && float64(k)*base < .5-line; k++ {
			tone := float64(k) * base
			near := func(f float64) bool { return math.Abs(f-tone) < line && c.fresh(f) && !c.calendar(tone, .5*line, 0) }
			if peaks := p.Peaks(near, overtoneAlarm, 1); peaks != nil {
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
	near := func(g float64) bool { return math.Abs(f-g) <= 1.5/float64(c.f.m.cal.n) }
	return !slices.ContainsFunc(c.found, near) && !slices.ContainsFunc(c.tried, near)
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

// explains is what a further cycle explains of all pooled variables beside the found
// ones; block is its own.
func (c *cycleFit) explains(at float64, block []float64) (power float64) {
	n, ridge := 2*len(c.found), swingRidge*float64(c.f.where.count)
	own := mat.NewSymDense(2, nil)
	side := make([]float64, n)
	for i := range 2 {
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
		own.SetSym(i, i, math.Max(0, own.At(i, i))+ridge)
	}
	u := cholesky(own)
	for _, rest := range c.rest {
		b := make([]float64, 2)
		c.products(b, []float64{at}, rest)
		beta := slices.Clone(b)
		solveCholesky(u, beta)
		power += floats.Dot(b, beta)
	}
	return power
}

// settle sets the rests to what calendar and cycles leave.
func (c *cycleFit) settle() (swings [][]float64) {
	c.rest = make([][]float64, len(c.y))
	for j := range c.y {
		beta := c.solve(c.bare[j])
		y := slices.Clone(c.y[j])
		addSwing(y, c.found, beta, -1, c.f.poll)
		c.rest[j] = c.of(y, 0)
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
				if stat.IsMissing(v) {
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
		c.extend(f, c.block(f))
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
				if stat.IsMissing(y) {
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
