// Soak runs many clients against the proxy for a long time, each doing
// something else at random: ordinary statements, statements of ours in every
// path, COPY both ways, errors, cancels, and clients that vanish. Every answer
// is checked, and at the end goroutines and descriptors must be back where
// they began.
//
//	go run -race ./proxy/soak -for 10m -clients 64
//
// It exits with 1 when an answer was wrong or something was left behind.
package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/datamime/datamime/cmd/embedded"
	"github.com/datamime/datamime/proxy/internal/testbed"
	"github.com/jackc/pgx/v5"
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
	db, err := embedded.Start(ctx, embedded.Options{Settings: map[string]string{"max_connections": fmt.Sprint(2*clients + 20)}})
	if err != nil {
		return err
	}
	defer db.Stop()
	if err := testbed.Execute(ctx, db.URL(), tables); err != nil {
		return fmt.Errorf("make the tables: %w", err)
	}
	before := state()
	front, err := testbed.Start(db)
	if err != nil {
		return err
	}
	t := &tally{done: make(map[string]int)}
	until := time.Now().Add(length)
	var wg sync.WaitGroup
	for i := range clients {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(seed, uint64(i)))
			for time.Now().Before(until) {
				live(ctx, front.URL(), r, until, t)
			}
		})
	}
	go t.report(until)
	wg.Wait()
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

// live is one client, from connection to its end, by agreement or without.
func live(ctx context.Context, url string, r *rand.Rand, until time.Time, t *tally) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.fault("connect", err)
		return
	}
	for range 1 + r.IntN(40) {
		if time.Now().After(until) {
			break
		}
		a := acts[r.IntN(len(acts))]
		if err := a.do(ctx, conn, r); err != nil {
			t.fault(a.name, err)
			conn.Close(ctx)
			return
		}
		t.count(a.name)
	}
	if r.IntN(3) == 0 {
		vanish(conn, r)
		t.count("vanish")
		return
	}
	conn.Close(ctx)
}

// vanish leaves in the middle of something.
func vanish(conn *pgx.Conn, r *rand.Rand) {
	statements := []string{
		"SELECT * FROM generate_series(1, 100000)",
		"SELECT * FROM datamime_generate('source', 'at', ARRAY['sensor'], 'value', 1000000)",
		"INSERT INTO sink SELECT at, sensor, value FROM datamime_generate('source', 'at', ARRAY['sensor'], 'value', 1000000)",
		"SELECT count(*) FROM datamime_generate('source', 'at', ARRAY['sensor'], 'value', 300000)",
	}
	raw := conn.PgConn().Conn()
	conn.PgConn().Frontend().SendQuery(query(statements[r.IntN(len(statements))]))
	conn.PgConn().Frontend().Flush()
	time.Sleep(time.Duration(r.IntN(50)) * time.Millisecond)
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

// tally counts what was done.
type tally struct {
	mu    sync.Mutex
	done  map[string]int
	wrong atomic.Int64
}

func (t *tally) count(what string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.done[what]++
}

func (t *tally) fault(what string, err error) {
	t.wrong.Add(1)
	fmt.Fprintf(os.Stderr, "%s: %v\n", what, err)
}

// report prints how it goes, once a minute.
func (t *tally) report(until time.Time) {
	for time.Now().Before(until) {
		time.Sleep(min(time.Minute, time.Until(until)))
		t.print()
	}
}

func (t *tally) print() {
	t.mu.Lock()
	defer t.mu.Unlock()
	total := 0
	for _, n := range t.done {
		total += n
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	fmt.Printf("%d acts, %d wrong, %d goroutines, heap %d MB: %v\n",
		total, t.wrong.Load(), runtime.NumGoroutine(), m.HeapAlloc>>20, t.done)
}
