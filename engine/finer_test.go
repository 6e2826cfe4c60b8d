package engine

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/datamime/datamime/engine/civil"
)

// finer reads a whole finer simulation.
func finer(m *Model, w Window, fine time.Duration, how Aggregate) *Rows {
	s := m.SimulateFiner(w, fine.Microseconds(), how)
	defer s.Close()
	var rows, out Rows
	for s.Next(&rows) {
		out.Time, out.Series, out.Donor = append(out.Time, rows.Time...), append(out.Series, rows.Series...), append(out.Donor, rows.Donor...)
		for v := range rows.Value {
			if v == len(out.Value) {
				out.Value = append(out.Value, nil)
			}
			out.Value[v] = append(out.Value[v], rows.Value[v]...)
		}
	}
	return &out
}

// hourlyLevels are hourly means of a random walk that reverts within days, to
// the decimals given; the walk itself has the values of every minute.
func hourlyLevels(days, decimals int) (hours, minutes []float64) {
	r := rand.New(rand.NewPCG(60, 1))
	a := 0.
	for range days * 24 {
		sum := 0.
		for range 60 {
			a = .9998*a + r.NormFloat64()/math.Sqrt(60)
			minutes = append(minutes, 50+a)
			sum += 50 + a
		}
		hours = append(hours, roundTo(sum/60, decimals))
	}
	return hours, minutes
}

// Finer rows, put together again, are the coarse ones, rounded as they are.
func TestFinerRowsMakeUpTheCoarse(t *testing.T) {
	levels, _ := hourlyLevels(60, 1)
	counts := make([]float64, len(levels))
	r := rand.New(rand.NewPCG(60, 2))
	for i := range counts {
		counts[i] = math.Floor(-8 * math.Log(r.Float64()) * (1 + math.Sin(float64(i)/4)))
	}
	for name, c := range map[string]struct {
		x   []float64
		how Aggregate
	}{"mean": {levels, Mean}, "last": {levels, Last}, "sum": {counts, Sum}} {
		m := mustFit(t, oneSeries(steps(newYear, len(c.x), every(time.Hour)), c.x), Options{})
		first, last := m.Span()
		w := Window{Start: first + 5*civil.MicrosPerHour, End: last, Seed: 3}
		coarse := all(t, m, w)
		rows := finer(m, w, 10*time.Minute, c.how)
		if len(rows.Time) != 6*len(coarse.Time) {
			t.Fatalf("%s: %d rows of %d", name, len(rows.Time), len(coarse.Time))
		}
		for i, at := range coarse.Time {
			parts := rows.Value[0][6*i : 6*i+6]
			sum := 0.
			for j, v := range parts {
				if rows.Time[6*i+j] != at+int64(j)*600e6 || v < 0 || v != roundTo(v, 1-int(indicator(c.how == Sum))) {
					t.Fatalf("%s: %g at %v", name, v, time.UnixMicro(rows.Time[6*i+j]).UTC())
				}
				sum += v
			}
			got := map[Aggregate]float64{Mean: sum / 6, Sum: sum, Last: parts[5]}[c.how]
			if math.Abs(got-coarse.Value[0][i]) > 1e-9 {
				t.Fatalf("%s: %v make %g, not %g", name, parts, got, coarse.Value[0][i])
			}
		}
	}
}

