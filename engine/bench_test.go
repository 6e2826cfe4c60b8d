package engine

import (
	"fmt"
	"math"
	"syscall"
	"testing"
	"time"
)

// processorSeconds is the processor time used so far, which a busy machine
// does not change as it does the clock's.
func processorSeconds() float64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return math.NaN()
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

// Speed is measured on hourly data of linked series; the goals (one core) are
// 1 million values fitted and 5 million generated a second.

var linked = world{series: 12, days: 1826, step: time.Hour, phi: .9, shared: .6, missing: .001,
	profile: func(h float64) float64 { return 2 * math.Sin(2*math.Pi*h/24) }}

func BenchmarkFit(b *testing.B) {
	for _, c := range []struct {
		name string
		w    world
	}{{"hourly12x5y", linked}, {"hourly1x5y", world{series: 1, days: 1826, step: time.Hour, phi: .9, profile: linked.profile}},
		{"hourly1x50y", world{series: 1, days: 18260, step: time.Hour, phi: .9, profile: linked.profile}},
		{"hourly119x3d", world{series: 119, days: 3, step: time.Hour, phi: .9, shared: .5, profile: linked.profile}},
		{"daily100x5y", world{series: 100, days: 1826, step: 24 * time.Hour, phi: .8, shared: .5, missing: .001}},
		{"daily1000x3y", world{series: 1000, days: 1095, step: 24 * time.Hour, phi: .8, shared: .5}}} {
		s := c.w.sample(1)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			before := processorSeconds()
			for b.Loop() {
				mustFit(b, s, Options{Workers: 1})
			}
			b.ReportMetric(float64(len(s.Time))*float64(b.N)/(processorSeconds()-before), "values/cpu-s")
			b.ReportMetric(float64(len(s.Time))*float64(b.N)/b.Elapsed().Seconds(), "values/s")
			b.ReportMetric(float64(len(s.Time)), "values")
		})
	}
}

func BenchmarkSimulate(b *testing.B) {
	for _, c := range []struct {
		name string
		w    world
	}{{"hourly12", world{series: 12, days: 730, step: time.Hour, phi: .9, shared: .6, missing: .001, profile: linked.profile}},
		{"hourly1", world{series: 1, days: 730, step: time.Hour, phi: .9, profile: linked.profile}},
		{"hourly119x3d", world{series: 119, days: 3, step: time.Hour, phi: .9, shared: .5, profile: linked.profile}},
		{"daily13", world{series: 13, days: 1826, step: 24 * time.Hour, phi: .8, shared: .5}}} {
		m := mustFit(b, c.w.sample(1), Options{})
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/workers%d", c.name, workers), func(b *testing.B) {
				b.ReportAllocs()
				first, last := m.Span()
				count := 0
				before := processorSeconds()
				var rows Rows
				for b.Loop() {
					s := m.Simulate(Window{Start: first, End: last + 1000*(last-first), Workers: workers})
					for n := 0; n < 1e6 && s.Next(&rows); {
						n += len(rows.Time)
						count += len(rows.Time)
					}
					s.Close()
				}
				b.ReportMetric(float64(count)/(processorSeconds()-before), "values/cpu-s")
				b.ReportMetric(float64(count)/b.Elapsed().Seconds(), "values/s")
			})
		}
	}
}
