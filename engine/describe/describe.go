// Package describe says what is to be known of the series of a sample: figures of a
// straight line and seasons by least squares, less what noise of the same memory
// explains by chance. No model is fitted for it.
package describe

import (
	"cmp"
	"math"
	"slices"

	"github.com/datamime/datamime/engine"
	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/stat"
	"github.com/datamime/datamime/engine/internal/work"
)

// A Description is what is to be known of one value column of one series. NaN,
// or -1 for a place in the calendar, is what cannot be told.
type Description struct {
	Rows        int64           // observations, with a value or not
	First, Last int64           // their times; 0 without any
	Frequency   civil.Frequency // zero where the times are irregular or too few to tell
	// Missing is the share of the steps from First to Last, within the opening hours,
	// that have no value; of the observations, where the times are irregular.
	Missing          float64
	Open             Hours   // at which there are values
	Mean, SD         float64 // SD divides by n - 1
	Minimum, Maximum float64
	// Marks is how many values stand for what was not measured, Mark which it is of
	// them; they are missing in all else.
	Marks int
	Mark  float64
	// Outliers is how many values lie absurdly far out, as Fit sees it. What
	// follows leaves them aside.
	Outliers int
	// Zeros and Repeats are the shares of the values that are 0, and of those that are
	// the same as the one before. Two says that there are but two different ones, and
	// Rising that none is ever less than the one before.
	Zeros, Repeats float64
	Two, Rising    bool
	// TrendPerYear is the slope of a straight line, fitted together with the
	// seasons.
	TrendPerYear float64
	// Shares of the variance that the place in the day, the week and the year
	// explains, less what noise of the same memory would seem to explain by
	// chance. None is estimated from less than two of its periods; the week
	// counts what the day does not explain.
	Trend, SeasonDay, SeasonWeek, SeasonYear float64
	// Memory is the autocorrelation at lag 1 of what line and seasons leave;
	// of successive values, where the times are irregular.
	Memory float64
	// Where the seasons have their peaks and lows: hours (0 to 23), weekdays
	// (0 is Monday) and months (1 to 12).
	HighHour, LowHour, HighDay, LowDay, HighMonth, LowMonth int
	// Course is the means of at most 24 equal stretches of the span.
	Course []float64
}

// courseStretches is the most that a Description's Course has.
const courseStretches = 24

// Sample describes every value column of every series: the result is
// [series][value column]. o.Location is the clock that hours and weekdays are
// read on.
func Sample(s *engine.Sample, o engine.Options) ([][]Description, error) {
	rank := make([]int, len(s.Series))
	for i := range rank {
		rank[i] = i
	}
	h := civil.NewHistory(s.Time, s.Index, rank, o.Location, work.Alone, nil)
	common := civil.Frequency{}
	if h.Distances() > 0 {
		common = h.Frequency()
	}
	rows := make([][]int, len(s.Series))
	for k := range rows {
		rows[k] = make([]int, 0, len(h.Of(k)))
	}
	for i, k := range s.Index {
		rows[k] = append(rows[k], i)
	}
	out := make([][]Description, len(s.Series))
	err := work.Each(len(s.Series), o.Workers, o.Interrupt, func(k int) {
		own := rows[k]
		slices.SortStableFunc(own, func(i, j int) int { return cmp.Compare(s.Time[i], s.Time[j]) })
		freq := common
		if len(own) >= 10 {
			if one := h.Only(k); one.Distances() > 0 {
				freq = one.Frequency()
			}
		}
		for v := range s.Value {
			out[k] = append(out[k], describe(s, own, s.Value[v], freq, o))
		}
	})
	return out, err
}

