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
