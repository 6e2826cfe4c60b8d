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

	// leaving: a draining server asked the session to end. It stays so.
	leaving atomic.Bool

	mu     sync.Mutex
	stage  stage
	closed bool
	conns  [2]net.Conn // client and server, for those who close them from outside
}

// stage is what a session is at, for those who interrupt it from outside: they
// set deadlines in the past.
type stage int

const (
	starting  stage = iota // both reads may be interrupted
	listening              // the client's may
	working                // none may
)

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

// turn notes what the session is at from now on, and tells whether it was
// asked to leave.
func (s *session) turn(to stage) (leaving bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stage = to
	return s.leaving.Load()
}

// drain asks a session to end as soon as what its client asked for is answered.
// One that listens to the client has its read interrupted; one at work sees for
// itself that it was asked.
func (s *session) drain() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.conns[clientEnd] == nil {
		return
	}
	again := s.leaving.Swap(true)
	if c, ok := s.conns[clientEnd].(interface{ drain() }); ok {
		if !again {
			c.drain()
		}
		return
	}
	switch s.stage {
	case starting:
		s.conns[clientEnd].SetReadDeadline(longAgo)
		if s.conns[serverEnd] != nil { // the client may have said all it will
			s.conns[serverEnd].SetReadDeadline(longAgo)
		}
	case listening:
		if !again {
			s.conns[clientEnd].SetReadDeadline(longAgo)
		}
	}
}

// Why a session ends, in the words of the server or, where it has none, of
// libpq.
var (
	errShutdown = &sqlfuncs.Error{Code: "57P01", Message: "terminating connection due to administrator command"}
	errTooMany  = &sqlfuncs.Error{Code: "53300", Message: "sorry, too many clients already"}
	errTooLate  = &sqlfuncs.Error{Code: "57014", Message: "canceling authentication due to timeout"}
	errGone     = &sqlfuncs.Error{Code: "08006", Message: "server closed the connection unexpectedly"}
)
