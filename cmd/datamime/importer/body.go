package importer

import (
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/datamime/datamime/cmd/datamime/locale"
)

// body reads the rows below the head. Those that are none of the table's come
// as rejects.
type body struct {
	rowReader
	foreign map[int]string // the reason, by a row's place
}

// openBody returns the names of a source's columns, nil where it has none, and
// its rows.
func openBody(s *spooledFile, d Dialect) (names []string, rows *body, err error) {
	in := newRows(s, d)
	if texts, ok := in.(*records); ok {
		texts.loose = d.Above
		if d.Header {
			texts.loose++
		}
	}
	rows = &body{in, d.foreign}
	if s.table != nil && s.table.names != nil {
		return s.table.names, rows, nil
	}
	above := d.Above
	if d.Header {
		above++
	}
	var head []cell
	for range above {
		var rejected *reject
		if head, _, err = in.next(); err != nil && !errors.As(err, &rejected) {
			if errors.Is(err, io.EOF) {
				err = locale.Errorf("it has no such line")
			}
			return nil, nil, err
		}
	}
	if !d.Header {
		return nil, rows, nil
	}
	for _, c := range head {
		names = append(names, c.text)
	}
	return names, rows, nil
}

func (b *body) next() ([]cell, int, error) {
	row, line, err := b.rowReader.next()
	if err == nil && len(b.foreign) > 0 {
		if reason, ok := b.foreign[line]; ok {
			return nil, 0, &reject{line: line, reason: reason, raw: b.raw()}
		}
	}
	return row, line, err
}

// lastRows is how many rows at the end may be none of the table's, as the first
// one may be.
const lastRows = 3

// edges counts what the columns hold. The first row and the last ones are held
// back: a row of units or of totals is told by the rows between.
type edges struct {
	tallies []tally
	rows    int
	first   edgeRow
	last    [lastRows]edgeRow // a ring
}

type edgeRow struct {
	line  int
	cells []cell
}

func newEdges(fields int, prefer dateOrder) *edges {
	e := &edges{tallies: make([]tally, fields)}
	for i := range e.tallies {
		e.tallies[i].prefer = prefer
	}
	return e
}

func (e *edges) add(row []cell, line int) {
	e.rows++
	if e.rows == 1 {
		e.first = edgeRow{line, slices.Clone(row)}
		return
	}
	place := &e.last[e.rows%lastRows]
	if place.cells != nil {
		e.count(place)
	}
	place.line, place.cells = line, append(place.cells[:0], row...)
}

func (e *edges) count(r *edgeRow) {
	for i, c := range r.cells {
		if i < len(e.tallies) {
			e.tallies[i].add(c, r.line)
		}
	}
}

// end counts the rows that were held back, but for those that are none of the
// table's, which it returns with the reasons.
func (e *edges) end() (foreign map[int]string) {
	foreign = map[int]string{}
	held := []*edgeRow{&e.first}
	for i := range e.last {
		held = append(held, &e.last[i])
	}
	held = slices.DeleteFunc(held, func(r *edgeRow) bool { return r.cells == nil })
	slices.SortFunc(held, func(a, b *edgeRow) int { return a.line - b.line })
	for _, r := range held {
		if reason := e.foreign(r); reason != "" {
			foreign[r.line] = reason
		}
	}
	for _, r := range held {
		if foreign[r.line] == "" {
			e.count(r)
		}
	}
	if foreign[e.first.line] == "" {
		for i := range e.tallies {
			if s := strings.TrimSpace(e.first.cells[i].text); !missing(s) {
				e.tallies[i].example = s
			}
		}
	}
	return foreign
}

// foreign says why a row is none of the table's: where all rows between have a
// time it has another text, or nothing beside the name of a sum or beside a text
// among numbers.
func (e *edges) foreign(r *edgeRow) string {
	for i := range e.tallies {
		t := &e.tallies[i]
		if t.values < 2 || i >= len(r.cells) || t.moments[t.order()].fits < t.values {
			continue
		}
		s := strings.TrimSpace(r.cells[i].text)
		switch {
		case !missing(s) && !isMoment(s, true):
			return locale.Say("%q is no time: it looks like a title, a unit or a sum", s)
		case missing(s) && e.sums(r):
			return locale.Say("it has no time: it looks like a unit or a sum")
		}
		return ""
	}
	return ""
}

func (e *edges) sums(r *edgeRow) bool {
	for i, c := range r.cells {
		s := strings.TrimSpace(c.text)
		if word, _, _ := strings.Cut(plainName(s), "_"); hasWord(word, "total", "totaux", "somme", "sum", "moyenne", "mean", "average", "source", "note") {
			return true
		}
		if t := &e.tallies[i]; t.values > 0 && t.numbers[t.style(true)].fits == t.values && !missing(s) && !isValue(c) {
			return true
		}
	}
	return false
}
