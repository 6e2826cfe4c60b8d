package proxy

import (
	"context"

	"github.com/datamime/datamime/sqlfuncs"
)

// A statement of ours may have to be prepared again when it is bound: when its
// columns hang on its parameters, and when its source has other columns by now.

// decide prepares a statement whose columns hang on its parameters, now that
// they have values.
func (s *session) decide(ctx context.Context, name string, deferred *sqlfuncs.Prepared, params []sqlfuncs.Param) (*sqlfuncs.Prepared, error) {
	p, err := deferred.Decide(ctx, s.querier(), params)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	return p, s.replace(name, p)
}

// foretell puts what can be described of such a statement in the place of the
// server's, for who asks before the parameters have values.
func (s *session) foretell(name string, st *statement) error {
	ctx, done := s.begin()
	defer done()
	if err := s.limit(ctx); err != nil {
		return s.fail(ctx, err)
	}
	p, err := st.Foretell(ctx, s.querier())
	if err != nil {
		return s.fail(ctx, err)
	}
	if err := s.replace(name, p); err != nil || s.failed {
		return err
	}
	st.Prepared = p
	return nil
}

// replan prepares a statement anew whose source has changed; it fails where the
// result would have other columns.
func (s *session) replan(ctx context.Context, name string, st *statement) (*sqlfuncs.Prepared, error) {
	p, err := st.Reprepare(ctx, s.querier(), s.lexOptions())
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	if err := s.replace(name, p); err != nil || s.failed {
		return nil, err
	}
	st.Prepared, st.text = p, p.Statement()
	return p, nil
}

// replace puts a statement in the place of the server's of the client's name.
func (s *session) replace(name string, p *sqlfuncs.Prepared) error {
	m := append(message('C', []byte{'S'}, []byte(name), []byte{0}), parseMessage(name, p.SQL, p.ParamOIDs)...)
	if err := s.tell(append(m, message('H')...)); err != nil {
		return err
	}
	return s.await(2, onlyErrors(p.Position))
}
