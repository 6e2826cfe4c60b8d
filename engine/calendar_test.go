package engine

import (
	"fmt"
	"testing"
	"time"

	"github.com/datamime/datamime/engine/civil"
)

// TestRunOfSteps: every step of a run is where place has it by itself, and the step
// behind it is elsewhere, on clocks that change and of steps that divide no day.
func TestRunOfSteps(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Date(2024, 3, 30, 7, 13, 20, 0, time.UTC).UnixMicro() // a day before clocks change
	for _, loc := range []*time.Location{nil, paris} {
		for _, f := range []civil.Frequency{
			{Micros: civil.MicrosPerHour}, {Micros: civil.MicrosPerHour / 12}, {Micros: 90 * civil.MicrosPerSecond},
			{Micros: 7 * civil.MicrosPerSecond}, {Micros: 5 * civil.MicrosPerHour}, {Micros: civil.MicrosPerDay}, {Months: 1},
		} {
			t.Run(fmt.Sprint(f, loc), func(t *testing.T) {
				c := civil.NewClock(f, loc)
				z := civil.Zone{Location: loc}
				c.Origin = c.Axis(begin, &z)
				if f.Months > 0 {
					c.Origin, c.DayOfMonth = 2024*12+2, 1
				}
				cal := newCalendar(c, 2000)
				for i := int64(0); i < 20_000; {
					unit, phase, count := cal.run(i, &z)
					for j := range count {
						if u, p := cal.place(i+int64(j), &z); u != unit || p != phase+j*cal.pace() {
							t.Fatalf("step %d is of unit %d at phase %d, not %d from one at %d of %d on", i+int64(j), u, p, j, phase, unit)
						}
					}
					if i += int64(count); cal.sub && count > 0 {
						if u, p := cal.place(i, &z); u == unit && p == phase+count*cal.pace() {
							t.Fatalf("the run ends before step %d", i)
						}
					}
				}
			})
		}
	}
}
