package proxy

import (
	"errors"
	"io"
	"net"
	"os"
	"time"
)

// outcome is how a relay ended.
type outcome int

const (
	ended   outcome = iota // one side is gone
	ours                   // the client's next message, unread, concerns us
	refused                // the server takes no more
	silent                 // the client sends no more, but may still read
	asked                  // a draining server asks the session to leave
)

// partingTime bounds the wait for the last words of a server that takes no
// more, and its silence once the client sends no more.
const partingTime = 10 * time.Second

// longAgo is a deadline that interrupts a read under way.
var longAgo = time.Unix(1, 0)

// relay forwards messages both ways until one side goes or the client sends
// something of ours.
func (s *session) relay() outcome {
	if !s.srv.loopless {
		if out, ok := s.relayInLoop(); ok {
			return out
		}
	}
	return s.relayOnGoroutines()
}

// relayOnGoroutines relays with a goroutine for each direction: this one reads
// the client and writes the server, the other one the reverse.
func (s *session) relayOnGoroutines() outcome {
	s.turn(listening)
	back := make(chan error, 1)
	go func() {
		err := s.relayServer()
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			s.client.conn.Close() // wakes this side
		}
		back <- err
	}()
	switch out := s.relayClient(); out {
	case ours, asked:
		s.server.conn.SetReadDeadline(longAgo)
		if err := <-back; !errors.Is(err, os.ErrDeadlineExceeded) {
			return ended
		}
		s.turn(working)
		s.server.conn.SetReadDeadline(time.Time{})
		s.client.conn.SetReadDeadline(time.Time{})
		return out
	case refused:
		// What the server said last is still to be read.
		s.server.conn.SetReadDeadline(time.Now().Add(partingTime))
	case silent:
		s.track.parted.Store(true)
		s.server.conn.SetReadDeadline(time.Now().Add(partingTime))
		if c, ok := s.server.conn.(interface{ CloseWrite() error }); ok {
			c.CloseWrite()
		}
	default:
		s.server.conn.Close()
	}
	<-back
	s.server.conn.Close()
	return ended
}

// relayClient forwards the client's messages until one is ours.
func (s *session) relayClient() outcome {
	p := &s.client
	for {
		n, stop := s.track.client(p.unread())
		if n > 0 {
			s.server.count(n)
			if _, err := s.server.conn.Write(p.buf[p.r : p.r+n]); err != nil {
				return refused
			}
			p.r += n
		}
		if stop {
			return ours
		}
		if s.leaving.Load() && s.between() {
			return asked
		}
		if err := p.fillOf(s.wanted); err != nil {
			switch {
			case errors.Is(err, os.ErrDeadlineExceeded):
				return asked
			case errors.Is(err, io.EOF):
				return silent
			}
			return ended
		}
	}
}

// relayServer forwards the server's messages until reading fails. A session
// that is to leave no longer waits for the client once a COPY is over.
func (s *session) relayServer() error {
	p := &s.server
	for {
		if n := s.track.server(p.unread()); n > 0 {
			if s.leaving.Load() && !s.track.copying.Load() {
				s.client.conn.SetReadDeadline(longAgo)
			}
			s.client.count(n)
			if _, err := s.client.conn.Write(p.buf[p.r : p.r+n]); err != nil {
				return err
			}
			p.r += n
		}
		if err := p.fill(); err != nil {
			ourselves := errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, net.ErrClosed)
			if !ourselves && s.track.cut() && p.r == p.w {
				s.fatal(errGone)
			}
			return err
		}
		if s.track.parted.Load() { // wait on, as long as it speaks
			p.conn.SetReadDeadline(time.Now().Add(partingTime))
		}
	}
}
