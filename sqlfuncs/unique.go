package sqlfuncs

import (
	"fmt"
	"math"
	"strconv"

	"github.com/datamime/datamime/engine"
	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/sqlfuncs/pgtypes"
	"github.com/datamime/datamime/sqlfuncs/sqltext"
)

// isUnique tells whether the attribute is an identifier: integers or uuids of
// which no two are alike. A few integers may be that by chance: then they must
// also lie close to each other.
func (a *attribute) isUnique() bool {
	if a.identifier {
		return true
	}
	n := len(a.codes)
	switch a.column.base {
	case pgtypes.Int2, pgtypes.Int4, pgtypes.Int8:
		if n < 2 || len(a.dict.values) != n {
			return false
		}
		low, top := a.intRange()
		return n >= 30 || top-low < int64(2*n)
	case pgtypes.UUID:
		return n >= 2 && len(a.dict.values) == n
	}
	return false
}

func (a *attribute) intRange() (low, top int64) {
	if a.identifier {
		return a.low, a.top
	}
	low, top = math.MaxInt64, math.MinInt64
	for _, v := range a.dict.values {
		if i, ok := pgtypes.ReadInt(a.column.base, []byte(v)); ok {
			low, top = min(low, i), max(top, i)
		}
	}
	return low, top
}

// A numberMaker numbers rows from the source's largest number on. The number
// hangs on the row's step and series alone, so that every window agrees.
type numberMaker struct {
	of      *column
	low     int64 // the source's
	top     int64
	largest int64 // of the type
	first   int64
	step    engine.Frequency
	series  int64
	count   int64 // rows so far, where times are irregular
	out     numberColumn
	err     error
}

func (g *generator) newNumberMaker(a *attribute) *numberMaker {
	m := &numberMaker{of: a.column, step: g.frequency(), series: int64(g.seriesCount()), out: numberColumn{oid: a.column.base}}
	m.low, m.top = a.intRange()
	m.first, _ = g.model.Span()
	m.largest = map[uint32]int64{pgtypes.Int2: math.MaxInt16, pgtypes.Int4: math.MaxInt32, pgtypes.Int8: math.MaxInt64}[a.column.base]
	return m
}

func (m *numberMaker) column(g *generator, n int) Column {
	m.out.values = m.out.values[:0]
	for i := range n {
		place := m.count
		m.count++
		switch {
		case m.step.Months > 0:
			place = monthsBetween(m.first, g.rows.Time[i])/int64(m.step.Months)*m.series + int64(g.rows.Series[i])
		case m.step.Micros > 0:
			place = civil.FloorDiv(g.rows.Time[i]-m.first, m.step.Micros)*m.series + int64(g.rows.Series[i])
		}
		v := m.top + 1 + place
		if place < 0 {
			v = m.low + place
		}
		if place > m.largest-m.top-1 && m.err == nil {
			m.err = &Error{Code: codeOutOfRange, Message: fmt.Sprintf("column %s of type %s has no numbers left", sqltext.QuoteName(m.of.name), m.of.typeName),
				Hint: "Ask for fewer rows, or leave the column out of the query."}
		}
		m.out.values = append(m.out.values, v)
	}
	return &m.out
}

func monthsBetween(a, b int64) int64 {
	x, y := momentOf(a, nil), momentOf(b, nil)
	return (y.year-x.year)*12 + int64(y.month-x.month)
}

// A numberColumn shows integers.
type numberColumn struct {
	oid    uint32
	values []int64
}

func (c *numberColumn) Null(int) bool { return false }
func (c *numberColumn) AppendText(dst []byte, row int) []byte {
	return strconv.AppendInt(dst, c.values[row], 10)
}
func (c *numberColumn) AppendBinary(dst []byte, row int) []byte {
	return pgtypes.AppendIntBinary(dst, c.oid, c.values[row])
}

// A uuidMaker makes random uuids that hang on seed, series, time and column.
type uuidMaker struct {
	salt []uint64 // per series, from the seed, its keys and the column
	out  uuidColumn
}

func (g *generator) newUUIDMaker(a *attribute) *uuidMaker { return &uuidMaker{salt: g.salts(a.column)} }

// salts hang on seed, keys and column, one for each series.
func (g *generator) salts(c *column) []uint64 {
	var salt []uint64
	for s := range g.seriesCount() {
		h := mix(uint64(g.request.seed) + 0x9e3779b97f4a7c15)
		for _, b := range []byte(g.h.identity(int32(s)) + "\x00" + c.name) {
			h = mix(h ^ uint64(b))
		}
		salt = append(salt, h)
	}
	return salt
}

// mix is the finaliser of SplitMix64; Steele, Lea and Flood, "Fast splittable
// pseudorandom number generators", 2014.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func (m *uuidMaker) column(g *generator, n int) Column {
	m.out.values = m.out.values[:0]
	for i := range n {
		salt, t := m.salt[g.rows.Series[i]], uint64(g.rows.Time[i])
		a := mix(salt + mix(t+0x9e3779b97f4a7c15))
		b := mix(salt*0x9e3779b97f4a7c15 ^ mix(t^0xd1b54a32d192ed03))
		m.out.values = append(m.out.values, uuidOf(a, b))
	}
	return &m.out
}

// uuidOf makes a uuid of version 4 and variant 1, RFC 9562, from random bits.
func uuidOf(a, b uint64) [2]uint64 { return [2]uint64{a&^0xf000 | 0x4000, b&^(3<<62) | 2<<62} }

// A uuidColumn shows uuids.
type uuidColumn struct{ values [][2]uint64 }

func (c *uuidColumn) Null(int) bool { return false }
func (c *uuidColumn) AppendText(dst []byte, row int) []byte {
	var b [16]byte
	return pgtypes.AppendUUID(dst, c.AppendBinary(b[:0], row))
}
func (c *uuidColumn) AppendBinary(dst []byte, row int) []byte {
	dst = pgtypes.AppendIntBinary(dst, pgtypes.Int8, int64(c.values[row][0]))
	return pgtypes.AppendIntBinary(dst, pgtypes.Int8, int64(c.values[row][1]))
}
