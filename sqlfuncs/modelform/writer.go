package modelform

import "encoding/binary"

// A Writer appends to a body.
type Writer struct{ Body []byte }

// Uvarint writes a number that is not negative, a small one in few bytes.
func (w *Writer) Uvarint(v uint64) { w.Body = binary.AppendUvarint(w.Body, v) }

// Varint writes a number, a small one in few bytes.
func (w *Writer) Varint(v int64) { w.Body = binary.AppendVarint(w.Body, v) }

// Byte writes a byte.
func (w *Writer) Byte(b byte) { w.Body = append(w.Body, b) }

// Text writes a text with its length in front.
func (w *Writer) Text(s string) {
	w.Uvarint(uint64(len(s)))
	w.Body = append(w.Body, s...)
}

// leastCode is the least code of a dictionary: -1 is NULL, -2 no row.
const leastCode = -2

// Code writes a code of a dictionary, which is -2 or more.
func (w *Writer) Code(c int32) { w.Uvarint(uint64(c - leastCode)) }
