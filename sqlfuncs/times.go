package sqlfuncs

import (
	"encoding/binary"
	"math"
	"strconv"
	"time"
)

const (
	microsPerSecond = 1_000_000
	microsPerDay    = 86_400 * microsPerSecond
)

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// readTime reads a date, timestamp or timestamptz in binary form as
// microseconds since 1970; false for an infinite one or one out of range.
func readTime(oid uint32, b []byte) (int64, bool) {
	switch {
	case oid == oidDate && len(b) == 4:
		d := int32(binary.BigEndian.Uint32(b))
		if d == math.MaxInt32 || d == math.MinInt32 {
			return 0, false
		}
		days := int64(d) + epoch2000/microsPerDay
		return days * microsPerDay, days < math.MaxInt64/microsPerDay
	case oid != oidDate && len(b) == 8:
		us := int64(binary.BigEndian.Uint64(b))
		return us + epoch2000, us != math.MinInt64 && us <= math.MaxInt64-epoch2000
	}
	return 0, false
}

// appendTimeBinary writes microseconds since 1970 as the type's send function
// does.
func appendTimeBinary(dst []byte, oid uint32, us int64) []byte {
	if oid == oidDate {
		return binary.BigEndian.AppendUint32(dst, uint32(floorDiv(us-epoch2000, microsPerDay)))
	}
	return binary.BigEndian.AppendUint64(dst, uint64(us-epoch2000))
}

// appendTimeText writes microseconds since 1970 as the type's output function
// does with DateStyle ISO; loc is the session's time zone for a timestamptz.
func appendTimeText(dst []byte, oid uint32, us int64, loc *time.Location) []byte {
	offset := 0
	if oid == oidTimestamptz {
		_, offset = time.UnixMicro(us).In(loc).Zone()
		us += int64(offset) * microsPerSecond
	}
	days := floorDiv(us, microsPerDay)
	year, month, day := civil(days)
	bc := year <= 0
	if bc {
		year = 1 - year
	}
	dst = appendPadded(dst, year, 4)
	dst = append(dst, '-')
	dst = appendPadded(dst, int64(month), 2)
	dst = append(dst, '-')
	dst = appendPadded(dst, int64(day), 2)
	if oid != oidDate {
		dst = append(dst, ' ')
		dst = appendClock(dst, us-days*microsPerDay)
	}
	if oid == oidTimestamptz {
		dst = appendOffset(dst, offset)
	}
	if bc {
		dst = append(dst, " BC"...)
	}
	return dst
}

func appendClock(dst []byte, us int64) []byte {
	s := us / microsPerSecond
	dst = appendPadded(dst, s/3600, 2)
	dst = append(dst, ':')
	dst = appendPadded(dst, s/60%60, 2)
	dst = append(dst, ':')
	dst = appendPadded(dst, s%60, 2)
	if f := us % microsPerSecond; f != 0 {
		dst = append(dst, '.')
		dst = appendPadded(dst, f, 6)
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
	dst = appendPadded(dst, int64(seconds/3600), 2)
	if seconds%3600 != 0 {
		dst = append(dst, ':')
		dst = appendPadded(dst, int64(seconds/60%60), 2)
		if seconds%60 != 0 {
			dst = append(dst, ':')
			dst = appendPadded(dst, int64(seconds%60), 2)
		}
	}
	return dst
}

func appendPadded(dst []byte, n int64, width int) []byte {
	start := len(dst)
	dst = strconv.AppendInt(dst, n, 10)
	for len(dst)-start < width {
		dst = append(dst, 0)
		copy(dst[start+1:], dst[start:])
		dst[start] = '0'
	}
	return dst
}

// civil turns days since 1970 into a date of the proleptic Gregorian calendar;
// Howard Hinnant, "chrono-compatible low-level date algorithms".
func civil(days int64) (year int64, month, day int) {
	days += 719468
	era := floorDiv(days, 146097)
	doe := days - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day = int(doy - (153*mp+2)/5 + 1)
	month = int(mp + 3)
	if month > 12 {
		month -= 12
	}
	year = yoe + era*400
	if month <= 2 {
		year++
	}
	return year, month, day
}
