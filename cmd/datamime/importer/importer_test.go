package importer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/datamime/datamime/cmd/embedded"
)

var database *embedded.Server

func TestMain(m *testing.M) {
	var err error
	if database, err = embedded.Start(context.Background(), embedded.Options{}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	status := m.Run()
	if err := database.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		status = 1
	}
	os.Exit(status)
}

// file writes a source.
func file(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// tableFor is a table of the test's own.
func tableFor(t *testing.T) string {
	return "t_" + plainName(t.Name())
}

// importText imports a text and returns the result and the table's rows, one a
// line, values separated by |.
func importText(t *testing.T, content []byte, change func(*Options)) (*Result, string, error) {
	t.Helper()
	o := Options{Source: file(t, "source.csv", content), Table: tableFor(t), To: database.URL(), IfExists: "replace"}
	if change != nil {
		change(&o)
	}
	result, err := Run(t.Context(), o, nil)
	if err != nil {
		return nil, "", err
	}
	return result, dump(t, o.Table), nil
}

func dump(t *testing.T, table string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), database.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	var out bytes.Buffer
	if _, err := conn.PgConn().CopyTo(t.Context(), &out, "COPY "+table+" TO STDOUT (DELIMITER '|', NULL '~')"); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// types lists a result's columns.
func types(r *Result) string {
	var list []string
	for _, c := range r.Columns {
		list = append(list, c.Name+" "+c.Type)
	}
	return strings.Join(list, ", ")
}

// french is what a spreadsheet in France saves.
const french = "Date de début;Station;Valeur mesurée;Débit;Jour férié\r\n" +
	"31/03/2024 14:00;Rouen — Gare;12,5;1 234;oui\r\n" +
	"01/04/2024 15:00;\"Le Havre; port\";1 012,25;12;non\r\n" +
	"02/04/2024 16:30;Évreux;;7;NON\r\n"

const frenchTypes = "date_de_debut timestamp, station text, valeur_mesuree numeric, debit integer, jour_ferie boolean"

const frenchRows = "2024-03-31 14:00:00|Rouen — Gare|12.5|1234|t\n" +
	"2024-04-01 15:00:00|Le Havre; port|1012.25|12|f\n" +
	"2024-04-02 16:30:00|Évreux|~|7|f\n"

func TestFrenchInEveryEncoding(t *testing.T) {
	text := []byte(french)
	encode := func(e interface{ Bytes([]byte) ([]byte, error) }) []byte {
		b, err := e.Bytes(text)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for name, content := range map[string][]byte{
		"UTF-8":          text,
		"UTF-8 with BOM": append([]byte("\xef\xbb\xbf"), text...),
		"Windows-1252":   encode(charmap.Windows1252.NewEncoder()),
		"UTF-16 LE":      encode(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder()),
		"UTF-16 BE":      encode(unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder()),
		"gzip":           gzipped(t, text),
		"zip":            zipped(t, map[string]string{"a.csv": french, "readme.md": "hello"}),
	} {
		t.Run(name, func(t *testing.T) {
			result, rows, err := importText(t, content, nil)
			if err != nil {
				t.Fatal(err)
			}
			if types(result) != frenchTypes || rows != frenchRows {
				t.Errorf("%s (%s)\n%s", types(result), result.Dialect.Encoding, rows)
			}
		})
	}
}

func TestTypesOfAllRows(t *testing.T) {
	// The 5,000th row decides: numbers until there, then a decimal.
	var long strings.Builder
	long.WriteString("n,t\n")
	for i := range 5000 {
		fmt.Fprintf(&long, "%d,2024-01-01\n", i)
	}
	long.WriteString("0.5,2024-01-01\n")
	for name, c := range map[string]struct{ text, types, rows string }{
		"late decimal":    {long.String(), "n numeric, t date", ""},
		"codes":           {"insee,dept\n01004,2A\n76540,76\n", "insee text, dept text", "01004|2A\n76540|76\n"},
		"large":           {"a,b\n3000000000,99999999999999999999\n1,2\n", "a bigint, b numeric", "3000000000|99999999999999999999\n1|2\n"},
		"exponent":        {"a\tb\n1e-5\t1\n2.5E3\t2\n", "a double precision, b integer", "1e-05|1\n2500|2\n"},
		"zone":            {"t,v\n2024-01-01T00:00:00Z,1\n2024-01-01T02:00:00+02:00,2\n", "t timestamptz, v integer", "2024-01-01 00:00:00+00|1\n2024-01-01 00:00:00+00|2\n"},
		"American dates":  {"t,v\n03/31/2024,1\n04/01/2024,2\n", "t date, v integer", "2024-03-31|1\n2024-04-01|2\n"},
		"dots in dates":   {"t;v\n31.03.24;1,5\n01.04.24;2,5\n", "t date, v numeric", "2024-03-31|1.5\n2024-04-01|2.5\n"},
		"time of day":     {"Jour;Heure;v\n02/03/2026;8h;1\n02/03/2026;14h30;2\n", "jour date, heure time, v integer", "2026-03-02|08:00:00|1\n2026-03-02|14:30:00|2\n"},
		"14h30":           {"t;v\n31/03/2024 14h30;1\n", "t timestamp, v integer", "2024-03-31 14:30:00|1\n"},
		"months":          {"mois;v\n2024-12;1\n2025-01;2\n", "mois date, v integer", "2024-12-01|1\n2025-01-01|2\n"},
		"months last":     {"Mois;v\n12/2024;1,5\n1/2025;2\n", "mois date, v numeric", "2024-12-01|1.5\n2025-01-01|2\n"},
		"digits":          {"date,v\n20241231,1\n20250101,2\n", "date date, v integer", "2024-12-31|1\n2025-01-01|2\n"},
		"no digits":       {"date,id\n20241231,20241231\n20251301,20250101\n", "date integer, id integer", "20241231|20241231\n20251301|20250101\n"},
		"no months":       {"t,v\n2024-12,1\n2024-13,2\n", "t text, v integer", "2024-12|1\n2024-13|2\n"},
		"names of months": {"lieu;2024-01;2024-02\nGare;1;2\nPort;3;4\n", "lieu text, c_2024_01 integer, c_2024_02 integer", "Gare|1|2\nPort|3|4\n"},
		"pm":              {"t,v\n03/31/2024 2:05 PM,1\n03/30/2024 12:00 AM,2\n", "t timestamp, v integer", "2024-03-31 14:05:00|1\n2024-03-30 00:00:00|2\n"},
		"missing":         {"a,b,c\n1,NA,x\nNULL,2.5,NA\n-,,\n", "a integer, b numeric, c text", "1|~|x\n~|2.5|NA\n~|~|~\n"},
		"only missing":    {"a,b\n1,\n2,\n", "a integer, b text", "1|~\n2|~\n"},
		"English group":   {"a,b\n\"1,234.5\",x\n\"12,000\",y\n", "a numeric, b text", "1234.5|x\n12000|y\n"},
		"thousands":       {"a,b\n\"1,234\",x\n\"12,000\",y\n", "a integer, b text", "1234|x\n12000|y\n"},
		"decimal comma":   {"a;b\n1,234;x\n12,000;y\n", "a numeric, b text", "1.234|x\n12.000|y\n"},
		"German group":    {"a;b\n1.234,5;x\n12.000,25;y\n", "a numeric, b text", "1234.5|x\n12000.25|y\n"},
		"quotes":          {"a,b\n\"say \"\"hi\"\"\",\"two\nlines\"\nback\\slash,tab\there\n", "a text, b text", "say \"hi\"|two\\nlines\nback\\\\slash|tab\\there\n"},
		"one column":      {"v\n1\n2\n", "v integer", "1\n2\n"},
		"pipes":           {"a|b\n1|x\n2|y\n", "a integer, b text", "1|x\n2|y\n"},
		"names":           {"a,A, a ,,2024,Œuvre d'art\n1,2,3,4,5,6\n", "a integer, a_2 integer, a_3 integer, column_4 integer, c_2024 integer, oeuvre_d_art integer", "1|2|3|4|5|6\n"},
	} {
		t.Run(name, func(t *testing.T) {
			result, rows, err := importText(t, []byte(c.text), nil)
			if err != nil {
				t.Fatal(err)
			}
			if types(result) != c.types {
				t.Errorf("types %s, want %s", types(result), c.types)
			}
			if c.rows != "" && rows != c.rows {
				t.Errorf("rows\n%s\nwant\n%s", rows, c.rows)
			}
		})
	}
}

// TestOrderOfDates: where days and months cannot be told apart, days come first,
// unless the user says otherwise; what the values tell wins.
func TestOrderOfDates(t *testing.T) {
	for _, c := range []struct{ text, dates, want, why string }{
		{"t,v\n01/02/2024,1\n02/02/2024,2\n", "", "2024-02-01|1\n2024-02-02|2\n", "--dates mdy"},
		{"t,v\n01/02/2024,1\n02/02/2024,2\n", "mdy", "2024-01-02|1\n2024-02-02|2\n", "--dates dmy"},
		{"t,v\n31/01/2024,1\n02/02/2024,2\n", "mdy", "2024-01-31|1\n2024-02-02|2\n", "day/month/year"},
		{"t,v\n2024-02-01,1\n2024-03-02,2\n", "mdy", "2024-02-01|1\n2024-03-02|2\n", "year-month-day"},
	} {
		result, rows, err := importText(t, []byte(c.text), func(o *Options) { o.Dates = c.dates })
		if err != nil || rows != c.want || !strings.Contains(result.Columns[0].Why, c.why) {
			t.Errorf("%q, %s: %v, %q, %s", c.text, c.dates, err, rows, result.Columns[0].Why)
		}
	}
}

// TestRejects: nothing is lost. What is not loaded is in the file, with its
// line and the reason.
func TestRejects(t *testing.T) {
	var text strings.Builder
	text.WriteString("t,v\n")
	for i := range 150 {
		fmt.Fprintf(&text, "2024-01-01 %02d:%02d,%d\n", i/60, i%60, i)
	}
	text.WriteString("2024-01-02 00:00,broken\n")         // line 152
	text.WriteString("2024-01-02 00:01,1,2\n")            // 153
	text.WriteString("2024-01-02 00:02\n")                // 154
	text.WriteString("2024-01-02 00:03,\"never closed\n") // 155
	text.WriteString("2024-01-02 00:04,4\n")
	rejects := filepath.Join(t.TempDir(), "bad.csv")
	result, rows, err := importText(t, []byte(text.String()), func(o *Options) { o.Rejects = rejects })
	if err != nil {
		t.Fatal(err)
	}
	if result.Rows != 151 || result.Rejected != 4 || !strings.HasSuffix(rows, "2024-01-02 00:04:00|4\n") {
		t.Errorf("%d rows, %d rejected", result.Rows, result.Rejected)
	}
	b, err := os.ReadFile(result.Rejects)
	if err != nil {
		t.Fatal(err)
	}
	want := "line,column,reason,record\n" +
		"152,v,\"\"\"broken\"\" is no integer\",\"2024-01-02 00:00,broken\"\n" +
		"153,,\"it has 3 fields, not 2\",\"2024-01-02 00:01,1,2\"\n" +
		"154,,\"it has 1 fields, not 2\",2024-01-02 00:02\n"
	if !strings.HasPrefix(string(b), want) || !strings.Contains(string(b), "155,") {
		t.Errorf("got\n%s\nwant\n%s", b, want)
	}
}

func TestNoRejectsNoFile(t *testing.T) {
	result, _, err := importText(t, []byte("a,b\n1,2\n"), nil)
	if err != nil || result.Rejects != "" {
		t.Errorf("%v, %+v", err, result)
	}
}

func TestWhenTheTableExists(t *testing.T) {
	text := []byte("Année,v\n2024,1\n")
	if _, _, err := importText(t, text, nil); err != nil {
		t.Fatal(err)
	}
	if _, _, err := importText(t, text, func(o *Options) { o.IfExists = "" }); err == nil || !strings.Contains(err.Error(), "--if-exists") {
		t.Errorf("fail: %v", err)
	}
	if _, rows, err := importText(t, text, func(o *Options) { o.IfExists = "append" }); err != nil || rows != "2024|1\n2024|1\n" {
		t.Errorf("append: %v, %q", err, rows)
	}
	if _, _, err := importText(t, []byte("w,v\n1,2\n"), func(o *Options) { o.IfExists = "append" }); err == nil || !strings.Contains(err.Error(), `"w"`) {
		t.Errorf("append another: %v", err)
	}
	if _, _, err := importText(t, []byte("annee,v\n2024,1\n2025,9999999999\n"), func(o *Options) { o.IfExists = "append" }); err == nil || !strings.Contains(err.Error(), "line 3, column v") {
		t.Errorf("append what does not fit: %v", err)
	}
	if rows := dump(t, tableFor(t)); rows != "2024|1\n2024|1\n" {
		t.Errorf("a failed import changed the table: %q", rows)
	}
	conn, err := pgx.Connect(t.Context(), database.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	var comment string
	if err := conn.QueryRow(t.Context(), "SELECT col_description($1::regclass, 1)", tableFor(t)).Scan(&comment); err != nil || comment != "Année" {
		t.Errorf("comment %q, %v", comment, err)
	}
}

func TestOptions(t *testing.T) {
	result, rows, err := importText(t, []byte("1#2024-01-02#x\n3#2024-01-03#y\n"), func(o *Options) {
		o.Delimiter, o.NoHeader = "#", true
		o.Types = map[string]string{"column_1": "numeric(6,2)", "column_2": "timestamp"}
	})
	if err != nil {
		t.Fatal(err)
	}
	if rows != "1.00|2024-01-02 00:00:00|x\n3.00|2024-01-03 00:00:00|y\n" {
		t.Errorf("%s\n%s", types(result), rows)
	}
	result, err = Run(t.Context(), Options{Source: "-", Stdin: strings.NewReader("a,b\n1,2\n"), DryRun: true}, nil)
	if err != nil || types(result) != "a integer, b integer" {
		t.Errorf("standard input: %v", err)
	}
	stop := errors.New("stop")
	if _, err := Run(t.Context(), Options{Source: "-", Stdin: strings.NewReader("a,b\n1,2\n"), DryRun: true},
		func(*Result) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("the preview's error: %v", err)
	}
}

// TestYears: whole numbers are years where a column was said to hold times.
func TestYears(t *testing.T) {
	text := []byte("Annee;Valeur\n1950;4\n1951;3\n1952;5\n")
	if result, _, err := importText(t, text, nil); err != nil || types(result) != "annee integer, valeur integer" || result.Proposal != nil {
		t.Errorf("untold: %s, %v, %v", types(result), result.Proposal, err)
	}
	for typ, want := range map[string]string{
		"date":      "1950-01-01|4\n1951-01-01|3\n1952-01-01|5\n",
		"timestamp": "1950-01-01 00:00:00|4\n1951-01-01 00:00:00|3\n1952-01-01 00:00:00|5\n",
	} {
		result, rows, err := importText(t, text, func(o *Options) { o.Types = map[string]string{"annee": typ} })
		if err != nil || rows != want || result.Proposal == nil || result.Proposal.Time != "annee" {
			t.Errorf("%s: %s, %v, %v", typ, rows, result, err)
		}
	}
}

func TestURL(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/data.csv" {
			http.NotFound(w, r)
			return
		}
		_, _ = io.WriteString(w, french)
	}))
	defer server.Close()
	result, err := Run(t.Context(), Options{Source: server.URL + "/data.csv", DryRun: true}, nil)
	if err != nil || types(result) != frenchTypes {
		t.Errorf("%v", err)
	}
	if result.Dialect.Format != "CSV" {
		t.Errorf("described as %s", result.Dialect)
	}
	if _, err := Run(t.Context(), Options{Source: server.URL + "/none.csv", DryRun: true}, nil); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("%v", err)
	}
}

