package engine

import (
	"math"
	"sync"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/random"
	"github.com/datamime/datamime/engine/internal/stat"
)

// roughSteps are simulated, at most, to see how rough a model is.
const roughSteps = 2000

// roughness is the σ of each variable, from a rehearsal of the model.
func (m *Model) roughness() []float64 {
	m.fineOnce.Do(func() { m.fine = m.secondDifferences() })
	return m.fine
}

type fineCache struct {
	fineOnce sync.Once
	fine     []float64
}

// secondDifferences is the root mean square of those of each variable's
// values, less what is the same at every hour of the day.
func (m *Model) secondDifferences() []float64 {
	steps := int64(max(200, min(roughSteps, mostFine/m.visible)))
	z := civil.Zone{Location: m.cal.Location}
	s := m.Simulate(Window{Start: m.cal.Time(0, &z), End: m.cal.Time(steps, &z), Seed: int64(random.Stream(0, random.ForFiner) >> 1), NoGaps: true, Workers: 1})
	defer s.Close()
	type moment struct{ n, sum, square float64 }
	by := make([][]moment, m.visible)
	past := make([][2]float64, m.visible)
	for k := range by {
		by[k], past[k] = make([]moment, 24), [2]float64{stat.Missing(), stat.Missing()}
	}
	var rows Rows
	for s.Next(&rows) {
		for i, t := range rows.Time {
			step, _ := m.cal.Nearest(m.cal.Axis(t, &z))
			at := 0
			if m.cal.sub {
				_, phase := m.cal.place(step, &z)
				at = m.cal.hour(phase)
			}
			for v := range rows.Value {
				k := m.emit[rows.Series[i]]*m.values + v
				x := rows.Value[v][i]
				if d := x - 2*past[k][1] + past[k][0]; !stat.IsMissing(d) {
					b := &by[k][at]
					b.n, b.sum, b.square = b.n+1, b.sum+d, b.square+d*d
				}
				past[k] = [2]float64{past[k][1], x}
			}
		}
	}
	out := make([]float64, m.visible)
	for k := range out {
		n, sum := 0., 0.
		for _, b := range by[k] {
			if b.n > 1 {
				n += b.n - 1
				sum += b.square - b.sum*b.sum/b.n
			}
		}
		if n > 0 && m.variable[k].circle == nil {
			out[k] = math.Sqrt(max(0, sum) / n)
		}
	}
	return out
}
