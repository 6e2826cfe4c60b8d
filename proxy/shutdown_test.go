package proxy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestShutdown ends sessions at rest at once, and the others with the answer
// to what they asked.
func TestShutdown(t *testing.T) { onBothRelays(t, "", testShutdown) }

func testShutdown(t *testing.T, relay func(*Server)) {
	srv, address := serve(t, "", relay)
	idle, busy, asking := openSession(t, address), openSession(t, address), openSession(t, address)
	busy.conn.Write(message('Q', zstring("SELECT pg_sleep(0.5), 'done'")))
	asking.conn.Write(message('P', zstring(""), zstring("SELECT 1"), []byte{0, 0}))
	wait(t, "the statement", func() bool { return atWork(srv) == 1 })
	ended := draining(srv)
	wantFatal(t, idle.conn, "57P01")
	wantFatal(t, asking.conn, "57P01")
	if c, err := net.Dial("tcp", address); err == nil {
		c.Close()
		t.Error("a new connection was accepted")
	}
	b, err := io.ReadAll(busy.conn)
	if err != nil || !bytes.Contains(b, []byte("done")) || !bytes.Contains(b, []byte("57P01")) {
		t.Errorf("the statement under way ended with %q, %v", b, err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// draining shuts a server down, and tells how that ended.
func draining(srv *Server) <-chan error {
	ended := make(chan error, 1)
	go func() {
		ctx, stop := context.WithTimeout(context.Background(), patience)
		defer stop()
		ended <- srv.Shutdown(ctx)
	}()
	return ended
}

// atWork counts the sessions whose client awaits an answer.
func atWork(srv *Server) (n int) {
	for _, s := range srv.all() {
		if s.track.busy() {
			n++
		}
	}
	return n
}

func TestShutdownInTime(t *testing.T) {
	srv, address := serve(t, "")
	busy := openSession(t, address)
	busy.conn.Write(message('Q', zstring("SELECT pg_sleep(100)")))
	wait(t, "the statement", func() bool { return atWork(srv) == 1 })
	ctx, stop := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer stop()
	if err := srv.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Shutdown returned %v", err)
	}
	if _, err := io.ReadAll(busy.conn); err != nil {
		t.Errorf("the session ended with %v", err)
	}
}

// TestShutdownSlowClients gives clients that have yet to read the whole answer
// to what they asked: of some of them it has left the server already.
func TestShutdownSlowClients(t *testing.T) {
	onBothRelays(t, "", func(t *testing.T, relay func(*Server)) {
		srv, address := serve(t, "", relay)
		var clients [48]*peer
		size := func(i int) int { return (i + 1) * 128 << 10 }
		for i := range clients {
			clients[i] = openSession(t, address)
			clients[i].conn.Write(message('Q', zstring(fmt.Sprintf("SELECT repeat('x', %d)", size(i)))))
		}
		for _, c := range clients {
			if _, err := c.peek(headLen); err != nil { // the answer has begun
				t.Fatal(err)
			}
		}
		ended := draining(srv)
		time.Sleep(200 * time.Millisecond) // none has its answer by then
		for i, c := range clients {
			rest, err := io.ReadAll(c.conn)
			b := append(bytes.Clone(c.unread()), rest...)
			ready := bytes.Index(b, message('Z', []byte("I")))
			if err != nil || bytes.Count(b, []byte("x")) < size(i) || ready < size(i) || !bytes.Contains(b[ready:], []byte("57P01")) {
				t.Errorf("%d bytes of %d and the end, ready at %d, %v: %q", len(b), size(i), ready, err, b[max(len(b)-100, 0):])
			}
		}
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// TestShutdownUnderLoad drains while clients ask: whatever reached the server
// must be answered to the client.
func TestShutdownUnderLoad(t *testing.T) {
	onBothRelays(t, "", func(t *testing.T, relay func(*Server)) {
		var answered atomic.Int64
		upstream, received := countingServer(t, answerRow, time.Millisecond)
		srv, address := serve(t, upstream, relay)
		var clients sync.WaitGroup
		for range 16 {
			p := openSession(t, address)
			clients.Go(func() {
				for {
					p.conn.Write(message('Q', zstring("SELECT 1")))
					for typ := byte(0); typ != 'Z'; {
						_, size, err := p.head()
						if err != nil {
							return
						}
						m, err := p.take(size)
						if err != nil || m[0] == 'E' {
							return
						}
						typ = m[0]
					}
					answered.Add(1)
				}
			})
		}
		wait(t, "load", func() bool { return received.Load() > 1000 })
		if err := <-draining(srv); err != nil {
			t.Error(err)
		}
		clients.Wait()
		if received.Load() != answered.Load() {
			t.Errorf("%d statements reached the server, %d were answered", received.Load(), answered.Load())
		}
	})
}
