// Package sqltext is SQL as text, without its grammar: cutting it into tokens, quoting
// what goes into it, putting pieces of it together so that positions can be traced
// back, and reading it in whatever encoding the client writes.
package sqltext

import "strings"

// A Lexer cuts SQL text into tokens as PostgreSQL's scanner does, as far as
// spans are concerned: it knows comments, every kind of literal and quoted
// name, and where each ends. It never fails: an open literal or comment
// reaches to the end of the text.
type Lexer struct {
	Text string
	Pos  int
	// Backslashes: plain literals have backslash escapes, as with
	// standard_conforming_strings off.
	Backslashes bool
	// Escaped is set once a plain literal with a backslash was read.
	Escaped bool
}

// A Kind is that of a token.
type Kind uint8

const (
	EOF Kind = iota
	Ident
	Quoted   // "name"
	UQuoted  // U&"name"
	String   // every kind of string and bit literal
	Number   //
	Param    // $1
	Operator // a run of operator characters, := and ::
	Punct    // ( ) [ ] , ; . :
)

// A Token is a piece of a text: text[Start:End].
type Token struct {
	Kind       Kind
	Start, End int
}

// Text is the token as it stands in src.
func (t Token) Text(src string) string { return src[t.Start:t.End] }

// Is tells whether the token is a mark of punctuation or an operator.
func (t Token) Is(src, punct string) bool { return src[t.Start:t.End] == punct }

// Next returns the next token, of kind EOF at the end.
func (l *Lexer) Next() Token {
	l.skipSpace()
	start := l.Pos
	if start >= len(l.Text) {
		return Token{EOF, start, start}
	}
	kind := l.scan()
	return Token{kind, start, l.Pos}
}

// skipSpace moves over blanks and comments.
func (l *Lexer) skipSpace() {
	for l.Pos < len(l.Text) {
		switch c := l.Text[l.Pos]; {
		case c == ' ' || c >= '\t' && c <= '\r':
			l.Pos++
		case c == '-' && l.at(1) == '-':
			for l.Pos < len(l.Text) && l.Text[l.Pos] != '\n' && l.Text[l.Pos] != '\r' {
				l.Pos++
			}
		case c == '/' && l.at(1) == '*':
			l.skipComment()
		default:
			return
		}
	}
}

// skipComment moves over a comment; they nest.
func (l *Lexer) skipComment() {
	depth := 0
	for l.Pos < len(l.Text) {
		switch {
		case l.Text[l.Pos] == '/' && l.at(1) == '*':
			depth++
			l.Pos += 2
		case l.Text[l.Pos] == '*' && l.at(1) == '/':
			depth--
			l.Pos += 2
			if depth == 0 {
				return
			}
		default:
			l.Pos++
		}
	}
}

// at returns the byte i places ahead, 0 beyond the end.
func (l *Lexer) at(i int) byte {
	if l.Pos+i < len(l.Text) {
		return l.Text[l.Pos+i]
	}
	return 0
}

func (l *Lexer) scan() Kind {
	c := l.Text[l.Pos]
	switch {
	case c == '\'':
		l.quoted('\'', l.Backslashes, true)
		return String
	case c == '"':
		l.quoted('"', false, false)
		return Quoted
	case c == '$':
		return l.dollar()
	case isIdentStart(c):
		return l.word(c)
	case isDigit(c), c == '.' && isDigit(l.at(1)):
		for l.Pos < len(l.Text) && (isIdentPart(l.Text[l.Pos]) || l.Text[l.Pos] == '.' && l.at(1) != '.') {
			l.Pos++
		}
		return Number
	case c == ':':
		l.Pos++
		if n := l.at(0); n == ':' || n == '=' {
			l.Pos++
			return Operator
		}
		return Punct
	case isOperator(c):
		l.Pos++
		for l.Pos < len(l.Text) && isOperator(l.Text[l.Pos]) &&
			(l.Text[l.Pos] != '-' || l.at(1) != '-') && (l.Text[l.Pos] != '/' || l.at(1) != '*') {
			l.Pos++
		}
		return Operator
	}
	l.Pos++
	return Punct
}

