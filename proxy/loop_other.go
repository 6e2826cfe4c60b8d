//go:build !linux

package proxy

// relayInLoop needs epoll: elsewhere sessions are relayed by goroutines.
func (s *session) relayInLoop() (outcome, bool) { return ended, false }

func (srv *Server) stopLoops() {}

// loop is the event loop of systems that have epoll.
type loop struct{}
