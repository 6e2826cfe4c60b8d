package importer

import (
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/datamime/datamime/cmd/datamime/locale"
)

// Dialect is how the source sets out its values.
type Dialect struct {
	Format    string // CSV, XLSX, ODS, JSON, NDJSON, GeoJSON or Parquet
	Encoding  string // of a text, and with it Delimiter
	Delimiter rune
	Sheet     string   // "" where there are none
	Others    []string // further sheets with rows
	Unit      string   // what the places of rows count: line, row or record
	Above     int      // rows above the names or, without them, the values
	Header    bool
	HeadLine  int // the place of the names
	Fields    int // of a row

	foreign map[int]string // rows that are none of the table's, with the reason
}

// String describes the dialect for people.
func (d Dialect) String() string {
	text := locale.Say("%s, %d columns", d.Format, d.Fields)
	switch {
	case d.Sheet != "":
		text = locale.Say("%s, sheet %q, %d columns", d.Format, d.Sheet, d.Fields)
	case d.Delimiter == '\t':
		text = locale.Say("%d columns separated by tabs, %s", d.Fields, d.Encoding)
	case d.Delimiter != 0:
		text = locale.Say("%d columns separated by %q, %s", d.Fields, d.Delimiter, d.Encoding)
	}
	switch {
	case d.Above > 0 && d.Header:
		text += locale.Say(", names in %s", place(d.Unit, d.HeadLine))
	case d.Above > 0:
		text += locale.Say(", values from %s on", place(d.Unit, d.HeadLine))
	}
	if !d.Header && d.HeadLine > 0 {
		text += locale.Say(", no names")
	}
	if len(d.Others) > 0 {
		text += locale.Say(" (other sheets, for --sheet: %s)", strings.Join(d.Others, ", "))
	}
	return text
}

// place names a place in the source by what its places count.
func place(unit string, n int) string {
	switch unit {
	case "row":
		return locale.Say("row %d", n)
	case "record":
		return locale.Say("record %d", n)
	}
	return locale.Say("line %d", n)
}

// looked is how many rows decide the delimiter and where the names are.
const looked = 200

// findDialect finds out how the source sets out its values.
func findDialect(s *spooledFile, o Options) (Dialect, error) {
	d := Dialect{Format: "CSV", Encoding: s.encoding, Unit: "line", Header: true}
	if t := s.table; t != nil {
		d = Dialect{Format: t.format, Sheet: t.sheet, Others: t.others, Unit: t.unit, Header: true, Fields: t.fields}
		if t.names != nil {
			return d, nil
		}
	} else if err := d.findDelimiter(s, o); err != nil {
		return d, err
	}
	return d, d.findHead(s, o)
}

// findDelimiter takes the delimiter under which the first records have the
// same number of fields most often, the more fields the better.
func (d *Dialect) findDelimiter(s *spooledFile, o Options) error {
	candidates := []rune{',', ';', '\t', '|'}
	if o.Delimiter != "" {
		r, size := utf8.DecodeRuneInString(o.Delimiter)
		if o.Delimiter == "tab" || o.Delimiter == `\t` {
			r, size = '\t', len(o.Delimiter)
		}
		if size != len(o.Delimiter) || r == '"' || r == '\n' || r == '\r' || r == utf8.RuneError {
			return usagef("--delimiter %q is not one character: write ',', ';', '|' or tab", o.Delimiter)
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
		return locale.Errorf("%s holds no line of values", o.Source)
	}
	return nil
}

// countFields returns how many fields most of the first records have under a
// delimiter, and which share of them has as many. Where no number is that of
// half of them, it is the first record's.
func countFields(s *spooledFile, delimiter rune) (fields int, share float64) {
	r := newCSV(io.NewSectionReader(s, 0, s.size), delimiter)
	var counts []int
	for len(counts) < looked {
		record, err := r.Read()
		if err != nil {
			break
		}
		counts = append(counts, len(record))
	}
	if len(counts) == 0 {
		return 0, 0
	}
	of := map[int]int{}
	fields = counts[0]
	for _, n := range counts {
		of[n]++
		if 2*of[n] > len(counts) {
			fields = n
		}
	}
	return fields, float64(of[fields]) / float64(len(counts))
}

// findHead finds the row of names: titles may stand above it.
func (d *Dialect) findHead(s *spooledFile, o Options) error {
	r := newRows(s, *d)
	if texts, ok := r.(*records); ok {
		texts.loose = looked
	}
	var rows [][]cell
	var lines []int
	for len(rows) < looked {
		row, line, err := r.next()
		var rejected *reject
		switch {
		case errors.Is(err, io.EOF):
			if len(rows) == 0 {
				return locale.Errorf("%s holds no line of values", o.Source)
			}
			d.chooseHead(rows, lines, o)
			return nil
		case errors.As(err, &rejected):
			row, line = nil, rejected.line
		case err != nil:
			return err
		}
		rows, lines = append(rows, slices.Clone(row)), append(lines, line)
	}
	d.chooseHead(rows, lines, o)
	return nil
}

func (d *Dialect) chooseHead(rows [][]cell, lines []int, o Options) {
	at, header := headOf(rows)
	if o.Skip > 0 {
		at, header = min(o.Skip, len(rows)-1), true
	}
	d.Above, d.HeadLine, d.Header = at, lines[at], header && !o.NoHeader
}

// headOf returns which of the first rows holds the names, or, where none does,
// the first values. Names are a row of texts, about as many as the rows below
// have values, above the first row that has a number or a time.
func headOf(rows [][]cell) (at int, header bool) {
	counts := make([]int, len(rows))
	for i, row := range rows {
		for _, c := range row {
			if strings.TrimSpace(c.text) != "" {
				counts[i]++
			}
		}
	}
	// Titles and notes are short and may be many: the upper quartile is a row of
	// the table's.
	sorted := slices.Sorted(slices.Values(counts))
	typical := sorted[3*len(sorted)/4]
	best, first := -1, -1
	for i, row := range rows {
		wide := 3*counts[i] > 2*typical
		if first < 0 && wide {
			first = i
		}
		switch {
		case !slices.ContainsFunc(row, isValue):
			if 3*counts[i] >= 2*typical && counts[i] > 0 && (best < 0 || counts[i] > counts[best]) {
				best = i
			}
		case wide && best >= 0:
			return best, true
		case wide:
			return first, first+1 >= len(rows) || !continues(rows[first], rows[first+1])
		}
	}
	return max(first, 0), true
}

// isValue tells whether a cell is a number or a time. By a month one names a column.
func isValue(c cell) bool {
	s := strings.TrimSpace(c.text)
	if _, ok := parseNumber(s, point); ok {
		return true
	}
	if _, ok := parseNumber(s, comma); ok {
		return true
	}
	return isMoment(s, false)
}

func isMoment(s string, months bool) bool {
	for _, order := range []dateOrder{ymd, dmy, mdy} {
		if m, ok := parseMoment(s, order); ok && (months || !m.month) {
			return true
		}
	}
	return false
}

// continues tells whether a row is plainly one of values, and the next as well:
// nobody names a column by a time or by a number with decimals. (By a year one
// does.)
func continues(row, next []cell) bool {
	for i := range min(len(row), len(next)) {
		a, b := strings.TrimSpace(row[i].text), strings.TrimSpace(next[i].text)
		if isMoment(a, true) && isMoment(b, true) || isDecimal(a) && isValue(next[i]) {
			return true
		}
	}
	return false
}

func isDecimal(s string) bool {
	for _, style := range []numberStyle{point, comma} {
		if n, ok := parseNumber(s, style); ok && !n.integer {
			return true
		}
	}
	return false
}
