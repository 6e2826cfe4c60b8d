package describe

import (
	"math"

	"github.com/datamime/datamime/engine/civil"
)

// chance is the variance that noise with the remainder's variance and memory
// seems to give to a season: harmonic k of its period has two coefficients,
// and the noise there has
//
//	(1 - φ²) / (1 - 2φ cos ω + φ²),  ω = 2π k step / period
//
// times the variance of white noise. Harmonics for which skip holds belong to
// another season.
func (d *decomposition) chance(period float64, coefficients int, skip func(k int) bool) float64 {
	phi := 0.
	if !math.IsNaN(d.memory) {
		phi = min(.99, max(-.5, d.memory))
	}
	sum := 0.
	for k := 1; coefficients > 0; k++ {
		if skip != nil && skip(k) {
			continue
		}
		two := float64(min(2, coefficients))
		coefficients -= 2
		w := min(math.Pi, 2*math.Pi*float64(k)*d.step/period)
		sum += two * (1 - phi*phi) / (1 - 2*phi*math.Cos(w) + phi*phi)
	}
	return d.residue * sum / float64(len(d.y))
}

// share is a part's share of the variance, less what is by chance.
func (d *decomposition) share(variance, chance float64) float64 {
	return min(1, max(0, variance-chance)/d.total)
}

// variance of a season over the values.
func (b *bins) variance() float64 {
	sum, n := 0., 0.
	for k, m := range b.mean {
		sum += b.count[k] * m * m
		n += b.count[k]
	}
	return sum / n
}

// slowVariance is the variance of a part that changes from day to day.
func (d *decomposition) slowVariance(part func(day int) float64) float64 {
	sum, square, n := 0., 0., float64(len(d.days))
	for _, i := range d.days {
		v := part(int(i))
		sum += v
		square += v * v
	}
	return max(0, square/n-sum/n*sum/n)
}

// tell writes what was found.
func (d *decomposition) tell(to *Description) {
	if len(d.y) < 3 {
		return
	}
	if len(d.first) >= 2 || d.total == 0 {
		to.TrendPerYear = d.slope
	}
	if !(d.total > 0) {
		return
	}
	to.Memory = d.memory
	to.Trend = d.share(d.slowVariance(func(i int) float64 { return d.slow[i] - d.annual[i] }), d.chance(2*d.span, 1, nil))
	if d.day != nil {
		to.SeasonDay = d.share(d.day.variance(), d.chance(1, len(d.day.mean)-1, nil))
		to.HighHour, to.LowHour = d.day.extremes(func(k int) int { return k * 24 / len(d.day.mean) })
	}
	if d.week != nil {
		per := len(d.week.mean) / 7
		to.SeasonWeek = d.share(d.week.variance(), d.chance(7, 6*per, func(k int) bool { return k%7 == 0 }))
		to.HighDay, to.LowDay = d.week.byDay()
	}
	if d.waves > 0 {
		to.SeasonYear = d.share(d.slowVariance(func(i int) float64 { return d.annual[i] }), d.chance(yearDays, 2*d.waves, nil))
		to.HighMonth, to.LowMonth = d.months()
	}
}

// extremes are the places of the highest and the lowest stretch.
func (b *bins) extremes(place func(k int) int) (high, low int) {
	high, low = -1, -1
	for k := range b.mean {
		if b.count[k] == 0 {
			continue
		}
		if high < 0 || b.mean[k] > b.mean[high] {
			high = k
		}
		if low < 0 || b.mean[k] < b.mean[low] {
			low = k
		}
	}
	return place(high), place(low)
}

// byDay are the weekdays with the highest and the lowest mean.
func (b *bins) byDay() (high, low int) {
	days := bins{mean: make([]float64, 7), count: make([]float64, 7)}
	per := len(b.mean) / 7
	for k, m := range b.mean {
		days.mean[k/per] += m * b.count[k]
		days.count[k/per] += b.count[k]
	}
	for k := range days.mean {
		days.mean[k] /= max(1, days.count[k])
	}
	return days.extremes(func(k int) int { return k })
}

// months are the months in which the year's season is highest and lowest.
func (d *decomposition) months() (high, low int) {
	months := bins{mean: make([]float64, 12), count: make([]float64, 12)}
	for i, day := range d.first {
		_, m, _, _ := civil.Date(day)
		months.mean[m-1] += d.annual[i]
		months.count[m-1]++
	}
	for k := range months.mean {
		months.mean[k] /= max(1, months.count[k])
	}
	return months.extremes(func(k int) int { return k + 1 })
}
