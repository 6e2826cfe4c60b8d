package pgtypes

import (
	"math"
	"testing"
	"time"

	"github.com/datamime/datamime/engine/civil"
)

func location(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// TestTimes: texts as PostgreSQL 17 writes them in each zone, and the binary form there
// and back. What a server says of many more is held in sqlfuncs.
func TestTimes(t *testing.T) {
	utc := func(year int, month time.Month, day, hour, minute, second, micros int) int64 {
		return time.Date(year, month, day, hour, minute, second, micros*1000, time.UTC).UnixMicro()
	}
	for _, c := range []struct {
		oid  uint32
		zone string
		us   int64
		want string
	}{
		{Date, "UTC", 0, "1970-01-01"},
		{Date, "UTC", utc(2024, 2, 29, 0, 0, 0, 0), "2024-02-29"},
		{Date, "UTC", utc(1999, 12, 31, 0, 0, 0, 0), "1999-12-31"},
		{Date, "UTC", utc(-43, 3, 15, 0, 0, 0, 0), "0044-03-15 BC"},
		{Date, "UTC", utc(0, 12, 31, 0, 0, 0, 0), "0001-12-31 BC"},
		{Date, "UTC", utc(12345, 6, 7, 0, 0, 0, 0), "12345-06-07"},
		{Timestamp, "UTC", utc(2000, 1, 1, 0, 0, 0, 0), "2000-01-01 00:00:00"},
		{Timestamp, "UTC", utc(1969, 12, 31, 23, 59, 59, 999999), "1969-12-31 23:59:59.999999"},
		{Timestamp, "UTC", utc(2024, 10, 9, 8, 7, 6, 70), "2024-10-09 08:07:06.00007"},
		{Timestamp, "UTC", utc(2024, 10, 9, 12, 34, 56, 700000), "2024-10-09 12:34:56.7"},
		{Timestamptz, "UTC", utc(2024, 7, 1, 12, 0, 0, 0), "2024-07-01 12:00:00+00"},
		{Timestamptz, "Europe/Paris", utc(2024, 3, 31, 0, 59, 59, 0), "2024-03-31 01:59:59+01"},
		{Timestamptz, "Europe/Paris", utc(2024, 3, 31, 1, 0, 0, 0), "2024-03-31 03:00:00+02"},
		{Timestamptz, "Europe/Paris", utc(1900, 6, 1, 0, 0, 0, 0), "1900-06-01 00:09:21+00:09:21"},
		{Timestamptz, "Asia/Kolkata", utc(2024, 1, 1, 20, 0, 0, 0), "2024-01-02 01:30:00+05:30"},
		{Timestamptz, "America/St_Johns", utc(2024, 1, 1, 2, 0, 0, 0), "2023-12-31 22:30:00-03:30"},
	} {
		if got := string(AppendTimeText([]byte("<"), c.oid, c.us, location(t, c.zone))); got != "<"+c.want {
			t.Errorf("%d in %s is %s, not %s", c.us, c.zone, got[1:], c.want)
		}
		b := AppendTimeBinary(nil, c.oid, c.us)
		if back, ok := ReadTime(c.oid, b); back != c.us || !ok {
			t.Errorf("%s came back as %d (%v), not %d", c.want, back, ok, c.us)
		}
	}
	// A date is that of the whole day.
	if got, _ := ReadTime(Date, AppendTimeBinary(nil, Date, -1)); got != -civil.MicrosPerDay {
		t.Errorf("the day before the first of 1970 begins at %d", got)
	}
}

// TestNoTimes: infinite times, those beyond the microseconds of 64 bits, and bytes of
// another length are none.
func TestNoTimes(t *testing.T) {
	most := []byte{0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
	least := []byte{0x80, 0, 0, 0, 0, 0, 0, 0}
	for _, c := range []struct {
		oid  uint32
		b    []byte
		text string
	}{
		{Date, most[:4], "infinity"}, {Date, least[:4], "-infinity"},
		{Timestamp, most, "infinity"}, {Timestamp, least, "-infinity"},
		{Timestamptz, most, "infinity"}, {Timestamptz, least, "-infinity"},
	} {
		if got, ok := ReadTime(c.oid, c.b); ok {
			t.Errorf("%x is the time %d", c.b, got)
		}
		if got, ok := AppendText(nil, c.oid, c.b, time.UTC); string(got) != c.text || !ok {
			t.Errorf("%x is %s, not %s", c.b, got, c.text)
		}
	}
	for _, b := range [][]byte{nil, most[:4], append(most, 0)} {
		if _, ok := ReadTime(Timestamp, b); ok {
			t.Errorf("%d bytes are a timestamp", len(b))
		}
	}
	if _, ok := ReadTime(Date, make([]byte, 8)); ok {
		t.Error("eight bytes are a date")
	}
	last := AppendTimeBinary(nil, Timestamp, math.MaxInt64)
	if got, ok := ReadTime(Timestamp, last); got != math.MaxInt64 || !ok {
		t.Errorf("the last time is %d (%v)", got, ok)
	}
	if _, ok := ReadTime(Timestamp, AppendIntBinary(nil, Int8, math.MaxInt64-Epoch2000+1)); ok {
		t.Error("a time behind the last is one")
	}
}
