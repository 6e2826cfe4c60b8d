package engine

import (
	"math"
	"slices"
	"testing"
	"time"
)

// restless is hourly data whose residuals soon forget: all days of it are about
// equally far from each other; of what is calm they are not.
var (
	restless = world{series: 2, days: 240, step: time.Hour, phi: .8, shared: .5,
		profile: func(h float64) float64 { return 4 * math.Sin(2*math.Pi*h/24) }}
	calm = world{series: 2, days: 240, step: time.Hour, phi: .99, shared: .5}
)

// nearDaysOf is the share of days of simulations that are nearer to their nearest
// day of the sample than one in a hundred of another realisation, of which it
// would be .01: windows of 24 hours, at any hour, means over the series.
func nearDaysOf(made, truth, sample [][]float64) (share float64) {
	const windows, hours = 400, 24
	distances := func(y, x []float64) (d []float64) {
		for q := range windows {
			at, least := (len(y)-hours)*q/windows, math.Inf(1)
			for t := range len(x) - hours + 1 {
				sum := 0.
				for i := range hours {
					sum += (y[at+i] - x[t+i]) * (y[at+i] - x[t+i])
				}
				least = min(least, sum)
			}
			d = append(d, least)
		}
		slices.Sort(d)
		return d
	}
	for k, x := range sample {
		near, _ := slices.BinarySearch(distances(made[k], x), distances(truth[k], x)[windows/100])
		share += float64(near) / float64(windows*len(sample))
	}
	return share
}

// TestNoDayIsNearTheSample compares days of simulations with the sample. At
// most .08 may be nearer to it than one in a hundred real ones are; of two
// stretches mixed .9 to .436 two fifths are. Another realisation has .01, give or
// take .006 (the four nearest of 400 are ordered by chance, for two series).
func TestNoDayIsNearTheSample(t *testing.T) {
	realisation := func(seed uint64) [][]float64 {
		s := restless.sample(seed)
		return columns(&Rows{Series: s.Index, Value: s.Value}, 2)
	}
	sample, truth := realisation(1), realisation(2)
	if third := nearDaysOf(realisation(3), truth, sample); third > .03 {
		t.Fatalf("%.3f of a realisation's days are near, want about .01: the measure is wrong", third)
	}
	m := mustFit(t, restless.sample(1), Options{Innovations: Resampled})
	_, last := m.Span()
	made := func() [][]float64 {
		return columns(all(t, m, Window{Start: last + 1, End: last + 1 + 240*24*int64(time.Hour/time.Microsecond), Seed: 1}), 2)
	}
	share := nearDaysOf(made(), truth, sample)
	m.level, m.planner.mix = 0, mixes[0]
	m.plans.Store(nil)
	two := nearDaysOf(made(), truth, sample)
	t.Logf("near %.3f, of two stretches %.3f", share, two)
	if share > .08 || two < .16 {
		t.Errorf("near %.3f, want at most .08; of two stretches %.3f, want twice that at least", share, two)
	}
}

// TestMixingIsChosen has samples whose days come near to themselves mixed with
// single steps, and no others: of what moves slowly and of small counts that
// costs more than it gives.
func TestMixingIsChosen(t *testing.T) {
	counts := restless.sample(1)
	for i, x := range counts.Value[0] {
		counts.Value[0][i] = math.Floor(x / 40)
	}
	for _, c := range []struct {
		name   string
		sample *Sample
		single bool
	}{
		{"restless", restless.sample(1), true},
		{"calm", calm.sample(1), false},
		{"small counts", counts, false},
	} {
		m := mustFit(t, c.sample, Options{Innovations: Resampled})
		if single := m.level == singleSteps; single != c.single {
			t.Errorf("%s: single steps are mixed: %t, want %t", c.name, single, c.single)
		}
	}
}
