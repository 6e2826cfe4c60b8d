package engine

import (
	"fmt"
	"math"
	"syscall"
	"testing"
	"time"

	"github.com/datamime/datamime/engine/civil"
)

// Speed is measured on hourly data of linked series; the goals (one core) are
// 1 million values fitted and 5 million generated a second. -cpu 1,2 gives
// both with one worker and with two.
//
// Each case tells what it has, rows or series, in its name, as benchstat and
// engine/costchart read it.

var linked = world{series: 12, days: 1826, step: time.Hour, phi: .9, shared: .6, missing: .001,
	profile: func(h float64) float64 { return 2 * math.Sin(2*math.Pi*h/24) }}

// years is w over so many years.
func (w world) years(n int) world {
	w.days = 365 * n
	return w
}

// of is w with so many series.
func (w world) of(series int) world {
	w.series = series
	return w
}

var daily = world{days: 1095, step: 24 * time.Hour, phi: .8, shared: .5, missing: .001}

// BenchmarkFitRows is the cost of a longer history, of twelve hourly series
// and of one.
func BenchmarkFitRows(b *testing.B) {
	for _, years := range []int{1, 2, 5, 10} {
		benchmarkFit(b, "hourly12", linked.years(years))
	}
	for _, years := range []int{5, 20, 80} {
		benchmarkFit(b, "hourly1", linked.of(1).years(years))
	}
}

// BenchmarkFitSeries is the cost of more series, of hourly and daily histories
// and of three days.
func BenchmarkFitSeries(b *testing.B) {
	for _, series := range []int{3, 12, 48} {
		benchmarkFit(b, "hourly2years", linked.of(series).years(2))
	}
	for _, series := range []int{10, 100, 1000} {
		benchmarkFit(b, "daily3years", daily.of(series))
	}
	threeDays := linked.of(119)
	threeDays.days = 3
	benchmarkFit(b, "hourly3days", threeDays)
}

func benchmarkFit(b *testing.B, name string, w world) {
	s := w.sample(1)
	b.Run(fmt.Sprintf("%s/series=%d/rows=%d", name, w.series, len(s.Time)), func(b *testing.B) {
		b.ReportAllocs()
		before := processorSeconds()
		for b.Loop() {
			mustFit(b, s, Options{})
		}
		reportSpeed(b, len(s.Time)*b.N, before)
	})
}

// BenchmarkGenerateRows is the cost of more rows of twelve hourly series.
func BenchmarkGenerateRows(b *testing.B) {
	m := mustFit(b, linked.years(2).sample(1), Options{})
	for _, rows := range []int{250_000, 1_000_000, 4_000_000} {
		benchmarkGenerate(b, "hourly12", m, 12, rows)
	}
}

// BenchmarkGenerateSeries is the cost of a million rows of more series.
func BenchmarkGenerateSeries(b *testing.B) {
	for _, series := range []int{1, 12, 48} {
		m := mustFit(b, linked.of(series).years(2).sample(1), Options{})
		benchmarkGenerate(b, "hourly2years", m, series, 1_000_000)
	}
	for _, series := range []int{10, 100, 1000} {
		m := mustFit(b, daily.of(series).sample(1), Options{})
		benchmarkGenerate(b, "daily3years", m, series, 1_000_000)
	}
}

func benchmarkGenerate(b *testing.B, name string, m *Model, series, least int) {
	b.Run(fmt.Sprintf("%s/series=%d/rows=%d", name, series, least), func(b *testing.B) {
		b.ReportAllocs()
		first, _ := m.Span()
		count := 0
		before := processorSeconds()
		var rows Rows
		for b.Loop() {
			s := m.Simulate(Window{Start: first, End: first + 1000*365*civil.MicrosPerDay})
			for n := 0; n < least && s.Next(&rows); {
				n += len(rows.Time)
				count += len(rows.Time)
			}
			s.Close()
		}
		reportSpeed(b, count, before)
	})
}

// reportSpeed adds the values a second by the clock and by the processors'
// time, which a busy machine does not change as it does the clock's.
func reportSpeed(b *testing.B, values int, before float64) {
	b.ReportMetric(float64(values)/(processorSeconds()-before), "values/cpu-s")
	b.ReportMetric(float64(values)/b.Elapsed().Seconds(), "values/s")
}

// processorSeconds is the processors' time used so far.
func processorSeconds() float64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return math.NaN()
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}
