package sqlfuncs

import (
	"encoding/binary"

	"github.com/datamime/datamime/sqlfuncs/pgtypes"
)

// maxArrayBytes bounds the arrays that one statement binds where no temporary
// table can be made. The server holds them once more, decoded.
const maxArrayBytes = 256 << 20

const arrayHeader = 20

// An arraySet collects the needed columns of one call as PostgreSQL arrays in
// binary form, or stands for a temporary table that has them.
type arraySet struct {
	columns []int // of the call's result
	oids    []uint32
	data    [][]byte
	nulls   []bool
	rows    int
	table   string // "": the arrays have the rows
}

func newArraySet(arrays []array, call int) *arraySet {
	s := &arraySet{}
	for _, a := range arrays {
		if a.call == call {
			s.columns = append(s.columns, a.column)
			s.oids = append(s.oids, a.oid)
			s.data = append(s.data, make([]byte, arrayHeader))
			s.nulls = append(s.nulls, false)
		}
	}
	return s
}

// add takes one batch and returns how many bytes the arrays have by now.
func (s *arraySet) add(b *Batch) (size int) {
	for i, k := range s.columns {
		s.data[i] = s.append(i, b.Columns[k], b.Rows)
		size += len(s.data[i])
	}
	s.rows += b.Rows
	return size
}

func (s *arraySet) append(i int, c Column, rows int) []byte {
	dst, text := s.data[i], s.oids[i] == pgtypes.Text
	for r := range rows {
		if c.Null(r) {
			s.nulls[i] = true
			dst = append(dst, 0xff, 0xff, 0xff, 0xff)
			continue
		}
		at := len(dst)
		dst = append(dst, 0, 0, 0, 0)
		if text {
			dst = c.AppendText(dst, r)
		} else {
			dst = c.AppendBinary(dst, r)
		}
		binary.BigEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
	}
	return dst
}

// param returns the i-th array.
func (s *arraySet) param(i int) Param {
	if s.rows == 0 {
		return emptyArray(s.oids[i])
	}
	b := s.data[i]
	binary.BigEndian.PutUint32(b, 1)
	if s.nulls[i] {
		binary.BigEndian.PutUint32(b[4:], 1)
	}
	binary.BigEndian.PutUint32(b[8:], s.oids[i])
	binary.BigEndian.PutUint32(b[12:], uint32(s.rows))
	binary.BigEndian.PutUint32(b[16:], 1)
	return Param{OID: pgtypes.ArrayOf[s.oids[i]], Format: Binary, Value: b}
}

func emptyArray(oid uint32) Param {
	b := make([]byte, 12)
	binary.BigEndian.PutUint32(b[8:], oid)
	return Param{OID: pgtypes.ArrayOf[oid], Format: Binary, Value: b}
}
