package proxy

import (
	"errors"
	"log/slog"
	"time"

	"github.com/datamime/datamime/sqlfuncs"
)

// session is one client and its connection to the server.
type session struct {
	admission
	srv *Server
	id  uint64
	log *slog.Logger

	client peer // where statements come from
	server peer // where they are answered

	track track // what the relayed messages have told so far
	work  work  // what is under way for a statement of ours

	// The client's prepared statements and portals that call us, by name.
	statements map[string]*statement
	portals    map[string]*portal

	// failed: the server skips everything until the next Sync.
	failed bool
	// inScript: several statements of one Query run one by one; reported are
	// the parameters that change among them, which a server tells at its end.
	inScript bool
	reported []report
	// placed, while a statement of ours runs on the server, is what position
	// in the client's text one in the server's stands for.
	placed func(server int) int
	// scriptFailed: a statement of the Query under way failed.
	scriptFailed bool
	// executed: something ran since the last ReadyForQuery, so that what it set
	// may not be told yet.
	executed bool
	// owed counts messages forwarded while intercepting whose answers were
	// not yet read.
	owed int
}

// run is the life of a session.
func (s *session) run() {
	if err := s.start(); err != nil {
		return
	}
	s.log.Debug("session began", "user", s.user)
	defer s.log.Debug("session ended")
	defer s.closePortals()
	for {
		if s.leaving.Load() && s.between() && s.depart() {
			return
		}
		switch s.relay() {
		case ended:
			return
		case ours:
			switch err := s.handleOurs(); {
			case errors.Is(err, errAsked):
				s.farewell()
				return
			case err != nil:
				s.part(err)
				return
			}
		}
	}
}

// handleOurs handles messages of ours, while the event loop keeps no processor
// to itself.
func (s *session) handleOurs() error {
	s.srv.working.Add(1)
	defer s.srv.working.Add(-1)
	return s.intercept()
}

// part ends a session that cannot go on, with a word to a client that still
// listens.
func (s *session) part(cause error) {
	var last *sqlfuncs.Error
	gone := errors.Is(cause, errTerminated) || errors.Is(cause, errClientGone)
	if !gone && !s.track.failed && !errors.Is(cause, errMalformed) {
		s.passLastWords()
	}
	switch {
	case gone:
	case s.track.failed: // the server said why
	case errors.Is(cause, errMalformed):
		last = &sqlfuncs.Error{Code: "08P01", Message: "invalid message length"}
	default:
		last = &sqlfuncs.Error{Code: "08006", Message: "the connection to the server was lost"}
	}
	if last != nil {
		s.log.Debug("session cut short", slog.Any("cause", cause))
		_ = s.lastWord(last)
	}
	s.client.flush()
	if errors.Is(cause, errLost) {
		s.work.tally.end(callFailed)
	}
}

// passLastWords forwards what a server has said that ended the session by
// itself: one that is gone for who writes to it may have told why.
func (s *session) passLastWords() {
	s.server.conn.SetReadDeadline(time.Now().Add(lastWordsTime))
	for {
		typ, size, err := s.server.head()
		if err == nil {
			err = s.passAnswer(typ, size)
		}
		if err != nil {
			return
		}
	}
}

// lastWordsTime bounds the wait for them; they came before the end was noticed.
const lastWordsTime = time.Second

// closePortals closes the portals that a session leaves open.
func (s *session) closePortals() {
	for name := range s.portals {
		s.dropPortal(name)
	}
}
