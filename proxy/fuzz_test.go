package proxy

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net"
	"testing"
	"time"
)

// scriptedConn is a connection whose other end has sent some bytes and closed.
type scriptedConn struct {
	net.Conn
	in  *bytes.Reader
	cut int // the most that one read returns, when not 0
	out bytes.Buffer
}

func (c *scriptedConn) Read(b []byte) (int, error) {
	if c.cut > 0 && len(b) > c.cut {
		b = b[:c.cut]
	}
	return c.in.Read(b)
}

func (c *scriptedConn) Write(b []byte) (int, error)      { return c.out.Write(b) }
func (c *scriptedConn) Close() error                     { return nil }
func (c *scriptedConn) SetDeadline(time.Time) error      { return nil }
func (c *scriptedConn) SetReadDeadline(time.Time) error  { return nil }
func (c *scriptedConn) SetWriteDeadline(time.Time) error { return nil }
func (c *scriptedConn) RemoteAddr() net.Addr             { return &net.TCPAddr{} }

// FuzzStartup has clients begin with anything: it must come to an end, with no
// more held than a startup packet.
func FuzzStartup(f *testing.F) {
	f.Add(appendStartup(nil, 3<<16, []string{"user=postgres"}))
	f.Add([]byte{0, 0, 0, 8, 4, 210, 22, 47})
	f.Add([]byte{0, 0, 0, 8, 4, 210, 22, 48, 0, 0, 0, 8, 4, 210, 22, 47})
	f.Add([]byte{0, 0, 0, 16, 4, 210, 22, 46, 0, 0, 0, 1, 0, 0, 0, 2})
	f.Add([]byte{0, 0, 0, 8, 4, 210, 22, 46})
	f.Add([]byte{0, 0, 0, 3})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, cut := range []int{0, 1, 7} {
			s := &session{srv: &Server{}, log: slog.New(slog.NewTextHandler(io.Discard, nil))}
			c := &scriptedConn{in: bytes.NewReader(b), cut: cut}
			s.client.conn = c
			packet, err := s.startupPacket()
			if err == nil && (len(packet) < 8 || len(packet) > maxStartup+4) {
				t.Errorf("a startup packet of %d bytes", len(packet))
			}
			if err != nil && errors.Is(err, io.ErrNoProgress) {
				t.Error(err)
			}
			if len(s.client.buf) > 4*maxStartup {
				t.Errorf("%d bytes held", len(s.client.buf))
			}
		}
	})
}

// FuzzFrames reads anything as messages: no more is returned than came, and
// how the bytes are cut makes no difference.
func FuzzFrames(f *testing.F) {
	f.Add(message('Q', zstring("SELECT 1")), 3)
	f.Add(append(message('S'), message('X')...), 1)
	f.Add([]byte{'Q', 0, 0, 0, 3, 1, 2, 3}, 2)
	f.Add([]byte{'d', 0xff, 0xff, 0xff, 0xff, 1}, 5)
	f.Add(fakeGreeting, 11)
	f.Fuzz(func(t *testing.T, b []byte, cut int) {
		cut = max(1, cut)
		var whole []byte
		for _, cut := range []int{0, cut} {
			p := peer{conn: &scriptedConn{in: bytes.NewReader(b), cut: cut}}
			var got []byte
			for {
				_, size, err := p.head()
				if err != nil || size > len(b) {
					break
				}
				m, err := p.take(size)
				if err != nil {
					break
				}
				got = append(got, m...)
			}
			if !bytes.HasPrefix(b, got) {
				t.Fatalf("read %q of %q", got, b)
			}
			if cut != 0 && !bytes.Equal(got, whole) {
				t.Fatalf("cut at %d: %q, else %q", cut, got, whole)
			}
			whole = got
		}
	})
}
