package importer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
)

func TestJSON(t *testing.T) {
	for name, c := range map[string]struct{ text, types, rows string }{
		"array": {
			`[{"t": "2024-01-01T00:00:00Z", "v": 1.5, "s": "a"}, {"v": 2, "t": "2024-01-01T01:00:00Z", "ok": true}]`,
			"t timestamptz, v numeric, s text, ok boolean", "2024-01-01 00:00:00+00|1.5|a|~\n2024-01-01 01:00:00+00|2|~|t\n",
		},
		"records in an object": {
			`{"meta": {"tags": ["x", "y"], "none": []}, "data": {"rows": [{"jour": "31/03/2024", "valeur": "12,5", "lieu": {"lon": 1.25, "lat": 49}}]}, "more": 1}`,
			"jour date, valeur numeric, lieu_lon numeric, lieu_lat integer", "2024-03-31|12.5|1.25|49\n",
		},
		"records of Opendatasoft's first API": {
			`{"nhits": 2, "records": [{"datasetid": "d", "fields": {"t": "2024-01-01", "v": 1}}, {"datasetid": "d", "fields": {"t": "2024-01-02", "v": 2}}]}`,
			"datasetid text, t date, v integer", "d|2024-01-01|1\nd|2024-01-02|2\n",
		},
		"NDJSON": {
			"{\"t\": \"2024-01-01\", \"n\": {\"v\": 1}}\n\n{\"t\": \"2024-01-02\", \"n\": {\"v\": 2}, \"list\": [1, \"a\"]}\n",
			"t date, n_v integer, list text", "2024-01-01|1|~\n2024-01-02|2|[1,\"a\"]\n",
		},
		"GeoJSON": {
			`{"type": "FeatureCollection", "crs": {"a": 1}, "features": [
				{"type": "Feature", "geometry": {"type": "Point", "coordinates": [1.09, 49.44]}, "properties": {"station": "Gare", "t": "2024-01-01", "v": 5}},
				{"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [[[1, 2], [3, 4], [1, 2]]]}, "properties": {"station": "Port", "t": "2024-01-01", "v": 6}},
				{"type": "Feature", "geometry": null, "properties": {"station": "Lycée", "t": "2024-01-02", "v": 7}}]}`,
			"lon numeric, lat numeric, station text, t date, v integer, geometry text",
			"1.09|49.44|Gare|2024-01-01|5|~\n~|~|Port|2024-01-01|6|~\n~|~|Lycée|2024-01-02|7|~\n",
		},
		"seconds since 1970": {
			`[{"timestamp": 1711893600, "v": 1}, {"timestamp": 1711897200, "v": 2}]`,
			"timestamp timestamptz, v integer", "2024-03-31 14:00:00+00|1\n2024-03-31 15:00:00+00|2\n",
		},
		"milliseconds since 1970": {
			`[{"time": 1711893600500, "v": 1}]`, "time timestamptz, v integer", "2024-03-31 14:00:00.5+00|1\n",
		},
		"texts of numbers with commas": {
			`[{"v": 1.234}, {"v": "1,234"}, {"v": "12,5"}]`, "v numeric", "1.234\n1.234\n12.5\n",
		},
		"zero bytes": {`[{"a\u0000b": "x\u0000y"}]`, "ab text", "xy\n"},
	} {
		t.Run(name, func(t *testing.T) {
			result, rows, err := importText(t, []byte(c.text), nil)
			if err != nil {
				t.Fatal(err)
			}
			if types(result) != c.types || rows != c.rows {
				t.Errorf("%s\n%swant %s\n%s", types(result), rows, c.types, c.rows)
			}
		})
	}
}

// TestLikeJSON: a text that starts with a bracket is a text.
func TestLikeJSON(t *testing.T) {
	result, rows, err := importText(t, []byte("[unit],v\na,1\nb,2\n"), nil)
	if err != nil || types(result) != "unit text, v integer" || rows != "a|1\nb|2\n" {
		t.Errorf("%v\n%s", err, rows)
	}
}

