package main

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/datamime/datamime/proxy"
)

// update rewrites what is generated of the README: go test ./cmd/datamime -run Readme -update
var update = flag.Bool("update", false, "rewrite the README's reference of functions")

// block is a fenced block of a document. test is what the comment in front of
// it says about its test:
//
//	until "TEXT"        it stays: it is interrupted once it has written TEXT
//	fails SQLSTATE      the statement fails so
//	elsewhere (REASON)  not run here
type block struct {
	line           int
	language, test string
	text           string
}

// blocksOf reads the fenced blocks of a document.
func blocksOf(t *testing.T, name string) []block {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(repository, name))
	if err != nil {
		t.Fatal(err)
	}
	var (
		blocks  []block
		current *block
		test    string
	)
	comment := regexp.MustCompile(`^<!-- test: (.*) -->$`)
	scanner := bufio.NewScanner(bytes.NewReader(content))
	for line := 1; scanner.Scan(); line++ {
		text := scanner.Text()
		m := comment.FindStringSubmatch(text)
		switch {
		case current != nil && text == "```":
			blocks = append(blocks, *current)
			current, test = nil, ""
		case current != nil:
			current.text += text + "\n"
		case strings.HasPrefix(text, "```"):
			current = &block{line: line, language: text[3:], test: test}
		case m != nil:
			test = m[1]
		}
	}
	if current != nil {
		t.Fatalf("%s: the block of line %d is not closed", name, current.line)
	}
	return blocks
}

// TestDocuments runs every command and every statement of the documents, in
// order, in front of a database of their own.
func TestDocuments(t *testing.T) {
	for _, name := range []string{"README.md", "CONTRIBUTING.md"} {
		t.Run(name, func(t *testing.T) {
			w := newWorkshop(t)
			for _, b := range blocksOf(t, name) {
				t.Run(fmt.Sprintf("line_%d", b.line), func(t *testing.T) { w.run(t, b) })
			}
		})
	}
}

// workshop is where a document's blocks run: a folder with the program on the
// PATH, a server, and the program in front of it.
type workshop struct {
	folder, path      string
	proxied, upstream string // host:port
}

