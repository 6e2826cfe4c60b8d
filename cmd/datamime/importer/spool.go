package importer

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/datamime/datamime/cmd/datamime/locale"
)

// spooledFile is the source in a temporary file that Close removes: a text as
// UTF-8 without a byte order mark, anything else as rows.
type spooledFile struct {
	*os.File
	size     int64
	encoding string
	table    *table // nil: a text
}

// Close closes and removes the temporary file.
func (s *spooledFile) Close() error {
	return errors.Join(s.File.Close(), os.Remove(s.Name()))
}

// newScratch makes a temporary file.
func newScratch() (*os.File, error) {
	file, err := os.CreateTemp("", "datamime-import-")
	if err != nil {
		return nil, usagef("cannot make a temporary file in %s: give a writable folder in TMPDIR", os.TempDir())
	}
	return file, nil
}

// spool copies the source, unpacked and decoded, into a temporary file.
func spool(ctx context.Context, o Options) (*spooledFile, error) {
	in, err := openSource(ctx, o)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	file, err := newScratch()
	if err != nil {
		return nil, err
	}
	s := &spooledFile{File: file}
	err = s.fill(in, o, 0)
	switch {
	case ctx.Err() != nil:
		err = errStopped
	case err == nil && s.size == 0:
		_ = s.Close()
		return nil, locale.Errorf("%s is empty", o.Source)
	case err == nil:
		return s, nil
	}
	_ = s.Close()
	var usage *UsageError
	if errors.As(err, &usage) || errors.Is(err, errStopped) {
		return nil, err
	}
	return nil, locale.Errorf("cannot read %s: %w", o.Source, err)
}

// deepest bounds archives within archives.
const deepest = 3

// fill recognises what the source is by its first bytes, and spools it.
func (s *spooledFile) fill(in io.Reader, o Options, depth int) error {
	buffered := bufio.NewReaderSize(in, 1<<16)
	head, err := buffered.Peek(1 << 10)
	if err != nil && !errors.Is(err, io.EOF) {
		return unreadable(err)
	}
	if depth > deepest {
		return locale.Errorf("it holds an archive in an archive in an archive: unpack it first")
	}
	switch start := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n"); {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		unzipped, err := gzip.NewReader(buffered)
		if err != nil {
			return locale.Errorf("it starts like gzip, but is none")
		}
		return s.fill(unzipped, o, depth+1)
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return s.viaFile(buffered, func(f *os.File, size int64) error { return s.fillZip(f, size, o, depth) })
	case bytes.HasPrefix(head, []byte("PAR1")):
		return s.viaFile(buffered, s.fillParquet)
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0")):
		return usagef("%s is a spreadsheet of the old kind, or has a password: save it as XLSX, ODS or CSV without one", o.Source)
	case bytes.HasPrefix(head, []byte("%PDF")):
		return usagef("%s is a PDF: import the table that it was made from", o.Source)
	case isPage(start):
		return usagef("%s is a web page: give the address of the data itself, often under Download or Export", o.Source)
	case len(start) > 0 && (start[0] == '{' || start[0] == '['):
		return s.viaFile(buffered, func(f *os.File, size int64) error { return s.fillJSON(f, size, o) })
	}
	return s.decode(buffered, o.Encoding)
}

func isPage(start []byte) bool {
	start = bytes.ToLower(start[:min(len(start), 14)])
	return bytes.HasPrefix(start, []byte("<!doctype html")) || bytes.HasPrefix(start, []byte("<html"))
}

// viaFile copies the source into a temporary file, for what cannot be read from
// its start to its end.
func (s *spooledFile) viaFile(in io.Reader, fill func(f *os.File, size int64) error) error {
	file, err := newScratch()
	if err != nil {
		return err
	}
	defer func() {
		file.Close()
		os.Remove(file.Name())
	}()
	size, err := io.Copy(file, in)
	if err != nil {
		return unreadable(err)
	}
	return fill(file, size)
}

// fillZip reads a workbook, or the one table in an archive.
func (s *spooledFile) fillZip(f *os.File, size int64, o Options, depth int) error {
	archive, err := zip.NewReader(f, size)
	if err != nil {
		return locale.Errorf("it starts like a zip archive, but is none")
	}
	var tables []*zip.File
	for _, f := range archive.File {
		switch {
		case f.Name == "xl/workbook.xml":
			return s.fillTable(&table{format: "XLSX", unit: "row"}, func(w *tableWriter) error { return readXLSX(archive, w, o.Sheet) })
		case f.Name == "xl/workbook.bin":
			return usagef("%s is a binary workbook (XLSB): save it as XLSX, ODS or CSV", o.Source)
		case f.Name == "content.xml":
			return s.fillTable(&table{format: "ODS", unit: "row"}, func(w *tableWriter) error { return readOpenDocument(f, w, o.Sheet) })
		}
		switch strings.ToLower(filepath.Ext(strings.TrimSuffix(f.Name, ".gz"))) {
		case ".csv", ".tsv", ".txt", ".tab", ".json", ".ndjson", ".jsonl", ".geojson", ".parquet", ".xlsx", ".ods":
			tables = append(tables, f)
		}
	}
	if len(tables) != 1 {
		return locale.Errorf("the zip archive holds %d tables: take out the one you mean", len(tables))
	}
	in, err := tables[0].Open()
	if err != nil {
		return locale.Errorf("the zip archive is damaged")
	}
	defer in.Close()
	return s.fill(in, o, depth+1)
}

// fillTable spools the rows that read adds.
func (s *spooledFile) fillTable(t *table, read func(*tableWriter) error) error {
	w := newTableWriter(s.File, t)
	if err := read(w); err != nil {
		return err
	}
	if err := w.w.Flush(); err != nil {
		return err
	}
	s.table, s.size = t, w.written
	return nil
}
