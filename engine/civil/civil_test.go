package civil

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/datamime/datamime/engine/internal/work"
)

// TestDate holds the calendar against package time's, over the years that
// PostgreSQL's timestamps span.
func TestDate(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		day := r.Int64N(110_000_000) - 2_500_000
		want := time.Unix(day*86400, 0).UTC()
		year, month, dom, yday := Date(day)
		if year != int64(want.Year()) || month != int(want.Month()) || dom != want.Day() || yday != want.YearDay()-1 {
			t.Fatalf("day %d is %d-%d-%d, day %d of its year, not %v", day, year, month, dom, yday, want)
		}
		if back := DayNumber(year, month, dom); back != day {
			t.Fatalf("%v is day %d, not %d", want, back, day)
		}
		if m, d := MonthNumber(day); m != year*12+int64(month)-1 || d != dom {
			t.Fatalf("%v is day %d of month %d", want, d, m)
		}
	}
}

// TestZone: civil time and back, over the changes of a clock.
func TestZone(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	z := Zone{Location: paris}
	for at := time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < 2025; at = at.Add(30 * time.Minute) {
		us := at.UnixMicro()
		_, offset := at.In(paris).Zone()
		local := z.Local(us)
		if local != us+int64(offset)*MicrosPerSecond {
			t.Fatalf("%v is %d there", at, local)
		}
		if back := z.Instant(local); z.Local(back) != local {
			t.Fatalf("%v came back as %v", at, time.UnixMicro(back).UTC())
		}
	}
	skipped := time.Date(2024, 3, 31, 2, 30, 0, 0, time.UTC).UnixMicro()
	if got := z.Local(z.Instant(skipped)); got != skipped+MicrosPerHour {
		t.Errorf("half past two, which was not, became %v", time.UnixMicro(got).UTC())
	}
}

// TestClock: a clock that is learned from times gives those times back.
func TestClock(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	civil := func(step func(i int) time.Time) (times []int64) {
		for i := range 100 {
			times = append(times, step(i).UnixMicro())
		}
		return times
	}
	for _, c := range []struct {
		name  string
		loc   *time.Location
		times []int64
		want  Frequency
	}{
		{"hours", nil, civil(func(i int) time.Time { return time.Date(2024, 3, 30, i, 20, 0, 0, time.UTC) }), Frequency{Micros: MicrosPerHour}},
		{"hours of instants", paris, civil(func(i int) time.Time { return time.Date(2024, 3, 30, i, 20, 0, 0, time.UTC) }), Frequency{Micros: MicrosPerHour}},
		{"days of instants", paris, civil(func(i int) time.Time { return time.Date(2024, 3, 1+i, 6, 0, 0, 0, paris) }), Frequency{Micros: MicrosPerDay}},
		{"ends of months", nil, civil(func(i int) time.Time { return time.Date(2024, time.Month(2+i), 0, 12, 0, 0, 0, time.UTC) }), Frequency{Months: 1}},
		{"quarters", nil, civil(func(i int) time.Time { return time.Date(2024, time.Month(1+3*i), 5, 0, 0, 0, 0, time.UTC) }), Frequency{Months: 3}},
	} {
		h := NewHistory(c.times, make([]int32, len(c.times)), []int{0}, c.loc, work.Alone, nil)
		f := h.Frequency()
		if f != c.want {
			t.Errorf("%s: every %+v", c.name, f)
			continue
		}
		k, z := h.Clock(f, c.times, c.loc), Zone{Location: c.loc}
		for i, at := range c.times {
			step, off := k.Nearest(k.Axis(at, &z))
			if step != int64(i) || off || k.Time(step, &z) != at || k.Ceil(at, &z) != step || k.Ceil(at-1, &z) != step {
				t.Errorf("%s: time %d is at step %d (off: %v), which is at %v", c.name, i, step, off, time.UnixMicro(k.Time(step, &z)).UTC())
				break
			}
		}
	}
}

// TestHistory: times are grouped by series and sorted, in whatever order they come.
func TestHistory(t *testing.T) {
	const hour = int64(MicrosPerHour)
	times := []int64{5 * hour, 9 * hour, 2 * hour, 8 * hour, 3 * hour, 2 * hour, 7 * hour}
	h := NewHistory(times, []int32{0, 1, 0, 1, 0, 0, 1}, []int{1, 0}, nil, work.Alone, nil)
	if got, want := h.Of(0), []int64{7 * hour, 8 * hour, 9 * hour}; !slices.Equal(got, want) {
		t.Errorf("the times of the first series are %d, not %d", got, want)
	}
	if got, want := h.Of(1), []int64{2 * hour, 2 * hour, 3 * hour, 5 * hour}; !slices.Equal(got, want) {
		t.Errorf("the times of the second series are %d, not %d", got, want)
	}
	if got := h.Distances(); got != 4 {
		t.Errorf("%d distances", got)
	}
	if got := h.Only(1).Distances(); got != 2 {
		t.Errorf("%d distances of the second series", got)
	}
	mode, median := h.Steps()
	if want := (Frequency{Micros: hour}); mode != want || median != want {
		t.Errorf("steps of %v, in the middle of %v", mode, median)
	}
	if got := h.Frequency(); got != (Frequency{Micros: hour}) {
		t.Errorf("every %v", got)
	}
	if got := h.Only(0); !slices.Equal(got.Of(0), h.Of(0)) {
		t.Errorf("alone the first series has the times %d", got.Of(0))
	}
}

