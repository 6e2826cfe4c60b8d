package engine

import (
	"math"
	"testing"
	"time"

	"github.com/datamime/datamime/engine/internal/work"
)

// drifting is hourly data that move slowly enough for chance to matter.
var drifting = world{series: 2, days: 240, step: time.Hour, phi: .97, shared: .5,
	profile: func(h float64) float64 { return math.Sin(2 * math.Pi * h / 24) }}

// TestGaugeFollowsThePaths holds what the gauge says of a plan against the
// paths that the plan makes. It cuts responses off after two weeks, when an
// autoregression with φ = .97 has left .97³³⁶ < 1e-4, and weighs hours by their
// fitted scales, some percent of a standard deviation of .8.
func TestGaugeFollowsThePaths(t *testing.T) {
	m := mustFit(t, drifting.sample(1), Options{})
	g := m.planner.gauge
	if g == nil || g.unit != 24 {
		t.Fatalf("gauge %+v, want days followed", g)
	}
	run := newPlans(m.planner, 3)
	l := newLatent(m.dynamics, m.innovator(3, run))
	l.restart(0)
	l.advance(0, int64(g.units*g.unit))
	z := make([]float64, g.units*g.unit)
	for k := range 2 {
		l.scores(z, k, 0)
		for u, v := range g.follow(m.planner, run, work.Alone)[k] {
			mean, _ := moments(z[u*g.unit : (u+1)*g.unit])
			near(t, "mean of a day", v, mean, .05)
		}
	}
}

// TestSteeredPlansMoveAsTheSample compares the spread of the daily and the
// weekly means of simulations with the sample's. Left to chance the logarithm
// of a standard deviation over 240 days of φ = .97, some 60 independent ones,
// is off by 1/√120 = .09; weeks, of which there are 34, by .15. Steering must
// halve that.
func TestSteeredPlansMoveAsTheSample(t *testing.T) {
	s := drifting.sample(1)
	m := mustFit(t, s, Options{})
	sample := columns(&Rows{Series: s.Index, Value: s.Value}, 2)
	first, last := m.Span()
	off := func() (sum float64) {
		m.plans.Store(nil)
		for seed := range int64(6) {
			sum += spreadError(columns(all(t, m, Window{Start: first, End: last + 1, Seed: seed}), 2), sample)
		}
		return sum
	}
	steered := off()
	m.planner = m.planner.rehearsing()
	left := off()
	t.Logf("mean error of log spreads %.3f, unsteered %.3f", steered/6, left/6)
	if steered > .5*left {
		t.Errorf("spreads of steered plans are off by %.3f, of others by %.3f", steered/6, left/6)
	}
}

// spreadError is the mean absolute logarithm of the ratio of the standard
// deviations of daily and of weekly means.
func spreadError(have, want [][]float64) float64 {
	sum, n := 0., 0.
	for k := range have {
		for _, length := range [2]int{24, 168} {
			sum += math.Abs(math.Log(spread(have[k], length) / spread(want[k], length)))
			n++
		}
	}
	return sum / n
}

func spread(x []float64, length int) float64 {
	var means []float64
	for a := 0; a+length <= len(x); a += length {
		mean, _ := moments(x[a : a+length])
		means = append(means, mean)
	}
	_, sd := moments(means)
	return sd
}

// TestSwitchOfTheDayIsRecovered looks at what is switched on at 23:30 in half-
// hourly data: 12 harmonics of the day would take two hours to rise.
func TestSwitchOfTheDayIsRecovered(t *testing.T) {
	w := world{series: 1, days: 200, step: 30 * time.Minute, phi: .9, profile: func(h float64) float64 {
		return 3 * indicator(h >= 23.5 || h < 2)
	}}
	m := mustFit(t, w.sample(1), Options{})
	first, last := m.Span()
	x := columns(all(t, m, Window{Start: first, End: last + 1, Seed: 1}), 1)[0]
	rise, days := 0., 0.
	for d := 0; d+48 <= len(x); d += 48 {
		rise += x[d+47] - x[d+46]
		days++
	}
	// 20·3, less what the penalty takes; steps of φ = .9 have a standard
	// deviation of 20·√.2 = 9, their mean over 200 days of .63
	near(t, "rise at 23:30", rise/days, 60, 4)
}
