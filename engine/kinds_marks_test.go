package engine

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// What stands for what was not measured comes again as often and as long, and leaves
// no trace in the values about it.
func TestMarksOfWhatIsMissing(t *testing.T) {
	w := world{series: 3, days: 200, step: time.Hour, phi: .9, shared: .5, decimals: 1}
	s := w.sample(1)
	clean := mustFit(t, w.sample(1), Options{})
	r := rand.New(rand.NewPCG(9, 9))
	marked, until := 0, [3]int64{}
	for i, c := range s.Index {
		if s.Time[i] >= until[c] && c < 2 && r.Float64() < .008 {
			until[c] = s.Time[i] + 5*time.Hour.Microseconds()
		}
		if s.Time[i] < until[c] {
			s.Value[0][i] = -999
			marked++
		}
	}
	m := mustFit(t, s, Options{})
	if got := m.Report(); got.Marks != marked || got.Mark != -999 || got.Outliers != 0 {
		t.Fatalf("%d marked: %+v", marked, got)
	}
	first, last := m.Span()
	window := Window{Start: first, End: last + 1, Seed: 4}
	rows, like := all(t, m, window), all(t, clean, window)
	m.Marks(rows, window)
	again, runs := 0., 0.
	before := map[int32]float64{}
	var sum, square, want, wantSquare float64
	for i, x := range rows.Value[0] {
		c := rows.Series[i]
		if x == -999 {
			again++
			if before[c] != -999 {
				runs++
			}
			if c == 2 {
				t.Fatal("a mark in a series that has none")
			}
		} else {
			sum, square = sum+x, square+x*x
		}
		before[c] = x
		want, wantSquare = want+like.Value[0][i], wantSquare+like.Value[0][i]*like.Value[0][i]
	}
	// Some 70 outages of five hours, twice, with √70 of chance.
	if q := again / float64(marked); math.Abs(q-1) > 4*math.Sqrt(2./70) || math.Abs(again/runs-5) > .5 {
		t.Errorf("%.0f marks, not %d, of %.1f hours", again, marked, again/runs)
	}
	n, total := float64(len(rows.Time))-again, float64(len(rows.Time))
	sd, wantSD := math.Sqrt(square/n-sum/n*sum/n), math.Sqrt(wantSquare/total-want/total*want/total)
	// Means over 3 x 4,800 hours of memory .9: 20 √(19/14400 (1+.5·2)) = 1.0.
	if math.Abs(sum/n-want/total) > 4 || math.Abs(sd/wantSD-1) > .05 {
		t.Errorf("mean %.1f and sd %.2f, without marks %.1f and %.2f", sum/n, sd, want/total, wantSD)
	}
	least := 0.
	window.Minimum = []*float64{&least}
	rows = all(t, m, window)
	m.Marks(rows, window)
	for _, x := range rows.Value[0] {
		if x < 0 {
			t.Fatalf("%g below the bound", x)
		}
	}
}
