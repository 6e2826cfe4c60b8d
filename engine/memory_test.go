package engine

import (
	"runtime"
	"runtime/metrics"
	"testing"
	"time"

	"github.com/datamime/datamime/engine/civil"
)

// TestMemoryOfAFit: a fit holds at most three times its values as float64s, once in the
// grid, once as scores, half of that as innovations, and what one series' work takes,
// beside a fixed part: the calibration and the tables take some quarter of a megabyte a
// series, and with a transform of 131,072 steps up to two for all. What is held, the heap that
// collections leave less what they left before, is measured where the fit asks whether
// it is to end, inside its loops too; the sample is the caller's.
func TestMemoryOfAFit(t *testing.T) {
	const full = 14 // decimals of values that are no numbers of steps
	for _, c := range []struct {
		name                          string
		series, days, decimals, fixed int // megabytes
	}{
		{"linked series", 12, 1400, 0, 5}, // beyond what calibration takes whole
		{"linked series of full precision", 12, 1350, full, 3},
		{"one series of all starts", 1, 8333, 0, 3}, // 200,000 steps and 400,000
		{"one series of full precision", 1, 8333, full, 3},
		{"one long series", 1, 22_000, 0, 3}, // beyond what has more starts
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, days := range []int{c.days, 2 * c.days} {
				held, values := memoryOfAFit(t, c.series, days, c.decimals)
				fixed := (held - 3*values) / (1 << 20)
				t.Logf("%.0f values: %.1f MB are held, %.2f times all, %.1f MB beside three times all",
					values/8, held/(1<<20), held/values, fixed)
				if fixed > float64(c.fixed) {
					t.Errorf("%.1f MB are held beside three times all, at most %d are allowed", fixed, c.fixed)
				}
			}
		})
	}
}

// memoryOfAFit is the most bytes that a fit of series of so many days holds at once,
// and the bytes of their values as float64s.
func memoryOfAFit(t *testing.T, series, days, decimals int) (held, values float64) {
	w := world{series: series, days: days, step: time.Hour, phi: .9, shared: .6, missing: .001, decimals: decimals, profile: linked.profile}
	s := w.sample(1)
	before, asked := liveBytes(), 0
	mustFit(t, s, Options{Workers: 1, Interrupt: func() error {
		if asked++; asked%5 == 0 { // so often is enough
			held = max(held, liveBytes()-before)
		}
		return nil
	}})
	runtime.KeepAlive(s)
	return held, 8 * float64(len(s.Time))
}

// TestMemoryOfAGeneration: after twenty times the rows no more is held than a
// megabyte, a few pieces that happen to be full.
func TestMemoryOfAGeneration(t *testing.T) {
	m := mustFit(t, world{series: 12, days: 200, step: time.Hour, phi: .9, shared: .6, profile: linked.profile}.sample(1), Options{})
	first, _ := m.Span()
	s := m.Simulate(Window{Start: first, End: first + 1000*365*civil.MicrosPerDay, Workers: 1})
	defer s.Close()
	var rows Rows
	count, held := 0, []float64{}
	for _, most := range []int{100_000, 2_000_000} {
		for count < most && s.Next(&rows) {
			count += len(rows.Time)
		}
		held = append(held, liveBytes())
	}
	if more := held[1] - held[0]; more > 1<<20 {
		t.Errorf("%.0f bytes more are held after 20 times the rows", more)
	}
	runtime.KeepAlive(m)
}

// liveBytes is what is in use, by two collections: the first leaves what a sync.Pool
// has.
func liveBytes() float64 {
	runtime.GC()
	runtime.GC()
	s := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(s)
	return float64(s[0].Value.Uint64())
}
