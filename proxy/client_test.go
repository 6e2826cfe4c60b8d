package proxy

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"testing"
	"time"
)

// patience is how long a test waits for what must come: it bounds a hang, and
// says nothing of how fast a machine is.
const patience = 2 * time.Minute

// openSession connects to address and brings a session up.
func openSession(t testing.TB, address string) *peer {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	return startSession(t, c)
}

// openSessionOverTLS does so over TLS, whoever the proxy is.
func openSessionOverTLS(t testing.TB, address string) *peer {
	t.Helper()
	c, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{alpn}})
	if err != nil {
		t.Fatal(err)
	}
	return startSession(t, c)
}

// startSession brings a session up on a connection, with more parameters.
func startSession(t testing.TB, c net.Conn, more ...string) *peer {
	t.Helper()
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(patience))
	p := &peer{conn: c}
	c.Write(appendStartup(nil, 3<<16, append([]string{"user=postgres", "database=postgres"}, more...)))
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

// ask sends a query that succeeds, and reads its answer.
func ask(t testing.TB, p *peer, sql string) {
	t.Helper()
	p.conn.Write(message('Q', zstring(sql)))
	for typ := byte(0); typ != 'Z'; {
		var body []byte
		if typ, body = nextMessage(t, p); typ == 'E' {
			t.Fatalf("%s: %q", sql, body)
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

// warm has the server start all that it keeps while it serves: a session has
// come to be relayed, and gone.
func warm(t testing.TB, srv *Server, p *peer) {
	t.Helper()
	wait(t, "the relay", func() bool { return srv.loopless || srv.nextLoop.Load() > 0 })
	p.conn.Close()
	wait(t, "the end of a session", func() bool { return len(srv.all()) == 0 })
}

// wantFatal reads the end of a connection: an error of that SQLSTATE, then
// nothing.
func wantFatal(t testing.TB, c net.Conn, code string) {
	t.Helper()
	c.SetReadDeadline(time.Now().Add(patience))
	b, err := io.ReadAll(c)
	if err != nil {
		t.Errorf("read the end: %v", err)
	}
	if len(b) == 0 || b[0] != 'E' || !bytes.Contains(b, []byte("\x00C"+code+"\x00")) || !bytes.Contains(b, []byte("SFATAL\x00")) {
		t.Errorf("the session ended with %q, not with FATAL %s", b, code)
	}
}

func readSome(c net.Conn) {
	c.SetReadDeadline(time.Now().Add(patience))
	c.Read(make([]byte, 1024))
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

// wait waits until something is so.
func wait(t testing.TB, what string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !so(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s did not come", what)
		}
	}
}
