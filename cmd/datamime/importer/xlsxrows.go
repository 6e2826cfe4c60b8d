package importer

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

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
