package engine

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/stepset"
)

// opening is when each of three series has rows: an office, a shop that is
// closed on Sundays and at noon, and a machine that never rests.
func opening(c int32, at time.Time) bool {
	day, minute := at.Weekday(), at.Hour()*60+at.Minute()
	switch c {
	case 0:
		return day != time.Saturday && day != time.Sunday && minute >= 9*60 && minute < 17*60+45
	case 1:
		return day != time.Sunday && minute >= 8*60+30 && minute <= 19*60 && minute/60 != 12
	}
	return true
}

// offices has a row every quarter of an hour that is open, of so many days, but
// for a share of outages.
func offices(days int, out float64) *Sample {
	r := rand.New(rand.NewPCG(21, 1))
	s := &Sample{Series: []string{"office", "shop", "machine"}, Value: [][]float64{nil}}
	for i := range days * 96 {
		at := newYear.Add(time.Duration(i) * 15 * time.Minute)
		for c := range int32(3) {
			if opening(c, at) && r.Float64() >= out {
				s.Time, s.Index = append(s.Time, at.UnixMicro()), append(s.Index, c)
				s.Value[0] = append(s.Value[0], math.Round(100+10*r.NormFloat64()))
			}
		}
	}
	return s
}

// TestClosedHoursStayClosed: rows come at the hours at which a series has some,
// nearly all of them, and at no others, also where nobody was observed for a
// day and more, and from a model's own bytes.
func TestClosedHoursStayClosed(t *testing.T) {
	const days = 14
	for _, c := range []struct {
		weeks       int
		out         float64
		innovations Innovations
	}{{6, 0, Resampled}, {12, .03, Resampled}, {6, 0, Fitted}} {
		m := mustFit(t, offices(7*c.weeks, c.out), Options{Innovations: c.innovations})
		_, last := m.Span()
		rows := all(t, m, Window{Start: last + 1, End: last + 1 + days*civil.MicrosPerDay, Seed: 3})
		var want, have [3]float64
		for i := range days * 96 {
			at := time.UnixMicro(last).UTC().Add(time.Duration(i+1) * 15 * time.Minute)
			for s := range int32(3) {
				if opening(s, at) {
					want[s] += 1 - c.out
				}
			}
		}
		for i, at := range rows.Time {
			s := rows.Series[i]
			have[s]++
			if u := time.UnixMicro(at).UTC(); !opening(s, u) {
				t.Fatalf("%+v: a row of %s at %v", c, m.names[s], u)
			}
		}
		for s := range want {
			// outages are single steps: a binomial count, to four standard deviations
			if d := math.Abs(have[s] - want[s]); d > 4*math.Sqrt(want[s]*c.out)+.01*want[s] {
				t.Errorf("%+v: %v rows of series %d, want %.0f", c, have[s], s, want[s])
			}
		}
	}
}

// TestRareRowsCloseNothing: hours without a row are no closed ones where rows
// are rare, or weeks few.
func TestRareRowsCloseNothing(t *testing.T) {
	for _, c := range []struct {
		days int
		out  float64
	}{{5 * 7, .7}, {8 * 7, .9}, {27, .03}} {
		s := offices(c.days, c.out)
		f := &fitter{o: Options{Workers: 1}}
		rank, order := []int{0, 1, 2}, []int{0, 1, 2}
		clock := civil.NewClock(Frequency{Micros: 15 * 60e6}, nil)
		clock.Origin = newYear.UnixMicro()
		g, err := newGrid(s, rank, order, clock, 1, nil, f.share)
		if err != nil {
			t.Fatal(err)
		}
		all := stepset.New(g.n)
		for i := range g.n {
			all.Add(i)
		}
		closed, _ := newClosed(newCalendar(clock, g.n), 3, func(int) stepset.Set { return all }, func(u int) stepset.Set { return g.row[u] }, f.share)
		for u, hours := range closed {
			if hours != nil && (u == 2 || c.days < 28) {
				t.Errorf("%d days, outages %v: series %d is closed at %d hours", c.days, c.out, u, len(stepset.Runs(7*96, hours.Has)))
			}
		}
	}
}

// TestValuesMissingAtNight: values that no night has are missing at night, where
// the rows are there.
func TestValuesMissingAtNight(t *testing.T) {
	s := &Sample{Series: []string{"panel"}, Value: [][]float64{nil}}
	r := rand.New(rand.NewPCG(22, 1))
	lit := func(at time.Time) bool { return at.Hour() >= 7 && at.Hour() < 20 }
	for i := range 70 * 24 {
		at, x := newYear.Add(time.Duration(i)*time.Hour), math.NaN()
		if lit(at) {
			x = math.Round(100 * r.Float64())
		}
		s.Time, s.Index, s.Value[0] = append(s.Time, at.UnixMicro()), append(s.Index, 0), append(s.Value[0], x)
	}
	m := mustFit(t, s, Options{})
	_, last := m.Span()
	rows := all(t, m, Window{Start: last + 1, End: last + 1 + 20*civil.MicrosPerDay})
	if len(rows.Time) != 480 {
		t.Fatalf("%d rows in twenty days", len(rows.Time))
	}
	for i, at := range rows.Time {
		if u := time.UnixMicro(at).UTC(); lit(u) == math.IsNaN(rows.Value[0][i]) {
			t.Fatalf("value %v at %v", rows.Value[0][i], u)
		}
	}
}
