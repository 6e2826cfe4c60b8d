package importer

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/datamime/datamime/cmd/datamime/locale"
)

// An xlsx is a workbook of Office Open XML (ECMA-376), read as a stream.
// excelize, which writes ours, hands out a cell's text without its type, or holds
// a whole sheet in memory (1 GB for 200,000 rows of six, where this takes 39 MB);
// whether a cell is a number, a time or a text decides how it is read.
type xlsx struct {
	parts     map[string]*zip.File
	sheets    []string
	path      map[string]string // of a sheet's part
	since1904 bool
	formats   []numberFormat // by a cell's style
	strings   []string
}

var errDamagedWorkbook = &saidError{func() string {
	return locale.Say("the workbook is damaged: open it in a spreadsheet and save it again")
}}

// readXLSX spools a sheet of a workbook.
func readXLSX(archive *zip.Reader, w *tableWriter, wanted string) error {
	x := &xlsx{parts: map[string]*zip.File{}, path: map[string]string{}}
	for _, f := range archive.File {
		x.parts[f.Name] = f
	}
	if err := errors.Join(x.readSheets(), x.readStyles(), x.readStrings()); err != nil {
		return errDamagedWorkbook
	}
	return readWorkbook(x, w, wanted)
}

// part decodes a small part; one that is not there is empty.
func (x *xlsx) part(name string, into any) error {
	f := x.parts[name]
	if f == nil {
		return nil
	}
	in, err := f.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	return xml.NewDecoder(bufio.NewReader(in)).Decode(into)
}

func (x *xlsx) readSheets() error {
	var book struct {
		Properties struct {
			Since1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []struct {
			Name  string `xml:"name,attr"`
			State string `xml:"state,attr"`
			ID    string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
			// The same, in workbooks that are strict.
			StrictID string `xml:"http://purl.oclc.org/ooxml/officeDocument/relationships id,attr"`
		} `xml:"sheets>sheet"`
	}
	var relations struct {
		List []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	if err := errors.Join(x.part("xl/workbook.xml", &book), x.part("xl/_rels/workbook.xml.rels", &relations)); err != nil {
		return err
	}
	x.since1904 = book.Properties.Since1904 == "1" || book.Properties.Since1904 == "true"
	for _, s := range book.Sheets {
		for _, r := range relations.List {
			if r.ID != s.ID+s.StrictID {
				continue
			}
			target := strings.TrimPrefix(r.Target, "/")
			if target == r.Target {
				target = path.Join("xl", r.Target)
			}
			if x.parts[target] == nil || s.State != "" && s.State != "visible" || x.path[s.Name] != "" {
				continue
			}
			x.sheets = append(x.sheets, s.Name)
			x.path[s.Name] = target
		}
	}
	return nil
}

func (x *xlsx) readStyles() error {
	var styles struct {
		Formats []struct {
			ID   int    `xml:"numFmtId,attr"`
			Code string `xml:"formatCode,attr"`
		} `xml:"numFmts>numFmt"`
		Cells []struct {
			Format int `xml:"numFmtId,attr"`
		} `xml:"cellXfs>xf"`
	}
	if err := x.part("xl/styles.xml", &styles); err != nil {
		return err
	}
	own := map[int]string{}
	for _, f := range styles.Formats {
		own[f.ID] = f.Code
	}
	for _, c := range styles.Cells {
		code, ok := own[c.Format]
		if !ok {
			code = builtInFormat(c.Format)
		}
		x.formats = append(x.formats, formatOf(code))
	}
	return nil
}

// readStrings reads the texts that cells share.
func (x *xlsx) readStrings() error {
	f := x.parts["xl/sharedStrings.xml"]
	if f == nil {
		return nil
	}
	in, err := f.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	var text strings.Builder
	d := xml.NewDecoder(bufio.NewReaderSize(in, 1<<16))
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "si":
				text.Reset()
			case "t":
				if err := appendText(d, &text); err != nil {
					return err
				}
			case "rPh": // how a text is pronounced
				if err := d.Skip(); err != nil {
					return err
				}
			}
		case xml.EndElement:
			if t.Name.Local == "si" {
				x.strings = append(x.strings, unescapeText(text.String()))
			}
		}
	}
}