// TestFrequencies: which distances make steps, and which are irregular.
func TestFrequencies(t *testing.T) {
	const minute = int64(60 * MicrosPerSecond)
	for _, c := range []struct {
		name      string
		distances []int64
		want      Frequency
	}{
		{"none", nil, Frequency{Micros: MicrosPerDay}},
		{"with gaps", []int64{10, 10, 20, 10, 70}, Frequency{Micros: 10 * minute}},
		{"the least of the most frequent", []int64{20, 10, 20, 10, 30}, Frequency{Micros: 10 * minute}},
		{"irregular", []int64{10, 10, 11, 13, 17, 19}, Frequency{}},
		{"four weeks", []int64{28 * 1440, 28 * 1440, 28 * 1440}, Frequency{Micros: 28 * MicrosPerDay}},
		{"months", []int64{31 * 1440, 28 * 1440, 31 * 1440, 30 * 1440}, Frequency{Months: 1}},
		{"half years", []int64{181 * 1440, 184 * 1440, 181 * 1440}, Frequency{Months: 6}},
		{"years", []int64{365 * 1440, 365 * 1440, 366 * 1440}, Frequency{Months: 12}},
	} {
		times := []int64{0}
		for _, d := range c.distances {
			times = append(times, times[len(times)-1]+d*minute)
		}
		if got := NewHistory(times, make([]int32, len(times)), []int{0}, nil, work.Alone, nil).Frequency(); got != c.want {
			t.Errorf("%s: every %+v", c.name, got)
		}
	}
}

// TestLooseClock: of times that keep to a rhythm but for jitter each has a step of its
// own, and they lie about the middles of theirs; of others steps begin at whole ones.
func TestLooseClock(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var jittered, scattered []int64
	at := int64(0)
	for i := range int64(500) {
		jittered = append(jittered, (i*600+420+r.Int64N(120)-60)*MicrosPerSecond)
		at += 1 + r.Int64N(1200*MicrosPerSecond)
		scattered = append(scattered, at)
	}
	clock := func(times []int64) Clock {
		return NewHistory(times, make([]int32, len(times)), []int{0}, nil, work.Alone, nil).LooseClock(times, nil)
	}
	c := clock(jittered)
	if want := (Frequency{Micros: 600 * MicrosPerSecond}); c.Frequency != want || !c.Loose {
		t.Fatalf("steps of %+v", c.Frequency)
	}
	for i, at := range jittered {
		step, off := c.Nearest(at)
		if within := at - c.At(step); step != int64(i) || off || within < 200*MicrosPerSecond || within > 400*MicrosPerSecond {
			t.Fatalf("time %d is in step %d, %d s behind its beginning", i, step, within/MicrosPerSecond)
		}
	}
	c = clock(scattered)
	if c.Frequency.Micros < 60*MicrosPerSecond || c.Frequency.Micros > 600*MicrosPerSecond || FloorMod(c.Origin, c.Frequency.Micros) != 0 {
		t.Errorf("steps of %v from %d on", c.Frequency, c.Origin)
	}
}

// TestClockOfIrregularTimes: given a frequency, times without a place in its steps
// are read on round ones; times that have one keep it.
func TestClockOfIrregularTimes(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	const minute = 60 * MicrosPerSecond
	start := DayNumber(2024, 3, 6) * MicrosPerDay // a Wednesday
	var jittered, late []int64
	for i := range int64(9000) {
		jittered = append(jittered, start+i*10*minute+r.Int64N(40*MicrosPerSecond))
		late = append(late, start+i*10*minute+7*minute+r.Int64N(9)/5*r.Int64N(minute))
	}
	for _, c := range []struct {
		times []int64
		f     Frequency
		want  string
	}{
		{jittered, Frequency{Micros: 10 * minute}, "2024-03-06 00:00:00"},
		{jittered, Frequency{Micros: 60 * minute}, "2024-03-06 00:00:00"},
		{jittered, Frequency{Micros: MicrosPerDay}, "2024-03-06 00:00:00"},
		{jittered, Frequency{Micros: 7 * MicrosPerDay}, "2024-03-04 00:00:00"},
		{jittered, Frequency{Months: 1}, "2024-03-01 00:00:00"},
		{jittered, Frequency{Months: 3}, "2024-01-01 00:00:00"},
		{late, Frequency{Micros: 10 * minute}, "2024-03-06 00:07:00"},
	} {
		h := NewHistory(c.times, make([]int32, len(c.times)), []int{0}, nil, work.Alone, nil)
		clock := h.Clock(c.f, c.times, nil)
		if got := time.UnixMicro(clock.At(0)).UTC().Format(time.DateTime); got != c.want {
			t.Errorf("every %+v: steps from %s on, not %s", c.f, got, c.want)
		}
	}
}
