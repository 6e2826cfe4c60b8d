package prose

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/describe"
)

// TestSentence covers what the tables of the other tests do not.
func TestSentence(t *testing.T) {
	nan := math.NaN()
	d := describe.Description{Rows: 1200000, First: 0, Last: 3 * 365 * civil.MicrosPerDay, Frequency: civil.Frequency{Micros: 300 * civil.MicrosPerSecond}, Missing: .002,
		Mean: 1234567, Minimum: -1e20, Maximum: 12345678.9, Outliers: 2, TrendPerYear: -12.344, Trend: .3,
		SeasonDay: .1, SeasonWeek: nan, SeasonYear: .999, Memory: .5, HighHour: 8, LowHour: 3, HighMonth: 2, LowMonth: 8}
	for lang, want := range map[string]string{
		"en": "v: 1,200,000 values, one every 5 minutes, from 1 January 1970 to 31 December 1972, < 1 % missing. They lie between -1e+20 and 12,345,679, 1,234,567 on average. " +
			"2 values lie absurdly far out. The time of year explains > 99 % of the differences: highest in February, lowest in August. " +
			"The time of day explains 10 % of the differences: highest around 8:00, lowest around 3:00. They fall by 12.3 a year. Beyond that, a value is somewhat like the one before.",
		"fr": "v : 1\u00a0200\u00a0000 valeurs, une toutes les 5 minutes, du 1er janvier 1970 au 31 décembre 1972, < 1 % manquantes. Elles vont de -1e+20 à 12\u00a0345\u00a0679, 1\u00a0234\u00a0567 en moyenne. " +
			"2 valeurs sont aberrantes. La période de l'année explique > 99 % des écarts : le plus haut en février, le plus bas en août. " +
			"L'heure explique 10 % des écarts : le plus haut vers 8 h, le plus bas vers 3 h. Elles baissent de 12,3 par an. Cela mis à part, une valeur ressemble un peu à la précédente.",
	} {
		l := In(lang, nil)
		if got := l.Sentence("v", &d); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	l := In("en", nil)
	for f, want := range map[civil.Frequency]string{
		{}:                                   "values at irregular times",
		{Months: 12}:                         "yearly values",
		{Months: 6}:                          "values, one every 6 months,",
		{Micros: civil.MicrosPerSecond}:      "values, one every second,",
		{Micros: 90 * civil.MicrosPerSecond}: "values, one every 90 seconds,",
		{Micros: 2 * civil.MicrosPerDay}:     "values, one every 2 days,",
		{Micros: 4 * 3600 * 1000000}:         "values, one every 4 hours,",
		{Micros: 500}:                        "values, one every 0.0005 seconds,",
	} {
		if got := l.frequency(f); got != want {
			t.Errorf("%v: %s, not %s", f, got, want)
		}
	}
}

func TestSparkline(t *testing.T) {
	if got := []string{Sparkline([]float64{0, 7, 3.4}, false), Sparkline([]float64{1e308, -1e308}, false), Sparkline(nil, false), Sparkline([]float64{2, 2}, true)}; !slices.Equal(got, []string{"▁█▄", "█▁", "", "~~"}) {
		t.Errorf("got %q", got)
	}
}

// TestWorthTelling: what is told, and what is left out, on both sides of each bound.
func TestWorthTelling(t *testing.T) {
	nan, year := math.NaN(), int64(365.25*civil.MicrosPerDay)
	plain := describe.Description{Rows: 1000, Last: 2 * year, Frequency: civil.Frequency{Micros: civil.MicrosPerDay}, Mean: 2, Minimum: 1, Maximum: 3,
		Trend: nan, SeasonDay: nan, SeasonWeek: nan, SeasonYear: nan, Memory: nan, HighDay: 0, LowDay: 6, HighMonth: 1, LowMonth: 12}
	const begin, level = "v: 1000 daily values from 1 January 1970 to 1 January 1972, none missing.", " They lie between 1 and 3, 2 on average."
	const nothing = " Neither the clock nor the calendar explains much of the differences."
	for _, c := range []struct {
		change func(d *describe.Description)
		want   string
	}{
		{func(*describe.Description) {}, begin + level},
		{func(d *describe.Description) { d.Minimum, d.Maximum = 2, 2 }, begin + " They are always 2."},
		{func(d *describe.Description) { d.Outliers = 1 }, begin + level + " One value lies absurdly far out."},
		{func(d *describe.Description) { d.Missing = .25 }, strings.Replace(begin, "none", "25 %", 1) + level},
		{func(d *describe.Description) { d.SeasonWeek = worthTelling }, begin + level + " The day of the week explains 2 % of the differences: highest on Mondays, lowest on Sundays."},
		{func(d *describe.Description) { d.SeasonWeek = .99 * worthTelling }, begin + level + nothing},
		{func(d *describe.Description) { d.SeasonYear, d.HighMonth = .5, -1 }, begin + level + nothing},
		{func(d *describe.Description) { d.SeasonYear, d.SeasonWeek = .3, .3 }, begin + level +
			" The day of the week explains 30 % of the differences: highest on Mondays, lowest on Sundays." +
			" The time of year explains 30 % of the differences: highest in January, lowest in December."},
		{func(d *describe.Description) { d.Trend, d.TrendPerYear = worthTelling, 3 }, begin + level + " They rise by 3 a year."},
		{func(d *describe.Description) { d.Trend, d.TrendPerYear = .99*worthTelling, 3 }, begin + level},
		{func(d *describe.Description) { d.Trend, d.TrendPerYear = 1, 0 }, begin + level},
		{func(d *describe.Description) { d.Last, d.Trend, d.TrendPerYear = year, surelyTrend, 3 },
			strings.Replace(begin, "1972", "1971", 1) + level + " Over the period they rise by 3."},
		{func(d *describe.Description) { d.Last, d.Trend, d.TrendPerYear = year, surelyTrend, -3 },
			strings.Replace(begin, "1972", "1971", 1) + level + " Over the period they fall by 3."},
		{func(d *describe.Description) { d.Last, d.Trend, d.TrendPerYear = year, .99*surelyTrend, 3 }, strings.Replace(begin, "1972", "1971", 1) + level},
		{func(d *describe.Description) { d.Memory = .99 * someMemory }, begin + level + " A value says little about the next."},
		{func(d *describe.Description) { d.Memory = someMemory }, begin + level + " A value is somewhat like the one before."},
		{func(d *describe.Description) { d.Memory = longMemory }, begin + level + " A value is much like the one before."},
		{func(d *describe.Description) { d.Memory, d.SeasonWeek = longMemory, .5 }, begin + level +
			" The day of the week explains 50 % of the differences: highest on Mondays, lowest on Sundays. Beyond that, a value is much like the one before."},
		{func(d *describe.Description) { d.Rows, d.SeasonWeek = 24, .2 }, strings.Replace(begin, "1000", "24", 1) + level + nothing},
		{func(d *describe.Description) { d.Marks, d.Mark = 23, -999 }, begin + level + " 23 have -999 instead, as where nothing was measured."},
		{func(d *describe.Description) { d.Two, d.Mean = true, 1.5 }, begin + " Each is 1 or 3, the latter in 25 % of the cases."},
		{func(d *describe.Description) { d.Zeros = manyZeros }, begin + level + " 20 % of them are 0."},
		{func(d *describe.Description) { d.Zeros = .99 * manyZeros }, begin + level},
		{func(d *describe.Description) { d.Rising, d.Memory, d.Trend, d.TrendPerYear = true, .9, .9, 4 },
			begin + level + " They never fall, as the readings of a meter. They rise by 4 a year."},
		{func(d *describe.Description) { d.Repeats, d.Memory = mostHeld, .9 }, begin + level + " They change seldom: 20 % of them differ from the one before."},
		{func(d *describe.Description) { d.Repeats, d.Memory = .99*mostHeld, .9 }, begin + level + " A value is much like the one before."},
		{func(d *describe.Description) { d.Last = 0 }, "v: 1000 daily values on 1 January 1970, none missing." + level},
		{func(d *describe.Description) { d.Rows = 1 }, "v: one value, on 1 January 1970: 2."},
		{func(d *describe.Description) { d.Mean = nan }, "v: no value is known."},
	} {
		d := plain
		c.change(&d)
		if got := In("en", nil).Sentence("v", &d); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

func TestNumbers(t *testing.T) {
	l := In("en", nil)
	for v, want := range map[float64]string{
		0: "0", 5: "5", -5: "-5", -.5: "-0.5", 1.25: "1.25", 12.34: "12.3", 99.96: "100", 100.4: "100", 9999: "9999", 12345.6: "12,346", -1234567: "-1,234,567",
		.00012345: "0.000123", -1e-15: "-1e-15", 1.25e-10: "1.25e-10", 1e15: "1e+15",
	} {
		if got := l.number(v); got != want {
			t.Errorf("%v is %s, not %s", v, got, want)
		}
	}
	for share, want := range map[float64]string{0: "0", .001: "< 1", .006: "1", .994: "99", .999: "> 99", 1: "100"} {
		if got := l.percent(share); got != want {
			t.Errorf("the share %v is %s %%, not %s", share, got, want)
		}
	}
	for f, want := range map[civil.Frequency]string{
		{Micros: 60 * civil.MicrosPerSecond}: "values, one every minute,",
		{Micros: civil.MicrosPerHour}:        "hourly values",
		{Micros: 3 * civil.MicrosPerHour}:    "values, one every 3 hours,",
		{Months: 5}:                          "values, one every 5 months,",
	} {
		if got := l.frequency(f); got != want {
			t.Errorf("%v: %s, not %s", f, got, want)
		}
	}
}

// TestDates: those of instants are read on the clock of a location.
func TestDates(t *testing.T) {
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	evening := time.Date(2024, 2, 29, 20, 0, 0, 0, time.UTC).UnixMicro()
	for want, l := range map[string]*Language{"29 February 2024": In("en", nil), "1 March 2024": In("en", tokyo), "1er mars 2024": In("fr", tokyo)} {
		if got := l.dateOf(evening); got != want {
			t.Errorf("%s, not %s", got, want)
		}
	}
}
