package engine

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// world is a sample with known truth: a day's profile, a weekend, a year,
// autoregressive noise shared in part between the series, integers, gaps.
type world struct {
	series, days int
	step         time.Duration
	phi, shared  float64
	profile      func(h float64) float64
	missing      float64 // chance that a row is absent
	null         float64 // chance that a present value is missing
	decimals     int
	columns      int
	start        time.Time
}

func (w world) sample(seed uint64) *Sample {
	r := rand.New(rand.NewPCG(seed, 1))
	s := &Sample{}
	for i := range w.series {
		s.Series = append(s.Series, fmt.Sprintf("s%02d", i))
	}
	if w.columns == 0 {
		w.columns = 1
	}
	if w.start.IsZero() {
		w.start = time.Date(2021, 3, 1, 0, 0, 0, 0, time.UTC)
	}
	s.Value = make([][]float64, w.columns)
	n := int(time.Duration(w.days) * 24 * time.Hour / w.step)
	state := make([]float64, w.series*w.columns)
	for t := range n {
		at := w.start.Add(time.Duration(t) * w.step)
		common := r.NormFloat64()
		for i := range w.series {
			absent := r.Float64() < w.missing
			for v := range w.columns {
				k := i*w.columns + v
				e := math.Sqrt(w.shared)*common + math.Sqrt(1-w.shared)*r.NormFloat64()
				state[k] = w.phi*state[k] + math.Sqrt(1-w.phi*w.phi)*e
				x := state[k]
				if w.profile != nil {
					x += w.profile(float64(at.Hour()) + float64(at.Minute())/60)
				}
				if r.Float64() < w.null {
					x = math.NaN()
				}
				if !absent {
					s.Value[v] = append(s.Value[v], roundTo(100+20*x, w.decimals))
				}
			}
			if !absent {
				s.Time = append(s.Time, at.UnixMicro())
				s.Index = append(s.Index, int32(i))
			}
		}
	}
	return s
}

// all reads a whole simulation.
func all(t testing.TB, m *Model, w Window) *Rows {
	t.Helper()
	s := m.Simulate(w)
	defer s.Close()
	var rows, out Rows
	for s.Next(&rows) {
		out.Time = append(out.Time, rows.Time...)
		out.Series = append(out.Series, rows.Series...)
		out.Donor = append(out.Donor, rows.Donor...)
		for v := range rows.Value {
			if len(out.Value) <= v {
				out.Value = append(out.Value, nil)
			}
			out.Value[v] = append(out.Value[v], rows.Value[v]...)
		}
	}
	return &out
}

// between cuts rows to a window.
func (r *Rows) between(start, end int64) *Rows {
	a, _ := slices.BinarySearch(r.Time, start)
	b, _ := slices.BinarySearch(r.Time, end)
	out := &Rows{Time: r.Time[a:b], Series: r.Series[a:b], Donor: r.Donor[a:b]}
	for _, v := range r.Value {
		out.Value = append(out.Value, v[a:b])
	}
	return out
}

// same tells the first difference of two runs of rows, bit by bit.
func same(a, b *Rows) error {
	if len(a.Time) != len(b.Time) {
		return fmt.Errorf("%d rows and %d", len(a.Time), len(b.Time))
	}
	for i := range a.Time {
		if a.Time[i] != b.Time[i] || a.Series[i] != b.Series[i] || a.Donor[i] != b.Donor[i] {
			return fmt.Errorf("row %d differs in its time, series or donor", i)
		}
		for v := range a.Value {
			if math.Float64bits(a.Value[v][i]) != math.Float64bits(b.Value[v][i]) {
				return fmt.Errorf("row %d: values %g and %g", i, a.Value[v][i], b.Value[v][i])
			}
		}
	}
	return nil
}

// form is the form of the models that mustFit makes where options do not ask
// for one.
var form Innovations

