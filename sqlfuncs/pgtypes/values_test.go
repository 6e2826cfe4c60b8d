package pgtypes

import (
	"math"
	"testing"
	"time"
)

// TestFloatText: the shortest text, as PostgreSQL 17 writes it.
func TestFloatText(t *testing.T) {
	for _, c := range []struct {
		v    float64
		bits int
		want string
	}{
		{0, 64, "0"}, {math.Copysign(0, -1), 64, "-0"}, {math.NaN(), 64, "NaN"}, {math.Inf(1), 64, "Infinity"}, {math.Inf(-1), 64, "-Infinity"},
		{.1, 64, "0.1"}, {-2.5, 64, "-2.5"}, {1e-4, 64, "0.0001"}, {.000099, 64, "9.9e-05"}, {1e14, 64, "100000000000000"}, {1e15, 64, "1e+15"},
		{999999999999999, 64, "999999999999999"}, {123456789012345678, 64, "1.2345678901234568e+17"}, {5e-324, 64, "5e-324"}, {-1.7e308, 64, "-1.7e+308"},
		// The shortest text of these lies halfway to the next float, where the server takes none.
		{18014398509481992, 64, "1.8014398509481992e+16"}, {-18014398509481992, 64, "-1.8014398509481992e+16"}, {33554436, 32, "3.3554436e+07"},
		{float64(float32(.1)), 32, "0.1"}, {999999, 32, "999999"}, {1e6, 32, "1e+06"}, {float64(float32(9e-5)), 32, "9e-05"}, {math.MaxFloat32, 32, "3.4028235e+38"},
	} {
		if got := string(AppendFloatText([]byte("<"), c.v, c.bits)); got != "<"+c.want {
			t.Errorf("%v of %d bits is %s, not %s", c.v, c.bits, got[1:], c.want)
		}
	}
}

// TestForms: a value in binary form, what it is as text, and that no other length is one.
func TestForms(t *testing.T) {
	for _, c := range []struct {
		oid  uint32
		b    []byte
		want string
	}{
		{Bool, []byte{1}, "t"}, {Bool, []byte{0}, "f"},
		{Int2, AppendIntBinary(nil, Int2, -2), "-2"}, {Int4, AppendIntBinary(nil, Int4, math.MinInt32), "-2147483648"},
		{Int8, AppendIntBinary(nil, Int8, math.MaxInt64), "9223372036854775807"},
		{Float4, []byte{0x3f, 0xc0, 0, 0}, "1.5"}, {Float8, []byte{0xbf, 0xf8, 0, 0, 0, 0, 0, 0}, "-1.5"},
		{UUID, []byte("\xa0\xee\xbc\x99\x9c\x0b\x4e\xf8\xbb\x6d\x6b\xb9\xbd\x38\x0a\x11"), "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"},
		{Date, AppendTimeBinary(nil, Date, 0), "1970-01-01"}, {Timestamp, AppendTimeBinary(nil, Timestamp, 0), "1970-01-01 00:00:00"},
		{Numeric, AppendNumericBinary(nil, -1234.5, 2), "-1234.50"},
	} {
		if got, ok := AppendText([]byte("<"), c.oid, c.b, time.UTC); string(got) != "<"+c.want || !ok || !Valid(c.oid, c.b) {
			t.Errorf("%x of type %d is %s (%v), not %s", c.b, c.oid, got[1:], ok, c.want)
		}
		for _, b := range [][]byte{c.b[1:], append(c.b[:len(c.b):len(c.b)], 0)} {
			if Valid(c.oid, b) {
				t.Errorf("%d bytes are valid for type %d", len(b), c.oid)
			}
		}
	}
	for _, oid := range []uint32{Int2, Int4, Int8, Float4, Float8, UUID} {
		if _, ok := AppendText(nil, oid, []byte{1, 2, 3}, time.UTC); ok {
			t.Errorf("three bytes are a value of type %d", oid)
		}
	}
	if !Valid(Text, []byte("é")) || Valid(Text, []byte("\xe9")) || Valid(Text, []byte("a\x00")) {
		t.Error("a text is valid UTF-8 without a zero byte")
	}
}

// TestValidNumerics: only what numeric_send gives.
func TestValidNumerics(t *testing.T) {
	for b, want := range map[string]bool{
		"\x00\x01\x00\x00\x00\x00\x00\x00\x27\x0f": true,  // 9999
		"\x00\x01\x00\x00\x00\x00\x00\x00\x27\x10": false, // a digit of 10000
		"\x00\x00\x00\x00\xc0\x00\x00\x00":         true,  // NaN
		"\x00\x00\x00\x00\xc0\x01\x00\x00":         false, // no sign
		"\x00\x00\x00\x00\x00\x00\x3f\xff":         true,  // 0 with all decimals that there may be
		"\x00\x00\x00\x00\x00\x00\x40\x00":         false, // and one more
		"\x00\x02\x00\x00\x00\x00\x00\x00\x00\x01": false, // a digit short
	} {
		if got := Valid(Numeric, []byte(b)); got != want {
			t.Errorf("%x: %v", b, got)
		}
	}
	for text, b := range map[string]string{
		"NaN": "\x00\x00\x00\x00\xc0\x00\x00\x00", "Infinity": "\x00\x00\x00\x00\xd0\x00\x00\x00", "-Infinity": "\x00\x00\x00\x00\xf0\x00\x00\x00",
	} {
		if got := string(appendNumericText(nil, []byte(b))); got != text {
			t.Errorf("%x is %s, not %s", b, got, text)
		}
		if v, _, ok := NumericFloat([]byte(b)); !math.IsNaN(v) || !ok {
			t.Errorf("%s is the number %v (%v)", text, v, ok)
		}
	}
}
