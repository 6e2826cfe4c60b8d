package engine

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/datamime/datamime/engine/civil"
)

// festive is a daily series of autoregressive noise (memory .6, unit variance)
// about a level that is lower on workless dates by drop, from 2018 on.
func festive(seed uint64, days int, drop float64, workless func(time.Time) bool) (times []time.Time, values []float64) {
	r := rand.New(rand.NewPCG(seed, 25))
	a := 0.
	for i := range days {
		at := time.Date(2018, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, i)
		a = .6*a + .8*r.NormFloat64()
		x := 100 + 5*a - 5*drop*indicator(workless(at)) + 4*indicator(at.Weekday() == time.Sunday)
		times, values = append(times, at), append(values, roundTo(x, 2))
	}
	return times, values
}

func isChristmas(t time.Time) bool { return t.Month() == 12 && t.Day() == 25 }

func isThanksgiving(t time.Time) bool {
	return t.Month() == 11 && t.Weekday() == time.Thursday && (t.Day()-1)/7 == 3
}

func isEasterMonday(t time.Time) bool {
	return civil.FloorDiv(t.UnixMicro(), civil.MicrosPerDay) == easter(int64(t.Year()))+1
}

// Dates of Easter Sunday as the US Naval Observatory gives them.
func TestEaster(t *testing.T) {
	for _, at := range []time.Time{
		time.Date(1961, 4, 2, 0, 0, 0, 0, time.UTC), time.Date(2000, 4, 23, 0, 0, 0, 0, time.UTC),
		time.Date(2019, 4, 21, 0, 0, 0, 0, time.UTC), time.Date(2024, 3, 31, 0, 0, 0, 0, time.UTC), time.Date(2038, 4, 25, 0, 0, 0, 0, time.UTC),
	} {
		if d := easter(int64(at.Year())); d != civil.FloorDiv(at.UnixMicro(), civil.MicrosPerDay) {
			t.Errorf("Easter of %d on %v", at.Year(), time.UnixMicro(d*civil.MicrosPerDay).UTC())
		}
	}
}

func TestRecurringDatesAreLearned(t *testing.T) {
	workless := func(t time.Time) bool { return isChristmas(t) || isThanksgiving(t) || isEasterMonday(t) }
	const drop = 6
	times, values := festive(1, 4*365, drop, workless)
	m := mustFit(t, oneSeries(times, values), Options{})
	if m.cal.off == nil || len(m.cal.off.learned) != 3 {
		t.Fatalf("learned %+v", m.cal.off)
	}
	// They are low in years that were never seen, at any hour of any call:
	// eight years of three dates, of unit variance in units of 5.
	first, last := m.Span()
	_ = first
	rows := all(t, m, Window{Start: last + 1, End: last + 8*365*civil.MicrosPerDay})
	sum, n, other, count := 0., 0., 0., 0.
	for i, at := range rows.Time {
		u := time.UnixMicro(at).UTC()
		x := rows.Value[0][i] - 4*indicator(u.Weekday() == time.Sunday)
		if workless(u) {
			sum, n = sum+x, n+1
		} else {
			other, count = other+x, count+1
		}
	}
	// The level of a date is the mean of four values, less what the ridge
	// takes; 24 values of it are drawn. Four standard errors: 4·√(1/12 + 1/24) = 1.4
	if d := (other/count - sum/n) / 5; n < 20 || math.Abs(d-drop) > 1.4 {
		t.Errorf("%.0f days lower by %.2f sd, not %d", n, d, drop)
	}
	plain := mustFit(t, oneSeries(times, values), Options{NoHolidays: true})
	if plain.cal.off != nil {
		t.Error("learned without leave")
	}
}

// Without any rule in the data one search in twenty finds one: of forty more
// than seven would come once in a thousand (binomial).
func TestNothingRecursByChance(t *testing.T) {
	found := 0
	for seed := range uint64(40) {
		times, values := festive(100+seed, 3*365, 0, func(time.Time) bool { return false })
		m := mustFit(t, oneSeries(times, values), Options{})
		if m.cal.off != nil {
			found++
		}
	}
	if found > 7 {
		t.Errorf("rules in %d of 40 series without any", found)
	}
}

// A country's holidays are like Sundays where the sample has seen too few of
// them to know better, and like themselves where it has seen enough.
func TestHolidaysOfACountry(t *testing.T) {
	country := func(year int) (h []Holiday) {
		for _, d := range []struct {
			month, day int
			name       string
		}{{1, 1, "new year"}, {5, 1, "labour"}, {7, 14, "bastille"}, {8, 15, "assumption"}, {11, 11, "armistice"}, {12, 25, "christmas"}} {
			h = append(h, Holiday{civil.DayNumber(int64(year), d.month, d.day), d.name})
		}
		return h
	}
	off := map[int64]bool{}
	for year := 2018; year < 2030; year++ {
		for _, h := range country(year) {
			off[h.Day] = true
		}
	}
	r := rand.New(rand.NewPCG(5, 12))
	profile := func(at time.Time) float64 { // offices: a morning peak on working days
		day := civil.FloorDiv(at.UnixMicro(), civil.MicrosPerDay)
		if at.Weekday() == 0 || at.Weekday() == 6 || off[day] {
			return 20
		}
		return 20 + 60*math.Exp(-math.Pow(float64(at.Hour())-9, 2)/8)
	}
	for _, days := range []int{120, 900} {
		var times []time.Time
		var values []float64
		for i := range days * 24 {
			at := time.Date(2018, 2, 1, i, 0, 0, 0, time.UTC)
			times, values = append(times, at), append(values, math.Round(profile(at)+3*r.NormFloat64()))
		}
		m := mustFit(t, oneSeries(times, values), Options{Holidays: country})
		first, last := m.Span()
		rows := all(t, m, Window{Start: first, End: last + 5*365*civil.MicrosPerDay})
		peak, n, working, w := 0., 0., 0., 0.
		for i, at := range rows.Time {
			u := time.UnixMicro(at).UTC()
			switch day := civil.FloorDiv(at, civil.MicrosPerDay); {
			case u.Hour() != 9 || u.Weekday() == 0 || u.Weekday() == 6:
			case off[day]:
				peak, n = peak+rows.Value[0][i], n+1
			default:
				working, w = working+rows.Value[0][i], w+1
			}
		}
		// 20 on holidays at nine o'clock, 80 on working days. The noise of 3
		// over some twenty holidays is .7; ridge and weekdays that were not
		// told apart leave a tenth of the peak.
		if peak /= n; n < 15 || math.Abs(peak-20) > 6+4*.7 {
			t.Errorf("%d days: %.1f at nine on %.0f holidays", days, peak, n)
		}
		if working /= w; math.Abs(working-80) > 6 {
			t.Errorf("%d days: %.1f at nine on working days", days, working)
		}
	}
}
