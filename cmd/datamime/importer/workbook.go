package importer

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/datamime/datamime/cmd/datamime/locale"
)

// A workbook is a spreadsheet's file.
type workbook interface {
	// names are those of the sheets that its user sees.
	names() []string
	// rows hands on the rows of a sheet that hold anything, with their numbers
	// from 1. An error of add ends it.
	rows(sheet string, add func(row int, cells []cell) error) error
}

// readWorkbook spools the sheet that is wanted, by its name or its number, or
// the first one that holds a table.
func readWorkbook(b workbook, w *tableWriter, wanted string) error {
	names := b.names()
	if len(names) == 0 {
		return locale.Errorf("it has no sheet")
	}
	var err error
	if w.sheet, err = chooseSheet(b, wanted); err != nil {
		return err
	}
	w.others = slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == w.sheet })
	return b.rows(w.sheet, w.add)
}

func chooseSheet(b workbook, wanted string) (string, error) {
	names := b.names()
	if wanted == "" {
		for _, name := range names {
			if holds, err := holdsTable(b, name); holds || err != nil {
				return name, err
			}
		}
		return names[0], nil
	}
	for _, name := range names {
		if strings.EqualFold(name, wanted) {
			return name, nil
		}
	}
	if n, err := strconv.Atoi(wanted); err == nil && n >= 1 && n <= len(names) {
		return names[n-1], nil
	}
	return "", usagef("there is no sheet %q: choose from %s", wanted, strings.Join(names, ", "))
}

// eachToken hands on the pieces of a part of a workbook, up to its end or an
// error of take.
func eachToken(part *zip.File, take func(d *xml.Decoder, t xml.Token) error) error {
	in, err := part.Open()
	if err != nil {
		return errDamagedWorkbook
	}
	defer in.Close()
	d := xml.NewDecoder(bufio.NewReaderSize(in, 1<<16))
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return errDamagedWorkbook
		}
		if err := take(d, t); err != nil {
			return err
		}
	}
}

// errEnough ends a look at a sheet.
var errEnough = errors.New("enough was seen")

// holdsTable tells whether one of a sheet's first rows has a number or a time
// and something beside it.
func holdsTable(b workbook, sheet string) (bool, error) {
	seen, holds := 0, false
	err := b.rows(sheet, func(_ int, cells []cell) error {
		filled := 0
		for _, c := range cells {
			if strings.TrimSpace(c.text) != "" {
				filled++
			}
		}
		holds = filled > 1 && slices.ContainsFunc(cells, isValue)
		if seen++; holds || seen == looked {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return holds, err
}

// A cell of a workbook counts days: from the end of 1899 or, in a workbook that
// an early Macintosh began, from 1904. The first way takes 1900 for a leap
// year.
const (
	serial1970     = 25569
	serial1970From = 24107 // in the system of 1904
	serialLeap     = 60
	serialMost     = 2958466 // the year 10000
)

// serialTime writes a count of days as a date, with a time of day where there is
// one, to the millisecond.
func serialTime(serial float64, since1904 bool) (text string, ok bool) {
	if !(serial >= 0) || serial >= serialMost {
		return "", false
	}
	days := serial - serial1970
	switch {
	case since1904:
		days = serial - serial1970From
	case serial < serialLeap:
		days++
	}
	at := time.UnixMilli(int64(math.Round(days * 86_400_000))).UTC()
	if at.Equal(at.Truncate(24 * time.Hour)) {
		return at.Format(time.DateOnly), true
	}
	return at.Format("2006-01-02 15:04:05.999"), true
}

// serialClock writes a part of a day as a time of day.
func serialClock(serial float64) string {
	return time.UnixMilli(int64(math.Round(serial * 86_400_000))).UTC().Format("15:04:05.999")
}

// sheetNumber writes a number with the 15 digits that a spreadsheet shows, which
// the sums of its formulas are good for.
func sheetNumber(v float64) string {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 15, 64), 64)
	if err != nil {
		rounded = v
	}
	if a := math.Abs(rounded); a != 0 && (a < 1e-9 || a >= 1e21) {
		return strconv.FormatFloat(rounded, 'g', -1, 64)
	}
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}

// A column's letters are a number of base 26.
func columnNumber(reference string) (column, row int, err error) {
	i := 0
	for ; i < len(reference) && reference[i] >= 'A' && reference[i] <= 'Z' && i < 3; i++ {
		column = 26*column + int(reference[i]-'A') + 1
	}
	row, err = strconv.Atoi(reference[i:])
	if err != nil || column == 0 || row < 1 {
		return 0, 0, fmt.Errorf("%q is no place of a cell", reference)
	}
	return column - 1, row, nil
}
