package proxy

import (
	"context"

	"github.com/datamime/datamime/sqlfuncs"
)

// simpleQuery handles a Query, up to its ReadyForQuery.
func (s *session) simpleQuery(size int) error {
	// A Query ends the unnamed statement and the unnamed portal.
	delete(s.statements, "")
	s.dropPortal("")
	if err := s.catchUp(); err != nil {
		return err
	}
	m, err := s.client.peek(min(size, maxHeld))
	if err != nil {
		return err
	}
	if len(m) < size || !s.concerns(m[headLen:]) {
		return s.passQuery(size)
	}
	text, _, ok := cstring(m[headLen:])
	if !ok {
		return s.passQuery(size)
	}
	var script *sqlfuncs.Script
	options, err := s.lexOptionsOf(text)
	if err == nil {
		script, err = sqlfuncs.Parse(text, options)
	}
	if err == nil && script == nil {
		return s.passQuery(size)
	}
	s.client.r += size
	if err != nil {
		if err := s.failQuery(err); err != nil {
			return err
		}
		return s.endQuery()
	}
	if err := s.runScript(script); err != nil {
		return err
	}
	return s.endQuery()
}

// passQuery forwards a Query that is not ours and its answer.
func (s *session) passQuery(size int) error {
	if err := s.client.pass(&s.server, size); err != nil {
		return err
	}
	return s.awaitReady(nil)
}

// failQuery fails the statement under way with an error of ours.
func (s *session) failQuery(cause error) error {
	ctx, done := s.begin()
	defer done()
	return s.fail(ctx, cause)
}

// endQuery synchronises with the server and ends the answer to a Query.
func (s *session) endQuery() error {
	if err := s.tell(message('S')); err != nil {
		return err
	}
	return s.awaitReady(nil)
}

// runScript runs the statements of a Query that holds one of ours at least.
// They stand in one transaction: several statements outside a block get a
// BEGIN and a COMMIT of ours around them, unseen.
func (s *session) runScript(script *sqlfuncs.Script) error {
	if len(script.Statements) == 1 && script.Statements[0].Ours {
		return s.runOurs(script.Statements[0])
	}
	s.inScript = true
	err := s.runEach(script)
	s.inScript = false
	if err == nil {
		err = s.client.write(changes(s.reported))
	}
	s.reported = nil
	return err
}

// runEach runs the statements of a script up to one that fails.
func (s *session) runEach(script *sqlfuncs.Script) error {
	defer func() { s.scriptFailed = false }()
	block := false // a block of ours is open
	for _, st := range script.Statements {
		s.work.nextStatement()
		if !block && s.track.status.Load() == 'I' && st.Kind != sqlfuncs.Transaction {
			if err := s.aside("BEGIN"); err != nil {
				return err
			}
			block = true
		}
		var err error
		switch {
		case st.Ours && !s.deallocated(st):
			if err = s.runOurs(st); err == nil {
				err = s.synchronise()
			}
		case st.Fetches != nil && s.makes(st.Fetches.Portal):
			if err = s.runFetch(st); err == nil {
				err = s.synchronise()
			}
		case block && st.Transacts == "BEGIN":
			// The client's own BEGIN makes the implicit block a real one.
			block = false
			err = s.client.write(commandComplete("BEGIN"))
		case block && st.Transacts != "":
			// What ends an implicit block, or is refused in one, is so without
			// one of ours.
			block = false
			end := "ROLLBACK"
			if st.Transacts == "COMMIT" {
				end = "COMMIT"
			}
			if err = s.aside(end); err == nil && !s.scriptFailed {
				err = s.passStatement(st)
			}
		default:
			err = s.passStatement(st)
		}
		if err != nil {
			return err
		}
		if s.scriptFailed {
			break
		}
	}
	switch {
	case block && s.scriptFailed:
		return s.aside("ROLLBACK")
	case block:
		return s.aside("COMMIT")
	}
	return nil
}

// aside runs a statement of ours whose answer the client does not see, but for
// an error.
func (s *session) aside(text string) error {
	if err := s.tell(message('Q', []byte(text), []byte{0})); err != nil {
		return err
	}
	return s.awaitReady(func(typ byte, body []byte) ([]byte, error) {
		if typ == 'E' {
			s.scriptFailed = true
			return stripPosition(body), nil
		}
		return nil, nil
	})
}

// synchronise ends the messages of one statement of ours among others.
func (s *session) synchronise() error {
	s.scriptFailed = s.scriptFailed || s.failed
	if err := s.tell(message('S')); err != nil {
		return err
	}
	return s.awaitReady(func(byte, []byte) ([]byte, error) { return nil, nil })
}

