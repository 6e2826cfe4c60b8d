package modelform

import "math"

// Columns of values are written without loss, in the plainest of these forms:
//
//	0..12    n/10^form: uvarint 0 for none, else 1 + the zigzag of n's difference from the value before's
//	32..44   the same, rounded to float4
//	64       float8: eight planes of bytes, most significant first, of the bits xor the value before's
const (
	formSingle = 32
	formRaw    = 64
	mostScale  = 12
)

// mostShown is the most decimals that a numeric shows.
const mostShown = 0x3fff

// Values writes the values x[i] of the rows i in their order, NaN for none, and how many
// decimals they show: uvarint form, uvarint decimals, the values as the form says.
func (w *Writer) Values(x []float64, rows []int32, decimals int) {
	form := formOf(x)
	w.Uvarint(uint64(form))
	w.Uvarint(uint64(decimals))
	if form == formRaw {
		w.planes(x, rows)
		return
	}
	p, last := math.Pow10(form%formSingle), int64(0)
	for _, row := range rows {
		if math.IsNaN(x[row]) {
			w.Uvarint(0)
			continue
		}
		n := int64(math.RoundToEven(x[row] * p))
		d := n - last
		w.Uvarint(uint64(d<<1^d>>63) + 1)
		last = n
	}
}

func (w *Writer) planes(x []float64, rows []int32) {
	start, n := len(w.Body), len(x)
	w.Body = append(w.Body, make([]byte, 8*n)...)
	last := uint64(0)
	for i, row := range rows {
		bits := math.Float64bits(x[row])
		for b, v := 0, bits^last; b < 8; b++ {
			w.Body[start+b*n+i] = byte(v >> (56 - 8*b))
		}
		last = bits
	}
}

// formOf finds the plainest form that keeps all values to the last bit.
func formOf(x []float64) int {
	for _, first := range []int{0, formSingle} {
		for form := first; form <= first+mostScale; form++ {
			if p := math.Pow10(form % formSingle); allFit(x, form, p) {
				return form
			}
		}
	}
	return formRaw
}

func allFit(x []float64, form int, p float64) bool {
	for _, v := range x {
		if math.IsNaN(v) {
			continue
		}
		n := math.RoundToEven(v * p)
		if math.Abs(n) > 1<<52 || math.Float64bits(fromForm(float64(int64(n)), form, p)) != math.Float64bits(v) {
			return false
		}
	}
	return true
}

// fromForm is the value that n stands for; p is the form's power of ten.
func fromForm(n float64, form int, p float64) float64 {
	if form >= formSingle {
		return float64(float32(n / p))
	}
	return n / p
}

// Values reads n values, and how many decimals they show; nil where they are amiss.
func (r *Reader) Values(n int) (x []float64, decimals int) {
	form := r.Uvarint()
	shown := r.Uvarint()
	switch {
	case r.Bad || shown > mostShown || n > len(r.Rest):
		r.Fail()
		return nil, 0
	case form == formRaw:
		x = r.planes(n)
	case form <= mostScale, form >= formSingle && form <= formSingle+mostScale:
		x = r.decimals(n, int(form))
	default:
		r.Fail()
	}
	return x, int(shown)
}

func (r *Reader) decimals(n, form int) []float64 {
	x := make([]float64, n)
	p, last := math.Pow10(form%formSingle), int64(0)
	for i := range x {
		u := r.Uvarint()
		if r.Bad {
			return nil
		}
		if u == 0 {
			x[i] = math.NaN()
			continue
		}
		u--
		last += int64(u>>1) ^ -int64(u&1)
		x[i] = fromForm(float64(last), form, p)
	}
	return x
}

func (r *Reader) planes(n int) []float64 {
	b := r.Bytes(8 * n)
	if b == nil {
		return nil
	}
	x, last := make([]float64, n), uint64(0)
	for i := range x {
		bits := uint64(0)
		for k := range 8 {
			bits = bits<<8 | uint64(b[k*n+i])
		}
		last ^= bits
		x[i] = math.Float64frombits(last)
	}
	return x
}
