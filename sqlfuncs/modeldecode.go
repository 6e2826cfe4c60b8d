package sqlfuncs

import (
	"math"

	"golang.org/x/text/encoding"

	"github.com/datamime/datamime/sqlfuncs/modelform"
	"github.com/datamime/datamime/sqlfuncs/pgtypes"
)

// decodeHistory reads what encode has written. The bytes come out of a table:
// whatever they hold, it neither panics nor takes more memory than a multiple
// of what they unfold to.
func decodeHistory(src *dataSource, r roles, data []byte, charset encoding.Encoding) (*history, error) {
	body, err := resampledData.Unpack(data)
	if err != nil {
		return nil, errModelForm
	}
	h := &history{src: src, roles: r}
	d := modelDecoder{h: h, Reader: modelform.Reader{Rest: body}}
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
	if d.Bad || len(d.Rest) > 0 {
		return nil, errModelForm
	}
	return h, h.recode(charset)
}

// A modelDecoder reads the body of a model.
type modelDecoder struct {
	modelform.Reader
	h    *history
	rows []int // of each series
	n    int   // rows in all
}

func (d *modelDecoder) dictionary(c *column) []string {
	n := d.Count()
	values := make([]string, 0, n)
	for range n {
		v := d.Text()
		if d.Bad || !pgtypes.Valid(c.wire(), v) {
			d.Fail()
			return nil
		}
		values = append(values, string(v))
	}
	return values
}

// keys reads what tells the series apart.
func (d *modelDecoder) keys() {
	h := d.h
	h.count = d.Count()
	for _, c := range h.roles.series {
		dict := &dictionary{values: d.dictionary(&h.src.columns[c])}
		h.keyDict = append(h.keyDict, dict)
		h.keys = append(h.keys, d.Codes(h.count, len(dict.values), null))
	}
	if h.count > 1 && len(h.roles.series) == 0 {
		d.Fail()
	}
}

func (d *modelDecoder) series() {
	d.keys()
	h := d.h
	total := uint64(0)
	for range h.count {
		n := d.Uvarint()
		if total += n; n > math.MaxInt32 || total > uint64(len(d.Rest)) {
			d.Fail()
			return
		}
		d.rows = append(d.rows, int(n))
	}
	d.n = int(total)
	if d.Bad || d.n == 0 {
		d.Fail()
	}
}

// times reads the times of all series, and with them which row is of which.
func (d *modelDecoder) times() {
	if d.Bad {
		return
	}
	h := d.h
	h.times, h.index = make([]int64, 0, d.n), make([]int32, 0, d.n)
	for s, rows := range d.rows {
		if rows == 0 {
			continue
		}
		at := d.Varint()
		h.times, h.index = append(h.times, at), append(h.index, int32(s))
		for left := uint64(rows) - 1; left > 0; {
			by, n := d.Varint(), d.Uvarint()
			if d.Bad || by < 0 || n == 0 || n > left {
				d.Fail()
				return
			}
			for left -= n; n > 0; n-- {
				if at > math.MaxInt64-by {
					d.Fail()
					return
				}
				at += by
				h.times, h.index = append(h.times, at), append(h.index, int32(s))
			}
		}
		if first := h.times[len(h.times)-rows]; d.Bad || first < pgtypes.Earliest || at > pgtypes.Latest {
			d.Fail()
			return
		}
	}
}

func (d *modelDecoder) values(v int) {
	values, decimals := d.Values(d.n)
	for i, x := range values {
		values[i] = finite(x)
	}
	d.h.values[v], d.h.scale[v] = values, decimals
}

func (d *modelDecoder) attribute(c *column) {
	a := newAttribute(c, d.h)
	a.constant, a.shifted = false, false
	kind := d.Byte()
	if d.Bad {
		return
	}
	switch kind {
	case kindShifted:
		a.shifted, a.distance = c.isTime(), d.Varint()
		if !a.shifted || a.distance < -pgtypes.Latest/4 || a.distance > pgtypes.Latest/4 {
			d.Fail()
		}
	case kindConstant:
		a.constant = true
		a.dict.values = d.dictionary(c)
		a.bySeries = d.Codes(d.h.count, len(a.dict.values), unseen)
	case kindRows:
		a.rows = true
		a.dict.values = d.dictionary(c)
		a.codes = d.Codes(d.n, len(a.dict.values), null)
	case kindIdentifier:
		a.identifier, a.low = true, d.Varint()
		span := d.Uvarint()
		if a.top = a.low + int64(span); a.top < a.low || c.base != pgtypes.UUID && !c.isInteger() {
			d.Fail()
		}
	default:
		d.Fail()
	}
	d.h.others = append(d.h.others, a)
}

func (c *column) isInteger() bool {
	return c.base == pgtypes.Int2 || c.base == pgtypes.Int4 || c.base == pgtypes.Int8
}
