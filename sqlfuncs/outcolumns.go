package sqlfuncs

import (
	"encoding/binary"
	"math"
	"strconv"
	"time"

	"github.com/datamime/datamime/sqlfuncs/pgtypes"
)

// A codeColumn shows the values of a dictionary.
type codeColumn struct {
	codes        []int32
	text, binary []string
}

func (c *codeColumn) Null(row int) bool { return c.codes[row] < 0 }
func (c *codeColumn) AppendText(dst []byte, row int) []byte {
	return append(dst, c.text[c.codes[row]]...)
}
func (c *codeColumn) AppendBinary(dst []byte, row int) []byte {
	return append(dst, c.binary[c.codes[row]]...)
}

// A timeColumn shows times, each times[row] moved by distance. Rows of one
// step follow each other, so the last text is kept.
type timeColumn struct {
	oid      uint32
	loc      *time.Location
	times    []int64
	distance int64
	last     int64
	text     []byte
}

func (c *timeColumn) Null(int) bool { return false }

func (c *timeColumn) AppendText(dst []byte, row int) []byte {
	us := c.times[row] + c.distance
	if c.text == nil || us != c.last {
		c.last, c.text = us, pgtypes.AppendTimeText(c.text[:0], c.oid, us, c.loc)
	}
	return append(dst, c.text...)
}

func (c *timeColumn) AppendBinary(dst []byte, row int) []byte {
	return pgtypes.AppendTimeBinary(dst, c.oid, c.times[row]+c.distance)
}

// An intColumn shows values rounded to integers within the type's range.
type intColumn struct {
	oid      uint32
	values   []float64
	low, top float64
}

func newIntColumn(oid uint32) *intColumn {
	switch oid {
	case pgtypes.Int2:
		return &intColumn{oid: oid, low: math.MinInt16, top: math.MaxInt16}
	case pgtypes.Int4:
		return &intColumn{oid: oid, low: math.MinInt32, top: math.MaxInt32}
	}
	return &intColumn{oid: oid, low: -1 << 63, top: 1<<63 - 1024}
}

func (c *intColumn) Null(row int) bool { return math.IsNaN(c.values[row]) }

func (c *intColumn) value(row int) int64 {
	return int64(min(max(math.RoundToEven(c.values[row]), c.low), c.top))
}

func (c *intColumn) AppendText(dst []byte, row int) []byte {
	return strconv.AppendInt(dst, c.value(row), 10)
}

func (c *intColumn) AppendBinary(dst []byte, row int) []byte {
	return pgtypes.AppendIntBinary(dst, c.oid, c.value(row))
}

// A floatColumn shows values as float8 or float4.
type floatColumn struct {
	bits   int
	values []float64
}

func (c *floatColumn) Null(row int) bool { return math.IsNaN(c.values[row]) }

func (c *floatColumn) AppendText(dst []byte, row int) []byte {
	v := c.values[row]
	if c.bits == 32 {
		v = float64(c.single(row))
	}
	return pgtypes.AppendFloatText(dst, v, c.bits)
}

// single keeps a value in float4's range.
func (c *floatColumn) single(row int) float32 {
	return float32(min(max(c.values[row], -math.MaxFloat32), math.MaxFloat32))
}

func (c *floatColumn) AppendBinary(dst []byte, row int) []byte {
	if c.bits == 32 {
		return binary.BigEndian.AppendUint32(dst, math.Float32bits(c.single(row)))
	}
	return binary.BigEndian.AppendUint64(dst, math.Float64bits(c.values[row]))
}

// A numericColumn shows values with a fixed number of decimals, within what
// the type's precision holds.
type numericColumn struct {
	values []float64
	scale  int     // may be negative: rounded to tens, hundreds, ...
	top    float64 // the largest value; +Inf without a precision
}

func (c *numericColumn) Null(row int) bool { return math.IsNaN(c.values[row]) }

func (c *numericColumn) value(row int) float64 {
	v := min(max(c.values[row], -c.top), c.top)
	if c.scale < 0 {
		p := math.Pow10(-c.scale)
		v = math.Round(v/p) * p
	}
	return v
}

func (c *numericColumn) AppendText(dst []byte, row int) []byte {
	return pgtypes.AppendDecimal(dst, c.value(row), max(c.scale, 0))
}

func (c *numericColumn) AppendBinary(dst []byte, row int) []byte {
	return pgtypes.AppendNumericBinary(dst, c.value(row), max(c.scale, 0))
}

// numericModifier reads the modifier of numeric(p,s).
func numericModifier(mod int32) (precision, scale int, ok bool) {
	if mod < 4 {
		return 0, 0, false
	}
	mod -= 4
	return int(mod >> 16 & 0xffff), int(mod&0x7ff^1024) - 1024, true
}

// newNumericColumn makes the column for a value column of type numeric; seen
// is the most decimals that the source has.
func newNumericColumn(c *column, seen int) *numericColumn {
	n := &numericColumn{scale: seen, top: math.Inf(1)}
	if c.base == pgtypes.Money {
		return n
	}
	if p, s, ok := numericModifier(c.baseMod); ok {
		n.scale = s
		// The largest value that rounds into the precision.
		n.top = math.Pow10(p-s) - math.Pow10(-s)
	}
	return n
}
