package importer

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/datamime/datamime/cmd/datamime/locale"
)

// deepestJSON bounds objects within objects.
const deepestJSON = 32

// fillJSON spools NDJSON, an array of objects wherever it stands in an object,
// or the features of GeoJSON. What only starts like JSON is a text.
func (s *spooledFile) fillJSON(f *os.File, size int64, o Options) error {
	section := func() io.Reader { return bufio.NewReaderSize(io.NewSectionReader(f, 0, size), 1<<16) }
	r := &jsonReader{columns: map[string]int{}}
	if isNDJSON(bufio.NewReaderSize(section(), 1<<20)) {
		return s.fillTable(r.table("NDJSON", "line"), func(w *tableWriter) error { return r.readLines(section(), w) })
	}
	d := newDecoder(section())
	if _, err := d.Token(); err != nil {
		return s.decode(section(), o.Encoding)
	}
	if _, err := d.Token(); err != nil {
		return s.decode(section(), o.Encoding)
	}
	return s.fillTable(r.table("JSON", "record"), func(w *tableWriter) error { return r.readDocument(section(), w) })
}

// newDecoder reads JSON behind a byte order mark, numbers as they are written.
func newDecoder(in io.Reader) *json.Decoder {
	buffered := bufio.NewReader(in)
	if mark, _ := buffered.Peek(3); string(mark) == "\xef\xbb\xbf" {
		_, _ = buffered.Discard(3)
	}
	d := json.NewDecoder(buffered)
	d.UseNumber()
	return d
}

// isNDJSON tells whether the first line is an object and the next one starts
// like another.
func isNDJSON(in *bufio.Reader) bool {
	head, _ := in.Peek(1 << 20)
	first, rest, _ := bytes.Cut(bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))), []byte("\n"))
	return bytes.HasPrefix(first, []byte("{")) && json.Valid(first) && bytes.HasPrefix(bytes.TrimSpace(rest), []byte("{"))
}

// A jsonReader turns objects into rows: a member is a column, one of an object
// within has its name behind a dot.
type jsonReader struct {
	columns map[string]int
	out     *table
	row     []cell
	n       int // records so far
}

func (r *jsonReader) table(format, unit string) *table {
	r.out = &table{format: format, unit: unit, names: []string{}}
	return r.out
}

// readLines reads an object a line. What is none is
// kept aside.
func (r *jsonReader) readLines(in io.Reader, w *tableWriter) error {
	lines := bufio.NewReaderSize(in, 1<<16)
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if trimmed := bytes.TrimSpace(line); len(trimmed) > 0 {
			d := newDecoder(bytes.NewReader(trimmed))
			if bad := r.readLine(d, w, n); bad != nil {
				if err := w.reject(n, string(trimmed)); err != nil {
					return err
				}
			}
		}
		if errors.Is(err, io.EOF) {
			return r.end()
		}
		if err != nil {
			return unreadable(err)
		}
	}
}

var errNoObject = &saidError{noObject}

func (r *jsonReader) readLine(d *json.Decoder, w *tableWriter, line int) error {
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return errNoObject
	}
	r.row = r.row[:0]
	if err := r.object(d, "", 0); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errNoObject
	}
	return w.add(line, r.row)
}

// readDocument reads a document of one value.
func (r *jsonReader) readDocument(in io.Reader, w *tableWriter) error {
	d := newDecoder(in)
	found, err := r.findRecords(d, w, 0)
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return locale.Errorf("it is no JSON from byte %d on (%s), after %d records", syntax.Offset, syntax.Error(), r.n)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return locale.Errorf("it ends too early, after %d records", r.n)
	case err != nil:
		return err
	case !found:
		return locale.Errorf("no array of objects is in it: [{...}, {...}] alone, or as a member such as records or results")
	}
	return r.end()
}

func (r *jsonReader) end() error {
	if r.n == 0 && len(r.out.names) == 0 {
		return locale.Errorf("it holds no object with members")
	}
	return nil
}

// findRecords reads a value; in an object it looks for the first member that is
// an array of objects.
func (r *jsonReader) findRecords(d *json.Decoder, w *tableWriter, depth int) (bool, error) {
	t, err := d.Token()
	if err != nil {
		return false, err
	}
	switch t {
	case json.Delim('['):
		return r.array(d, w)
	case json.Delim('{'):
		if depth > deepestJSON {
			return false, errTooDeep
		}
		for d.More() {
			if _, err := d.Token(); err != nil { // the name
				return false, err
			}
			if found, err := r.findRecords(d, w, depth+1); found || err != nil {
				return found, err
			}
		}
		_, err := d.Token()
		return false, err
	}
	return false, nil
}

