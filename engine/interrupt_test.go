package engine

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/datamime/datamime/engine/internal/work"
)

// polls counts how often a fit asks whether it is to end; from the last-th
// time on it is.
func polls(t *testing.T, s *Sample, workers, last int64) int64 {
	t.Helper()
	enough := errors.New("enough")
	var asked atomic.Int64
	_, err := Fit(s, Options{Workers: int(workers), Interrupt: func() error {
		if asked.Add(1) >= last && last > 0 {
			return enough
		}
		return nil
	}})
	if last > 0 && !errors.Is(err, enough) || last == 0 && err != nil {
		t.Fatalf("told to end at the %d. time: %v", last, err)
	}
	return asked.Load()
}

// TestInterruptInsideOneSeries: one series is one piece of work for each part
// of the fit, which asks inside it: thirty times and more in each run of
// work.CheckEach steps, as there are as many passes over the series. Wherever it is
// told to end, it does at once: each worker may have asked already.
func TestInterruptInsideOneSeries(t *testing.T) {
	w := world{series: 1, days: 2 * work.CheckEach / 24, step: time.Hour, phi: .9, decimals: 1}
	long, short := w.sample(1), world{series: 1, days: 100, step: time.Hour, phi: .9, decimals: 1}.sample(1)
	all, few := polls(t, long, 1, 0), polls(t, short, 1, 0)
	if all-few < 30 {
		t.Errorf("%d questions, %d of a short series: what is one series' takes long alone", all, few)
	}
	for _, workers := range []int64{1, 2} {
		for last := int64(1); last < all-1; last += 1 + all/7 {
			if asked := polls(t, long, workers, last); asked > last+workers-1 {
				t.Errorf("told to end at the %d. time, and asked %d times", last, asked)
			}
		}
	}
}

// TestInterruptBesideManySeries: what is made of thousands of series at once asks
// after at most CheckEach values of them too: here while the axes warm up.
func TestInterruptBesideManySeries(t *testing.T) {
	m := mustFit(t, world{series: 500, days: 90, step: 24 * time.Hour, phi: .8, shared: .5}.sample(1), Options{})
	r := m.newRenderer(m.innovator(1, newPlans(m.planner, 1)), m.variable)
	asked := 0
	r.endBy(func() error { asked++; return nil })
	r.restart(0)
	values := m.dynamics.warm * m.dynamics.axes.count
	if least := values / work.CheckEach; least < 2 || asked < least {
		t.Errorf("%d questions in %d values, want one in %d", asked, values, work.CheckEach)
	}
}
