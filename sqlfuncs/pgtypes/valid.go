package pgtypes

import (
	"encoding/binary"
	"strings"
	"unicode/utf8"
)

// Valid tells whether bytes are a value of the type in the binary form that the server
// sends: of a type that is not known here, a text.
func Valid(oid uint32, b []byte) bool {
	switch oid {
	case Bool:
		return len(b) == 1
	case Int2, Int4, Int8:
		_, ok := ReadInt(oid, b)
		return ok
	case Float4, Date:
		return len(b) == 4
	case Float8, Timestamp, Timestamptz:
		return len(b) == 8
	case UUID:
		return len(b) == 16
	case Numeric:
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
