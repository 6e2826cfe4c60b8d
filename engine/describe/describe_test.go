package describe

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/datamime/datamime/engine"
	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/stat"
)

// truth is a series of known parts: a line, sines of day, week and year, and
// an autoregression.
type truth struct {
	name            string
	step            time.Duration
	steps           int
	slope           float64 // a year
	day, week, year float64 // amplitudes
	phi, sigma      float64 // of the remainder: memory and standard deviation
}

func (c *truth) sample(seed uint64) *engine.Sample {
	r := rand.New(rand.NewPCG(seed, 3))
	s := &engine.Sample{Series: []string{"a"}, Value: [][]float64{nil}}
	start := time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC)
	e := c.sigma * r.NormFloat64()
	for i := range c.steps {
		t := start.Add(time.Duration(i) * c.step)
		days := t.Sub(start).Hours() / 24
		v := 50 + c.slope*days/365.25 + c.day*math.Sin(2*math.Pi*days) +
			c.week*math.Sin(2*math.Pi*days/7) + c.year*math.Cos(2*math.Pi*days/365.25) + e
		e = c.phi*e + c.sigma*math.Sqrt(1-c.phi*c.phi)*r.NormFloat64()
		s.Time, s.Index = append(s.Time, t.UnixMicro()), append(s.Index, 0)
		s.Value[0] = append(s.Value[0], v)
	}
	return s
}

// TestDescribeTruth recovers the parts of simulated series: the mean of twenty
// descriptions is within four of its standard errors, and a bias of .01 (.02
// for the memory, that the fit of the seasons lowers), of what was put in.
func TestDescribeTruth(t *testing.T) {
	const runs = 20
	for _, c := range []truth{
		{name: "hourly, three years", step: time.Hour, steps: 3 * 8766, slope: 6, day: 8, week: 4, year: 10, phi: .8, sigma: 5},
		{name: "hourly, six weeks", step: time.Hour, steps: 42 * 24, day: 8, week: 5, phi: .6, sigma: 5},
		{name: "half-hourly noise", step: 30 * time.Minute, steps: 20 * 48, phi: .9, sigma: 5},
		{name: "hourly, three days", step: time.Hour, steps: 72, day: 6, phi: 0, sigma: 4},
		{name: "daily, four years", step: 24 * time.Hour, steps: 1461, slope: -3, week: 3, year: 9, phi: .7, sigma: 4},
		{name: "daily, without seasons", step: 24 * time.Hour, steps: 1000, phi: .5, sigma: 4},
		{name: "weekly, five years", step: 7 * 24 * time.Hour, steps: 261, year: 5, phi: .3, sigma: 3},
	} {
		span := c.step.Hours() / 24 * float64(c.steps) / 365.25
		line := c.slope * c.slope * span * span / 12
		total := line + (c.day*c.day+c.week*c.week+c.year*c.year)/2 + c.sigma*c.sigma
		var found [5][]float64
		for run := range uint64(runs) {
			all, err := Sample(c.sample(run), engine.Options{})
			if err != nil {
				t.Fatal(err)
			}
			d := all[0][0]
			for k, v := range []float64{d.TrendPerYear, d.SeasonDay, d.SeasonWeek, d.SeasonYear, d.Memory} {
				found[k] = append(found[k], v)
			}
		}
		for k, want := range []struct {
			name         string
			truth, slack float64
			told         bool
		}{
			{"trend", c.slope, .01 * math.Sqrt(total), true},
			{"day", c.day * c.day / 2 / total, .01, c.step <= 12*time.Hour},
			{"week", c.week * c.week / 2 / total, .01, c.step <= 24*time.Hour && span > 14/365.25},
			{"year", c.year * c.year / 2 / total, .01, span > 2},
			{"memory", c.phi, .02, true},
		} {
			got, spread := stat.Mean(found[k]), stat.Deviation(found[k])/math.Sqrt(runs-1)
			switch {
			case !want.told:
				if !math.IsNaN(got) {
					t.Errorf("%s: %s %v, where it cannot be told", c.name, want.name, got)
				}
			case !(math.Abs(got-want.truth) <= 4*spread+want.slack):
				t.Errorf("%s: %s %.3f ± %.3f, not %.3f", c.name, want.name, got, spread, want.truth)
			}
		}
	}
}

