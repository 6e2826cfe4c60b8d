package engine

import (
	"errors"
	"testing"

	"github.com/datamime/datamime/engine/civil"
)

// TestAbsurdDates: one row a million years off is told, not laid out.
func TestAbsurdDates(t *testing.T) {
	for _, far := range []int64{-4000 * 365 * civil.MicrosPerDay, 1 << 62, 8000 * 365 * civil.MicrosPerDay} {
		s := &Sample{Series: []string{"a"}, Value: [][]float64{nil}}
		for i := range int64(500) {
			s.Time, s.Index, s.Value[0] = append(s.Time, i*civil.MicrosPerHour), append(s.Index, 0), append(s.Value[0], float64(i%24))
		}
		s.Time, s.Index, s.Value[0] = append(s.Time, far), append(s.Index, 0), append(s.Value[0], 1)
		if far == 1<<62 {
			s.Time[0] = -211_813_488_000_000_000 // 4713 BC: the span overflows
			s.Time[500] = 1<<63 - 1 - 946_684_800_000_000
		}
		if _, err := Fit(s, Options{}); !errors.Is(err, ErrSpan) {
			t.Errorf("%d: %v", far, err)
		}
	}
}
