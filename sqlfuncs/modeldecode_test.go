package sqlfuncs

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/datamime/datamime/sqlfuncs/pgtypes"
)

// sourceOf is a source of columns of the given types.
func sourceOf(oids ...uint32) *dataSource {
	src := &dataSource{name: "s"}
	for _, oid := range oids {
		src.columns = append(src.columns, plain("c", oid))
	}
	return src
}

// historyOf reads rows as readHistory does.
func historyOf(t testing.TB, src *dataSource, r roles, rows [][][]byte) *history {
	t.Helper()
	h := newHistory(src, r)
	for _, f := range rows {
		if err := h.add(f); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

// kinds is a history with a column of every kind that is kept: two keys, a
// time, values of three forms, and attributes that move along, are constant,
// vary and identify.
func kinds(t testing.TB) *history {
	src := sourceOf(pgtypes.Text, pgtypes.UUID, pgtypes.Timestamp, pgtypes.Int4, pgtypes.Float8, pgtypes.Float4, pgtypes.Timestamp, pgtypes.Text, pgtypes.Numeric, pgtypes.Int8)
	r := roles{series: []int{0, 1}, time: 2, values: []int{3, 4, 5}, others: []int{6, 7, 8, 9}}
	rnd := rand.New(rand.NewPCG(1, 2))
	var rows [][][]byte
	for i := range 400 {
		us := int64(i/2) * 3600e6
		if i > 300 {
			us += 7200e6
		}
		name := []byte("é")
		if i%2 == 0 {
			name = nil
		}
		row := [][]byte{name, make([]byte, 16), pgtypes.AppendTimeBinary(nil, pgtypes.Timestamp, us), pgtypes.AppendIntBinary(nil, pgtypes.Int4, int64(i%7)-3),
			binary.BigEndian.AppendUint64(nil, math.Float64bits(rnd.NormFloat64())),
			binary.BigEndian.AppendUint32(nil, math.Float32bits(float32(i)/10)),
			pgtypes.AppendTimeBinary(nil, pgtypes.Timestamp, us+60e6), name, pgtypes.AppendNumericBinary(nil, float64(i%5)/4, 2), pgtypes.AppendIntBinary(nil, pgtypes.Int8, int64(1000+i))}
		if i%11 == 0 {
			row[3], row[8] = nil, nil
		}
		rows = append(rows, row)
	}
	rnd.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	return historyOf(t, src, r, rows)
}

func TestModelEncoding(t *testing.T) {
	h := kinds(t)
	data, err := h.encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := decodeHistory(h.src, h.roles, data, nil)
	if err != nil {
		t.Fatal(err)
	}
	by := newDonor(h)
	for k, row := range by.rows {
		if got.times[k] != h.times[row] || got.index[k] != h.index[row] {
			t.Fatalf("row %d is of %d at %d", k, got.index[k], got.times[k])
		}
		for v := range h.values {
			if a, b := got.values[v][k], h.values[v][row]; math.Float64bits(a) != math.Float64bits(b) && !(a != a && b != b) {
				t.Fatalf("value %d of row %d: %v, not %v", v, k, a, b)
			}
		}
		for i := range h.others[:3] {
			if a, b := got.others[i].raw(k), h.others[i].raw(int(row)); !slices.Equal(a, b) || (a == nil) != (b == nil) {
				t.Fatalf("attribute %d of row %d: %v, not %v", i, k, a, b)
			}
		}
	}
	if a := got.others[3]; !a.isUnique() || a.low != 1000 || a.top != 1399 {
		t.Errorf("the identifiers: %+v", a)
	}
	for s := range int32(2) {
		if got.identity(s) != h.identity(s) {
			t.Errorf("series %d is %q", s, got.identity(s))
		}
	}
	if again, err := got.encode(); err != nil || !slices.Equal(again, data) {
		t.Error("what reads back is not written alike")
	}
}

// FuzzDecodeModel: bytes out of a table neither panic nor unfold without
// bounds, and what reads is written back.
func FuzzDecodeModel(f *testing.F) {
	h := kinds(f)
	data, err := h.encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte("dm\x01"))
	body, err := resampledData.Unpack(data)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, form := range [][]byte{data, packed(data)} {
			got, err := decodeHistory(h.src, h.roles, form, nil)
			if err != nil {
				continue
			}
			if _, err := got.encode(); err != nil {
				t.Fatal(err)
			}
			for _, a := range got.others {
				if !a.isUnique() && a.rows {
					a.calendarRule(nil)
				}
			}
			got.sample()
			newDonor(got).row(0, 0)
		}
	})
}

// packed packs a body, so that the fuzzer reaches behind the compression.
func packed(body []byte) []byte {
	b, _ := resampledData.Pack(body)
	return b
}

// FuzzDecodeHeader: JSON out of a table gives a header that can be used.
func FuzzDecodeHeader(f *testing.F) {
	f.Add([]byte(`{"version":1,"columns":[{"name":"t","type":"pg_catalog.date","mod":-1},{"name":"v","type":"pg_catalog.int4","mod":-1,"collation":"\"C\""}],"time":0,"series":[],"values":[1]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := decodeHeader(b, nil)
		if err != nil {
			return
		}
		r := h.roles()
		if n := 1 + len(r.series) + len(r.values) + len(r.others); n != len(h.Columns) {
			t.Fatalf("%d roles for %d columns", n, len(h.Columns))
		}
		if h.Steps.String() == "" && h.Steps != nil {
			t.Fatal("no text for a frequency")
		}
	})
}