func described(t *testing.T, times []time.Time, values []float64) Description {
	t.Helper()
	s := &engine.Sample{Series: []string{"a"}, Value: [][]float64{values}}
	for _, at := range times {
		s.Time, s.Index = append(s.Time, at.UnixMicro()), append(s.Index, 0)
	}
	all, err := Sample(s, engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return all[0][0]
}

func TestDescribeLittle(t *testing.T) {
	nan := math.NaN()
	at := func(hours ...int) (out []time.Time) {
		for _, h := range hours {
			out = append(out, time.Date(2024, 1, 1, h, 0, 0, 0, time.UTC))
		}
		return out
	}
	one := described(t, at(5), []float64{7})
	if one.Rows != 1 || one.Mean != 7 || one.Minimum != 7 || one.Missing != 0 || one.Frequency != (civil.Frequency{}) || len(one.Course) != 1 {
		t.Errorf("one row: %+v", one)
	}
	for _, v := range []float64{one.SD, one.TrendPerYear, one.SeasonDay, one.Memory} {
		if !math.IsNaN(v) {
			t.Errorf("one row tells more than it can: %+v", one)
		}
	}
	null := described(t, at(1, 2, 3, 4), []float64{nan, nan, nan, nan})
	if null.Rows != 4 || null.Missing != 1 || !math.IsNaN(null.Mean) || null.Course != nil || null.Frequency.Micros != civil.MicrosPerHour {
		t.Errorf("no values: %+v", null)
	}
	var times []time.Time
	var same []float64
	for i := range 500 {
		times, same = append(times, at(i)[0]), append(same, 3)
	}
	constant := described(t, times, same)
	if constant.SD != 0 || constant.TrendPerYear != 0 || !math.IsNaN(constant.SeasonDay) || !math.IsNaN(constant.Memory) {
		t.Errorf("constant: %+v", constant)
	}
	twice := described(t, at(1, 1, 1, 2, 4), []float64{1, 2, 3, 4, 5})
	if twice.Rows != 5 || twice.Missing != .25 || twice.Mean != 3 {
		t.Errorf("duplicates and a gap: %+v", twice)
	}
	far := truth{step: time.Hour, steps: 24 * 30, day: 5, sigma: 1, phi: .5}
	s := far.sample(1)
	s.Value[0][100] = 1e6
	all, err := Sample(s, engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if d := all[0][0]; d.Outliers != 1 || d.Maximum != 1e6 || d.SeasonDay < .85 || slices.Max(d.Course) > 100 {
		t.Errorf("an absurd value: %+v", d)
	}
	if _, err := Sample(&engine.Sample{Value: [][]float64{nil}}, engine.Options{}); err != nil {
		t.Errorf("no series: %v", err)
	}
}

func TestDescribeTimes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var months, events []time.Time
	var turnover, count []float64
	for i := range 60 {
		if i == 30 {
			continue
		}
		months = append(months, time.Date(2015, time.Month(1+i), 1, 0, 0, 0, 0, time.UTC))
		v := 100 + r.NormFloat64()
		if i%12 == 11 {
			v += 50
		}
		turnover = append(turnover, v)
	}
	d := described(t, months, turnover)
	if d.Frequency != (civil.Frequency{Months: 1}) || math.Abs(d.Missing-1./60) > 1e-9 || d.HighMonth != 12 || d.SeasonYear < .9 || !math.IsNaN(d.SeasonWeek) {
		t.Errorf("months: %+v", d)
	}
	at := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	for range 2000 {
		at = at.Add(time.Duration(1+r.Int64N(1200)) * time.Second)
		events = append(events, at)
		count = append(count, 10+5*math.Sin(2*math.Pi*float64(at.Hour()-9)/24)+r.NormFloat64())
	}
	d = described(t, events, count)
	if d.Frequency != (civil.Frequency{}) || d.Missing != 0 || d.SeasonDay < .85 || d.HighHour < 14 || d.HighHour > 16 || len(d.Course) != courseStretches {
		t.Errorf("events: %+v", d)
	}
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	s := &engine.Sample{Series: []string{"a"}, Value: [][]float64{nil}}
	for i := range 24 * 300 {
		at := time.Date(2024, 1, 1, i, 0, 0, 0, time.UTC)
		s.Time, s.Index = append(s.Time, at.UnixMicro()), append(s.Index, 0)
		v := 0.
		if at.In(paris).Hour() == 8 {
			v = 1
		}
		s.Value[0] = append(s.Value[0], v)
	}
	all, err := Sample(s, engine.Options{Location: paris})
	if err != nil {
		t.Fatal(err)
	}
	if d := all[0][0]; d.HighHour != 8 || d.SeasonDay < .999 || d.Frequency.Micros != civil.MicrosPerHour || d.Missing != 0 {
		t.Errorf("a clock that changes: %+v", d)
	}
}

// TestDescribeOpeningHours: hours of which there is no value are no part of the day's
// season, and a day is told of from two of them on.
func TestDescribeOpeningHours(t *testing.T) {
	var times []time.Time
	var values []float64
	for i := range 60 * 24 {
		if h := i % 24; h >= 8 && h <= 18 {
			times, values = append(times, time.Date(2024, 1, 1, i, 0, 0, 0, time.UTC)), append(values, float64(10-(h-12)*(h-12))+float64(i/24%3))
		}
	}
	if d := described(t, times, values); !(d.SeasonDay > .98) || d.HighHour != 12 || d.LowHour != 18 {
		t.Errorf("open from 8 to 18: %+v", d)
	}
	for hours, told := range map[int]bool{40: false, 48: true} {
		var times []time.Time
		var values []float64
		for i := range hours {
			times, values = append(times, time.Date(2024, 1, 1, i, 0, 0, 0, time.UTC)), append(values, math.Sin(float64(i)*math.Pi/12))
		}
		if d := described(t, times, values); math.IsNaN(d.SeasonDay) == told {
			t.Errorf("%d hours: the day explains %v", hours, d.SeasonDay)
		}
	}
}

// TestDescribeHours: hours and weekdays that never have a value are told of, and
// nothing is missing then; a holiday is.
func TestDescribeHours(t *testing.T) {
	for _, c := range []struct {
		name string
		step time.Duration
		open func(at time.Time) bool
		want Hours
	}{
		{"an exchange", 5 * time.Minute, func(at time.Time) bool {
			m := at.Hour()*60 + at.Minute()
			return at.Weekday()%6 != 0 && m >= 540 && m <= 1050
		}, Hours{Days: [7]bool{true, true, true, true, true}, From: 540, To: 1050}},
		{"a bar", time.Hour, func(at time.Time) bool { return at.Hour() >= 18 || at.Hour() < 2 }, Hours{From: 1080, To: 60}},
		{"closing prices", 24 * time.Hour, func(at time.Time) bool { return at.Weekday()%6 != 0 }, Hours{Days: [7]bool{true, true, true, true, true}}},
		{"always", time.Hour, func(time.Time) bool { return true }, Hours{}},
	} {
		var times []time.Time
		var values []float64
		away, steps := 0., 0.
		for at := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() == 2024; at = at.Add(c.step) {
			switch {
			case !c.open(at):
			case at.YearDay()%50 == 0:
				away++
				steps++
			default:
				times, values = append(times, at), append(values, float64(at.Day()))
				steps++
			}
		}
		d := described(t, times, values)
		if d.Open != c.want || math.Abs(d.Missing-away/steps) > .001 {
			t.Errorf("%s: open %+v, %.4f missing, not %+v and %.4f", c.name, d.Open, d.Missing, c.want, away/steps)
		}
	}
}

// TestStepsWithinHours: as many as one counts one by one, and no slower where they
// are far more than the values.
func TestStepsWithinHours(t *testing.T) {
	week := [7]bool{true, true, false, true, true}
	for _, h := range []Hours{{Days: week}, {From: 540, To: 1050}, {Days: week, From: 540, To: 1050}, {From: 1080, To: 60}, {Days: week, From: 1439, To: 0}} {
		for _, micros := range []int64{civil.MicrosPerDay, civil.MicrosPerHour, 7 * 60 * civil.MicrosPerSecond, 90*civil.MicrosPerSecond + 1} {
			for _, first := range []int64{-3*civil.MicrosPerDay - 5, 0, 17*civil.MicrosPerHour + 30*60*civil.MicrosPerSecond + 59} {
				last := first + 200*civil.MicrosPerHour/micros*micros
				want := 0.
				for u := first; u <= last; u += micros {
					at := time.UnixMicro(u).UTC()
					minute := at.Hour()*60 + at.Minute()
					in := !h.InHours() || h.From <= minute && minute <= h.To || h.From > h.To && (h.From <= minute || minute <= h.To)
					if in && (!h.OnDays() || h.Days[(at.Weekday()+6)%7]) {
						want++
					}
				}
				if got := h.steps(first, last, micros); got != want {
					t.Errorf("%+v, every %d from %d on: %.0f steps, not %.0f", h, micros, first, got, want)
				}
			}
		}
	}
	const weeks = 500
	h := Hours{Days: [7]bool{true, true, true, true, true}, From: 540, To: 1050}
	if got, want := h.steps(0, weeks*7*civil.MicrosPerDay-1, 1), float64(weeks*5*511*60*civil.MicrosPerSecond); got != want {
		t.Errorf("%.0f microseconds, not %.0f", got, want)
	}
}

// TestDescribeKinds: what is told of meters, switches, rain, tariffs and marks.
func TestDescribeKinds(t *testing.T) {
	of := func(at func(i int) float64) Description {
		var times []time.Time
		var values []float64
		for i := range 400 {
			times, values = append(times, time.Date(2024, 1, 1, i, 0, 0, 0, time.UTC)), append(values, at(i))
		}
		return described(t, times, values)
	}
	if d := of(func(i int) float64 { return float64(i / 2) }); !d.Rising || d.Two {
		t.Errorf("a meter: %+v", d)
	}
	if d := of(func(i int) float64 { return float64(i%3%2) + 4 }); !d.Two || d.Rising || d.Zeros != 0 {
		t.Errorf("a switch: %+v", d)
	}
	if d := of(func(i int) float64 { return max(0, float64(i%4-2)) * float64(i) }); math.Abs(d.Zeros-.75) > 1e-9 || d.Two {
		t.Errorf("rain: %+v", d)
	}
	if d := of(func(i int) float64 { return math.Mod(float64(i/20)*7, 5) }); math.Abs(d.Repeats-380./399) > 1e-9 {
		t.Errorf("a tariff: %+v", d)
	}
	d := of(func(i int) float64 {
		if i%80 == 40 {
			return -999
		}
		return float64(i * 7 % 31)
	})
	if d.Marks != 5 || d.Mark != -999 || d.Minimum != 0 || math.Abs(d.Missing-5./400) > 1e-9 || d.Outliers != 0 {
		t.Errorf("marks: %+v", d)
	}
}

// TestCourse: equal stretches from the first time to the last, that included.
func TestCourse(t *testing.T) {
	var times []int64
	var values []float64
	for i := range int64(48) {
		times, values = append(times, 1000+10*i), append(values, float64(i))
	}
	c := course(times, values, times[0], times[47])
	for k, mean := range c {
		if len(c) != courseStretches || mean != 2*float64(k)+.5 {
			t.Fatalf("stretch %d of %d has the mean %v", k, len(c), mean)
		}
	}
	c = course([]int64{0, 90}, []float64{1, 2}, 0, 99)
	if !slices.Equal(c, []float64{1, 2}) {
		t.Errorf("two values: %v", c)
	}
	if c = course([]int64{0, 1, 99}, []float64{1, 3, 5}, 0, 99); c[0] != 2 || !math.IsNaN(c[1]) || c[2] != 5 {
		t.Errorf("a hole: %v", c)
	}
}
