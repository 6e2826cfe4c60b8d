package proxy

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// ErrServerClosed is what Serve returns after Shutdown or Close.
var ErrServerClosed = errors.New("proxy: server closed")

// defaultAuthTimeout is PostgreSQL's authentication_timeout.
const defaultAuthTimeout = time.Minute

// Server accepts clients and connects each to the server behind it. Its fields
// are set before Serve and not changed after. A Server must not be copied.
type Server struct {
	// Upstream is the server behind the proxy.
	Upstream Upstream
	// Log receives what happens; nil is slog.Default().
	Log *slog.Logger
	// AuthTimeout bounds the time that a client may take for its startup
	// packet, and then for its authentication; 0 is a minute.
	AuthTimeout time.Duration
	// MaxSessions bounds the sessions that are connected to the server at
	// once; the next client gets 53300. 0 is no bound of ours.
	MaxSessions int
	// TLS, when not nil, is what clients that ask for TLS get.
	TLS *Certificates
	// Verifier looks up the SCRAM verifier of a user, in the form that
	// PostgreSQL stores it. With TLS on both sides a SCRAM exchange cannot be
	// relayed, for it is bound to the TLS connection: the proxy authenticates
	// the client itself then. It returns "" for a user that it does not know.
	Verifier func(ctx context.Context, user string) (string, error)

	lastID   atomic.Uint64
	loopless bool // relay on goroutines
	// attentive: handle every message as if it concerned a statement of ours.
	attentive bool

	loopsOnce sync.Once
	loops     []*loop
	nextLoop  atomic.Uint32
	working   atomic.Int32 // sessions that handle statements of ours

	metrics metrics

	mu        sync.Mutex
	listeners map[net.Listener]struct{}
	sessions  map[*session]struct{}
	keys      map[string]*session // by process id and secret, as CancelRequest carries them
	connected int                 // sessions that passed admit
	draining  bool
	ended     chan struct{} // closed when the last session of a draining server ends
}

// Serve accepts clients on l until Shutdown or Close, which close l; it then
// returns ErrServerClosed. It may be called for several listeners at once.
func (srv *Server) Serve(l net.Listener) error {
	if !srv.listen(l) {
		l.Close()
		return ErrServerClosed
	}
	defer srv.unlisten(l)
	var pause time.Duration
	for {
		conn, err := l.Accept()
		switch {
		case err == nil:
			pause = 0
			srv.open(conn)
		case srv.closing():
			return ErrServerClosed
		case errors.Is(err, net.ErrClosed):
			return fmt.Errorf("accept: %w", err)
		default:
			// Out of descriptors, most likely: sessions that end free some.
			pause = min(max(2*pause, 5*time.Millisecond), time.Second)
			srv.log().Error("cannot accept a connection", "error", err, "retry_in", pause)
			time.Sleep(pause)
		}
	}
}

// Shutdown ends the server gently: no new connection is accepted, sessions at
// rest are told 57P01 and closed, and the others as soon as what they already
// asked for is answered; what they ask from then on is not read. When ctx ends
// first, the rest is cut off and the context's error returned.
func (srv *Server) Shutdown(ctx context.Context) error {
	ended := srv.drain()
	defer srv.closeAll()
	pause := time.Millisecond
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		for _, s := range srv.all() {
			s.drain()
		}
		timer.Reset(pause)
		pause = min(2*pause, 50*time.Millisecond)
		select {
		case <-ended:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
		}
	}
}

// Close ends the server and every session at once.
func (srv *Server) Close() error {
	srv.drain()
	srv.closeAll()
	return nil
}

// open starts the session of an accepted connection.
func (srv *Server) open(conn net.Conn) {
	id := srv.lastID.Add(1)
	s := &session{srv: srv, id: id, log: srv.log().With("session", id)}
	s.client.conn = conn
	s.client.sent, s.server.sent = &srv.metrics.toClients, &srv.metrics.toServer
	s.track.metrics = &srv.metrics
	srv.metrics.accepted.Add(1)
	if !srv.add(s) {
		conn.Close()
		return
	}
	go func() {
		defer srv.remove(s)
		defer s.close()
		defer func() {
			if v := recover(); v != nil {
				s.log.Error("session panicked", "panic", v, "stack", string(debug.Stack()))
			}
		}()
		s.run()
	}()
}

// closeAll cuts every session's connections; their goroutines end by it.
func (srv *Server) closeAll() {
	for _, s := range srv.all() {
		s.close()
	}
	srv.stopLoops()
}

func (srv *Server) log() *slog.Logger {
	if srv.Log == nil {
		return slog.Default()
	}
	return srv.Log
}

func (srv *Server) authTimeout() time.Duration {
	if srv.AuthTimeout <= 0 {
		return defaultAuthTimeout
	}
	return srv.AuthTimeout
}

func (srv *Server) listen(l net.Listener) bool {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	if srv.draining {
		return false
	}
	if srv.listeners == nil {
		srv.listeners = make(map[net.Listener]struct{})
	}
	srv.listeners[l] = struct{}{}
	return true
}

func (srv *Server) unlisten(l net.Listener) {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	delete(srv.listeners, l)
}

func (srv *Server) closing() bool {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	return srv.draining
}

// drain closes the listeners. The channel that it returns is closed when no
// session is left.
func (srv *Server) drain() <-chan struct{} {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	if !srv.draining {
		srv.draining = true
		srv.ended = make(chan struct{})
		for l := range srv.listeners {
			l.Close()
		}
		if len(srv.sessions) == 0 {
			close(srv.ended)
		}
	}
	return srv.ended
}

func (srv *Server) add(s *session) bool {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	if srv.draining {
		return false
	}
	if srv.sessions == nil {
		srv.sessions = make(map[*session]struct{})
	}
	srv.sessions[s] = struct{}{}
	return true
}

// admit counts a session against MaxSessions; it fails when that is reached.
func (srv *Server) admit(s *session) bool {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	if srv.MaxSessions > 0 && srv.connected >= srv.MaxSessions {
		return false
	}
	srv.connected++
	s.admitted = true
	return true
}

// remove forgets a session, its cancel key too.
func (srv *Server) remove(s *session) {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	delete(srv.sessions, s)
	if srv.keys[s.key] == s {
		delete(srv.keys, s.key)
	}
	if s.admitted {
		srv.connected--
	}
	if srv.draining && len(srv.sessions) == 0 {
		close(srv.ended)
	}
}

func (srv *Server) all() []*session {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	all := make([]*session, 0, len(srv.sessions))
	for s := range srv.sessions {
		all = append(all, s)
	}
	return all
}
