package engine

import (
	"math"
	"testing"

	"github.com/datamime/datamime/engine/internal/random"
)

// The mean step by phase is taken off where every phase moves about it; where
// one stands still, or is hardly seen, steps are taken as they are.
func TestStepsAboutTheCourseOfASeason(t *testing.T) {
	const lead = 4
	course := [lead]float64{3, -1, 2, -4} // steps to each phase; they sum to zero
	sample := func(n int, about func(i int) float64) *calibration {
		x, level := make([]float64, n), 0.
		for i := range x {
			if i > 0 {
				level += course[i%lead]
			}
			x[i] = level + about(i)
		}
		return &calibration{v: &variable{}, x: x, spans: [][2]int{{0, n}}, lead: lead}
	}
	noise := func(i int) float64 { return random.Uniform(random.Draw(7, int64(i))) }

	c := sample(2401, noise)
	c.course = c.stepCourse()
	for phase, want := range course {
		// the difference of two uniform values has the deviation 1/√6: four
		// standard errors of six hundred are .07
		if math.Abs(c.course[phase]-want) > .07 {
			t.Errorf("course of phase %d: %g, want %g", phase, c.course[phase], want)
		}
	}
	if got := c.sampleStep(1); math.Abs(got-1./3) > .025 { // its mean size; four standard errors, neighbours correlated
		t.Errorf("mean step about the course %g, want 1/3", got)
	}

	still := sample(241, func(i int) float64 { return float64(i / 4 % 2) }) // moves at phase 0 alone
	if still.stepCourse() != nil {
		t.Error("a course is taken off where phases stand still")
	}
	if sample(9*lead, noise).stepCourse() != nil {
		t.Error("a course is taken off that is hardly seen")
	}
}
