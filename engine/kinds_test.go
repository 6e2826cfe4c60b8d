package engine

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/stat"
)

// history builds a sample of one series from times and values.
func oneSeries(times []time.Time, values []float64) *Sample {
	s := &Sample{Series: []string{"a"}, Value: [][]float64{values}}
	for _, t := range times {
		s.Time = append(s.Time, t.UnixMicro())
		s.Index = append(s.Index, 0)
	}
	return s
}

// steps are n times from start on.
func steps(start time.Time, n int, next func(time.Time, int) time.Time) (t []time.Time) {
	for i := range n {
		t = append(t, next(start, i))
	}
	return t
}

func every(d time.Duration) func(time.Time, int) time.Time {
	return func(t time.Time, i int) time.Time { return t.Add(time.Duration(i) * d) }
}

func monthly(m int) func(time.Time, int) time.Time {
	return func(t time.Time, i int) time.Time { return t.AddDate(0, i*m, 0) }
}

var newYear = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

func TestFrequencyIsRecognised(t *testing.T) {
	day := 24 * time.Hour
	jitter := rand.New(rand.NewPCG(5, 5))
	for _, c := range []struct {
		name string
		next func(time.Time, int) time.Time
		want Frequency
	}{
		{"minute", every(time.Minute), Frequency{Micros: time.Minute.Microseconds()}},
		{"five minutes", every(5 * time.Minute), Frequency{Micros: 5 * time.Minute.Microseconds()}},
		{"half hour", every(30 * time.Minute), Frequency{Micros: 30 * time.Minute.Microseconds()}},
		{"hour", every(time.Hour), Frequency{Micros: time.Hour.Microseconds()}},
		{"day", every(day), Frequency{Micros: day.Microseconds()}},
		{"week", every(7 * day), Frequency{Micros: 7 * day.Microseconds()}},
		{"four weeks", every(28 * day), Frequency{Micros: 28 * day.Microseconds()}},
		{"month", monthly(1), Frequency{Months: 1}},
		{"month's end", func(t time.Time, i int) time.Time { return t.AddDate(0, i+1, -1) }, Frequency{Months: 1}},
		{"quarter", monthly(3), Frequency{Months: 3}},
		{"year", monthly(12), Frequency{Months: 12}},
		{"business days", func(t time.Time, i int) time.Time { return t.AddDate(0, 0, i/5*7+i%5+5) }, Frequency{Micros: day.Microseconds()}},
		{"irregular", func(t time.Time, i int) time.Time {
			return t.Add(time.Duration(i)*10*time.Minute + time.Duration(jitter.Int64N(int64(8*time.Minute))))
		}, Frequency{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			times := steps(newYear, 60, c.next)
			values := make([]float64, len(times))
			for i := range values {
				values[i] = math.Round(50 + 20*math.Sin(float64(i)/3) + 5*jitter.NormFloat64())
			}
			m := mustFit(t, oneSeries(times, values), Options{})
			if m.Frequency() != c.want {
				t.Fatalf("frequency %+v, want %+v", m.Frequency(), c.want)
			}
			first, last := m.Span()
			if first != times[0].UnixMicro() || last != times[len(times)-1].UnixMicro() {
				t.Errorf("span %v to %v", time.UnixMicro(first).UTC(), time.UnixMicro(last).UTC())
			}
			rows := all(t, m, Window{Start: first, End: last + (last-first)*3})
			if len(rows.Time) < 150 || len(rows.Time) > 350 {
				t.Errorf("%d rows", len(rows.Time))
			}
			if c.want.Months > 0 { // on the calendar's own days
				for _, at := range rows.Time {
					u := time.UnixMicro(at).UTC()
					if c.name == "month's end" {
						u = u.AddDate(0, 0, 1)
					}
					if u.Day() != 1 {
						t.Fatalf("a step on %v", time.UnixMicro(at).UTC())
					}
				}
			}
			sane(t, rows, 0, 200)
		})
	}
}

// sane checks that values are known and within bounds.
func sane(t *testing.T, r *Rows, lo, hi float64) {
	t.Helper()
	for v := range r.Value {
		for i, x := range r.Value[v] {
			if !(x >= lo && x <= hi) {
				t.Fatalf("value %g at %v", x, time.UnixMicro(r.Time[i]).UTC())
			}
		}
	}
}

