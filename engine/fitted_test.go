package engine

import (
	"bytes"
	"compress/flate"
	"errors"
	"testing"
	"time"

	"github.com/datamime/datamime/engine/civil"
)

// What holds for simulations of one form holds for those of the other.
func TestInTheFittedForm(t *testing.T) {
	form = Fitted
	defer func() { form = Resampled }()
	for name, test := range map[string]func(*testing.T){
		"slices":           TestAnySliceHasTheSameRows,
		"order":            TestOrderOfObservationsIsForgotten,
		"memory and links": TestMemoryLinksAndLevelsAreRecovered,
		"profile":          TestProfileIsRecovered,
		"year and week":    TestYearAndWeekAreRecovered,
		"trends":           TestTrendsFlattenFarAway,
		"level":            TestLevelStaysAfterOneYear,
		"overrides":        TestOverridesOfAWindow,
		"three days":       TestAMillionRowsFromThreeDays,
		"many series":      TestManySeriesShareFactors,
		"gaps":             TestGapsComeAsInTheSample,
		"weekends":         TestClosedWeekendsStayClosed,
		"unobserved":       TestUnobservedStretchesAreFilled,
		"held":             TestHeldValuesStayHeld,
		"events":           TestEventsOfChangeAlwaysChange,
		"held slices":      TestSliceOfHeldValues,
		"frequencies":      TestFrequencyIsRecognised,
		"short":            TestShortHistories,
		"constant":         TestConstantStaysConstant,
		"absurd":           TestAbsurdInput,
		"columns":          TestSeveralColumnsAndUnequalSeries,
		"clock":            TestClockOfALocation,
		"directions":       TestDirectionsGoRound,
		"capacity":         TestCapacityIsKept,
		"recurring dates":  TestRecurringDatesAreLearned,
		"holidays":         TestHolidaysOfACountry,
		"orderings":        TestColumnsKeepTheirOrder,
		"finer":            TestFinerRowsMakeUpTheCoarse,
		"units":            TestUnitsDoNotMatter,
		"marks":            TestMarksOfWhatIsMissing,
	} {
		t.Run(name, test)
	}
}

// samples are of every kind whose parameters have a form of their own.
func samples() map[string]*Sample {
	daily := world{series: 3, days: 800, step: 24 * time.Hour, phi: .6, shared: .3, missing: .1, decimals: 2}
	columns := world{series: 2, days: 30, step: 30 * time.Minute, phi: .9, columns: 2, null: .1}
	times, values := festive(1, 1200, 6, isChristmas)
	return map[string]*Sample{"dates": oneSeries(times, values), "hourly": hourly.sample(3), "daily": daily.sample(3), "two columns": columns.sample(3),
		"held": tariffs(3, 100, .3, .7, false), "events": tariffs(3, 200, .3, .7, true),
		"one row": {Series: []string{""}, Time: []int64{0}, Index: []int32{0}, Value: [][]float64{{5}}}}
}

// A model that was stored gives the rows of the one that was fitted, whatever
// the order in which its series are named.
func TestRestoredModelIsTheSame(t *testing.T) {
	for name, s := range samples() {
		t.Run(name, func(t *testing.T) {
			m := mustFit(t, s, Options{Innovations: Fitted})
			back, err := Restore(m.Parameters(), s.Series, Options{})
			if err != nil {
				t.Fatal(err)
			}
			first, last := m.Span()
			if f, l := back.Span(); f != first || l != last || back.Frequency() != m.Frequency() {
				t.Errorf("from %d to %d each %v, not from %d to %d each %v", f, l, back.Frequency(), first, last, m.Frequency())
			}
			w := Window{Start: first - 5*civil.MicrosPerDay, End: last + 5*civil.MicrosPerDay, Seed: 3}
			if err := same(all(t, m, w), all(t, back, w)); err != nil {
				t.Error(err)
			}
		})
	}
}

// packed is the size of bytes when deflated.
func packedSize(t *testing.T, b []byte) int {
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Len()
}

// The fitted form of ten years is no larger than that of one but for the
// trend's bends, and a few kilobytes a series.
func TestFittedFormIsSmall(t *testing.T) {
	w := hourly
	for _, days := range []int{365, 3650} {
		w.days = days
		m := mustFit(t, w.sample(1), Options{Innovations: Fitted})
		if size := packedSize(t, m.Parameters()) / w.series; size > 4096 {
			t.Errorf("%d bytes a series of %d days", size, days)
		}
	}
}

// Bytes that no fit has written are refused, or make a model that works.
func FuzzRestore(f *testing.F) {
	for _, s := range samples() {
		m, err := Fit(s, Options{Innovations: Fitted})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(m.Parameters(), len(s.Series))
	}
	f.Fuzz(func(t *testing.T, data []byte, series int) {
		if series < 0 || series > 8 {
			return
		}
		m, err := Restore(data, []string{"a", "b", "c", "d", "e", "f", "g", "h"}[:series], Options{})
		if err != nil {
			if !errors.Is(err, ErrForm) {
				t.Error(err)
			}
			return
		}
		first, _ := m.Span()
		sim := m.Simulate(Window{Start: first, End: first + civil.MicrosPerHour, Workers: 1})
		defer sim.Close()
		var rows Rows
		sim.Next(&rows)
	})
}

// Two series that are the same leave an axis on which nothing moves.
func TestFittedFormOfSeriesThatAreTheSame(t *testing.T) {
	s := &Sample{Series: []string{"a", "b"}, Value: make([][]float64, 1)}
	for n := range 480 {
		for c := range 2 {
			s.Time, s.Index = append(s.Time, newYear.Add(time.Duration(n)*6*time.Hour).UnixMicro()), append(s.Index, int32(c))
			s.Value[0] = append(s.Value[0], float64(10+n%7))
		}
	}
	m := mustFit(t, s, Options{Innovations: Fitted})
	first, last := m.Span()
	sane(t, all(t, m, Window{Start: first, End: last}), 10, 16)
}