func TestErrors(t *testing.T) {
	good := file(t, "good.csv", []byte("a,b\n1,2\n"))
	ok := Options{Source: good, Table: "x", To: database.URL()}
	for want, change := range map[string]func(*Options){
		"there is no file":      func(o *Options) { o.Source = "/does/not/exist.csv" },
		"is a folder":           func(o *Options) { o.Source = t.TempDir() },
		"is empty":              func(o *Options) { o.Source = file(t, "e.csv", nil) },
		"no line of values":     func(o *Options) { o.Source = file(t, "h.csv", []byte("a,b\n")) },
		"holds no line":         func(o *Options) { o.Source = file(t, "n.csv", []byte("\n\n")) },
		"is none":               func(o *Options) { o.Source = file(t, "z.gz", []byte{0x1f, 0x8b, 1, 2, 3}) },
		"ends too early":        func(o *Options) { o.Source = file(t, "z.gz", gzipped(t, bytes.Repeat([]byte("a,b\n"), 100))[:30]) },
		"2 tables":              func(o *Options) { o.Source = file(t, "z.zip", zipped(t, map[string]string{"a.csv": "", "b.csv": ""})) },
		"workbook is damaged":   func(o *Options) { o.Source = file(t, "x.xlsx", zipped(t, map[string]string{"xl/workbook.xml": ""})) },
		"of the old kind":       func(o *Options) { o.Source = file(t, "x.xls", []byte("\xd0\xcf\x11\xe0\xa1\xb1")) },
		"is a PDF":              func(o *Options) { o.Source = file(t, "x.pdf", []byte("%PDF-1.7")) },
		"is a web page":         func(o *Options) { o.Source = file(t, "x.html", []byte("\n<!DOCTYPE html><title>x</title>")) },
		"Parquet, but":          func(o *Options) { o.Source = file(t, "x.parquet", []byte("PAR1xxxxxxxxxxPAR1")) },
		"did you mean":          func(o *Options) { o.Source = strings.Replace(good, "good", "god", 1) },
		"no array of objects":   func(o *Options) { o.Source = file(t, "x.json", []byte(`{"a": [1, 2], "b": {"c": []}}`)) },
		"after 1 records":       func(o *Options) { o.Source = file(t, "x.json", []byte(`[{"a": 1}, {"a"`)) },
		"no way to read ftp":    func(o *Options) { o.Source = "ftp://h/x.csv" },
		"names no data set":     func(o *Options) { o.Source = "ods://portal" },
		`"format" is no`:        func(o *Options) { o.Source = "ods://portal/data?format=csv" },
		"no answer":             func(o *Options) { o.Source = "http://127.0.0.1:1/x.csv" },
		"--delimiter":           func(o *Options) { o.Delimiter = "ab" },
		"--encoding":            func(o *Options) { o.Encoding = "klingon" },
		"--dates":               func(o *Options) { o.Dates = "day" },
		"--if-exists":           func(o *Options) { o.IfExists = "maybe" },
		"--table is missing":    func(o *Options) { o.Table = "" },
		"is no name of a table": func(o *Options) { o.Table = "a b" },
		"too many parts":        func(o *Options) { o.Table = "a.b.c" },
		"--to is missing":       func(o *Options) { o.To = "" },
		"--to is no connection": func(o *Options) { o.To = "postgres://h:port/x" },
		"no PostgreSQL to talk": func(o *Options) { o.To = "postgres://127.0.0.1:1/x" },
		`schema "nowhere"`:      func(o *Options) { o.Table = "nowhere.x" },
		`type "colour"`:         func(o *Options) { o.Types = map[string]string{"a": "colour"} },
		`no column "c"`:         func(o *Options) { o.Types = map[string]string{"c": "text"} },
	} {
		o := ok
		change(&o)
		_, err := Run(t.Context(), o, nil)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("got %v, want one line with %q", err, want)
		}
	}
}

func TestInterrupt(t *testing.T) {
	var text strings.Builder
	text.WriteString("a,b\n")
	for range 100000 {
		text.WriteString("1,2\n")
	}
	ctx, cancel := context.WithCancel(t.Context())
	o := Options{Source: file(t, "s.csv", []byte(text.String())), Table: tableFor(t), To: database.URL(),
		Progress: func(float64) { cancel() }}
	if _, err := Run(ctx, o, nil); err == nil || !strings.Contains(err.Error(), "interrupted") {
		t.Errorf("got %v", err)
	}
}
