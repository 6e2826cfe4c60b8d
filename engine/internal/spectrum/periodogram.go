// Package spectrum finds lines in the periodograms of time series: what comes
// regularly stands out of them (Periodogram), where exactly is found on all steps
// (Refine), and holes in a sample make images of it (Holes).
//
// Frequencies are in turns for each step, from 0 to ½; values that are missing are NaN
// and say nothing.
package spectrum

import (
	"math"
	"math/bits"
	"slices"
	"sync"

	"gonum.org/v1/gonum/dsp/fourier"
	"gonum.org/v1/gonum/floats"

	"github.com/datamime/datamime/engine/internal/stat"
	"github.com/datamime/datamime/engine/internal/stepset"
	"github.com/datamime/datamime/engine/internal/work"
)

// A Periodogram is the power of several series, each of unit variance, by
// frequency, over what is usual about it. Of noise whose spectrum is smooth the
// ratios are exponential with mean one (Fisher 1929, Tests of significance in
// harmonic analysis, Proceedings of the Royal Society A 125); what stands out of
// them is a line.
type Periodogram struct {
	Span  int       // steps that it was made of: a line is as wide as 1/Span
	ratio []float64 // by frequency k/(2·len(ratio))
}

// Most is how many steps a periodogram is made of at most, the last of a series; what is
// found in them is refined on all.
const Most = 1 << 17

const (
	leastBand = 32 // frequencies that tell what is usual,
	bandShare = 8  // or such a part of those below
)

// New makes the periodogram of the last of n steps of so many series, each of which is
// made when it is wanted: len(of(i)) == n. n > 1.
func New(n, series int, of func(i int) []float64, share work.Workers) *Periodogram {
	p := &Periodogram{Span: min(n, Most)}
	size := 1 << bits.Len(uint(p.Span-1))
	transforms := work.Turns[transform]{Make: func() *transform { return newTransform(size) }}
	p.ratio = make([]float64, size/2)
	own, added := make([][]float64, series), 0
	var adding sync.Mutex
	share(series, func(i int) {
		x, power := of(i), []float64(nil)
		transforms.With(func(t *transform) { power = t.power(x[n-p.Span:]) })
		adding.Lock()
		defer adding.Unlock()
		for own[i] = power; added < series && own[added] != nil; added++ { // in their order
			floats.Add(p.ratio, own[added])
			own[added] = nil
		}
	})
	p.whiten(share)
	return p
}

// transform is a Fourier transform and its room.
type transform struct {
	fft   *fourier.FFT
	steps []float64
	waves []complex128
}

func newTransform(size int) *transform {
	return &transform{fourier.NewFFT(size), make([]float64, size), make([]complex128, size/2+1)}
}

// power is that of y by frequency, as a share of all of it; 0 of what does not move.
func (t *transform) power(y []float64) []float64 {
	clear(t.steps)
	square := 0.
	for i, v := range y {
		if !stat.IsMissing(v) {
			t.steps[i] = v
			square += v * v
		}
	}
	power := make([]float64, len(t.steps)/2)
	if square == 0 {
		return power
	}
	for k, z := range t.fft.Coefficients(t.waves, t.steps)[:len(power)] {
		re, im := real(z), imag(z)
		power[k] = (re*re + im*im) / square
	}
	return power
}

// whitenedAtOnce is how many frequencies are whitened as a piece of work.
const whitenedAtOnce = 1 << 12

// whiten divides the power by what is usual about each frequency: medians of
// bands, between whose middles the logarithm is a line over that of the
// frequency, and at the lowest ones the line through them where that is higher,
// as it is in walks.
func (p *Periodogram) whiten(share work.Workers) {
	var bands [][2]int
	for a := 1; a < len(p.ratio); {
		b := min(len(p.ratio), a+max(leastBand, a/bandShare))
		if len(p.ratio)-b < leastBand {
			b = len(p.ratio)
		}
		bands = append(bands, [2]int{a, b})
		a = b
	}
	at, level := make([]float64, len(bands)), make([]float64, len(bands))
	share(len(bands), func(i int) {
		i = len(bands) - 1 - i // the widest first
		a, b := bands[i][0], bands[i][1]
		band := slices.Clone(p.ratio[a:b])
		stat.Sort(band, nil)
		at[i] = .5 * (math.Log(float64(a)) + math.Log(float64(b)))
		level[i] = math.Log(stat.Quantile(band, .5)/math.Ln2 + 1e-300)
	})
	low := min(len(p.ratio), 1+2*leastBand)
	base, slope := redness(p.ratio[:low])
	share.Parts(len(p.ratio), whitenedAtOnce, func(from, to int) {
		for k := max(1, from); k < to; k++ {
			x := math.Log(float64(k))
			usual := stat.Interpolate(x, at, level)
			if k < low {
				usual = max(usual, base+slope*x)
			}
			p.ratio[k] *= math.Exp(-usual)
		}
	})
	p.ratio[0] = 0
}

