package define

import (
	"math"
	"slices"
	"testing"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/stat"
)

func pointer[T any](v T) *T { return &v }

// TestObserve: pseudo-observations have what was declared, series by series
// and whatever other series there are.
func TestObserve(t *testing.T) {
	known := Series{Typical: pointer(40.), Low: pointer(10.), High: pointer(110.), Minimum: pointer(5.), Maximum: pointer(150.),
		Decimals: pointer(1), Peaks: []Peak{{8, .3}, {18, .4}}, Weekend: -.25, Noise: .2, Memory: 6 * civil.MicrosPerHour, Links: .6, Missing: .05}
	d := Definition{Start: 0, Frequency: civil.Frequency{Micros: civil.MicrosPerHour}, Steps: 24 * 730}
	for _, k := range []string{"a", "b"} {
		known.Key = k
		d.Series = append(d.Series, known)
	}
	s := d.Observe()
	byTime := map[int64][2]float64{}
	var a []float64
	for i, x := range s.Value[0] {
		if s.Index[i] == 0 {
			a = append(a, x)
		}
		pair := byTime[s.Time[i]]
		pair[s.Index[i]] = math.Log(x)
		byTime[s.Time[i]] = pair
		if math.Abs(x*10-math.Round(x*10)) > 1e-9 {
			t.Fatalf("%v has more than one decimal", x)
		}
	}
	slices.Sort(a)
	within := func(what string, v, low, high float64) {
		t.Helper()
		if v < low || v > high {
			t.Errorf("%s: %v, not %v to %v", what, v, low, high)
		}
	}
	// With a memory of six hours two years hold some 1,400 independent values:
	// three standard errors of a quantile are a tenth of the spread.
	within("median", stat.Quantile(a, .5), 37, 43)
	within("low", stat.Quantile(a, .05), 8.5, 11.5)
	within("high", stat.Quantile(a, .95), 100, 120)
	within("least", a[0], 5, 5)
	within("most", a[len(a)-1], 150, 150)
	within("missing", 1-float64(len(a))/float64(d.Steps), .04, .06)
	var x, y []float64
	for _, p := range byTime {
		if p[0] != 0 && p[1] != 0 {
			x, y = append(x, p[0]), append(y, p[1])
		}
	}
	mx, sx := stat.Mean(x), stat.Deviation(x)
	my, sy := stat.Mean(y), stat.Deviation(y)
	c := 0.
	for i := range x {
		c += (x[i] - mx) * (y[i] - my) / float64(len(x))
	}
	within("links, seasons and all", c/sx/sy, .55, .75)

	d.Series = d.Series[1:]
	alone := d.Observe()
	if !slices.Equal(alone.Value[0], s.Value[0][len(a):]) {
		t.Error("a series hangs on which others there are")
	}
}

// TestObserveLevels: the level stands whatever else is known, on both scales.
func TestObserveLevels(t *testing.T) {
	for _, c := range []Series{
		{Typical: pointer(1000.), Noise: .5}, {Typical: pointer(-3.), Noise: .2}, {Typical: pointer(0.), Low: pointer(-1.), High: pointer(5.)},
		{Typical: pointer(.001), High: pointer(.1)}, {Typical: pointer(50.), Low: pointer(49.), Peaks: []Peak{{12, 2}}},
		{Low: pointer(10.), High: pointer(1000.)}, {Minimum: pointer(0.), Maximum: pointer(100.), Noise: .1}, {Noise: 0},
	} {
		d := Definition{Frequency: civil.Frequency{Micros: civil.MicrosPerHour}, Steps: 10_000, Series: []Series{c}}
		v := stat.Sorted(d.Observe().Value[0], nil)
		want := c.typical()
		if got := stat.Quantile(v, .5); math.Abs(got-want) > .05*(stat.Quantile(v, .9)-stat.Quantile(v, .1))+1e-4 {
			t.Errorf("%+v: median %v, not %v", c, got, want)
		}
	}
	months := Definition{Start: 30 * civil.MicrosPerDay, Frequency: civil.Frequency{Months: 1}, Steps: 24, Series: []Series{{Trend: .1}}}
	s := months.Observe()
	if day := s.Time[1] / civil.MicrosPerDay; day != 30+28 {
		t.Errorf("the month after 31 January is day %d", day)
	}
	if rise := s.Value[0][12] / s.Value[0][0]; math.Abs(rise-1.1) > .01 {
		t.Errorf("a trend of a tenth a year makes %v", rise)
	}
}

// TestObserveMemoryOfMonths: a month is as long as the mean of a year's, so that the
// memory of a monthly series is what was said: of 4,000 values the autocorrelation has a
// standard error of .013.
func TestObserveMemoryOfMonths(t *testing.T) {
	d := Definition{Frequency: civil.Frequency{Months: 1}, Steps: 4000, Series: []Series{{Noise: .1, Memory: 61 * civil.MicrosPerDay}}}
	x := d.Observe().Value[0]
	mean, sd, sum := stat.Mean(x), stat.Deviation(x), 0.
	for i := 1; i < len(x); i++ {
		sum += (x[i] - mean) * (x[i-1] - mean) / sd / sd
	}
	if got, want := sum/float64(len(x)-1), math.Exp(-.5); math.Abs(got-want) > .052 {
		t.Errorf("autocorrelation %v, not %v", got, want)
	}
}

// TestObserveOneSide: what is said of one side of the values holds of the other.
func TestObserveOneSide(t *testing.T) {
	for name, s := range map[string]Series{"low": {Typical: pointer(0.), Low: pointer(-2.)}, "high": {Typical: pointer(0.), High: pointer(2.)}} {
		d := Definition{Frequency: civil.Frequency{Micros: civil.MicrosPerHour}, Steps: 10_000, Series: []Series{s}}
		v := stat.Sorted(d.Observe().Value[0], nil)
		// A twentieth of 10,000 values has a standard error of .022 sd, and the sd is 1.2.
		if low, high := stat.Quantile(v, .05), stat.Quantile(v, .95); math.Abs(low+2) > .12 || math.Abs(high-2) > .12 {
			t.Errorf("%s: %v to %v, not -2 to 2", name, low, high)
		}
	}
}
