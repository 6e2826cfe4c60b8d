package importer

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// Dialect is how the source separates its values.
type Dialect struct {
	Encoding  string
	Delimiter rune
	Header    bool
	Fields    int // of a record
}

// DelimiterName names the delimiter for people.
func (d Dialect) DelimiterName() string {
	if d.Delimiter == '\t' {
		return "tab"
	}
	return string(d.Delimiter)
}

// looked is how many records decide the delimiter.
const looked = 200

// findDialect takes the delimiter under which the first records have the same
// number of fields most often, the more fields the better.
func findDialect(s *spooledFile, o Options) (Dialect, error) {
	d := Dialect{Encoding: s.encoding, Header: !o.NoHeader}
	candidates := []rune{',', ';', '\t', '|'}
	if o.Delimiter != "" {
		r, size := utf8.DecodeRuneInString(o.Delimiter)
		if o.Delimiter == "tab" || o.Delimiter == `\t` {
			r, size = '\t', len(o.Delimiter)
		}
		if size != len(o.Delimiter) || r == '"' || r == '\n' || r == '\r' || r == utf8.RuneError {
			return d, usagef("--delimiter %q is not one character: write ',', ';', '|' or tab", o.Delimiter)
		}
		candidates = []rune{r}
	}
	best := -1.0
	for _, c := range candidates {
		fields, share := countFields(s, c)
		score := share * float64(min(fields, 20))
		if fields > 1 {
			score += 100
		}
		if fields > 0 && score > best {
			best, d.Delimiter, d.Fields = score, c, fields
		}
	}
	if best < 0 {
		return d, fmt.Errorf("%s holds no line of values", o.Source)
	}
	return d, nil
}

// countFields returns how many fields the first record has under a delimiter,
// and which share of the first records has as many.
func countFields(s *spooledFile, delimiter rune) (fields int, share float64) {
	r := newCSV(io.NewSectionReader(s, 0, s.size), delimiter)
	same, n := 0, 0
	for n < looked {
		record, err := r.Read()
		if err != nil {
			break
		}
		if n == 0 {
			fields = len(record)
		}
		if len(record) == fields {
			same++
		}
		n++
	}
	if n == 0 {
		return 0, 0
	}
	return fields, float64(same) / float64(n)
}

func newCSV(r io.Reader, delimiter rune) *csv.Reader {
	c := csv.NewReader(bufio.NewReaderSize(r, 1<<16))
	c.Comma = delimiter
	c.FieldsPerRecord = -1
	c.LazyQuotes = true
	c.ReuseRecord = true
	return c
}

// records reads the source's records. A record with another number of fields
// is a reject; when it goes over several lines (a quote that is never closed),
// its first line alone is.
type records struct {
	s       *spooledFile
	dialect Dialect
	csv     *csv.Reader
	base    int64 // where csv started
	line0   int   // and the line before that
	end     int64 // where the last record ended
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

// reject is a line that was kept aside.
type reject struct {
	line   int
	column string // "" for the whole line
	reason string
	raw    string
}

func (r *reject) Error() string { return fmt.Sprintf("line %d: %s", r.line, r.reason) }

// next returns the next record and its line, valid until the next call. The
// error is io.EOF, a *reject (after which reading goes on), or that of reading.
func (r *records) next() (record []string, line int, err error) {
	start := r.end
	record, err = r.csv.Read()
	if errors.Is(err, io.EOF) {
		return nil, 0, io.EOF
	}
	if err != nil {
		var parse *csv.ParseError
		if !errors.As(err, &parse) {
			return nil, 0, fmt.Errorf("read the spooled source: %w", err)
		}
		return nil, 0, r.rejectFirstLine(start, r.line0+parse.StartLine, "its quotes do not match")
	}
	r.end = r.base + r.csv.InputOffset()
	first, _ := r.csv.FieldPos(0)
	line = r.line0 + first
	fits := len(record) == r.dialect.Fields
	if fits && !slices.ContainsFunc(record, func(s string) bool { return strings.Contains(s, "\n") }) {
		return record, line, nil
	}
	raw := r.raw(start, r.end)
	reason := fmt.Sprintf("it has %d fields, not %d", len(record), r.dialect.Fields)
	switch several := strings.Contains(raw, "\n"); {
	case several && strings.Count(raw, `"`)%2 == 1:
		return nil, 0, r.rejectFirstLine(start, line, "it has a quote that is not closed")
	case fits:
		return record, line, nil
	case several:
		return nil, 0, r.rejectFirstLine(start, line, reason)
	}
	return nil, 0, &reject{line: line, reason: reason, raw: raw}
}

// rejectFirstLine rejects the first line that is not empty from start on, and
// has reading go on behind it.
func (r *records) rejectFirstLine(start int64, line int, reason string) error {
	in := bufio.NewReader(io.NewSectionReader(r.s, start, r.s.size-start))
	at := start
	for {
		text, err := in.ReadString('\n')
		at += int64(len(text))
		if trimmed := trimEnd(text); trimmed != "" || err != nil {
			r.restart(at, line)
			return &reject{line: line, reason: reason, raw: trimmed}
		}
	}
}

// raw is the text of a record without the end of its line.
func (r *records) raw(start, end int64) string {
	b := make([]byte, end-start)
	n, _ := r.s.ReadAt(b, start)
	text := string(b[:n])
	for len(text) > 0 && (text[0] == '\n' || text[0] == '\r') {
		text = text[1:]
	}
	return trimEnd(text)
}

// last returns the raw text of the record that next returned last.
func (r *records) last(start int64) string { return r.raw(start, r.end) }

func trimEnd(s string) string {
	for len(s) > 0 && (s[len(s)-1] == '\n' || s[len(s)-1] == '\r') {
		s = s[:len(s)-1]
	}
	return s
}
