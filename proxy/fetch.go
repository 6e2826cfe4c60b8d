package proxy

import (
	"context"
	"strconv"

	"github.com/datamime/datamime/sqlfuncs"
)

// FETCH and MOVE in SQL reach a portal of the protocol too. Where its rows are
// ours, the server runs the statement over its own portal, which has none, and
// the rows that the client gets are those that come next of ours.

// makesRows is the test for names of portals whose rows we make; nil when
// there is none.
func (s *session) makesRows() func(name string) bool {
	if len(s.portals) == 0 {
		return nil
	}
	return s.makes
}

func (s *session) makes(portal string) bool {
	p := s.portals[portal]
	return p != nil && p.bound != nil && p.bound.Rows != nil
}

// runFetch carries out a FETCH or a MOVE in the simple protocol.
func (s *session) runFetch(st *sqlfuncs.Statement) error {
	ctx, done := s.begin()
	defer done()
	if err := s.limit(ctx); err != nil {
		return s.fail(ctx, err)
	}
	if err := s.tell(message('Q', []byte(st.SQL), []byte{0})); err != nil {
		return err
	}
	err := s.awaitReady(func(typ byte, body []byte) ([]byte, error) {
		switch typ {
		case 'T':
			return message(typ, body), nil
		case 'E':
			s.scriptFailed = true
			return mapPosition(body, st.Position), nil
		}
		return nil, nil
	})
	if err != nil || s.scriptFailed {
		return err
	}
	return s.sendFetched(ctx, st.Fetches, nil)
}

// executeFetch carries out an Execute of a FETCH or a MOVE.
func (s *session) executeFetch(name string, p *portal) error {
	ctx, done := s.begin()
	defer done()
	if err := s.limit(ctx); err != nil {
		return s.fail(ctx, err)
	}
	f := p.utility.text.Fetches
	if !s.makes(f.Portal) { // a cursor of the server's by now
		return s.executeTheirs(name)
	}
	if err := s.askExecute(name); err != nil {
		return err
	}
	err := s.await(1, func(typ byte, body []byte) ([]byte, error) {
		if typ == 'E' {
			return message(typ, body), nil
		}
		return nil, nil
	})
	if err != nil || s.failed {
		return err
	}
	return s.sendFetched(ctx, f, p.formats)
}

// executeTheirs has the server execute a portal of its own.
func (s *session) executeTheirs(name string) error {
	if err := s.askExecute(name); err != nil {
		return err
	}
	return s.await(1, nil)
}

// sendFetched sends the rows that a FETCH gives, or leaves out those of a MOVE,
// and ends its answer.
func (s *session) sendFetched(ctx context.Context, f *sqlfuncs.Fetch, formats []sqlfuncs.Format) error {
	if !f.Forward {
		return s.fail(ctx, &sqlfuncs.Error{Code: "55000", Message: "cursor can only scan forward",
			Hint: "Declare it with SCROLL option to enable backward scan."})
	}
	p, verb := *s.portals[f.Portal], "FETCH "
	p.formats = formats
	var n int64
	var err error
	if f.Move {
		verb = "MOVE "
		n, err = p.skip(ctx, f.Rows)
	} else {
		var sent int
		sent, err = s.sendRows(ctx, &p, int(max(f.Rows, 0)))
		n = int64(sent)
	}
	own := s.portals[f.Portal]
	own.batch, own.next, own.drained = p.batch, p.next, p.drained
	if err != nil {
		return s.fail(ctx, err)
	}
	return s.client.write(commandComplete(verb + strconv.FormatInt(n, 10)))
}
