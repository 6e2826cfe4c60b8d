package engine

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/datamime/datamime/engine/civil"
)

// unequal is a panel of daily series of four years, and of short ones of n
// days in its midst. All have a wave of the year (.4), weekends (-.3), and
// autoregressive noise (.15, memory .7) on a level of their own: as logarithms
// of what is multiplied, or in hundreds of what is added.
func unequal(long, short, n int, additive bool) *Sample {
	const rows = 1461
	r := rand.New(rand.NewPCG(6, 1461))
	s := &Sample{Value: make([][]float64, 1)}
	start := time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC)
	for c := range long + short {
		s.Series = append(s.Series, fmt.Sprintf("s%02d", c))
		level, a := 300*math.Exp(.4*r.NormFloat64()), 0.
		for t := range rows {
			at := start.AddDate(0, 0, t)
			a = .7*a + math.Sqrt(1-.49)*r.NormFloat64()
			x := .4*math.Cos(2*math.Pi*float64(at.YearDay())/365) - .3*indicator(isWeekend(at)) + .15*a
			v := level * math.Exp(x)
			if additive {
				v = level + 100*x
			}
			if c >= long && (t < 700 || t >= 700+n) {
				continue
			}
			s.Time, s.Index = append(s.Time, at.UnixMicro()), append(s.Index, int32(c))
			s.Value[0] = append(s.Value[0], roundTo(v, 1))
		}
	}
	return s
}

func isWeekend(t time.Time) bool { return t.Weekday() == time.Saturday || t.Weekday() == time.Sunday }

// Short series have the seasons and the noise of the long ones beside them, at
// their own level.
func TestShortSeriesBorrow(t *testing.T) {
	const long = 10
	for _, additive := range []bool{false, true} {
		for _, n := range []int{1, 2, 6, 20, 100} {
			s := unequal(long, 2, n, additive)
			m := mustFit(t, s, Options{})
			first, last := m.Span()
			rows := all(t, m, Window{Start: first, End: last + 4*365*civil.MicrosPerDay, NoGaps: true})
			own := make([]float64, len(s.Series))
			for i, c := range s.Index {
				own[c] += s.Value[0][i] / float64(n)
			}
			for c := long; c < len(s.Series); c++ {
				var weekend, wave, step, near [2]float64
				var days [2]float64
				last := 0.
				for i, k := range rows.Series {
					if int(k) != c {
						continue
					}
					u := time.UnixMicro(rows.Time[i]).UTC()
					v := rows.Value[0][i]
					x := v / 100
					if !additive {
						x = math.Log(v)
					}
					kind := int(indicator(isWeekend(u)))
					weekend[kind] += x
					days[kind]++
					wave[0] += 2 * x * math.Cos(2*math.Pi*float64(u.YearDay())/365)
					step[0] += math.Abs(x - last)
					last = x
					if at := u.YearDay() - (700%365 + n/2); at > -15 && at < 15 { // the season of its rows
						near[0], near[1] = near[0]+v, near[1]+1
					}
				}
				total := days[0] + days[1]
				// Of eight years of noise, sd .15 and memory .7 (worth 1/5.7 of
				// the days): four standard errors are .15·4·√(5.7/2920)·√(7/2)
				// = .05 of the weekend, and .04 of the wave; the steps' mean is
				// within 5 %. Ridge and what is borrowed add as much again.
				if d := weekend[1]/days[1] - weekend[0]/days[0]; math.Abs(d+.3) > .1 {
					t.Errorf("additive %v, %d rows: weekends lower by %.3f", additive, n, -d)
				}
				if d := wave[0] / total; math.Abs(d-.4) > .08 {
					t.Errorf("additive %v, %d rows: a wave of %.3f", additive, n, d)
				}
				// The mean step of the noise is .15·√(2·.3)·.8 = .093, with two
				// of .3 a week .093·5/7 + .3·2/7 = .152.
				if d := step[0] / total; math.Abs(d-.152) > .015 {
					t.Errorf("additive %v, %d rows: a mean step of %.3f", additive, n, d)
				}
				// One row is as far from its level as the noise and a weekend.
				level := near[0] / near[1] / own[c]
				if room := .3 + 4*.15; level > math.Exp(room) || level < math.Exp(-room) {
					t.Errorf("additive %v, %d rows: %.2f times the level", additive, n, level)
				}
			}
		}
	}
}

// What is equal in a few rows stays so, and what the long series do not say
// is not borrowed.
func TestShortSeriesOfOneValue(t *testing.T) {
	s := unequal(5, 0, 0, false)
	s.Series = append(s.Series, "flat")
	for i := range 6 {
		s.Time, s.Index = append(s.Time, s.Time[i]), append(s.Index, 5)
		s.Value[0] = append(s.Value[0], 7)
	}
	m := mustFit(t, s, Options{})
	first, last := m.Span()
	rows := all(t, m, Window{Start: first, End: last, NoGaps: true})
	for i, c := range rows.Series {
		if c == 5 && rows.Value[0][i] != 7 {
			t.Fatalf("a value of %g", rows.Value[0][i])
		}
	}
}

