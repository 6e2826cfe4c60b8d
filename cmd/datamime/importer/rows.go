package importer

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/datamime/datamime/cmd/datamime/locale"
)

// A cell is one value of a row, as a text.
type cell struct {
	text string
	// exact tells that the source knows what the value is: a number is written
	// with a point, a time as ISO 8601, whatever the column's texts look like.
	exact bool
}

// mostColumns is PostgreSQL's bound for a table.
const mostColumns = 1600

// A rowReader reads the rows of a spooled source, the head among them.
type rowReader interface {
	// next returns the next row and its place in the source, valid until the
	// next call. The error is io.EOF, a *reject (after which reading goes on),
	// or that of reading.
	next() (row []cell, line int, err error)
	// raw is the text of the row that next returned last.
	raw() string
	// offset is how much of the spooled source was read, in bytes.
	offset() int64
}

// A reject is a row that was kept aside.
type reject struct {
	line   int
	column string // "" for the whole row
	reason string
	raw    string
}

func (r *reject) Error() string { return fmt.Sprintf("line %d: %s", r.line, r.reason) }

// newRows reads a spooled source from its first row on.
func newRows(s *spooledFile, d Dialect) rowReader {
	if s.table != nil {
		return newTableReader(s)
	}
	return newRecords(s, d)
}

// A table is what is known of a spooled source that is no text: its rows are
// in the file as a tableWriter wrote them.
type table struct {
	format string
	unit   string   // what the places of rows count: line, row or record
	sheet  string   // "" where there are none
	others []string // further sheets with rows
	names  []string // of the columns; nil: they are in the rows
	types  []string // that the source declares, "" where it does not; nil: none
	fields int      // of the widest row
}

// A tableWriter writes rows to a spooled file: the place, the number of cells,
// and of each cell its length, whether it is exact, and its text.
type tableWriter struct {
	*table
	w       *bufio.Writer
	written int64
	head    []byte
}

func newTableWriter(w io.Writer, t *table) *tableWriter {
	return &tableWriter{table: t, w: bufio.NewWriterSize(w, 1<<16)}
}

// add writes a row, but for the empty cells at its end; a row of empty cells
// is none.
func (t *tableWriter) add(line int, row []cell) error {
	for len(row) > 0 && strings.TrimSpace(row[len(row)-1].text) == "" {
		row = row[:len(row)-1]
	}
	if len(row) == 0 {
		return nil
	}
	if len(row) > mostColumns {
		return locale.Errorf("%s has %d columns, and a table has %d at most", place(t.unit, line), len(row), mostColumns)
	}
	t.fields = max(t.fields, len(row))
	t.head = binary.AppendUvarint(binary.AppendUvarint(t.head[:0], uint64(line)), uint64(len(row)))
	if err := t.write(t.head, ""); err != nil {
		return err
	}
	for _, c := range row {
		// No text of PostgreSQL holds a zero byte.
		c.text = strings.ReplaceAll(strings.ToValidUTF8(c.text, "\ufffd"), "\x00", "")
		size := uint64(len(c.text)) << 1
		if c.exact {
			size |= 1
		}
		t.head = binary.AppendUvarint(t.head[:0], size)
		if err := t.write(t.head, c.text); err != nil {
			return err
		}
	}
	return nil
}

// noObject is why a line is kept aside that is none of a table.
func noObject() string { return locale.Say("it is no object of JSON") }

// reject writes a line that is no row: one of no cells, with its text.
func (t *tableWriter) reject(line int, text string) error {
	t.head = binary.AppendUvarint(append(binary.AppendUvarint(t.head[:0], uint64(line)), 0), uint64(len(text))<<1)
	return t.write(t.head, text)
}

func (t *tableWriter) write(head []byte, text string) error {
	n, err := t.w.Write(head)
	m, err2 := t.w.WriteString(text)
	t.written += int64(n + m)
	return errors.Join(err, err2)
}

// A tableReader reads what a tableWriter wrote, each row with as many cells as
// the widest has.
type tableReader struct {
	section *io.SectionReader
	in      *bufio.Reader
	fields  int
	row     []cell
	buf     []byte
}

func newTableReader(s *spooledFile) *tableReader {
	section := io.NewSectionReader(s, 0, s.size)
	return &tableReader{section: section, in: bufio.NewReaderSize(section, 1<<16), fields: s.table.fields}
}

func (t *tableReader) next() ([]cell, int, error) {
	line, err := binary.ReadUvarint(t.in)
	if errors.Is(err, io.EOF) {
		return nil, 0, io.EOF
	}
	count, err2 := binary.ReadUvarint(t.in)
	if err := errors.Join(err, err2); err != nil {
		return nil, 0, fmt.Errorf("read the spooled source: %w", err)
	}
	if count == 0 {
		c, err := t.cell()
		if err != nil {
			return nil, 0, fmt.Errorf("read the spooled source: %w", err)
		}
		return nil, 0, &reject{line: int(line), reason: noObject(), raw: c.text}
	}
	t.row = t.row[:0]
	for range count {
		c, err := t.cell()
		if err != nil {
			return nil, 0, fmt.Errorf("read the spooled source: %w", err)
		}
		t.row = append(t.row, c)
	}
	for len(t.row) < t.fields {
		t.row = append(t.row, cell{})
	}
	return t.row, int(line), nil
}

func (t *tableReader) cell() (cell, error) {
	size, err := binary.ReadUvarint(t.in)
	if err != nil {
		return cell{}, err
	}
	n := int(size >> 1)
	if cap(t.buf) < n {
		t.buf = make([]byte, n)
	}
	_, err = io.ReadFull(t.in, t.buf[:n])
	return cell{string(t.buf[:n]), size&1 == 1}, err
}

func (t *tableReader) offset() int64 {
	at, _ := t.section.Seek(0, io.SeekCurrent) // a section always tells
	return at - int64(t.in.Buffered())
}

// raw shows the row's values with commas between.
func (t *tableReader) raw() string {
	texts := make([]string, len(t.row))
	for i, c := range t.row {
		texts[i] = c.text
	}
	return strings.TrimRight(strings.Join(texts, ","), ",")
}
