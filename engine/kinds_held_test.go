package engine

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/stat"
	"github.com/datamime/datamime/engine/internal/stepset"
)

// tariffs is a sample of prices that are set at 08:00 and 17:00 of working
// days, with a chance of set each time: by all series at once (together) or
// each by itself. A new price is a slow common level plus noise of its own, in
// hundredths. With events the rows are the changes, at a random minute of the
// hour; else every hour has one.
func tariffs(series, days int, set, together float64, events bool) *Sample {
	r := rand.New(rand.NewPCG(3, 14))
	s := &Sample{Value: make([][]float64, 1)}
	price := make([]float64, series)
	for i := range series {
		s.Series = append(s.Series, fmt.Sprintf("s%d", i))
		price[i] = 150
	}
	start := time.Date(2022, 1, 3, 0, 0, 0, 0, time.UTC)
	level := 0.
	for h := range days * 24 {
		at := start.Add(time.Duration(h) * time.Hour)
		level = .999*level + .3*r.NormFloat64()
		open := at.Weekday() != time.Saturday && at.Weekday() != time.Sunday && (at.Hour() == 8 || at.Hour() == 17)
		all := r.Float64() < together
		common := r.Float64() < set
		for i := range series {
			now := r.Float64() < set
			if all {
				now = common
			}
			changed := h == 0
			if open && now {
				if p := math.Round(150 + 2*level + 3*r.NormFloat64()); p != price[i] {
					price[i], changed = p, true
				}
			}
			if events && !changed {
				continue
			}
			when := at
			if events {
				when = at.Add(time.Duration(r.IntN(3600)) * time.Second)
			}
			s.Time = append(s.Time, when.UnixMicro())
			s.Index = append(s.Index, int32(i))
			s.Value[0] = append(s.Value[0], price[i]/100)
		}
	}
	return s
}

// steplike is what is known of step-like series: how many changes there are,
// how many of them at the hours when prices are set, how many at once with
// another series, and how large they are in the mean.
type steplike struct{ changes, inHours, joint, size float64 }

func stepsOf(rows *Rows, series int) (s steplike) {
	last := make([]float64, series)
	at := map[int64]int{}
	n := 0.
	var when []int64
	for i, t := range rows.Time {
		c, x := rows.Series[i], rows.Value[0][i]
		if last[c] != 0 && last[c] != x {
			s.changes++
			s.size += math.Abs(x - last[c])
			u := time.UnixMicro(t).UTC()
			if d := u.Weekday(); d != 0 && d != 6 && (u.Hour() == 8 || u.Hour() == 17) {
				s.inHours++
			}
			hour := civil.FloorDiv(t, civil.MicrosPerHour)
			at[hour]++
			when = append(when, hour)
			n++
		}
		last[c] = x
	}
	for _, h := range when {
		if at[h] > 1 {
			s.joint++
		}
	}
	return steplike{s.changes, s.inHours / n, s.joint / n, s.size / n}
}

func TestHeldValuesStayHeld(t *testing.T) {
	for _, c := range []struct {
		name   string
		events bool
	}{{"on a grid", false}, {"as events", true}} {
		t.Run(c.name, func(t *testing.T) {
			const series = 3
			s := tariffs(series, 500, .3, .7, c.events)
			real := stepsOf(&Rows{Time: s.Time, Series: s.Index, Value: s.Value}, series)
			m := mustFit(t, s, Options{})
			if c.events != (m.Frequency() == Frequency{}) {
				t.Fatalf("frequency %+v", m.Frequency())
			}
			first, last := m.Span()
			made := stepsOf(all(t, m, Window{Start: first, End: last, Seed: 4}), series)
			t.Logf("real %+v made %+v", real, made)
			// About 640 changes: those of a Poisson number, and of the mean of
			// as many, within four standard errors (real and made): 4·√(2/640)
			// is 22 % of the number, and of the mean size 4·.76·√(2/640) = 17 %.
			if r := made.changes / real.changes; math.Abs(r-1) > .22 {
				t.Errorf("%.2f times as many changes", r)
			}
			if r := made.size / real.size; math.Abs(r-1) > .17 {
				t.Errorf("changes %.2f times as large", r)
			}
			// Blocks come from the same hours of the day; that weekends match
			// is preferred, not required.
			if made.inHours < .95*real.inHours {
				t.Errorf("%.3f of the changes when prices are set, not %.3f", made.inHours, real.inHours)
			}
			if math.Abs(made.joint-real.joint) > 4*math.Sqrt(.5/640) { // √(2pq/n), at most
				t.Errorf("%.3f of the changes come together, not %.3f", made.joint, real.joint)
			}
		})
	}
}

