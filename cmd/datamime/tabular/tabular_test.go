package tabular

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgtype"
	"github.com/parquet-go/parquet-go"
	"github.com/xuri/excelize/v2"
)

// sample has a column of each kind.
var sample = []Column{
	{"at", pgtype.TimestamptzOID, -1},
	{"day", pgtype.DateOID, -1},
	{"zone", pgtype.TextOID, -1},
	{"value", pgtype.Float8OID, -1},
	{"count", pgtype.Int8OID, -1},
	{"price", pgtype.NumericOID, 4 + 10<<16 + 2},
	{"any", pgtype.NumericOID, -1},
	{"good", pgtype.BoolOID, -1},
	{"tags", pgtype.TextArrayOID, -1},
	{"note", pgtype.JSONBOID, -1},
	{"clock", pgtype.TimestampOID, -1},
}

func row(values ...string) [][]byte {
	r := make([][]byte, len(values))
	for i, v := range values {
		if v != "NULL" {
			r[i] = []byte(v)
		}
	}
	return r
}

var rows = [][][]byte{
	row("2025-03-30 03:00:00+02", "2025-03-30", `Île "A", east`, "1.5", "9007199254740993", "-12.30", "0.1", "t", `{a,NULL,"b c"}`, `{"x": 1}`, "2025-03-30 03:00:00.25"),
	row("NULL", "NULL", "", "NaN", "NULL", "NULL", "1e-7", "f", "{}", "NULL", "NULL"),
}

