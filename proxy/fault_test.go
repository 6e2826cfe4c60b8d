package proxy

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
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

// openSession connects to address and brings a session up.
func openSession(t testing.TB, address string) *peer {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(20 * time.Second))
	p := &peer{conn: c}
	c.Write(appendStartup(nil, 3<<16, []string{"user=postgres", "database=postgres"}))
	for {
		typ, body := nextMessage(t, p)
		if typ == 'E' {
			t.Fatalf("no session: %q", body)
		}
		if typ == 'Z' {
			return p
		}
	}
}

func nextMessage(t testing.TB, p *peer) (byte, []byte) {
	t.Helper()
	_, size, err := p.head()
	if err != nil {
		t.Fatalf("read a message: %v", err)
	}
	m, err := p.take(size)
	if err != nil {
		t.Fatalf("read a message: %v", err)
	}
	return m[0], m[headLen:]
}

// wantFatal reads the end of a connection: an error of that SQLSTATE, then
// nothing.
func wantFatal(t testing.TB, c net.Conn, code string) {
	t.Helper()
	c.SetReadDeadline(time.Now().Add(20 * time.Second))
	b, err := io.ReadAll(c)
	if err != nil {
		t.Errorf("read the end: %v", err)
	}
	if len(b) == 0 || b[0] != 'E' || !bytes.Contains(b, []byte("\x00C"+code+"\x00")) || !bytes.Contains(b, []byte("SFATAL\x00")) {
		t.Errorf("the session ended with %q, not with FATAL %s", b, code)
	}
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
	for range 200 {
		fds, gs = descriptors(t), runtime.NumGoroutine()
		if fds <= f0 && gs <= g0 {
			return
		}
		time.Sleep(25 * time.Millisecond)
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

func TestUpstreamAbsentThenBack(t *testing.T) {
	dir := t.TempDir()
	_, address := serve(t, "host="+dir+" port=5432")
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.Write(appendStartup(nil, 3<<16, []string{"user=postgres"}))
	wantFatal(t, c, "08006")

	l, err := net.Listen("unix", filepath.Join(dir, ".s.PGSQL.5432"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		if _, err := readStartup(&peer{conn: c}); err == nil {
			c.Write(fakeGreeting)
			io.Copy(io.Discard, c)
		}
	}()
	openSession(t, address).conn.Close()
}

// TestServerEnds has the server go at every moment it may.
func TestServerEnds(t *testing.T) {
	row := message('D', []byte("\x00\x01\x00\x00\x00\x08abcdefgh"))
	header := message('T', []byte("\x00\x01a\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x19\xff\xff\xff\xff\xff\xff\x00\x00"))
	for _, test := range []struct {
		name string
		f    func(*net.TCPConn)
		want string // "" is the end without a word, else a SQLSTATE
	}{
		{"at rest", func(*net.TCPConn) {}, "08006"},
		{"reset at rest", func(c *net.TCPConn) { c.SetLinger(0) }, "08006"},
		{"after a statement", func(c *net.TCPConn) { readSome(c) }, "08006"},
		{"between rows", func(c *net.TCPConn) { readSome(c); c.Write(append(header, row...)) }, "08006"},
		{"in a row", func(c *net.TCPConn) { readSome(c); c.Write(append(header, row[:9]...)) }, ""},
		{"in a head", func(c *net.TCPConn) { readSome(c); c.Write(row[:3]) }, ""},
		{"with its own error", func(c *net.TCPConn) {
			readSome(c)
			c.Write(message('E', []byte("SFATAL\x00VFATAL\x00C57P01\x00Mbye\x00\x00")))
		}, "57P01"},
		{"reset in a row", func(c *net.TCPConn) {
			readSome(c)
			c.Write(append(header, row[:9]...))
			time.Sleep(50 * time.Millisecond)
			c.SetLinger(0)
		}, ""},
	} {
		onBothRelays(t, test.name, func(t *testing.T, relay func(*Server)) {
			_, address := serve(t, fakeServer(t, test.f), relay)
			p := openSession(t, address)
			p.conn.Write(message('Q', zstring("SELECT 1")))
			b, err := io.ReadAll(p.conn)
			b = append(bytes.Clone(p.unread()), b...)
			if err != nil && !strings.Contains(err.Error(), "reset") {
				t.Fatal(err)
			}
			told := bytes.Contains(b, []byte("SFATAL\x00"))
			if told != (test.want != "") || !bytes.Contains(b, []byte(test.want)) {
				t.Errorf("the client was told %q", b)
			}
			if n := bytes.Count(b, []byte("SFATAL\x00")); n > 1 {
				t.Errorf("the client was told %d times", n)
			}
		})
	}
}

func readSome(c net.Conn) {
	c.SetReadDeadline(time.Now().Add(5 * time.Second))
	c.Read(make([]byte, 1024))
}

// TestServerEndsInStartup has it go before there is a session.
func TestServerEndsInStartup(t *testing.T) {
	for name, f := range map[string]func(*net.TCPConn){
		"at once":         func(*net.TCPConn) {},
		"after startup":   func(c *net.TCPConn) { readSome(c) },
		"after a request": func(c *net.TCPConn) { readSome(c); c.Write(message('R', []byte{0, 0, 0, 3})) },
		"after greeting":  func(c *net.TCPConn) { readSome(c); c.Write(fakeGreeting[:len(fakeGreeting)-3]) },
		"reset":           func(c *net.TCPConn) { readSome(c); c.SetLinger(0) },
	} {
		t.Run(name, func(t *testing.T) {
			_, address := serve(t, rawServer(t, f))
			c, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			c.SetDeadline(time.Now().Add(20 * time.Second))
			c.Write(appendStartup(nil, 3<<16, []string{"user=postgres"}))
			b, _ := io.ReadAll(c)
			if !bytes.Contains(b, []byte("C08006\x00")) {
				t.Errorf("the client was told %q", b)
			}
		})
	}
}

// TestClientEnds has clients go at every moment; the server must be left alone
// soon after, and nothing stay.
func TestClientEnds(t *testing.T) {
	endless := func(c *net.TCPConn) {
		readSome(c)
		rows := bytes.Repeat(message('D', []byte("\x00\x01\x00\x00\x00\x08abcdefgh")), 1000)
		for {
			c.SetWriteDeadline(time.Now().Add(15 * time.Second))
			if _, err := c.Write(rows); err != nil {
				if errors.Is(err, os.ErrDeadlineExceeded) {
					t.Error("the server was not left alone")
				}
				return
			}
		}
	}
	stalled := func(c *net.TCPConn) {
		c.SetReadDeadline(time.Now().Add(15 * time.Second))
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
			_, address := serve(t, fakeServer(t, test.server), relay)
			openSession(t, address).conn.Close() // the loop is running
			time.Sleep(100 * time.Millisecond)
			settles(t, func() {
				p := openSession(t, address)
				test.client(p.conn)
				p.conn.Close()
			})
		})
	}
}

// TestHostileStartup has a thousand clients say something, or nothing, and
// wait; they must be gone after the timeout, and an honest one served
// meanwhile.
func TestHostileStartup(t *testing.T) {
	_, address := serve(t, "", func(s *Server) { s.AuthTimeout = 3 * time.Second })
	openSession(t, address).conn.Close() // the loops are running
	time.Sleep(50 * time.Millisecond)
	said := [][]byte{
		{}, {0}, {0, 0, 0}, {0, 0, 0, 100}, {0, 0, 39, 16, 0, 3, 0, 0},
		{0xff, 0xff, 0xff, 0xff}, {0x80, 0, 0, 0}, {0, 0, 0, 4}, {0, 0, 0, 0},
		{0x16, 3, 1, 2, 0, 1}, []byte("GET / HTTP/1.0\r\n\r\n"),
		{0, 0, 0, 8, 4, 210, 22, 47}, {0, 0, 0, 8, 4, 210, 22, 48},
		{0, 0, 0, 8, 4, 210, 22, 47, 0x16, 3, 1},
		appendStartup(nil, 3<<16, []string{"user=postgres"})[:20],
	}
	settles(t, func() {
		var conns []net.Conn
		for i := range 1000 {
			c, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			c.Write(said[i%len(said)])
			conns = append(conns, c)
		}
		openSession(t, address).conn.Close()
		for _, c := range conns {
			c.SetReadDeadline(time.Now().Add(20 * time.Second))
			if _, err := io.Copy(io.Discard, c); errors.Is(err, os.ErrDeadlineExceeded) {
				t.Error("a silent client is still held")
			}
			c.Close()
		}
	})
}

func TestAuthenticationTimeout(t *testing.T) {
	_, address := serve(t, rawServer(t, func(c *net.TCPConn) {
		readSome(c)
		c.Write(message('R', []byte{0, 0, 0, 3}))
		io.Copy(io.Discard, c)
	}), func(s *Server) { s.AuthTimeout = 200 * time.Millisecond })
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.Write(appendStartup(nil, 3<<16, []string{"user=postgres"}))
	c.SetReadDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.ReadFull(c, make([]byte, 9)); err != nil {
		t.Fatal(err)
	}
	wantFatal(t, c, "57014")
}

func TestMaxSessions(t *testing.T) {
	_, address := serve(t, "", func(s *Server) { s.MaxSessions = 2 })
	a, b := openSession(t, address), openSession(t, address)
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.Write(appendStartup(nil, 3<<16, []string{"user=postgres"}))
	wantFatal(t, c, "53300")
	a.conn.Close()
	for range 100 {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		c.Write(appendStartup(nil, 3<<16, []string{"user=postgres"}))
		typ, _ := nextMessage(t, &peer{conn: c})
		c.Close()
		if typ == 'R' {
			b.conn.Close()
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Error("the place of a session that ended is not given away again")
}

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

// readUntil reads p's connection until what came ends in suffix.
func readUntil(p *peer, suffix []byte) io.Reader {
	var tail []byte
	r, w := io.Pipe()
	go func() {
		buf := make([]byte, 1<<20)
		for {
			n, err := p.conn.Read(buf)
			w.Write(buf[:n])
			tail = append(tail, buf[max(0, n-len(suffix)):n]...)
			tail = tail[max(0, len(tail)-len(suffix)):]
			if err != nil || bytes.Equal(tail, suffix) {
				w.CloseWithError(err)
				return
			}
		}
	}()
	return r
}

// TestBackendKilled has the server's process end without a word.
func TestBackendKilled(t *testing.T) {
	_, address := serve(t, "")
	p, other := openSession(t, address), openSession(t, address)
	p.conn.Write(message('Q', zstring("SELECT pg_backend_pid()")))
	_, _ = nextMessage(t, p)
	_, row := nextMessage(t, p)
	pid := string(row[6:])
	other.conn.Write(message('Q', zstring(fmt.Sprintf("SELECT pg_terminate_backend(%s)", pid))))
	b, err := io.ReadAll(p.conn)
	if err != nil || !bytes.Contains(b, []byte("C57P01\x00")) || bytes.Contains(b, []byte("C08006\x00")) {
		t.Errorf("the session ended with %q, %v", b, err)
	}
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
