package sqlfuncs

import "bytes"

// A lexer cuts SQL text into tokens as PostgreSQL's scanner does, as far as
// spans are concerned: it knows comments, every kind of literal and quoted
// name, and where each ends. It never fails: an open literal or comment
// reaches to the end of the text.
type lexer struct {
	src string
	pos int
	// backslashes: plain literals have backslash escapes, as with
	// standard_conforming_strings off.
	backslashes bool
	// escaped is set once a plain literal with a backslash was read.
	escaped bool
}

type tokenKind uint8

const (
	tokEOF tokenKind = iota
	tokIdent
	tokQuoted   // "name"
	tokUQuoted  // U&"name"
	tokString   // every kind of string and bit literal
	tokNumber   //
	tokParam    // $1
	tokOperator // a run of operator characters, := and ::
	tokPunct    // ( ) [ ] , ; . :
)

type token struct {
	kind       tokenKind
	start, end int
}

func (t token) text(src string) string { return src[t.start:t.end] }

func (t token) is(src, punct string) bool { return src[t.start:t.end] == punct }

// next returns the next token, of kind tokEOF at the end.
func (l *lexer) next() token {
	l.skipSpace()
	start := l.pos
	if start >= len(l.src) {
		return token{tokEOF, start, start}
	}
	kind := l.scan()
	return token{kind, start, l.pos}
}

// skipSpace moves over blanks and comments.
func (l *lexer) skipSpace() {
	for l.pos < len(l.src) {
		switch c := l.src[l.pos]; {
		case c == ' ' || c >= '\t' && c <= '\r':
			l.pos++
		case c == '-' && l.at(1) == '-':
			for l.pos < len(l.src) && l.src[l.pos] != '\n' && l.src[l.pos] != '\r' {
				l.pos++
			}
		case c == '/' && l.at(1) == '*':
			l.skipComment()
		default:
			return
		}
	}
}

// skipComment moves over a comment; they nest.
func (l *lexer) skipComment() {
	depth := 0
	for l.pos < len(l.src) {
		switch {
		case l.src[l.pos] == '/' && l.at(1) == '*':
			depth++
			l.pos += 2
		case l.src[l.pos] == '*' && l.at(1) == '/':
			depth--
			l.pos += 2
			if depth == 0 {
				return
			}
		default:
			l.pos++
		}
	}
}

// at returns the byte i places ahead, 0 beyond the end.
func (l *lexer) at(i int) byte {
	if l.pos+i < len(l.src) {
		return l.src[l.pos+i]
	}
	return 0
}

func (l *lexer) scan() tokenKind {
	c := l.src[l.pos]
	switch {
	case c == '\'':
		l.quoted('\'', l.backslashes, true)
		return tokString
	case c == '"':
		l.quoted('"', false, false)
		return tokQuoted
	case c == '$':
		return l.dollar()
	case isIdentStart(c):
		return l.word(c)
	case isDigit(c), c == '.' && isDigit(l.at(1)):
		for l.pos < len(l.src) && (isIdentPart(l.src[l.pos]) || l.src[l.pos] == '.' && l.at(1) != '.') {
			l.pos++
		}
		return tokNumber
	case c == ':':
		l.pos++
		if n := l.at(0); n == ':' || n == '=' {
			l.pos++
			return tokOperator
		}
		return tokPunct
	case isOperator(c):
		l.pos++
		for l.pos < len(l.src) && isOperator(l.src[l.pos]) &&
			(l.src[l.pos] != '-' || l.at(1) != '-') && (l.src[l.pos] != '/' || l.at(1) != '*') {
			l.pos++
		}
		return tokOperator
	}
	l.pos++
	return tokPunct
}

// word reads a name or a keyword, or a literal with a letter in front.
func (l *lexer) word(c byte) tokenKind {
	switch c | 0x20 {
	case 'e':
		if l.at(1) == '\'' {
			l.pos++
			l.quoted('\'', true, false)
			return tokString
		}
	case 'b', 'x', 'n':
		if l.at(1) == '\'' {
			l.pos++
			l.quoted('\'', l.backslashes && c|0x20 == 'n', true)
			return tokString
		}
	case 'u':
		if l.at(1) == '&' && l.at(2) == '\'' {
			l.pos += 2
			l.quoted('\'', false, false)
			return tokString
		}
		if l.at(1) == '&' && l.at(2) == '"' {
			l.pos += 2
			l.quoted('"', false, false)
			return tokUQuoted
		}
	}
	for l.pos < len(l.src) && isIdentPart(l.src[l.pos]) {
		l.pos++
	}
	return tokIdent
}

// quoted moves over a quoted text whose opening quote is at l.pos; plain: its
// reading hangs on standard_conforming_strings.
func (l *lexer) quoted(quote byte, backslashes, plain bool) {
	for l.pos++; l.pos < len(l.src); l.pos++ {
		switch l.src[l.pos] {
		case quote:
			if l.at(1) != quote {
				l.pos++
				return
			}
			l.pos++
		case '\\':
			if backslashes && plain {
				l.escaped = true
			}
			if backslashes && l.pos+1 < len(l.src) {
				l.pos++
			}
		}
	}
}

// dollar reads a parameter, a dollar-quoted literal or a lone $.
func (l *lexer) dollar() tokenKind {
	if isDigit(l.at(1)) {
		for l.pos++; l.pos < len(l.src) && isDigit(l.src[l.pos]); l.pos++ {
		}
		return tokParam
	}
	end := l.pos + 1
	for end < len(l.src) && isIdentPart(l.src[end]) && l.src[end] != '$' {
		end++
	}
	if end >= len(l.src) || l.src[end] != '$' {
		l.pos++
		return tokPunct
	}
	tag := l.src[l.pos : end+1]
	body := end + 1
	if i := indexFrom(l.src, tag, body); i >= 0 {
		l.pos = i + len(tag)
	} else {
		l.pos = len(l.src)
	}
	return tokString
}

func indexFrom(s, sub string, from int) int {
	for i := from; i+len(sub) <= len(s); i++ {
		if s[i] == '$' && s[i:i+len(sub)] == sub {
			return i
		}
	}
	return -1
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isIdentStart(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || c >= 0x80
}

func isIdentPart(c byte) bool { return isIdentStart(c) || isDigit(c) || c == '$' }

func isOperator(c byte) bool {
	return bytes.IndexByte([]byte("~!@#^&|`?+-*/%<>="), c) >= 0
}

// fold lowers ASCII letters, as PostgreSQL does with unquoted names.
func fold(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 0x20
		}
	}
	return string(b)
}

// isWord tells whether a token is the given keyword, which is in lower case.
func (t token) isWord(src, word string) bool {
	return t.kind == tokIdent && len(word) == t.end-t.start && fold(src[t.start:t.end]) == word
}
