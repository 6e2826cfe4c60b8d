package sqlfuncs

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/klauspost/compress/flate"
	"golang.org/x/text/encoding"

	"github.com/datamime/datamime/sqlfuncs/pgtypes"
)

// decodeHistory reads what encode has written. The bytes come out of a table:
// whatever they hold, it neither panics nor takes more memory than a multiple
// of what they unfold to.
func decodeHistory(src *dataSource, r roles, data []byte, charset encoding.Encoding) (*history, error) {
	body, err := unfold(dataMagic, dataVersion, mostUnfolds, data)
	if err != nil {
		return nil, err
	}
	h := &history{src: src, roles: r}
	d := modelDecoder{h: h, rest: body}
	d.series()
	h.values, h.scale = make([][]float64, len(r.values)), make([]int, len(r.values))
	for v := range r.values {
		d.values(v)
	}
	d.times()
	h.rows = len(h.times)
	for _, c := range r.others {
		d.attribute(&src.columns[c])
	}
	if d.bad || len(d.rest) > 0 {
		return nil, errModelForm
	}
	return h, h.recode(charset)
}

// unfold gives the body that pack has compressed, which is at most so many
// times as long.
func unfold(magic string, version byte, times uint64, data []byte) ([]byte, error) {
	if len(data) < 4 || string(data[:2]) != magic || data[2] != version {
		return nil, errModelForm
	}
	size, n := binary.Uvarint(data[3:])
	if n <= 0 || size > largestModel || size > uint64(len(data))*times {
		return nil, errModelForm
	}
	packed := bytes.NewReader(data[3+n:])
	r := flate.NewReader(packed)
	body := make([]byte, size)
	if _, err := io.ReadFull(r, body); err != nil {
		return nil, errModelForm
	}
	if k, err := r.Read(make([]byte, 1)); k != 0 || err != io.EOF || packed.Len() > 0 {
		return nil, errModelForm
	}
	return body, nil
}

// A modelDecoder reads the body of a model. After the first thing amiss it is
// bad, and reads zeros.
type modelDecoder struct {
	h    *history
	rest []byte
	rows []int // of each series
	n    int   // rows in all
	bad  bool
}

func (d *modelDecoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.rest)
	return read(d, v, n)
}

func (d *modelDecoder) varint() int64 {
	v, n := binary.Varint(d.rest)
	return read(d, v, n)
}

func read[T any](d *modelDecoder, v T, n int) T {
	if n <= 0 || d.bad {
		var zero T
		d.fail()
		return zero
	}
	d.rest = d.rest[n:]
	return v
}

func (d *modelDecoder) fail() { d.bad, d.rest = true, nil }

// count reads how many things follow, each of which takes a byte at least.
func (d *modelDecoder) count() int {
	v := d.uvarint()
	if v > uint64(len(d.rest)) || v > math.MaxInt32 {
		d.fail()
		return 0
	}
	return int(v)
}

func (d *modelDecoder) bytes(n int) []byte {
	if n > len(d.rest) {
		d.fail()
		return nil
	}
	b := d.rest[:n]
	d.rest = d.rest[n:]
	return b
}

func (d *modelDecoder) dictionary(c *column) []string {
	n := d.count()
	values := make([]string, 0, n)
	for range n {
		v := d.bytes(d.count())
		if d.bad || !validRaw(c.wire(), v) {
			d.fail()
			return nil
		}
		values = append(values, string(v))
	}
	return values
}

// validRaw tells whether bytes are a value of the type in binary form.
func validRaw(oid uint32, b []byte) bool {
	switch oid {
	case pgtypes.Bool:
		return len(b) == 1
	case pgtypes.Int2, pgtypes.Int4, pgtypes.Int8:
		_, ok := pgtypes.ReadInt(oid, b)
		return ok
	case pgtypes.Float4, pgtypes.Date:
		return len(b) == 4
	case pgtypes.Float8, pgtypes.Timestamp, pgtypes.Timestamptz:
		return len(b) == 8
	case pgtypes.UUID:
		return len(b) == 16
	case pgtypes.Numeric:
		return validNumeric(b)
	}
	return utf8.Valid(b) && !strings.Contains(string(b), "\x00")
}

// validNumeric checks the form that numeric_send gives: digits are below
// 10,000, and scale and sign are those that the type has.
func validNumeric(b []byte) bool {
	if len(b) < 8 || len(b) != 8+2*int(binary.BigEndian.Uint16(b)) {
		return false
	}
	switch binary.BigEndian.Uint16(b[4:]) {
	case 0, 0x4000, 0xc000, 0xd000, 0xf000:
	default:
		return false
	}
	for i := 8; i < len(b); i += 2 {
		if binary.BigEndian.Uint16(b[i:]) > 9999 {
			return false
		}
	}
	return binary.BigEndian.Uint16(b[6:]) <= 0x3fff
}

