// Package define makes a sample of series of which nothing was observed yet, from what
// is known of them: a model is fitted on it as on any other.
package define

import (
	"math"
	"time"

	"github.com/datamime/datamime/engine"
	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/random"
)

// A Definition is what is known of series of which there is no observation
// yet. Observe turns it into pseudo-observations, on which a model is fitted
// as on any others, alone or beside real ones.
//
// The value of series s at step t is, on the scale of the series (log y where
// its values are positive, else y/unit),
//
//	x(t) = c + d(t) + w(t) + a(t) + r·years(t) + σ±·z(t)
//	z(t) = φ·z(t−1) + √(1−φ²)·(√l·e(t) + √(1−l)·e_s(t)),   φ = exp(−step/memory)
//
// with the day's peaks d, the weekend w, the year's wave a, the trend r, and a
// noise of two widths, σ+ above and σ− below 0. e is common to all series and
// e_s each one's own, standard normal: l is the correlation of two series.
// The place c and the widths are those for which the median of the values is
// Typical and a twentieth of them lie below Low and above High each, without
// the trend.
type Definition struct {
	Start     int64 // of the first step, in the sample's microseconds
	Frequency civil.Frequency
	Location  *time.Location // as in engine.Options
	Steps     int
	Series    []Series
}

// A Series is what is known of one series. A nil pointer is not known.
type Series struct {
	Key              string // as in engine.Sample.Series
	Typical          *float64
	Low, High        *float64 // a twentieth of the values lies below and above
	Minimum, Maximum *float64 // no value lies below and above
	Decimals         *int
	Peaks            []Peak
	Weekend          float64 // what Saturday and Sunday are more than other days, as a share
	YearPeak         float64 // when in the year, from 0 to 1
	YearBy           float64 // how much more it is then, as a share
	Trend            float64 // a year, as a share
	Noise            float64 // the remainder's standard deviation, as a share; overruled by Low and High
	Memory           int64   // microseconds in which what a value tells of the next ones falls to 1/e
	Links            float64 // correlation with the other series, from 0 to 1
	Missing          float64 // share of rows that are absent
}

// A Peak is a time of the day at which the values are higher, or lower.
type Peak struct {
	At float64 // hour
	By float64 // how much more they are then, as a share
}

// peakWidth is the standard deviation of a peak in hours.
const peakWidth = 1.75

// outage is the mean number of steps for which rows are absent.
const outage = 3

// Observe simulates the pseudo-observations. They hang on the definition
// alone, and those of a series not on which others there are.
func (d *Definition) Observe() *engine.Sample {
	z := civil.Zone{Location: d.Location}
	c := d.clock(&z)
	s := &engine.Sample{Value: make([][]float64, 1)}
	common := random.Stream(0, random.ForDefinition)
	scales := map[string]*scale{} // series of which the same is known share one
	for i := range d.Series {
		series := &d.Series[i]
		s.Series = append(s.Series, series.Key)
		x, ok := scales[series.known()]
		if !ok {
			x = newScale(series)
			x.learn(d.Steps, func(t int) int64 { return c.Local(int64(t), &z) })
			scales[series.known()] = x
		}
		key := random.Draw(common, int64(random.TextHash(series.Key)))
		absent := newAbsence(series.Missing, random.Draw(key, 1))
		noise := memoryNoise{links: series.Links, common: common, own: random.Draw(key, 2)}
		if series.Memory > 0 {
			noise.phi = math.Exp(-d.step() / float64(series.Memory))
		}
		for t := range d.Steps {
			v := noise.next(int64(t))
			at := c.Time(int64(t), &z)
			if absent.next(int64(t)) {
				continue
			}
			year := float64(at-d.Start) / (365.2425 * float64(civil.MicrosPerDay))
			s.Time = append(s.Time, at)
			s.Index = append(s.Index, int32(i))
			s.Value[0] = append(s.Value[0], x.value(x.seasons[t]+x.trend*year, v))
		}
	}
	return s
}

// clock places the steps.
func (d *Definition) clock(z *civil.Zone) civil.Clock {
	c := civil.NewClock(d.Frequency, d.Location)
	c.Origin = c.Axis(d.Start, z)
	if d.Frequency.Months > 0 {
		month, dom := civil.MonthNumber(civil.FloorDiv(c.Origin, civil.MicrosPerDay))
		c.DayOfMonth, c.TimeOfDay = dom, civil.FloorMod(c.Origin, civil.MicrosPerDay)
		c.Origin = month
	}
	return c
}

// step is the length of a step in microseconds, of a month its mean.
func (d *Definition) step() float64 {
	return float64(d.Frequency.Months)*365.2425/12*float64(civil.MicrosPerDay) + float64(d.Frequency.Micros)
}

// memoryNoise is the noise z of a series, step by step.
type memoryNoise struct {
	phi, links  float64
	common, own uint64
	z           float64
}

func (n *memoryNoise) next(t int64) float64 {
	e := math.Sqrt(n.links)*random.Gaussian(random.Draw(n.common, t)) + math.Sqrt(1-n.links)*random.Gaussian(random.Draw(n.own, t))
	if t == 0 {
		n.z = e
	} else {
		n.z = n.phi*n.z + math.Sqrt(1-n.phi*n.phi)*e
	}
	return n.z
}

// absence is a Markov chain of present and absent rows.
type absence struct {
	begin, end float64 // chances at each step
	key        uint64
	on         bool
}

func newAbsence(share float64, key uint64) *absence {
	o := &absence{end: 1. / outage, key: key}
	o.begin = min(1, share/(1-share)*o.end)
	return o
}

func (o *absence) next(t int64) bool {
	if t == 0 {
		return false // the first step says where the series begins
	}
	u := random.Uniform(random.Draw(o.key, t))
	if o.on {
		o.on = u >= o.end
	} else {
		o.on = u < o.begin
	}
	return o.on
}
