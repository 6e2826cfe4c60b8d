package proxy

import (
	"context"
	"errors"

	"github.com/datamime/datamime/sqlfuncs"
)

// PREPARE takes no parameters of ours, so that a PREPARE of a statement of
// ours becomes a prepared statement of the protocol, whose names are the same;
// and an EXECUTE of it is run as the text that was prepared, with the values of
// its arguments as parameters.

// concerns tells whether a text may call us, or run what does.
func (s *session) concerns(sql []byte) bool {
	return sqlfuncs.Contains(sql) || len(s.statements) > 0 && sqlfuncs.MayExecute(sql) || len(s.portals) > 0 && sqlfuncs.MayFetch(sql)
}

// prepared is the test for names of prepared statements of ours; nil when
// there is none.
func (s *session) prepared() func(name string) bool {
	if len(s.statements) == 0 {
		return nil
	}
	return func(name string) bool { return s.statements[name] != nil && s.statements[name].Prepared != nil }
}

// deallocated tells whether a statement executes one that an earlier statement
// of the same Query dropped.
func (s *session) deallocated(st *sqlfuncs.Statement) bool {
	return st.Executes != nil && s.statements[st.Executes.Name] == nil
}

// runPrepare carries out a PREPARE.
func (s *session) runPrepare(ctx context.Context, st *sqlfuncs.Statement) error {
	p := st.Prepares
	oids, err := p.ParamOIDs(ctx, s.querier())
	if err != nil {
		return s.fail(ctx, err)
	}
	if err := s.parseCall(ctx, p.Name, &statement{text: p.Statement, quiet: true}, oids, st.Offset+p.Offset); err != nil || s.failed {
		return err
	}
	return s.client.write(commandComplete("PREPARE"))
}

// runExecute carries out an EXECUTE in the simple protocol.
func (s *session) runExecute(ctx context.Context, st *sqlfuncs.Statement) error {
	expanded, params, err := s.expand(ctx, st)
	if err != nil {
		return s.fail(ctx, err)
	}
	return s.runCall(ctx, expanded, params)
}

// expand returns the statement that an EXECUTE stands for, and its parameters.
func (s *session) expand(ctx context.Context, st *sqlfuncs.Statement) (*sqlfuncs.Statement, []sqlfuncs.Param, error) {
	prepared := s.statements[st.Executes.Name]
	expanded, err := st.Expand(prepared.text, s.lexOptions())
	if err != nil {
		return nil, nil, err
	}
	params, err := st.Executes.Arguments(ctx, s.querier(), prepared.Prepared)
	return expanded, params, err
}

// parseExecute makes a prepared statement of an EXECUTE: of what it stands
// for, whose parameters get their values with each Bind.
func (s *session) parseExecute(ctx context.Context, name string, st *sqlfuncs.Statement) error {
	prepared := s.statements[st.Executes.Name].Prepared
	if err := st.Executes.Supplies(prepared); err != nil {
		return s.parseRefused(name, &statement{Prepared: prepared, text: st, refused: err})
	}
	expanded, params, err := s.expand(ctx, st)
	if err != nil {
		return s.fail(ctx, err)
	}
	return s.parseCall(ctx, name, &statement{text: expanded, execution: st.Executes, given: params}, oidsOf(params), 0)
}

// parseRefused answers the Parse of an EXECUTE that cannot be carried out. The
// server keeps what it names in its place, whose columns it has.
func (s *session) parseRefused(name string, st *statement) error {
	if err := s.tell(append(parseMessage(name, st.SQL, st.ParamOIDs), message('H')...)); err != nil {
		return err
	}
	if err := s.await(1, nil); err != nil || s.failed {
		return err
	}
	s.keepStatement(name, st)
	return nil
}

// bindRefused binds a portal over such a statement, which never runs.
func (s *session) bindRefused(portalName, name string, st *statement, b *bindMessage) error {
	p := &portal{prepared: st.Prepared, bound: &sqlfuncs.Bound{Params: make([]sqlfuncs.Param, len(st.ParamOIDs))}, formats: b.results, refused: st.refused}
	err := s.bindPortal(portalName, name, p, b)
	if err == nil && !s.failed {
		s.portals[portalName] = p
	}
	return err
}

// isUtility tells whether a statement is one whose Execute concerns us, though
// the server has it: a PREPARE, a DEALLOCATE or a FETCH.
func isUtility(st *sqlfuncs.Statement) bool {
	return st.Prepares != nil || st.Deallocates != "" || st.Fetches != nil
}

// parseUtility answers the Parse of such a statement. In the place of a PREPARE
// the server keeps an empty statement, which like it has no parameters and no
// rows; it reads the PREPARE's own text before, as its grammar may be older
// than ours.
func (s *session) parseUtility(name string, st *statement) error {
	text := st.text.SQL
	if st.text.Prepares != nil {
		m := append(closeOwn('S'), parseMessage(ownStatement, text, nil)...)
		if err := s.tell(append(append(m, closeOwn('S')...), message('H')...)); err != nil {
			return err
		}
		if err := s.await(3, onlyErrors(unmoved)); err != nil || s.failed {
			return err
		}
		text = ""
	}
	if err := s.tell(append(parseMessage(name, text, nil), message('H')...)); err != nil {
		return err
	}
	if err := s.await(1, nil); err != nil || s.failed {
		return err
	}
	s.keepStatement(name, st)
	return nil
}

// bindUtility binds a portal over such a statement.
func (s *session) bindUtility(portalName, name string, st *statement, b *bindMessage) error {
	s.dropPortal(portalName)
	if err := b.send(&s.server, portalName, name, nil); err != nil {
		return err
	}
	if err := s.tell(message('H')); err != nil {
		return err
	}
	if err := s.await(1, nil); err != nil || s.failed {
		return err
	}
	s.portals[portalName] = &portal{utility: st, formats: b.results}
	return nil
}

// executeUtility executes a portal over such a statement.
func (s *session) executeUtility(name string, p *portal) error {
	st := p.utility.text
	if st.Fetches != nil {
		return s.executeFetch(name, p)
	}
	if err := s.askExecute(name); err != nil {
		return err
	}
	err := s.await(1, func(typ byte, body []byte) ([]byte, error) {
		if typ == 'I' {
			return nil, nil // of the empty statement
		}
		return message(typ, body), nil
	})
	if err != nil || s.failed {
		return err
	}
	if st.Deallocates != "" {
		delete(s.statements, st.Deallocates)
		return nil
	}
	ctx, done := s.begin()
	defer done()
	return s.runPrepare(ctx, st)
}

// oidsOf are the types of parameters.
func oidsOf(params []sqlfuncs.Param) []uint32 {
	oids := make([]uint32, len(params))
	for i, p := range params {
		oids[i] = p.OID
	}
	return oids
}

// behind is a position in a text that begins shift characters on; 0 stays none.
func behind(shift, position int) int {
	if position <= 0 {
		return 0
	}
	return shift + position
}

// shifted is an error whose position counts from shift characters on.
func shifted(err error, shift int) error {
	var mine *sqlfuncs.Error
	if shift > 0 && errors.As(err, &mine) {
		moved := *mine
		moved.Position = behind(shift, mine.Position)
		return &moved
	}
	return err
}