// TestBrokenLines: a line of NDJSON that is none is kept aside.
func TestBrokenLines(t *testing.T) {
	result, rows, err := importText(t, []byte("{\"a\": 1}\n{\"a\": 2}\n{\"a\": \n[3]\n{\"a\": 4} x\n{\"a\": 5}\n"), nil)
	if err != nil || rows != "1\n2\n5\n" || result.Rejected != 3 {
		t.Fatalf("%v, %+v\n%s", err, result, rows)
	}
	b, err := os.ReadFile(result.Rejects)
	want := "line,column,reason,record\n3,,it is no object of JSON,\"{\"\"a\"\":\"\n4,,it is no object of JSON,[3]\n5,,it is no object of JSON,\"{\"\"a\"\": 4} x\"\n"
	if err != nil || string(b) != want {
		t.Errorf("%v\n%s", err, b)
	}
}

func TestParquet(t *testing.T) {
	type place struct {
		City string  `parquet:"city"`
		X    float32 `parquet:"x"`
	}
	type row struct {
		At    time.Time  `parquet:"at,timestamp(microsecond)"`
		Day   int32      `parquet:"day,date"`
		Code  string     `parquet:"code"`
		Value *float64   `parquet:"value"`
		Count int64      `parquet:"count"`
		Price int64      `parquet:"price,decimal(2:12)"`
		Big   uint64     `parquet:"big"`
		OK    bool       `parquet:"ok"`
		Place place      `parquet:"place"`
		Tags  []string   `parquet:"tags"`
		ID    [16]byte   `parquet:"id,uuid"`
		Local *time.Time `parquet:"local,timestamp(millisecond:local)"`
	}
	v := 12.0
	rows := []row{
		{At: time.Date(2024, 3, 31, 14, 0, 0, 500_000_000, time.UTC), Day: 19813, Code: "01004", Value: &v, Count: 7, Price: -1205, Big: 1<<64 - 1,
			Place: place{"Rouen", 1.5}, Tags: []string{"a", "b"}, ID: [16]byte{1, 15: 2}},
		{At: time.Date(2024, 3, 31, 15, 0, 0, 0, time.UTC), Day: 19814, Code: "76540", Count: 8, Price: 5, OK: true, Place: place{"Caen", 2}},
	}
	var b bytes.Buffer
	if err := parquet.Write(&b, rows); err != nil {
		t.Fatal(err)
	}
	result, got, err := importText(t, b.Bytes(), nil)
	const wantTypes = "at timestamptz, day date, code text, value double precision, count bigint, price numeric, big numeric, ok boolean, " +
		"place_city text, place_x double precision, tags text, id uuid, local timestamp"
	const want = "2024-03-31 14:00:00.5+00|2024-03-31|01004|12|7|-12.05|18446744073709551615|f|Rouen|1.5|a,b|01000000-0000-0000-0000-000000000002|~\n" +
		"2024-03-31 15:00:00+00|2024-04-01|76540|~|8|0.05|0|t|Caen|2|~|00000000-0000-0000-0000-000000000000|~\n"
	if err != nil || types(result) != wantTypes || got != want {
		t.Errorf("%v\n%s\n%s", err, types(result), got)
	}
}

// TestArchives: what lies compressed or zipped is read like anything else.
func TestArchives(t *testing.T) {
	text := `[{"t": "2024-01-01", "v": 1}]`
	book := excel(t, false, [][]any{{"t", "v"}, {"2024-01-01", 1}})
	for name, content := range map[string][]byte{
		"JSON in gzip": gzipped(t, []byte(text)),
		"JSON in zip":  zipped(t, map[string]string{"a.json": text}),
		"XLSX in zip":  zipped(t, map[string]string{"a.xlsx": string(book), "read.me": ""}),
	} {
		if result, rows, err := importText(t, content, nil); err != nil || rows != "2024-01-01|1\n" {
			t.Errorf("%s: %v, %+v", name, err, result)
		}
	}
}

// explore answers as Opendatasoft's Explore API 2.1 does: records page by page,
// and, when it may, all of them as an export. Every other answer is that it is
// busy.
type explore struct {
	records  int
	exports  bool
	requests atomic.Int64
	busy     bool
}

