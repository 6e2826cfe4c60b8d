package sqltext

import (
	"slices"
	"strings"
	"testing"
)

func TestLexer(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{`SELECT "a""b", 'it''s' -- c
			/* a /* nested */ one */ FROM t`, []string{"SELECT", `"a""b"`, ",", "'it''s'", "FROM", "t"}},
		{`E'\'' U&"d" $tag$ $$ ' $tag$ $1::int`, []string{`E'\''`, `U&"d"`, "$tag$ $$ ' $tag$", "$1", "::", "int"}},
		{`a<=b.c[1]:2 := 1.5e3..4`, []string{"a", "<=", "b", ".", "c", "[", "1", "]", ":", "2", ":=", "1.5e3", ".", ".4"}},
		{`'open`, []string{"'open"}},
		{`a ~ b !~* c -d--e`, []string{"a", "~", "b", "!~*", "c", "-", "d"}},
		{"a+/* b */-c --d\r- e", []string{"a", "+", "-", "c", "-", "e"}},
		{`B'01' x'F' N'n' e'\\' U&'u' u&x E`, []string{"B'01'", "x'F'", "N'n'", `e'\\'`, "U&'u'", "u", "&", "x", "E"}},
		{`'\' $ $a $a$ $b$ $a$ $_1$é$_1$ $12a é_$9`, []string{`'\'`, "$", "$", "a", "$a$ $b$ $a$", "$_1$é$_1$", "$12", "a", "é_$9"}},
		{`$a$ open $`, []string{"$a$ open $"}},
		{`/* open /* c */ d`, nil},
		{`a*-b %-9 0.5`, []string{"a", "*-", "b", "%-", "9", "0.5"}},
		{`1.5.2 7..8`, []string{"1.5.2", "7", ".", ".8"}},
	} {
		var got []string
		l := Lexer{Text: c.text}
		for tok := l.Next(); tok.Kind != EOF; tok = l.Next() {
			got = append(got, tok.Text(c.text))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s\n got %q\nwant %q", c.text, got, c.want)
		}
	}
}

// TestBackslashes: with standard_conforming_strings off a plain literal has escapes,
// and so has a national one, but none of bits.
func TestBackslashes(t *testing.T) {
	for text, want := range map[string]string{`'\' x'`: `'\' x'`, `N'\' x'`: `N'\' x'`, `B'\' x'`: `B'\'`} {
		l := Lexer{Text: text, Backslashes: true}
		if got := l.Next().Text(text); got != want || l.Escaped != (want == text) {
			t.Errorf("%s begins with %s (escaped: %v)", text, got, l.Escaped)
		}
	}
	l := Lexer{Text: `E'\' x'`}
	if got := l.Next(); got.End != len(l.Text) || l.Escaped {
		t.Errorf("%+v (escaped: %v)", got, l.Escaped)
	}
}

func TestWords(t *testing.T) {
	if got := Fold("AZaz@[É_1"); got != "azaz@[É_1" {
		t.Error(got)
	}
	const text = `FROM "from"`
	l := Lexer{Text: text}
	if plain, quoted := l.Next(), l.Next(); !plain.IsWord(text, "from") || plain.IsWord(text, "fro") || quoted.IsWord(text, `"from"`) {
		t.Error("a keyword is a name without quotes")
	}
}

func TestList(t *testing.T) {
	const text = "a, f(b, c), '),', d[1, 2]) rest"
	l := Lexer{Text: text}
	items, end := l.List()
	var got []string
	for _, s := range items {
		got = append(got, text[s.Start:s.End])
	}
	if want := []string{"a", "f(b, c)", "'),'", "d[1, 2]"}; !slices.Equal(got, want) || text[end:] != " rest" {
		t.Errorf("%q, then %q", got, text[end:])
	}
	none := Lexer{Text: "x) rest", Pos: 1}
	if items, end := none.List(); items != nil || end != 2 {
		t.Errorf("%v in nothing, which ends at %d", items, end)
	}
}

// TestSplice: a position in a text put together is traced to the client's.
func TestSplice(t *testing.T) {
	const client = "SELECT é, x FROM f(1) WHERE y"
	src := NewSource(client, "UTF8")
	from, to := strings.Index(client, "f(1)"), strings.Index(client, " WHERE")
	var s Splice
	s.Copy(client, 0, from)
	s.Insert("(SELECT 1)", from)
	s.Copy(client, to, len(client))
	if got := s.String(); got != "SELECT é, x FROM (SELECT 1) WHERE y" {
		t.Fatal(got)
	}
	// Of x, of what is ours, of y; in characters from 1.
	for server, want := range map[int]int{11: 11, 20: 18, 35: 29, 0: 0} {
		if got := s.Position(src, server); got != want {
			t.Errorf("position %d is %d of the client's, not %d", server, got, want)
		}
	}
}

// TestSpliceOfSplices: positions are traced through a splice that was added to another.
func TestSpliceOfSplices(t *testing.T) {
	const client = "a b c"
	src := NewSource(client, "UTF8")
	var s, inner Splice
	s.Copy(client, 0, 2)
	inner.Insert("<<", 2)
	inner.Copy(client, 2, 3)
	inner.Copy(client, 3, 3)
	s.Append(&inner)
	s.Copy(client, 3, 5)
	if got := s.String(); got != "a <<b c" {
		t.Fatal(got)
	}
	for server, want := range map[int]int{1: 1, 3: 3, 4: 3, 5: 3, 7: 5, 8: 6, 99: 6} {
		if got := s.Position(src, server); got != want {
			t.Errorf("position %d is %d of the client's, not %d", server, got, want)
		}
	}
	if got := new(Splice).Position(src, 3); got != 1 {
		t.Errorf("a position in nothing is %d", got)
	}
}

