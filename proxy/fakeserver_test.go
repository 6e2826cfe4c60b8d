package proxy

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// fakeServer is a server that does what a test says: it brings each session up
// to ReadyForQuery, then gives the connection to f and closes it after.
func fakeServer(t testing.TB, f func(*net.TCPConn)) (upstream string) {
	t.Helper()
	return rawServer(t, func(c *net.TCPConn) {
		p := peer{conn: c}
		if _, err := readStartup(&p); err != nil {
			return
		}
		c.Write(fakeGreeting)
		f(c)
	})
}

// countingServer answers each Query, some time after it came, and counts them.
func countingServer(t testing.TB, answer []byte, after time.Duration) (upstream string, received *atomic.Int64) {
	t.Helper()
	received = new(atomic.Int64)
	return fakeServer(t, func(c *net.TCPConn) {
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
			time.Sleep(after)
			c.Write(answer)
		}
	}), received
}

// rawServer accepts connections and gives each to f.
func rawServer(t testing.TB, f func(*net.TCPConn)) (upstream string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	wait.Go(func() {
		for {
			c, err := l.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err != nil { // no descriptors are left
				time.Sleep(10 * time.Millisecond)
				continue
			}
			wait.Go(func() {
				defer c.Close()
				f(c.(*net.TCPConn))
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		wait.Wait()
	})
	return "postgres://" + l.Addr().String() + "/?sslmode=disable"
}

var fakeGreeting = bytes.Join([][]byte{
	message('R', []byte{0, 0, 0, 0}),
	message('S', []byte("server_version\x0017.0\x00")),
	message('K', []byte("\x00\x00\x00\x07secret..")),
	message('Z', []byte{'I'}),
}, nil)

func readStartup(p *peer) ([]byte, error) {
	head, err := p.peek(4)
	if err != nil {
		return nil, err
	}
	size := int(binary.BigEndian.Uint32(head))
	b, err := p.peek(size)
	p.r += size
	return b, err
}
