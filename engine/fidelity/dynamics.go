package fidelity

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/dsp/fourier"
	"gonum.org/v1/gonum/mat"

	"github.com/datamime/datamime/engine/internal/stat"
)

// lagsFor lists about 25 lags, evenly spaced on a log scale up to a sixth of
// n values, two thirds of a block and 720, and one, two and seven seasons.
func lagsFor(n, season, block int) []int {
	top := max(2, min(720, n/6, block*2/3))
	var lags []int
	for i := range 25 {
		lags = append(lags, int(math.RoundToEven(math.Pow(float64(top), float64(i)/24))))
	}
	for _, k := range []int{season, 2 * season, 7 * season} {
		if k <= top {
			lags = append(lags, k)
		}
	}
	slices.Sort(lags)
	return slices.Compact(lags)
}

// autocorrelation is the mean product of standardised values at each lag over
// the pairs that are known; NaN for a lag of which at most 20 are.
func autocorrelation(x []float64, lags []int) []float64 {
	z := standardised(x)
	out := make([]float64, len(lags))
	for i, k := range lags {
		sum, n := 0., 0.
		for t := k; t < len(z); t++ {
			if c := z[t] * z[t-k]; !math.IsNaN(c) {
				sum += c
				n++
			}
		}
		out[i] = math.NaN()
		if n > 20 {
			out[i] = sum / n
		}
	}
	return out
}

// standardised is x with mean 0 and standard deviation 1; all NaN for a
// constant.
func standardised(x []float64) []float64 {
	m, sd := stat.Mean(x), stat.Deviation(x)
	if !(sd > 0) {
		sd = math.NaN()
	}
	z := make([]float64, len(x))
	for i, y := range x {
		z[i] = (y - m) / sd
	}
	return z
}

const powerBands = 16

// bandPower is log10 of the mean power in 16 bands, even on a log scale of
// frequency, by Welch's method: windows of up to 2048 steps under half a sine,
// overlapping by three quarters, those left out of which more than a fifth is
// missing. Nil where x is constant or its blocks are shorter than 32 steps;
// NaN for a band without a frequency. Welch 1967, IEEE Trans. Audio
// Electroacoust. 15.
func bandPower(x []float64, block int) []float64 {
	n := 1
	for n*2 <= min(2048, block) {
		n *= 2
	}
	if n < 32 || !(stat.Deviation(x) > 0) {
		return nil
	}
	z := standardised(x)
	taper := make([]float64, n)
	for i := range taper {
		taper[i] = math.Sin(math.Pi * (float64(i) + .5) / float64(n))
	}
	fft := fourier.NewFFT(n)
	v, c := make([]float64, n), make([]complex128, n/2+1)
	power, windows := make([]float64, n/2+1), 0.
	for a := 0; a+n <= len(z); a += n / 4 {
		gone := 0
		for i, y := range z[a : a+n] {
			v[i] = y * taper[i]
			if math.IsNaN(y) {
				gone++
				v[i] = 0
			}
		}
		if float64(gone) > .2*float64(n) {
			continue
		}
		windows++
		for i, y := range fft.Coefficients(c, v) {
			power[i] += real(y)*real(y) + imag(y)*imag(y)
		}
	}
	if windows == 0 {
		return nil
	}
	out, count := make([]float64, powerBands), make([]float64, powerBands)
	for i := 1; i <= n/2; i++ {
		// The nudge keeps exact powers of n/2 in the band that they begin.
		b := min(powerBands-1, int(math.Log(float64(i))/math.Log(float64(n/2))*powerBands+1e-9))
		out[b] += power[i] / windows
		count[b]++
	}
	for b := range out {
		if count[b] == 0 {
			out[b] = math.NaN()
			continue
		}
		out[b] = math.Log10(max(out[b], 1e-12) / count[b])
	}
	return out
}

