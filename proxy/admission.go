package proxy

import (
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/datamime/datamime/sqlfuncs"
)

// admission is what the Server knows of a session. The Server's goroutines
// touch no other part of one.
type admission struct {
	// Under Server.mu.
	key      string // as CancelRequest carries it, "" before the server told
	admitted bool   // counts against MaxSessions

	route route // to the server; set before key is known, constant after

	user        string           // as the startup packet has it
	deadline    time.Time        // of the authentication
	certificate *tls.Certificate // that the client saw, nil without TLS

	// canceling: this connection carries a CancelRequest.
	canceling atomic.Bool
	// starting: there is no session yet.
	starting atomic.Bool
	// leaving: a draining server asked the session to end. Reads of the
	// client are interrupted by their deadline then.
	leaving atomic.Bool

	mu     sync.Mutex
	closed bool
	conns  [2]net.Conn // client and server, for those who close them from outside
}

const (
	clientEnd = iota
	serverEnd
)

var errSessionClosed = errors.New("the session was closed")

// attach sets the connection of one end, and closes it at once when the
// session was closed meanwhile.
func (s *session) attach(end int, conn net.Conn) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		conn.Close()
		return errSessionClosed
	}
	s.conns[end] = conn
	if end == clientEnd {
		s.client.conn = conn
	} else {
		s.server.conn = conn
	}
	return nil
}

// close closes both connections. Whoever reads or writes them is woken.
func (s *session) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for _, c := range s.conns {
		if c != nil {
			c.Close()
		}
	}
}

// drain asks a session at rest to end: its read of the client is interrupted,
// and its own goroutine, which alone knows whether something came in at the
// last moment, says goodbye or goes on. A session at work is left alone; the
// Server asks again.
func (s *session) drain() {
	if s.canceling.Load() {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.conns[clientEnd] == nil {
		return
	}
	if c, ok := s.conns[clientEnd].(interface{ drain() }); ok {
		s.leaving.Store(true)
		c.drain()
		return
	}
	if s.busy() {
		return
	}
	s.leaving.Store(true)
	s.conns[clientEnd].SetReadDeadline(longAgo)
	if s.starting.Load() && s.conns[serverEnd] != nil {
		// The client may have said all it will.
		s.conns[serverEnd].SetReadDeadline(longAgo)
	}
}

// stay takes a session that was asked to leave back to work, when a statement
// came in at the last moment.
func (s *session) stay() {
	s.leaving.Store(false)
	s.client.conn.SetReadDeadline(time.Time{})
}

// fatal tells the client why its session ends. It gives up on a client that
// does not read.
func (s *session) fatal(e *sqlfuncs.Error) {
	s.srv.metrics.failed(e.Code)
	s.client.conn.SetWriteDeadline(time.Now().Add(time.Second))
	s.client.conn.Write(errorResponse("FATAL", e))
}

// Why a session ends, in the words of the server or, where it has none, of
// libpq.
var (
	errShutdown = &sqlfuncs.Error{Code: "57P01", Message: "terminating connection due to administrator command"}
	errTooMany  = &sqlfuncs.Error{Code: "53300", Message: "sorry, too many clients already"}
	errTooLate  = &sqlfuncs.Error{Code: "57014", Message: "canceling authentication due to timeout"}
	errGone     = &sqlfuncs.Error{Code: "08006", Message: "server closed the connection unexpectedly"}
)
