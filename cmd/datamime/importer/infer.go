package importer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// kind is how the texts of a column are read.
type kind int

const (
	asText kind = iota
	asBool
	asNumber
	asMoment
	asClock
)

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

	kind  kind
	style numberStyle
	order dateOrder
}

// convert reads a text as a value of the column, written as PostgreSQL reads
// it.
func (c *Column) convert(s string) (text string, null, ok bool) {
	if c.kind == asText {
		return s, s == "", true
	}
	s = strings.TrimSpace(s)
	if missing(s) {
		return "", true, true
	}
	switch c.kind {
	case asBool:
		v, ok := parseBool(s)
		return map[bool]string{true: "t", false: "f"}[v], false, ok
	case asNumber:
		n, ok := parseNumber(s, c.style)
		return n.text, false, ok && (n.integer || c.Type != "integer" && c.Type != "bigint")
	case asClock:
		clock, zone, ok := parseClock(s)
		return clock, false, ok && zone == ""
	default:
		m, ok := parseMoment(s, c.order)
		return m.text, false, ok && (!m.clock || c.Type != "date")
	}
}

// misfitShare is how many of a column's values may not be of the type that all
// others are of, before the column is text; and that only in a column of at
// least misfitValues.
const (
	misfitShare  = 0.01
	misfitValues = 100
)

// tally counts, for one column, which readings its texts allow.
type tally struct {
	values, missing int64
	markers         int64 // of missing, those that are not empty
	example         string
	bools           int64
	numbers         [2]numberTally // by numberStyle
	moments         [3]momentTally // by dateOrder
	clocks          int64          // times of day
}

type numberTally struct {
	fits, integers, grouped, exponents int64
	beyond32, beyond64                 bool
}

type momentTally struct{ fits, clocks, zones int64 }

func (t *tally) add(raw string) {
	s := strings.TrimSpace(raw)
	if missing(s) {
		t.missing++
		if s != "" {
			t.markers++
		}
		return
	}
	t.values++
	if t.example == "" {
		t.example = s
	}
	if _, ok := parseBool(s); ok {
		t.bools++
		return
	}
	if c := s[0]; (c < '0' || c > '9') && !strings.ContainsRune("+-.,", rune(c)) && !strings.HasPrefix(s, "−") {
		return
	}
	for style := range t.numbers {
		n, ok := parseNumber(s, numberStyle(style))
		if !ok {
			continue
		}
		nt := &t.numbers[style]
		nt.fits++
		if n.grouped {
			nt.grouped++
		}
		if n.exponent {
			nt.exponents++
		}
		if n.integer {
			nt.integers++
			nt.beyond32 = nt.beyond32 || !fitsInt(n.text, 32)
			nt.beyond64 = nt.beyond64 || !fitsInt(n.text, 64)
		}
	}
	if clock, zone, ok := parseClock(s); ok && zone == "" && clock != "" && strings.ContainsAny(s, ":h") {
		t.clocks++
	}
	for order := range t.moments {
		m, ok := parseMoment(s, dateOrder(order))
		if !ok {
			continue
		}
		mt := &t.moments[order]
		mt.fits++
		if m.clock {
			mt.clocks++
		}
		if m.zoned {
			mt.zones++
		}
	}
}

// enough tells whether a reading that fits so many values may be the column's.
func (t *tally) enough(fits int64) bool {
	misfits := t.values - fits
	return misfits == 0 || t.values >= misfitValues && float64(misfits) <= misfitShare*float64(t.values)
}

// decide chooses the column's type.
func (t *tally) decide(c *Column, delimiter rune) {
	c.Missing, c.Example = t.missing, t.example
	style := t.style(delimiter)
	order := t.order()
	switch {
	case t.values == 0:
		c.Type, c.Why = "text", "it has no value"
	case t.enough(t.bools):
		c.kind, c.Type, c.Why = asBool, "boolean", "yes or no"
		c.Misfits = t.values - t.bools
	case t.enough(t.numbers[style].fits):
		t.decideNumber(c, style)
	case t.enough(t.moments[order].fits):
		t.decideMoment(c, order)
	case t.enough(t.clocks):
		c.kind, c.Type, c.Why, c.Misfits = asClock, "time", "times of day", t.values-t.clocks
	default:
		c.Type, c.Why = "text", "neither numbers nor dates"
	}
	if c.kind == asText {
		c.Missing -= t.markers // NA and the like are text there
	}
	if c.Misfits > 0 {
		c.Why += fmt.Sprintf(", but for %d", c.Misfits)
	}
}

