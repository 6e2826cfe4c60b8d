package pgtypes

import (
	"encoding/binary"
	"math"
	"strconv"
	"time"

	"github.com/datamime/datamime/engine/civil"
)

// Epoch2000 is PostgreSQL's epoch, 2000-01-01, in microseconds since 1970.
const Epoch2000 = 946684800 * 1_000_000

// The times that PostgreSQL's timestamps can hold, in microseconds since 1970.
const (
	Earliest = -211_813_488_000_000_000 + Epoch2000
	Latest   = math.MaxInt64 - Epoch2000
)

// ReadTime reads a date, timestamp or timestamptz in binary form as
// microseconds since 1970; false for an infinite one or one out of range.
func ReadTime(oid uint32, b []byte) (int64, bool) {
	switch {
	case oid == Date && len(b) == 4:
		d := int32(binary.BigEndian.Uint32(b))
		if d == math.MaxInt32 || d == math.MinInt32 {
			return 0, false
		}
		days := int64(d) + Epoch2000/civil.MicrosPerDay
		return days * civil.MicrosPerDay, days < math.MaxInt64/civil.MicrosPerDay
	case oid != Date && len(b) == 8:
		us := int64(binary.BigEndian.Uint64(b))
		return us + Epoch2000, us != math.MinInt64 && us <= math.MaxInt64-Epoch2000
	}
	return 0, false
}

// AppendTimeBinary writes microseconds since 1970 as the type's send function
// does.
func AppendTimeBinary(dst []byte, oid uint32, us int64) []byte {
	if oid == Date {
		return binary.BigEndian.AppendUint32(dst, uint32(civil.FloorDiv(us-Epoch2000, civil.MicrosPerDay)))
	}
	return binary.BigEndian.AppendUint64(dst, uint64(us-Epoch2000))
}

// AppendTimeText writes microseconds since 1970 as the type's output function
// does with DateStyle ISO; loc is the session's time zone for a timestamptz.
func AppendTimeText(dst []byte, oid uint32, us int64, loc *time.Location) []byte {
	offset := 0
	if oid == Timestamptz {
		_, offset = time.UnixMicro(us).In(loc).Zone()
		us += int64(offset) * civil.MicrosPerSecond
	}
	days := civil.FloorDiv(us, civil.MicrosPerDay)
	year, month, day, _ := civil.Date(days)
	bc := year <= 0
	if bc {
		year = 1 - year
	}
	dst = AppendPadded(dst, year, 4)
	dst = append(dst, '-')
	dst = AppendPadded(dst, int64(month), 2)
	dst = append(dst, '-')
	dst = AppendPadded(dst, int64(day), 2)
	if oid != Date {
		dst = append(dst, ' ')
		dst = AppendClock(dst, us-days*civil.MicrosPerDay)
	}
	if oid == Timestamptz {
		dst = appendOffset(dst, offset)
	}
	if bc {
		dst = append(dst, " BC"...)
	}
	return dst
}

// AppendClock writes the microseconds of a day as hours, minutes, seconds and as many
// digits of their parts as there are.
func AppendClock(dst []byte, us int64) []byte {
	s := us / civil.MicrosPerSecond
	dst = AppendPadded(dst, s/3600, 2)
	dst = append(dst, ':')
	dst = AppendPadded(dst, s/60%60, 2)
	dst = append(dst, ':')
	dst = AppendPadded(dst, s%60, 2)
	if f := us % civil.MicrosPerSecond; f != 0 {
		dst = append(dst, '.')
		dst = AppendPadded(dst, f, 6)
		for dst[len(dst)-1] == '0' {
			dst = dst[:len(dst)-1]
		}
	}
	return dst
}

// appendOffset writes +02, -03:30 or +00:09:21.
func appendOffset(dst []byte, seconds int) []byte {
	sign := byte('+')
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	dst = append(dst, sign)
	dst = AppendPadded(dst, int64(seconds/3600), 2)
	if seconds%3600 != 0 {
		dst = append(dst, ':')
		dst = AppendPadded(dst, int64(seconds/60%60), 2)
		if seconds%60 != 0 {
			dst = append(dst, ':')
			dst = AppendPadded(dst, int64(seconds%60), 2)
		}
	}
	return dst
}

// AppendPadded writes n, which is not negative, with zeroes in front up to a width.
func AppendPadded(dst []byte, n int64, width int) []byte {
	start := len(dst)
	dst = strconv.AppendInt(dst, n, 10)
	for len(dst)-start < width {
		dst = append(dst, 0)
		copy(dst[start+1:], dst[start:])
		dst[start] = '0'
	}
	return dst
}
