package engine

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/datamime/datamime/engine/civil"
)

// machine is what two sensors of a machine read by the hour: it starts on
// working mornings, and stops in the evening or by chance.
func machine(n int, seed uint64) (s *Sample) {
	r := rand.New(rand.NewPCG(seed, 24))
	s = &Sample{Series: []string{"current", "temperature"}, Value: make([][]float64, 1)}
	on, a, b := false, 0., 0.
	for i := range n {
		at := newYear.Add(time.Duration(i) * time.Hour)
		h := at.Hour()
		p := .002
		switch {
		case on && (h >= 18 || h < 5):
			p = .4
		case on:
			p = .03
		case !isWeekend(at) && h >= 6 && h < 9:
			p = .35
		case !isWeekend(at) && h >= 9 && h < 16:
			p = .03
		}
		on = on != (r.Float64() < p)
		a, b = .8*a+.6*r.NormFloat64(), .9*b+.436*r.NormFloat64()
		for c, v := range []float64{.2, 20 + b} {
			if on {
				v += []float64{15 + 3*a, 40 + 3*a}[c]
			}
			s.Time, s.Index = append(s.Time, at.UnixMicro()), append(s.Index, int32(c))
			s.Value[0] = append(s.Value[0], roundTo(v, 2))
		}
	}
	return s
}

// shifts are the share of the time that a machine runs, the mean hours that it
// runs and stands at a stretch, and its mean and memory where it runs.
type shifts struct{ share, runs, stands, level, spread, memory float64 }

func shiftsOf(x []float64, edge float64) (s shifts) {
	var on []float64
	starts, pairs, both := 0., 0., 0.
	for i, v := range x {
		if v > edge {
			on = append(on, v)
			if i > 0 && x[i-1] <= edge {
				starts++
			}
		}
	}
	n := float64(len(x))
	s.share = float64(len(on)) / n
	s.runs, s.stands = float64(len(on))/starts, (n-float64(len(on)))/starts
	s.level, s.spread = moments(on)
	for i := 1; i < len(x); i++ {
		if x[i-1] > edge && x[i] > edge {
			both += (x[i-1] - s.level) * (x[i] - s.level)
			pairs++
		}
	}
	s.memory = both / pairs / (s.spread * s.spread)
	return s
}

// A machine that is off at times is off as long, as often and at the same hours,
// for all its sensors at once, and in between it runs as it did.
func TestMachinesRunAndStand(t *testing.T) {
	const n = 24 * 300
	s := machine(n, 1)
	m := mustFit(t, s, Options{})
	first, last := m.Span()
	rows := all(t, m, Window{Start: first, End: last + 1, Seed: 1, NoGaps: true})
	split := func(v []float64, index []int32) (x [2][]float64) {
		for i, c := range index {
			x[c] = append(x[c], v[i])
		}
		return x
	}
	real, made := split(s.Value[0], s.Index), split(rows.Value[0], rows.Series)
	edge := [2]float64{3, 40}
	for c := range real {
		a, b := shiftsOf(real[c], edge[c]), shiftsOf(made[c], edge[c])
		// Some 240 spells of about geometric lengths: the ratio of two means has
		// the standard error √(2/240) = 9 %, four are 36 %; of the shares
		// likewise. Where it runs, n/3 values of memory .8 are worth n/27 = 270:
		// their level is within 4·√(2/270) = .34 of their spread, that within
		// 4·√(1/270) = 24 %, the memory within 4·√(2·(1-.64)/(n/3)) = .07, and a
		// tenth for what blocks break.
		for _, q := range [][2]float64{{b.share, a.share}, {b.runs, a.runs}, {b.stands, a.stands}} {
			if math.Abs(math.Log(q[0]/q[1])) > .36 {
				t.Errorf("sensor %d: %.3f, not %.3f", c, q[0], q[1])
			}
		}
		if math.Abs(b.level-a.level) > .34*a.spread || math.Abs(math.Log(b.spread/a.spread)) > .24 || math.Abs(b.memory-a.memory) > .17 {
			t.Errorf("sensor %d: runs as %+v, not %+v", c, b, a)
		}
	}
	apart, night := 0., 0.
	for i := range made[0] {
		on := made[0][i] > edge[0]
		apart += indicator(on != (made[1][i] > edge[1])) / n
		if h := i % 24; h >= 0 && h < 5 {
			night += indicator(on) / n * 24 / 5
		}
	}
	if apart > .002 {
		t.Errorf("the sensors disagree %.4f of the time", apart)
	}
	if night > .1 {
		t.Errorf("it runs %.3f of the nights", night)
	}
}

// A shop that is closed at night and on Sundays sells nothing then, and as much
// as it did when it is open.
func TestShopsAreClosed(t *testing.T) {
	const n = 24 * 7 * 20
	r := rand.New(rand.NewPCG(9, 19))
	open := func(i int) bool { // 2020-01-01 is a Wednesday
		day, h := (i/24+2)%7, i%24
		return h >= 9 && h < 19 && day != 6
	}
	x := make([]float64, n)
	sales, hours := 0., 0.
	for i := range x {
		if open(i) {
			x[i] = math.Max(0, math.Round(20+6*r.NormFloat64()))
			sales += x[i]
			hours++
		}
	}
	m := mustFit(t, oneSeries(steps(newYear, n, every(time.Hour)), x), Options{})
	first, _ := m.Span()
	rows := all(t, m, Window{Start: first, End: first + 7*52*civil.MicrosPerDay, Seed: 3, NoGaps: true})
	made, count := 0., 0.
	for i, v := range rows.Value[0] {
		if open(i) {
			made += v
			count++
		} else if v != 0 {
			t.Fatalf("%g sold while it is closed", v)
		}
	}
	// 1200 hours of a spread of 6 tell the mean of 20 within 4·6/√1200 = .7.
	if d := made/count - sales/hours; math.Abs(d) > .7 {
		t.Errorf("%.2f an hour, not %.2f", made/count, sales/hours)
	}
}

// What has one heap, is rare or thins out does not stand idle.
func TestNothingIsIdle(t *testing.T) {
	for seed := range uint64(5) {
		var r *rand.Rand
		for name, next := range map[string]func(i int) float64{
			"normal":    func(int) float64 { return roundTo(50+9*r.NormFloat64(), 1) },
			"lognormal": func(int) float64 { return roundTo(math.Exp(1.5*r.NormFloat64()), 2) },
			"rain":      func(int) float64 { return roundTo(math.Max(0, 8*r.NormFloat64()-6), 1) },
			"counts":    func(int) float64 { return math.Floor(-1.5 * math.Log(r.Float64())) },
			"rare":      func(int) float64 { return math.Floor(9*r.Float64()) * indicator(r.Float64() < .02) },
			"season":    func(i int) float64 { return roundTo(20*math.Cos(2*math.Pi*float64(i)/24)+r.NormFloat64(), 1) },
		} {
			for _, step := range []time.Duration{time.Hour, 24 * time.Hour} {
				x := make([]float64, 2500)
				r = rand.New(rand.NewPCG(seed, 77))
				for i := range x {
					x[i] = next(i)
				}
				m := mustFit(t, oneSeries(steps(newYear, len(x), every(step)), x), Options{})
				if d := m.variable[0].idle; d != nil {
					t.Error(fmt.Sprint(name, ", every ", step, ": idle at ", d.mean))
				}
			}
		}
	}
}