func newWorkshop(t *testing.T) *workshop {
	t.Helper()
	w := &workshop{folder: t.TempDir()}
	bin := t.TempDir()
	// The program is the test binary in disguise.
	script := fmt.Sprintf("#!/bin/sh\n%s=1 exec '%s' \"$@\"\n", asProgram, os.Args[0])
	if err := os.WriteFile(filepath.Join(bin, "datamime"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	w.path = bin + string(os.PathListSeparator) + os.Getenv("PATH")
	w.upstream = fmt.Sprintf("127.0.0.1:%d", database.Port)
	w.proxied = serveInProcess(t)
	conn := connect(t, database.URL())
	if _, err := conn.Exec(t.Context(), "DROP TABLE IF EXISTS mesures, mesures_test, mesures_copy"); err != nil {
		t.Fatal(err)
	}
	if _, err := loadSample(t.Context(), database.URL()); err != nil {
		t.Fatal(err)
	}
	return w
}

// serveInProcess serves in front of the shared database until the test ends.
func serveInProcess(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	upstream, err := proxy.ParseUpstream(database.URL())
	if err != nil {
		t.Fatal(err)
	}
	srv := &proxy.Server{Upstream: upstream}
	go func() { _ = srv.Serve(listener) }()
	t.Cleanup(func() { _ = srv.Close() })
	return listener.Addr().String()
}

// run executes a block, unless it is elsewhere's or no code.
func (w *workshop) run(t *testing.T, b block) {
	switch {
	case strings.HasPrefix(b.test, "elsewhere ("):
	case b.language == "sql":
		w.runSQL(t, b)
	case b.language == "sh":
		w.runShell(t, b)
	case b.test != "":
		t.Errorf("a block of %q cannot be tested by %q", b.language, b.test)
	}
}

// statementEnd is where one statement of a block ends.
var statementEnd = regexp.MustCompile(`;[ \t]*\n`)

func (w *workshop) runSQL(t *testing.T, b block) {
	conn := connect(t, proxyURL(w.proxied))
	want, fails := strings.CutPrefix(b.test, "fails ")
	for _, sql := range statementEnd.Split(b.text, -1) {
		if strings.TrimSpace(sql) == "" {
			continue
		}
		results, err := conn.PgConn().Exec(t.Context(), sql).ReadAll()
		switch {
		case fails && !hasCode(err, want):
			t.Errorf("it fails with %v, not with %s:\n%s", err, want, sql)
		case !fails && err != nil:
			t.Errorf("%v:\n%s", err, sql)
		case !fails && strings.HasPrefix(results[0].CommandTag.String(), "SELECT") && results[0].CommandTag.RowsAffected() == 0:
			t.Errorf("it gives no row:\n%s", sql)
		}
	}
}

func (w *workshop) runShell(t *testing.T, b block) {
	text := strings.NewReplacer("127.0.0.1:5432", w.upstream, "127.0.0.1:6432", w.proxied).Replace(b.text)
	until, stays := strings.CutPrefix(b.test, "until ")
	if stays {
		// It listens itself, where nobody does.
		text = strings.ReplaceAll(text, "--listen "+w.proxied, "--listen 127.0.0.1:0")
	}
	cmd := exec.Command("bash", "-euo", "pipefail", "-c", text)
	cmd.Dir = w.folder
	if strings.Contains(text, "./cmd/") {
		cmd.Dir = repository
	}
	// The import replaces the table that the other blocks have used.
	cmd.Env = append(os.Environ(), "PATH="+w.path, "DATAMIME_IF_EXISTS=replace", "XDG_CONFIG_HOME="+w.folder)
	if stays && strings.Contains(text, "demo") {
		cmd.Env = append(cmd.Env, "DATAMIME_LISTEN=127.0.0.1:0")
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var out output
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	defer func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }()
	deadline := time.After(5 * time.Minute)
	for tick := time.NewTicker(20 * time.Millisecond); ; {
		select {
		case err := <-ended:
			if stays || err != nil {
				t.Errorf("it ended (%v):\n%s\n%s", err, text, &out)
			}
			return
		case <-deadline:
			t.Fatalf("it does not end:\n%s\n%s", text, &out)
		case <-tick.C:
			if stays && strings.Contains(out.String(), strings.Trim(until, `"`)) {
				tick.Stop()
				if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGINT); err != nil {
					t.Fatal(err)
				}
				select {
				case <-ended:
				case <-deadline:
					t.Fatalf("Ctrl-C does not end it:\n%s\n%s", text, &out)
				}
				return
			}
		}
	}
}

// TestReadmeReference: the README's reference is what datamime_help() tells.
func TestReadmeReference(t *testing.T) {
	own := newDatabase(t)
	if _, err := loadSample(t.Context(), own); err != nil {
		t.Fatal(err)
	}
	name := own[strings.LastIndex(own, "/"):]
	want := functionReference(t, connect(t, "postgres://postgres@"+serveInProcess(t)+name))
	path := filepath.Join(repository, "README.md")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- reference:begin -->\n", "<!-- reference:end -->"
	before, rest, ok := strings.Cut(string(b), begin)
	got, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("the README has no place for the reference")
	}
	if got == want {
		return
	}
	if !*update {
		t.Fatal("the reference is not what the functions tell: go test ./cmd/datamime -run Readme -update")
	}
	if err := os.WriteFile(path, []byte(before+begin+want+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

// functionReference writes what datamime_help() tells as Markdown. An example
// that the server answers by 0A000 is of a function that is not there yet.
func functionReference(t *testing.T, conn *pgx.Conn) string {
	t.Helper()
	rows, err := conn.Query(context.Background(), `SELECT function, coalesce(argument, ''), coalesce(type, ''),
		coalesce(default_value, ''), coalesce(description, ''), coalesce(example, '') FROM datamime_help()`)
	if err != nil {
		t.Fatal(err)
	}
	type entry struct{ function, argument, typ, fallback, description, example string }
	entries, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e entry, err error) {
		err = row.Scan(&e.function, &e.argument, &e.typ, &e.fallback, &e.description, &e.example)
		return e, err
	})
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	cell := strings.NewReplacer("|", `\|`).Replace
	heads := false
	for _, e := range entries {
		if e.argument != "" {
			if heads {
				text.WriteString("\n| argument | type | default | |\n| --- | --- | --- | --- |\n")
				heads = false
			}
			fmt.Fprintf(&text, "| `%s` | %s | %s | %s |\n", e.argument, cell(e.typ), cell(e.fallback), cell(e.description))
			continue
		}
		heads = true
		fmt.Fprintf(&text, "\n### %s\n\n%s\n", e.function, e.description)
		if e.example == "" {
			continue
		}
		mark := ""
		if _, err := conn.PgConn().Exec(context.Background(), e.example).ReadAll(); hasCode(err, "0A000") {
			text.WriteString("\n*It is not there yet.*\n")
			mark = "<!-- test: elsewhere (it is not there yet) -->\n"
		}
		fmt.Fprintf(&text, "\n%s```sql\n%s;\n```\n", mark, e.example)
	}
	return strings.TrimPrefix(text.String(), "\n") + "\n"
}
