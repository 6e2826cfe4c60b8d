package proxy

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

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
	upstream, err := ParseUpstream("host=" + dir + " port=5432")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err = upstream.dial(t.Context()); err == nil || unwrapped(err).Error() != "no such file or directory" {
		t.Errorf("the client is told of %v", err)
	}

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
		{"with the end of a stream", func(c *net.TCPConn) {
			readSome(c)
			c.Write(append(message('W', []byte{0, 0, 0}), commandComplete("COPY 0")...))
		}, ""},
		{"in a stream", func(c *net.TCPConn) { readSome(c); c.Write(message('W', []byte{0, 0, 0})) }, "08006"},
		{"reset in a row", func(c *net.TCPConn) {
			readSome(c)
			c.Write(append(header, row[:9]...))
			time.Sleep(50 * time.Millisecond)
			c.SetLinger(0)
		}, ""},
	} {
		onBothRelays(t, test.name, func(t *testing.T, relay func(*Server)) {
			srv, address := serve(t, fakeServer(t, test.f), relay)
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
			if told {
				wantCounted(t, srv, test.want)
			}
		})
	}
}

// TestServerEndsInOurs has it go while a statement of ours runs.
func TestServerEndsInOurs(t *testing.T) {
	srv, address := serve(t, fakeServer(t, func(c *net.TCPConn) { readSome(c) }))
	p := openSession(t, address)
	p.conn.Write(message('Q', zstring("SELECT * FROM datamime_version()")))
	wantFatal(t, p.conn, "08006")
	wantCounted(t, srv, "08006")
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
			c.SetDeadline(time.Now().Add(patience))
			c.Write(appendStartup(nil, 3<<16, []string{"user=postgres"}))
			b, _ := io.ReadAll(c)
			if !bytes.Contains(b, []byte("C08006\x00")) {
				t.Errorf("the client was told %q", b)
			}
		})
	}
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

// wantCounted checks that the server has counted one error, of a SQLSTATE.
func wantCounted(t *testing.T, srv *Server, code string) {
	t.Helper()
	counted := regexp.MustCompile(`datamime_errors_total\{.*`).FindAllString(scrape(t, srv, "/metrics", 200), -1)
	if want := []string{`datamime_errors_total{sqlstate="` + code + `"} 1`}; !slices.Equal(counted, want) {
		t.Errorf("counted are %q, not %q", counted, want)
	}
}
