package sqlfuncs

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"

	"github.com/klauspost/compress/flate"
	"golang.org/x/text/encoding"
)

// The data of a stored model in its fitted form:
//
//	magic "df", version, uvarint: length of what follows when unpacked; then DEFLATE of
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
const (
	fittedMagic   = "df"
	fittedVersion = 1
	fittedUnfolds = 64 // times its length that parameters may unfold to

	kindCalendar = 4
	kindShares   = 5
)

// encodeFitted writes what the fitted form holds; generalise must have left
// nothing else.
func (h *history) encodeFitted(parameters []byte) ([]byte, error) {
	e := modelEncoder{h: h}
	e.keys()
	for _, scale := range h.scale {
		e.uvarint(uint64(scale))
	}
	e.uvarint(uint64(h.rows))
	for _, a := range h.others {
		e.generalised(a)
	}
	if e.notUTF8 {
		return nil, notUTF8()
	}
	return pack(fittedMagic, fittedVersion, append(e.out, parameters...))
}

func (e *modelEncoder) text(s string) {
	e.uvarint(uint64(len(s)))
	e.out = append(e.out, s...)
}

func (e *modelEncoder) generalised(a *attribute) {
	switch {
	case a.shares != nil:
		e.out = append(e.out, kindShares)
		e.shares(a)
	case a.ready != nil:
		e.out = append(e.out, kindCalendar)
		e.text(a.ready.feature.name)
		e.uvarint(uint64(a.ready.number))
		e.varint(int64(a.ready.months))
		e.varint(a.ready.rest)
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
	e.out = append(e.out, by)
	e.text(name)
	table := func(cumulative []int32) {
		last := int32(0)
		for _, c := range cumulative {
			e.uvarint(uint64(c - last))
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
	e.uvarint(uint64(len(cells)))
	for _, c := range cells {
		e.uvarint(uint64(c.series))
		e.varint(c.key)
		table(f.cells[c])
	}
}

// pack compresses a body and puts its length in front.
func pack(magic string, version byte, body []byte) ([]byte, error) {
	var packed bytes.Buffer
	packed.WriteString(magic)
	packed.WriteByte(version)
	packed.Write(binary.AppendUvarint(nil, uint64(len(body))))
	w, err := flate.NewWriter(&packed, 6)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(body); err != nil {
		return nil, err
	}
	err = w.Close()
	return packed.Bytes(), err
}

// decodeFitted reads what encodeFitted has written, as carefully as
// decodeHistory does.
func decodeFitted(src *dataSource, r roles, data []byte, charset encoding.Encoding) (h *history, parameters []byte, err error) {
	body, err := unfold(fittedMagic, fittedVersion, fittedUnfolds, data)
	if err != nil {
		return nil, nil, err
	}
	h = &history{src: src, roles: r, values: make([][]float64, len(r.values)), scale: make([]int, len(r.values))}
	d := modelDecoder{h: h, rest: body}
	d.keys()
	for v := range h.scale {
		if h.scale[v] = int(d.uvarint()); h.scale[v] < 0 || h.scale[v] > 0x3fff {
			d.fail()
		}
	}
	rows := d.uvarint()
	if h.rows = int(rows); rows > math.MaxInt32*1024 || rows == 0 || h.count == 0 {
		d.fail()
	}
	for _, c := range r.others {
		d.generalised(&src.columns[c])
	}
	if d.bad {
		return nil, nil, errModelForm
	}
	return h, d.rest, h.recode(charset)
}

func (d *modelDecoder) generalised(c *column) {
	if d.bad || len(d.rest) == 0 {
		d.fail()
		return
	}
	switch kind := d.rest[0]; kind {
	case kindCalendar, kindShares:
		d.rest = d.rest[1:]
		a := newAttribute(c, d.h)
		a.constant, a.shifted = false, false
		if kind == kindCalendar {
			d.calendar(a)
		} else {
			d.shares(a)
		}
		d.h.others = append(d.h.others, a)
	case kindRows:
		d.fail()
	default:
		d.attribute(c)
	}
}

func (d *modelDecoder) calendar(a *attribute) {
	name := string(d.bytes(d.count()))
	number, months, rest := d.uvarint(), d.varint(), d.varint()
	if d.bad {
		return
	}
	a.ready, a.asked = a.ruleNamed(name, number, months, rest), true
	if a.ready == nil {
		d.fail()
	}
}

func (d *modelDecoder) shares(a *attribute) {
	f := &frequencies{cells: map[cell][]int32{}}
	a.shares = f
	a.dict.values = d.dictionary(a.column)
	by := d.bytes(1)
	name := string(d.bytes(d.count()))
	if d.bad || by[0] > 1 {
		d.fail()
		return
	}
	f.bySeries = by[0] == 1
	if name != "" {
		f.feature = featureNamed(name)
		if f.feature == nil {
			d.fail()
		}
	}
	table := func() []int32 {
		if len(a.dict.values) >= len(d.rest) {
			d.fail()
			return nil
		}
		out, last := make([]int32, len(a.dict.values)+1), uint64(0)
		for i := range out {
			if last += d.uvarint(); last > shareParts {
				d.fail()
				return nil
			}
			out[i] = int32(last)
		}
		if last != shareParts {
			d.fail()
		}
		return out
	}
	f.whole = table()
	for range d.count() {
		series, key := d.uvarint(), d.varint()
		if t := table(); !d.bad && series < uint64(d.h.count) {
			f.cells[cell{int32(series), key}] = t
		} else {
			d.fail()
			return
		}
	}
}
