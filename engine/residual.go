package engine

import (
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/random"
	"github.com/datamime/datamime/engine/internal/stat"
	"github.com/datamime/datamime/engine/internal/work"
)

// residuals fits the scale and turns the variables into normal scores.
func (f *fitter) residuals() error {
	m := f.m
	f.chooseCells()
	everyone := make([]int, len(f.latents))
	for i := range everyone {
		everyone[i] = i
	}
	err := f.along(m.location, everyone, func(v *variable) *curve { return v.location }, func(i, at int, location []float64) {
		y := f.y[i][at : at+len(location)]
		floats.Sub(y, location)
		floats.Scale(f.widening, y)
	})
	if err != nil {
		return err
	}
	f.where.rows = nil // used no more
	f.width = newRegression(m.scaling, f.where.timetable, f.g.n*len(f.latents))
	best := untold
	sides, sizes := make([]*normalSide, len(f.y)), make([]*response, len(f.y))
	err = f.each(len(f.y), func(i int) { sizes[i] = &response{y: f.y[i], size: newSizing(f.y[i], f.poll)} })
	if err != nil {
		return err
	}
	if f.where.holdsOut() {
		best, err = f.choose(f.width, sides, func(i int) *response { return sizes[i] }, scaleLambdas, []float64{1})
		if err != nil {
			return err
		}
	}
	fac := f.width.factorize(f.width.total, best)
	err = f.each(len(f.latents), func(i int) {
		m.variable[f.latents[i]].scale = f.curve(m.scaling, f.width.fit(fac, sizes[i], sides[i]))
	})
	if err != nil {
		return err
	}
	err = f.along(m.scaling, everyone, func(v *variable) *curve { return v.scale }, func(i, at int, scale []float64) {
		y := f.y[i][at : at+len(scale)]
		for t := range y {
			y[t] /= math.Exp(max(-maxLogScale, min(maxLogScale, scale[t])))
		}
	})
	if err != nil {
		return err
	}
	err = f.each(len(f.latents), func(i int) {
		v := &m.variable[f.latents[i]]
		f.score(v, f.y[i])
		v.scores.z, v.scores.u = nil, nil // from here on the uniform grids do
	})
	f.where, f.width = nil, nil
	return err
}

// mostWidened bounds how many times wider residuals become.
const mostWidened = math.Sqrt2

// widened is how many times wider residuals are about a location that was not
// fitted to them: of n values that chose p of its coefficients, what is left of
// independent deviations has (n-p)/n of their variance. Of ten years of months a
// quarter goes into the location. Of shorter steps far less does, and what is
// left of them is not independent: there nothing is gained.
func (f *fitter) widened(of *factor) float64 {
	if f.m.cal.Frequency.Months == 0 {
		return 1
	}
	left := 1 - of.freedom()/f.where.mass
	return min(mostWidened, 1/math.Sqrt(max(0, left)))
}

// along evaluates a curve of some latent variables over the sample's steps, a
// chunk of which share their calendar, and hands the values from a step on to use.
func (f *fitter) along(d *design, latents []int, of func(v *variable) *curve, use func(latent, at int, values []float64)) error {
	const most, chunks = 1 << 13, 8
	n := f.g.n
	length := min(most, (n+chunks-1)/chunks, max(64, valuesAtOnce/len(latents)))
	sheets := work.Turns[sheet]{Make: func() *sheet { return &sheet{d: d} }}
	return f.each((n+length-1)/length, func(c int) {
		a, b := c*length, min(n, (c+1)*length)
		z := civil.Zone{Location: f.m.cal.Location}
		sheets.With(func(s *sheet) {
			s.fill(int64(a), b-a, &z)
			values := make([]float64, b-a)
			for _, i := range latents {
				s.curve(values, of(&f.m.variable[f.latents[i]]))
				use(i, a, values)
			}
		})
	})
}

// cellOf is the cell of scores of a phase and a weekday.
func (m *Model) cellOf(phase, weekday int) uint8 {
	if m.cells <= 1 {
		return 0
	}
	return uint8(2*m.cal.hour(phase) + int(indicator(weekday >= 5)))
}

// chooseCells decides whether scores have tables by hour.
func (f *fitter) chooseCells() {
	f.m.cells = 1
	if f.m.cal.sub && float64(f.where.count) >= 30*f.m.cal.day {
		f.m.cells = 48
	}
}

// cellPrior is the weight of the whole series in a cell's table, in values:
// with 50 or 800 fidelity is no better (see doc.go, What was measured).
const cellPrior = 200

// score replaces residuals by normal scores and builds their tables.
func (f *fitter) score(v *variable, u []float64) {
	m := f.m
	order := stat.Rank(u, f.poll)
	v.scores = newScores(u, order)
	if f.o.Innovations == Fitted {
		v.scores.shape = newShape(stat.Sorted(u, f.poll))
	}
	if m.cells <= 1 {
		rankScores(u, order, v.scores.z, random.Draw(random.ForTies, int64(v.key)), f.poll)
		return
	}
	cell := make([]uint8, len(u))
	r := f.where
	for k, unit := range r.units {
		day := m.cal.almanac(unit)
		for _, s := range r.of(k) {
			for i := range int(s.steps) {
				cell[int(s.at)+i] = m.cellOf(int(s.phase)+i*r.pace, day.acts)
			}
		}
	}
	v.scores.addCells(u, order, cell, m.cells, cellPrior, f.poll)
	for t, x := range u {
		work.Check(f.poll).Pass(t)
		if !stat.IsMissing(x) {
			u[t] = v.scores.score(x, int(cell[t]))
		}
	}
}
