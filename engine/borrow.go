package engine

import (
	"math"
	"sync"

	"github.com/datamime/datamime/engine/internal/stat"
)

// A short series beside long ones borrows their seasons, memory and
// distribution: where it has no rows it is made up of a long series like it,
// at its own level and some weeks or years apart, so that the two do not move
// together. What it says itself stays. It is learned from as if it were long;
// which rows it has, and has not, is learned from itself.

const (
	shortDays   = 180 // of daily values under which a series may borrow
	shortWeeks  = 2   // of values in a day
	shortMonths = 24  // of steps of months
	shortSteps  = 52  // of others
	muchLonger  = 4   // times as long is a series that it borrows from
	plainEqual  = 3   // equal values of a series that nothing is borrowed for
	apart       = 364 // days between what is borrowed and where it stood: years, on the same weekday
)

// borrow completes the short series of each column, and their values in
// ascending order.
func (f *fitter) borrow(ascending [][]float64) {
	m, g := f.m, f.g
	if g.offset != nil {
		return // events come as they come
	}
	least := f.m.cal.leastLong()
	for column := range g.values {
		var long []int
		longest := 0
		for k := column; k < len(g.x); k += g.values {
			longest = max(longest, m.variable[k].known)
		}
		for k := column; k < len(g.x); k += g.values {
			if n := m.variable[k].known; n >= 2*least && 2*n >= longest {
				long = append(long, k)
			}
		}
		proportional := sync.OnceValue(func() bool { return f.proportional(long) })
		for k := column; k < len(g.x); k += g.values {
			if n := m.variable[k].known; n > 0 && n < least && muchLonger*n <= longest && len(long) > 0 {
				f.borrowFrom(k, long, proportional(), ascending)
				ascending[k] = stat.Sorted(f.g.x[k], nil)
			}
		}
	}
}

// leastLong is the number of values from which on a series speaks for itself.
func (c *calendar) leastLong() int {
	switch {
	case c.sub:
		return int(shortWeeks * 7 * c.day)
	case c.Frequency.Months > 0:
		return shortMonths
	case c.day > .5:
		return shortDays
	}
	return shortSteps
}

// borrowFrom completes variable k from one of the long ones: the one whose
// values are nearest to its own in the mean.
func (f *fitter) borrowFrom(k int, long []int, proportional bool, ascending [][]float64) {
	x := f.g.x[k]
	own, sd := moments(x)
	if sd == 0 && f.m.variable[k].known >= plainEqual {
		return
	}
	from, nearest := -1, math.Inf(1)
	for _, j := range long {
		mean, _ := moments(f.g.x[j])
		if d := math.Abs(mean - own); d < nearest {
			from, nearest = j, d
		}
	}
	shift := f.m.cal.apart()
	n := len(x)
	y := make([]float64, n) // what is borrowed
	for i := range y {
		at := i + shift
		if at >= n {
			at = max(0, i-shift)
		}
		y[i] = f.g.x[from][at]
	}
	level(y, x, proportional)
	decimals := max(decimalsOf(ascending[k]), decimalsOf(ascending[from]))
	row := f.g.row[k/f.g.values]
	for i := range x {
		if !row.Has(i) && f.observed.Has(i) {
			x[i] = roundTo(y[i], decimals)
		}
	}
}

// apart is the number of steps between what is borrowed and where it stood.
func (c *calendar) apart() int {
	switch {
	case c.Frequency.Months > 0:
		return c.season * max(1, c.n/(2*c.season))
	case c.years() >= 2:
		return int(math.Round(apart * c.day))
	case c.day > .5:
		return int(math.Round(7*c.day)) * max(1, int(float64(c.n)/(14*c.day)))
	}
	return c.n / 2
}

// proportional tells whether series vary with their level: their coefficients
// of variation differ less than their standard deviations do. So it is of few
// that are never negative.
func (f *fitter) proportional(long []int) bool {
	const enough = 3
	var sds, shares []float64
	for _, k := range long {
		mean, sd := moments(f.g.x[k])
		if !(mean > 0 && sd > 0) || f.m.variable[k].known == 0 {
			continue
		}
		sds, shares = append(sds, math.Log(sd)), append(shares, math.Log(sd/mean))
	}
	if len(sds) < len(long) {
		return false
	}
	_, a := moments(sds)
	_, b := moments(shares)
	return len(sds) < enough || b <= a
}

// level brings y to the level of x where both are known: by a factor, or by a
// distance. Where y has no values beside those of x, all of both are compared.
func level(y, x []float64, proportional bool) {
	sum, other, n := 0., 0., 0.
	for i, v := range x {
		proportional = proportional && !(v < 0) && !(y[i] < 0)
		if !stat.IsMissing(v) && !stat.IsMissing(y[i]) {
			sum, other, n = sum+v, other+y[i], n+1
		}
	}
	if n == 0 {
		sum, _ = moments(x)
		other, _ = moments(y)
		n = 1
	}
	for i := range y {
		if proportional && other > 0 {
			y[i] *= sum / other
		} else {
			y[i] += (sum - other) / n
		}
	}
}
