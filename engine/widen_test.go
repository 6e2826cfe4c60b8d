package engine

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat"
)

// TestMonthsAreAsRestlessAsTheyWere: deviations about a season of known shape are
// simulated with the standard deviation that they had, though a quarter of the
// values of ten years goes into the season and the trend, and the residuals of
// the fit are narrower by an eighth.
func TestMonthsAreAsRestlessAsTheyWere(t *testing.T) {
	const series, months, noise, seeds = 40, 120, 1., 24
	times := steps(newYear, months, monthly(1))
	r := rand.New(rand.NewPCG(7, 11))
	s := &Sample{Value: make([][]float64, 1)}
	for k := range series {
		s.Series = append(s.Series, fmt.Sprintf("s%02d", k))
		phase := 2 * math.Pi * r.Float64()
		for i, at := range times {
			s.Index = append(s.Index, int32(k))
			s.Time = append(s.Time, at.UnixMicro())
			s.Value[0] = append(s.Value[0], 100+10*noise*math.Cos(2*math.Pi*float64(i)/12+phase)+noise*r.NormFloat64())
		}
	}
	m := mustFit(t, s, Options{})
	first, last := m.Span()
	at := make([][]float64, series*months) // what the seeds have at a step of a series
	for seed := range int64(seeds) {
		rows := all(t, m, Window{Start: first, End: last + 1, Seed: seed})
		for i, v := range rows.Value[0] {
			at[i] = append(at[i], v)
		}
	}
	variance := 0.
	for _, v := range at {
		variance += stat.Variance(v, nil) / float64(len(at))
	}
	// The variance is estimated from series x (months - 30) deviations: a standard
	// error of sqrt(2/3600) = .024, of its root .012; four of them. Besides, steps
	// are held to 2 % of the sample's, with the part of the season that is noise.
	if sd := math.Sqrt(variance); math.Abs(sd/noise-1) > 4*.012+.02 {
		t.Errorf("deviations of %.3f, not %.3f", sd, noise)
	}
}

// TestFreedomOfAFit: without penalties every coefficient is chosen, with penalties
// that are the data's own weight half of each, with large ones none but the mean.
func TestFreedomOfAFit(t *testing.T) {
	d := &design{cols: []column{{kind: one}, {kind: line, level: 1, trend: true}, {kind: bend, a: 1, level: 1}}}
	const n = 100.
	gram := []float64{n, 0, 0, 0, n, 0, 0, 0, n}
	r := &regression{d: d, spread: []float64{0, 1, 1}, power: []float64{1, 1, 1}}
	for _, c := range []struct {
		of   lambda
		want float64
	}{{lambda{calendar: 0, trend: 0}, 3}, {lambda{calendar: 0, trend: n}, 2.5}, {lambda{calendar: n, trend: n}, 2}, {lambda{calendar: 1e12, trend: 1e12}, 1}} {
		near(t, fmt.Sprint(c.of), r.factorize(gram, c.of).freedom(), c.want, 1e-6)
	}
}
