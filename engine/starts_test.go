package engine

import (
	"slices"
	"testing"
	"time"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/stepset"
)

// TestStarts: blocks begin where a whole one lies in what was observed; each start is
// found by its number and by its phase, and knows its day.
func TestStarts(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	const days = 400
	for _, f := range []civil.Frequency{{Micros: civil.MicrosPerHour}, {Micros: civil.MicrosPerDay}, {Months: 1}} {
		for _, loc := range []*time.Location{nil, paris} {
			c := civil.NewClock(f, loc)
			n := days
			if f.Micros == civil.MicrosPerHour {
				n *= 24
			}
			cal, observed := newCalendar(c, n), stepset.New(n)
			for i := range n {
				if i%1000 > 150 || i < 1000 { // holes, one of which is longer than a day
					observed.Add(i)
				}
			}
			p := newPlanner(cal, stepset.NewPacking(n, observed), nil)
			z := civil.Zone{Location: loc}
			var all []int32
			byPhase := make([][]int32, p.phases)
			for _, s := range p.Segment {
				for at := s[0]; at+p.length <= s[1]; at++ {
					unit, phase := p.locate(int64(p.Step(at)), &z)
					if got := p.of(int32(at)).place; got != p.describe(unit) {
						t.Fatalf("%v: start %d is told to be on %v, and is on %v", f, at, got, p.describe(unit))
					}
					all, byPhase[phase] = append(all, int32(at)), append(byPhase[phase], int32(at))
				}
			}
			if p.count() != len(all) {
				t.Fatalf("%v: %d starts, not %d", f, p.count(), len(all))
			}
			for i, at := range all {
				if s := p.of(at); p.nth(i) != at || s.number+at-s.at != int32(i) {
					t.Fatalf("%v: start %d at %d is told to be at %d", f, i, at, p.nth(i))
				}
			}
			if !slices.EqualFunc(byPhase, p.byPhase, slices.Equal) {
				t.Errorf("%v: starts by phase differ", f)
			}
		}
	}
}

// TestNote: a block counts for the starts around it by the share of steps in common.
func TestNote(t *testing.T) {
	n := 100 * 24
	cal, observed := newCalendar(civil.NewClock(civil.Frequency{Micros: civil.MicrosPerHour}, nil), n), stepset.New(n)
	for i := range n {
		if i < 500 || i > 530 {
			observed.Add(i)
		}
	}
	p := newPlanner(cal, stepset.NewPacking(n, observed), nil)
	for _, at := range []int32{0, 30, p.nth(p.count() / 2), p.nth(p.count() - 1)} {
		use := make([]float32, p.count())
		p.note(use, at)
		for i, v := range use {
			d := max(p.nth(i)-at, at-p.nth(i))
			if want := max(0, 1-float32(d)/float32(p.length)); v != want {
				t.Fatalf("%d steps from the block at %d: %v, want %v", d, at, v, want)
			}
		}
	}
}
