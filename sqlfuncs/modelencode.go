package sqlfuncs

import (
	"github.com/datamime/datamime/sqlfuncs/modelform"
	"github.com/datamime/datamime/sqlfuncs/pgtypes"
)

// The data of a stored model: what was read of its source, without loss, so
// that a fit of it is the fit of the source.
//
//	uvarint      series
//	per key      dictionary; per series a code
//	per series   uvarint rows
//	per value    values, with the decimals that they show
//	per series   varint first time; until its rows are told: varint distance of two rows, uvarint how often
//	per other    byte kind, then what the kind has
//
// Rows stand by series, then by time. A dictionary is uvarint length, then
// uvarint-prefixed values as the server sent them; a code is a uvarint, two
// more than the value's place (0: no row, 1: NULL). Values are those of
// modelform.
//
// Kinds of other columns: a time at a constant distance (varint); constant
// within the series (dictionary, codes per series); anything (dictionary,
// codes per row); identifiers (varint smallest, uvarint span), of which the
// values themselves are not kept.
var resampledData = modelform.Form{Magic: "dm", Version: 1, Unfolds: modelform.MostUnfolds}

const (
	kindShifted    = 0
	kindConstant   = 1
	kindRows       = 2
	kindIdentifier = 3
)

// encode writes what was read of a source; order must have sorted the series.
func (h *history) encode() ([]byte, error) {
	e := modelEncoder{h: h, by: newDonor(h)}
	e.series()
	for v := range h.values {
		e.Values(h.values[v], e.by.rows, h.scale[v])
	}
	e.times()
	for _, a := range h.others {
		e.attribute(a)
	}
	switch {
	case e.notUTF8:
		return nil, notUTF8()
	case len(e.Body) > modelform.MaxSize:
		return nil, &Error{Code: codeLimit, Message: "the source is too large for a stored model",
			Hint: "Fit a part of it: '(SELECT ... WHERE ...)'."}
	}
	return resampledData.Pack(e.Body)
}

type modelEncoder struct {
	modelform.Writer
	h       *history
	by      *donor // the rows by series, then by time
	notUTF8 bool
}

func (e *modelEncoder) dictionary(c *column, values []string) {
	text := c.wire() == pgtypes.Text
	e.Uvarint(uint64(len(values)))
	for _, v := range values {
		if text {
			u, err := toUTF8(v, e.h.charset)
			e.notUTF8 = e.notUTF8 || err != nil
			v = u
		}
		e.Text(v)
	}
}

func (e *modelEncoder) codes(codes []int32) {
	for _, c := range codes {
		e.Code(c)
	}
}

// keys writes what tells the series apart.
func (e *modelEncoder) keys() {
	e.Uvarint(uint64(e.h.seriesCount()))
	for k, c := range e.h.roles.series {
		e.dictionary(&e.h.src.columns[c], e.h.keyDict[k].values)
		e.codes(e.h.keys[k])
	}
}

func (e *modelEncoder) series() {
	e.keys()
	for s := range e.h.seriesCount() {
		e.Uvarint(uint64(e.by.from[s+1] - e.by.from[s]))
	}
}

func (e *modelEncoder) times() {
	for s := range e.h.seriesCount() {
		rows := e.by.rows[e.by.from[s]:e.by.from[s+1]]
		if len(rows) == 0 {
			continue
		}
		at := e.h.times[rows[0]]
		e.Varint(at)
		for i := 1; i < len(rows); {
			d, n := e.h.times[rows[i]]-at, uint64(0)
			for i < len(rows) && e.h.times[rows[i]]-at == d {
				at += d
				n++
				i++
			}
			e.Varint(d)
			e.Uvarint(n)
		}
	}
}

func (e *modelEncoder) attribute(a *attribute) {
	switch {
	case a.shifted:
		e.Byte(kindShifted)
		e.Varint(a.distance)
	case a.constant:
		e.Byte(kindConstant)
		e.dictionary(a.column, a.dict.values)
		codes := append([]int32(nil), a.bySeries...)
		for len(codes) < e.h.seriesCount() {
			codes = append(codes, unseen)
		}
		e.codes(codes)
	case a.isUnique():
		e.Byte(kindIdentifier)
		low, top := int64(0), int64(0)
		if a.column.base != pgtypes.UUID {
			low, top = a.intRange()
		}
		e.Varint(low)
		e.Uvarint(uint64(top) - uint64(low))
	default:
		e.Byte(kindRows)
		e.dictionary(a.column, a.dict.values)
		for _, row := range e.by.rows {
			e.Code(a.codes[row])
		}
	}
}