// Ten lines of a spreadsheet make a year: of the same kind, within bounds that
// the ten suggest, and neither dead nor exploding.
func TestTenLinesMakeAYear(t *testing.T) {
	lines := map[string][]float64{
		"orders":   {12, 15, 11, 18, 22, 9, 7, 14, 16, 13},
		"growing":  {100, 104, 109, 113, 118, 124, 129, 135, 140, 147},
		"money":    {19.99, 24.5, 18.75, 30, 22.1, 27.35, 19.99, 21.4, 25.8, 23.2},
		"balance":  {-5, 3, -8, 12, 4, -2, 7, -11, 1, 0},
		"switch":   {0, 0, 1, 0, 1, 1, 0, 0, 1, 0},
		"ten same": {5, 5, 5, 5, 5, 5, 5, 5, 5, 5},
	}
	for name, x := range lines {
		for _, next := range []func(time.Time, int) time.Time{every(time.Hour), every(24 * time.Hour), every(7 * 24 * time.Hour), monthly(1), monthly(3)} {
			m := mustFit(t, oneSeries(steps(newYear, len(x), next), x), Options{})
			first, _ := m.Span()
			rows := all(t, m, Window{Start: first, End: next(newYear, 365).UnixMicro()})
			lo, hi, different := math.Inf(1), math.Inf(-1), map[float64]bool{}
			for _, v := range x {
				lo, hi = math.Min(lo, v), math.Max(hi, v)
			}
			// Beyond ten values there is room of 1/√10 of their range.
			room := (hi - lo) / math.Sqrt(10) * 1.001
			decimals := decimalsOf(x)
			for _, v := range rows.Value[0] {
				if v < lo-room || v > hi+room || lo >= 0 && v < 0 || v != roundTo(v, decimals) {
					t.Fatalf("%s: a value of %g", name, v)
				}
				different[v] = true
			}
			if len(rows.Time) != 365 {
				t.Errorf("%s: %d rows", name, len(rows.Time))
			}
			if hi > lo && len(different) < 2 || hi == lo && len(different) != 1 {
				t.Errorf("%s: %d different values", name, len(different))
			}
		}
	}
}

// The original's own sample: three days of 119 series of air quality by the
// hour. Every series keeps its level, and its hours where they are strong.
func TestThreeDaysOfManySeries(t *testing.T) {
	const series, hours = 119, 72
	r := rand.New(rand.NewPCG(119, 72))
	s := &Sample{Value: make([][]float64, 1)}
	level := make([]float64, series)
	for c := range series {
		s.Series = append(s.Series, fmt.Sprintf("s%03d", c))
		level[c] = 5 + 60*r.Float64()
		a := 0.
		for h := range hours {
			a = .8*a + .6*r.NormFloat64()
			v := level[c] * math.Exp(.4*math.Sin(2*math.Pi*float64(h-8)/24)+.25*a)
			s.Time, s.Index = append(s.Time, newYear.Add(time.Duration(h)*time.Hour).UnixMicro()), append(s.Index, int32(c))
			s.Value[0] = append(s.Value[0], math.Round(v))
		}
	}
	m := mustFit(t, s, Options{})
	first, _ := m.Span()
	rows := all(t, m, Window{Start: first, End: first + 28*civil.MicrosPerDay})
	var sum [series]float64
	var wave float64
	for i, c := range rows.Series {
		sum[c] += rows.Value[0][i]
		h := float64(time.UnixMicro(rows.Time[i]).UTC().Hour())
		wave += 2 * rows.Value[0][i] / level[c] * math.Sin(2*math.Pi*(h-8)/24)
	}
	n := float64(len(rows.Time))
	if len(rows.Time) != series*28*24 {
		t.Errorf("%d rows", len(rows.Time))
	}
	// The mean of exp(.4 sin + .25 a) is I₀(.4)·exp(.25²/2) = 1.073; that of 72
	// hours of memory .8 (worth 8) has the standard error .25·1.07/√8 = .095.
	for c := range sum {
		if ratio := sum[c] / (n / series) / level[c]; math.Abs(ratio-1.073) > 4.5*.095 {
			t.Errorf("series %d has %.2f times its level", c, ratio)
		}
	}
	// 2·I₁(.4)·exp(.25²/2) = .421 is the wave; every series shrinks its own.
	if wave /= n; wave < .5*.421 || wave > 1.3*.421 {
		t.Errorf("a wave of %.3f over the day", wave)
	}
}
