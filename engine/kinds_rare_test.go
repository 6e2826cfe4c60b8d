package engine

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// A rare event that comes in runs is as rare, and comes in runs as long.
func TestRareEvents(t *testing.T) {
	const n, begin, end = 20_000, .004, .2 // chances that it begins and ends
	r := rand.New(rand.NewPCG(1, 50))
	x := make([]float64, n)
	for i := 1; i < n; i++ {
		p := begin
		if x[i-1] == 1 {
			p = 1 - end
		}
		x[i] = indicator(r.Float64() < p)
	}
	m := mustFit(t, oneSeries(steps(newYear, n, every(time.Hour)), x), Options{})
	first, last := m.Span()
	rows := all(t, m, Window{Start: first, End: last + 1})
	count := func(x []float64) (share, run float64) {
		ones, runs := 0., 0.
		for i, v := range x {
			if v != 0 && v != 1 {
				t.Fatalf("a value of %g", v)
			}
			ones += v
			if v == 1 && (i == 0 || x[i-1] == 0) {
				runs++
			}
		}
		return ones / float64(len(x)), ones / runs
	}
	share, run := count(x)
	made, long := count(rows.Value[0])
	// Some 78 runs, Poisson, of a geometric length: four standard errors are
	// 4·√(2/78)·√2 = 91 % of the share, 4·.9·√(2/78) = 58 % of the length.
	if q := made / share; q < .35 || q > 1.91 {
		t.Errorf("%.4f of the hours, not %.4f", made, share)
	}
	if q := long / run; math.Abs(q-1) > .58 {
		t.Errorf("runs of %.2f hours, not %.2f", long, run)
	}
}

// Spare parts are asked for now and then, some at a time: as seldom, and as
// many at a time, more on Mondays.
func TestIntermittentDemand(t *testing.T) {
	const n = 1461
	r := rand.New(rand.NewPCG(1, 51))
	x := make([]float64, n)
	demand := func(day int) float64 { // 2020-01-01 is a Wednesday
		p := .08
		if day%7 == 5 {
			p = .3
		}
		if r.Float64() > p {
			return 0
		}
		return 1 + math.Floor(-4*math.Log(r.Float64()))
	}
	for i := range x {
		x[i] = demand(i)
	}
	m := mustFit(t, oneSeries(steps(newYear, n, every(24*time.Hour)), x), Options{})
	first, last := m.Span()
	rows := all(t, m, Window{Start: first, End: last + 1})
	type summary struct{ often, size, mondays float64 }
	of := func(x []float64) (s summary) {
		count := 0.
		for i, v := range x {
			if v < 0 || v != math.Round(v) {
				t.Fatalf("a demand of %g", v)
			}
			if v > 0 {
				count++
				s.size += v
				s.mondays += indicator(i%7 == 5)
			}
		}
		return summary{count / n, s.size / count, s.mondays / count}
	}
	real, made := of(x), of(rows.Value[0])
	// .111 of the days, binomial: 4·√(2·.111·.889/1461) = .046. The mean of
	// 160 exponential sizes: 4·√(2/160) = 45 %. The share of Mondays, .38:
	// 4·√(2·.38·.62/160) = .22.
	if math.Abs(made.often-real.often) > .046 {
		t.Errorf("on %.3f of the days, not %.3f", made.often, real.often)
	}
	if q := made.size / real.size; math.Abs(q-1) > .45 {
		t.Errorf("%.2f at a time, not %.2f", made.size, real.size)
	}
	if math.Abs(made.mondays-real.mondays) > .22 {
		t.Errorf("%.2f of it on Mondays, not %.2f", made.mondays, real.mondays)
	}
}

// Rain falls on few days, in spells: dry days stay dry, in runs as long.
func TestDrySpells(t *testing.T) {
	const n = 3650
	r := rand.New(rand.NewPCG(1, 52))
	x := make([]float64, n)
	wet := false
	for i := range x {
		p := .15
		if wet {
			p = .6
		}
		if wet = r.Float64() < p; wet {
			x[i] = roundTo(.1-8*math.Log(r.Float64())*r.Float64(), 1)
		}
	}
	m := mustFit(t, oneSeries(steps(newYear, n, every(24*time.Hour)), x), Options{})
	first, last := m.Span()
	rows := all(t, m, Window{Start: first, End: last + 1})
	spells := func(x []float64) (dry, length float64) {
		runs := 0.
		for i, v := range x {
			if v == 0 {
				dry++
				if i == 0 || x[i-1] > 0 {
					runs++
				}
			}
		}
		return dry / n, dry / runs
	}
	dry, length := spells(x)
	made, long := spells(rows.Value[0])
	// 395 spells of geometric length 1/.15: 4·√(2/395) = 28 % of their mean,
	// and of the dry share, .73, at most 4·√2·√(.73·.27·2.6/3650) = .067.
	if math.Abs(made-dry) > .067 {
		t.Errorf("%.3f of the days are dry, not %.3f", made, dry)
	}
	if q := long / length; math.Abs(q-1) > .28 {
		t.Errorf("dry for %.2f days, not %.2f", long, length)
	}
}
