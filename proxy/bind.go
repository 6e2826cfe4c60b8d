package proxy

import (
	"bytes"
	"errors"

	"github.com/datamime/datamime/sqlfuncs"
)

// bind handles a Bind.
func (s *session) bind(size int) error {
	m, err := s.client.peek(min(size, largeBuf))
	if err != nil {
		return err
	}
	portalName, rest, ok := cstring(m[headLen:])
	name, _, ok2 := cstring(rest)
	st := s.statements[name]
	if !ok || !ok2 || st == nil {
		s.dropPortal(portalName)
		return s.forward(size)
	}
	if m, err = s.client.take(size); err != nil {
		return err
	}
	m = bytes.Clone(m) // the watch over the client reads on while we work
	if err := s.catchUp(); err != nil || s.failed {
		return err
	}
	values := m[headLen+len(portalName)+len(name)+2:] // with their formats
	b, err := readBind(values, name, st.params(), st.oids())
	switch {
	case errors.Is(err, errCut):
		return s.bindMalformed(portalName, name, values, st)
	case err != nil:
		return s.refuseBind(err)
	case st.Prepared == nil:
		return s.bindUtility(portalName, name, st, b)
	}
	return s.bindOurs(portalName, name, st, b)
}

// bindOurs binds a portal over a statement of ours.
func (s *session) bindOurs(portalName, name string, st *statement, b *bindMessage) error {
	p := st.Prepared
	s.dropPortal(portalName)
	if st.refused != nil {
		return s.bindRefused(portalName, name, st, b)
	}
	ctx, done := s.begin()
	defer done()
	counts := s.tally(st.text)
	if err := s.limit(ctx); err != nil {
		return s.fail(ctx, err)
	}
	if st.execution != nil {
		params, err := st.execution.Arguments(ctx, s.querier(), p)
		if err != nil {
			return s.fail(ctx, err)
		}
		b.params = params
	}
	if p.Deferred != nil {
		var err error
		if p, err = s.decide(ctx, name, p, b.params); err != nil || s.failed {
			return err
		}
	}
	bound, err := p.Bind(ctx, s.querier(), b.params)
	if errors.Is(err, sqlfuncs.ErrChanged) {
		if p, err = s.replan(ctx, name, st); err != nil || s.failed {
			return err
		}
		bound, err = p.Bind(ctx, s.querier(), b.params)
	}
	if err != nil {
		return s.fail(ctx, err)
	}
	counts.made(bound.Made)
	pt := &portal{prepared: p, bound: bound, formats: b.results, tally: counts}
	err = s.bindPortal(portalName, name, pt, b)
	if err != nil || s.failed {
		pt.close()
		return err
	}
	s.portals[portalName] = pt
	return nil
}

// bindPortal binds a portal on the server.
func (s *session) bindPortal(portalName, name string, p *portal, b *bindMessage) error {
	closing, n := []byte(nil), 1
	if p.bound.Instead != nil {
		name = ownStatement
		if err := s.parseInstead(name, p); err != nil || s.failed {
			return err
		}
		closing, n = closeOwn('S'), 2
	}
	err := b.send(&s.server, portalName, name, p.bound.Params)
	p.bound.Params = nil // the server has them
	if err != nil {
		return err
	}
	if err := s.tell(append(closing, message('H')...)); err != nil {
		return err
	}
	return s.await(n, func(typ byte, body []byte) ([]byte, error) {
		switch typ {
		case '3': // of a statement that only we know
			return nil, nil
		case 'E':
			return mapPosition(body, p.position), nil
		}
		return message(typ, body), nil
	})
}

// dropPortal forgets a portal of ours of that name.
func (s *session) dropPortal(name string) {
	if p := s.portals[name]; p != nil {
		p.close()
		p.tally.end(callDone)
		delete(s.portals, name)
	}
}
