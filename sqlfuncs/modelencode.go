package sqlfuncs

import (
	"encoding/binary"
	"math"

	"github.com/datamime/datamime/sqlfuncs/pgtypes"
)

// The data of a stored model: what was read of its source, without loss, so
// that a fit of it is the fit of the source.
//
//	magic "dm", version, uvarint: length of what follows when unpacked; then DEFLATE of
//
//	uvarint      series
//	per key      dictionary; per series a code
//	per series   uvarint rows
//	per value    uvarint form, uvarint scale; per row a number, as the form says
//	per series   varint first time; until its rows are told: varint distance of two rows, uvarint how often
//	per other    byte kind, then what the kind has
//
// Rows stand by series, then by time. A dictionary is uvarint length, then
// uvarint-prefixed values as the server sent them; a code is a uvarint, two
// more than the value's place (0: no row, 1: NULL). Forms of numbers:
//
//	0..12    n/10^form: uvarint 0 for none, else 1 + the zigzag of n's difference from the row before's
//	32..44   the same, rounded to float4
//	64       float8: eight planes of bytes, most significant first, of the bits xor the row before's
//
// Kinds of other columns: a time at a constant distance (varint); constant
// within the series (dictionary, codes per series); anything (dictionary,
// codes per row); identifiers (varint smallest, uvarint span), of which the
// values themselves are not kept.
//
// DEFLATE holds back what hostile bytes can unfold to: 1,032 times their
// length.
const (
	dataMagic   = "dm"
	dataVersion = 1

	formSingle  = 32
	formRaw     = 64
	mostScale   = 12
	mostUnfolds = 1032

	kindShifted    = 0
	kindConstant   = 1
	kindRows       = 2
	kindIdentifier = 3
)

// largestModel bounds the data of one model: the server's limit of a value is
// 1 GB, and the model is to be held in memory.
const largestModel = 512 << 20

// encode writes what was read of a source; order must have sorted the series.
func (h *history) encode() ([]byte, error) {
	e := modelEncoder{h: h, by: newDonor(h)}
	e.series()
	for v := range h.values {
		e.values(v)
	}
	e.times()
	for _, a := range h.others {
		e.attribute(a)
	}
	switch {
	case e.notUTF8:
		return nil, notUTF8()
	case len(e.out) > largestModel:
		return nil, &Error{Code: codeLimit, Message: "the source is too large for a stored model",
			Hint: "Fit a part of it: '(SELECT ... WHERE ...)'."}
	}
	return pack(dataMagic, dataVersion, e.out)
}

type modelEncoder struct {
	h       *history
	by      *donor // the rows by series, then by time
	out     []byte
	notUTF8 bool
}

func (e *modelEncoder) uvarint(v uint64) { e.out = binary.AppendUvarint(e.out, v) }
func (e *modelEncoder) varint(v int64)   { e.out = binary.AppendVarint(e.out, v) }

func (e *modelEncoder) dictionary(c *column, values []string) {
	text := c.wire() == pgtypes.Text
	e.uvarint(uint64(len(values)))
	for _, v := range values {
		if text {
			u, err := toUTF8(v, e.h.charset)
			e.notUTF8 = e.notUTF8 || err != nil
			v = u
		}
		e.uvarint(uint64(len(v)))
		e.out = append(e.out, v...)
	}
}

func (e *modelEncoder) codes(codes []int32) {
	for _, c := range codes {
		e.uvarint(uint64(c - unseen))
	}
}

// keys writes what tells the series apart.
func (e *modelEncoder) keys() {
	e.uvarint(uint64(e.h.seriesCount()))
	for k, c := range e.h.roles.series {
		e.dictionary(&e.h.src.columns[c], e.h.keyDict[k].values)
		e.codes(e.h.keys[k])
	}
}

func (e *modelEncoder) series() {
	e.keys()
	for s := range e.h.seriesCount() {
		e.uvarint(uint64(e.by.from[s+1] - e.by.from[s]))
	}
}

func (e *modelEncoder) times() {
	for s := range e.h.seriesCount() {
		rows := e.by.rows[e.by.from[s]:e.by.from[s+1]]
		if len(rows) == 0 {
			continue
		}
		at := e.h.times[rows[0]]
		e.varint(at)
		for i := 1; i < len(rows); {
			d, n := e.h.times[rows[i]]-at, uint64(0)
			for i < len(rows) && e.h.times[rows[i]]-at == d {
				at += d
				n++
				i++
			}
			e.varint(d)
			e.uvarint(n)
		}
	}
}

func (e *modelEncoder) values(v int) {
	values := e.h.values[v]
	form := formOf(values)
	e.uvarint(uint64(form))
	e.uvarint(uint64(e.h.scale[v]))
	if form == formRaw {
		e.planes(values)
		return
	}
	p, last := math.Pow10(form%formSingle), int64(0)
	for _, row := range e.by.rows {
		if math.IsNaN(values[row]) {
			e.uvarint(0)
			continue
		}
		n := int64(math.RoundToEven(values[row] * p))
		d := n - last
		e.uvarint(uint64(d<<1^d>>63) + 1)
		last = n
	}
}

func (e *modelEncoder) planes(values []float64) {
	start, n := len(e.out), len(values)
	e.out = append(e.out, make([]byte, 8*n)...)
	last := uint64(0)
	for i, row := range e.by.rows {
		bits := math.Float64bits(values[row])
		for b, x := 0, bits^last; b < 8; b++ {
			e.out[start+b*n+i] = byte(x >> (56 - 8*b))
		}
		last = bits
	}
}

// formOf finds the plainest form that keeps all values to the last bit.
func formOf(values []float64) int {
	for _, first := range []int{0, formSingle} {
		for form := first; form <= first+mostScale; form++ {
			if p := math.Pow10(form % formSingle); allFit(values, form, p) {
				return form
			}
		}
	}
	return formRaw
}

func allFit(values []float64, form int, p float64) bool {
	for _, v := range values {
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

func (e *modelEncoder) attribute(a *attribute) {
	switch {
	case a.shifted:
		e.out = append(e.out, kindShifted)
		e.varint(a.distance)
	case a.constant:
		e.out = append(e.out, kindConstant)
		e.dictionary(a.column, a.dict.values)
		codes := append([]int32(nil), a.bySeries...)
		for len(codes) < e.h.seriesCount() {
			codes = append(codes, unseen)
		}
		e.codes(codes)
	case a.isUnique():
		e.out = append(e.out, kindIdentifier)
		low, top := int64(0), int64(0)
		if a.column.base != pgtypes.UUID {
			low, top = a.intRange()
		}
		e.varint(low)
		e.uvarint(uint64(top) - uint64(low))
	default:
		e.out = append(e.out, kindRows)
		e.dictionary(a.column, a.dict.values)
		for _, row := range e.by.rows {
			e.uvarint(uint64(a.codes[row] - unseen))
		}
	}
}
