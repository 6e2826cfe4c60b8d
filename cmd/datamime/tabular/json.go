package tabular

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgtype"
)

// A jsonWriter writes an object a row, with the columns in their order and the
// values as the server's to_json has them.
type jsonWriter struct {
	w     *bufio.Writer
	lines bool // an object a line, no array around
	names [][]byte
	kinds []kind
	elems []kind // of arrays
	oids  []uint32
	rows  int
	row   []byte
}

func newJSON(w io.Writer, columns []Column, lines bool) *jsonWriter {
	j := &jsonWriter{w: bufio.NewWriterSize(w, 1<<16), lines: lines}
	for _, c := range columns {
		j.names = append(j.names, append(appendString(nil, []byte(c.Name)), ':'))
		j.kinds = append(j.kinds, c.kind())
		j.elems = append(j.elems, Column{OID: c.element()}.kind())
		j.oids = append(j.oids, c.OID)
	}
	return j
}

func (j *jsonWriter) Row(values [][]byte) error {
	j.row = j.row[:0]
	switch {
	case j.lines:
	case j.rows == 0:
		j.row = append(j.row, "[\n "...)
	default:
		j.row = append(j.row, ",\n "...)
	}
	j.row = append(j.row, '{')
	for i, v := range values {
		if i > 0 {
			j.row = append(j.row, ", "...)
		}
		j.row = append(append(j.row, j.names[i]...), ' ')
		var err error
		if j.row, err = j.appendValue(j.row, i, v); err != nil {
			return err
		}
	}
	j.row = append(j.row, '}')
	if j.lines {
		j.row = append(j.row, '\n')
	}
	j.rows++
	_, err := j.w.Write(j.row)
	return err
}

func (j *jsonWriter) appendValue(dst []byte, i int, v []byte) ([]byte, error) {
	if v == nil || j.kinds[i] != array {
		return appendScalar(dst, j.kinds[i], v), nil
	}
	// Every array reads as one of texts, whatever its elements are.
	var list pgtype.Array[*string]
	if err := types.Scan(pgtype.TextArrayOID, pgtype.TextFormatCode, v, &list); err != nil {
		return nil, fmt.Errorf("read the array %s: %w", v, err)
	}
	dst = append(dst, '[')
	for n, e := range list.Elements {
		if n > 0 {
			dst = append(dst, ", "...)
		}
		if e == nil {
			dst = append(dst, "null"...)
			continue
		}
		dst = appendScalar(dst, j.elems[i], []byte(*e))
	}
	return append(dst, ']'), nil
}

// appendScalar writes one value as to_json does: NaN and infinity as texts,
// times with a T.
func appendScalar(dst []byte, k kind, v []byte) []byte {
	switch {
	case v == nil:
		return append(dst, "null"...)
	case k == boolean:
		if v[0] == 't' {
			return append(dst, "true"...)
		}
		return append(dst, "false"...)
	case k == document, k.isNumber() && !bytes.ContainsAny(v, "yN"):
		return append(dst, bytes.TrimSpace(v)...)
	case k == timestamp || k == timestamptz:
		dst = appendString(dst, bytes.Replace(v, []byte(" "), []byte("T"), 1))
		if at := len(v) - 3; k == timestamptz && at > 10 && (v[at] == '+' || v[at] == '-') {
			dst = append(dst[:len(dst)-1], `:00"`...)
		}
		return dst
	}
	return appendString(dst, v)
}

// appendString writes a JSON string, its letters as they are.
func appendString(dst, s []byte) []byte {
	if plain(s) {
		dst = append(dst, '"')
		dst = append(dst, s...)
		return append(dst, '"')
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(string(s)) // a string always encodes
	return append(dst, bytes.TrimSuffix(b.Bytes(), []byte("\n"))...)
}

// plain tells whether a text stands in JSON as it is.
func plain(s []byte) bool {
	for _, c := range s {
		if c < ' ' || c == '"' || c == '\\' || c == 0x7f {
			return false
		}
	}
	return utf8.Valid(s)
}

func (j *jsonWriter) Close() error {
	if !j.lines {
		end := "\n]\n"
		if j.rows == 0 {
			end = "[]\n"
		}
		if _, err := j.w.WriteString(end); err != nil {
			return err
		}
	}
	return j.w.Flush()
}
