package main

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// startServe runs serve in a process of its own, in front of the shared
// database, and returns it with what it wrote and where it listens.
func startServe(t *testing.T, args ...string) (process *os.Process, stderr *output, address string, ended <-chan int) {
	t.Helper()
	if len(args) == 0 || !strings.HasPrefix(args[0], "--listen") {
		args = append([]string{"--listen=127.0.0.1:0"}, args...)
	}
	cmd := program(t, append([]string{"serve", "--upstream", database.URL()}, args...)...)
	stderr = &output{}
	cmd.Stderr = stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan int, 1)
	go func() {
		_ = cmd.Wait()
		done <- cmd.ProcessState.ExitCode()
	}()
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	address, _, _ = strings.Cut(stderr.await(t, "datamime: listening on "), ",")
	return cmd.Process, stderr, address, done
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func proxyURL(address string) string {
	return "postgres://postgres@" + address + "/postgres?sslmode=disable"
}

// exit waits for a process to end.
func exit(t *testing.T, ended <-chan int) int {
	t.Helper()
	select {
	case status := <-ended:
		return status
	case <-time.After(time.Minute):
		t.Fatal("the process did not end")
		return 0
	}
}

// TestServeDrains: a first SIGTERM lets a running statement finish, refuses
// new connections and ends with status 0.
func TestServeDrains(t *testing.T) {
	process, stderr, address, ended := startServe(t)
	holder, conn := connect(t, database.URL()), connect(t, proxyURL(address))
	hold := func(what string) {
		t.Helper()
		if _, err := holder.Exec(t.Context(), "SELECT pg_advisory_"+what+"(9001)"); err != nil {
			t.Fatal(err)
		}
	}
	hold("lock")
	answered := make(chan error, 1)
	go func() {
		var n int
		answered <- conn.QueryRow(context.Background(), "SELECT 1 FROM pg_advisory_xact_lock(9001)").Scan(&n)
	}()
	waits(t, conn, "advisory")
	if err := process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for accepted := true; accepted; {
		c, err := net.Dial("tcp", address)
		if accepted = err == nil; accepted {
			_ = c.Close()
			time.Sleep(5 * time.Millisecond)
		}
	}
	select {
	case status := <-ended:
		t.Fatalf("it ended before the running statement: status %d: %s", status, stderr)
	case err := <-answered:
		t.Fatalf("the running statement ended with %v", err)
	default:
	}
	hold("unlock")
	if err := <-answered; err != nil {
		t.Errorf("the running statement failed: %v", err)
	}
	if status := exit(t, ended); status != 0 {
		t.Errorf("status %d: %s", status, stderr)
	}
}

// waits waits until the server has a connection wait for an event.
func waits(t *testing.T, conn *pgx.Conn, event string) {
	t.Helper()
	watch := connect(t, database.URL())
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		var waiting bool
		err := watch.QueryRow(t.Context(), "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $1 AND wait_event = $2)",
			conn.PgConn().PID(), event).Scan(&waiting)
		switch {
		case err != nil:
			t.Fatal(err)
		case waiting:
			return
		case time.Now().After(deadline):
			t.Fatalf("no connection waits for %s", event)
		}
	}
}

// sleep has a connection wait for an answer until it is cut, at the test's end
// at the latest.
func sleep(t *testing.T, conn *pgx.Conn) {
	t.Helper()
	cut := make(chan struct{})
	go func() {
		defer close(cut)
		_, _ = conn.Exec(context.Background(), "SELECT pg_sleep(1000)")
	}()
	t.Cleanup(func() {
		_ = conn.PgConn().Conn().Close()
		<-cut
	})
	waits(t, conn, "PgSleep")
}

func TestDrainTimeout(t *testing.T) {
	process, stderr, address, ended := startServe(t, "--drain-timeout", "300ms")
	conn := connect(t, proxyURL(address))
	sleep(t, conn)
	if err := process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if status := exit(t, ended); status != 0 || !strings.Contains(stderr.String(), "cut off") {
		t.Errorf("status %d: %s", status, stderr)
	}
}

func TestSecondSignalEndsAtOnce(t *testing.T) {
	process, stderr, address, ended := startServe(t)
	conn := connect(t, proxyURL(address))
	sleep(t, conn)
	if err := process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	stderr.await(t, "time=")
	if err := process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if status := exit(t, ended); status != 1 {
		t.Errorf("status %d: %s", status, stderr)
	}
}

func TestHangupDoesNotEnd(t *testing.T) {
	process, _, address, _ := startServe(t)
	if err := process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	time.Sleep(100 * time.Millisecond)
	connect(t, proxyURL(address))
}

func TestUnixSocket(t *testing.T) {
	dir, err := os.MkdirTemp("", "dm")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket := filepath.Join(dir, ".s.PGSQL.6432")
	stale, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	stale.(*net.UnixListener).SetUnlinkOnClose(false)
	if err := stale.Close(); err != nil {
		t.Fatal(err)
	}
	process, _, address, ended := startServe(t, "--listen="+dir)
	if address != socket {
		t.Errorf("it listens on %s", address)
	}
	connect(t, "host="+dir+" port=6432 user=postgres dbname=postgres")
	if _, stderr, status := runLine(t, "serve", "--listen", dir); status != 1 || !strings.Contains(stderr, "already") {
		t.Errorf("a second one: status %d, %q", status, stderr)
	}
	if err := process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	exit(t, ended)
	if _, err := os.Stat(socket); !os.IsNotExist(err) {
		t.Errorf("the socket is still there: %v", err)
	}
}

func TestCannotListen(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	for address, want := range map[string]string{
		taken.Addr().String(): "port taken",
		"192.0.2.1:6432":      "no address of this machine",
		"/does/not/exist/s":   "socket",
	} {
		for _, verb := range []string{"serve", "demo"} {
			_, stderr, status := runLine(t, verb, "--listen", address)
			if status != 1 || !strings.Contains(stderr, want) || !strings.Contains(stderr, "--listen") || strings.Count(stderr, "\n") != 1 {
				t.Errorf("%s on %s: status %d, %q; want one line with %q", verb, address, status, stderr, want)
			}
		}
	}
}

func TestJSONLog(t *testing.T) {
	cmd := program(t, "serve", "--listen=127.0.0.1:0", "--log-format=json", "--log-level=error", "--upstream", database.URL())
	var stderr output
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Wait() }()
	defer func() { _ = cmd.Process.Kill() }()
	line := "{" + stderr.await(t, "{")
	var record struct{ Msg, Address string }
	if err := json.Unmarshal([]byte(line), &record); err != nil || record.Msg != "listening" {
		t.Fatalf("%v: %s", err, line)
	}
	connect(t, proxyURL(record.Address))
}

func TestMetrics(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	_, _, address, _ := startServe(t, "--metrics", at)
	connect(t, proxyURL(address))
	for path, want := range map[string]string{"/metrics": "datamime_", "/healthz": "ok"} {
		response, err := http.Get("http://" + at + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != http.StatusOK || !strings.Contains(string(body), want) {
			t.Errorf("%s: %s, %v: %.100s", path, response.Status, err, body)
		}
	}
	if _, stderr, status := runLine(t, "serve", "--listen=127.0.0.1:0", "--metrics", at); status != 1 || !strings.Contains(stderr, "--metrics") {
		t.Errorf("taken: status %d, %q", status, stderr)
	}
	if _, stderr, status := runLine(t, "serve", "--listen=127.0.0.1:0", "--metrics", "here"); status != 2 || !strings.Contains(stderr, "--metrics") {
		t.Errorf("no address: status %d, %q", status, stderr)
	}
}
