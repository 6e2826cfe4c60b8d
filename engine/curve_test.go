package engine

import (
	"testing"
	"time"

	"github.com/datamime/datamime/engine/civil"
)

// TestDaysAlike: whether a day repeats the one before or not, a curve has the values
// that it has by single steps, within the sample and beyond it.
func TestDaysAlike(t *testing.T) {
	for _, days := range []int{3, 30, 800} {
		m := mustFit(t, world{series: 2, days: days, step: time.Hour, phi: .9, profile: linked.profile}.sample(1), Options{})
		z := civil.Zone{Location: m.cal.Location}
		whole, single := sheet{d: m.scaling}, sheet{d: m.scaling}
		const first, count = -50, 24 * 20
		got, want := make([]float64, count), make([]float64, count)
		whole.fill(first, count, &z)
		whole.scales(got, m.variable[0].scale)
		alike := 0
		for _, day := range whole.days {
			if day.like >= 0 {
				alike++
			}
		}
		if short := days == 3; short != (alike > 0) {
			t.Errorf("of a sample of %d days, %d of %d are alike", days, alike, len(whole.days))
		}
		for i := range want {
			single.fill(first+int64(i), 1, &z)
			single.scales(want[i:i+1], m.variable[0].scale)
			if got[i] != want[i] {
				t.Fatalf("of a sample of %d days, step %d has the scale %v, by itself %v", days, first+i, got[i], want[i])
			}
		}
	}
}
