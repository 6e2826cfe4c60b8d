package proxy

import (
	"crypto/tls"
	"errors"
	"net"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// relayInLoop relays the session in an event loop; ok is false when it cannot
// be.
func (s *session) relayInLoop() (out outcome, ok bool) {
	l := s.srv.loop()
	if l == nil {
		return ended, false
	}
	r := &relayed{s: s, outcome: make(chan outcome, 1)}
	r.ends[clientEnd].peer, r.ends[serverEnd].peer = &s.client, &s.server
	switch err := s.enter(l, r); {
	case errors.Is(err, errSessionClosed):
		return ended, true
	case err != nil: // no descriptors are left, most likely
		s.log.Warn("relaying on goroutines", "error", err)
		return ended, false
	}
	out = <-r.outcome
	if out == ended {
		s.detach()
		return ended, true
	}
	if err := s.leave(r); err != nil {
		s.log.Warn("session lost on its way from the event loop", "error", err)
		return ended, true
	}
	return out, true
}

// enter takes the session's sockets from the runtime's poller, which would
// wake a thread for each message, and puts them into the loop.
func (s *session) enter(l *loop, r *relayed) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errSessionClosed
	}
	for i := range r.ends {
		fd, err := duplicate(socketOf(s.conns[i]))
		if err != nil {
			if i == serverEnd {
				unix.Close(r.ends[clientEnd].fd)
			}
			return err
		}
		r.ends[i].fd, r.ends[i].loop = fd, l
	}
	for i := range s.conns {
		socketOf(s.conns[i]).Close()
		if secure, ok := s.conns[i].(*tls.Conn); ok {
			e := &r.ends[i]
			e.secure = secure
			c := secure.NetConn().(*carrier)
			c.Conn, c.looped = loopConn{l, r}, e
		}
		s.conns[i] = loopConn{l, r}
	}
	r.asked = s.leaving.Load()
	l.call(func() { l.add(r) })
	return nil
}

// leave gives the session's sockets back to the runtime's poller. It takes no
// further descriptor: there may be none left.
func (s *session) leave(r *relayed) error {
	var failure error
	for i := range r.ends {
		e := &r.ends[i]
		var c net.Conn = socketConn{os.NewFile(uintptr(e.fd), "")}
		if e.secure != nil {
			carried := e.secure.NetConn().(*carrier)
			carried.Conn, carried.looped = c, nil
			c = e.secure
		}
		if err := s.attach(i, c); err != nil { // it is closed then
			failure = err
		}
	}
	for i := range r.ends {
		if e := &r.ends[i]; failure == nil && e.secure != nil { // its records cannot wait among messages
			_, failure = e.secure.NetConn().Write(e.peer.out)
			e.peer.out = nil
		}
	}
	return failure
}

// detach forgets the connections that the loop has closed, so that nobody wakes
// it to close them again.
func (s *session) detach() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns = [2]net.Conn{}
}

// socketConn is a socket as a file of the runtime's poller: net.FileConn would
// duplicate its descriptor.
type socketConn struct{ *os.File }

// Read reads as a net.Conn does: crypto/tls goes on after a deadline only where
// the error is a net.Error, which a file's is not.
func (c socketConn) Read(b []byte) (int, error) {
	n, err := c.File.Read(b)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = os.ErrDeadlineExceeded
	}
	return n, err
}

// CloseWrite tells the other end that no more will be sent.
func (c socketConn) CloseWrite() error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Control(func(fd uintptr) { failed = unix.Shutdown(int(fd), unix.SHUT_WR) })
	return errors.Join(err, failed)
}

func (socketConn) LocalAddr() net.Addr  { return nil }
func (socketConn) RemoteAddr() net.Addr { return nil }

// unsent is how much of what was written to a connection the other end's
// machine has yet to take; 0 for what stays on this one.
func unsent(c net.Conn) (n int) {
	raw, err := socketOf(c).(syscall.Conn).SyscallConn()
	if err != nil {
		return 0
	}
	err = raw.Control(func(fd uintptr) {
		if domain, _ := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_DOMAIN); domain != unix.AF_UNIX {
			n, _ = unix.IoctlGetInt(int(fd), unix.SIOCOUTQ)
		}
	})
	if err != nil { // it is closed
		return 0
	}
	return n
}

// duplicate gives a descriptor of a connection's socket.
func duplicate(c net.Conn) (fd int, err error) {
	raw, err := c.(syscall.Conn).SyscallConn()
	if err != nil {
		return 0, err
	}
	var dup error
	err = raw.Control(func(old uintptr) { fd, dup = unix.FcntlInt(old, unix.F_DUPFD_CLOEXEC, 0) })
	return fd, errors.Join(err, dup)
}

// loopConn stands for a connection of a session in a loop, for those who end
// sessions from outside.
type loopConn struct {
	l *loop
	r *relayed
}

// Close ends the session.
func (c loopConn) Close() error {
	c.l.call(func() { c.l.finish(c.r, ended) })
	return nil
}

// drain has the session leave as soon as it can.
func (c loopConn) drain() {
	c.l.call(func() {
		c.r.asked = true
		c.l.parts(c.r)
	})
}

func (loopConn) Read([]byte) (int, error)         { return 0, net.ErrClosed }
func (loopConn) Write([]byte) (int, error)        { return 0, net.ErrClosed }
func (loopConn) LocalAddr() net.Addr              { return nil }
func (loopConn) RemoteAddr() net.Addr             { return nil }
func (loopConn) SetDeadline(time.Time) error      { return net.ErrClosed }
func (loopConn) SetReadDeadline(time.Time) error  { return net.ErrClosed }
func (loopConn) SetWriteDeadline(time.Time) error { return nil }
