// Soak runs many clients against the proxy for a long time, each doing
// something else at random: ordinary statements, statements of ours in every
// path, stored models, portals, COPY in, out and both ways, notices and
// notifications, errors, cancels, timeouts, with TLS and without, and clients
// that vanish. Every answer is checked, and at the end goroutines and
// descriptors must be back where they began.
//
//	go run -race ./proxy/soak -for 10m -clients 64
//
// It exits with 1 when an answer was wrong or something was left behind.
package main

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/datamime/datamime/cmd/embedded"
	"github.com/datamime/datamime/proxy"
	"github.com/datamime/datamime/proxy/internal/testbed"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgproto3"
)

func main() {
	clients := flag.Int("clients", 64, "clients at once")
	length := flag.Duration("for", 10*time.Minute, "how long")
	seed := flag.Uint64("seed", 1, "of the clients' choices")
	flag.Parse()
	testbed.Main(func(ctx context.Context) error { return soak(ctx, *clients, *length, *seed) })
}

// soak runs the whole of it.
func soak(ctx context.Context, clients int, length time.Duration, seed uint64) error {
	most := fmt.Sprint(2*clients + 20)
	db, err := embedded.Start(ctx, embedded.Options{Settings: map[string]string{
		"max_connections": most, "max_wal_senders": most, "max_replication_slots": most, "wal_level": "logical",
	}})
	if err != nil {
		return err
	}
	defer db.Stop()
	dir, err := os.MkdirTemp("", "soak")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	certificates, err := certificates(dir)
	if err != nil {
		return err
	}
	before := state()
	front, err := testbed.Start(db, func(srv *proxy.Server) { srv.TLS = certificates })
	if err != nil {
		return err
	}
	if err := testbed.Execute(ctx, front.URL(), tables); err != nil {
		return fmt.Errorf("make the tables: %w", err)
	}
	t := &tally{done: make(map[string]count)}
	until := time.Now().Add(length)
	var wg sync.WaitGroup
	for i := range clients {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(seed, uint64(i)))
			for ctx.Err() == nil && time.Now().Before(until) {
				live(ctx, front, r, until, t)
			}
		})
	}
	go t.report(until)
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	stopping, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	if err := front.Shutdown(stopping); err != nil {
		return err
	}
	t.print()
	if n := t.wrong.Load(); n > 0 {
		return fmt.Errorf("%d wrong answers", n)
	}
	return settled(before)
}

// certificates are the proxy's, in files of a folder.
func certificates(dir string) (*proxy.Certificates, error) {
	cert, key, err := testbed.Certificate()
	if err != nil {
		return nil, err
	}
	certFile, keyFile := filepath.Join(dir, "server.crt"), filepath.Join(dir, "server.key")
	if err := errors.Join(os.WriteFile(certFile, cert, 0o644), os.WriteFile(keyFile, key, 0o600)); err != nil {
		return nil, err
	}
	return proxy.LoadCertificates(certFile, keyFile, "", false)
}

// address is where a client connects to: half of them with TLS.
func address(front *testbed.Front, r *rand.Rand, parameters string) string {
	mode := []string{"disable", "require"}[r.IntN(2)]
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=%s%s", front.Port, mode, parameters)
}

// live is one client, from connection to its end, by agreement or without.
func live(ctx context.Context, front *testbed.Front, r *rand.Rand, until time.Time, t *tally) {
	conn, err := pgx.Connect(ctx, address(front, r, ""))
	if err != nil {
		t.fault(ctx, "connect", err)
		return
	}
	for range 1 + r.IntN(40) {
		if time.Now().After(until) {
			break
		}
		a := acts[r.IntN(len(acts))]
		begun := time.Now()
		if err := a.do(ctx, conn, r); err != nil {
			t.fault(ctx, a.name, err)
			conn.Close(ctx)
			return
		}
		t.count(a.name, begun)
	}
	begun := time.Now()
	switch r.IntN(6) {
	case 0, 1:
		vanish(conn, r)
		t.count("vanish", begun)
		return
	case 2:
		if err := fails(run(ctx, conn, "SELECT pg_terminate_backend(pg_backend_pid())"), "57P01"); err != nil {
			t.fault(ctx, "terminated", err)
		}
		t.count("terminated", begun)
	case 3:
		if err := replicate(ctx, address(front, r, "&replication=database"), r); err != nil {
			t.fault(ctx, "copy both ways", err)
		}
		t.count("copy both ways", begun)
	}
	conn.Close(ctx)
}

// vanish leaves in the middle of something.
func vanish(conn *pgx.Conn, r *rand.Rand) {
	statements := []string{
		"SELECT * FROM generate_series(1, 100000)",
		"SELECT * FROM " + call(r, "1000000"),
		"INSERT INTO sink SELECT at, sensor, value FROM " + call(r, "1000000"),
		"SELECT count(*) FROM " + call(r, "300000"),
		"SELECT * FROM datamime_evaluate('source', 'at', ARRAY['sensor'], 'value')",
	}
	raw := conn.PgConn().Conn()
	conn.PgConn().Frontend().SendQuery(&pgproto3.Query{String: statements[r.IntN(len(statements))]})
	conn.PgConn().Frontend().Flush()
	time.Sleep(time.Duration(r.IntN(50)) * time.Millisecond)
	if c, ok := raw.(*tls.Conn); ok && r.IntN(2) == 0 {
		raw = c.NetConn()
	}
	if c, ok := raw.(*net.TCPConn); ok && r.IntN(2) == 0 {
		c.SetLinger(0)
	}
	raw.Close()
}

// left is what a process holds.
type left struct{ goroutines, descriptors int }

func state() left {
	fds, _ := os.ReadDir("/proc/self/fd")
	return left{runtime.NumGoroutine(), len(fds)}
}

// settled waits for what was held before.
func settled(before left) error {
	var now left
	for range 200 {
		runtime.GC()
		now = state()
		if now.goroutines <= before.goroutines && now.descriptors <= before.descriptors {
			fmt.Printf("left behind: nothing (%d goroutines, %d descriptors, as before)\n", now.goroutines, now.descriptors)
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	stacks := make([]byte, 1<<20)
	os.Stderr.Write(stacks[:runtime.Stack(stacks, true)])
	return fmt.Errorf("left behind: %+v, before it was %+v", now, before)
}
