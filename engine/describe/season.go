package describe

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/stat"
)

// A decomposition splits the values of a series into a line, the seasons and a
// remainder, by least squares:
//
//	y(t) = α + β age(t) + Σ_k (a_k cos + b_k sin)(2πk year(t)) + day(t) + week(t) + e(t)
//
// The line and the year change from day to day; day is a mean for each stretch
// of the day, week one for each weekday or each stretch of the week. The two
// groups are fitted in turns (backfitting; Hastie & Tibshirani 1990, Ch. 4)
// until they stand.
type decomposition struct {
	t       []int64 // civil, ascending, distinct
	y       []float64
	freq    civil.Frequency
	step    float64 // steps, typical: in days
	span    float64 // in days
	total   float64 // variance of y
	days    []int32 // day of each value, counted over the days that have one
	first   []int64 // the days' numbers since 1970
	slow    []float64
	slope   float64
	annual  []float64 // the year's part of slow
	waves   int       // harmonics of the year; 0: no season
	day     *bins
	week    *bins
	rest    []float64
	memory  float64
	residue float64 // variance of rest
}

// bins is a season by stretches of its period: a mean for each.
type bins struct {
	of    []int32 // stretch of each value
	mean  []float64
	count []float64
}

const yearDays = 365.25

func newDecomposition(t []int64, y []float64, freq civil.Frequency) *decomposition {
	d := &decomposition{t: t, y: y, freq: freq, memory: math.NaN()}
	n := len(y)
	sd := stat.Deviation(y)
	d.total = sd * sd
	switch {
	case freq.Months > 0:
		d.step = float64(freq.Months) * yearDays / 12
	case freq.Micros > 0:
		d.step = float64(freq.Micros) / float64(civil.MicrosPerDay)
	case n > 1:
		d.step = d.medianStep()
	}
	d.step = max(d.step, 1e-6)
	d.span = float64(t[n-1]-t[0])/float64(civil.MicrosPerDay) + d.step
	d.rest = make([]float64, n)
	d.days = make([]int32, n)
	for i := range t {
		day := civil.FloorDiv(t[i], civil.MicrosPerDay)
		if len(d.first) == 0 || d.first[len(d.first)-1] != day {
			d.first = append(d.first, day)
		}
		d.days[i] = int32(len(d.first) - 1)
	}
	if n < 3 || !(d.total > 0) {
		return d
	}
	d.choose()
	d.fit()
	return d
}

func (d *decomposition) medianStep() float64 {
	var all []float64
	for i := 1; i < len(d.t); i++ {
		all = append(all, float64(d.t[i]-d.t[i-1])/float64(civil.MicrosPerDay))
	}
	return stat.Quantile(stat.Sorted(all, nil), .5)
}

// choose finds the seasons that the values can tell of: at least two of their
// periods, two steps in each, and two values for each stretch.
func (d *decomposition) choose() {
	n := len(d.y)
	const slack = 1.001 // steps that are not quite what they are called
	perDay := 24
	if d.freq != (civil.Frequency{}) {
		perDay = min(48, int(math.Round(1/d.step)))
	}
	if perDay = min(perDay, n/2); d.step <= .5*slack && d.span*slack >= 2 && perDay >= 2 {
		d.day = d.newBins(perDay, func(t int64) int {
			return int(civil.FloorMod(t, civil.MicrosPerDay) * int64(perDay) / civil.MicrosPerDay)
		})
	}
	if d.step <= slack && d.span*slack >= 14 && n >= 14 {
		per := 1
		if d.day != nil && d.span >= 42 && n >= 3*7*min(perDay, 24) {
			per = min(perDay, 24)
		}
		d.week = d.newBins(7*per, func(t int64) int {
			day := civil.FloorDiv(t, civil.MicrosPerDay)
			return int(civil.FloorMod(day+3, 7))*per + int((t-day*civil.MicrosPerDay)*int64(per)/civil.MicrosPerDay)
		})
	}
	if years := d.span * slack / yearDays; years >= 2 && n >= 8 {
		d.waves = min(6, int(yearDays/2/d.step*slack), n/4)
	}
}

func (d *decomposition) newBins(k int, of func(t int64) int) *bins {
	b := &bins{of: make([]int32, len(d.t)), mean: make([]float64, k), count: make([]float64, k)}
	for i, t := range d.t {
		b.of[i] = int32(of(t))
		b.count[b.of[i]]++
	}
	return b
}

// maxTurns bounds the backfitting; even series with holes need few.
const maxTurns = 20

