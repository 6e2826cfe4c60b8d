package main

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/xuri/excelize/v2"

	"github.com/datamime/datamime/sqlfuncs"
)

// newProxied makes a database of the test's own with the sample in it, and
// returns its URL through a proxy.
func newProxied(t *testing.T) string {
	t.Helper()
	own := newDatabase(t)
	if _, err := loadSample(t.Context(), own); err != nil {
		t.Fatal(err)
	}
	name := own[strings.LastIndex(own, "/")+1:]
	name, _, _ = strings.Cut(name, "?")
	return "postgres://postgres@" + serveInProcess(t) + "/" + name + "?sslmode=disable"
}

func TestEveryFunctionHasAVerb(t *testing.T) {
	for _, fn := range sqlfuncs.Functions() {
		verb, renamed := verbOf[fn.Name]
		if !renamed {
			verb = fn.Name
		}
		if verb == "" {
			continue
		}
		stdout, _, status := runLine(t, verb, "--help")
		if status != 0 {
			t.Errorf("%s: status %d", verb, status)
		}
		for _, p := range fn.Parameters {
			if !strings.Contains(stdout, "--"+flagOf(p)) {
				t.Errorf("%s lacks --%s", verb, flagOf(p))
			}
		}
	}
}

func TestGenerateFormats(t *testing.T) {
	t.Setenv("DATAMIME_TO", newProxied(t))
	dir := t.TempDir()
	read := func(name string) []byte {
		t.Helper()
		file := filepath.Join(dir, name)
		line := append(strings.Fields("generate "+demoSeries+" 50 --output"), file)
		if stdout, stderr, status := runLine(t, line...); status != 0 || stdout != "" || stderr != "" {
			t.Fatalf("%s: status %d, %q, %q", name, status, stdout, stderr)
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	want, err := csv.NewReader(bytes.NewReader(read("x.csv"))).ReadAll()
	if err != nil || len(want) != 51 || strings.Join(want[0], ",") != strings.Join(sampleColumns, ",") {
		t.Fatalf("%v: %v", err, want)
	}
	stdout, _, _ := runLine(t, strings.Fields("generate "+demoSeries+" 50")...)
	if got := string(read("y.csv")); got != stdout {
		t.Error("the file and standard output differ")
	}
	zip, err := gzip.NewReader(bytes.NewReader(read("x.csv.gz")))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(zip); err != nil || string(got) != stdout {
		t.Errorf("compressed: %v", err)
	}
	var list []struct {
		Station string
		Valeur  *int
	}
	if err := json.Unmarshal(read("x.json"), &list); err != nil || len(list) != 50 || list[0].Station != want[1][2] {
		t.Errorf("JSON: %v, %d rows", err, len(list))
	}
	if n := bytes.Count(read("x.ndjson"), []byte("\n")); n != 50 {
		t.Errorf("NDJSON: %d lines", n)
	}
	type record struct {
		Station string `parquet:"station,optional"`
		Valeur  *int32 `parquet:"valeur,optional"`
	}
	b := read("x.parquet")
	records, err := parquet.Read[record](bytes.NewReader(b), int64(len(b)))
	if err != nil || len(records) != 50 || records[0].Station != want[1][2] {
		t.Errorf("Parquet: %v, %d rows", err, len(records))
	}
	book, err := excelize.OpenReader(bytes.NewReader(read("x.xlsx")))
	if err != nil {
		t.Fatal(err)
	}
	if cells, err := book.GetRows("result"); err != nil || len(cells) != 51 || cells[1][2] != want[1][2] || cells[1][0] != want[1][0] {
		t.Errorf("XLSX: %v, %d rows", err, len(cells))
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestFlagsAreArguments: by order, by flag and by SQL is the same.
func TestFlagsAreArguments(t *testing.T) {
	to := newProxied(t)
	byOrder, stderr, status := runLine(t, append(strings.Fields("generate "+demoSeries+" 20 --seed 7 --start-at 2025-01-01 --to"), to)...)
	if status != 0 || strings.Count(byOrder, "\n") != 21 {
		t.Fatalf("status %d, %q, %q", status, byOrder, stderr)
	}
	byFlag, _, _ := runLine(t, "generate", "--to", to, "--source", "mesures", "--time-column", "date_debut", "--series-columns", "station, polluant",
		"--value-column", "valeur", "--row-count=20", "--seed=7", "--start-at", "2025-01-01 00:00")
	if byFlag != byOrder {
		t.Error("flags differ from order")
	}
	file := filepath.Join(t.TempDir(), "air.yaml")
	if err := os.WriteFile(file, []byte("source: mesures\ntime-column: date_debut\nseries-columns: [station, polluant]\nvalue-column: valeur\n"+
		"row-count: 20\nseed: 7\nstart-at: '2025-01-01'\nto: "+to+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if byFile, stderr, _ := runLine(t, "generate", "--config", file); byFile != byOrder {
		t.Errorf("a file of settings differs from order: %s%s", byFile, stderr)
	}
	stdout, _, status := runLine(t, "generate", "--to", to, "(SELECT date_debut, station AS \"it's\", valeur FROM mesures WHERE polluant = 'NO2')",
		"date_debut", "it's", "valeur", "3", "--format", "table")
	if status != 0 || !strings.Contains(stdout, "| it's ") || !strings.HasSuffix(stdout, "(3 rows)\n") {
		t.Errorf("a query: status %d, %s", status, stdout)
	}
	stdout, _, status = runLine(t, "help-functions", "generate", "--to", to, "--format", "ndjson")
	if status != 0 || !strings.Contains(stdout, `"argument": "row_count"`) {
		t.Errorf("help: status %d, %s", status, stdout)
	}
}

// TestModelVerbs: fit, models, generate from the model, drop.
func TestModelVerbs(t *testing.T) {
	t.Setenv("DATAMIME_TO", newProxied(t))
	stdout, stderr, status := runLine(t, strings.Fields("fit air "+demoSeries)...)
	if status != 0 || !strings.HasPrefix(stdout, "model,series_count,") || !strings.Contains(stdout, "\nair,14,") {
		t.Fatalf("fit: status %d, %q, %q", status, stdout, stderr)
	}
	if !strings.HasPrefix(stderr, "datamime: notice: ") {
		t.Errorf("the notice is lost: %q", stderr)
	}
	if stdout, _, status := runLine(t, "models", "--format", "json"); status != 0 || !strings.Contains(stdout, `"series_columns": ["station", "polluant"]`) {
		t.Errorf("models: status %d, %s", status, stdout)
	}
	if stdout, stderr, status := runLine(t, "generate", "--model", "air", "--row-count", "4", "--quiet"); status != 0 || strings.Count(stdout, "\n") != 5 || stderr != "" {
		t.Errorf("generate: status %d, %q, %q", status, stdout, stderr)
	}
	if _, stderr, status := runLine(t, strings.Fields("fit air "+demoSeries+" --replace --quiet")...); status != 0 || stderr != "" {
		t.Errorf("replace: status %d, %q", status, stderr)
	}
	if stdout, _, status := runLine(t, "drop", "air"); status != 0 || stdout != "model\nair\n" {
		t.Errorf("drop: status %d, %q", status, stdout)
	}
	if stdout, _, status := runLine(t, "models"); status != 0 || strings.Count(stdout, "\n") != 1 {
		t.Errorf("models: status %d, %q", status, stdout)
	}
}

func TestVerbsUsage(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"generate", "DATAMIME_TO"},
		{"generate mesures --to nowhere:x:y", "postgres://"},
		{"generate mesures --row-count many", "many"},
		{"generate mesures --minimum low", "low"},
		{"generate a b c d 5 --row-count 5", "given twice"},
		{"generate a b c d 5 2024-01-01 2025-01-01 1h 0 time none 0 0 9 fitted m t sum UTC FR 3 more", "at most 21"},
		{"generate mesures --series-columns a,,b", "empty name"},
		{"generate mesures --format doc", `"doc"`},
		{"generate mesures -o out.doc", "out.doc"},
		{"fit", "--model"},
		{"fit air mesures date_debut", "--value-column"},
		{"drop", "--model"},
		{"models now", "at most 0"},
	} {
		_, stderr, status := runLine(t, strings.Fields(c.line)...)
		if status != 2 || !strings.Contains(stderr, c.want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: status %d, %q; want 2 and one line with %q", c.line, status, stderr, c.want)
		}
	}
}

// TestVerbsOrder: the usage lists arguments as they go by their order, up to
// the last one that must be given.
func TestVerbsOrder(t *testing.T) {
	for verb, want := range map[string]string{
		"fit":      "fit MODEL SOURCE TIME_COLUMN SERIES_COLUMNS VALUE_COLUMN [flags]",
		"evaluate": "evaluate SOURCE TIME_COLUMN SERIES_COLUMNS VALUE_COLUMN [flags]",
		"generate": "generate [SOURCE] [flags]",
		"define":   "define MODEL [flags]",
		"models":   "models [flags]",
	} {
		if stdout, _, _ := runLine(t, verb, "--help"); !strings.Contains(stdout, "\n  datamime "+want+"\n") {
			t.Errorf("%s", stdout)
		}
	}
}

func TestVerbsFail(t *testing.T) {
	to := newProxied(t)
	file := filepath.Join(t.TempDir(), "x.csv")
	for _, c := range []struct{ line, want string }{
		{"generate no_such date_debut station valeur", `relation "no_such" does not exist`},
		{"generate mesures date_debut station commune", "--value-column: "},
		{"generate mesures date_debut station valeur --gaps some", "--gaps: "},
		{"generate --model none", "--model: "},
	} {
		_, stderr, status := runLine(t, append(strings.Fields(c.line), "--to", to, "-o", file)...)
		if status != 1 || !strings.Contains(stderr, c.want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: status %d, %q; want 1 and one line with %q", c.line, status, stderr, c.want)
		}
		if _, err := os.Stat(file); err == nil {
			t.Errorf("%s: it left a file", c.line)
		}
	}
	if _, stderr, status := runLine(t, append(strings.Fields("generate "+demoSeries+" 5 -o /no/such/folder/x.csv --to"), to)...); status != 1 || !strings.Contains(stderr, "cannot write /no/such/folder/x.csv: no such file or directory") {
		t.Errorf("no folder: status %d, %q", status, stderr)
	}
	if _, stderr, status := runLine(t, append(strings.Fields("generate "+demoSeries+" 5 --to"), database.URL())...); status != 1 ||
		!strings.Contains(stderr, "no datamime proxy") || !strings.Contains(stderr, "datamime serve --upstream postgres://127.0.0.1:") || strings.Count(stderr, "\n") != 1 {
		t.Errorf("a bare server: status %d, %q", status, stderr)
	}
	if _, stderr, status := runLine(t, "models", "--to", "postgres://127.0.0.1:1/x"); status != 1 || !strings.Contains(stderr, "datamime serve") || strings.Count(stderr, "\n") != 1 {
		t.Errorf("nobody there: status %d, %q", status, stderr)
	}
}

func TestLiteral(t *testing.T) {
	for _, c := range []struct{ typ, text, want string }{
		{"text", "it's", "'it''s'"},
		{"text", `a\b'`, `E'a\\b'''`},
		{"text", "null", "'null'"},
		{"bigint", "-5", "-5"},
		{"bigint", "NULL", "NULL"},
		{"text[]", "a, \"b,c\"", "ARRAY['a','b,c']::text[]"},
		{"text[]", "", "ARRAY[]::text[]"},
		{"text | text[]", "v", "'v'"},
		{"text | text[]", "v,w", "ARRAY['v','w']::text[]"},
		{"double precision", "1e3", "'1e3'"},
		{"date | timestamp | timestamptz", "today", "'today'"},
		{"boolean", "true", "true"},
	} {
		if got, err := literal(c.typ, c.text); err != nil || got != c.want {
			t.Errorf("%s %q: %s, %v; want %s", c.typ, c.text, got, err, c.want)
		}
	}
}