// Within the hours values move as a walk does whose hourly means were seen,
// also from one hour to the next.
func TestFinerRowsMoveLikeTheSource(t *testing.T) {
	hours, minutes := hourlyLevels(200, 3)
	m := mustFit(t, oneSeries(steps(newYear, len(hours), every(time.Hour)), hours), Options{})
	first, last := m.Span()
	y := finer(m, Window{Start: first, End: last + 1}, time.Minute, Mean).Value[0]
	// A rehearsal of 2,000 steps: four times √(2·2/2000) is 18 %; the model's
	// own steps, whose means are fitted and not their squares, differ by 10 %.
	sigma := m.roughness()[0]
	if math.Abs(sigma*sigma-1) > .3 {
		t.Errorf("σ² is %.3f, not 1", sigma*sigma)
	}
	for _, lag := range []int{1, 5, 20, 60} {
		mean := func(x []float64, from func(i int) bool) float64 {
			sum, n := 0., 0.
			for i := 0; i+lag < len(x); i++ {
				if from(i) {
					sum += (x[i+lag] - x[i]) * (x[i+lag] - x[i])
					n++
				}
			}
			return sum / n
		}
		for name, from := range map[string]func(int) bool{"anywhere": func(int) bool { return true }, "across the hour": func(i int) bool { return i%60 >= 60-min(lag, 60) }} {
			// The hours of the model are as rough as its fit makes them, some
			// percent; what is made of them is held against a walk as rough.
			// 4,800 hours of squares of about a normal's: four times √(2/4800)
			// is 8 %, and the ends of the hours know their own neighbours only,
			// where those farther off would tell 4 % of σ² more, whose own error is 8 %.
			if q := mean(y, from) / mean(minutes, from) / (sigma * sigma); math.Abs(q-1) > .2 {
				t.Errorf("%s, %d minutes: %.2f times the mean squared difference", name, lag, q)
			}
		}
	}
}

// Any window of finer rows is the same, and a step that is cut into very many
// costs no more than the rows that are read.
func TestSliceOfFinerRows(t *testing.T) {
	w := hourly
	w.missing, w.null = .1, .05
	m := mustFit(t, w.sample(4), Options{})
	first, last := m.Span()
	whole := finer(m, Window{Start: first, End: last, Seed: 5}, 15*time.Minute, Mean)
	from, to := first+7*civil.MicrosPerDay+20*60*civil.MicrosPerSecond, first+9*civil.MicrosPerDay
	slice := finer(m, Window{Start: from, End: to, Seed: 5, Workers: 1}, 15*time.Minute, Mean)
	var want Rows
	want.Value = make([][]float64, 1)
	for i, at := range whole.Time {
		if at >= from && at < to {
			want.Time, want.Series = append(want.Time, at), append(want.Series, whole.Series[i])
			want.Donor, want.Value[0] = append(want.Donor, whole.Donor[i]), append(want.Value[0], whole.Value[0][i])
		}
	}
	if err := same(&want, slice); err != nil {
		t.Error(err)
	}
	s := m.SimulateFiner(Window{Start: first, End: last}, 1, Mean)
	defer s.Close()
	var rows Rows
	if !s.Next(&rows) || rows.Time[0] != first || len(rows.Time) > 2*rowsPerBatch {
		t.Errorf("%d rows from %d", len(rows.Time), rows.Time[0])
	}
}

// What is held stays held, what goes round goes the shorter way, and bounds
// are kept.
func TestFinerKinds(t *testing.T) {
	held := tariffs(1, 200, .2, 0, false)
	m := mustFit(t, held, Options{})
	first, last := m.Span()
	rows := finer(m, Window{Start: first, End: last}, 10*time.Minute, Mean)
	for i := range rows.Time {
		if i%6 > 0 && rows.Value[0][i] != rows.Value[0][i-1] {
			t.Fatalf("a price of %g within an hour of %g", rows.Value[0][i], rows.Value[0][i-1])
		}
	}
	m = mustFit(t, oneSeries(steps(newYear, 24*100, every(time.Hour)), wind(24*100, 0, 40, .95)), Options{})
	first, last = m.Span()
	w := Window{Start: first, End: last}
	coarse, rows := compassOf(all(t, m, w).Value[0]), finer(m, w, 10*time.Minute, Mean)
	fine := compassOf(rows.Value[0])
	sane(t, rows, 0, 350)
	if fine.turn > .5*coarse.turn || math.Abs(math.Remainder(fine.mean-coarse.mean, 360)) > 2 {
		t.Errorf("%+v of %+v", fine, coarse)
	}
}