// spellDistance is the distance of the log lengths of runs above a level;
// NaN when h has fewer than five.
func spellDistance(s, h []float64, level float64) float64 {
	a, b := spells(s, level), spells(h, level)
	if len(b) < 5 {
		return math.NaN()
	}
	if len(a) < 5 {
		return stat.Mean(b) + 1
	}
	return wasserstein(a, b)
}

// spells is the sorted log lengths of the runs above a level; one that is
// under way at the end is left out.
func spells(x []float64, level float64) []float64 {
	var out []float64
	run := 0
	for _, y := range x {
		if y > level {
			run++
			continue
		}
		if run > 0 {
			out = append(out, math.Log(float64(run)))
		}
		run = 0
	}
	slices.Sort(out)
	return out
}

// trainedElsewhere is the excess of the mean absolute error on h of a linear
// autoregression fitted on s over that of one fitted on h ("train on
// synthetic, test on real"); NaN with at most 100 equations in either.
func (p *Panel) trainedElsewhere(s, h []float64) float64 {
	own, other := p.regress(h), p.regress(s)
	if own.n <= 100 || other.n <= 100 {
		return math.NaN()
	}
	best, with := p.regressionError(h, own.solve()), p.regressionError(h, other.solve())
	if !(best > 1e-9) {
		return math.NaN()
	}
	return max(0, with/best-1)
}

const regressors = 8

// normalEquations are the normal equations of the autoregression.
type normalEquations struct {
	n  int
	xx [regressors * regressors]float64
	xy [regressors]float64
}

// regressorsAt fills row with what predicts x[t]: 1, the values at lags 1, 2,
// 3, one season and one season and a step, and sine and cosine of the hour of
// the day, the weekday or the month. It is false where one is missing.
func (p *Panel) regressorsAt(row *[regressors]float64, x []float64, t int) bool {
	if t < p.season+1 || t < 3 || math.IsNaN(x[t]) {
		return false
	}
	angle := 0.
	switch {
	case p.day == 0:
		angle = float64(p.place.month[t]) / 12
	case p.season > 7:
		angle = float64(p.place.hour[t]) / 24
	default:
		angle = float64(p.place.weekday[t]) / 7
	}
	sin, cos := math.Sincos(2 * math.Pi * angle)
	*row = [regressors]float64{1, x[t-1], x[t-2], x[t-3], x[t-p.season], x[t-p.season-1], sin, cos}
	sum := 0.
	for _, y := range row {
		sum += y
	}
	return !math.IsNaN(sum)
}

func (p *Panel) regress(x []float64) *normalEquations {
	e := &normalEquations{}
	var row [regressors]float64
	for t := range x {
		if !p.regressorsAt(&row, x, t) {
			continue
		}
		e.n++
		for i, a := range row {
			for j, b := range row {
				e.xx[i*regressors+j] += a * b
			}
			e.xy[i] += a * x[t]
		}
	}
	return e
}

// solve returns the coefficients, with a ridge that only keeps the equations
// solvable.
func (e *normalEquations) solve() []float64 {
	trace := 0.
	for i := range regressors {
		trace += e.xx[i*regressors+i]
	}
	for i := range regressors {
		e.xx[i*regressors+i] += 1e-6 + 1e-8*trace/regressors
	}
	var b mat.VecDense
	// The error tells of a bad condition only; the solution stands.
	_ = b.SolveVec(mat.NewDense(regressors, regressors, e.xx[:]), mat.NewVecDense(regressors, e.xy[:]))
	return b.RawVector().Data
}

// regressionError is the mean absolute error of coefficients on x.
func (p *Panel) regressionError(x, coefficients []float64) float64 {
	sum, n := 0., 0.
	var row [regressors]float64
	for t := range x {
		if !p.regressorsAt(&row, x, t) {
			continue
		}
		y := 0.
		for i, a := range row {
			y += a * coefficients[i]
		}
		sum += math.Abs(y - x[t])
		n++
	}
	return sum / n
}
