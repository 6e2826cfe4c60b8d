package sqlfuncs

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestContains(t *testing.T) {
	for sql, want := range map[string]bool{
		"":                               false,
		"select 1":                       false,
		"datamim":                        false,
		"datamime":                       true,
		"select * from DataMime_help()":  true,
		"ddatamime":                      true,
		"dadatamimee":                    true,
		"x datamim e":                    false,
		`select U&"d\0061tamime_help"()`: true,
		`select u&"x"`:                   true,
		`select a&"x", u & "y", U&'z' &`: false,
		"select 'é' datamime":            true,
	} {
		if got := Contains([]byte(sql)); got != want {
			t.Errorf("%s: %v", sql, got)
		}
	}
	sql := []byte(strings.Repeat("select datamim from u & x; ", 100))
	if n := testing.AllocsPerRun(100, func() { Contains(sql) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkContains(b *testing.B) {
	sql := []byte("UPDATE pgbench_accounts SET abalance = abalance + 4321 WHERE aid = 123456 RETURNING abalance, filler;")
	b.SetBytes(int64(len(sql)))
	for b.Loop() {
		Contains(sql)
	}
}

var utf8Text = LexOptions{StandardConformingStrings: true, ClientEncoding: "UTF8"}

func TestParseScript(t *testing.T) {
	script, err := Parse("BEGIN; SELECT 'é' ; /* c */ SELECT datamime_version(); COMMIT", utf8Text)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, st := range script.Statements {
		got = append(got, strings.TrimSpace(st.SQL))
	}
	if want := "BEGIN|SELECT 'é'|/* c */ SELECT datamime_version()|COMMIT"; strings.Join(got, "|") != want {
		t.Errorf("cut into %s", strings.Join(got, "|"))
	}
	st := script.Statements
	if st[0].Kind != Transaction || st[1].Kind != Ordinary || st[0].Ours || st[1].Ours || !st[2].Ours || st[3].Ours {
		t.Error("the statements are not told apart")
	}
	if st[2].Offset != len([]rune("BEGIN; SELECT 'é' ;")) {
		t.Errorf("offset %d", st[2].Offset)
	}
}

func TestKinds(t *testing.T) {
	for sql, want := range map[string]Kind{
		"START TRANSACTION": Transaction, "SAVEPOINT a": Transaction, "PREPARE TRANSACTION 'x'": Transaction,
		"VACUUM": NoBlock, "ANALYZE": Ordinary, "CREATE DATABASE x": NoBlock, "REINDEX DATABASE x": NoBlock, "REINDEX TABLE x": Ordinary,
		"REINDEX TABLE CONCURRENTLY x": NoBlock, "CREATE INDEX CONCURRENTLY ON x (y)": NoBlock, "DROP INDEX CONCURRENTLY x": NoBlock,
		"DISCARD ALL": NoBlock, "DISCARD TEMP": Ordinary, "ALTER SYSTEM SET a = 1": NoBlock, "CLUSTER": NoBlock, "CLUSTER x": Ordinary,
		"COPY x FROM STDIN": CopyFromStdin, "COPY x TO STDOUT": Ordinary, "COPY x FROM '/y'": Ordinary, "COPY x FROM PROGRAM 'y'": Ordinary,
	} {
		script, err := Parse(sql+"; SELECT datamime_version()", utf8Text)
		if err != nil || script == nil {
			t.Fatal(sql, err)
		}
		if got := script.Statements[0].Kind; got != want {
			t.Errorf("%s: kind %d", sql, got)
		}
	}
}

// TestNotOurs: texts that go to the server as they are.
func TestNotOurs(t *testing.T) {
	for _, sql := range []string{
		"", ";", "SELECT 'datamime_version()'", "SELECT 1 -- datamime_version()", "SELECT $$datamime_version()$$", "SELECT /* datamime_version() */ 1",
		`SELECT "datamime_version" FROM t`, "SELECT other.datamime_versions()", "SELECT datamime_version", "SELECT datamime_version() FROM FROM",
		"DO $$BEGIN PERFORM datamime_version(); END$$", "CREATE TABLE datamime_version (a int)", "INSERT INTO datamime_t (a) VALUES (1)",
		"SELECT datamime_version(\x00)", "SELECT mydatamime_version()", "SELECT datamime_version() \xff",
	} {
		if script, err := Parse(sql, utf8Text); script != nil || err != nil {
			t.Errorf("%q: %v %v", sql, script, err)
		}
	}
}

func TestLimits(t *testing.T) {
	call := "SELECT * FROM datamime_version()"
	for sql, code := range map[string]string{
		call + strings.Repeat(" ", 2<<20):                                               "54000",
		call + " WHERE version IN ('a'" + strings.Repeat(",'a'", 60_000) + ")":          "54000",
		call + " WHERE true" + strings.Repeat(" AND NOT false", 9_000):                  "54001",
		call + " WHERE " + strings.Repeat("(", 600) + "true" + strings.Repeat(")", 600): "54001",
		call + " WHERE 1 = 1" + strings.Repeat("+1", 100_000):                           "54000",
		call + " WHERE 1 = 1" + strings.Repeat("+1", 40_000):                            "54001",
		call + " WHERE 1 = 1" + strings.Repeat("+1", 7_000):                             "54001",
		call + " WHERE 1 = 1" + strings.Repeat("::int", 3_900):                          "",
	} {
		_, err := Parse(sql, utf8Text)
		if got, _, _, _ := failedOrNone(err); got != code {
			t.Errorf("%s...: %s, not %s", sql[:60], got, code)
		}
	}
}

func failedOrNone(err error) (string, string, string, int) {
	if err == nil {
		return "", "", "", 0
	}
	return failed(err)
}

func TestLexOptions(t *testing.T) {
	off := LexOptions{ClientEncoding: "UTF8"}
	if script, err := Parse(`SELECT '\' || datamime_version() --'`, off); script != nil || err != nil {
		t.Errorf("what is in a literal with standard_conforming_strings off is taken for a call: %v", err)
	}
	script, err := Parse(`SELECT 'a\'b', datamime_version()`, off)
	if err != nil || script.Statements[0].SQL != `SELECT E'a\'b', datamime_version()` {
		t.Fatalf("a literal that pg_query reads otherwise becomes %v, %v", script, err)
	}
	if got := script.Statements[0].calls[0].wrong.Position; got != 16 {
		t.Errorf("behind it the call stands at %d", got)
	}
	if _, err := Parse(`SELECT N'a\'b', datamime_version()`, off); err == nil || err.(*Error).Code != "0A000" {
		t.Errorf("a literal that cannot be told otherwise is let through: %v", err)
	}
	if script, err := Parse(`SELECT E'a\'b' FROM datamime_version()`, off); script == nil || err != nil {
		t.Errorf("an escaped literal is refused: %v", err)
	}
	// é in Latin-1 is one byte, and one character.
	script, err = Parse("SELECT '\xe9', \"d\xe9j\xe0\".version FROM datamime_version() AS \"d\xe9j\xe0\"", LexOptions{StandardConformingStrings: true, ClientEncoding: "LATIN1"})
	if err != nil || script == nil {
		t.Fatal(script, err)
	}
	c := script.Statements[0].calls[0]
	if c.alias != "d\xe9j\xe0" || script.Statements[0].source.SQL[c.start:c.end] != "datamime_version()" {
		t.Errorf("alias %q at %d", c.alias, c.start)
	}
}

// golden are statements and what the server gets in their place.
var golden = map[string]string{
	"SELECT datamime_version()": `SELECT * FROM (SELECT datamime_version.c1::pg_catalog.text AS "version", datamime_version.c2::pg_catalog.text AS "commit", datamime_version.c3::pg_catalog.text AS "postgres" ` +
		`FROM (SELECT pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[]), pg_catalog.unnest($3::pg_catalog.text[])) AS datamime_version(c1, c2, c3)) AS "datamime_version"`,
	"SELECT /*1*/ ( ( datamime_version ( ) ) ) . * /*2*/ INTO temp a . b /*3*/ ORDER BY 1": `SELECT /*1*/ * /*2*/ INTO temp a . b FROM (…) AS "datamime_version" /*3*/ ORDER BY 1`,
	"SELECT datamime_version() AS v LIMIT 1":                                               `SELECT * FROM (…) AS "v" LIMIT 1`,
	"(SELECT (datamime_version())) UNION ALL SELECT $1":                                    `(SELECT * FROM (…) AS "datamime_version") UNION ALL SELECT $1`,
	"SELECT v.version FROM datamime_version() v(a) -- c":                                   `SELECT v.version FROM (…) v(a) -- c`,
	"SELECT postgres FROM datamime_version(), t": `SELECT postgres FROM (SELECT NULL::pg_catalog.text AS "version", NULL::pg_catalog.text AS "commit", datamime_version.c3::pg_catalog.text AS "postgres" ` +
		`FROM (SELECT pg_catalog.unnest($1::pg_catalog.text[])) AS datamime_version(c3)) AS "datamime_version", t`,
	"SELECT $3, ordinality FROM DATAMIME_VERSION() WITH /* o */ ORDINALITY": `SELECT $3, ordinality FROM (SELECT datamime_version.c1::pg_catalog.text AS "version", NULL::pg_catalog.text AS "commit", ` +
		`NULL::pg_catalog.text AS "postgres", datamime_version.o AS ordinality FROM ROWS FROM (pg_catalog.unnest($4::pg_catalog.text[])) WITH ORDINALITY AS datamime_version(c1, o)) AS "datamime_version"`,
	`SELECT U&"\0061".version FROM U&"d\0061tamime_version"() AS U&"\0061"`: `SELECT U&"\0061".version FROM (SELECT datamime_version.c1::pg_catalog.text AS "version", NULL::pg_catalog.text AS "commit", ` +
		`NULL::pg_catalog.text AS "postgres" FROM (SELECT pg_catalog.unnest($1::pg_catalog.text[])) AS datamime_version(c1)) AS U&"\0061"`,
}

func TestRewrite(t *testing.T) {
	full := golden["SELECT datamime_version()"]
	full = full[strings.Index(full, "("):strings.Index(full, ` AS "datamime_version"`)]
	for sql, want := range golden {
		script, err := Parse(sql, utf8Text)
		if err != nil || script == nil {
			t.Errorf("%s: %v", sql, err)
			continue
		}
		p, err := script.Statements[0].Prepare(t.Context(), nil, nil)
		if err != nil {
			t.Errorf("%s: %v", sql, err)
			continue
		}
		w := full
		if strings.Contains(sql, "$1") {
			w = strings.NewReplacer("$3", "$4", "$2", "$3", "$1", "$2").Replace(full)
		}
		if want = strings.Replace(want, "(…)", w, 1); p.SQL != want {
			t.Errorf("%s\n got %s\nwant %s", sql, p.SQL, want)
		}
	}
}

// FuzzParse: no text panics or hangs, and what comes out is cut from it.
func FuzzParse(f *testing.F) {
	for _, e := range failures {
		f.Add(e.sql, true, "UTF8")
	}
	for _, sql := range composed {
		f.Add(strings.ReplaceAll(sql, "@", someRows), false, "LATIN1")
	}
	f.Add("SELECT datamime_x(", true, "UTF8")
	f.Add("SELECT (datamime_version()).* INTO", true, "SJIS")
	f.Add("SELECT a.datamime_generate()", true, "UTF8")
	f.Add("select datamime_a(),;$$", false, "")
	f.Fuzz(func(t *testing.T, sql string, conforming bool, encoding string) {
		defer time.AfterFunc(time.Minute, func() { panic("hangs on " + sql) }).Stop()
		contains := Contains([]byte(sql))
		script, err := Parse(sql, LexOptions{StandardConformingStrings: conforming, ClientEncoding: encoding})
		if script != nil && !contains {
			t.Fatal("a call that Contains does not see")
		}
		if err != nil || script == nil {
			return
		}
		for _, st := range script.Statements {
			if st.source.SQL[st.start:st.end] != st.SQL {
				t.Fatal("a statement that is not a piece of the text")
			}
			for _, c := range st.calls {
				if c.start < st.start || c.end > st.end || c.start >= c.end {
					t.Fatalf("call at %d to %d of a statement at %d to %d", c.start, c.end, st.start, st.end)
				}
				if fn := functionNamed(c.name); fn == nil || c.wrong != nil {
					continue
				} else if fn.name == "version" || fn.name == "help" {
					_, _ = st.Prepare(context.Background(), refusing{}, nil)
				}
			}
		}
	})
}

// refusing is a session that answers nothing.
type refusing struct{ Session }

var errRefused = errors.New("no server here")

func (refusing) Describe(context.Context, string, []uint32) ([]Field, []uint32, error) {
	return nil, nil, errRefused
}
func (refusing) Query(context.Context, string, []Param, Format, func([][]byte) error) error {
	return errRefused
}
func (refusing) Parameter(string) string { return "" }
