package sqlfuncs

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/sqlfuncs/pgtypes"
	"github.com/datamime/datamime/sqlfuncs/sqltext"
)

// samples are values of each type that is written here, as the server reads
// them.
var samples = map[uint32][]string{
	pgtypes.Bool:      {"t", "f"},
	pgtypes.Int2:      {"0", "-32768", "32767"},
	pgtypes.Int4:      {"0", "-2147483648", "2147483647"},
	pgtypes.Int8:      {"0", "-9223372036854775808", "9223372036854775807"},
	pgtypes.Float4:    {"0", "-0", "1", "0.1", "1e-4", "0.00009", "99999.99", "999999", "1e6", "123456.7", "3.4e38", "1e-45", "NaN", "Infinity", "-Infinity"},
	pgtypes.Float8:    {"0", "-0", "1", "0.1", "1e-4", "0.000099", "1e14", "999999999999999", "1e15", "1e16", "123456789012345678", "1.7e308", "5e-324", "NaN", "Infinity", "-Infinity", "0.30000000000000004"},
	pgtypes.Numeric:   {"0", "0.00", "1", "-1", "10000", "9999", "100000000", "0.0001", "0.00012", "123.4500", "-0.5", "12345678901234567890.123456789", "1e30", "1e-20", "NaN", "Infinity", "-Infinity", "10001.0001", "0.10"},
	pgtypes.Date:      {"2000-01-01", "1970-01-01", "1999-12-31", "0001-01-01", "0044-03-15 BC", "4713-11-24 BC", "99999-12-31", "2024-02-29", "infinity", "-infinity"},
	pgtypes.Timestamp: {"2000-01-01", "1999-12-31 23:59:59.999999", "2024-02-29 12:34:56.7", "0001-01-01", "0044-03-15 01:02:03 BC", "12345-06-07 08:09:10.11", "infinity", "-infinity"},
	pgtypes.Timestamptz: {"2000-01-01", "2024-03-31 00:59:59.999999+00", "2024-03-31 01:00:00+00", "2024-10-27 01:00:00+00", "1850-01-01 00:00+00",
		"1900-06-01 00:00+00", "1914-07-28", "1940-06-14 12:00", "0044-03-15 BC", "2100-07-01", "2500-07-01 00:00", "infinity", "-infinity"},
	pgtypes.UUID: {"00000000-0000-0000-0000-000000000000", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"},
	pgtypes.Text: {"", "x", "é\t\\\""},
}

// TestText holds the text of values against the server's own.
func TestText(t *testing.T) {
	s := connect(t)
	for _, zone := range []string{"UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Caracas"} {
		s.must(t, "SET TimeZone = "+sqltext.QuoteLiteral(zone))
		loc := loadLocation(zone)
		for oid, texts := range samples {
			if zone != "UTC" && oid != pgtypes.Timestamptz {
				continue
			}
			sql := "SELECT x::" + pgtypes.NameOf[oid] + " FROM unnest($1::text[]) x"
			var binaries, want []string
			collect := func(to *[]string) func([][]byte) error {
				return func(row [][]byte) error { *to = append(*to, string(row[0])); return nil }
			}
			if err := s.Query(t.Context(), sql, []Param{textArray(texts)}, Binary, collect(&binaries)); err != nil {
				t.Fatal(inFull(err))
			}
			if err := s.Query(t.Context(), sql, []Param{textArray(texts)}, Text, collect(&want)); err != nil {
				t.Fatal(inFull(err))
			}
			for i := range texts {
				got, ok := pgtypes.AppendText([]byte("<"), oid, []byte(binaries[i]), loc)
				if string(got) != "<"+want[i] || !ok {
					t.Errorf("%s %s in %s: %q, not %q", pgtypes.NameOf[oid], texts[i], zone, got[1:], want[i])
				}
			}
		}
	}
}

// roundTrip sends a column's values to the server as an array and as COPY
// data, and compares what it says they are with their text.
func roundTrip(t *testing.T, s *testSession, oid uint32, c Column, rows int) {
	t.Helper()
	set := newArraySet([]array{{oid: oid}}, 0)
	set.add(&Batch{Rows: rows, Columns: []Column{c}})
	var got []string
	read := func(row [][]byte) error {
		if row[0] == nil {
			row[0] = []byte("∅")
		}
		got = append(got, string(row[0]))
		return nil
	}
	check := func(how string) {
		t.Helper()
		if len(got) != rows {
			t.Fatalf("%d rows by %s, not %d", len(got), how, rows)
		}
		for i := range rows {
			want := "∅"
			if !c.Null(i) {
				want = string(c.AppendText(nil, i))
			}
			if got[i] != want {
				t.Errorf("%s by %s: the server reads %q, not %q", pgtypes.NameOf[oid], how, got[i], want)
			}
		}
		got = got[:0]
	}
	if err := s.Query(t.Context(), "SELECT unnest($1::"+pgtypes.NameOf[oid]+"[])", []Param{set.param(0)}, Text, read); err != nil {
		t.Fatal(inFull(err))
	}
	check("array")
	s.must(t, "CREATE TEMP TABLE copied (n serial, v "+pgtypes.NameOf[oid]+")")
	defer s.must(t, "DROP TABLE copied")
	if _, err := copyInto(t.Context(), s, &insertion{table: "copied", columns: []column{{name: "v"}}}, &oneRow{Batch: Batch{Rows: rows, Columns: []Column{c}}}); err != nil {
		t.Fatal(inFull(err))
	}
	if err := s.Query(t.Context(), "SELECT v FROM copied ORDER BY n", nil, Text, read); err != nil {
		t.Fatal(inFull(err))
	}
	check("COPY")
}

func TestColumnForms(t *testing.T) {
	s := connect(t)
	rng := rand.New(rand.NewPCG(1, 2))
	values := []float64{0, math.Copysign(0, -1), 1, -1, 0.5, -0.005, 0.004999, 9999.5, 10000, 123456.789, 1e9, -1e12, math.NaN(), 99999.994, 99999.996, 1e15}
	for range 300 {
		values = append(values, math.Trunc(rng.NormFloat64()*math.Pow10(rng.IntN(12)))/math.Pow10(rng.IntN(6)))
	}
	n := len(values)
	for _, oid := range []uint32{pgtypes.Int2, pgtypes.Int4, pgtypes.Int8} {
		c := newIntColumn(oid)
		c.values = values
		roundTrip(t, s, oid, c, n)
	}
	for range 500 {
		values = append(values, math.Float64frombits(rng.Uint64()), float64(math.Float32frombits(rng.Uint32())), math.Ldexp(float64(rng.Int64N(1000)), rng.IntN(80)))
	}
	roundTrip(t, s, pgtypes.Float8, &floatColumn{bits: 64, values: values}, len(values))
	roundTrip(t, s, pgtypes.Float4, &floatColumn{bits: 32, values: values}, len(values))
	values = values[:n]
	for scale := range 9 {
		roundTrip(t, s, pgtypes.Numeric, &numericColumn{values: values, scale: scale, top: math.Inf(1)}, n)
	}
	for _, mod := range []int32{4 + 5<<16 + 2, 4 + 3<<16 + (1<<11 - 2)} { // numeric(5,2), numeric(3,-2)
		c := newNumericColumn(&column{base: pgtypes.Numeric, baseMod: mod}, 9)
		c.values = values
		roundTrip(t, s, pgtypes.Numeric, c, n)
		if c.value(10) > 99999 {
			t.Errorf("%v does not fit", c.value(10))
		}
	}
	var times []int64
	for range 300 {
		times = append(times, rng.Int64N(8e15)-4e15)
	}
	loc := loadLocation("Europe/Paris")
	s.must(t, "SET TimeZone = 'Europe/Paris'")
	for _, oid := range []uint32{pgtypes.Date, pgtypes.Timestamp, pgtypes.Timestamptz} {
		roundTrip(t, s, oid, &timeColumn{oid: oid, times: times, loc: loc, distance: 3600 * civil.MicrosPerSecond}, len(times))
	}
	uuids := &uuidColumn{}
	for range 10 {
		uuids.values = append(uuids.values, [2]uint64{rng.Uint64(), rng.Uint64()})
	}
	roundTrip(t, s, pgtypes.UUID, uuids, 10)
	roundTrip(t, s, pgtypes.Text, &codeColumn{codes: []int32{0, null, 1}, text: []string{"a", "\\N"}, binary: []string{"a", "\\N"}}, 3)
}

// TestSettings: where the text here is not the server's, the server gives it.
func TestSettings(t *testing.T) {
	s := connect(t)
	meteo := "SELECT * FROM datamime_generate('meteo', 't', ARRAY['station'], ARRAY['temp','wind'], 40, time_zone => 'Europe/Paris')"
	s.must(t, "CREATE TEMP TABLE reference AS "+meteo)
	for _, c := range []struct{ set, path string }{
		{"SET TimeZone = 'America/New_York'", "stream"},
		{"SET DateStyle = 'German'", "arrays"},
		{"SET DateStyle = 'ISO, DMY'", "stream"},
		{"SET extra_float_digits = 0", "arrays"},
		{"SET extra_float_digits = 3", "stream"},
		{"SET TimeZone = '<+03>-03'", "arrays"},
	} {
		s.must(t, c.set)
		if got, want := s.must(t, meteo), s.must(t, "TABLE reference"); got.path != c.path || got.String() != want.String() {
			t.Errorf("%s: by %s\ngot\n%swant\n%s", c.set, got.path, got, want)
		}
	}
	s.must(t, "SET DateStyle = 'German'")
	told := s.must(t, "SELECT datamime_generate('tiny', 't', NULL, 'v', 2, target => 'pg_temp.told')")
	if told.path != "stream" || told.rows[0][3] != "01.01.2024 00:00:00" || told.rows[0][4] != "02.01.2024 00:00:00" {
		t.Errorf("by %s: %s", told.path, told)
	}
	s.must(t, "RESET DateStyle")
	// Names of zones without regard to case, and hours to the east.
	for zone, same := range map[string]string{"europe/PARIS": "Europe/Paris", "utc": "UTC", "cet": "CET", "+03": "Etc/GMT-3", "-3.5": "-3.5"} {
		sql := "SELECT * FROM datamime_generate('meteo', 't', ARRAY['station'], ARRAY['temp','wind'], 40, time_zone => '@')"
		if got, want := s.must(t, strings.Replace(sql, "@", zone, 1)), s.must(t, strings.Replace(sql, "@", same, 1)); got.String() != want.String() {
			t.Errorf("%s is not %s", zone, same)
		}
	}
	got := s.must(t, "SELECT * FROM datamime_generate('(SELECT t, station, temp::numeric::money AS m FROM meteo)', 't', ARRAY['station'], 'm', 40)")
	if got.path != "arrays" || got.rows[0][2][0] != '$' {
		t.Errorf("money by %s: %s", got.path, got.rows[0])
	}
}

// FuzzCopy cuts COPY data anywhere: the rows are the same, and nothing panics
// on what is none.
func FuzzCopy(f *testing.F) {
	f.Add([]byte("some text"), uint8(3), false)
	f.Add([]byte{0, 0xff, 1}, uint8(1), true)
	f.Fuzz(func(t *testing.T, data []byte, cut uint8, raw bool) {
		var text []string
		var codes []int32
		for i := 0; i < len(data); i += 3 {
			codes = append(codes, int32(len(text)))
			text = append(text, string(data[i:min(i+3, len(data))]))
			codes = append(codes, null)
		}
		c := &codeColumn{codes: codes, text: text, binary: text}
		e := copyEncoder{rows: &oneRow{Batch: Batch{Rows: len(codes), Columns: []Column{c, c}}}}
		var stream []byte
		for err := error(nil); err != io.EOF; {
			stream, err = e.next(t.Context(), stream)
		}
		if raw {
			stream = append([]byte(nil), data...)
		}
		n := 0
		d := copyDecoder{row: func(fields [][]byte) error {
			if raw {
				return nil
			}
			if len(fields) != 2 || !bytes.Equal(fields[0], fields[1]) || (fields[0] == nil) != c.Null(n) {
				t.Fatalf("row %d is %q", n, fields)
			}
			n++
			return nil
		}}
		for len(stream) > 0 {
			k := min(int(cut)+1, len(stream))
			if err := d.chunk(stream[:k]); err != nil {
				if !raw {
					t.Fatal(err)
				}
				return
			}
			stream = stream[k:]
		}
		if !raw && n != len(codes) {
			t.Fatalf("%d rows, not %d", n, len(codes))
		}
	})
}

// FuzzArrayText holds our reading of arrays against what we write.
func FuzzArrayText(f *testing.F) {
	f.Add("a", `b"\`, "")
	f.Add("NULL", "{}", ",")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		list, nulls, ok := parseArray(arrayText([]string{a, b, c}))
		if !ok || nulls || fmt.Sprintf("%q", list) != fmt.Sprintf("%q", []string{a, b, c}) {
			t.Fatalf("%q %v %v", list, nulls, ok)
		}
		parseArray(a)
		readTextArray([]byte(a))
	})
}

func TestMoments(t *testing.T) {
	for _, us := range []int64{0, -1, 1, -62135596800 * civil.MicrosPerSecond, 253402300799 * civil.MicrosPerSecond, 951782400 * civil.MicrosPerSecond, 1709164800 * civil.MicrosPerSecond} {
		m, w := momentOf(us, nil), time.UnixMicro(us).UTC()
		weekday := (int(w.Weekday())+6)%7 + 1
		if m.year != int64(w.Year()) || m.month != int(w.Month()) || m.day != w.Day() || m.hour != w.Hour() || m.minute != w.Minute() || m.weekday != weekday {
			t.Errorf("%s: %+v", w, m)
		}
	}
}

// TestDecimalsOfFloats: values have the decimals of the source's also where its
// type does not tell, and values far below one have their digits.
func TestDecimalsOfFloats(t *testing.T) {
	s := connect(t)
	s.must(t, "CREATE TEMP TABLE f AS SELECT h AS t, (20 + 5 * sin(i / 4.0) + i * 7 % 13 / 10.0)::numeric(5, 1)::real AS warm, (1 + i * 17 % 29)::numeric * 0.00000013 AS coin,"+
		" (1 + i * 17 % 29) * 1.3e-9::float8 AS mass FROM generate_series(timestamp '2024-01-01', '2024-01-12', '1 hour') WITH ORDINALITY AS g(h, i)")
	const call = "datamime_generate('f', 't', NULL, ARRAY['warm', 'coin', 'mass'])"
	if got := s.must(t, "SELECT bool_and(warm::text ~ '^\\d+(\\.\\d)?$') FROM "+call).String(); got != "t\n" {
		t.Errorf("values of one decimal come with more: %s", s.must(t, "SELECT warm FROM "+call+" LIMIT 5"))
	}
	for _, column := range []string{"coin", "mass"} {
		// no two steps of the source are alike, and its level is that of its values
		sql := "SELECT count(DISTINCT g." + column + ") > 20, avg(g." + column + ") BETWEEN .8 * avg(f." + column + ") AND 1.2 * avg(f." + column + ") FROM " + call + " g JOIN f USING (t)"
		if got := s.must(t, sql).String(); got != "t|t\n" {
			t.Errorf("%s gives %s: %s", column, got, s.must(t, "SELECT "+column+" FROM "+call+" LIMIT 5"))
		}
	}
}
