package importer

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// A sheet is written cell by cell, from A1 on; nil is an empty cell. A styled
// value has a format of its numbers.
type styled struct {
	value  any
	format string
}

// excel writes a workbook, sheet by sheet.
func excel(t *testing.T, since1904 bool, sheets ...[][]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	if err := f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &since1904}); err != nil {
		t.Fatal(err)
	}
	for n, rows := range sheets {
		sheet := fmt.Sprintf("Feuil%d", n+1)
		if n == 0 {
			if err := f.SetSheetName("Sheet1", sheet); err != nil {
				t.Fatal(err)
			}
		} else if _, err := f.NewSheet(sheet); err != nil {
			t.Fatal(err)
		}
		writeSheet(t, f, sheet, rows)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func writeSheet(t *testing.T, f *excelize.File, sheet string, rows [][]any) {
	t.Helper()
	for r, row := range rows {
		for c, value := range row {
			at, err := excelize.CoordinatesToCellName(c+1, r+1)
			if err != nil {
				t.Fatal(err)
			}
			if s, ok := value.(styled); ok {
				style, err := f.NewStyle(&excelize.Style{CustomNumFmt: &s.format})
				if err != nil {
					t.Fatal(err)
				}
				if err := f.SetCellStyle(sheet, at, at, style); err != nil {
					t.Fatal(err)
				}
				value = s.value
			}
			if value == nil {
				continue
			}
			if err := f.SetCellValue(sheet, at, value); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestSheets: what a spreadsheet of numbers and dates is as a table, whatever
// stands around it.
func TestSheets(t *testing.T) {
	when := func(serial float64) styled { return styled{serial, "dd/mm/yyyy hh:mm"} }
	ten := [][]any{{"Date", "Station", "Valeur"}}
	for i := range 10 {
		ten = append(ten, []any{when(45382.5 + float64(i)/24), "Gare", 12.5 + float64(i)})
	}
	for name, c := range map[string]struct {
		rows        [][]any
		types, want string
		rejected    int64
	}{
		"decimal commas in texts": {
			[][]any{{"Date", "Valeur"}, {"31/03/2024 14:00", "12,5"}, {"31/03/2024 15:00", "1 012,25"}, {"01/04/2024 16:00", 7}},
			"date timestamp, valeur numeric", "2024-03-31 14:00:00|12.5\n2024-03-31 15:00:00|1012.25\n2024-04-01 16:00:00|7\n", 0,
		},
		// Of texts one reads 1,234 by the numbers beside them: 1.234, not 1234.
		"numbers and texts": {
			[][]any{{"t", "v"}, {"2024-01-01", 1.234}, {"2024-01-02", "1,234"}, {"2024-01-03", "12,5"}},
			"t date, v numeric", "2024-01-01|1.234\n2024-01-02|1.234\n2024-01-03|12.5\n", 0,
		},
		"formats": {
			[][]any{
				{"Jour", "Heure", "Instant", "Taux", "Code postal", "Somme"},
				{styled{45382, "dd/mm/yyyy"}, styled{0.604166666666667, "hh:mm"}, when(45382.604166666664), styled{0.125, "0.0 %"}, styled{1004, "00000"}, 0.1 + 0.2},
				{styled{45383, "dd/mm/yyyy"}, styled{0.25, "hh:mm"}, when(45383.25), styled{0.5, "0.0 %"}, styled{76540, "00000"}, 1e-3},
			},
			"jour date, heure time, instant timestamp, taux numeric, code_postal text, somme numeric",
			"2024-03-31|14:30:00|2024-03-31 14:30:00|0.125|01004|0.3\n2024-04-01|06:00:00|2024-04-01 06:00:00|0.5|76540|0.001\n", 0,
		},
		"days without a format": {
			[][]any{{"Date", "v"}, {45382, 1}, {45383, 2}}, "date date, v integer", "2024-03-31|1\n2024-04-01|2\n", 0,
		},
		"titles above, notes below, empty columns and rows": {
			[][]any{
				{"Relevés de la station", nil, nil, nil}, {}, {"Édité le", "02/05/2024"},
				{nil, "Date", "Site", "NO2"}, {nil, "(jj/mm/aaaa)", nil, "µg/m³"},
				{nil, "31/03/2024", "Gare", "12,5"}, {nil, "01/04/2024", "Gare", "13"}, {}, {nil, "02/04/2024", "Gare", "14"},
				{nil, "03/04/2024", "Port", ""}, {nil, "04/04/2024", "Gare", "14,25"},
				{nil, "Moyenne", nil, "13,5"}, {}, {nil, "Source : la mairie"},
			},
			"date date, site text, no2 numeric",
			"2024-03-31|Gare|12.5\n2024-04-01|Gare|13\n2024-04-02|Gare|14\n2024-04-03|Port|~\n2024-04-04|Gare|14.25\n", 3,
		},
		"a year as a name": {
			[][]any{{"ville", 2023, 2024}, {"Rouen", 1.5, 2}, {"Caen", 3, 4.5}}, "ville text, c_2023 numeric, c_2024 numeric", "Rouen|1.5|2\nCaen|3|4.5\n", 0,
		},
		"no names": {
			[][]any{{"31/03/2024", 1}, {"01/04/2024", 2}}, "column_1 date, column_2 integer", "2024-03-31|1\n2024-04-01|2\n", 0,
		},
		"errors and truths": {
			[][]any{{"t", "v", "ok"}, {"2024-01-01", "#DIV/0!", true}, {"2024-01-02", 2, false}}, "t date, v integer, ok boolean", "2024-01-01|~|t\n2024-01-02|2|f\n", 0,
		},
		"ten lines": {ten, "date timestamp, station text, valeur numeric", "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			result, rows, err := importText(t, excel(t, false, c.rows), nil)
			if err != nil {
				t.Fatal(err)
			}
			if types(result) != c.types || result.Rejected != c.rejected {
				t.Errorf("%s, %d rejected; want %s, %d", types(result), result.Rejected, c.types, c.rejected)
			}
			if c.want != "" && rows != c.want {
				t.Errorf("rows\n%s\nwant\n%s", rows, c.want)
			}
		})
	}
}

// TestWorkbookOf1904: days count from another day.
func TestWorkbookOf1904(t *testing.T) {
	book := excel(t, true, [][]any{{"t", "v"}, {styled{43920, "yyyy-mm-dd"}, 1}, {styled{43920.5, "yyyy-mm-dd hh:mm"}, 2}})
	if _, rows, err := importText(t, book, nil); err != nil || rows != "2024-03-31 00:00:00|1\n2024-03-31 12:00:00|2\n" {
		t.Errorf("%v\n%s", err, rows)
	}
}

// TestSerialTime holds our days against excelize's, from March 1900 on: before,
// Excel's are a day off, and the library's are not.
func TestSerialTime(t *testing.T) {
	for serial := 61.; serial < 80000; serial += 97.3125 {
		for _, since1904 := range []bool{false, true} {
			want, err := excelize.ExcelDateToTime(serial, since1904)
			if err != nil {
				t.Fatal(err)
			}
			got, ok := serialTime(serial, since1904)
			at, err := time.Parse("2006-01-02 15:04:05.999", got)
			if err != nil {
				at, err = time.Parse(time.DateOnly, got)
			}
			if d := at.Sub(want); !ok || err != nil || d > time.Millisecond || d < -time.Millisecond {
				t.Errorf("%v (%v): %s, want %s", serial, since1904, got, want)
			}
		}
	}
}

func TestSheetsOfAWorkbook(t *testing.T) {
	cover := [][]any{{"Données de la ville"}, {"Version 3"}}
	data := [][]any{{"t", "v"}, {"2024-01-01", 1}, {"2024-01-02", 2}}
	more := [][]any{{"t", "w"}, {"2024-01-01", 3}}
	book := excel(t, false, cover, data, more)
	for wanted, want := range map[string]string{"": "t date, v integer", "feuil3": "t date, w integer", "3": "t date, w integer"} {
		result, _, err := importText(t, book, func(o *Options) { o.Sheet = wanted })
		if err != nil || types(result) != want {
			t.Errorf("sheet %q: %v", wanted, err)
			continue
		}
		if wanted == "" && result.Dialect.String() != `XLSX, sheet "Feuil2", 2 columns (other sheets, for --sheet: Feuil1, Feuil3)` {
			t.Errorf("described as %s", result.Dialect)
		}
	}
	if _, _, err := importText(t, book, func(o *Options) { o.Sheet = "nowhere" }); err == nil || !strings.Contains(err.Error(), "Feuil1, Feuil2, Feuil3") {
		t.Errorf("no such sheet: %v", err)
	}
}

// TestMergedCells: a station that stands once for all its lines is each line's.
func TestMergedCells(t *testing.T) {
	f := excelize.NewFile()
	defer f.Close()
	writeSheet(t, f, "Sheet1", [][]any{
		{"Relevés"}, {"Station", "Date", "Valeur"},
		{"Gare", "2024-01-01", 1}, {nil, "2024-01-02", 2}, {nil, "2024-01-03", 3},
		{"Port", "2024-01-01", 4}, {nil, "2024-01-02", 5},
	})
	for _, cells := range [][2]string{{"A1", "C1"}, {"A3", "A5"}, {"A6", "A7"}} {
		if err := f.MergeCell("Sheet1", cells[0], cells[1]); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	const want = "Gare|2024-01-01|1\nGare|2024-01-02|2\nGare|2024-01-03|3\nPort|2024-01-01|4\nPort|2024-01-02|5\n"
	result, rows, err := importText(t, b.Bytes(), nil)
	if err != nil || rows != want {
		t.Fatalf("%v\n%s", err, rows)
	}
	if s := result.Dialect.String(); !strings.Contains(s, "names in row 2") {
		t.Errorf("described as %s", s)
	}
}

// TestAgainstExcelize reads a workbook as the library does.
func TestAgainstExcelize(t *testing.T) {
	var rows [][]any
	for r := range 300 {
		rows = append(rows, []any{fmt.Sprint("a ", r), float64(r) * 1.5, nil, r, "x & <y>\n\u00e9 _x0041_"})
	}
	book := excel(t, false, rows)
	f, err := excelize.OpenReader(bytes.NewReader(book))
	if err != nil {
		t.Fatal(err)
	}
	want, err := f.GetRows("Feuil1", excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	s, err := spool(t.Context(), Options{Source: file(t, "b.xlsx", book)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	r := newTableReader(s)
	for i, texts := range want {
		row, line, err := r.next()
		if err != nil || line != i+1 {
			t.Fatalf("row %d: %v, %d", i, err, line)
		}
		for k, text := range texts {
			if row[k].text != text {
				t.Fatalf("row %d: %q, want %q", i, row[k].text, text)
			}
		}
	}
}

// TestRejectsOfASheet: a row that does not fit is named by its number in the
// sheet and by the column.
func TestRejectsOfASheet(t *testing.T) {
	rows := [][]any{{"Relevés"}, {}, {"t", "v"}}
	for i := range 120 {
		rows = append(rows, []any{styled{45382 + i, "yyyy-mm-dd"}, i})
	}
	rows[50][1] = "cassé"
	result, _, err := importText(t, excel(t, false, rows), nil)
	if err != nil || result.Rows != 119 || result.Rejected != 1 {
		t.Fatalf("%v, %+v", err, result)
	}
	b, err := os.ReadFile(result.Rejects)
	if want := "row,column,reason,record\n51,v,\"\"\"cassé\"\" is no integer\",\"2024-05-17,cassé\"\n"; err != nil || string(b) != want {
		t.Errorf("%v\n%s", err, b)
	}
}

// openDocumentFile writes a spreadsheet of OpenDocument around its rows.
func openDocumentFile(t *testing.T, rows string) []byte {
	t.Helper()
	content := `<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/">
<office:body><office:spreadsheet><table:table table:name="Sommaire"><table:table-row><table:table-cell office:value-type="string"><text:p>Relevés</text:p></table:table-cell></table:table-row></table:table>
<table:table table:name="Données"><table:table-column table:number-columns-repeated="1024"/>` + rows + `
<table:table-row table:number-rows-repeated="1048500"><table:table-cell table:number-columns-repeated="1024"/></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>`
	if err := xml.Unmarshal([]byte(content), new(struct{})); err != nil {
		t.Fatal(err)
	}
	return zipped(t, map[string]string{"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content})
}

func TestOpenDocument(t *testing.T) {
	row := func(cells ...string) string {
		return "<table:table-row>" + strings.Join(cells, "") + "</table:table-row>"
	}
	str := func(s string) string {
		return `<table:table-cell office:value-type="string"><text:p>` + s + `</text:p></table:table-cell>`
	}
	value := func(typ, attribute, v, shown string) string {
		return fmt.Sprintf(`<table:table-cell office:value-type=%q office:%s=%q><text:p>%s</text:p></table:table-cell>`, typ, attribute, v, shown)
	}
	const blank = `<table:table-cell/>`
	book := openDocumentFile(t, row(str("Station"), str("Date"), str("Heure"), str("Valeur"), str("Taux"), str("Note"))+
		row(`<table:table-cell table:number-rows-spanned="2" office:value-type="string"><text:p>Gare<text:s text:c="2"/>Nord</text:p></table:table-cell>`,
			value("date", "date-value", "2024-03-31", "31/03/24"), value("time", "time-value", "PT14H30M00S", "14:30"),
			value("float", "value", "12.5", "12,5"), value("percentage", "value", "0.125", "12,5 %"),
			`<table:table-cell office:value-type="string"><office:annotation><dc:date>2024</dc:date><text:p>no</text:p></office:annotation><text:p>a</text:p><text:p>b</text:p></table:table-cell>`)+
		row(`<table:covered-table-cell/>`, value("date", "date-value", "2024-04-01", "01/04/24"), value("time", "time-value", "PT06H00M00S", "6:00"),
			str("1 012,25"), value("percentage", "value", "1", "100 %"), `<table:table-cell table:number-columns-repeated="1019"/>`)+
		`<table:table-row table:number-rows-repeated="2">`+str("Port")+value("date", "date-value", "2024-04-02", "02/04/24")+blank+blank+blank+str("x")+"</table:table-row>")
	result, rows, err := importText(t, book, nil)
	const want = "Gare  Nord|2024-03-31|14:30:00|12.5|0.125|a\\nb\nGare  Nord|2024-04-01|06:00:00|1012.25|1|~\nPort|2024-04-02|~|~|~|x\nPort|2024-04-02|~|~|~|x\n"
	if err != nil || rows != want || types(result) != "station text, date date, heure time, valeur numeric, taux numeric, note text" {
		t.Fatalf("%v\n%s", err, rows)
	}
	if s := result.Dialect.String(); s != `ODS, sheet "Données", 6 columns (other sheets, for --sheet: Sommaire)` {
		t.Errorf("described as %s", s)
	}
}

// FuzzWorkbook reads anything as a part of a workbook: an error or rows, no
// panic.
func FuzzWorkbook(f *testing.F) {
	f.Add([]byte(`<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c t="inlineStr"><is><t>x</t></is></c><c s="1"><v>45382.5</v></c></row></sheetData><mergeCells><mergeCell ref="A1:A3"/></mergeCells></worksheet>`),
		[]byte(`<sst><si><t>one</t></si><si><r><t>a</t></r><r><t>b</t></r></si></sst>`),
		[]byte(`<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy&quot;d&quot;"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>`))
	f.Add([]byte(`<office:spreadsheet><table:table table:name="a"><table:table-row table:number-rows-repeated="3"><table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="2"><text:p>1</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet>`), []byte{}, []byte{})
	f.Fuzz(func(t *testing.T, sheet, texts, styles []byte) {
		if len(sheet)+len(texts)+len(styles) > 1<<16 {
			return
		}
		const relation = `http://schemas.openxmlformats.org/officeDocument/2006/relationships`
		book := zipped(t, map[string]string{
			"xl/workbook.xml":            `<workbook xmlns:r="` + relation + `"><sheets><sheet name="a" r:id="r1"/></sheets></workbook>`,
			"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>`,
			"xl/worksheets/sheet1.xml":   string(sheet), "xl/sharedStrings.xml": string(texts), "xl/styles.xml": string(styles),
		})
		archive, err := zip.NewReader(bytes.NewReader(book), int64(len(book)))
		if err != nil {
			t.Fatal(err)
		}
		_ = readXLSX(archive, newTableWriter(&full{1 << 20}, &table{unit: "row"}), "")
		for _, part := range archive.File {
			if strings.HasSuffix(part.Name, "sheet1.xml") {
				_ = readOpenDocument(part, newTableWriter(&full{1 << 20}, &table{unit: "row"}), "")
			}
		}
	})
}

// full is a disk with room for so many bytes: a few bytes of a sheet may ask for
// a million rows.
type full struct{ room int }

func (f *full) Write(p []byte) (int, error) {
	if f.room -= len(p); f.room < 0 {
		return 0, errors.New("no room is left")
	}
	return len(p), nil
}
