package engine

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// dust is fine dust, all dust of which it is a part, and the hour's lowest
// value of all dust, by the hour.
func dust(n int) *Sample {
	r := rand.New(rand.NewPCG(25, 10))
	s := &Sample{Series: []string{"a", "b"}, Value: make([][]float64, 3)}
	var state [2][2]float64
	for h := range n {
		for c := range 2 {
			a := &state[c]
			a[0] = .95*a[0] + .31*r.NormFloat64()
			a[1] = .9*a[1] + .44*r.NormFloat64()
			all := 20 * math.Exp(.5*a[0])
			share := 1 / (1 + math.Exp(-1-a[1]))
			s.Time, s.Index = append(s.Time, newYear.Add(time.Duration(h)*time.Hour).UnixMicro()), append(s.Index, int32(c))
			s.Value[0] = append(s.Value[0], roundTo(all*share, 1))
			s.Value[1] = append(s.Value[1], math.Ceil(all))
			s.Value[2] = append(s.Value[2], math.Floor(all*(1-.2*r.Float64())))
		}
	}
	return s
}

func TestColumnsKeepTheirOrder(t *testing.T) {
	s := dust(24 * 100)
	m := mustFit(t, s, Options{})
	first, last := m.Span()
	rows := all(t, m, Window{Start: first, End: last + 4*(last-first), NoGaps: true})
	mean := func(x []float64) float64 { m, _ := moments(x); return m }
	for i := range rows.Time {
		if fine, dust, low := rows.Value[0][i], rows.Value[1][i], rows.Value[2][i]; fine > dust || low > dust {
			t.Fatalf("fine %g, all %g, lowest %g at row %d", fine, dust, low, i)
		}
		if x := rows.Value[1][i]; x != math.Round(x) || rows.Value[0][i] != roundTo(rows.Value[0][i], 1) {
			t.Fatalf("%g and %g are not rounded as the source is", rows.Value[0][i], x)
		}
	}
	// The log of all dust has the sd .5 and a memory of .95: 4,800 values of
	// two series are worth 123, four standard errors of both means are
	// 4·.5·√2/√123 = 25 %.
	for v := range s.Value {
		if r := mean(rows.Value[v]) / mean(s.Value[v]); math.Abs(r-1) > .25 {
			t.Errorf("column %d has %.2f times the mean", v, r)
		}
	}
	// The share of fine dust is between 0 and 1 by the order alone; its mean
	// shows that the two move together: .71 ± 4·.19/√(4800/19).
	share := func(fine, all []float64) (sum float64) {
		for i := range fine {
			sum += fine[i] / all[i] / float64(len(all))
		}
		return sum
	}
	if a, b := share(rows.Value[0], rows.Value[1]), share(s.Value[0], s.Value[1]); math.Abs(a-b) > .07 {
		t.Errorf("a share of %.3f, not %.3f", a, b)
	}
}

func TestWhatIsOrdered(t *testing.T) {
	s := dust(200)
	g := &grid{values: 3, names: []string{"a"}, x: [][]float64{nil, nil, nil}}
	copy(g.x, s.Value)
	if got := g.orderings(); len(got) != 2 || got[0] != (ordering{0, 1}) || got[1] != (ordering{2, 1}) {
		t.Errorf("orderings %v", got)
	}
	g.x[0][17] = 1e6
	if got := g.orderings(); len(got) != 1 {
		t.Errorf("orderings %v in spite of a row", got)
	}
	far := &grid{values: 2, names: []string{"a"}, x: [][]float64{make([]float64, 500), make([]float64, 500)}}
	for i := range far.x[1] {
		far.x[1][i] = 5
	}
	if got := far.orderings(); got != nil {
		t.Errorf("orderings %v of ranges apart", got)
	}
}
