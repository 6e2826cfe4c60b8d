package proxy

import (
	"crypto/tls"
	"io"
	"net"
)

// carrier is what a TLS connection of ours runs over: a socket or, while the
// session is in an event loop, its end there.
type carrier struct {
	net.Conn
	ahead  []byte        // read before TLS began
	looped io.ReadWriter // in the socket's place; nil outside of a loop
}

func (c *carrier) Read(b []byte) (int, error) {
	switch {
	case len(c.ahead) > 0:
		n := copy(b, c.ahead)
		c.ahead = c.ahead[n:]
		return n, nil
	case c.looped != nil:
		return c.looped.Read(b)
	}
	return c.Conn.Read(b)
}

func (c *carrier) Write(b []byte) (int, error) {
	if c.looped != nil {
		return c.looped.Write(b)
	}
	return c.Conn.Write(b)
}

// socketOf is the socket of a connection, below TLS where it has that.
func socketOf(c net.Conn) net.Conn {
	if secure, ok := c.(*tls.Conn); ok {
		return secure.NetConn().(*carrier).Conn
	}
	return c
}
