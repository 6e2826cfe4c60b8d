package proxy

import "context"

// The rows of a call that are too many to be parameters are in temporary
// tables, which another text than the prepared one reads. A portal over it is
// like any other; the tables go with the transaction, or once it is closed.

// spilled tells whether there are tables to drop.
func (p *portal) spilled() bool { return p.bound != nil && p.bound.Drop != nil }

// parseInstead parses the text that a portal is to be bound to in place of the
// prepared one.
func (s *session) parseInstead(name string, p *portal) error {
	t := p.bound.Instead
	var m []byte
	if name != "" {
		m = message('C', []byte{'S'}, []byte(name), []byte{0})
	}
	m = append(m, parseMessage(name, t.SQL, t.ParamOIDs)...)
	n := 1
	if name != "" {
		n = 2
	}
	if err := s.tell(append(m, message('H')...)); err != nil {
		return lost(err)
	}
	return s.await(n, onlyErrors(p.position))
}

// dropTables closes a portal and drops the tables that it read. Outside a
// transaction block the end of the statement does so. closed takes the server's
// answer to the Close.
func (s *session) dropTables(ctx context.Context, name string, p *portal, closed answer) error {
	m := append(message('C', []byte{'P'}, []byte(name), []byte{0}), message('H')...)
	if err := s.tell(m); err != nil {
		return lost(err)
	}
	if err := s.await(1, closed); err != nil || s.failed || s.track.status.Load() == 'I' {
		return err
	}
	if err := p.bound.Drop(ctx, s.querier()); err != nil {
		return s.fail(ctx, err)
	}
	return nil
}

// dropDrained drops the tables of the unnamed portal, once all of its rows
// were fetched.
func (s *session) dropDrained() error {
	p := s.portals[""]
	if p == nil || !p.spilled() || !p.drained || s.track.status.Load() == 'I' {
		return nil
	}
	if err := s.catchUp(); err != nil || s.failed {
		return err
	}
	s.dropPortal("")
	ctx, done := s.begin()
	defer done()
	return s.dropTables(ctx, "", p, onlyErrors(p.position))
}

// closeSpilled handles a Close of a portal that reads temporary tables.
func (s *session) closeSpilled(name string, p *portal, size int) error {
	s.client.r += size
	if err := s.catchUp(); err != nil || s.failed {
		return err
	}
	s.dropPortal(name)
	ctx, done := s.begin()
	defer done()
	return s.dropTables(ctx, name, p, nil)
}
