package engine

import (
	"runtime"
	"runtime/metrics"
	"testing"
	"time"

	"github.com/datamime/datamime/engine/civil"
)

// TestMemoryOfAFit: a further value takes about three times its memory as a float64:
// once in the grid, once as its score, half of that as the innovation, and what one
// series' work takes, for all of them or a twelfth. What is held, the heap that
// collections leave less what they left before, is measured where the fit asks whether
// it is to end, inside its loops too; the sample is the caller's. It comes out the same
// in every run, and the bounds are not far above it. The calibration, the tables and
// a transform of 131,072 steps take a fixed part beside that, some half a megabyte a
// series and up to four for all.
func TestMemoryOfAFit(t *testing.T) {
	const full = 14 // decimals of values that are no numbers of steps
	for _, c := range []struct {
		name                   string
		series, days, decimals int
		further, megabytes     float64 // at most: for a further value, and beside three times all
	}{
		{"linked series", 12, 1400, 0, 3.5, 6}, // beyond what calibration takes whole
		{"linked series of full precision", 12, 1350, full, 3.3, 6},
		{"one series of all starts", 1, 8333, 0, 3.2, 4}, // 200,000 steps and 400,000
		{"one series of full precision", 1, 8333, full, 3, 4},
		{"one long series", 1, 22_000, 0, 3.2, 4}, // beyond what has more starts
	} {
		t.Run(c.name, func(t *testing.T) {
			held, values := memoryOfAFit(t, c.series, c.days, c.decimals)
			more, fixed := (held[1]-held[0])/(values[1]-values[0]), (held[0]-3*values[0])/(1<<20)
			t.Logf("%.0f and %.0f values: %.1f and %.1f MB are held; %.2f times a further value, %.1f MB beside three times all",
				values[0]/8, values[1]/8, held[0]/(1<<20), held[1]/(1<<20), more, fixed)
			if more > c.further {
				t.Errorf("a further value takes %.2f times its memory, at most %.1f are allowed", more, c.further)
			}
			if fixed > c.megabytes {
				t.Errorf("a fit takes %.1f MB whatever it has of values", fixed)
			}
		})
	}
}

// memoryOfAFit is the most bytes that fits of series of so many days, and of twice as
// many, hold at once, and the bytes of their values as float64s.
func memoryOfAFit(t *testing.T, series, days, decimals int) (held, values [2]float64) {
	for i, days := range []int{days, 2 * days} {
		w := world{series: series, days: days, step: time.Hour, phi: .9, shared: .6, missing: .001, decimals: decimals, profile: linked.profile}
		s := w.sample(1)
		values[i] = 8 * float64(len(s.Time))
		before, asked := liveBytes(), 0
		mustFit(t, s, Options{Workers: 1, Interrupt: func() error {
			if asked++; asked%5 == 0 { // so often is enough
				held[i] = max(held[i], liveBytes()-before)
			}
			return nil
		}})
		runtime.KeepAlive(s)
	}
	return held, values
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
