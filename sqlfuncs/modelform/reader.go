package modelform

import (
	"encoding/binary"
	"math"
)

// A Reader takes a body apart. After the first thing amiss it is bad, and reads zeros.
type Reader struct {
	Rest []byte // not read yet
	Bad  bool
}

// Fail makes the reader bad.
func (r *Reader) Fail() { r.Bad, r.Rest = true, nil }

// Uvarint reads what Writer.Uvarint has written.
func (r *Reader) Uvarint() uint64 {
	v, n := binary.Uvarint(r.Rest)
	return number(r, v, n)
}

// Varint reads what Writer.Varint has written.
func (r *Reader) Varint() int64 {
	v, n := binary.Varint(r.Rest)
	return number(r, v, n)
}

// number passes over the n bytes of v.
func number[T any](r *Reader, v T, n int) T {
	if n <= 0 || r.Bad {
		var zero T
		r.Fail()
		return zero
	}
	r.Rest = r.Rest[n:]
	return v
}

// Count reads how many things follow, each of which takes a byte at least.
func (r *Reader) Count() int {
	v := r.Uvarint()
	if v > uint64(len(r.Rest)) || v > math.MaxInt32 {
		r.Fail()
		return 0
	}
	return int(v)
}

// Bytes reads n bytes, which are those of the body; nil where there are fewer.
func (r *Reader) Bytes(n int) []byte {
	if n > len(r.Rest) {
		r.Fail()
		return nil
	}
	b := r.Rest[:n]
	r.Rest = r.Rest[n:]
	return b
}

// Byte reads a byte.
func (r *Reader) Byte() byte {
	b := r.Bytes(1)
	if b == nil {
		return 0
	}
	return b[0]
}

// Text reads what Writer.Text has written; the bytes are those of the body.
func (r *Reader) Text() []byte { return r.Bytes(r.Count()) }

// Codes reads n codes of a dictionary of so many values; least is the smallest that may
// be, -1 or -2.
func (r *Reader) Codes(n, values int, least int32) []int32 {
	if n > len(r.Rest) {
		r.Fail()
		return nil
	}
	codes := make([]int32, n)
	for i := range codes {
		c := r.Uvarint()
		if c >= uint64(values-leastCode) || int32(c)+leastCode < least {
			r.Fail()
			return nil
		}
		codes[i] = int32(c) + leastCode
	}
	return codes
}