// appendText appends the characters of the element that is open, up to its end.
func appendText(d *xml.Decoder, text *strings.Builder) error {
	for {
		t, err := d.Token()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.CharData:
			text.Write(t)
		case xml.EndElement:
			return nil
		case xml.StartElement:
			if err := d.Skip(); err != nil {
				return err
			}
		}
	}
}

var escapedCharacter = regexp.MustCompile(`_x([0-9A-Fa-f]{4})_`)

// unescapeText reads what XML cannot hold: _x000D_ is a carriage return.
func unescapeText(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	return escapedCharacter.ReplaceAllStringFunc(s, func(m string) string {
		n, _ := strconv.ParseUint(m[2:6], 16, 16)
		return string(rune(n))
	})
}

func (x *xlsx) names() []string { return x.sheets }

// An xlsxCell is a cell on the way.
type xlsxCell struct {
	column int
	kind   string // s, inlineStr, str, b, e, d or n
	style  int
	value  strings.Builder
}

// rows implements workbook.
func (x *xlsx) rows(sheet string, add func(row int, cells []cell) error) error {
	merged, err := x.merged(x.path[sheet])
	if err != nil {
		return errDamagedWorkbook
	}
	in, err := x.parts[x.path[sheet]].Open()
	if err != nil {
		return errDamagedWorkbook
	}
	defer in.Close()
	r := &xlsxRows{x: x, d: xml.NewDecoder(bufio.NewReaderSize(in, 1<<16)), merged: merged, add: add}
	for {
		t, err := r.d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return errDamagedWorkbook
		}
		if end, err := r.token(t); end || err != nil {
			return err
		}
	}
}

// xlsxRows reads the rows of a sheet.
type xlsxRows struct {
	x      *xlsx
	d      *xml.Decoder
	merged map[int][]mergedCells
	add    func(row int, cells []cell) error
	row    int
	cells  []cell
	cell   xlsxCell
}

// token takes the next piece of a sheet, and tells whether its data has ended.
func (r *xlsxRows) token(t xml.Token) (end bool, err error) {
	switch t := t.(type) {
	case xml.StartElement:
		switch t.Name.Local {
		case "row":
			r.row, r.cells = r.row+1, r.cells[:0]
			if n, err := strconv.Atoi(attribute(t, "r")); err == nil {
				r.row = n
			}
		case "c":
			if err := r.start(t); err != nil {
				return false, err
			}
		case "v", "t":
			if err := appendText(r.d, &r.cell.value); err != nil {
				return false, errDamagedWorkbook
			}
		case "f", "rPh":
			if err := r.d.Skip(); err != nil {
				return false, errDamagedWorkbook
			}
		}
	case xml.EndElement:
		switch t.Name.Local {
		case "c":
			for len(r.cells) <= r.cell.column {
				r.cells = append(r.cells, cell{})
			}
			r.cells[r.cell.column] = r.x.read(&r.cell)
		case "row":
			r.fill()
			return false, r.add(r.row, r.cells)
		case "sheetData":
			return true, nil
		}
	}
	return false, nil
}

// start begins a cell: at the place it names, or behind the one before.
func (r *xlsxRows) start(t xml.StartElement) error {
	r.cell = xlsxCell{column: len(r.cells), kind: attribute(t, "t")}
	r.cell.style, _ = strconv.Atoi(attribute(t, "s"))
	if reference := attribute(t, "r"); reference != "" {
		var err error
		if r.cell.column, _, err = columnNumber(reference); err != nil {
			return errDamagedWorkbook
		}
	}
	if r.cell.column >= 1<<14 {
		return errDamagedWorkbook
	}
	return nil
}

