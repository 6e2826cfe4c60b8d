package proxy

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"testing"
	"time"
)

// TestClientEnds has clients go at every moment; the server must be left alone
// soon after, and nothing stay.
func TestClientEnds(t *testing.T) {
	endless := func(c *net.TCPConn) {
		readSome(c)
		rows := bytes.Repeat(message('D', []byte("\x00\x01\x00\x00\x00\x08abcdefgh")), 1000)
		for {
			c.SetWriteDeadline(time.Now().Add(patience))
			if _, err := c.Write(rows); err != nil {
				if errors.Is(err, os.ErrDeadlineExceeded) {
					t.Error("the server was not left alone")
				}
				return
			}
		}
	}
	stalled := func(c *net.TCPConn) {
		c.SetReadDeadline(time.Now().Add(patience))
		if _, err := io.Copy(io.Discard, c); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error("the server was not left alone")
		}
	}
	query := message('Q', zstring("SELECT 1"))
	for _, test := range []struct {
		name   string
		server func(*net.TCPConn)
		client func(net.Conn)
	}{
		{"at rest", stalled, func(net.Conn) {}},
		{"reset at rest", stalled, func(c net.Conn) { c.(*net.TCPConn).SetLinger(0) }},
		{"in a message", stalled, func(c net.Conn) { c.Write(query[:7]) }},
		{"in a head", stalled, func(c net.Conn) { c.Write(query[:2]) }},
		{"waiting for an answer", stalled, func(c net.Conn) { c.Write(query) }},
		{"in a result", endless, func(c net.Conn) { c.Write(query); readSome(c); readSome(c) }},
		{"reset in a result", endless, func(c net.Conn) { c.Write(query); readSome(c); c.(*net.TCPConn).SetLinger(0) }},
		{"before it reads", endless, func(c net.Conn) { c.Write(query); time.Sleep(300 * time.Millisecond) }},
		{"after Terminate", stalled, func(c net.Conn) { c.Write(message('X')) }},
	} {
		onBothRelays(t, test.name, func(t *testing.T, relay func(*Server)) {
			srv, address := serve(t, fakeServer(t, test.server), relay)
			warm(t, srv, openSession(t, address))
			settles(t, func() {
				p := openSession(t, address)
				test.client(p.conn)
				p.conn.Close()
			})
		})
	}
}

// TestStalledClient keeps a result of 600 MB waiting: it must not be held.
func TestStalledClient(t *testing.T) { onBothRelays(t, "", testStalledClient) }

func testStalledClient(t *testing.T, relay func(*Server)) {
	_, address := serve(t, "", relay)
	p := openSession(t, address)
	p.conn.Write(message('Q', zstring("SELECT repeat('x', 100000) FROM generate_series(1, 6000)")))
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	time.Sleep(time.Second)
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 4<<20 {
		t.Errorf("the heap grew by %d bytes", grown)
	}
	n, err := io.Copy(io.Discard, readUntil(p, message('Z', []byte{'I'})))
	if err != nil || n < 600e6 {
		t.Errorf("%d bytes came, %v", n, err)
	}
}
