package proxy

import "github.com/datamime/datamime/sqlfuncs"

// refusesCursor tells whether the server would refuse a statement for want of
// a transaction block; first tells that nothing was executed before it since
// the last ReadyForQuery. PostgreSQL 18 takes what follows an Execute for a
// block.
func (s *session) refusesCursor(p *sqlfuncs.Prepared, first bool) bool {
	return first && p.NeedsBlock() && s.track.status.Load() == 'I'
}

// refuseCursor has the server refuse a cursor, with the words that it has for
// that. It does so behind a Sync of ours, for PostgreSQL 18 takes our own
// queries, too, for the beginning of a block.
func (s *session) refuseCursor() error {
	if err := s.synchronise(); err != nil {
		return err
	}
	if err := sendOwn(&s.server, "DECLARE datamime CURSOR FOR SELECT", nil, sqlfuncs.Text); err != nil {
		return lost(err)
	}
	if err := s.tell(message('H')); err != nil {
		return lost(err)
	}
	return s.await(5, onlyErrors(func(int) int { return 0 }))
}