// Events that bring a new price never bring the old one.
func TestEventsOfChangeAlwaysChange(t *testing.T) {
	s := tariffs(2, 400, .3, .5, true)
	m := mustFit(t, s, Options{})
	first, last := m.Span()
	rows := all(t, m, Window{Start: first, End: 3*last - 2*first})
	before := map[int32]float64{}
	for i, c := range rows.Series {
		if x := rows.Value[0][i]; x == before[c] {
			t.Fatalf("%g again at %v", x, time.UnixMicro(rows.Time[i]).UTC())
		}
		before[c] = rows.Value[0][i]
	}
}

// A held value that began before a window is in it: tiles know what stands.
func TestSliceOfHeldValues(t *testing.T) {
	s := tariffs(3, 200, .1, .7, false)
	m := mustFit(t, s, Options{})
	first, last := m.Span()
	span := last - first
	whole := all(t, m, Window{Start: first, End: last + 12*span, Seed: 2})
	day := int64(civil.MicrosPerDay)
	for _, from := range []int64{first + 3*day, last + 5*span, last + 11*span + day} {
		slice := all(t, m, Window{Start: from, End: from + 40*day, Seed: 2, Workers: 1})
		at := 0
		for whole.Time[at] < from {
			at++
		}
		for i := range slice.Time {
			if slice.Time[i] != whole.Time[at+i] || slice.Value[0][i] != whole.Value[0][at+i] {
				t.Fatalf("row %d of the slice from %v differs", i, time.UnixMicro(from).UTC())
			}
		}
	}
}

func TestWhatIsHeld(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	smooth, level := 0., 0.
	for _, c := range []struct {
		name string
		held bool
		next func(i int, last float64) float64
	}{
		{"set point", true, func(i int, last float64) float64 {
			return last + indicator(r.Float64() < .1)*math.Round(5*r.NormFloat64())
		}},
		{"few tariffs", true, func(i int, last float64) float64 { return []float64{12, 15, 19, 21}[i/40*7%4] }},
		{"rounded", false, func(int, float64) float64 { smooth = .97*smooth + r.NormFloat64()/2; return math.Round(smooth) }},
		{"rare counts", false, func(int, float64) float64 { return math.Round(6 * r.Float64() * indicator(r.Float64() < .1)) }},
		{"slow in tenth", false, func(int, float64) float64 { level = .99*level + .01*r.NormFloat64(); return roundTo(level, 1) }},
		{"switch", false, func(i int, last float64) float64 { return math.Abs(last - indicator(r.Float64() < .05)) }},
		{"plain", false, func(int, float64) float64 { return r.NormFloat64() }},
	} {
		x := make([]float64, 2000)
		for i := 1; i < len(x); i++ {
			x[i] = c.next(i, x[i-1])
		}
		if h := newHold(x, stat.Sorted(x, nil)); (h != nil) != c.held {
			t.Errorf("%s: held %v", c.name, h != nil)
		}
	}
}

// Where the walk and the noise of a path are known, they are found again.
func TestRoughnessOfChanges(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	const n, walk, noise = 40_000, .04, 1.
	x := make([]float64, n)
	h := &hold{change: stepset.New(n)}
	level := 0.
	for i := range x {
		level += math.Sqrt(walk) * r.NormFloat64()
		x[i] = math.NaN()
		if r.Float64() < .2 {
			x[i] = level + math.Sqrt(noise)*r.NormFloat64()
			h.change.Add(i)
		}
	}
	w, e := h.roughness(x)
	// 8,000 changes, four distances of each, all correlated: as if 2,000
	// squares were independent, four standard errors are 4·√(2/2000) = 13 %
	// of the sum of both parts, 2·noise + walk·12.5.
	if math.Abs(e-noise) > .16 || math.Abs(w-walk) > .026 {
		t.Errorf("walk %.3f, noise %.3f", w, e)
	}
}
