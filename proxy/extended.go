package proxy

import (
	"bytes"
	"context"
	"encoding/binary"
	"strconv"
	"strings"

	"github.com/datamime/datamime/sqlfuncs"
)

// parse handles a Parse.
func (s *session) parse(size int) error {
	m, err := s.client.peek(min(size, maxHeld))
	if err != nil {
		return err
	}
	name, rest, ok := cstring(m[headLen:])
	if !ok || len(m) < size || !s.concerns(m[headLen:]) {
		return s.parseTheirs(name, size)
	}
	text, rest, ok := cstring(rest)
	oids, err2 := readOIDs(rest)
	if !ok || err2 != nil {
		return s.forward(size) // the server has the words for it
	}
	options, err := s.lexOptionsOf(text)
	if err != nil {
		s.client.r += size
		return s.fail(context.Background(), err)
	}
	if s.failed {
		return s.client.skip(size)
	}
	script, err := sqlfuncs.Parse(text, options)
	if err == nil && (script == nil || len(script.Statements) != 1 || !script.Statements[0].Ours && !isUtility(script.Statements[0])) {
		return s.parseTheirs(name, size)
	}
	s.client.r += size
	if err := s.catchUp(); err != nil || s.failed {
		return err
	}
	ctx, done := s.begin()
	defer done()
	if err != nil {
		return s.fail(ctx, err)
	}
	st := script.Statements[0]
	switch {
	case isUtility(st):
		return s.parseUtility(name, &statement{text: st})
	case st.Executes != nil:
		return s.parseExecute(ctx, name, st)
	}
	return s.parseCall(ctx, name, &statement{text: st}, oids, 0)
}

// parseCall makes a prepared statement of the client's that calls us. Where
// its text stands inside another one, shift is how far behind that one's
// beginning.
func (s *session) parseCall(ctx context.Context, name string, st *statement, oids []uint32, shift int) error {
	s.tally(st.text)
	if err := s.roomFor(name, st); err != nil {
		return s.fail(ctx, shifted(err, shift))
	}
	p, err := st.text.PrepareBound(ctx, s.querier(), oids, st.given)
	if err != nil {
		return s.fail(ctx, shifted(err, shift))
	}
	types := p.ParamOIDs
	if p.Deferred != nil {
		types = nil // an empty statement keeps its place
	}
	if err := s.tell(append(parseMessage(name, p.SQL, types), message('H')...)); err != nil {
		return err
	}
	err = s.await(1, func(typ byte, body []byte) ([]byte, error) {
		switch {
		case typ == 'E':
			return mapPosition(body, func(server int) int { return behind(shift, p.Position(server)) }), nil
		case st.quiet:
			return nil, nil
		}
		return message(typ, body), nil
	})
	if err != nil || s.failed {
		return err
	}
	st.Prepared, st.text = p, p.Statement()
	s.keepStatement(name, st)
	return nil
}

// parseTheirs forwards a Parse that is not ours. Where it succeeds under the
// name of a statement of ours, that one is gone.
func (s *session) parseTheirs(name string, size int) error {
	if s.statements[name] == nil {
		return s.forward(size)
	}
	if err := s.client.pass(&s.server, size); err != nil {
		return err
	}
	s.owed++
	err := s.catchUp()
	if err == nil && (!s.failed || name == "") {
		delete(s.statements, name)
	}
	return err
}

// describe handles a Describe.
func (s *session) describe(size int) error {
	m, err := s.client.peek(min(size, largeBuf))
	if err != nil {
		return err
	}
	if len(m) < headLen+2 {
		return s.forward(size)
	}
	name, _, _ := cstring(m[headLen+1:])
	st := s.statements[name]
	if m[headLen] != 'S' || st == nil || st.Prepared == nil {
		return s.forward(size)
	}
	m = bytes.Clone(m)
	s.client.r += size
	if err := s.catchUp(); err != nil || s.failed {
		return err
	}
	if st.Deferred != nil {
		if err := s.foretell(name, st); err != nil || s.failed {
			return err
		}
	}
	if err := s.tell(append(m, message('H')...)); err != nil {
		return err
	}
	return s.await(1, func(typ byte, body []byte) ([]byte, error) {
		if n := st.params(); typ == 't' && len(body) >= 2+4*n {
			return message('t', binary.BigEndian.AppendUint16(nil, uint16(n)), body[2:2+4*n]), nil
		}
		return message(typ, body), nil
	})
}