func TestQuotes(t *testing.T) {
	if got := QuoteNames([]string{"a", `b"c`}); got != `"a", "b""c"` {
		t.Error(got)
	}
	if got := QuoteLiteral(`it's`); got != `'it''s'` {
		t.Error(got)
	}
	if got := QuoteLiteral(`it's \`); got != ` E'it''s \\'` {
		t.Error(got)
	}
}

// TestSource: in a client's encoding whose long characters hold ASCII bytes,
// those are no quotes, and names come back as they were.
func TestSource(t *testing.T) {
	const sql = "SELECT \"\x83\x5c\" /* \x83\x2f */ FROM t" // Shift JIS
	src := NewSource(sql, "SJIS")
	if strings.Contains(src.Lex, `\`) || len(src.Lex) != len(sql) {
		t.Errorf("the lexer gets %q", src.Lex)
	}
	name := src.UTF8[strings.IndexByte(src.UTF8, '"')+1 : strings.LastIndexByte(src.UTF8, '"')]
	if got := src.Name(name); got != "\x83\x5c" {
		t.Errorf("the name is %q", got)
	}
	if at := src.At(strings.Index(src.UTF8, "FROM")); sql[at:at+4] != "FROM" {
		t.Errorf("FROM is found at %q", sql[at:])
	}
}

// TestSourceWithoutComments: the parser gets blanks in their place, byte by byte.
func TestSourceWithoutComments(t *testing.T) {
	for sql, want := range map[string]string{
		"a /* b */ c -- d\n, 'e -- f' -- g": "a         c     \n, 'e -- f'     ",
		"'no -- comment'":                   "'no -- comment'",
		"/* é\t*/ x":                        "     \t   x",
	} {
		if got := NewSource(sql, "UTF8"); got.UTF8 != want || got.SQL != sql {
			t.Errorf("%q is parsed as %q", sql, got.UTF8)
		}
	}
}

// TestSourceOfBytes: in an encoding of one byte a character, offsets and positions count
// bytes, whatever the parser's text takes.
func TestSourceOfBytes(t *testing.T) {
	const sql = "SELECT '\xe9\xe8', x" // Latin-1
	src := NewSource(sql, "latin-1")
	if src.UTF8 != "SELECT 'éè', x" {
		t.Fatalf("parsed as %q", src.UTF8)
	}
	for what, at := range map[string]int{"'": 7, "é": 8, "è": 9, ",": 11, "x": 13} {
		if got := src.At(strings.Index(src.UTF8, what)); got != at {
			t.Errorf("%s is at %d, not %d", what, got, at)
		}
	}
	if got := src.At(1000); got != len(sql) {
		t.Errorf("what is behind the end is at %d", got)
	}
	if got := src.Characters(11); got != 11 {
		t.Errorf("%d characters in front of the comma", got)
	}
	if got := NewSource("é, x", "UTF8").Characters(len("é")); got != 1 {
		t.Errorf("%d characters in é", got)
	}
}

// TestEscapedSource: literals with backslash escapes are told as such, one that goes on
// over lines as a whole, and what stands where in the client's text is still known.
func TestEscapedSource(t *testing.T) {
	for sql, want := range map[string]string{
		`SELECT 'a\'b', 'c', '\\'`:                 `SELECT E'a\'b', 'c', E'\\'`,
		`SELECT'\''LIKE'\\'OR é'\\'`:               `SELECT E'\''LIKE E'\\'OR é E'\\'`,
		"'a'\n'\\n', 'b' '\\n'":                    "E'a'\n'\\n', 'b' E'\\n'",
		"'a' -- it's\r'\\n'\n'\\n'":                "E'a' -- it's\r'\\n'\n'\\n'",
		"'a' -- /* or\n'\\n', 'b' /* -- */\n'\\n'": "E'a' -- /* or\n'\\n', 'b' /* -- */\nE'\\n'",
		"'a' /* \n */ '\\n' E'b'\n'\\n' e'\\'''":   "'a' /* \n */ E'\\n' E'b'\n'\\n' e'\\'''",
		`X'\' U&'\0061' "\" $$\$$ b`:               `X'\' U&'\0061' "\" $$\$$ b`,
		`é, 'è\'', x`:                              `é, E'è\'', x`,
	} {
		src, ok := NewEscapedSource(sql, "UTF8")
		if !ok || src.SQL != want {
			t.Errorf("%q becomes %q, not %q", sql, src.SQL, want)
			continue
		}
		if got := src.Client(0, len(src.SQL)); got != sql {
			t.Errorf("%q of the client's is %q", sql, got)
		}
	}
	src, _ := NewEscapedSource(`'\\' || é || '\'' || x`, "UTF8")
	if x := strings.Index(src.SQL, "x"); src.Characters(x) != 21 || src.Position(0, 24) != 22 || src.Client(x, x+1) != "x" {
		t.Errorf("x has %d characters in front, and is at %d, of %q", src.Characters(x), src.Position(0, 24), src.Client(x, x+1))
	}
	src, _ = NewEscapedSource(`SELECT'\\', x`, "UTF8")
	if x := strings.Index(src.SQL, "x"); src.Characters(x) != 12 || src.Position(0, 9) != 7 || src.Position(0, 15) != 13 || src.Client(8, x) != `'\\', ` {
		t.Errorf("x has %d characters in front, the literal is at %d, and between is %q", src.Characters(x), src.Position(0, 9), src.Client(8, x))
	}
	if _, ok := NewEscapedSource(`N'\''`, "UTF8"); ok {
		t.Error("a literal of a type of its own is told as another")
	}
}
