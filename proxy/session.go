package proxy

import (
	"log/slog"
	"net"
)

// session is one client and its connection to the server.
type session struct {
	srv *Server
	id  uint64
	log *slog.Logger

	client peer // where statements come from
	server peer // where they are answered

	track track // what the relayed messages have told so far
}

// peer is one end of a session.
type peer struct {
	conn net.Conn
	// buf[r:w] was read from conn and is not yet forwarded or handled.
	buf  []byte
	r, w int
	// rest counts the bytes of a message whose head was forwarded and whose
	// rest was not yet.
	rest int
}

// run is the life of a session.
func (s *session) run() {
	if err := s.start(); err != nil {
		return
	}
	for {
		switch s.relay() {
		case ended:
			return
		case ours:
			if err := s.intercept(); err != nil {
				return
			}
		}
	}
}