func (d *decomposition) fit() {
	columns, solve := d.slowDesign()
	d.slow, d.annual = make([]float64, len(d.first)), make([]float64, len(d.first))
	for range maxTurns {
		moved := d.fitSlow(columns, solve)
		for _, b := range []*bins{d.day, d.week} {
			if b != nil {
				moved = max(moved, d.fitBins(b))
			}
		}
		if moved < 1e-6*math.Sqrt(d.total) || d.day == nil && d.week == nil {
			break
		}
	}
	for i := range d.y {
		d.rest[i] = d.remainder(i)
	}
	sd := stat.Deviation(d.rest)
	d.residue = sd * sd
	d.remember()
}

// remainder is what the parts as they are leave of value i.
func (d *decomposition) remainder(i int) float64 {
	r := d.y[i] - d.slow[d.days[i]]
	if d.day != nil {
		r -= d.day.mean[d.day.of[i]]
	}
	if d.week != nil {
		r -= d.week.mean[d.week.of[i]]
	}
	return r
}

// slowDesign is the columns of the line and the year by day, and the
// factorised normal equations, each day with the weight of its values. The
// ridge keeps columns apart that are the same on the days that there are.
func (d *decomposition) slowDesign() (columns [][]float64, solve *mat.Cholesky) {
	p := 2 + 2*d.waves
	middle := float64(d.first[0]+d.first[len(d.first)-1]) / 2
	half := max(1, middle-float64(d.first[0]))
	for j := range p {
		columns = append(columns, make([]float64, len(d.first)))
		for i, day := range d.first {
			switch {
			case j == 0:
				columns[j][i] = 1
			case j == 1:
				columns[j][i] = (float64(day) - middle) / half
			default:
				_, _, _, yday := civil.Date(day)
				sin, cos := math.Sincos(2 * math.Pi * float64(j/2) * float64(yday) / yearDays)
				columns[j][i] = cos
				if j%2 == 1 {
					columns[j][i] = sin
				}
			}
		}
	}
	weight := make([]float64, len(d.first))
	for _, i := range d.days {
		weight[i]++
	}
	gram := mat.NewSymDense(p, nil)
	for j := range p {
		for k := j; k < p; k++ {
			sum := 0.
			for i, w := range weight {
				sum += w * columns[j][i] * columns[k][i]
			}
			if j == k {
				sum += 1e-6 * float64(len(d.y))
			}
			gram.SetSym(j, k, sum)
		}
	}
	solve = &mat.Cholesky{}
	solve.Factorize(gram)
	return columns, solve
}

// fitSlow fits the line and the year to what the other parts leave, and
// returns how far they moved.
func (d *decomposition) fitSlow(columns [][]float64, solve *mat.Cholesky) (moved float64) {
	left := make([]float64, len(d.first))
	for i := range d.y {
		left[d.days[i]] += d.remainder(i)
	}
	right := mat.NewVecDense(len(columns), nil)
	for j, c := range columns {
		right.SetVec(j, stat.Dot(left, c))
	}
	var b mat.VecDense
	if err := solve.SolveVecTo(&b, right); err != nil {
		return 0
	}
	for i := range d.slow {
		step := 0.
		for j, c := range columns {
			part := b.AtVec(j) * c[i]
			step += part
			if j > 1 {
				d.annual[i] += part
			}
		}
		d.slow[i] += step
		moved = max(moved, math.Abs(step))
	}
	if half := columns[1][len(d.first)-1]; half > 0 {
		days := float64(d.first[len(d.first)-1]-d.first[0]) / 2
		d.slope += b.AtVec(1) * half / days * yearDays
	}
	return moved
}

// fitBins fits a season to what the other parts leave, keeps its mean at
// zero, and returns how far it moved.
func (d *decomposition) fitBins(b *bins) (moved float64) {
	sum := make([]float64, len(b.mean))
	for i := range d.y {
		sum[b.of[i]] += d.remainder(i)
	}
	centre := 0.
	for k := range sum {
		if b.count[k] > 0 {
			sum[k] /= b.count[k]
			centre += (b.mean[k] + sum[k]) * b.count[k]
		}
	}
	centre /= float64(len(d.y))
	for k := range sum {
		if b.count[k] > 0 {
			b.mean[k] += sum[k] - centre
			moved = max(moved, math.Abs(sum[k]-centre))
		}
	}
	return moved
}

// remember finds the memory: of pairs one step apart, or of successive values
// where times are irregular.
func (d *decomposition) remember() {
	sum, pairs := 0., 0.
	for i := 1; i < len(d.rest); i++ {
		gap := float64(d.t[i]-d.t[i-1]) / float64(civil.MicrosPerDay)
		if d.freq != (civil.Frequency{}) && math.Abs(gap-d.step) > .1*d.step {
			continue
		}
		sum += d.rest[i] * d.rest[i-1]
		pairs++
	}
	if pairs >= 10 && d.residue > 1e-12*d.total {
		d.memory = min(1, max(-1, sum/pairs/d.residue))
	}
}
