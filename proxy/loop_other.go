//go:build !linux

package proxy

import "net"

// relayInLoop needs epoll: elsewhere sessions are relayed by goroutines.
func (s *session) relayInLoop() (outcome, bool) { return ended, false }

func (srv *Server) stopLoops() {}

// loop is the event loop of systems that have epoll.
type loop struct{}

// unsent is not known there.
func unsent(net.Conn) int { return 0 }
