package engine

import "math"

// gaps is how values go missing. Long absences stay where they were; short
// ones come by chance, as often and as long as in the sample.
type gaps struct {
	absent stepSet // steps of the sample in a long absence; nil: none
	start  float64 // chance that an absence starts at a step
	length []int32 // lengths of the short ones
	before bool    // absent before the sample, and after it
	after  bool
}

// newGaps learns the absences of one series; gone is asked of observed steps.
func newGaps(cal *calendar, observed stepSet, gone func(int) bool) gaps {
	g := gaps{}
	var steps []int
	for i := range cal.n {
		if observed.has(i) {
			steps = append(steps, i)
		}
	}
	long := max(4*cal.season, 30)
	sum, live := 0, len(steps)
	for _, r := range runs(len(steps), func(j int) bool { return gone(steps[j]) }) {
		length := r[1] - r[0]
		end := r[0] == 0 || r[1] == len(steps)
		if length < long && !(end && length >= cal.season) {
			g.length = append(g.length, int32(length))
			sum += length
			continue
		}
		live -= length
		if g.absent == nil {
			g.absent = newStepSet(cal.n)
		}
		lo, hi := steps[r[0]], steps[r[1]-1]+1
		if r[0] == 0 {
			lo, g.before = 0, true
		} else if p := steps[r[0]-1] + 1; p < lo {
			lo = (lo + p) / 2 // half way into an unobserved stretch
		}
		if r[1] == len(steps) {
			hi, g.after = cal.n, true
		} else if p := steps[r[1]]; p > hi {
			hi = (hi + p + 1) / 2
		}
		for i := lo; i < hi; i++ {
			g.absent.set(i)
		}
	}
	if sum > 0 {
		share := float64(sum) / math.Max(1, float64(live))
		g.start = -math.Log(math.Max(.02, 1-share)) * float64(len(g.length)) / float64(sum)
	}
	return g
}

// mark sets absent[i] for the steps first+i at which the series is absent.
func (g *gaps) mark(absent []bool, first int64, n int, key uint64) {
	for i := range absent {
		t := first + int64(i)
		switch {
		case t < 0:
			absent[i] = absent[i] || g.before
		case t >= int64(n):
			absent[i] = absent[i] || g.after
		case g.absent != nil && g.absent.has(int(t)):
			absent[i] = true
		}
	}
	if len(g.length) == 0 {
		return
	}
	longest := int64(0)
	for _, l := range g.length {
		longest = max(longest, int64(l))
	}
	for t := first - longest; t < first+int64(len(absent)); t++ {
		u := uniform(draw(key, t))
		if u >= g.start {
			continue
		}
		// what is left of the draw is uniform again
		length := int64(g.length[int(u/g.start*float64(len(g.length)))%len(g.length)])
		for s := max(t, first); s < min(t+length, first+int64(len(absent))); s++ {
			absent[s-first] = true
		}
	}
}
