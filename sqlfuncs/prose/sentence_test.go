package prose

import (
	"math"
	"slices"
	"testing"

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
			"The time of day explains 10 % of the differences: highest around 8:00, lowest around 3:00. They fall by 12.3 a year. What else moves them lasts a little: a value resembles the one before.",
		"fr": "v : 1\u00a0200\u00a0000 valeurs, une toutes les 5 minutes, du 1er janvier 1970 au 31 décembre 1972, < 1 % manquantes. Elles vont de -1e+20 à 12\u00a0345\u00a0679, 1\u00a0234\u00a0567 en moyenne. " +
			"2 valeurs sont aberrantes. La période de l'année explique > 99 % des écarts : le plus haut en février, le plus bas en août. " +
			"L'heure explique 10 % des écarts : le plus haut vers 8 h, le plus bas vers 3 h. Elles baissent de 12,3 par an. Le reste dure un peu : une valeur ressemble à la précédente.",
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
