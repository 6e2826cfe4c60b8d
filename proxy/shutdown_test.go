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
	time.Sleep(100 * time.Millisecond)
	ended := make(chan error, 1)
	go func() {
		ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
		defer stop()
		ended <- srv.Shutdown(ctx)
	}()
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

func TestShutdownInTime(t *testing.T) {
	srv, address := serve(t, "")
	busy := openSession(t, address)
	busy.conn.Write(message('Q', zstring("SELECT pg_sleep(10)")))
	time.Sleep(100 * time.Millisecond)
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
		ended := make(chan error, 1)
		go func() {
			ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
			defer stop()
			ended <- srv.Shutdown(ctx)
		}()
		time.Sleep(200 * time.Millisecond)
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
		var received, answered atomic.Int64
		srv, address := serve(t, fakeServer(t, func(c *net.TCPConn) {
			p := peer{conn: c}
			for {
				_, size, err := p.head()
				if err != nil {
					return
				}
				if m, err := p.take(size); err != nil || m[0] != 'Q' {
					return
				}
				received.Add(1)
				time.Sleep(time.Millisecond)
				c.Write(answerRow)
			}
		}), relay)
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
		time.Sleep(300 * time.Millisecond)
		ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
		defer stop()
		if err := srv.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		clients.Wait()
		if received.Load() != answered.Load() || received.Load() < 16 {
			t.Errorf("%d statements reached the server, %d were answered", received.Load(), answered.Load())
		}
	})
}
