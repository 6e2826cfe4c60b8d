package modelform

import (
	"bytes"
	"math"
	"slices"
	"testing"
)

var form = Form{Magic: "xy", Version: 3, Unfolds: MostUnfolds}

// written is a body with one of everything.
func written() []byte {
	var w Writer
	w.Uvarint(300)
	w.Varint(-300)
	w.Byte(7)
	w.Text("é")
	for c := int32(leastCode); c < 3; c++ {
		w.Code(c)
	}
	w.Values([]float64{2.5, math.NaN(), math.Pi, 1}, []int32{3, 0, 1, 2}, 2)
	w.Values([]float64{2.5, 1}, []int32{1, 0}, 1)
	return w.Body
}

func TestReader(t *testing.T) {
	r := Reader{Rest: written()}
	if u, v, b, s := r.Uvarint(), r.Varint(), r.Byte(), r.Text(); u != 300 || v != -300 || b != 7 || string(s) != "é" {
		t.Errorf("read %d, %d, %d and %q", u, v, b, s)
	}
	if c := r.Codes(5, 3, leastCode); !slices.Equal(c, []int32{-2, -1, 0, 1, 2}) {
		t.Errorf("codes %d", c)
	}
	if x, decimals := r.Values(4); decimals != 2 || len(x) != 4 || x[0] != 1 || x[1] != 2.5 || !math.IsNaN(x[2]) || x[3] != math.Pi {
		t.Errorf("values %v with %d decimals", x, decimals)
	}
	if x, _ := r.Values(2); !slices.Equal(x, []float64{1, 2.5}) || r.Bad || len(r.Rest) > 0 {
		t.Errorf("values %v, bad %v, %d bytes left", x, r.Bad, len(r.Rest))
	}
	if u := r.Uvarint(); u != 0 || !r.Bad {
		t.Errorf("%d behind the end", u)
	}
}

// TestReaderOfLess: a body that ends too early, at any byte, is bad and reads zeros.
func TestReaderOfLess(t *testing.T) {
	body := written()
	for end := range body {
		r := Reader{Rest: body[:end]}
		r.Uvarint()
		r.Varint()
		r.Byte()
		r.Text()
		r.Codes(5, 3, leastCode)
		r.Values(4)
		if x, _ := r.Values(2); !r.Bad || len(r.Rest) > 0 || x != nil {
			t.Errorf("%d of %d bytes are read as a body", end, len(body))
		}
	}
}

// TestBounds: what is just within them is read, what is beyond is not.
func TestBounds(t *testing.T) {
	var w Writer
	w.Code(2)
	for _, c := range []struct {
		values int
		least  int32
		ok     bool
	}{{3, 0, true}, {3, 2, true}, {2, 0, false}, {3, 3, false}} {
		r := Reader{Rest: w.Body}
		if got := r.Codes(1, c.values, c.least); (got != nil) != c.ok || r.Bad == c.ok {
			t.Errorf("code 2 of %d values from %d on: %d", c.values, c.least, got)
		}
	}
	for _, c := range []struct {
		rest []byte
		want int
		bad  bool
	}{{[]byte{2, 0, 0}, 2, false}, {[]byte{3, 0, 0}, 0, true}, {[]byte{0}, 0, false}} {
		r := Reader{Rest: c.rest}
		if got := r.Count(); got != c.want || r.Bad != c.bad {
			t.Errorf("%d things in %d bytes (bad: %v)", got, len(c.rest), r.Bad)
		}
	}
	for form, ok := range map[byte]bool{0: true, mostScale: true, mostScale + 1: false, formSingle - 1: false, formSingle: true, formSingle + mostScale: true, formSingle + mostScale + 1: false, formRaw - 1: false} {
		r := Reader{Rest: []byte{form, 0, 1}}
		if x, _ := r.Values(1); (len(x) == 1) != ok || r.Bad == ok {
			t.Errorf("form %d: %v", form, x)
		}
	}
	for decimals, ok := range map[uint64]bool{mostShown: true, mostShown + 1: false} {
		var w Writer
		w.Uvarint(0)
		w.Uvarint(decimals)
		w.Byte(1)
		r := Reader{Rest: w.Body}
		if x, shown := r.Values(1); (x != nil) != ok || ok && shown != mostShown {
			t.Errorf("%d decimals: %v with %d", decimals, x, shown)
		}
	}
}

// TestUnpack: only the whole of what was packed in the form unpacks.
func TestUnpack(t *testing.T) {
	packed, err := form.Pack(written())
	if err != nil {
		t.Fatal(err)
	}
	zeros, err := form.Pack(make([]byte, 1<<16))
	if err != nil {
		t.Fatal(err)
	}
	tight := form
	tight.Unfolds = 2
	for what, c := range map[string]struct {
		form Form
		data []byte
	}{
		"another form":      {Form{Magic: "xz", Version: 3, Unfolds: MostUnfolds}, packed},
		"another version":   {Form{Magic: "xy", Version: 4, Unfolds: MostUnfolds}, packed},
		"a byte more":       {form, append(slices.Clone(packed), 0)},
		"a byte less":       {form, packed[:len(packed)-1]},
		"the head alone":    {form, packed[:3]},
		"nothing":           {form, nil},
		"more than unfolds": {tight, zeros},
	} {
		if body, err := c.form.Unpack(c.data); err != ErrForm {
			t.Errorf("%s unpacks to %d bytes: %v", what, len(body), err)
		}
	}
}

// FuzzUnpack: whatever unpacks is what packs again, and reading it ends.
func FuzzUnpack(f *testing.F) {
	packed, err := form.Pack(written())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(packed)
	f.Add([]byte("xy\x03"))
	f.Fuzz(func(t *testing.T, data []byte) {
		body, err := form.Unpack(data)
		if err != nil {
			body = data
		}
		again, err := form.Pack(body)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := form.Unpack(again); err != nil || !bytes.Equal(back, body) {
			t.Fatalf("%x became %x: %v", body, back, err)
		}
		for r := (Reader{Rest: body}); len(r.Rest) > 0; {
			r.Text()
			r.Codes(r.Count(), 2, leastCode)
			r.Values(r.Count())
		}
	})
}
