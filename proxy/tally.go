package proxy

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/datamime/datamime/sqlfuncs"
)

// tally is what one run of a statement of ours comes to: from its Bind to the
// end of its portal, or from its Parse to an error. A nil tally counts nothing.
type tally struct {
	metrics   *metrics
	log       *slog.Logger
	functions []string // each once
	rows      int64
	spent     time.Duration // by the steps before the one under way
	began     time.Time     // the step under way
	over      bool
}

// callOutcome is how a run ended.
type callOutcome string

const (
	callDone     callOutcome = "ok"
	callFailed   callOutcome = "error"
	callCanceled callOutcome = "canceled" // by the client, its disappearance or a timeout
)

// tally begins to count a run of a statement, with the work under way.
func (s *session) tally(st *sqlfuncs.Statement) *tally {
	s.work.tally = &tally{metrics: &s.srv.metrics, log: s.log, functions: st.Functions(), began: s.work.began}
	return s.work.tally
}

// made counts rows that the run made.
func (t *tally) made(rows int64) {
	if t != nil && rows > 0 {
		t.rows += rows
		t.metrics.eachCall(t.functions, func(c *callCount) { c.rows += uint64(rows) })
	}
}

// goOn goes on counting a run, with the work under way.
func (s *session) goOn(t *tally) {
	s.work.tally = t
	if t != nil {
		t.began = s.work.began
	}
}

// step counts the time of the step under way, whose context is given, and the
// run's end where it ended it; failed: the server skips to the next Sync.
func (t *tally) step(ctx context.Context, failed bool) {
	if t == nil {
		return
	}
	d := time.Since(t.began)
	t.metrics.eachCall(t.functions, func(c *callCount) { c.seconds += d.Seconds() })
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, errCanceled), errors.Is(cause, errTimedOut), errors.Is(cause, errClientGone):
		t.end(callCanceled)
	case failed:
		t.end(callFailed)
	}
	t.spent += d
	t.began = time.Time{}
}

// end counts the run itself, once.
func (t *tally) end(o callOutcome) {
	if t == nil || t.over {
		return
	}
	t.over = true
	t.metrics.eachCall(t.functions, func(c *callCount) { c.outcomes[o]++ })
	spent := t.spent
	if !t.began.IsZero() {
		spent += time.Since(t.began)
	}
	t.log.Debug("ran a statement of ours", "functions", t.functions, "outcome", o, "rows", t.rows, "seconds", spent.Seconds())
}
