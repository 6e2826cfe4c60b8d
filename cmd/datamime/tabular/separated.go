package tabular

import (
	"bufio"
	"bytes"
	"io"
)

// separated writes CSV and its like. encoding/csv does not tell NULL (empty)
// from an empty text (""), as COPY does.
type separated struct {
	w         *bufio.Writer
	delimiter byte
	line      []byte
}

func newSeparated(w io.Writer, columns []Column, delimiter byte) (*separated, error) {
	s := &separated{w: bufio.NewWriterSize(w, 1<<16), delimiter: delimiter}
	names := make([][]byte, len(columns))
	for i, c := range columns {
		names[i] = []byte(c.Name)
	}
	return s, s.Row(names)
}

func (s *separated) Row(values [][]byte) error {
	s.line = s.line[:0]
	for i, v := range values {
		if i > 0 {
			s.line = append(s.line, s.delimiter)
		}
		s.line = s.appendValue(s.line, v)
	}
	// An empty line would be no row at all.
	if len(values) == 1 && values[0] == nil {
		s.line = append(s.line, `""`...)
	}
	s.line = append(s.line, '\n')
	_, err := s.w.Write(s.line)
	return err
}

func (s *separated) appendValue(dst, v []byte) []byte {
	if v == nil {
		return dst
	}
	if len(v) > 0 && v[0] != ' ' && v[len(v)-1] != ' ' && bytes.IndexByte(v, s.delimiter) < 0 && !bytes.ContainsAny(v, "\"\r\n") {
		return append(dst, v...)
	}
	dst = append(dst, '"')
	for _, c := range v {
		if c == '"' {
			dst = append(dst, '"')
		}
		dst = append(dst, c)
	}
	return append(dst, '"')
}

func (s *separated) Close() error { return s.w.Flush() }
