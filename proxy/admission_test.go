package proxy

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"
)

// TestHostileStartup has a thousand clients say something, or nothing, and
// wait; they must be gone after the timeout, and an honest one served
// meanwhile.
func TestHostileStartup(t *testing.T) {
	srv, address := serve(t, "", func(s *Server) { s.AuthTimeout = 5 * time.Second })
	warm(t, srv, openSession(t, address))
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
			c.SetReadDeadline(time.Now().Add(patience))
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
	}), func(s *Server) { s.AuthTimeout = 2 * time.Second })
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.Write(appendStartup(nil, 3<<16, []string{"user=postgres"}))
	c.SetReadDeadline(time.Now().Add(patience))
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
	wait(t, "the place of a session that ended", func() bool {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		c.Write(appendStartup(nil, 3<<16, []string{"user=postgres"}))
		typ, _ := nextMessage(t, &peer{conn: c})
		return typ == 'R'
	})
	b.conn.Close()
}