// word reads a name or a keyword, or a literal with a letter in front.
func (l *Lexer) word(c byte) Kind {
	switch c | 0x20 {
	case 'e':
		if l.at(1) == '\'' {
			l.Pos++
			l.quoted('\'', true, false)
			return String
		}
	case 'b', 'x', 'n':
		if l.at(1) == '\'' {
			l.Pos++
			l.quoted('\'', l.Backslashes && c|0x20 == 'n', true)
			return String
		}
	case 'u':
		if l.at(1) == '&' && l.at(2) == '\'' {
			l.Pos += 2
			l.quoted('\'', false, false)
			return String
		}
		if l.at(1) == '&' && l.at(2) == '"' {
			l.Pos += 2
			l.quoted('"', false, false)
			return UQuoted
		}
	}
	for l.Pos < len(l.Text) && isIdentPart(l.Text[l.Pos]) {
		l.Pos++
	}
	return Ident
}

// quoted moves over a quoted text whose opening quote is at l.Pos; plain: its
// reading hangs on standard_conforming_strings.
func (l *Lexer) quoted(quote byte, backslashes, plain bool) {
	for l.Pos++; l.Pos < len(l.Text); l.Pos++ {
		switch l.Text[l.Pos] {
		case quote:
			if l.at(1) != quote {
				l.Pos++
				return
			}
			l.Pos++
		case '\\':
			if backslashes && plain {
				l.Escaped = true
			}
			if backslashes && l.Pos+1 < len(l.Text) {
				l.Pos++
			}
		}
	}
}

// dollar reads a parameter, a dollar-quoted literal or a lone $.
func (l *Lexer) dollar() Kind {
	if isDigit(l.at(1)) {
		for l.Pos++; l.Pos < len(l.Text) && isDigit(l.Text[l.Pos]); l.Pos++ {
		}
		return Param
	}
	end := l.Pos + 1
	for end < len(l.Text) && isIdentPart(l.Text[end]) && l.Text[end] != '$' {
		end++
	}
	if end >= len(l.Text) || l.Text[end] != '$' {
		l.Pos++
		return Punct
	}
	tag, body := l.Text[l.Pos:end+1], end+1
	if i := strings.Index(l.Text[body:], tag); i >= 0 {
		l.Pos = body + i + len(tag)
	} else {
		l.Pos = len(l.Text)
	}
	return String
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isIdentStart(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || c >= 0x80
}

func isIdentPart(c byte) bool { return isIdentStart(c) || isDigit(c) || c == '$' }

func isOperator(c byte) bool {
	return strings.IndexByte("~!@#^&|`?+-*/%<>=", c) >= 0
}

// Fold lowers ASCII letters, as PostgreSQL does with unquoted names.
func Fold(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 0x20
		}
	}
	return string(b)
}

// IsWord tells whether a token is the given keyword, which is in lower case.
func (t Token) IsWord(src, word string) bool {
	return t.Kind == Ident && len(word) == t.End-t.Start && Fold(src[t.Start:t.End]) == word
}

// A Span is a piece of a text.
type Span struct{ Start, End int }

// List reads what stands between parentheses, of which the first is read, cut
// at its commas, and the offset behind it.
func (l *Lexer) List() (items []Span, end int) {
	depth, first, last := 1, -1, 0
	for {
		t := l.Next()
		switch {
		case t.Kind == EOF:
			return items, t.End
		case t.Is(l.Text, "("), t.Is(l.Text, "["):
			depth++
		case t.Is(l.Text, ")"), t.Is(l.Text, "]"):
			depth--
		}
		switch {
		case depth == 0 || depth == 1 && t.Is(l.Text, ","):
			if first >= 0 {
				items = append(items, Span{first, last})
			}
			first = -1
		case first < 0:
			first, last = t.Start, t.End
		default:
			last = t.End
		}
		if depth == 0 {
			return items, t.End
		}
	}
}
