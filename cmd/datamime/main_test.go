package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/datamime/datamime/cmd/embedded"
)

// asProgram makes the test binary behave as the program itself.
const asProgram = "DATAMIME_TEST_AS_PROGRAM"

// database is the server that the tests of this package share.
var database *embedded.Server

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	var err error
	if database, err = embedded.Start(context.Background(), embedded.Options{}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = database.Stop() }()
	return m.Run()
}

// program prepares a run of the program in a process of its own.
func program(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), asProgram+"=1", "XDG_CONFIG_HOME="+t.TempDir())
	return cmd
}

// output collects what a process writes, for a test to wait for.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// await returns the rest of the first line that starts with prefix.
func (o *output) await(t *testing.T, prefix string) string {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		for line := range strings.Lines(o.String()) {
			if rest, ok := strings.CutPrefix(line, prefix); ok && strings.HasSuffix(line, "\n") {
				return strings.TrimSpace(rest)
			}
		}
	}
	t.Fatalf("no line starts with %q in:\n%s", prefix, o.String())
	return ""
}

// runLine runs a command line in this process.
func runLine(t *testing.T, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	var out, errs bytes.Buffer
	status = exitStatus(run(t.Context(), args, stdio{strings.NewReader(""), &out, &errs}), &errs)
	return out.String(), errs.String(), status
}

func TestWrongUsage(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad.yaml")
	if err := os.WriteFile(bad, []byte("lissten: here\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ line, want string }{
		{"sevre", `"serve"`},
		{"xyzzy", "datamime --help"},
		{"serve now", `"now"`},
		{"serve --lissten x", "--lissten"},
		{"serve --listen", "--listen"},
		{"serve --listen nowhere", "host:port"},
		{"serve --log-level loud", "loud"},
		{"serve --log-format xml", "xml"},
		{"serve --drain-timeout -1s", "negative"},
		{"serve --max-sessions -1", "negative"},
		{"serve --auth-timeout 0s", "positive"},
		{"serve --upstream postgres://u:secret@h:port", "--upstream"},
		{"serve --config /does/not/exist.yaml", "/does/not/exist.yaml"},
		{"serve --config /does/not/exist", "there is no configuration file /does/not/exist"},
		{"serve --config " + bad, "lissten"},
		{"serve --max-sessions many", `--max-sessions takes a whole number, not "many": see datamime serve --help`},
		{"serve --drain-timeout 5", `--drain-timeout takes a time with its unit, such as 30s, not "5": see`},
		{"version 2", `"2"`},
		{"demo --once=maybe", `--once takes true or false, not "maybe": see`},
		{"generate m --row-count many", `--row-count: "many" is no whole number: see datamime generate --help`},
	} {
		_, stderr, status := runLine(t, strings.Fields(c.line)...)
		if status != 2 || !strings.Contains(stderr, c.want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: status %d, %q; want 2 and one line with %q", c.line, status, stderr, c.want)
		}
		if strings.Contains(stderr, "secret") {
			t.Errorf("%s: a password is shown: %q", c.line, stderr)
		}
	}
}

func TestHelpAnywhere(t *testing.T) {
	for line, want := range map[string]string{
		"":                              "Available Commands",
		"--help":                        "Available Commands",
		"serve --help":                  "--drain-timeout",
		"--help serve":                  "--drain-timeout",
		"serve --listen --help":         "--drain-timeout",
		"serve --no-such-flag x --help": "--drain-timeout",
		"demo -h":                       "--once",
		"help demo":                     "--once",
	} {
		stdout, stderr, status := runLine(t, strings.Fields(line)...)
		if status != 0 || stderr != "" || !strings.Contains(stdout, want) {
			t.Errorf("%q: status %d, stderr %q, stdout %q; want %q in it", line, status, stderr, stdout, want)
		}
	}
}

func TestVersion(t *testing.T) {
	stdout, _, status := runLine(t, "version")
	if status != 0 || !strings.HasPrefix(stdout, "datamime ") || strings.Count(stdout, "\n") != 1 {
		t.Errorf("status %d, %q", status, stdout)
	}
}

// TestConfiguration: the command line wins over the environment, which wins
// over the file.
func TestConfiguration(t *testing.T) {
	file := filepath.Join(t.TempDir(), "datamime.yaml")
	if err := os.WriteFile(file, []byte("log-level: file\nlog-format: file\nlisten: [one:file]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("DATAMIME_CONFIG", file)
	if _, stderr, _ := runLine(t, "serve"); !strings.Contains(stderr, `"file"`) {
		t.Errorf("file: %q", stderr)
	}
	t.Setenv("DATAMIME_LOG_LEVEL", "environment")
	if _, stderr, _ := runLine(t, "serve"); !strings.Contains(stderr, `"environment"`) {
		t.Errorf("environment: %q", stderr)
	}
	if _, stderr, _ := runLine(t, "serve", "--log-level", "line"); !strings.Contains(stderr, `"line"`) {
		t.Errorf("command line: %q", stderr)
	}
	t.Setenv("DATAMIME_MAX_SESSIONS", "many")
	if _, stderr, status := runLine(t, "serve"); status != 2 || !strings.Contains(stderr, `DATAMIME_MAX_SESSIONS: --max-sessions takes a whole number, not "many"`) {
		t.Errorf("wrong type: status %d, %q", status, stderr)
	}
}
