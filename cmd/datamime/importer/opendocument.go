package importer

import (
	"archive/zip"
	"encoding/xml"
	"slices"
	"strconv"
	"strings"
)

// An openDocument is a spreadsheet of OpenDocument (ISO/IEC 26300), whose sheets
// stand one behind the other in one part, read as a stream.
type openDocument struct {
	content *zip.File
	sheets  []string
}

// readOpenDocument spools a sheet.
func readOpenDocument(content *zip.File, w *tableWriter, wanted string) error {
	o := &openDocument{content: content}
	if err := o.readNames(); err != nil {
		return err
	}
	return readWorkbook(o, w, wanted)
}

func (o *openDocument) names() []string { return o.sheets }

// each hands on the pieces of the document.
func (o *openDocument) each(take func(d *xml.Decoder, t xml.Token) error) error {
	return eachToken(o.content, take)
}

// readNames lists the sheets that are shown.
func (o *openDocument) readNames() error {
	hidden := map[string]bool{} // styles of tables that are not shown
	style, isSheet := "", false
	return o.each(func(_ *xml.Decoder, t xml.Token) error {
		start, ok := t.(xml.StartElement)
		if !ok {
			return nil
		}
		switch start.Name.Local {
		case "spreadsheet":
			isSheet = true
		case "encryption-data":
			return usagef("the spreadsheet has a password: save it without one")
		case "style":
			style = local(start, "name")
		case "table-properties":
			hidden[style] = local(start, "display") == "false"
		case "table":
			if name := local(start, "name"); isSheet && !hidden[local(start, "style-name")] && !slices.Contains(o.sheets, name) {
				o.sheets = append(o.sheets, name)
			}
		}
		return nil
	})
}

// local is an attribute by its name, whatever its name space.
func local(t xml.StartElement, name string) string {
	for _, a := range t.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// openRows reads the rows of a sheet.
type openRows struct {
	add     func(row int, cells []cell) error
	inSheet bool
	row     int // the last one that is complete
	repeats int // of the row that is open
	cells   []cell
	blank   int // cells that are empty so far, behind the last one that is not
	spans   []mergedCells
}

// rows implements workbook.
func (o *openDocument) rows(sheet string, add func(row int, cells []cell) error) error {
	r := &openRows{add: add}
	return o.each(func(d *xml.Decoder, t xml.Token) error {
		switch t := t.(type) {
		case xml.StartElement:
			if t.Name.Local == "table" {
				r.inSheet = !r.inSheet && local(t, "name") == sheet
			}
			if r.inSheet {
				return r.start(d, t)
			}
		case xml.EndElement:
			switch {
			case !r.inSheet:
			case t.Name.Local == "table":
				r.inSheet = false
			case t.Name.Local == "table-row":
				return r.end()
			}
		}
		return nil
	})
}

func (r *openRows) start(d *xml.Decoder, t xml.StartElement) error {
	switch t.Name.Local {
	case "table-row":
		r.cells, r.blank, r.repeats = r.cells[:0], 0, repeated(t, "number-rows-repeated")
	case "covered-table-cell", "table-cell":
		times := repeated(t, "number-columns-repeated")
		rows := repeated(t, "number-rows-spanned")
		c, err := readOpenCell(d, t)
		if err != nil {
			return err
		}
		column := len(r.cells) + r.blank
		if t.Name.Local == "covered-table-cell" {
			c = r.covered(column)
		}
		if rows > 1 {
			r.spans = append(r.spans, mergedCells{column: column, last: r.row + rows, cell: c})
		}
		if c.text == "" {
			r.blank += times
			return nil
		}
		if column+times > 1<<14 {
			return errDamagedWorkbook
		}
		r.cells = append(r.cells, make([]cell, r.blank)...)
		r.cells = append(r.cells, slices.Repeat([]cell{c}, times)...)
		r.blank = 0
	}
	return nil
}

// covered is what a cell shows that lies under one from a row above.
func (r *openRows) covered(column int) cell {
	for _, s := range r.spans {
		if s.column == column && s.last > r.row {
			return s.cell
		}
	}
	return cell{}
}

// end hands the row on, as often as it stands there.
func (r *openRows) end() error {
	r.spans = slices.DeleteFunc(r.spans, func(s mergedCells) bool { return s.last <= r.row+1 })
	if len(r.cells) == 0 {
		r.row += r.repeats
		return nil
	}
	for range r.repeats {
		r.row++
		if err := r.add(r.row, r.cells); err != nil {
			return err
		}
	}
	return nil
}

// repeated is a count that is 1 where it is not given.
func repeated(t xml.StartElement, name string) int {
	n, err := strconv.Atoi(local(t, name))
	if err != nil || n < 1 {
		return 1
	}
	return min(n, 1<<20)
}

// readOpenCell reads a cell up to its end: by the value it declares, or by its
// text.
func readOpenCell(d *xml.Decoder, t xml.StartElement) (cell, error) {
	text, err := openText(d)
	if err != nil {
		return cell{}, errDamagedWorkbook
	}
	switch local(t, "value-type") {
	case "float", "percentage", "currency":
		v, err := strconv.ParseFloat(local(t, "value"), 64)
		if err != nil {
			return cell{text, false}, nil
		}
		if onlyZeros.MatchString(text) || len(text) > 1 && text[0] == '0' && digits(text) {
			return cell{text, false}, nil // a code
		}
		return cell{sheetNumber(v), true}, nil
	case "date":
		return cell{strings.Replace(local(t, "date-value"), "T", " ", 1), true}, nil
	case "time":
		if clock, ok := openClock(local(t, "time-value")); ok {
			return cell{clock, true}, nil
		}
	case "boolean":
		return cell{local(t, "boolean-value"), false}, nil
	}
	return cell{text, false}, nil
}

// openClock reads PT14H30M00S as 14:30:00.
func openClock(s string) (string, bool) {
	s, ok := strings.CutPrefix(s, "PT")
	if !ok || !strings.HasSuffix(s, "S") {
		return "", false
	}
	clock, _, ok := parseClock(strings.NewReplacer("H", ":", "M", ":", "S", "", ",", ".").Replace(s))
	return clock, ok
}

// openText is the text of an element that is open: paragraphs, one a line,
// without what was noted on it.
func openText(d *xml.Decoder) (string, error) {
	var b strings.Builder
	paragraphs := 0
	for depth := 1; depth > 0; {
		t, err := d.Token()
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "annotation", "shapes", "frame":
				if err := d.Skip(); err != nil {
					return "", err
				}
				continue
			case "p":
				if paragraphs++; paragraphs > 1 {
					b.WriteByte('\n')
				}
			case "s": // spaces
				b.WriteString(strings.Repeat(" ", min(repeated(t, "c"), 1000)))
			case "tab":
				b.WriteByte('\t')
			case "line-break":
				b.WriteByte('\n')
			}
			depth++
		case xml.EndElement:
			depth--
		case xml.CharData:
			if paragraphs > 0 {
				b.Write(t)
			}
		}
	}
	return b.String(), nil
}
