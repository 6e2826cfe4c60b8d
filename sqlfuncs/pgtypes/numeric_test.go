package pgtypes

import (
	"math"
	"testing"

	"github.com/jackc/pgx/v5/pgtype"
)

// FuzzNumeric holds our numeric against pgx's.
func FuzzNumeric(f *testing.F) {
	f.Add(123.456, uint8(2))
	f.Add(-0.0000001, uint8(6))
	f.Add(1e15, uint8(0))
	m := pgtype.NewMap()
	f.Fuzz(func(t *testing.T, v float64, scale uint8) {
		if math.IsNaN(v) || math.Abs(v) > 1e40 || scale > 20 {
			return
		}
		b := AppendNumericBinary(nil, v, int(scale))
		text := string(AppendDecimal(nil, v, int(scale)))
		if got := string(appendNumericText(nil, b)); got != text {
			t.Fatalf("%v with %d decimals: %s, not %s", v, scale, got, text)
		}
		var n pgtype.Numeric
		if err := m.Scan(Numeric, pgtype.BinaryFormatCode, b, &n); err != nil {
			t.Fatal(err)
		}
		back, err := m.Encode(Numeric, pgtype.BinaryFormatCode, n, nil)
		if err != nil {
			t.Fatal(err)
		}
		var want pgtype.Numeric
		if err := want.Scan(text); err != nil {
			t.Fatal(err)
		}
		a, _ := n.Float64Value()
		w, _ := want.Float64Value()
		if a != w {
			t.Fatalf("pgx reads %v, not %v (%x)", a, w, back)
		}
		if x, _, ok := NumericFloat(b); !ok || x != w.Float64 {
			t.Fatalf("read back as %v, not %v", x, w.Float64)
		}
	})
}

func TestDecimals(t *testing.T) {
	for want, got := range map[string]string{
		"44.7476560000000000":           string(AppendDecimal(nil, 44.747656, 16)),
		"3.00000000":                    string(AppendDecimal(nil, 3, 8)),
		"-0.33333333":                   string(AppendDecimal(nil, -1.0/3, 8)),
		"0.00000000":                    string(AppendDecimal(nil, -1e-12, 8)),
		"100000000000000000000.0000000": string(AppendDecimal(nil, 1e20, 7)),
	} {
		if got != want {
			t.Errorf("%s, not %s", got, want)
		}
	}
}
