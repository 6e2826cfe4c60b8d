package importer

import (
	"context"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/datamime/datamime/cmd/datamime/locale"
)

// kind is how the texts of a column are read.
type kind int

const (
	asText kind = iota
	asBool
	asNumber
	asMoment
	asClock
	asEpoch  // numbers that count from 1970
	asSerial // numbers that count a spreadsheet's days
	asDigits // numbers that are read as dates: 2024, for its first day, or 20240331
)

// isTime tells whether a column's values are dates or times of a date.
func (k kind) isTime() bool { return k == asMoment || k == asEpoch || k == asSerial || k == asDigits }

// Column is a column as it was found, and how its texts become values.
type Column struct {
	Name     string // in the table
	Original string // in the source
	Type     string // PostgreSQL's
	Why      string
	Example  string
	Missing  int64
	// Misfits is how many values are not of the type; their lines are kept
	// aside.
	Misfits int64

	at       int  // its place in a row
	constant bool // it has one number throughout
	flag     bool // its numbers are 0 and 1
	kind     kind
	style    numberStyle
	order    dateOrder
	epoch    float64 // steps a second
}

// convert reads a cell as a value of the column, written as PostgreSQL reads
// it.
func (c *Column) convert(v cell) (text string, null, ok bool) {
	if c.kind == asText {
		return v.text, v.text == "", true
	}
	s := strings.TrimSpace(v.text)
	if missing(s) {
		return "", true, true
	}
	style, order := c.style, c.order
	if v.exact {
		style, order = point, ymd
	}
	switch c.kind {
	case asBool:
		v, ok := parseBool(s)
		return map[bool]string{true: "t", false: "f"}[v], false, ok
	case asNumber:
		n, ok := parseNumber(s, style)
		return n.text, false, ok && (n.integer || c.Type != "integer" && c.Type != "bigint")
	case asClock:
		clock, zone, ok := parseClock(s)
		return clock, false, ok && zone == ""
	case asEpoch, asSerial:
		n, ok := parseNumber(s, style)
		if !ok {
			return "", false, false
		}
		text, ok = c.count(n.text)
		return text, false, ok
	case asDigits:
		text, ok = parseDigits(s)
		return text, false, ok
	default:
		m, ok := parseMoment(s, order)
		return m.text, false, ok && (!m.clock || c.Type != "date")
	}
}

// count reads a count of seconds or of days as a time.
func (c *Column) count(s string) (string, bool) {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return "", false
	}
	if c.kind == asSerial {
		return serialTime(v, false)
	}
	if seconds := v / c.epoch; seconds < earliestEpoch || seconds > latestEpoch {
		return "", false
	}
	return time.UnixMicro(int64(math.Round(v*(1e6/c.epoch)))).UTC().Format("2006-01-02 15:04:05.999999") + "+00", true
}

// inferColumns reads the whole source and decides names and types. Rows at its
// edges that are none of the table's are noted in the dialect.
func inferColumns(ctx context.Context, s *spooledFile, d *Dialect, o Options) ([]Column, error) {
	head, rows, err := openBody(s, *d)
	if err != nil {
		return nil, locale.Errorf("cannot read the head of %s: %w", o.Source, err)
	}
	columns := make([]Column, d.Fields)
	for i := range columns {
		columns[i].at = i
		if i < len(head) {
			columns[i].Original = strings.Join(strings.Fields(strings.ReplaceAll(head[i], "\x00", "")), " ")
		}
	}
	nameColumns(columns)
	seen := newEdges(d.Fields, dateOrders[o.Dates])
	for {
		row, line, err := rows.next()
		var rejected *reject
		switch {
		case errors.Is(err, io.EOF):
			if seen.rows == 0 {
				return nil, locale.Errorf("%s has no line of values below its head: give --no-header when the first line is one", o.Source)
			}
			d.foreign = seen.end()
			return decideColumns(columns, seen.tallies, s, d, o)
		case errors.As(err, &rejected):
			continue
		case err != nil:
			return nil, err
		}
		seen.add(row, line)
		if seen.rows%10000 == 0 && ctx.Err() != nil {
			return nil, errStopped
		}
	}
}

// decideColumns chooses the types, and leaves out columns without name and
// value.
func decideColumns(columns []Column, tallies []tally, s *spooledFile, d *Dialect, o Options) ([]Column, error) {
	commas := d.Delimiter == ';' || s.table != nil
	for i := range columns {
		t, c := &tallies[i], &columns[i]
		t.decide(c, commas)
		if s.table != nil && i < len(s.table.types) && s.table.types[i] != "" && c.kind != asEpoch {
			c.take(s.table.types[i], locale.Say("as the file declares"), t, commas)
		}
	}
	if err := overrideTypes(columns, tallies, commas, o.Types); err != nil {
		return nil, err
	}
	columns = slices.DeleteFunc(columns, func(c Column) bool { return c.Original == "" && tallies[c.at].values+tallies[c.at].markers == 0 })
	if len(columns) == 0 {
		return nil, locale.Errorf("%s holds no value", o.Source)
	}
	return columns, nil
}

// overrideTypes applies what the user said about types.
func overrideTypes(columns []Column, tallies []tally, commas bool, types map[string]string) error {
	for name, typ := range types {
		i := slices.IndexFunc(columns, func(c Column) bool { return c.Name == name || c.Original == name })
		if i < 0 {
			return usagef("--type %s=%s: there is no column %q", name, typ, name)
		}
		columns[i].take(typ, locale.Say("as told"), &tallies[i], commas)
	}
	return nil
}

// take gives a column a type that was not found by looking.
func (c *Column) take(typ, why string, t *tally, commas bool) {
	c.Type, c.Why, c.Misfits, c.kind, c.Missing = typ, why, 0, asText, t.missing
	base, _, _ := strings.Cut(strings.ToLower(typ), "(")
	switch strings.TrimSpace(base) {
	case "integer", "int", "int4", "bigint", "int8", "smallint", "int2", "numeric", "decimal",
		"double precision", "float8", "real", "float4":
		c.kind, c.style = asNumber, t.style(commas)
		c.Misfits = t.values - t.numbers[c.style].fits
	case "date", "timestamp", "timestamptz", "timestamp with time zone", "timestamp without time zone":
		c.kind, c.order = asMoment, t.order()
		c.Misfits = t.values - t.moments[c.order].fits
		if style := t.style(commas); t.enough(t.numbers[style].fits) && (t.decideCount(c, style) || t.decideYear(c, style)) {
			c.Type, c.Why, c.style, c.Misfits = typ, why+", "+c.Why, style, t.values-t.numbers[style].fits
		}
	case "time", "time without time zone":
		c.kind, c.Misfits = asClock, t.values-t.clocks
	case "boolean", "bool":
		c.kind, c.Misfits = asBool, t.values-t.bools
	default:
		c.Missing -= t.markers
	}
}