func TestNothingToLearnFrom(t *testing.T) {
	nan := math.NaN()
	for name, s := range map[string]*Sample{
		"no rows":    {Series: []string{"a"}, Value: [][]float64{{}}},
		"no series":  {Value: [][]float64{{}}},
		"no columns": {},
		"no values":  oneSeries(steps(newYear, 3, every(time.Hour)), []float64{nan, math.Inf(1), nan}),
	} {
		if _, err := Fit(s, Options{}); !errors.Is(err, ErrEmpty) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestShortHistories(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	for _, next := range []func(time.Time, int) time.Time{every(time.Minute), every(time.Hour), every(24 * time.Hour), every(7 * 24 * time.Hour), monthly(1), monthly(3), monthly(12)} {
		for n := 1; n <= 30; n++ {
			times := steps(newYear, n, next)
			values := make([]float64, n)
			for i := range values {
				values[i] = math.Round(20 + 5*r.NormFloat64())
			}
			m := mustFit(t, oneSeries(times, values), Options{})
			first, last := m.Span()
			rows := all(t, m, Window{Start: first, End: last + 100*(last-first) + 2, NoGaps: true})
			if len(rows.Time) < n {
				t.Fatalf("%d rows from %d", len(rows.Time), n)
			}
			sane(t, rows, 0, 60)
		}
	}
}

func TestConstantStaysConstant(t *testing.T) {
	s := hourly.sample(9)
	s.Series = append(s.Series, "flat", "never")
	for i := range 300 {
		s.Time = append(s.Time, s.Time[0]+int64(i)*3600e6, s.Time[0]+int64(i)*3600e6)
		s.Index = append(s.Index, 4, 5)
		s.Value[0] = append(s.Value[0], 0, math.NaN())
	}
	m := mustFit(t, s, Options{})
	first, last := m.Span()
	rows := all(t, m, Window{Start: first, End: last*2 - first})
	for i, c := range rows.Series {
		if x := rows.Value[0][i]; c == 4 && x != 0 || c == 5 && x == x {
			t.Fatalf("series %s has %g", s.Series[c], x)
		}
	}
}

func TestAbsurdInput(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	make1 := map[string]func(i int) float64{
		"huge":      func(i int) float64 { return 1e300 * r.Float64() },
		"tiny":      func(i int) float64 { return 1e-300 * r.Float64() },
		"both":      func(i int) float64 { return math.Pow(10, 600*r.Float64()-300) },
		"infinite":  func(i int) float64 { return []float64{math.Inf(1), math.Inf(-1), math.NaN(), r.Float64()}[i%4] },
		"binary":    func(i int) float64 { return indicator(r.Float64() < .03) },
		"one spike": func(i int) float64 { return 1e9 * indicator(i == 77) },
		"alternate": func(i int) float64 { return float64(i % 2) },
		"ramp":      func(i int) float64 { return float64(i) },
		"explosive": func(i int) float64 { return math.Exp(float64(i) / 10) },
		"negative":  func(i int) float64 { return -math.Abs(r.NormFloat64()) },
	}
	for name, f := range make1 {
		for _, next := range []func(time.Time, int) time.Time{every(time.Hour), every(24 * time.Hour), monthly(1)} {
			times := steps(newYear, 400, next)
			values := make([]float64, len(times))
			lo, hi := math.Inf(1), math.Inf(-1)
			for i := range values {
				values[i] = f(i)
				if stat.Finite(values[i]) {
					lo, hi = math.Min(lo, values[i]), math.Max(hi, values[i])
				}
			}
			m, err := Fit(oneSeries(times, values), Options{})
			if err != nil {
				t.Fatal(name, err)
			}
			first, last := m.Span()
			rows := all(t, m, Window{Start: first, End: last + 9*(last-first), NoGaps: true})
			room := .2 * (hi - lo)
			sane(t, rows, lo-room, hi+room)
			if lo >= 0 {
				sane(t, rows, 0, hi+room)
			}
		}
	}
}

func TestSeveralColumnsAndUnequalSeries(t *testing.T) {
	w := hourly
	w.columns, w.series, w.null = 3, 3, .05
	s := w.sample(3)
	s.Series = append(s.Series, "short")
	for i := range 6 {
		s.Time, s.Index = append(s.Time, s.Time[0]+int64(i)*3600e6), append(s.Index, 3)
		for v := range s.Value {
			s.Value[v] = append(s.Value[v], float64(50+i+v))
		}
	}
	m := mustFit(t, s, Options{})
	if m.Report().Short != 3 {
		t.Errorf("report %+v", m.Report())
	}
	first, last := m.Span()
	rows := all(t, m, Window{Start: first, End: last + 1, NoGaps: true})
	if len(rows.Time) != 4*60*24 || len(rows.Value) != 3 {
		t.Errorf("%d rows of %d values", len(rows.Time), len(rows.Value))
	}
}

func TestClockOfALocation(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2022, 1, 1, 0, 0, 0, 0, paris)
	t.Run("days are local midnights", func(t *testing.T) {
		var times []time.Time
		var values []float64
		for i := range 500 {
			times = append(times, start.AddDate(0, 0, i))
			values = append(values, float64(i%7))
		}
		m := mustFit(t, oneSeries(times, values), Options{Location: paris})
		first, last := m.Span()
		if m.Frequency().Micros != civil.MicrosPerDay || first != times[0].UnixMicro() || last != times[499].UnixMicro() {
			t.Fatalf("%+v", m.Frequency())
		}
		for _, at := range all(t, m, Window{Start: first, End: last * 2}).Time[:3000] {
			if l := time.UnixMicro(at).In(paris); l.Hour() != 0 || l.Minute() != 0 {
				t.Fatalf("a step at %v", l)
			}
		}
	})
	t.Run("hours follow the clock", func(t *testing.T) {
		var times []time.Time
		var values []float64
		for i := range 24 * 500 {
			at := start.Add(time.Duration(i) * time.Hour)
			times = append(times, at)
			values = append(values, 100*indicator(at.Hour() == 8)+float64(i%3))
		}
		m := mustFit(t, oneSeries(times, values), Options{Location: paris})
		first, last := m.Span()
		rows := all(t, m, Window{Start: first, End: last + (last - first)})
		right, count := 0, 0
		for i, at := range rows.Time {
			if rows.Value[0][i] > 50 {
				count++
				if time.UnixMicro(at).In(paris).Hour() == 8 {
					right++
				}
			}
		}
		if count < 900 || right*100 < count*94 {
			t.Errorf("%d of %d peaks at eight", right, count)
		}
	})
}

func TestInterruptEndsAFit(t *testing.T) {
	stop := fmt.Errorf("stop")
	for _, after := range []int{0, 1, 5, 20} {
		calls := 0
		_, err := Fit(hourly.sample(1), Options{Workers: 1, Interrupt: func() error {
			if calls++; calls > after {
				return stop
			}
			return nil
		}})
		if !errors.Is(err, stop) {
			t.Errorf("after %d calls: %v", after, err)
		}
	}
}
