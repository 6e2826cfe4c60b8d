package engine

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/datamime/datamime/engine/internal/stat"
	"github.com/datamime/datamime/engine/internal/stepset"
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

// TestInterruptInsidePasses: each pass over a long series asks once in CheckEach of its
// steps, those of paths behind a veil and of innovations divided by their sizes, too.
func TestInterruptInsidePasses(t *testing.T) {
	const n, each = 2 * work.CheckEach, 2
	asked := 0
	check := work.Check(func() error { asked++; return nil })
	counts, sizes := make([]float64, n), make([]float64, n)
	for i := range counts {
		counts[i], sizes[i] = float64(i%5/2), float64(i*i%997)
	}
	h, w, location := newVeil(counts, nil), make([]float64, n), make([]float64, n)
	others := deviations{sum: make([]float64, n), count: make([]float64, n), check: check}
	d := &dynamics{Packing: stepset.NewPacking(n, filledSteps(n)), axes: &axes{count: 1}, e: make([]float32, n)}
	for t, v := range sizes {
		d.e[t] = float32(v)
	}
	c := &clustering{own: []int{0}, count: 1, size: make([]uint8, n), shape: make([][]float32, 1)}
	order := stat.Rank(sizes, check)
	ranked := asked
	for _, pass := range []struct {
		name  string
		least int
		do    func()
	}{
		{"begin a path", each, func() { h.begin(w, counts, 1, check) }},
		{"add its deviations", each, func() { others.add(w, location, 1) }},
		{"their slope", each, func() { others.slope(w, location) }},
		{"shift a location", each, func() { others.shift(location, .1) }},
		{"the memory of a path, and a draw of it", 2 * each, func() { h.draw(w, location, 1, check) }},
		{"scores of ranks", 2 * each, func() { rankScores(sizes, order, nil, 1, check) }},
		// two passes for the sizes, some to rank what is left, two for its scores
		{"divide by sizes", 4*each + ranked, func() { c.divide(d, 0, check) }},
	} {
		asked = 0
		if pass.do(); asked < pass.least {
			t.Errorf("%s: %d questions in %d steps, want %d", pass.name, asked, n, pass.least)
		}
	}
}
