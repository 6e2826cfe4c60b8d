package proxy

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/datamime/datamime/sqlfuncs"
)

// work is what a session does for a statement of ours, as far as others may
// end it.
type work struct {
	mu     sync.Mutex
	cancel context.CancelCauseFunc // nil when nothing is under way

	// since is when the statement under way began (zero: none is), and ran that
	// an Execute of it came; timeout is its statement_timeout (-1: not read yet).
	since   time.Time
	ran     bool
	timeout time.Duration

	began   time.Time // the work under way
	unwatch func()    // ends the watch over the server
	tally   *tally    // of the statement that it is for, once that is known
}

var (
	errCanceled   = errors.New("canceled by the user")
	errTimedOut   = errors.New("statement timeout")
	errClientGone = errors.New("the client is gone")
	errLost       = errors.New("connection lost")
	errUnasked    = errors.New("the server ended the session by itself")
)

// lost marks an error that no session survives.
func lost(err error) error { return fmt.Errorf("%w: %w", errLost, err) }

// canceled is what the client is told of work that ended early; nil when there
// is nobody to tell.
func canceled(cause error) *sqlfuncs.Error {
	switch {
	case errors.Is(cause, errTimedOut):
		return &sqlfuncs.Error{Code: "57014", Message: "canceling statement due to statement timeout"}
	case errors.Is(cause, errCanceled):
		return &sqlfuncs.Error{Code: "57014", Message: "canceling statement due to user request"}
	}
	return nil
}

// begin starts work of ours. Its context ends when the client cancels or
// disappears; done must be called, and until then only the client's way out
// may be used, not what it sent.
func (s *session) begin() (ctx context.Context, done func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	s.work.mu.Lock()
	s.work.cancel = cancel
	s.work.mu.Unlock()
	if s.work.since.IsZero() {
		s.work.since, s.work.timeout = time.Now(), -1
	}
	unwatch := s.watchClient(cancel)
	s.work.began, s.work.tally = time.Now(), nil
	return ctx, func() {
		unwatch()
		s.work.tally.step(ctx, s.failed)
		s.work.mu.Lock()
		s.work.cancel = nil
		s.work.mu.Unlock()
		cancel(nil)
	}
}

// nextStatement stops the clock of statement_timeout, which begins anew with
// what comes next: the server's does so, too, behind each Execute and each
// statement of a Query.
func (w *work) nextStatement() { w.since, w.ran = time.Time{}, false }

// cancelOurs ends the work under way, if there is any, on behalf of a
// CancelRequest.
func (s *session) cancelOurs() {
	s.work.mu.Lock()
	defer s.work.mu.Unlock()
	if s.work.cancel != nil {
		s.work.cancel(errCanceled)
	}
}

// watchClient reads ahead, once, to notice a client that disappears while it
// waits for us. What it reads is kept.
func (s *session) watchClient(cancel context.CancelCauseFunc) (unwatch func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := s.client.fill(); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			cancel(errClientGone)
		}
	}()
	return func() {
		s.client.conn.SetReadDeadline(longAgo)
		<-done
		s.client.conn.SetReadDeadline(time.Time{})
	}
}

// watchServer reads ahead of the server while nothing is expected of it, and
// calls failed where it sends an error or ends: its transaction_timeout may
// strike, or an administrator. What it reads is kept. It must end, by
// unwatchServer, before the server is read otherwise.
func (s *session) watchServer(failed func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			err := s.server.fill()
			if errors.Is(err, os.ErrDeadlineExceeded) {
				return
			}
			if err != nil || s.server.holdsError() {
				failed()
				return
			}
		}
	}()
	s.work.unwatch = func() {
		s.server.conn.SetReadDeadline(longAgo)
		<-done
		s.server.conn.SetReadDeadline(time.Time{})
	}
}

// unwatchServer ends the watch over the server, if there is one.
func (s *session) unwatchServer() {
	if unwatch := s.work.unwatch; unwatch != nil {
		s.work.unwatch = nil
		unwatch()
	}
}

// limit arms the session's statement_timeout for work of ours: the server's
// own clock stops at the end of each Execute and does not see it.
func (s *session) limit(ctx context.Context) error {
	w := &s.work
	if w.timeout < 0 {
		const query = `SELECT (1000 * pg_catalog.date_part('epoch', pg_catalog.current_setting('statement_timeout')::pg_catalog.interval))::pg_catalog.int8`
		err := s.querier().Query(ctx, query, nil, sqlfuncs.Text, func(values [][]byte) error {
			ms, err := strconv.ParseInt(string(values[0]), 10, 64)
			w.timeout = time.Duration(ms) * time.Millisecond
			return err
		})
		if err != nil {
			return err
		}
	}
	if w.timeout > 0 {
		w.mu.Lock()
		cancel := w.cancel
		w.mu.Unlock()
		timer := time.AfterFunc(time.Until(w.since.Add(w.timeout)), func() { cancel(errTimedOut) })
		context.AfterFunc(ctx, func() { timer.Stop() })
	}
	return nil
}
