package pgtypes

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"math"
	"math/big"
	"strconv"
	"time"
)

// AppendFloatText writes a float as float8out and float4out do with
// extra_float_digits above 0: the shortest text that reads back the same.
func AppendFloatText(dst []byte, v float64, bits int) []byte {
	switch {
	case math.IsNaN(v):
		return append(dst, "NaN"...)
	case math.IsInf(v, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(v, -1):
		return append(dst, "-Infinity"...)
	case v == 0:
		return strconv.AppendFloat(dst, v, 'f', -1, bits)
	}
	limit, exact := 15, float64(1<<53)
	if bits == 32 {
		limit, exact = 6, 1<<24
	}
	if a := math.Abs(v); a >= 1e-3 && a < pow10[limit-1] {
		return strconv.AppendFloat(dst, v, 'f', -1, bits)
	}
	var buf [32]byte
	e := strconv.AppendFloat(buf[:0], v, 'e', -1, bits)
	if math.Abs(v) >= exact {
		e = withinBounds(e, v, bits)
	}
	k := bytes.IndexByte(e, 'e')
	exponent := atoi(e[k+2:])
	if e[k+1] == '-' {
		exponent = -exponent
	}
	if exponent < -4 || exponent >= limit {
		return append(dst, e...)
	}
	return strconv.AppendFloat(dst, v, 'f', -1, bits)
}

// withinBounds gives a float more digits where its shortest text lies halfway
// to the next float: the server takes no such text; src/common/d2s.c,
// acceptBounds. Below 2^53, or 2^24, no shortest text lies there.
func withinBounds(e []byte, v float64, bits int) []byte {
	for {
		f, _, err := big.ParseFloat(string(e), 10, 2000, big.ToNearestEven)
		if err != nil {
			return e
		}
		to := math.Inf(1)
		if f.Cmp(big.NewFloat(v)) < 0 {
			to = math.Inf(-1)
		}
		next := math.Nextafter(v, to)
		if bits == 32 {
			next = float64(math.Nextafter32(float32(v), float32(to)))
		}
		if math.IsInf(next, 0) {
			return e
		}
		middle := new(big.Float).SetPrec(2000).Add(big.NewFloat(v), big.NewFloat(next))
		if f.Cmp(middle.Quo(middle, big.NewFloat(2))) != 0 {
			return e
		}
		shown := bytes.IndexByte(e, 'e') - 1 // digits and the point
		if e[0] == '-' {
			shown--
		}
		e = strconv.AppendFloat(e[:0], v, 'e', max(shown, 1), bits)
	}
}

// AppendText writes a value in its type's binary form as text; false when
// the type is not one of those known here.
func AppendText(dst []byte, oid uint32, b []byte, loc *time.Location) ([]byte, bool) {
	switch oid {
	case Bool:
		if len(b) == 1 && b[0] != 0 {
			return append(dst, 't'), true
		}
		return append(dst, 'f'), true
	case Int2, Int4, Int8:
		i, ok := ReadInt(oid, b)
		return strconv.AppendInt(dst, i, 10), ok
	case Float4:
		if len(b) != 4 {
			return dst, false
		}
		return AppendFloatText(dst, float64(math.Float32frombits(binary.BigEndian.Uint32(b))), 32), true
	case Float8:
		if len(b) != 8 {
			return dst, false
		}
		return AppendFloatText(dst, math.Float64frombits(binary.BigEndian.Uint64(b)), 64), true
	case Numeric:
		return appendNumericText(dst, b), true
	case Date, Timestamp, Timestamptz:
		return appendRawTime(dst, oid, b, loc), true
	case UUID:
		return AppendUUID(dst, b), len(b) == 16
	}
	return append(dst, b...), true
}

// appendRawTime writes a date or time in binary form, infinite ones too.
func appendRawTime(dst []byte, oid uint32, b []byte, loc *time.Location) []byte {
	if us, ok := ReadTime(oid, b); ok {
		return AppendTimeText(dst, oid, us, loc)
	}
	if len(b) > 0 && b[0]&0x80 != 0 {
		return append(dst, "-infinity"...)
	}
	return append(dst, "infinity"...)
}

// ReadInt reads an integer of a type in its binary form; false for any other type or
// length.
func ReadInt(oid uint32, b []byte) (int64, bool) {
	switch {
	case oid == Int2 && len(b) == 2:
		return int64(int16(binary.BigEndian.Uint16(b))), true
	case oid == Int4 && len(b) == 4:
		return int64(int32(binary.BigEndian.Uint32(b))), true
	case oid == Int8 && len(b) == 8:
		return int64(binary.BigEndian.Uint64(b)), true
	}
	return 0, false
}

// AppendIntBinary writes an integer in the binary form of a type.
func AppendIntBinary(dst []byte, oid uint32, i int64) []byte {
	switch oid {
	case Int2:
		return binary.BigEndian.AppendUint16(dst, uint16(i))
	case Int4:
		return binary.BigEndian.AppendUint32(dst, uint32(i))
	}
	return binary.BigEndian.AppendUint64(dst, uint64(i))
}

// AppendUUID writes the text of the bytes of a uuid.
func AppendUUID(dst, b []byte) []byte {
	for i := range b {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			dst = append(dst, '-')
		}
		dst = hex.AppendEncode(dst, b[i:i+1])
	}
	return dst
}
