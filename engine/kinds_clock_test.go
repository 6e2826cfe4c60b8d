package engine

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/datamime/datamime/engine/civil"
)

// wallClock is a sample of civil times as a clock of the location shows them:
// one hour is not there in spring, one comes twice in autumn. A share of the
// rows is missing.
func wallClock(t *testing.T, name string, step time.Duration, days, series int, missing float64) (*Sample, *time.Location) {
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(2, 30))
	s := &Sample{Value: make([][]float64, 1)}
	for c := range series {
		s.Series = append(s.Series, string(rune('a'+c)))
	}
	start := time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range int(time.Duration(days) * 24 * time.Hour / step) {
		at := start.Add(time.Duration(i) * step).In(loc)
		civil := time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), 0, 0, time.UTC)
		for c := range series {
			if r.Float64() < missing {
				continue
			}
			s.Time, s.Index = append(s.Time, civil.UnixMicro()), append(s.Index, int32(c))
			s.Value[0] = append(s.Value[0], math.Round(50+20*math.Sin(float64(at.Hour())/4)+5*r.NormFloat64()))
		}
	}
	return s, loc
}

func TestHoursThatNeverWere(t *testing.T) {
	for _, c := range []struct {
		zone    string
		step    time.Duration
		series  int
		missing float64
		told    bool
	}{
		{"Europe/Paris", time.Hour, 1, 0, false},
		{"Europe/Paris", 30 * time.Minute, 3, .05, false},
		{"Europe/London", time.Hour, 2, 0, false},
		{"Europe/Athens", 15 * time.Minute, 1, .1, false},
		{"America/New_York", time.Hour, 1, 0, false},
		{"Australia/Sydney", time.Hour, 1, 0, false},
		{"Pacific/Auckland", time.Hour, 1, 0, false},
		{"America/Santiago", time.Hour, 2, 0, true},
		{"Australia/Lord_Howe", 30 * time.Minute, 1, 0, true}, // by half an hour
		{"Africa/Casablanca", time.Hour, 1, 0, true},          // by no rule
		{"Asia/Tokyo", time.Hour, 1, 0, false},                // never changes
	} {
		s, loc := wallClock(t, c.zone, c.step, 2*365, c.series, c.missing)
		o := Options{}
		if c.told {
			o.Civil = loc
		}
		m := mustFit(t, s, o)
		first, last := m.Span()
		z := civil.Zone{Location: loc}
		days := map[int64]int{}
		rows := all(t, m, Window{Start: first, End: last + 6*365*civil.MicrosPerDay, NoGaps: true})
		for _, at := range rows.Time {
			if z.Local(z.Instant(at)) != at {
				t.Fatalf("%s: a row at %v", c.zone, time.UnixMicro(at).UTC())
			}
			days[civil.FloorDiv(at, civil.MicrosPerDay)]++
		}
		// Nothing else is left out: a day has all its rows, or in spring those
		// of 23 hours. Some clocks skip midnight, none noon.
		const noon = civil.MicrosPerDay / 2
		full := c.series * int(24*time.Hour/c.step)
		for day, n := range days {
			if midnight := day * civil.MicrosPerDay; n != full && z.Instant(midnight+noon)-z.Instant(midnight-noon) == civil.MicrosPerDay && midnight > first && midnight < last+6*364*civil.MicrosPerDay {
				t.Errorf("%s: %d rows on %v", c.zone, n, time.UnixMicro(midnight).UTC())
			}
		}
	}
}

// Times that were not read on the clock that is told have rows in its gaps:
// they stay.
func TestHoursOfAnotherClock(t *testing.T) {
	s, _ := wallClock(t, "UTC", time.Hour, 400, 1, 0)
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	m := mustFit(t, s, Options{Civil: paris})
	first, last := m.Span()
	if n := len(all(t, m, Window{Start: first, End: last + 1, NoGaps: true}).Time); n != 400*24 {
		t.Errorf("%d rows", n)
	}
}

// The sample's lack of an hour is no outage to imitate.
func TestSkippedHourIsNoOutage(t *testing.T) {
	s, _ := wallClock(t, "Europe/Paris", time.Hour, 3*365, 1, 0)
	m := mustFit(t, s, Options{})
	first, last := m.Span()
	rows := all(t, m, Window{Start: first, End: last + 10*365*civil.MicrosPerDay})
	hours := (last-first)/civil.MicrosPerHour + 10*365*24
	years := hours / (365 * 24)
	if absent := hours - int64(len(rows.Time)); absent < years-1 || absent > years+1 {
		t.Errorf("%d absent rows in %d years", absent, years)
	}
}
