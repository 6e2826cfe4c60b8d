package sqlfuncs

import (
	"sort"
	"strings"
	"unicode/utf8"
)

// A source is a client's text in the form that pg_query reads. pg_query wants
// UTF-8; a text in another encoding is shown to it byte by byte as Latin-1,
// which keeps every name and literal in one piece whatever the encoding is.
// All offsets but those of pg_query count bytes of the client's own text.
type source struct {
	sql  string // the client's bytes
	lex  string // the same for a lexer: no byte of a long character is ASCII
	utf8 string // what pg_query gets
	high []int  // offsets in sql of the bytes that take two in utf8; nil when both are the same
	raw  bool   // the client's encoding is not UTF-8
}

func newSource(sql, encoding string) *source {
	lex := wideMasked(sql, encoding)
	blank := withoutComments(lex)
	s := &source{sql: sql, lex: lex, utf8: blank}
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
			if r := rune(blank[i]); r == wideMask && sql[i] < utf8.RuneSelf {
				b.WriteRune(0x100 + rune(sql[i])) // which name turns back
			} else {
				b.WriteRune(r)
			}
		}
		s.utf8 = b.String()
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
	l := lexer{src: sql}
	for end := 0; ; {
		t := l.next()
		for i := end; i < t.start; i++ {
			if sql[i] > ' ' {
				if b == nil {
					b = []byte(sql)
				}
				b[i] = ' '
			}
		}
		if end = t.end; t.kind == tokEOF {
			break
		}
	}
	if b == nil {
		return sql
	}
	return string(b)
}

// at turns an offset of pg_query's into one of the client's text.
func (s *source) at(offset int) int {
	if s.high == nil {
		return min(offset, len(s.sql))
	}
	// The k-th high byte lies k bytes further on in utf8.
	k := sort.Search(len(s.high), func(k int) bool { return s.high[k]+k >= offset })
	return min(offset-k, len(s.sql))
}

// name turns a string of pg_query's tree into the client's bytes.
func (s *source) name(n string) string {
	if !s.raw {
		return n
	}
	b := make([]byte, 0, len(n))
	for _, r := range n {
		b = append(b, byte(r))
	}
	return string(b)
}

// characters counts the characters in front of an offset of the client's
// text.
func (s *source) characters(offset int) int {
	return countCharacters(s.sql[:offset], s.raw)
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
