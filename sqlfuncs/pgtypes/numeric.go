package pgtypes

import (
	"bytes"
	"encoding/binary"
	"math"
	"strconv"
)

// PostgreSQL's numeric on the wire: the number of base-10000 digits, the
// weight of the first one, the sign, the number of decimals shown, the
// digits; src/backend/utils/adt/numeric.c, numeric_send.
const (
	numericPositive = 0x0000
	numericNegative = 0x4000
	numericNaN      = 0xC000
	numericInf      = 0xD000
	numericMinusInf = 0xF000
)

type numericParts struct {
	digits []byte // two bytes each
	weight int
	sign   uint16
	scale  int
}

func parseNumeric(b []byte) (p numericParts, ok bool) {
	if len(b) < 8 {
		return p, false
	}
	n := int(binary.BigEndian.Uint16(b))
	p.weight = int(int16(binary.BigEndian.Uint16(b[2:])))
	p.sign = binary.BigEndian.Uint16(b[4:])
	p.scale = int(binary.BigEndian.Uint16(b[6:]) & 0x3fff)
	p.digits = b[8:]
	return p, len(p.digits) == 2*n
}

func (p *numericParts) digit(i int) int {
	if i < 0 || 2*i >= len(p.digits) {
		return 0
	}
	return int(binary.BigEndian.Uint16(p.digits[2*i:]))
}

// appendNumericText writes a numeric in binary form as numeric_out does.
func appendNumericText(dst, b []byte) []byte {
	p, ok := parseNumeric(b)
	if !ok {
		return dst
	}
	switch p.sign {
	case numericNaN:
		return append(dst, "NaN"...)
	case numericInf:
		return append(dst, "Infinity"...)
	case numericMinusInf:
		return append(dst, "-Infinity"...)
	case numericNegative:
		dst = append(dst, '-')
	}
	if p.weight < 0 {
		dst = append(dst, '0')
	}
	for i := 0; i <= p.weight; i++ {
		if i == 0 {
			dst = strconv.AppendInt(dst, int64(p.digit(0)), 10)
		} else {
			dst = appendFour(dst, p.digit(i))
		}
	}
	if p.scale == 0 {
		return dst
	}
	dst = append(dst, '.')
	end := len(dst) + p.scale
	for i := p.weight + 1; len(dst) < end; i++ {
		dst = appendFour(dst, p.digit(i))
	}
	return dst[:end]
}

func appendFour(dst []byte, d int) []byte {
	return append(dst, byte('0'+d/1000%10), byte('0'+d/100%10), byte('0'+d/10%10), byte('0'+d%10))
}

// NumericFloat returns a numeric in binary form as a float64, correctly
// rounded; infinities and NaN are NaN.
func NumericFloat(b []byte) (v float64, scale int, ok bool) {
	p, ok := parseNumeric(b)
	if !ok {
		return 0, 0, false
	}
	switch p.sign {
	case numericNaN, numericInf, numericMinusInf:
		return math.NaN(), 0, true
	}
	// With at most 15 digits the integer and the power of ten are exact, and
	// one division rounds once.
	n := len(p.digits) / 2
	if low := 4 * (n - 1 - p.weight); n <= 4 && low <= 20 && low >= -4 {
		m := 0.0
		for i := range n {
			m = m*10000 + float64(p.digit(i))
		}
		if m < 1<<53 {
			if low > 0 {
				m /= pow10[low]
			} else {
				m *= pow10[-low]
			}
			if p.sign == numericNegative {
				m = -m
			}
			return m, p.scale, true
		}
	}
	var buf [64]byte
	v, _ = strconv.ParseFloat(string(appendNumericText(buf[:0], b)), 64)
	if math.IsInf(v, 0) {
		v = math.NaN()
	}
	return v, p.scale, true
}

var pow10 = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// AppendDecimal writes v with the given number of decimals; there is no
// negative zero. Decimals that v does not have are zeros, not the digits of
// its binary fraction.
func AppendDecimal(dst []byte, v float64, scale int) []byte {
	start := len(dst)
	if scale <= 6 {
		dst = strconv.AppendFloat(dst, v, 'f', scale, 64)
	} else {
		dst = strconv.AppendFloat(dst, v, 'f', -1, 64)
		point := bytes.IndexByte(dst[start:], '.')
		if point < 0 {
			point = len(dst) - start
			dst = append(dst, '.')
		}
		have := len(dst) - start - point - 1
		if have > scale {
			dst = strconv.AppendFloat(dst[:start], v, 'f', scale, 64)
		}
		for ; have < scale; have++ {
			dst = append(dst, '0')
		}
	}
	if dst[start] != '-' {
		return dst
	}
	for _, c := range dst[start+1:] {
		if c != '0' && c != '.' {
			return dst
		}
	}
	return append(dst[:start], dst[start+1:]...)
}

// AppendNumericBinary writes v, rounded to scale decimals, as numeric_send
// does.
func AppendNumericBinary(dst []byte, v float64, scale int) []byte {
	var buf [400]byte
	text := AppendDecimal(buf[:0], v, scale)
	sign := uint16(numericPositive)
	if text[0] == '-' {
		sign, text = numericNegative, text[1:]
	}
	point := len(text)
	if scale > 0 {
		point -= scale + 1
	}
	whole, frac := text[:point], text[min(point+1, len(text)):]
	head := len(dst)
	dst = append(dst, 0, 0, 0, 0, byte(sign>>8), byte(sign), byte(scale>>8), byte(scale))
	weight := (len(whole) - 1) / 4
	first := true
	n, last := 0, 0 // digits written, and up to the last that is not zero
	put := func(d int) {
		if first && d == 0 {
			weight--
			return
		}
		first = false
		dst = append(dst, byte(d>>8), byte(d))
		if n++; d != 0 {
			last = n
		}
	}
	for len(whole) > 0 {
		k := (len(whole)-1)%4 + 1
		put(atoi(whole[:k]))
		whole = whole[k:]
	}
	for i := 0; i < len(frac); i += 4 {
		d := atoi(frac[i:min(i+4, len(frac))])
		for k := len(frac) - i; k < 4; k++ {
			d *= 10
		}
		put(d)
	}
	if last == 0 {
		weight = 0
	}
	dst = dst[:head+8+2*last]
	binary.BigEndian.PutUint16(dst[head:], uint16(last))
	binary.BigEndian.PutUint16(dst[head+2:], uint16(int16(weight)))
	return dst
}

func atoi(b []byte) (n int) {
	for _, c := range b {
		n = n*10 + int(c-'0')
	}
	return n
}
