package proxy

import (
	"errors"
	"io"
	"net"
	"os"
	"time"

	"github.com/datamime/datamime/sqlfuncs"
)

// A session that a draining server asks to leave takes nothing more from its
// client than what it needs to go between two messages. What the client asked
// for until then is answered, and what it sends later is thrown away while it
// reads. A stream of the server's log, which has no end of its own, ends between
// two messages of the server's, as one of a server that shuts down does: who
// follows it goes on elsewhere, from where its answers say.

const (
	// groupRest bounds the wait for the rest of a group of messages of which
	// some are ours: it may have been sent already.
	groupRest = 100 * time.Millisecond
	// stillTime bounds the wait for a client that takes nothing of its last
	// answers.
	stillTime = time.Second
)

// errAsked ends a group of messages whose rest the client keeps to itself.
var errAsked = errors.New("asked to leave")

// between tells whether nothing of a message of the client's is under way, nor
// data of a COPY.
func (s *session) between() bool {
	return s.client.r == s.client.w && s.track.clientRest == 0 && !s.track.copying.Load()
}

// wanted is how much of b may be read of the client: a session that is to leave
// reads to the end of a message only.
func (s *session) wanted(b []byte) []byte {
	if !s.leaving.Load() || s.track.copying.Load() {
		return b
	}
	n := int(s.track.clientRest)
	if held := s.client.unread(); n == 0 {
		n = headLen - len(held)
		if n <= 0 {
			n = sizeOf(held) - len(held)
		}
	}
	if n <= 0 {
		return b
	}
	return b[:min(n, len(b))]
}

// nextHead is the head of the client's next message in a group. It fails with
// errAsked where the session is to leave and no message comes.
func (s *session) nextHead() (typ byte, size int, err error) {
	for asked := false; ; {
		if s.turn(listening) && s.client.r == s.client.w {
			asked = true
			s.client.conn.SetReadDeadline(time.Now().Add(groupRest))
		}
		typ, size, err = s.client.head()
		if s.turn(working) {
			s.client.conn.SetReadDeadline(time.Time{})
		}
		switch {
		case !errors.Is(err, os.ErrDeadlineExceeded):
			return typ, size, err
		case asked && s.client.r == s.client.w:
			return 0, 0, errAsked
		}
	}
}

// depart ends a session that was asked to leave once all that the client asked
// for is answered; gone is false when the server wants data of it for that.
func (s *session) depart() (gone bool) {
	over, err := s.answerAll()
	switch {
	case err != nil:
		s.part(err)
	case !over:
		return false
	default:
		s.farewell()
	}
	return true
}

// answerAll forwards the answers that the server owes. It stops where the
// server wants data of the client, and between two messages of a stream.
func (s *session) answerAll() (over bool, err error) {
	if err := s.server.pass(&s.client, int(s.track.serverRest)); err != nil {
		return false, err
	}
	s.track.serverRest = 0
	for s.track.busy() && !s.track.copying.Load() && !s.track.streams() {
		if s.server.r == s.server.w {
			if err := s.client.flush(); err != nil {
				return false, err
			}
		}
		typ, size, err := s.server.head()
		if err != nil {
			return false, err
		}
		if err := s.passAnswer(typ, size); err != nil {
			return false, err
		}
	}
	return !s.track.copying.Load(), s.client.flush()
}

// lastWord tells the client why its session ends, behind all that is queued
// for it.
func (s *session) lastWord(e *sqlfuncs.Error) error {
	s.srv.metrics.failed(e.Code)
	if err := s.client.write(errorResponse("FATAL", e)); err != nil {
		return err
	}
	return s.client.flush()
}

// fatal tells the client why its session ends. It gives up on a client that
// does not read.
func (s *session) fatal(e *sqlfuncs.Error) {
	s.client.conn.SetWriteDeadline(time.Now().Add(stillTime))
	_ = s.lastWord(e)
}

// partingWord is the last word of a session that was asked to leave. A stream
// ends in PostgreSQL's way, on either side.
func (s *session) partingWord() error {
	if !s.track.streams() {
		return s.lastWord(errShutdown)
	}
	s.server.conn.SetWriteDeadline(time.Now().Add(stillTime))
	if err := s.tell(message('X')); err != nil {
		s.log.Debug("stream cut short", "error", err)
	}
	if err := s.client.write(commandComplete("COPY 0")); err != nil {
		return err
	}
	return s.client.flush()
}

// farewell tells the client why its session ends, and waits until all that was
// sent has come to it: a socket that is closed while the client sends more
// takes back what is under way.
func (s *session) farewell() {
	over := make(chan struct{})
	defer func() {
		s.close()
		<-over
	}()
	go func() {
		defer close(over)
		io.Copy(io.Discard, struct{ io.Reader }{s.client.conn})
	}()
	if s.partingWord() != nil {
		return
	}
	for _, c := range []net.Conn{s.client.conn, socketOf(s.client.conn)} { // TLS, and what it runs over
		if c, ok := c.(interface{ CloseWrite() error }); ok {
			c.CloseWrite()
		}
	}
	last, since := unsent(s.client.conn), time.Now()
	for last > 0 && time.Since(since) < stillTime {
		select {
		case <-over:
			return
		case <-time.After(time.Millisecond):
		}
		if n := unsent(s.client.conn); n != last {
			last, since = n, time.Now()
		}
	}
}
