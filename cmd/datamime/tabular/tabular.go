// Package tabular writes the result of a query, row by row as it comes, in the
// form that somebody wants it in: a table to look at, text for other programs,
// or a file for a spreadsheet or an analysis.
//
// Start at New. Values come as the server writes them as text, with its
// settings for dates at ISO.
package tabular

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
)

// A Writer takes the rows of one result.
type Writer interface {
	// Row writes one row, len(values) is the number of columns. A value is the
	// server's text, nil is NULL. The values are not kept.
	Row(values [][]byte) error
	// Close writes what is left, and the end. It does not close what is
	// written to.
	Close() error
}

// A Format is a way to write a result.
type Format string

// The formats.
const (
	Table   Format = "table"   // aligned, for the eye
	CSV     Format = "csv"     // RFC 4180; NULL is empty, an empty text is ""
	TSV     Format = "tsv"     // the same with tabs
	JSON    Format = "json"    // an array of objects
	NDJSON  Format = "ndjson"  // an object a line
	Parquet Format = "parquet" // typed columns, compressed
	XLSX    Format = "xlsx"    // a sheet, and further ones beyond a million rows
)

// Formats are all of them, in the order of the help.
var Formats = []Format{Table, CSV, TSV, JSON, NDJSON, Parquet, XLSX}

// Names lists the formats for a help text.
func Names() string {
	names := make([]string, len(Formats))
	for i, f := range Formats {
		names[i] = string(f)
	}
	return strings.Join(names, ", ")
}

// ParseFormat reads the name of a format.
func ParseFormat(name string) (Format, error) {
	f := Format(strings.ToLower(name))
	if name == "jsonl" {
		f = NDJSON
	}
	if !slices.Contains(Formats, f) {
		return "", fmt.Errorf("there is no format %q: one of %s", name, Names())
	}
	return f, nil
}

// FormatOf tells the format that a file's name asks for by its ending, and
// whether the file is to be compressed by gzip.
func FormatOf(file string) (f Format, gzipped bool, err error) {
	name, gzipped := strings.CutSuffix(strings.ToLower(file), ".gz")
	ending := strings.TrimPrefix(filepath.Ext(name), ".")
	if ending == "txt" {
		return Table, gzipped, nil
	}
	f, err = ParseFormat(ending)
	if err != nil {
		return "", gzipped, fmt.Errorf("the name %q does not tell a format: end it in .csv, .tsv, .json, .ndjson, .parquet, .xlsx or .txt, or name one by --format", file)
	}
	return f, gzipped, nil
}

// Binary tells whether the format is no text, for no terminal to show.
func (f Format) Binary() bool { return f == Parquet || f == XLSX }

// New starts to write a result to w. width is how many cells a line of the
// terminal has, for tables; 0 is no bound.
func New(f Format, w io.Writer, columns []Column, width int) (Writer, error) {
	switch f {
	case Table:
		return newTable(w, columns, width), nil
	case CSV:
		return newSeparated(w, columns, ',')
	case TSV:
		return newSeparated(w, columns, '\t')
	case JSON, NDJSON:
		return newJSON(w, columns, f == NDJSON), nil
	case Parquet:
		return newParquet(w, columns)
	case XLSX:
		return newXLSX(w, columns)
	}
	return nil, fmt.Errorf("there is no format %q", f)
}
