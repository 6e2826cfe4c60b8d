package civil

import (
	"math/rand/v2"
	"testing"
	"time"
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
		h := NewHistory(c.times, make([]int32, len(c.times)), []int{0}, c.loc, nil)
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
