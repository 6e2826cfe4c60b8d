package proxy

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// Upstream is the server behind the proxy: one address, or several that are
// tried in order.
type Upstream struct {
	routes []route
}

// route is one way to the server. A nil tls is plain.
type route struct {
	network, address string
	tls              *tls.Config
	direct           bool // TLS from the first byte, without SSLRequest
}

// ParseUpstream reads a connection string as libpq does: a postgres:// URL or
// keywords and values, with its sslmode, sslrootcert, sslcert and sslkey, and
// the usual environment variables for what it leaves out. A host that starts
// with a slash is the directory of a Unix socket. User, password and database
// have no meaning here: each client brings its own.
func ParseUpstream(s string) (Upstream, error) {
	config, err := pgconn.ParseConfig(s)
	if err != nil {
		return Upstream{}, err
	}
	var u Upstream
	add := func(host string, port uint16, t *tls.Config) {
		network, address := pgconn.NetworkAddress(host, port)
		if network == "unix" {
			t = nil
		}
		r := route{network: network, address: address, tls: t, direct: t != nil && config.SSLNegotiation == "direct"}
		if n := len(u.routes); n > 0 && u.routes[n-1] == r {
			return
		}
		u.routes = append(u.routes, r)
	}
	add(config.Host, config.Port, config.TLSConfig)
	for _, f := range config.Fallbacks {
		add(f.Host, f.Port, f.TLSConfig)
	}
	return u, nil
}

// String names the first address, for logs.
func (u Upstream) String() string {
	if len(u.routes) == 0 {
		return "nowhere"
	}
	return u.routes[0].address
}

// dial opens a connection to the server by the first route that leads there,
// TLS included. It gives the route back, so that a CancelRequest can take the
// same one.
func (u Upstream) dial(ctx context.Context) (net.Conn, route, error) {
	err := errors.New("no upstream is set")
	for i := 0; i < len(u.routes); i++ {
		r := u.routes[i]
		var conn net.Conn
		conn, err = r.dial(ctx)
		if err == nil {
			return conn, r, nil
		}
		if ctx.Err() != nil {
			break
		}
	}
	return nil, route{}, err
}

// KeepAlive is how PostgreSQL and libpq keep connections alive unless they are
// told otherwise: as often as the system does.
var KeepAlive = net.KeepAliveConfig{Enable: true, Idle: -1, Interval: -1, Count: -1}

// unwrapped is a failed dial's error without the names of the network, the address
// and the system call in front.
func unwrapped(err error) error {
	if op, ok := err.(*net.OpError); ok {
		err = op.Err
	}
	if call, ok := err.(*os.SyscallError); ok {
		err = call.Err
	}
	return err
}

func (r route) dial(ctx context.Context) (net.Conn, error) {
	d := net.Dialer{KeepAliveConfig: KeepAlive}
	conn, err := d.DialContext(ctx, r.network, r.address)
	if err != nil || r.tls == nil {
		return conn, err
	}
	secure, err := r.startTLS(ctx, conn)
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("start TLS with %s: %w", r.address, err)
	}
	return secure, nil
}

// startTLS asks the server for TLS and shakes hands.
func (r route) startTLS(ctx context.Context, conn net.Conn) (net.Conn, error) {
	if t, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(t); err != nil {
			return nil, err
		}
	}
	if !r.direct {
		if _, err := conn.Write(sslRequest); err != nil {
			return nil, err
		}
		// One byte and no more: what followed it in the clear would be
		// taken for a part of the TLS stream.
		var answer [1]byte
		if _, err := io.ReadFull(conn, answer[:]); err != nil {
			return nil, err
		}
		if answer[0] != 'S' {
			return nil, errNoTLS
		}
	}
	secure := tls.Client(&carrier{Conn: conn}, r.tls)
	if err := secure.HandshakeContext(ctx); err != nil {
		return nil, err
	}
	return secure, conn.SetDeadline(time.Time{})
}

var (
	errNoTLS   = errors.New("the server refused TLS")
	sslRequest = []byte{0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f}
)