func mustFit(t testing.TB, s *Sample, o Options) *Model {
	t.Helper()
	o.Innovations = max(o.Innovations, form)
	m, err := Fit(s, o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

var hourly = world{series: 4, days: 60, step: time.Hour, phi: .8, shared: .5, missing: .02, null: .01,
	profile: func(h float64) float64 { return 2 * math.Sin(2*math.Pi*h/24) }}

func TestAnySliceHasTheSameRows(t *testing.T) {
	m := mustFit(t, hourly.sample(1), Options{})
	first, last := m.Span()
	day := 24 * time.Hour.Microseconds()
	whole := all(t, m, Window{Start: first - 200*day, End: last + 400*day, Seed: 7, Workers: 1})
	for i, cut := range [][2]int64{{0, 10 * day}, {-150*day + 3600e6*5, -149 * day}, {100*day + 1, 333 * day}, {390 * day, 455 * day}, {12 * day, 12*day + 1}} {
		start, end := first+cut[0], first+cut[1]
		for _, workers := range []int{1, 3} {
			got := all(t, m, Window{Start: start, End: end, Seed: 7, Workers: workers})
			if err := same(got, whole.between(start, end)); err != nil {
				t.Errorf("slice %d with %d workers: %v", i, workers, err)
			}
		}
		got := all(t, m, Window{Start: start, End: end, Seed: 7, Workers: 1, Turns: true})
		if err := same(got, whole.between(start, end)); err != nil {
			t.Errorf("slice %d in turns: %v", i, err)
		}
	}
	for _, rows := range []int64{1, 9, 4 * m.tile, 4*m.tile + 1, 30 * m.tile} {
		got := all(t, m, Window{Start: first - 200*day, End: last + 400*day, Seed: 7, Rows: rows})
		if err := same(got, whole); err != nil {
			t.Errorf("%d rows wanted of %d steps a tile: %v", rows, m.tile, err)
		}
	}
	other := all(t, m, Window{Start: first, End: last, Seed: 8})
	if same(other, whole.between(first, last)) == nil {
		t.Error("another seed gives the same rows")
	}
}

func TestOrderOfObservationsIsForgotten(t *testing.T) {
	s := hourly.sample(2)
	// a few observations of one series and time, to be averaged
	for i := range 30 {
		s.Time, s.Index = append(s.Time, s.Time[i*50], s.Time[i*50]), append(s.Index, s.Index[i*50], s.Index[i*50])
		s.Value[0] = append(s.Value[0], .1*float64(i), 1e8/float64(i+1))
	}
	shuffled := &Sample{Value: [][]float64{nil}}
	names := rand.New(rand.NewPCG(3, 3)).Perm(len(s.Series))
	shuffled.Series = make([]string, len(s.Series))
	for i, j := range names {
		shuffled.Series[j] = s.Series[i]
	}
	for _, i := range rand.New(rand.NewPCG(4, 4)).Perm(len(s.Time)) {
		shuffled.Time = append(shuffled.Time, s.Time[i])
		shuffled.Index = append(shuffled.Index, int32(names[s.Index[i]]))
		shuffled.Value[0] = append(shuffled.Value[0], s.Value[0][i])
	}
	a, b := mustFit(t, s, Options{Workers: 1}), mustFit(t, shuffled, Options{Workers: 3})
	if a.Report() != b.Report() || a.Report().Duplicates != 60 {
		t.Errorf("reports %+v and %+v", a.Report(), b.Report())
	}
	first, last := a.Span()
	ra, rb := all(t, a, Window{Start: first, End: last}), all(t, b, Window{Start: first, End: last})
	value := func(r *Rows, names []string) map[string]float64 {
		m := map[string]float64{}
		for i := range r.Time {
			m[fmt.Sprint(r.Time[i], names[r.Series[i]])] = r.Value[0][i]
		}
		return m
	}
	va, vb := value(ra, s.Series), value(rb, shuffled.Series)
	if len(va) != len(vb) {
		t.Fatalf("%d rows and %d", len(va), len(vb))
	}
	for k, x := range va {
		if math.Float64bits(vb[k]) != math.Float64bits(x) {
			t.Fatalf("%s: %g and %g", k, x, vb[k])
		}
	}
}