// execute handles an Execute; first tells that none came before it since the
// last ReadyForQuery.
func (s *session) execute(size int, first bool) error {
	m, err := s.client.peek(min(size, largeBuf))
	if err != nil {
		return err
	}
	name, rest, ok := cstring(m[headLen:])
	p := s.portals[name]
	if !ok || len(rest) < 4 || p == nil {
		return s.forward(size)
	}
	limit := int(int32(binary.BigEndian.Uint32(rest)))
	m = bytes.Clone(m)
	s.client.r += size
	if err := s.catchUp(); err != nil || s.failed {
		return err
	}
	if p.utility != nil {
		return s.executeUtility(name, p)
	}
	if p.refused != nil {
		return s.failQuery(p.refused)
	}
	if s.refusesCursor(p.prepared, first) {
		return s.refuseCursor()
	}
	if !p.made() {
		p.drained = limit <= 0
		if err := s.tell(append(m, message('H')...)); err != nil {
			return err
		}
		err := s.awaitRun(p)
		if s.failed {
			p.tally.end(callFailed)
		}
		return err
	}
	return s.executeOurs(name, p, limit)
}

// executeOurs executes a portal whose rows we make.
func (s *session) executeOurs(name string, p *portal, limit int) error {
	ctx, done := s.begin()
	defer done()
	s.goOn(p.tally)
	if err := s.limit(ctx); err != nil {
		return s.fail(ctx, err)
	}
	if err := s.askExecute(name); err != nil {
		return err
	}
	return s.executeMade(ctx, p, limit)
}

// askExecute asks the server to execute a portal to its end, and to answer.
func (s *session) askExecute(portal string) error {
	return s.tell(append(executeMessage(portal, 0), message('H')...))
}

// executeMade reads the server's answer to the Execute of a portal whose rows
// we make. The server executes it over empty arrays first, each time: for its
// locks, its privileges, its triggers, and to hear whether the portal still
// exists. Then what is made is sent, at most limit rows, and the message that
// ends the Execute.
func (s *session) executeMade(ctx context.Context, p *portal, limit int) error {
	tag := ""
	err := s.await(1, func(typ byte, body []byte) ([]byte, error) {
		switch typ {
		case 'C':
			tag = string(bytes.TrimSuffix(body, []byte{0}))
		case 'E':
			return mapPosition(body, p.position), nil
		}
		return nil, nil
	})
	switch {
	case err != nil || s.failed:
		return err
	case p.bound.Insert != nil:
		return s.fill(ctx, p, tag)
	}
	s.work.mu.Lock()
	cancel := s.work.cancel
	s.work.mu.Unlock()
	s.watchServer(func() { cancel(errUnasked) })
	n, err := s.sendRows(ctx, p, limit)
	s.unwatchServer()
	p.tally.made(int64(n))
	switch {
	case err != nil:
		return s.fail(ctx, err)
	case !p.drained:
		return s.client.write(message('s'))
	default:
		return s.client.write(commandComplete("SELECT " + strconv.Itoa(n)))
	}
}

// fill puts what a portal of ours makes into its table. The server's own tag
// counts no row; where it has no count, the table was there already.
func (s *session) fill(ctx context.Context, p *portal, tag string) error {
	if verb, ok := strings.CutSuffix(tag, " 0"); ok && !p.drained {
		n, err := p.bound.Insert(ctx, s.querier())
		if err != nil {
			return s.fail(ctx, err)
		}
		p.drained = true
		p.tally.made(n)
		tag = verb + " " + strconv.FormatInt(n, 10)
	}
	return s.client.write(commandComplete(tag))
}

// closeNamed handles a Close.
func (s *session) closeNamed(size int) error {
	m, err := s.client.peek(min(size, largeBuf))
	if err != nil {
		return err
	}
	if len(m) > headLen {
		name, _, _ := cstring(m[headLen+1:])
		switch m[headLen] {
		case 'S':
			delete(s.statements, name)
		case 'P':
			if p := s.portals[name]; p != nil && p.spilled() {
				return s.closeSpilled(name, p, size)
			}
			s.dropPortal(name)
		}
	}
	return s.forward(size)
}

// sync handles a Sync.
func (s *session) sync(size int) (end bool, err error) {
	if err := s.dropDrained(); err != nil {
		return false, err
	}
	if err := s.client.pass(&s.server, size); err != nil {
		return false, err
	}
	return s.awaitReadyOrCopy(nil, true)
}
