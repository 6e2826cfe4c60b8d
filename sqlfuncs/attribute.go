package sqlfuncs

import (
	"sort"

	"github.com/datamime/datamime/sqlfuncs/pgtypes"
)

// An attribute is a column of the source that is neither time nor series nor
// value. While the rows come in it is found out what it hangs on: it is the
// same in all rows of a series, or a time at a constant distance from the time
// column, or else its values are kept row by row.
type attribute struct {
	column *column
	h      *history
	dict   dictionary

	constant bool    // so far, within each series
	bySeries []int32 // the code of each series

	shifted  bool // so far, at a constant distance
	distance int64

	codes []int32 // per row, once it is neither
	rows  bool    // codes is kept

	ready *calendarRule // what calendarRule found, where it was asked already
	asked bool

	shares *frequencies // the fitted form's, where it is nothing else

	identifier bool  // a stored model's: no two were alike, and only
	low, top   int64 // the range of the integers was kept
}

// unseen stands for a series without a row yet.
const unseen = -2

func newAttribute(c *column, h *history) *attribute {
	a := &attribute{column: c, h: h, constant: true}
	switch c.base {
	case pgtypes.Date, pgtypes.Timestamp, pgtypes.Timestamptz:
		a.shifted = true
	}
	return a
}

// add takes the value of one row.
func (a *attribute) add(row int, series int32, us int64, v []byte) {
	if a.shifted {
		a.shift(row, us, v)
	}
	if a.constant {
		for int(series) >= len(a.bySeries) {
			a.bySeries = append(a.bySeries, unseen)
		}
		switch c := a.bySeries[series]; {
		case c == unseen:
			a.bySeries[series] = a.dict.code(v)
		case !a.dict.same(c, v):
			a.constant = false
		}
		if !a.constant && !a.shifted {
			a.backfill(row, a.seriesCode)
		}
	}
	if a.rows {
		a.codes = append(a.codes, a.dict.code(v))
	}
}

// shift checks the distance from the time column.
func (a *attribute) shift(row int, us int64, v []byte) {
	at, ok := pgtypes.ReadTime(a.column.base, v)
	switch {
	case !ok || v == nil:
	case row == 0:
		a.distance = at - us
		return
	case at-us == a.distance:
		return
	}
	a.shifted = false
	if !a.constant {
		a.backfill(row, a.shiftedCode)
	}
}

// backfill starts to keep codes by row. What held until now tells those of
// the rows so far.
func (a *attribute) backfill(row int, code func(i int) int32) {
	a.rows = true
	a.codes = make([]int32, row, row+row/4+16)
	for i := range a.codes {
		a.codes[i] = code(i)
	}
}

func (a *attribute) seriesCode(i int) int32 { return a.bySeries[a.h.index[i]] }

func (a *attribute) shiftedCode(i int) int32 {
	return a.dict.code(pgtypes.AppendTimeBinary(nil, a.column.base, a.h.times[i]+a.distance))
}

// A donor finds the source's row at a place.
type donor struct {
	h    *history
	rows []int32 // by series, then by time
	from []int32 // where each series starts in rows
}

func newDonor(h *history) *donor {
	d := &donor{h: h, rows: make([]int32, len(h.times)), from: make([]int32, h.seriesCount()+1)}
	for i := range d.rows {
		d.rows[i] = int32(i)
		d.from[h.index[i]+1]++
	}
	for i := 1; i < len(d.from); i++ {
		d.from[i] += d.from[i-1]
	}
	at := append([]int32(nil), d.from...)
	for i := range h.times {
		s := h.index[i]
		d.rows[at[s]] = int32(i)
		at[s]++
	}
	for s := range h.seriesCount() {
		rows := d.rows[d.from[s]:d.from[s+1]]
		ordered := func(i, j int) bool { return h.times[rows[i]] < h.times[rows[j]] }
		if !sort.SliceIsSorted(rows, ordered) {
			sort.SliceStable(rows, ordered)
		}
	}
	return d
}

// row returns the row of a series at a time, or the one before, or its first;
// -1 when the series has none.
func (d *donor) row(series int32, us int64) int32 {
	rows := d.rows[d.from[series]:d.from[series+1]]
	if len(rows) == 0 {
		return -1
	}
	i := sort.Search(len(rows), func(i int) bool { return d.h.times[rows[i]] > us })
	return rows[max(i-1, 0)]
}
