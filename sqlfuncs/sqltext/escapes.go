package sqltext

import (
	"regexp"
	"sort"
	"strings"
)

// NewEscapedSource is NewSource for a text whose plain literals have backslash
// escapes, as with standard_conforming_strings off: each that has one is made an
// E'...', which says the same whatever the setting, behind a blank where a word
// stands right in front. False where it cannot be made one: N'...'.
func NewEscapedSource(sql, encoding string) (s *Source, ok bool) {
	lex := MaskWide(sql, encoding)
	places, ok := escapedLiterals(lex)
	if !ok {
		return nil, false
	}
	var b strings.Builder
	var own []int
	at := 0
	for _, p := range places {
		b.WriteString(sql[at:p])
		if p > 0 && isIdentPart(lex[p-1]) {
			own = append(own, b.Len())
			b.WriteByte(' ')
		}
		own = append(own, b.Len())
		b.WriteByte('E')
		at = p
	}
	b.WriteString(sql[at:])
	s = NewSource(b.String(), encoding)
	s.client, s.escapes = sql, own
	return s, true
}

// Client is SQL[from:to] as the client wrote it.
func (s *Source) Client(from, to int) string {
	if s.escapes == nil {
		return s.SQL[from:to]
	}
	return s.client[from-sort.SearchInts(s.escapes, from) : to-sort.SearchInts(s.escapes, to)]
}

// escapedLiterals are the offsets of the plain literals with a backslash in them, or
// in what a literal on a later line adds to them. False: one is an N'...'.
func escapedLiterals(lex string) (places []int, ok bool) {
	l := Lexer{Text: lex, Backslashes: true}
	first, end := -1, -1 // of the literal that goes on, where it is a plain one
	for t := l.Next(); t.Kind != EOF; t = l.Next() {
		adds := end >= 0 && lex[t.Start] == '\'' && continues(lex[end:t.Start])
		if !adds {
			first, end = -1, -1
		}
		if t.Kind == String && lex[t.Start] == '\'' && !adds {
			first = t.Start
		}
		if t.Kind == String {
			end = t.End
		}
		if !l.Escaped {
			continue
		}
		l.Escaped = false
		switch {
		case lex[t.Start]|0x20 == 'n':
			return nil, false
		case first >= 0:
			places = append(places, first)
			first = -1 // it is there, whatever goes on with it
		}
	}
	return places, true
}

// lineBlanks are blanks and comments up to a line's end.
var lineBlanks = regexp.MustCompile(`^(\s|--[^\n\r]*)*$`)

// continues tells whether a literal behind these blanks goes on with the one in front
// of them: with a line's end between, and no comment but up to one.
func continues(blanks string) bool {
	return strings.ContainsAny(blanks, "\n\r") && lineBlanks.MatchString(blanks)
}
