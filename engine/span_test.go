package engine

import (
	"errors"
	"testing"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/work"
)

// TestAbsurdDates: one row a million years off is told, not laid out.
func TestAbsurdDates(t *testing.T) {
	for _, far := range []int64{-4000 * 365 * civil.MicrosPerDay, 1 << 62, 8000 * 365 * civil.MicrosPerDay} {
		s := &Sample{Series: []string{"a"}, Value: [][]float64{nil}}
		for i := range int64(500) {
			s.Time, s.Index, s.Value[0] = append(s.Time, i*civil.MicrosPerHour), append(s.Index, 0), append(s.Value[0], float64(i%24))
		}
		s.Time, s.Index, s.Value[0] = append(s.Time, far), append(s.Index, 0), append(s.Value[0], 1)
		if far == 1<<62 {
			s.Time[0] = -211_813_488_000_000_000 // 4713 BC: the span overflows
			s.Time[500] = 1<<63 - 1 - 946_684_800_000_000
		}
		if _, err := Fit(s, Options{}); !errors.Is(err, ErrSpan) {
			t.Errorf("%d: %v", far, err)
		}
	}
}

// TestShortStepsOfFewRows: some rows within seconds, told to the microsecond,
// whose days have billions of steps.
func TestShortStepsOfFewRows(t *testing.T) {
	for _, late := range []int64{40, 2_000_000, 3_600_000} {
		s := &Sample{Series: []string{"a"}, Value: [][]float64{nil}}
		for i := range int64(12) {
			at := i/3*late/4 + i*i%7
			s.Time, s.Index, s.Value[0] = append(s.Time, at), append(s.Index, 0), append(s.Value[0], float64(i%5))
		}
		m, err := Fit(s, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if most := max(1024, 4*m.cal.n); m.dynamics.warm > most {
			t.Errorf("%d: a warm-up of %d steps after a sample of %d", late, m.dynamics.warm, m.cal.n)
		}
	}
}

// TestQuickSampleOfADay: of more steps than starts are needed, all on one day.
func TestQuickSampleOfADay(t *testing.T) {
	for day := range int64(3) {
		s := &Sample{Series: []string{"a"}, Value: [][]float64{make([]float64, 3*mostStarts)}}
		for i := range s.Value[0] {
			s.Time, s.Index = append(s.Time, day*civil.MicrosPerDay+int64(i)*100_000), append(s.Index, 0)
			s.Value[0][i] = float64(i * 7919 % 13)
		}
		m, err := Fit(s, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if m.planner.count() == 0 {
			t.Errorf("no block of day %d can be resampled", day)
		}
	}
}

// TestSimulationPanics: what a worker panics with reaches the reader.
func TestSimulationPanics(t *testing.T) {
	s := &Sample{Series: []string{"a"}, Value: [][]float64{nil}}
	for i := range int64(500) {
		s.Time, s.Index, s.Value[0] = append(s.Time, i*civil.MicrosPerHour), append(s.Index, 0), append(s.Value[0], float64(i%24))
	}
	m, err := Fit(s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	m.planner.starts = nil
	for _, workers := range []int{1, 3} {
		run := m.Simulate(Window{Start: 0, End: 1 << 50, Seed: int64(workers), Workers: workers})
		func() {
			defer func() {
				if _, ok := recover().(*work.Panic); !ok {
					t.Error("no panic")
				}
			}()
			for rows := (&Rows{}); run.Next(rows); {
			}
		}()
		run.Close()
	}
}

// TestFewRowsFarBetween: no more steps are made than the rows that are wanted
// lie in.
func TestFewRowsFarBetween(t *testing.T) {
	s := &Sample{Series: []string{"a"}, Value: [][]float64{nil}}
	for i := range int64(300) {
		s.Time, s.Index, s.Value[0] = append(s.Time, i*i*civil.MicrosPerDay), append(s.Index, 0), append(s.Value[0], float64(i))
	}
	m, err := Fit(s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	run := m.Simulate(Window{Start: 0, End: 1 << 62, Rows: 5})
	defer run.Close()
	var rows Rows
	given := 0
	for given == 0 && run.Next(&rows) {
		given += len(rows.Time)
	}
	if given > 5 || given == 0 {
		t.Errorf("%d rows at first, not 5", given)
	}
}
