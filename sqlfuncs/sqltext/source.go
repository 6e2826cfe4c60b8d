package sqltext

import (
	"sort"
	"strings"
	"unicode/utf8"
)

// A Source is a client's text in the form that pg_query reads. pg_query wants
// UTF-8; a text in another encoding is shown to it byte by byte as Latin-1,
// which keeps every name and literal in one piece whatever the encoding is.
// All offsets but those of pg_query count bytes of SQL.
type Source struct {
	SQL  string // the client's bytes, but for the escapes
	Lex  string // the same for a lexer: no byte of a long character is ASCII
	UTF8 string // what pg_query gets
	high []int  // offsets in SQL of the bytes that take two in UTF8; nil when both are the same
	raw  bool   // the client's encoding is not UTF-8

	client  string // its own bytes, where there are escapes:
	escapes []int  // offsets in SQL of characters of ours: the E in front of each, and its blank
}

// NewSource takes a text and the name of its encoding, as client_encoding has it.
func NewSource(sql, encoding string) *Source {
	lex := MaskWide(sql, encoding)
	blank := withoutComments(lex)
	s := &Source{SQL: sql, Lex: lex, UTF8: blank}
	switch strings.ToUpper(strings.ReplaceAll(encoding, "-", "")) {
	case "", "UTF8", "UNICODE":
		return s
	}
	s.raw = true
	for i := range len(blank) {
		if blank[i] >= utf8.RuneSelf {
			s.high = append(s.high, i)
		}
	}
	if s.high != nil {
		var b strings.Builder
		for i := range len(blank) {
			if r := rune(blank[i]); r == WideMask && sql[i] < utf8.RuneSelf {
				b.WriteRune(0x100 + rune(sql[i])) // which Name turns back
			} else {
				b.WriteRune(r)
			}
		}
		s.UTF8 = b.String()
	}
	return s
}

// withoutComments puts blanks in place of comments: pg_query does not look
// over them where the grammar looks one token ahead (WITH /* */ ORDINALITY).
func withoutComments(sql string) string {
	if !strings.Contains(sql, "--") && !strings.Contains(sql, "/*") {
		return sql
	}
	var b []byte
	l := Lexer{Text: sql}
	for end := 0; ; {
		t := l.Next()
		for i := end; i < t.Start; i++ {
			if sql[i] > ' ' {
				if b == nil {
					b = []byte(sql)
				}
				b[i] = ' '
			}
		}
		if end = t.End; t.Kind == EOF {
			break
		}
	}
	if b == nil {
		return sql
	}
	return string(b)
}

// At turns an offset of pg_query's into one of the client's text.
func (s *Source) At(offset int) int {
	if s.high == nil {
		return min(offset, len(s.SQL))
	}
	// The k-th high byte lies k bytes further on in UTF8.
	k := sort.Search(len(s.high), func(k int) bool { return s.high[k]+k >= offset })
	return min(offset-k, len(s.SQL))
}

// Name turns a string of pg_query's tree into the client's bytes.
func (s *Source) Name(n string) string {
	if !s.raw {
		return n
	}
	b := make([]byte, 0, len(n))
	for _, r := range n {
		b = append(b, byte(r))
	}
	return string(b)
}

// Characters counts the characters of the client's text in front of an offset.
func (s *Source) Characters(offset int) int {
	return countCharacters(s.SQL[:offset], s.raw) - sort.SearchInts(s.escapes, offset)
}

// Position maps a position in SQL[start:], in characters from 1, to one in the
// client's text; 0 stays 0.
func (s *Source) Position(start, position int) int {
	if position <= 0 {
		return 0
	}
	return s.Characters(start+byteOffset(s.SQL[start:], position-1, s.raw)) + 1
}

// countCharacters counts as the server does in a position: it counts
// characters of its own encoding, so that for the multi-byte client encodings
// other than UTF-8 this is exact only up to the first character beyond ASCII.
func countCharacters(sql string, raw bool) int {
	if raw {
		return len(sql)
	}
	return utf8.RuneCountInString(sql)
}