func (e *explore) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n := e.requests.Add(1)
	if e.busy && n%2 == 1 {
		w.Header().Set("Retry-After", "0")
		http.Error(w, "busy", [...]int{http.StatusTooManyRequests, http.StatusServiceUnavailable}[n/2%2])
		return
	}
	const base = "/api/explore/v2.1/catalog/datasets/velos"
	query := r.URL.Query()
	offset, limit := 0, e.records
	switch {
	case r.URL.Path == base:
		_, _ = fmt.Fprint(w, `{"dataset_id": "velos"}`)
		return
	case r.URL.Path == base+"/exports/json" && e.exports:
		if l, err := strconv.Atoi(query.Get("limit")); err == nil {
			limit = l
		}
	case r.URL.Path == base+"/exports/json":
		http.Error(w, `{"error_code": "ForbiddenError"}`, http.StatusForbidden)
		return
	case r.URL.Path == base+"/records":
		offset, _ = strconv.Atoi(query.Get("offset"))
		limit, _ = strconv.Atoi(query.Get("limit"))
		if limit > 100 || offset+limit > 10000 {
			http.Error(w, `{"error_code": "InvalidRESTParameterError"}`, http.StatusBadRequest)
			return
		}
	default:
		http.NotFound(w, r)
		return
	}
	list := []map[string]any{}
	for i := offset; i < min(offset+limit, e.records); i++ {
		list = append(list, map[string]any{
			"date": time.Date(2024, 1, 1, i, 0, 0, 0, time.UTC).Format(time.RFC3339), "nom": "Gare " + query.Get("where"),
			"velos": i, "position": map[string]any{"lon": 1.09, "lat": 49.44},
		})
	}
	var answer any = list
	if strings.HasSuffix(r.URL.Path, "records") {
		answer = map[string]any{"total_count": e.records, "results": list}
	}
	_ = json.NewEncoder(w).Encode(answer)
}

func TestOpendatasoft(t *testing.T) {
	for name, c := range map[string]struct {
		e        *explore
		query    string
		want     int64
		requests int64
	}{
		"an export":           {&explore{records: 250, exports: true}, "?where=velos%3E0", 250, 1},
		"a part of it":        {&explore{records: 250, exports: true}, "?limit=30", 30, 1},
		"pages":               {&explore{records: 250}, "", 250, 4},
		"a part of the pages": {&explore{records: 20000}, "?limit=130", 130, 3},
		"busy":                {&explore{records: 250, busy: true}, "", 250, 8},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(c.e)
			defer server.Close()
			source := "ods+http" + strings.TrimPrefix(server.URL, "http") + "/velos" + c.query
			o := Options{Source: source, Table: tableFor(t), To: database.URL(), Rejects: filepath.Join(t.TempDir(), "r.csv")}
			result, err := Run(t.Context(), o, nil)
			if err != nil {
				t.Fatal(err)
			}
			if result.Rows != c.want || types(result) != "date timestamptz, nom text, position_lat numeric, position_lon numeric, velos integer" {
				t.Errorf("%d rows of %s", result.Rows, types(result))
			}
			if n := c.e.requests.Load(); n != c.requests {
				t.Errorf("%d requests, want %d", n, c.requests)
			}
			if c.query != "" && strings.Contains(c.query, "where") && !strings.Contains(dump(t, o.Table), "Gare velos>0") {
				t.Error("the condition did not arrive")
			}
		})
	}
	server := httptest.NewServer(&explore{records: 20000})
	defer server.Close()
	base := "ods+http" + strings.TrimPrefix(server.URL, "http")
	for source, want := range map[string]string{base + "/velos": "20000", base + "/nothing": "no data set nothing"} {
		if _, err := Run(t.Context(), Options{Source: source, DryRun: true}, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", source, err, want)
		}
	}
}

// FuzzJSON reads anything as JSON: rows or an error.
func FuzzJSON(f *testing.F) {
	f.Add([]byte(`{"a": [{"b": {"c": [1, {"d": null}]}, "e": "\u0000"}]}`))
	f.Add([]byte("{\"a\": 1}\n{\"a\": [\n"))
	f.Add([]byte(`{"features": [{"type": "Feature", "geometry": {"coordinates": [1, 2]}, "properties": {}}]}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		for _, read := range []func(*jsonReader, *tableWriter) error{
			func(r *jsonReader, w *tableWriter) error { return r.readLines(bytes.NewReader(content), w) },
			func(r *jsonReader, w *tableWriter) error { return r.readDocument(bytes.NewReader(content), w) },
		} {
			r := &jsonReader{columns: map[string]int{}}
			w := newTableWriter(&bytes.Buffer{}, r.table("JSON", "record"))
			if read(r, w) == nil && w.fields > len(w.names) {
				t.Fatalf("%d cells in a row of %d names", w.fields, len(w.names))
			}
		}
	})
}
