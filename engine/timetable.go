package engine

import (
	"math"
	"sort"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/stat"
	"github.com/datamime/datamime/engine/internal/stepset"
	"github.com/datamime/datamime/engine/internal/work"
)

// timetable is where the observed steps lie.
type timetable struct {
	cal   *calendar
	units []int64 // with an observed step
	first []int32 // unit u has the stretches from first[u] to first[u+1]
	run   []stretch
	pace  int    // phases from one step to the next
	count int    // of observed steps
	fold  []int8 // of a unit
	folds int
	mass  float64 // number of observed steps
	thin  bool    // some units are left out, and steps numbered anew
	check work.Check
	share work.Workers
}

// stretch is observed steps of a unit, one after the other.
type stretch struct {
	at    int32 // number of the first
	of    int32 // and the sample's step that it is
	phase uint16
	steps uint16
}

func (s *stretch) end() int32 { return s.at + int32(s.steps) }

// folds are half stretches of about the length of an unobserved one, so that
// a held-out value is as far from known ones as a value to be generated.
const foldCount = 4

// newTimetable lays out the units of the observed steps, every stride-th. Where
// some are left out, the steps of the others are numbered anew: series are as
// short then.
func newTimetable(cal *calendar, observed stepset.Set, stride int, check work.Check, share work.Workers) *timetable {
	t := &timetable{cal: cal, thin: stride > 1, check: check, share: share}
	if cal.sub {
		t.pace = int(cal.Frequency.Micros / cal.grain)
	}
	z := civil.Zone{Location: cal.Location}
	pace := cal.pace()
	for i, end, passed := 0, 0, 0; i < cal.n; i, passed = end, passed+1 {
		check.Pass(passed)
		unit, phase, count := cal.run(int64(i), &z)
		end = min(cal.n, i+count)
		if stride > 1 && civil.FloorMod(unit, int64(stride)) != 0 {
			continue
		}
		for _, r := range stepset.Runs(end-i, func(j int) bool { return observed.Has(i + j) }) {
			t.add(i+r[0], r[1]-r[0], unit, phase+r[0]*pace)
		}
	}
	t.first = append(t.first, int32(len(t.run)))
	t.mass = float64(t.count)
	t.label(observed)
	return t
}

// add appends steps of the sample that follow one another in a unit, from a phase on.
func (t *timetable) add(step, steps int, unit int64, phase int) {
	if n := len(t.units); n == 0 || t.units[n-1] != unit {
		t.units = append(t.units, unit)
		t.first = append(t.first, int32(len(t.run)))
	} else if s := &t.run[len(t.run)-1]; int(s.of)+int(s.steps) == step && int(s.phase)+int(s.steps)*t.pace == phase {
		more := min(steps, math.MaxUint16-int(s.steps))
		s.steps += uint16(more)
		t.count += more
		step, steps, phase = step+more, steps-more, phase+more*t.pace
	}
	for steps > 0 {
		at, some := step, min(steps, math.MaxUint16)
		if t.thin {
			at = t.count
		}
		t.run = append(t.run, stretch{int32(at), int32(step), uint16(phase), uint16(some)})
		t.count += some
		step, steps, phase = step+some, steps-some, phase+some*t.pace
	}
}

// of is the stretches of unit u.
func (t *timetable) of(u int) []stretch { return t.run[t.first[u]:t.first[u+1]] }

// steps is the number of observed steps of unit u.
func (t *timetable) steps(u int) (n int) {
	for _, s := range t.of(u) {
		n += int(s.steps)
	}
	return n
}

// nth is the sample's step that is observed i-th from stretch k on.
func (t *timetable) nth(k int32, i int) int {
	for ; i >= int(t.run[k].steps); k++ {
		i -= int(t.run[k].steps)
	}
	return int(t.run[k].of) + i
}

// away is what a series has so many steps from number at of stretch s, -1 where
// that is thinned out.
func (t *timetable) away(s *stretch, at int32, steps int) int {
	if !t.thin {
		return int(at) + steps
	}
	step := int(s.of+at-s.at) + steps
	k := sort.Search(len(t.run), func(k int) bool { return int(t.run[k].of) > step }) - 1
	if k < 0 || step >= int(t.run[k].of)+int(t.run[k].steps) {
		return -1
	}
	return int(t.run[k].at) + step - int(t.run[k].of)
}

// only is room for the values of x at the steps; nothing is known of others.
func (t *timetable) only(x []float64) []float64 {
	n := len(x)
	if t.thin {
		n = t.count
	}
	y := make([]float64, n)
	for i := range y {
		y[i] = stat.Missing()
	}
	return y
}

// gathered is what a series has at the steps.
func (t *timetable) gathered(x []float64) []float64 {
	if !t.thin {
		return x
	}
	y := make([]float64, 0, t.count)
	for _, s := range t.run {
		y = append(y, x[s.of:s.of+int32(s.steps)]...)
	}
	return y
}

// label assigns the folds.
func (t *timetable) label(observed stepset.Set) {
	n := t.cal.n
	labels := make([]int8, n)
	stretch := 0
	for _, s := range stepset.Runs(n, observed.Has) {
		count := max(1, int(math.Round(float64(s[1]-s[0])/float64(max(1, t.cal.gap)))))
		for q := range 2 * count {
			a := s[0] + (s[1]-s[0])*q/(2*count)
			b := s[0] + (s[1]-s[0])*(q+1)/(2*count)
			for i := a; i < b; i++ {
				labels[i] = int8(q%2 + 2*((stretch+q/2)%2))
			}
		}
		stretch += count
	}
	t.fold = make([]int8, len(t.units))
	seen := [foldCount]bool{}
	for u := range t.units {
		t.fold[u] = labels[t.nth(t.first[u], t.steps(u)/2)]
		seen[t.fold[u]] = true
	}
	for _, s := range seen {
		if s {
			t.folds++
		}
	}
}