func (t *tally) decideNumber(c *Column, style numberStyle) {
	nt := &t.numbers[style]
	c.kind, c.style, c.Misfits = asNumber, style, t.values-nt.fits
	switch {
	case nt.exponents > 0:
		c.Type, c.Why = "double precision", "numbers with exponents"
	case nt.integers < nt.fits:
		c.Type, c.Why = "numeric", "numbers with decimals"
	case nt.beyond64:
		c.Type, c.Why = "numeric", "very large whole numbers"
	case nt.beyond32:
		c.Type, c.Why = "bigint", "large whole numbers"
	default:
		c.Type, c.Why = "integer", "whole numbers"
	}
	if style == comma && nt.integers < nt.fits {
		c.Why += " after a comma"
	}
	if nt.grouped > 0 {
		c.Why += ", thousands set apart"
	}
}

func (t *tally) decideMoment(c *Column, order dateOrder) {
	mt := &t.moments[order]
	c.kind, c.order, c.Misfits = asMoment, order, t.values-mt.fits
	switch {
	case mt.clocks == 0:
		c.Type, c.Why = "date", "dates"
	case mt.zones == 0:
		c.Type, c.Why = "timestamp", "times"
	default:
		c.Type, c.Why = "timestamptz", "times with a zone"
	}
	c.Why += ", " + order.String()
	if order != ymd && t.moments[dmy].fits == t.moments[mdy].fits {
		c.Why += " (month/day fits as well: see --type)"
	}
}

// style chooses between 1,234.5 and 1.234,5. Where all numbers fit both
// (1,234), a file of semicolons has decimal commas, others have thousands.
func (t *tally) style(delimiter rune) numberStyle {
	p, c := &t.numbers[point], &t.numbers[comma]
	switch {
	case p.fits != c.fits:
		if c.fits > p.fits {
			return comma
		}
		return point
	case p.grouped == 0:
		return point
	case c.grouped == 0 && delimiter == ';':
		return comma
	case p.grouped == p.fits && c.grouped < c.fits && delimiter == ';':
		return comma
	}
	return point
}

func (t *tally) order() dateOrder {
	best := ymd
	for _, o := range []dateOrder{dmy, mdy} {
		if t.moments[o].fits > t.moments[best].fits {
			best = o
		}
	}
	return best
}

// inferColumns reads the whole source and decides names and types.
func inferColumns(ctx context.Context, s *spooledFile, d Dialect, o Options) ([]Column, error) {
	columns := make([]Column, d.Fields)
	tallies := make([]tally, d.Fields)
	r := newRecords(s, d)
	if d.Header {
		if err := readHeader(r, columns, o); err != nil {
			return nil, err
		}
	}
	rows := 0
	for {
		record, _, err := r.next()
		var rejected *reject
		switch {
		case errors.Is(err, io.EOF):
			if rows == 0 {
				return nil, fmt.Errorf("%s has no line of values below its head: give --no-header when the first line is one", o.Source)
			}
			nameColumns(columns)
			for i := range tallies {
				tallies[i].decide(&columns[i], d.Delimiter)
			}
			return columns, overrideTypes(columns, tallies, d.Delimiter, o.Types)
		case errors.As(err, &rejected):
			continue
		case err != nil:
			return nil, err
		}
		for i, text := range record {
			tallies[i].add(text)
		}
		if rows++; rows%10000 == 0 && ctx.Err() != nil {
			return nil, errStopped
		}
	}
}

func readHeader(r *records, columns []Column, o Options) error {
	head, _, err := r.next()
	if err != nil {
		return fmt.Errorf("cannot read the head of %s: %w", o.Source, err)
	}
	for i, name := range head {
		columns[i].Original = strings.TrimSpace(name)
	}
	return nil
}

// overrideTypes applies what the user said about types.
func overrideTypes(columns []Column, tallies []tally, delimiter rune, types map[string]string) error {
	for name, typ := range types {
		i := slices.IndexFunc(columns, func(c Column) bool { return c.Name == name || c.Original == name })
		if i < 0 {
			return usagef("--type %s=%s: there is no column %q", name, typ, name)
		}
		c, t := &columns[i], &tallies[i]
		c.Type, c.Why, c.Misfits, c.kind, c.Missing = typ, "as told", 0, asText, t.missing
		base, _, _ := strings.Cut(strings.ToLower(typ), "(")
		switch strings.TrimSpace(base) {
		case "integer", "int", "int4", "bigint", "int8", "smallint", "int2", "numeric", "decimal",
			"double precision", "float8", "real", "float4":
			c.kind, c.style = asNumber, t.style(delimiter)
			c.Misfits = t.values - t.numbers[c.style].fits
		case "date", "timestamp", "timestamptz", "timestamp with time zone", "timestamp without time zone":
			c.kind, c.order = asMoment, t.order()
			c.Misfits = t.values - t.moments[c.order].fits
		case "time", "time without time zone":
			c.kind, c.Misfits = asClock, t.values-t.clocks
		case "boolean", "bool":
			c.kind, c.Misfits = asBool, t.values-t.bools
		default:
			c.Missing -= t.markers
		}
	}
	return nil
}
