package engine

import (
	"runtime"
	"runtime/metrics"
	"testing"
	"time"

	"github.com/datamime/datamime/engine/civil"
)

// TestMemoryOfAFit: a further value takes at most three times its memory as a float64:
// once in the grid, once as its score, half of that as the innovation, and what one
// series' work takes, for all of them or a twelfth. What is held, the heap that a
// collection leaves less what it left before, is measured when the fit asks whether
// it is to end, inside its loops too; the sample is the caller's. The calibration, the
// tables and a transform of 131,072 steps take a fixed part beside that, some half a
// megabyte a series and up to four for all.
func TestMemoryOfAFit(t *testing.T) {
	const megabyte, full = 1 << 20, 14                                                      // decimals of values that are no numbers of steps
	t.Run("linked series", func(t *testing.T) { memoryOfAFit(t, 12, 1400, 0, 6*megabyte) }) // beyond what calibration takes whole
	t.Run("linked series of full precision", func(t *testing.T) { memoryOfAFit(t, 12, 1350, full, 6*megabyte) })
	t.Run("one series of all starts", func(t *testing.T) { memoryOfAFit(t, 1, 8333, 0, 4*megabyte) }) // 200,000 steps and 400,000
	t.Run("one series of full precision", func(t *testing.T) { memoryOfAFit(t, 1, 8333, full, 4*megabyte) })
	t.Run("one long series", func(t *testing.T) { memoryOfAFit(t, 1, 22_000, 0, 4*megabyte) }) // beyond what has more starts
}

// memoryOfAFit fits series of so many days, and of twice as many.
func memoryOfAFit(t *testing.T, series, days, decimals int, most float64) {
	held, values := [2]float64{}, [2]float64{}
	for i, days := range []int{days, 2 * days} {
		w := world{series: series, days: days, step: time.Hour, phi: .9, shared: .6, missing: .001, decimals: decimals, profile: linked.profile}
		s := w.sample(1)
		values[i] = 8 * float64(len(s.Time))
		before, asked := liveBytes(), 0
		mustFit(t, s, Options{Workers: 1, Interrupt: func() error {
			if asked++; asked%10 == 0 { // so often is enough
				held[i] = max(held[i], liveBytes()-before)
			}
			return nil
		}})
		runtime.KeepAlive(s)
	}
	more := (held[1] - held[0]) / (values[1] - values[0])
	t.Logf("%.0f and %.0f values: %.1f and %.1f MB are held; %.2f times a further value, %.1f MB beside three times all",
		values[0]/8, values[1]/8, held[0]/(1<<20), held[1]/(1<<20), more, held[0]/(1<<20)-3*values[0]/(1<<20))
	if more > 3 {
		t.Errorf("a further value takes %.2f times its memory, at most 3 are allowed", more)
	}
	if fixed := held[0] - 3*values[0]; fixed > most {
		t.Errorf("a fit takes %.1f MB whatever it has of values", fixed/(1<<20))
	}
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

// liveBytes is what is in use, by a collection.
func liveBytes() float64 {
	runtime.GC()
	s := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(s)
	return float64(s[0].Value.Uint64())
}
