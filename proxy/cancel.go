package proxy

import (
	"context"
	"io"
	"time"
)

// A CancelRequest comes on a connection of its own and carries the process id
// and the secret of the session that it is for. Both are the server's, relayed
// untouched at the session's start, so that the request is the server's to
// judge: it is passed on as it came.

// keep registers the session under its cancel key, as a CancelRequest will
// carry it: the process id, then the secret.
func (srv *Server) keep(s *session, key []byte) {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	if srv.keys == nil {
		srv.keys = make(map[string]*session)
	}
	if srv.keys[s.key] == s {
		delete(srv.keys, s.key)
	}
	s.key = string(key)
	srv.keys[s.key] = s
}

// holder is the session with that cancel key, or nil.
func (srv *Server) holder(key []byte) *session {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	return srv.keys[string(key)]
}

// cancel carries out a CancelRequest: it stops the work of our own in the
// session that the key belongs to, and forwards the packet to the server on a
// new connection. It returns when the server has closed that connection, for
// only then the signal was sent, and clients wait for our close to know it.
func (s *session) cancel(packet []byte) {
	s.turn(working) // a drain waits for it
	s.srv.metrics.cancels.Add(1)
	ctx, stop := context.WithTimeout(context.Background(), s.srv.authTimeout())
	defer stop()

	upstream := s.srv.Upstream
	if target := s.srv.holder(packet[8:]); target != nil {
		target.cancelOurs()
		upstream = Upstream{routes: []route{target.route}}
	}
	conn, _, err := upstream.dial(ctx)
	if err != nil {
		s.log.Warn("cannot forward a cancel request", "error", err)
		return
	}
	defer conn.Close()
	if s.attach(serverEnd, conn) != nil {
		return
	}
	if t, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(t); err != nil {
			return
		}
	}
	if _, err := conn.Write(packet); err != nil {
		s.log.Warn("cannot forward a cancel request", "error", err)
		return
	}
	start := time.Now()
	n, err := io.Copy(io.Discard, conn)
	s.log.Debug("cancel request forwarded", "answer_bytes", n, "error", err, "seconds", time.Since(start).Seconds())
}