func attribute(t xml.StartElement, name string) string {
	for _, a := range t.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

// read reads a cell by its type and the format of its numbers.
func (x *xlsx) read(c *xlsxCell) cell {
	text := c.value.String()
	switch c.kind {
	case "s":
		if n, err := strconv.Atoi(text); err == nil && n >= 0 && n < len(x.strings) {
			return cell{x.strings[n], false}
		}
		return cell{}
	case "inlineStr", "str":
		return cell{unescapeText(text), false}
	case "b":
		return cell{map[string]string{"1": "true", "0": "false"}[text], false}
	case "e":
		return cell{text, false}
	case "d":
		return cell{text, true}
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return cell{text, false}
	}
	var format numberFormat
	if c.style >= 0 && c.style < len(x.formats) {
		format = x.formats[c.style]
	}
	return format.write(v, x.since1904)
}

// mergedCells are cells of one column that show the first one's value.
type mergedCells struct {
	column, last int
	cell         cell
}

// merged finds the cells that are merged downwards, by their first row: they
// stand behind the rows in the file. One may be a station over all its lines.
func (x *xlsx) merged(part string) (map[int][]mergedCells, error) {
	in, err := x.parts[part].Open()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	found := map[int][]mergedCells{}
	scanner := bufio.NewScanner(in)
	scanner.Buffer(make([]byte, 1<<16), 1<<26)
	scanner.Split(splitTags)
	for scanner.Scan() {
		m := mergeTag.FindSubmatch(scanner.Bytes())
		if m == nil {
			continue
		}
		column, row, err := columnNumber(string(m[1]))
		to, last, err2 := columnNumber(string(m[2]))
		if err == nil && err2 == nil && column == to && last > row {
			found[row] = append(found[row], mergedCells{column: column, last: last})
		}
	}
	return found, scanner.Err()
}

var mergeTag = regexp.MustCompile(`mergeCell ref="([A-Z]+[0-9]+):([A-Z]+[0-9]+)"`)

func splitTags(data []byte, atEOF bool) (advance int, token []byte, err error) {
	if i := bytes.IndexByte(data, '>'); i >= 0 {
		return i + 1, data[:i], nil
	}
	if atEOF {
		return len(data), nil, nil
	}
	return 0, nil, nil
}

// fill gives merged cells the value of the first of them. Those that start here
// are kept for the rows below.
func (r *xlsxRows) fill() {
	for _, m := range r.merged[r.row] {
		if m.column < len(r.cells) {
			m.cell = r.cells[m.column]
			r.merged[0] = append(r.merged[0], m)
		}
	}
	r.merged[0] = slices.DeleteFunc(r.merged[0], func(m mergedCells) bool { return m.last < r.row })
	if !slices.ContainsFunc(r.cells, func(c cell) bool { return strings.TrimSpace(c.text) != "" }) {
		return
	}
	for _, m := range r.merged[0] {
		for len(r.cells) <= m.column {
			r.cells = append(r.cells, cell{})
		}
		if r.cells[m.column].text == "" {
			r.cells[m.column] = m.cell
		}
	}
}

// A numberFormat is what a cell's format makes of its number.
type numberFormat struct {
	date, clock bool
	digits      int // at least so many, with zeros in front: 00000
}

// builtInFormat are the formats that a workbook does not spell out (ECMA-376,
// part 1, 18.8.30), as far as they are times.
func builtInFormat(id int) string {
	switch {
	case id >= 14 && id <= 17, id >= 27 && id <= 31, id == 36, id >= 50 && id <= 58:
		return "yyyy-mm-dd"
	case id >= 18 && id <= 21, id >= 32 && id <= 35, id >= 45 && id <= 47:
		return "hh:mm:ss"
	case id == 22:
		return "yyyy-mm-dd hh:mm"
	}
	return "General"
}

var (
	formatTexts = regexp.MustCompile(`"[^"]*"|\\.|_.|\*.|\[[^\]hHmMsS][^\]]*\]`)
	onlyZeros   = regexp.MustCompile(`^00+$`)
)

// formatOf reads the first section of a format.
func formatOf(code string) numberFormat {
	code, _, _ = strings.Cut(formatTexts.ReplaceAllString(code, ""), ";")
	if onlyZeros.MatchString(code) {
		return numberFormat{digits: len(code)}
	}
	code = strings.ToLower(code)
	if strings.Contains(code, "general") || strings.ContainsAny(code, "0#?@") && !strings.ContainsAny(code, "yd:") {
		return numberFormat{}
	}
	f := numberFormat{date: strings.ContainsAny(code, "yd"), clock: strings.ContainsAny(code, "hs")}
	f.date = f.date || !f.clock && strings.Contains(code, "m")
	return f
}

func (f numberFormat) write(v float64, since1904 bool) cell {
	switch {
	case f.clock && !f.date && v >= 0 && v < 1:
		return cell{serialClock(v), true}
	case f.date || f.clock && v >= 1e4: // 1927 and later: [h]:mm counts hours below
		if text, ok := serialTime(v, since1904); ok {
			return cell{text, true}
		}
	case f.digits > 0:
		return cell{fmt.Sprintf("%0*.0f", f.digits, v), false}
	}
	return cell{sheetNumber(v), true}
}