// describe describes the values x of the observations with the given rows, in
// the order of their times.
func describe(s *engine.Sample, rows []int, x []float64, freq civil.Frequency, o engine.Options) Description {
	nan := math.NaN()
	d := Description{Rows: int64(len(rows)), Frequency: freq, Missing: nan, Mean: nan, SD: nan, Minimum: nan, Maximum: nan,
		TrendPerYear: nan, Trend: nan, SeasonDay: nan, SeasonWeek: nan, SeasonYear: nan, Memory: nan,
		HighHour: -1, LowHour: -1, HighDay: -1, LowDay: -1, HighMonth: -1, LowMonth: -1}
	if len(rows) == 0 {
		return d
	}
	d.First, d.Last = s.Time[rows[0]], s.Time[rows[len(rows)-1]]
	z := civil.Zone{Location: o.Location}
	c := civil.NewClock(freq, o.Location)
	t := make([]int64, 0, len(rows)) // of the values on the civil clock, distinct
	at := make([]int64, 0, len(rows))
	y := make([]float64, 0, len(rows))
	values, again := make([]float64, 0, len(rows)), 0.
	marks := d.marks(rows, x)
	for _, i := range rows {
		v := x[i]
		if !stat.Finite(v) || slices.Contains(marks, v) {
			continue
		}
		values = append(values, v)
		if n := len(y); n > 0 && at[n-1] == s.Time[i] {
			again++
			y[n-1] += (v - y[n-1]) / (again + 1)
			continue
		}
		again = 0
		t, at, y = append(t, z.Local(s.Time[i])), append(at, s.Time[i]), append(y, v)
	}
	d.Open = openingHours(&c, t)
	d.Missing = d.missingShare(&c, &z, len(rows), len(values), len(y))
	if len(values) == 0 {
		return d
	}
	d.Mean = stat.Mean(values)
	d.Minimum, d.Maximum = slices.Min(values), slices.Max(values)
	if n := float64(len(values)); n > 1 {
		d.SD = stat.Deviation(values) * math.Sqrt(n/(n-1))
	}
	if _, d.Outliers = stat.DropGlitches(y, stat.Sorted(y, nil)); d.Outliers > 0 {
		n := 0
		for i := range y {
			if !math.IsNaN(y[i]) {
				t[n], at[n], y[n] = t[i], at[i], y[i]
				n++
			}
		}
		t, at, y = t[:n], at[:n], y[:n]
	}
	d.movement(y)
	d.Course = course(at, y, d.First, d.Last)
	newDecomposition(t, y, freq).tell(&d)
	return d
}

// missingShare counts the steps from the first to the last.
func (d *Description) missingShare(c *civil.Clock, z *civil.Zone, rows, values, distinct int) float64 {
	steps := float64(rows)
	known := float64(values)
	switch first, last := c.Axis(d.First, z), c.Axis(d.Last, z); {
	case c.Frequency.Months > 0:
		a, _ := civil.MonthNumber(civil.FloorDiv(first, civil.MicrosPerDay))
		b, _ := civil.MonthNumber(civil.FloorDiv(last, civil.MicrosPerDay))
		steps, known = float64((b-a)/int64(c.Frequency.Months)+1), float64(distinct)
	case c.Frequency.Micros > 0:
		steps, known = math.Round(float64(last-first)/float64(c.Frequency.Micros))+1, float64(distinct)
		if d.Open.Limited() {
			steps = d.Open.steps(z.Local(d.First), z.Local(d.Last), c.Frequency.Micros)
		}
	}
	return max(0, 1-known/steps)
}

// marks finds what stands for what was not measured among the values x of rows.
func (d *Description) marks(rows []int, x []float64) []float64 {
	known := make([]float64, 0, len(rows))
	for _, i := range rows {
		if stat.Finite(x[i]) {
			known = append(known, x[i])
		}
	}
	stat.Sort(known, nil)
	marks, left := stat.Marks(known)
	if d.Marks = len(known) - len(left); d.Marks > 0 {
		d.Mark = marks[0]
	}
	return marks
}

// movement says how values go on from one to the next.
func (d *Description) movement(y []float64) {
	d.Repeats, d.Rising = stat.Repeats(y), stat.NeverFalls(y)
	other := math.NaN()
	d.Two = len(y) > 0
	for _, v := range y {
		if v == 0 {
			d.Zeros += 1 / float64(len(y))
		}
		switch {
		case v == y[0] || v == other:
		case math.IsNaN(other):
			other = v
		default:
			d.Two = false
		}
	}
	d.Two = d.Two && !math.IsNaN(other)
}

// course is the means of equal stretches from first to last, NaN for one
// without a value.
func course(t []int64, y []float64, first, last int64) []float64 {
	n := min(courseStretches, len(y))
	sum, count := make([]float64, n), make([]float64, n)
	for i := range y {
		b := int(float64(t[i]-first) / (float64(last-first) + 1) * float64(n))
		sum[b] += y[i]
		count[b]++
	}
	for b := range sum {
		sum[b] /= count[b]
	}
	return sum
}