var errTooDeep = &saidError{func() string { return locale.Say("its objects lie too deep in one another") }}

// array reads an array whose first element is an object, and passes over any
// other.
func (r *jsonReader) array(d *json.Decoder, w *tableWriter) (bool, error) {
	for first := true; d.More(); first = false {
		t, err := d.Token()
		if err != nil {
			return false, err
		}
		switch {
		case t == json.Delim('{'):
			r.row = r.row[:0]
			if err := r.object(d, "", 0); err != nil {
				return true, err
			}
			r.n++
			if err := w.add(r.n, r.row); err != nil {
				return true, err
			}
		case first:
			if err := skipValue(d, t); err != nil {
				return false, err
			}
			for d.More() {
				var ignored json.RawMessage
				if err := d.Decode(&ignored); err != nil {
					return false, err
				}
			}
			_, err := d.Token()
			return false, err
		default:
			return true, locale.Errorf("element %d of the array is no object", r.n+1)
		}
	}
	_, err := d.Token()
	return r.n > 0, err
}

// skipValue passes over the value that starts with a token.
func skipValue(d *json.Decoder, t json.Token) error {
	for depth := 0; ; {
		switch t {
		case json.Delim('['), json.Delim('{'):
			depth++
		case json.Delim(']'), json.Delim('}'):
			depth--
		}
		if depth == 0 {
			return nil
		}
		var err error
		if t, err = d.Token(); err != nil {
			return err
		}
	}
}

// object reads the members of an object that is open. Those of a feature of
// GeoJSON are its properties, and its point.
func (r *jsonReader) object(d *json.Decoder, prefix string, depth int) error {
	if depth > deepestJSON {
		return errTooDeep
	}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return err
		}
		name, _ := t.(string)
		if err := r.member(d, prefix, name, depth); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

func (r *jsonReader) member(d *json.Decoder, prefix, name string, depth int) error {
	t, err := d.Token()
	if err != nil {
		return err
	}
	if prefix == "" && (name == "properties" || name == "fields") && t == json.Delim('{') {
		return r.object(d, "", depth+1)
	}
	switch v := t.(type) {
	case json.Delim:
		if v == '{' {
			return r.object(d, prefix+name+".", depth+1)
		}
		return r.list(d, prefix, name)
	case json.Number:
		r.set(prefix+name, cell{v.String(), true})
	case bool:
		r.set(prefix+name, cell{fmt.Sprint(v), false})
	case string:
		r.set(prefix+name, cell{v, false})
	case nil:
		r.set(prefix+name, cell{})
	}
	return nil
}

// list reads an array as its JSON; a point of GeoJSON becomes lon and lat.
func (r *jsonReader) list(d *json.Decoder, prefix, name string) error {
	elements := []json.RawMessage{}
	for d.More() {
		var e json.RawMessage
		if err := d.Decode(&e); err != nil {
			return err
		}
		elements = append(elements, e)
	}
	if _, err := d.Token(); err != nil {
		return err
	}
	if name == "coordinates" && len(elements) >= 2 && isJSONNumber(elements[0]) && isJSONNumber(elements[1]) {
		place := strings.TrimSuffix(strings.TrimSuffix(prefix, "geometry."), ".")
		if place != "" {
			place += "."
		}
		r.set(place+"lon", cell{string(elements[0]), true})
		r.set(place+"lat", cell{string(elements[1]), true})
		return nil
	}
	if prefix+name == "geometry.coordinates" { // a shape is no column
		return nil
	}
	text, err := json.Marshal(elements)
	if err != nil {
		return err
	}
	r.set(prefix+name, cell{string(text), false})
	return nil
}

func isJSONNumber(b json.RawMessage) bool {
	return len(b) > 0 && (b[0] == '-' || b[0] >= '0' && b[0] <= '9')
}

// set puts a value into its column, a new one if need be. GeoJSON's own types
// say nothing of a feature.
func (r *jsonReader) set(name string, c cell) {
	switch {
	case name == "geometry.type":
		return
	case name == "type" && c.text == "Feature":
		r.out.format = "GeoJSON"
		return
	}
	i, ok := r.columns[name]
	if !ok {
		i = len(r.out.names)
		r.columns[name] = i
		r.out.names = append(r.out.names, name)
		r.out.fields = max(r.out.fields, i+1)
	}
	for len(r.row) <= i {
		r.row = append(r.row, cell{})
	}
	r.row[i] = c
}
