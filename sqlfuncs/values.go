package sqlfuncs

import (
	"encoding/binary"
	"encoding/hex"
	"math"
	"strconv"
	"time"
)

// appendFloatText writes a float as float8out and float4out do with
// extra_float_digits above 0: the shortest text that reads back the same.
func appendFloatText(dst []byte, v float64, bits int) []byte {
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
	limit := 1e15
	if bits == 32 {
		limit = 1e6
	}
	if a := math.Abs(v); a >= limit || a < 1e-4 {
		return strconv.AppendFloat(dst, v, 'e', -1, bits)
	}
	return strconv.AppendFloat(dst, v, 'f', -1, bits)
}

// appendRawText writes a value in its type's binary form as text; false when
// the type is not one of those known here.
func appendRawText(dst []byte, oid uint32, b []byte, loc *time.Location) ([]byte, bool) {
	switch oid {
	case oidBool:
		if len(b) == 1 && b[0] != 0 {
			return append(dst, 't'), true
		}
		return append(dst, 'f'), true
	case oidInt2, oidInt4, oidInt8:
		i, ok := readInt(oid, b)
		return strconv.AppendInt(dst, i, 10), ok
	case oidFloat4:
		if len(b) != 4 {
			return dst, false
		}
		return appendFloatText(dst, float64(math.Float32frombits(binary.BigEndian.Uint32(b))), 32), true
	case oidFloat8:
		if len(b) != 8 {
			return dst, false
		}
		return appendFloatText(dst, math.Float64frombits(binary.BigEndian.Uint64(b)), 64), true
	case oidNumeric:
		return appendNumericText(dst, b), true
	case oidDate, oidTimestamp, oidTimestamptz:
		return appendRawTime(dst, oid, b, loc), true
	case oidUUID:
		return appendUUID(dst, b), len(b) == 16
	}
	return append(dst, b...), true
}

// appendRawTime writes a date or time in binary form, infinite ones too.
func appendRawTime(dst []byte, oid uint32, b []byte, loc *time.Location) []byte {
	if us, ok := readTime(oid, b); ok {
		return appendTimeText(dst, oid, us, loc)
	}
	if len(b) > 0 && b[0]&0x80 != 0 {
		return append(dst, "-infinity"...)
	}
	return append(dst, "infinity"...)
}

func readInt(oid uint32, b []byte) (int64, bool) {
	switch {
	case oid == oidInt2 && len(b) == 2:
		return int64(int16(binary.BigEndian.Uint16(b))), true
	case oid == oidInt4 && len(b) == 4:
		return int64(int32(binary.BigEndian.Uint32(b))), true
	case oid == oidInt8 && len(b) == 8:
		return int64(binary.BigEndian.Uint64(b)), true
	}
	return 0, false
}

func appendIntBinary(dst []byte, oid uint32, i int64) []byte {
	switch oid {
	case oidInt2:
		return binary.BigEndian.AppendUint16(dst, uint16(i))
	case oidInt4:
		return binary.BigEndian.AppendUint32(dst, uint32(i))
	}
	return binary.BigEndian.AppendUint64(dst, uint64(i))
}

func appendUUID(dst, b []byte) []byte {
	for i := range b {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			dst = append(dst, '-')
		}
		dst = hex.AppendEncode(dst, b[i:i+1])
	}
	return dst
}