// redness is the line of the logarithm of the power over that of the frequency,
// by least squares in which what stands out counts little.
func redness(power []float64) (base, slope float64) {
	const (
		euler = .5772 // minus the mean of the logarithm of an exponential variate
		far   = 1.5
		turns = 5
	)
	clip := math.Inf(1)
	for range turns {
		var n, sx, sy, sxx, sxy float64
		for k := 1; k < len(power); k++ {
			x := math.Log(float64(k))
			y := math.Log(power[k]+1e-300) + euler
			y = base + slope*x + max(-2*clip, min(clip, y-base-slope*x))
			n, sx, sy, sxx, sxy = n+1, sx+x, sy+y, sxx+x*x, sxy+x*y
		}
		slope = (n*sxy - sx*sy) / (n*sxx - sx*sx)
		base = (sy - slope*sx) / n
		clip = far
	}
	return base, slope
}

// Peaks are the allowed frequencies that stand out most, at most so many and
// each a line apart from the others, if so far by chance with the given
// probability, alarm, at most. The one that stands out most comes first; nil: none does.
func (p *Periodogram) Peaks(allowed func(f float64) bool, alarm float64, most int) (at []float64) {
	step, least := .5/float64(len(p.ratio)), math.Log(float64(p.Span)/2/alarm)
	for len(at) < most {
		high, best := least, 0
		for k, r := range p.ratio {
			f := float64(k) * step
			if r > high && allowed(f) && !slices.ContainsFunc(at, func(g float64) bool { return math.Abs(f-g) < 1.5/float64(p.Span) }) {
				high, best = r, k
			}
		}
		if best == 0 {
			break
		}
		at = append(at, float64(best)*step)
	}
	return at
}

// Refine finds the frequency near at, as far as width, where the series x, of one
// length, have the most power: over the last steps that the periodogram saw first, then over
// four times as many, and so on.
func Refine(x [][]float64, at, width float64) float64 {
	n := len(x[0])
	for span := min(n, Most); ; span = min(n, 4*span) {
		for width > .01/float64(span) {
			best, most := at, -1.
			for k := -4; k <= 4; k++ {
				f := at + width*float64(k)/4
				if power := powerAt(x, f, n-span); power > most {
					best, most = f, power
				}
			}
			at, width = best, width/3
		}
		if span == n {
			return at
		}
		width = .25 / float64(span)
	}
}

// powerAt is the power of the series at a frequency, from a step on.
func powerAt(x [][]float64, f float64, from int) float64 {
	power := 0.
	turnSin, turnCos := math.Sincos(2 * math.Pi * f)
	for _, y := range x {
		re, im, square := 0., 0., 0.
		sin, cos := 0., 1.
		for _, v := range y[from:] {
			if !stat.IsMissing(v) {
				re += v * cos
				im += v * sin
				square += v * v
			}
			sin, cos = sin*turnCos+cos*turnSin, cos*turnCos-sin*turnSin
		}
		power += (re*re + im*im) / (square + 1e-300)
	}
	return power
}

// regularHoles is the share of the power of what is observed at all, from which
// on holes come regularly.
const regularHoles = .1

// Holes is the frequency at which stretches without observations come; 0 when
// they do not come regularly. Every line has images so far away. observed are those of
// n steps.
func Holes(observed stepset.Set, n int) float64 {
	span := min(n, Most)
	size := 1 << bits.Len(uint(span-1))
	x, sum := make([]float64, size), 0.
	for i := range span {
		if observed.Has(n - span + i) {
			x[i] = 1
			sum++
		}
	}
	if sum == float64(span) {
		return 0
	}
	for i := range span {
		x[i] -= sum / float64(span)
	}
	most, best := regularHoles*sum*sum, 0
	for k, z := range fourier.NewFFT(size).Coefficients(nil, x) {
		if power := real(z)*real(z) + imag(z)*imag(z); power > most {
			most, best = power, k
		}
	}
	return float64(best) / float64(size)
}