func write(t *testing.T, f Format, columns []Column, rows [][][]byte, width int) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := New(f, &b, columns, width)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if err := w.Row(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestCSV(t *testing.T) {
	got := string(write(t, CSV, sample, rows, 0))
	want := `at,day,zone,value,count,price,any,good,tags,note,clock
2025-03-30 03:00:00+02,2025-03-30,"Île ""A"", east",1.5,9007199254740993,-12.30,0.1,t,"{a,NULL,""b c""}","{""x"": 1}",2025-03-30 03:00:00.25
,,"",NaN,,,1e-7,f,{},,
`
	if got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if _, err := csv.NewReader(strings.NewReader(got)).ReadAll(); err != nil {
		t.Error(err)
	}
	if got := string(write(t, TSV, sample[1:3], [][][]byte{row("2025-01-01", "a\tb")}, 0)); got != "day\tzone\n2025-01-01\t\"a\tb\"\n" {
		t.Errorf("%q", got)
	}
	if got := string(write(t, CSV, sample[:1], [][][]byte{row("NULL")}, 0)); got != "at\n\"\"\n" {
		t.Errorf("one NULL: %q", got)
	}
}

func TestJSON(t *testing.T) {
	const first = `{"at": "2025-03-30T03:00:00+02:00", "day": "2025-03-30", "zone": "Île \"A\", east", "value": 1.5, "count": 9007199254740993, ` +
		`"price": -12.30, "any": 0.1, "good": true, "tags": ["a", null, "b c"], "note": {"x": 1}, "clock": "2025-03-30T03:00:00.25"}`
	const second = `{"at": null, "day": null, "zone": "", "value": "NaN", "count": null, "price": null, "any": 1e-7, "good": false, "tags": [], "note": null, "clock": null}`
	if got := string(write(t, NDJSON, sample, rows, 0)); got != first+"\n"+second+"\n" {
		t.Errorf("%s", got)
	}
	var list []map[string]any
	got := write(t, JSON, sample, rows, 0)
	if err := json.Unmarshal(got, &list); err != nil || len(list) != 2 {
		t.Errorf("%v: %s", err, got)
	}
	if got := string(write(t, JSON, sample, nil, 0)); got != "[]\n" {
		t.Errorf("no rows: %q", got)
	}
	columns := []Column{{"small", pgtype.Int2OID, -1}, {"id", pgtype.Int4OID, -1}, {"real", pgtype.Float4OID, -1}, {"at", pgtype.TimestamptzOID, -1}, {"ids", pgtype.Int4ArrayOID, -1}}
	for _, c := range []struct {
		values [][]byte
		want   string
	}{
		{row("-3", "12", "-Infinity", "2025-01-01 00:00:00-03", "{1,2}"), `{"small": -3, "id": 12, "real": "-Infinity", "at": "2025-01-01T00:00:00-03:00", "ids": [1, 2]}`},
		{row("0", "0", "2.5", "2025-01-01 00:00:00+05:30", "{}"), `{"small": 0, "id": 0, "real": 2.5, "at": "2025-01-01T00:00:00+05:30", "ids": []}`},
		{row("0", "0", "0", "infinity", "NULL"), `{"small": 0, "id": 0, "real": 0, "at": "infinity", "ids": null}`},
	} {
		if got := string(write(t, NDJSON, columns, [][][]byte{c.values}, 0)); got != c.want+"\n" {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}

func TestParquet(t *testing.T) {
	b := write(t, Parquet, sample, rows, 0)
	f, err := parquet.OpenFile(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	var names, kinds []string
	for _, field := range f.Schema().Fields() {
		names = append(names, field.Name())
		kinds = append(kinds, field.Type().String())
	}
	if got := strings.Join(names, " "); got != "at day zone value count price any good tags note clock" {
		t.Errorf("columns %s", got)
	}
	want := "TIMESTAMP(isAdjustedToUTC=true,unit=MICROS) DATE STRING DOUBLE INT(64,true) DECIMAL(10,2) DOUBLE BOOLEAN STRING JSON TIMESTAMP(isAdjustedToUTC=false,unit=MICROS)"
	if got := strings.Join(kinds, " "); got != want {
		t.Errorf("types %s\nwant %s", got, want)
	}
	r := f.RowGroups()[0].Rows()
	defer r.Close()
	got := make([]parquet.Row, 3)
	n, err := r.ReadRows(got)
	if n != 2 || err != nil && !errors.Is(err, io.EOF) {
		t.Fatalf("%d rows, %v", n, err)
	}
	first := got[0]
	if first[0].Int64() != 1743296400000000 || first[1].Int32() != 20177 || first[2].String() != `Île "A", east` ||
		first[4].Int64() != 9007199254740993 || first[5].Int64() != -1230 || !first[7].Boolean() || first[10].Int64() != 1743303600250000 {
		t.Errorf("%v", first)
	}
	if second := got[1]; !second[0].IsNull() || second[2].IsNull() || !second[10].IsNull() {
		t.Errorf("%v", second)
	}
	w, err := New(Parquet, io.Discard, sample, 0)
	if err != nil {
		t.Fatal(err)
	}
	infinite := row("infinity", "NULL", "NULL", "NULL", "NULL", "NULL", "NULL", "NULL", "NULL", "NULL", "NULL")
	if err := w.Row(infinite); err == nil || !strings.Contains(err.Error(), `"at"`) {
		t.Errorf("infinity: %v", err)
	}
	if _, err := New(Parquet, io.Discard, []Column{sample[0], sample[0]}, 0); err == nil {
		t.Error("two columns of one name are accepted")
	}
}

func TestXLSX(t *testing.T) {
	f, err := excelize.OpenReader(bytes.NewReader(write(t, XLSX, sample, rows, 0)))
	if err != nil {
		t.Fatal(err)
	}
	got, err := f.GetRows("result")
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"at", "day", "zone", "value", "count", "price", "any", "good", "tags", "note", "clock"},
		{"2025-03-30 03:00:00", "2025-03-30", `Île "A", east`, "1.5", "9007199254740993", "-12.3", "0.1", "TRUE", `{a,NULL,"b c"}`, `{"x": 1}`, "2025-03-30 03:00:00"},
		{"", "", "", "NaN", "", "", "0.0000001", "FALSE", "{}"},
	}
	for i := range want {
		if i >= len(got) || strings.Join(got[i], "|") != strings.Join(want[i], "|") {
			t.Errorf("row %d: %q\nwant %q", i, got, want[i])
		}
	}
	if kind, err := f.GetCellType("result", "D2"); err != nil || kind != excelize.CellTypeNumber && kind != excelize.CellTypeUnset {
		t.Errorf("a number is %v, %v", kind, err)
	}
}

func TestTable(t *testing.T) {
	columns := []Column{{"station", pgtype.TextOID, -1}, {"mean", pgtype.Float8OID, -1}, {"sparkline", pgtype.TextOID, -1}}
	data := [][][]byte{row("Gare", "1234.56789012", "▁▂▃"), row("東京", "NULL", "▅▆█"), row("a\nb\x1b", "3", "▁")}
	want := ` station | mean    | sparkline
---------+---------+-----------
 Gare    | 1234.57 | ▁▂▃
 東京    |         | ▅▆█
 a\nb\x1b |       3 | ▁
(3 rows)
`
	want = strings.NewReplacer(" station |", " station  |", "---------+---------", "----------+---------", " Gare    |", " Gare     |", " 東京    |", " 東京     |").Replace(want)
	if got := string(write(t, Table, columns, data, 0)); got != want {
		t.Errorf("\n%s\nwant\n%s", got, want)
	}
}

func TestTableInATerminal(t *testing.T) {
	columns := []Column{{"station", pgtype.TextOID, -1}, {"mean", pgtype.Float8OID, -1}, {"place", pgtype.TextOID, -1}}
	data := [][][]byte{row("Gare", "12", "behind the old station, by the river")}
	got := string(write(t, Table, columns, data, 40))
	for line := range strings.Lines(got) {
		if cells(strings.TrimSuffix(line, "\n")) > 40 {
			t.Errorf("too wide: %q", line)
		}
	}
	if !strings.Contains(got, "behind the old…") && !strings.Contains(got, "behind the old ") {
		t.Errorf("%s", got)
	}
	columns = append(columns, Column{"sentence", pgtype.TextOID, -1})
	data[0] = append(data[0], []byte("A busy place: twice as much at eight in the morning as at night."))
	got = string(write(t, Table, columns, data, 30))
	if !strings.Contains(got, "station  | Gare\n") || !strings.Contains(got, "sentence | A busy place: twice") {
		t.Errorf("upright:\n%s", got)
	}
}

// TestTableGoesOn: a table longer than what is held for its widths.
func TestTableGoesOn(t *testing.T) {
	data := make([][][]byte, 2*aligned+1)
	for i := range data {
		data[i] = row("x")
	}
	data[len(data)-1] = row("wider")
	got := string(write(t, Table, []Column{{"a", pgtype.TextOID, -1}}, data, 0))
	if strings.Count(got, "\n") != len(data)+3 || !strings.HasSuffix(got, " wider\n(2001 rows)\n") {
		t.Errorf("%d lines, %q", strings.Count(got, "\n"), got[len(got)-30:])
	}
}

func TestFormatOf(t *testing.T) {
	for file, want := range map[string]Format{"a.csv": CSV, "a/b.TSV": TSV, "x.json.gz": JSON, "x.jsonl": NDJSON, "y.parquet": Parquet, "z.xlsx": XLSX, "t.txt": Table} {
		f, zip, err := FormatOf(file)
		if err != nil || f != want || zip != strings.HasSuffix(file, ".gz") {
			t.Errorf("%s: %s %v %v", file, f, zip, err)
		}
	}
	for _, file := range []string{"a", "a.doc", ".gz"} {
		if f, _, err := FormatOf(file); err == nil {
			t.Errorf("%s: %s", file, f)
		}
	}
}