// passStatement forwards one statement of a Query, and its answer but for
// ReadyForQuery.
func (s *session) passStatement(st *sqlfuncs.Statement) error {
	if err := s.tell(message('Q', []byte(st.SQL), []byte{0})); err != nil {
		return err
	}
	for {
		typ, size, err := s.server.head()
		if err != nil {
			return lost(err)
		}
		switch typ {
		case 'Z':
			if !s.scriptFailed && st.Deallocates != "" {
				delete(s.statements, st.Deallocates)
			}
			return s.deliver(typ, size, func(byte, []byte) ([]byte, error) { return nil, nil })
		case 'E':
			s.scriptFailed = true
			err = s.deliver(typ, size, func(_ byte, body []byte) ([]byte, error) {
				return mapPosition(body, st.Position), nil
			})
		case 'G':
			err = s.passCopyIn(size)
		default:
			err = s.deliver(typ, size, nil)
		}
		if err != nil {
			return err
		}
	}
}

// runOurs runs one statement of ours in the simple protocol.
func (s *session) runOurs(st *sqlfuncs.Statement) error {
	ctx, done := s.begin()
	defer done()
	if err := s.limit(ctx); err != nil {
		return s.fail(ctx, err)
	}
	switch {
	case st.Prepares != nil:
		return s.runPrepare(ctx, st)
	case st.Executes != nil:
		return s.runExecute(ctx, st)
	}
	return s.runCall(ctx, st, nil)
}

// runCall runs a statement that calls us, with parameters for an EXECUTE. For
// the server it is Parse, Bind, Describe and Execute, of whose answers the
// client sees what a simple query has.
func (s *session) runCall(ctx context.Context, st *sqlfuncs.Statement, params []sqlfuncs.Param) error {
	counts := s.tally(st)
	if err := st.Supplied(len(params)); err != nil {
		return s.fail(ctx, err)
	}
	p, err := st.PrepareBound(ctx, s.querier(), oidsOf(params), params)
	if err != nil {
		return s.fail(ctx, err)
	}
	if p.Deferred != nil { // there is nothing to bind
		return s.fail(ctx, p.Deferred)
	}
	if err := s.tell(append(parseMessage("", p.SQL, p.ParamOIDs), message('H')...)); err != nil {
		return lost(err)
	}
	if err := s.await(1, onlyErrors(p.Position)); err != nil || s.failed {
		return err
	}
	if s.refusesCursor(p, true) {
		return s.refuseCursor()
	}
	bound, err := p.BindAtOnce(ctx, s.querier(), params)
	if err != nil {
		return s.fail(ctx, err)
	}
	counts.made(bound.Made)
	pt := &portal{prepared: p, bound: bound, tally: counts}
	defer pt.close()
	if bound.Instead != nil {
		if err := s.parseInstead("", pt); err != nil || s.failed {
			return err
		}
	}
	b := bindMessage{params: params}
	if err := b.send(&s.server, "", "", bound.Params); err != nil {
		return lost(err)
	}
	bound.Params = nil // the server has them
	m := append(message('D', []byte{'P', 0}), executeMessage("", 0)...)
	if err := s.tell(append(m, message('H')...)); err != nil {
		return lost(err)
	}
	if err := s.finish(ctx, pt); err != nil || s.failed {
		return err
	}
	counts.end(callDone)
	if pt.spilled() {
		return s.dropTables(ctx, "", pt, onlyErrors(pt.position))
	}
	return nil
}

// onlyErrors keeps answers from the client, but for errors, which get the
// position in the client's own text.
func onlyErrors(position func(server int) int) answer {
	return func(typ byte, body []byte) ([]byte, error) {
		if typ == 'E' {
			return mapPosition(body, position), nil
		}
		return nil, nil
	}
}

// finish passes on the answers to Bind, Describe and Execute of a simple
// query of ours, with our rows in the place of the server's none.
func (s *session) finish(ctx context.Context, p *portal) error {
	var late []byte                           // the description of rows that the server keeps
	err := s.await(1, onlyErrors(p.position)) // BindComplete
	if err == nil {
		err = s.await(1, func(typ byte, body []byte) ([]byte, error) { // Describe
			switch typ {
			case 'T':
				if p.prepared.Statement().Stored {
					late = message(typ, body)
					return nil, nil
				}
				return message(typ, body), nil
			case 'E':
				return mapPosition(body, p.position), nil
			}
			return nil, nil
		})
	}
	if err == nil && !s.failed && late != nil {
		err = s.describeLate(late)
	}
	switch {
	case err != nil || s.failed:
		return err
	case !p.made():
		return s.awaitRun(p)
	}
	return s.executeMade(ctx, p, 0)
}

// describeLate sends a description of rows once the server's answer shows that
// there are some: a statement whose rows it keeps may have failed by then.
func (s *session) describeLate(description []byte) error {
	for {
		typ, size, err := s.server.head()
		switch {
		case err != nil:
			return lost(err)
		case typ == 'E':
			return nil
		case typ == 'N' || typ == 'S' || typ == 'A':
			if err := s.deliver(typ, size, nil); err != nil {
				return err
			}
		default:
			return s.client.write(description)
		}
	}
}
