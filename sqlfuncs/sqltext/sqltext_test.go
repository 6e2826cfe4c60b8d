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

func TestQuotes(t *testing.T) {
	if got := QuoteNames([]string{"a", `b"c`}); got != `"a", "b""c"` {
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
