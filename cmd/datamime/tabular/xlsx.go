package tabular

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// sheetRows is how many rows a sheet holds, its head among them.
const sheetRows = excelize.TotalRows

// exactInteger is the largest integer that a cell holds as it is: cells are
// doubles.
const exactInteger = 1 << 53

// A sheet counts days, of which 1 January 1970 is epochDay; before firstDay, 1
// March 1900, it counts one too many.
const (
	epochDay = 25569
	firstDay = 61
)

// An xlsxWriter writes a sheet with a head that stays in view, numbers as
// numbers and times as times: as the clock shows them, as a cell has no zone.
type xlsxWriter struct {
	w       io.Writer
	file    *excelize.File
	sheet   *excelize.StreamWriter
	columns []Column
	styles  map[kind]int
	head    int // a style
	sheets  int
	row     int // the next one of the sheet, from 1
	values  []any
}

func newXLSX(w io.Writer, columns []Column) (*xlsxWriter, error) {
	x := &xlsxWriter{w: w, file: excelize.NewFile(), columns: columns, styles: map[kind]int{}}
	var err error
	for k, format := range map[kind]string{date: "yyyy-mm-dd", timestamp: "yyyy-mm-dd hh:mm:ss", timestamptz: "yyyy-mm-dd hh:mm:ss"} {
		if x.styles[k], err = x.file.NewStyle(&excelize.Style{CustomNumFmt: &format}); err != nil {
			return nil, fmt.Errorf("start a sheet: %w", err)
		}
	}
	if x.head, err = x.file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}}); err != nil {
		return nil, fmt.Errorf("start a sheet: %w", err)
	}
	return x, x.next()
}

// next starts a sheet, the one before is full.
func (x *xlsxWriter) next() error {
	if x.sheet != nil {
		if err := x.sheet.Flush(); err != nil {
			return fmt.Errorf("end a sheet: %w", err)
		}
	}
	x.sheets++
	name := "result"
	if x.sheets == 1 {
		if err := x.file.SetSheetName("Sheet1", name); err != nil {
			return fmt.Errorf("start a sheet: %w", err)
		}
	} else {
		name += " " + strconv.Itoa(x.sheets)
		if _, err := x.file.NewSheet(name); err != nil {
			return fmt.Errorf("start a sheet: %w", err)
		}
	}
	var err error
	if x.sheet, err = x.file.NewStreamWriter(name); err != nil {
		return fmt.Errorf("start a sheet: %w", err)
	}
	names := make([]any, len(x.columns))
	for i, c := range x.columns {
		names[i] = excelize.Cell{StyleID: x.head, Value: c.Name}
		wide := max(10, min(60, float64(cells(c.Name)+3)))
		if _, timed := x.styles[c.kind()]; timed {
			wide = max(wide, 20)
		}
		if err := x.sheet.SetColWidth(i+1, i+1, wide); err != nil {
			return fmt.Errorf("start a sheet: %w", err)
		}
	}
	if err := x.sheet.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return fmt.Errorf("start a sheet: %w", err)
	}
	x.row = 2
	return x.sheet.SetRow("A1", names)
}

func (x *xlsxWriter) Row(values [][]byte) error {
	if x.row > sheetRows {
		if err := x.next(); err != nil {
			return err
		}
	}
	x.values = x.values[:0]
	for i, v := range values {
		x.values = append(x.values, x.cell(x.columns[i].kind(), v))
	}
	err := x.sheet.SetRow("A"+strconv.Itoa(x.row), x.values)
	x.row++
	return err
}

// cell is a value as the sheet is to have it; what a cell cannot hold (NaN, a
// day before March 1900) is there as text.
func (x *xlsxWriter) cell(k kind, v []byte) any {
	s := string(v)
	switch {
	case v == nil:
		return nil
	case k == boolean:
		return s == "t"
	case k == int32s || k == int64s:
		if n, err := strconv.ParseInt(s, 10, 64); err == nil && n <= exactInteger && n >= -exactInteger {
			return n
		}
	case k.isNumber():
		if f, err := strconv.ParseFloat(s, 64); err == nil && !math.IsNaN(f) && !math.IsInf(f, 0) {
			return f
		}
	case x.styles[k] != 0:
		if t, err := parseTime(k, v); err == nil {
			_, offset := t.Zone()
			if days := float64(t.UnixMicro()+int64(offset)*1e6)/86400e6 + epochDay; days >= firstDay {
				return excelize.Cell{StyleID: x.styles[k], Value: days}
			}
		}
	}
	if len(s) > excelize.TotalCellChars {
		s = strings.ToValidUTF8(s[:excelize.TotalCellChars], "")
	}
	return s
}

func (x *xlsxWriter) Close() error {
	if err := x.sheet.Flush(); err != nil {
		return fmt.Errorf("end a sheet: %w", err)
	}
	if _, err := x.file.WriteTo(x.w); err != nil {
		return fmt.Errorf("write the workbook: %w", err)
	}
	return x.file.Close()
}