// keys reads what tells the series apart.
func (d *modelDecoder) keys() {
	h := d.h
	h.count = d.count()
	for _, c := range h.roles.series {
		dict := &dictionary{values: d.dictionary(&h.src.columns[c])}
		h.keyDict = append(h.keyDict, dict)
		h.keys = append(h.keys, d.codes(h.count, len(dict.values), null))
	}
	if h.count > 1 && len(h.roles.series) == 0 {
		d.fail()
	}
}

func (d *modelDecoder) series() {
	d.keys()
	h := d.h
	total := uint64(0)
	for range h.count {
		n := d.uvarint()
		if total += n; n > math.MaxInt32 || total > uint64(len(d.rest)) {
			d.fail()
			return
		}
		d.rows = append(d.rows, int(n))
	}
	d.n = int(total)
	if d.bad || d.n == 0 {
		d.fail()
	}
}

// codes reads n codes of a dictionary; least is the smallest that may be.
func (d *modelDecoder) codes(n, size int, least int32) []int32 {
	if n > len(d.rest) {
		d.fail()
		return nil
	}
	codes := make([]int32, n)
	for i := range codes {
		c := d.uvarint()
		if c >= uint64(size)+2 || int32(c)+unseen < least {
			d.fail()
			return nil
		}
		codes[i] = int32(c) + unseen
	}
	return codes
}

// times reads the times of all series, and with them which row is of which.
func (d *modelDecoder) times() {
	if d.bad {
		return
	}
	h := d.h
	h.times, h.index = make([]int64, 0, d.n), make([]int32, 0, d.n)
	for s, rows := range d.rows {
		if rows == 0 {
			continue
		}
		at := d.varint()
		h.times, h.index = append(h.times, at), append(h.index, int32(s))
		for left := uint64(rows) - 1; left > 0; {
			by, n := d.varint(), d.uvarint()
			if d.bad || by < 0 || n == 0 || n > left {
				d.fail()
				return
			}
			for left -= n; n > 0; n-- {
				if at > math.MaxInt64-by {
					d.fail()
					return
				}
				at += by
				h.times, h.index = append(h.times, at), append(h.index, int32(s))
			}
		}
		if first := h.times[len(h.times)-rows]; d.bad || first < pgtypes.Earliest || at > pgtypes.Latest {
			d.fail()
			return
		}
	}
}

func (d *modelDecoder) values(v int) {
	form := d.uvarint()
	scale := d.uvarint()
	switch {
	case d.bad || scale > 0x3fff || d.n > len(d.rest):
		d.fail()
	case form == formRaw:
		d.planes(v)
	case form <= mostScale, form >= formSingle && form <= formSingle+mostScale:
		d.decimals(v, int(form))
	default:
		d.fail()
	}
	d.h.scale[v] = int(scale)
}

func (d *modelDecoder) decimals(v, form int) {
	values := make([]float64, d.n)
	p, last := math.Pow10(form%formSingle), int64(0)
	for i := range values {
		u := d.uvarint()
		if d.bad {
			return
		}
		if u == 0 {
			values[i] = math.NaN()
			continue
		}
		u--
		last += int64(u>>1) ^ -int64(u&1)
		values[i] = fromForm(float64(last), form, p)
	}
	d.h.values[v] = values
}

func (d *modelDecoder) planes(v int) {
	b := d.bytes(8 * d.n)
	if b == nil {
		return
	}
	values, last := make([]float64, d.n), uint64(0)
	for i := range values {
		x := uint64(0)
		for k := range 8 {
			x = x<<8 | uint64(b[k*d.n+i])
		}
		last ^= x
		values[i] = finite(math.Float64frombits(last))
	}
	d.h.values[v] = values
}

func (d *modelDecoder) attribute(c *column) {
	a := newAttribute(c, d.h)
	a.constant, a.shifted = false, false
	kind := d.bytes(1)
	if kind == nil {
		return
	}
	switch kind[0] {
	case kindShifted:
		a.shifted, a.distance = c.isTime(), d.varint()
		if !a.shifted || a.distance < -pgtypes.Latest/4 || a.distance > pgtypes.Latest/4 {
			d.fail()
		}
	case kindConstant:
		a.constant = true
		a.dict.values = d.dictionary(c)
		a.bySeries = d.codes(d.h.count, len(a.dict.values), unseen)
	case kindRows:
		a.rows = true
		a.dict.values = d.dictionary(c)
		a.codes = d.codes(d.n, len(a.dict.values), null)
	case kindIdentifier:
		a.identifier, a.low = true, d.varint()
		span := d.uvarint()
		if a.top = a.low + int64(span); a.top < a.low || c.base != pgtypes.UUID && !c.isInteger() {
			d.fail()
		}
	default:
		d.fail()
	}
	d.h.others = append(d.h.others, a)
}

func (c *column) isInteger() bool {
	return c.base == pgtypes.Int2 || c.base == pgtypes.Int4 || c.base == pgtypes.Int8
}
