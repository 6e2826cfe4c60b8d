package sqlfuncs

import (
	"math"
	"slices"

	"golang.org/x/text/encoding"

	"github.com/datamime/datamime/sqlfuncs/modelform"
)

// The data of a stored model in its fitted form:
//
//	uvarint      series
//	per key      dictionary; per series a code
//	per value    uvarint scale
//	uvarint      rows of the source
//	per other    byte kind, then what the kind has
//	             the rest: the engine's parameters
//
// Dictionaries and codes are those of modelencode.go, and so are the kinds of
// other columns but for anything, of which there are
//
//	calendar     uvarint length, name of a rule; uvarint form, varint months, varint distance
//	shares       dictionary; byte: 1 by series; uvarint length, name of a feature; cumulative shares of the whole;
//	             uvarint cells, each: uvarint series, varint key, cumulative shares; a share is its distance from the one before
var fittedData = modelform.Form{Magic: "df", Version: 1, Unfolds: 64}

const (
	kindCalendar = 4
	kindShares   = 5
)

// encodeFitted writes what the fitted form holds; generalise must have left
// nothing else.
func (h *history) encodeFitted(parameters []byte) ([]byte, error) {
	e := modelEncoder{h: h}
	e.keys()
	for _, scale := range h.scale {
		e.Uvarint(uint64(scale))
	}
	e.Uvarint(uint64(h.rows))
	for _, a := range h.others {
		e.generalised(a)
	}
	if e.notUTF8 {
		return nil, notUTF8()
	}
	return fittedData.Pack(append(e.Body, parameters...))
}

func (e *modelEncoder) generalised(a *attribute) {
	switch {
	case a.shares != nil:
		e.Byte(kindShares)
		e.shares(a)
	case a.ready != nil:
		e.Byte(kindCalendar)
		e.Text(a.ready.feature.name)
		e.Uvarint(uint64(a.ready.number))
		e.Varint(int64(a.ready.months))
		e.Varint(a.ready.rest)
	default:
		e.attribute(a)
	}
}

func (e *modelEncoder) shares(a *attribute) {
	f := a.shares
	e.dictionary(a.column, a.dict.values)
	by, name := byte(0), ""
	if f.bySeries {
		by = 1
	}
	if f.feature != nil {
		name = f.feature.name
	}
	e.Byte(by)
	e.Text(name)
	table := func(cumulative []int32) {
		last := int32(0)
		for _, c := range cumulative {
			e.Uvarint(uint64(c - last))
			last = c
		}
	}
	table(f.whole)
	var cells []cell
	for c := range f.cells {
		cells = append(cells, c)
	}
	slices.SortFunc(cells, func(a, b cell) int {
		if a.series != b.series {
			return int(a.series - b.series)
		}
		return int(max(-1, min(1, a.key-b.key)))
	})
	e.Uvarint(uint64(len(cells)))
	for _, c := range cells {
		e.Uvarint(uint64(c.series))
		e.Varint(c.key)
		table(f.cells[c])
	}
}

// decodeFitted reads what encodeFitted has written, as carefully as
// decodeHistory does.
func decodeFitted(src *dataSource, r roles, data []byte, charset encoding.Encoding) (h *history, parameters []byte, err error) {
	body, err := fittedData.Unpack(data)
	if err != nil {
		return nil, nil, errModelForm
	}
	h = &history{src: src, roles: r, values: make([][]float64, len(r.values)), scale: make([]int, len(r.values))}
	d := modelDecoder{h: h, Reader: modelform.Reader{Rest: body}}
	d.keys()
	for v := range h.scale {
		if h.scale[v] = int(d.Uvarint()); h.scale[v] < 0 || h.scale[v] > 0x3fff {
			d.Fail()
		}
	}
	rows := d.Uvarint()
	if h.rows = int(rows); rows > math.MaxInt32*1024 || rows == 0 || h.count == 0 {
		d.Fail()
	}
	for _, c := range r.others {
		d.generalised(&src.columns[c])
	}
	if d.Bad {
		return nil, nil, errModelForm
	}
	return h, d.Rest, h.recode(charset)
}

func (d *modelDecoder) generalised(c *column) {
	if d.Bad || len(d.Rest) == 0 {
		d.Fail()
		return
	}
	switch kind := d.Rest[0]; kind {
	case kindCalendar, kindShares:
		d.Rest = d.Rest[1:]
		a := newAttribute(c, d.h)
		a.constant, a.shifted = false, false
		if kind == kindCalendar {
			d.calendar(a)
		} else {
			d.shares(a)
		}
		d.h.others = append(d.h.others, a)
	case kindRows:
		d.Fail()
	default:
		d.attribute(c)
	}
}

func (d *modelDecoder) calendar(a *attribute) {
	name := string(d.Text())
	number, months, rest := d.Uvarint(), d.Varint(), d.Varint()
	if d.Bad {
		return
	}
	a.ready, a.asked = a.ruleNamed(name, number, months, rest), true
	if a.ready == nil {
		d.Fail()
	}
}

func (d *modelDecoder) shares(a *attribute) {
	f := &frequencies{cells: map[cell][]int32{}}
	a.shares = f
	a.dict.values = d.dictionary(a.column)
	by := d.Byte()
	name := string(d.Text())
	if d.Bad || by > 1 {
		d.Fail()
		return
	}
	f.bySeries = by == 1
	if name != "" {
		f.feature = featureNamed(name)
		if f.feature == nil {
			d.Fail()
		}
	}
	table := func() []int32 {
		if len(a.dict.values) >= len(d.Rest) {
			d.Fail()
			return nil
		}
		out, last := make([]int32, len(a.dict.values)+1), uint64(0)
		for i := range out {
			if last += d.Uvarint(); last > shareParts {
				d.Fail()
				return nil
			}
			out[i] = int32(last)
		}
		if last != shareParts {
			d.Fail()
		}
		return out
	}
	f.whole = table()
	for range d.Count() {
		series, key := d.Uvarint(), d.Varint()
		if t := table(); !d.Bad && series < uint64(d.h.count) {
			f.cells[cell{int32(series), key}] = t
		} else {
			d.Fail()
			return
		}
	}
}
