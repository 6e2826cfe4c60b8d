package define

import (
	"fmt"
	"math"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/stat"
)

// scale is the scale on which a defined series is the sum of its parts.
type scale struct {
	series    *Series
	positive  bool    // log y, else y/unit
	unit      float64 // what a share is a share of, where values may be negative
	place     float64 // c
	up, down  float64 // σ+ and σ−
	trend     float64
	precision float64 // power of ten; 0: as it comes
	seasons   []float64
}

// leastWidth keeps a noise where the seasons alone are wider than what was
// said of the values.
const leastWidth = .01

func newScale(d *Series) *scale {
	x := &scale{series: d, unit: 1}
	typical := d.typical()
	x.positive = typical > 0 && (d.Low == nil || *d.Low > 0) && (d.Minimum == nil || *d.Minimum >= 0)
	if !x.positive {
		switch {
		case d.Low != nil && d.High != nil && *d.High > *d.Low:
			x.unit = (*d.High - *d.Low) / 2
		case typical != 0:
			x.unit = math.Abs(typical)
		}
	}
	x.trend = x.share(d.Trend)
	if d.Decimals != nil {
		x.precision = math.Pow10(*d.Decimals)
	}
	return x
}

// typical is the median of the values; where it is not known, it lies in the
// middle of what is.
func (d *Series) typical() float64 {
	switch {
	case d.Typical != nil:
		return *d.Typical
	case d.Low != nil && d.High != nil && *d.Low > 0:
		return math.Sqrt(*d.Low * *d.High)
	case d.Low != nil && d.High != nil:
		return (*d.Low + *d.High) / 2
	case d.Minimum != nil && d.Maximum != nil:
		return (*d.Minimum + *d.Maximum) / 2
	case d.Low != nil:
		return *d.Low + math.Abs(*d.Low)/2
	case d.High != nil:
		return *d.High - math.Abs(*d.High)/2
	case d.Minimum != nil:
		return *d.Minimum + max(1, math.Abs(*d.Minimum))
	case d.Maximum != nil:
		return *d.Maximum - max(1, math.Abs(*d.Maximum))
	}
	return 100
}

// known is all that is known of a series, but for its key.
func (d *Series) known() string {
	text := fmt.Sprint(d.Peaks, d.Weekend, d.YearPeak, d.YearBy, d.Trend, d.Noise)
	for _, p := range []*float64{d.Typical, d.Low, d.High, d.Minimum, d.Maximum} {
		if p == nil {
			text += " -"
		} else {
			text += fmt.Sprint(" ", *p)
		}
	}
	if d.Decimals != nil {
		text += fmt.Sprint(" ", *d.Decimals)
	}
	return text
}

// learn computes the seasons of the steps and fits the rest to them.
func (x *scale) learn(steps int, local func(t int) int64) {
	x.seasons = make([]float64, steps)
	for t := range x.seasons {
		x.seasons[t] = x.season(local(t))
	}
	x.calibrate(x.seasons)
}

// share is a part of the sum from a share of the value.
func (x *scale) share(by float64) float64 {
	if x.positive {
		return math.Log(max(1+by, .01))
	}
	return by
}

// on is a value on the scale.
func (x *scale) on(y float64) float64 {
	if x.positive {
		return math.Log(y)
	}
	return y / x.unit
}

// season is d + w + a at a civil time.
func (x *scale) season(local int64) float64 {
	d := x.series
	day := civil.FloorDiv(local, civil.MicrosPerDay)
	hour := float64(local-day*civil.MicrosPerDay) / float64(civil.MicrosPerHour)
	peaks := 0.
	for _, p := range d.Peaks {
		h := math.Mod(hour-p.At+36, 24) - 12
		peaks += p.By * math.Exp(-h*h/(2*peakWidth*peakWidth))
	}
	sum := x.share(peaks)
	if weekday := civil.FloorMod(day+3, 7); weekday >= 5 {
		sum += x.share(d.Weekend)
	}
	if d.YearBy != 0 {
		_, _, _, yday := civil.Date(day)
		sum += x.share(d.YearBy * math.Cos(2*math.Pi*(float64(yday)/365.25-d.YearPeak)))
	}
	return sum
}

// value is the value at a place of the scale, with its noise.
func (x *scale) value(at, z float64) float64 {
	if z > 0 {
		at += x.up * z
	} else {
		at += x.down * z
	}
	at += x.place
	y := at * x.unit
	if x.positive {
		y = math.Exp(at)
	}
	if x.series.Minimum != nil {
		y = max(y, *x.series.Minimum)
	}
	if x.series.Maximum != nil {
		y = min(y, *x.series.Maximum)
	}
	if x.precision > 0 {
		y = math.Round(y*x.precision) / x.precision
	}
	return y
}

// calibrate finds the place and the widths for which the values are spread as
// it was said.
func (x *scale) calibrate(season []float64) {
	d := x.series
	if len(season) > 100 {
		all := stat.Sorted(season, nil)
		season = make([]float64, 100)
		for i := range season {
			season[i] = stat.Quantile(all, (float64(i)+.5)/100)
		}
	}
	typical := x.on(d.typical())
	width := d.Noise
	if x.positive {
		width = math.Sqrt(math.Log1p(width * width))
	}
	x.place, x.up, x.down = typical, width, width
	for range 8 {
		if d.High != nil {
			x.up = bisect(leastWidth, 10, func(w float64) bool { return x.below(x.on(*d.High), season, w, x.down) > .95 })
		}
		if d.Low != nil {
			x.down = bisect(leastWidth, 10, func(w float64) bool { return x.below(x.on(*d.Low), season, x.up, w) < .05 })
		}
		switch {
		case d.High != nil && d.Low == nil:
			x.down = x.up
		case d.Low != nil && d.High == nil:
			x.up = x.down
		}
		// The place: where half of the values lie below the typical one.
		at := bisect(-50, 50, func(c float64) bool { x.place = typical + c; return x.below(typical, season, x.up, x.down) > .5 })
		x.place = typical + at
	}
}

// below is the share of values below q on the scale.
func (x *scale) below(q float64, season []float64, up, down float64) float64 {
	sum := 0.
	for _, s := range season {
		u := q - x.place - s
		switch {
		case u > 0 && up > 0:
			u /= up
		case u <= 0 && down > 0:
			u /= down
		default:
			u *= 1e9
		}
		sum += .5 * math.Erfc(-u/math.Sqrt2)
	}
	return sum / float64(len(season))
}

// bisect finds the largest w in [lo, hi] for which still holds.
func bisect(lo, hi float64, still func(w float64) bool) float64 {
	for range 32 {
		if mid := (lo + hi) / 2; still(mid) {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo
}
