package importer

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/datamime/datamime/cmd/datamime/locale"
)

func newCSV(r io.Reader, delimiter rune) *csv.Reader {
	c := csv.NewReader(bufio.NewReaderSize(r, 1<<16))
	c.Comma = delimiter
	c.FieldsPerRecord = -1
	c.LazyQuotes = true
	c.ReuseRecord = true
	return c
}

// records reads the rows of a text. One with another number of fields is a
// reject; when it goes over several lines (a quote that is never closed), its
// first line alone is.
type records struct {
	s       *spooledFile
	dialect Dialect
	loose   int // this many of the next records may have any number of fields
	csv     *csv.Reader
	base    int64 // where csv started
	line0   int   // and the line before that
	start   int64 // where the last record started
	end     int64 // and ended
	row     []cell
}

func newRecords(s *spooledFile, d Dialect) *records {
	r := &records{s: s, dialect: d}
	r.restart(0, 0)
	return r
}

func (r *records) restart(at int64, line0 int) {
	r.base, r.end, r.line0 = at, at, line0
	r.csv = newCSV(io.NewSectionReader(r.s, at, r.s.size-at), r.dialect.Delimiter)
}

func (r *records) next() (row []cell, line int, err error) {
	record, line, err := r.read()
	if err != nil {
		return nil, 0, err
	}
	r.row = r.row[:0]
	for _, text := range record {
		r.row = append(r.row, cell{text: text})
	}
	return r.row, line, nil
}

func (r *records) read() (record []string, line int, err error) {
	r.start = r.end
	record, err = r.csv.Read()
	if errors.Is(err, io.EOF) {
		return nil, 0, io.EOF
	}
	if err != nil {
		var parse *csv.ParseError
		if !errors.As(err, &parse) {
			return nil, 0, fmt.Errorf("read the spooled source: %w", err)
		}
		return nil, 0, r.rejectFirstLine(r.line0+parse.StartLine, locale.Say("its quotes do not match"))
	}
	r.end = r.base + r.csv.InputOffset()
	first, _ := r.csv.FieldPos(0)
	line = r.line0 + first
	fits := len(record) == r.dialect.Fields
	if r.loose > 0 {
		r.loose--
		fits = true
	}
	if fits && !slices.ContainsFunc(record, func(s string) bool { return strings.Contains(s, "\n") }) {
		return record, line, nil
	}
	raw := r.raw()
	reason := locale.Say("it has %d fields, not %d", len(record), r.dialect.Fields)
	switch several := strings.Contains(raw, "\n"); {
	case several && strings.Count(raw, `"`)%2 == 1:
		return nil, 0, r.rejectFirstLine(line, locale.Say("it has a quote that is not closed"))
	case fits:
		return record, line, nil
	case several:
		return nil, 0, r.rejectFirstLine(line, reason)
	}
	return nil, 0, &reject{line: line, reason: reason, raw: raw}
}

// rejectFirstLine rejects the first line that is not empty of what was read
// last, and has reading go on behind it.
func (r *records) rejectFirstLine(line int, reason string) error {
	in := bufio.NewReader(io.NewSectionReader(r.s, r.start, r.s.size-r.start))
	at := r.start
	for {
		text, err := in.ReadString('\n')
		at += int64(len(text))
		if trimmed := trimEnd(text); trimmed != "" || err != nil {
			r.restart(at, line)
			return &reject{line: line, reason: reason, raw: trimmed}
		}
	}
}

// raw is the text of the last record without the end of its line.
func (r *records) raw() string {
	b := make([]byte, r.end-r.start)
	n, _ := r.s.ReadAt(b, r.start)
	text := string(b[:n])
	for len(text) > 0 && (text[0] == '\n' || text[0] == '\r') {
		text = text[1:]
	}
	return trimEnd(text)
}

func (r *records) offset() int64 { return r.end }

func trimEnd(s string) string {
	for len(s) > 0 && (s[len(s)-1] == '\n' || s[len(s)-1] == '\r') {
		s = s[:len(s)-1]
	}
	return s
}
