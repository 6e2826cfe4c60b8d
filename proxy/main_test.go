package proxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/datamime/datamime/cmd/embedded"
	"go.uber.org/goleak"
)

// postgres is the server that this package's tests share.
var postgres *embedded.Server

// postgresVersion is its major version.
var postgresVersion int

func TestMain(m *testing.M) { os.Exit(runTests(m)) }

func runTests(m *testing.M) int {
	ctx, stop := context.WithTimeout(context.Background(), 5*time.Minute)
	defer stop()
	var err error
	if postgresVersion, err = embedded.TestVersion(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	postgres, err = embedded.Start(ctx, embedded.Options{
		Version: postgresVersion,
		HBA: strings.Join([]string{
			"local all all trust",
			"host all with_password all password",
			"host all with_md5 all md5",
			"host all with_scram all scram-sha-256",
			"host all rejected all reject",
			"host replication all all trust",
			"host all all all trust",
		}, "\n") + "\n",
		Settings: map[string]string{
			"wal_level":       "logical",
			"max_connections": "150",
			"wal_keep_size":   "1GB", // a checkpoint removes nothing that a walsender reads
			"lc_messages":     "C",
		},
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	code := m.Run()
	if err := postgres.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	return code
}

// serve runs a Server in front of upstream (a connection string; "" is the
// shared server) until the test ends, and returns where it listens. The
// server is set up by the functions given.
func serve(t testing.TB, upstream string, setup ...func(*Server)) (*Server, string) {
	t.Helper()
	if upstream == "" {
		upstream = postgres.URL()
	}
	u, err := ParseUpstream(upstream)
	if err != nil {
		t.Fatal(err)
	}
	srv := &Server{Upstream: u, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	for _, f := range setup {
		f(srv)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	t.Cleanup(func() {
		ctx, stop := context.WithTimeout(context.Background(), patience)
		defer stop()
		if err := srv.Shutdown(ctx); err != nil {
			t.Errorf("shutdown: %v", err)
		}
		if err := <-done; err != ErrServerClosed {
			t.Errorf("Serve returned %v", err)
		}
	})
	return srv, l.Addr().String()
}

// onBothRelays runs a test with sessions in the event loop and on goroutines.
func onBothRelays(t *testing.T, name string, f func(t *testing.T, relay func(*Server))) {
	t.Run(name+"/loop", func(t *testing.T) { f(t, func(*Server) {}) })
	t.Run(name+"/goroutines", func(t *testing.T) { f(t, func(s *Server) { s.loopless = true }) })
}

// settles waits until the process has no more goroutines and descriptors than
// before.
func settles(t *testing.T, f func()) {
	t.Helper()
	f0, g0 := descriptors(t), runtime.NumGoroutine()
	f()
	var fds, gs int
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(25 * time.Millisecond) {
		fds, gs = descriptors(t), runtime.NumGoroutine()
		if fds <= f0 && gs <= g0 {
			return
		}
	}
	t.Errorf("left over: %d descriptors, %d goroutines", fds-f0, gs-g0)
}

func descriptors(t *testing.T) int {
	entries, err := os.ReadDir("/proc/self/fd")
	if errors.Is(err, fs.ErrNotExist) {
		entries, err = os.ReadDir("/dev/fd")
	}
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}
