package proxy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/datamime/datamime/sqlfuncs"
)

// intercept handles the client's messages one after the other, as a server
// would, from one that concerns us to the end of its group: the next
// ReadyForQuery. Messages that are not ours are forwarded as they are, but in
// turn: before anything of ours is said to the server, everything else has
// been answered.
func (s *session) intercept() error {
	s.work.nextStatement()
	s.executed = s.track.sent > 0
	if err := s.settle(); err != nil {
		return err
	}
	for {
		typ, size, err := s.nextHead()
		if err != nil {
			return err
		}
		end, err := s.handle(typ, size)
		if err != nil {
			return err
		}
		if s.failed && !end {
			// The server sends an error at once, and would skip a Flush.
			if err := s.client.flush(); err != nil {
				return err
			}
		}
		if end {
			s.track.attention = attention{statements: s.statements, all: len(s.portals) > 0 || s.srv.attentive}
			if err := s.client.flush(); err != nil {
				return err
			}
			s.client.shrink()
			s.server.shrink()
			return nil
		}
	}
}

// settle reads and forwards the answers to what was relayed.
func (s *session) settle() error {
	if s.track.settled() {
		s.failed = s.track.failed
		return nil
	}
	if s.track.sent > 0 {
		// Have its answers now. A server that skips to Sync, or copies,
		// ignores a Flush.
		if err := s.tell(message('H')); err != nil {
			return err
		}
	}
	if err := s.server.pass(&s.client, int(s.track.serverRest)); err != nil {
		return err
	}
	s.track.serverRest = 0
	for !s.track.settled() {
		typ, size, err := s.server.head()
		if err != nil {
			return err
		}
		if err := s.passAnswer(typ, size); err != nil {
			return err
		}
	}
	s.failed = s.track.failed
	return s.client.flush()
}

// handle deals with one message of the client; end tells that its group is
// over and the session may relay again.
func (s *session) handle(typ byte, size int) (end bool, err error) {
	if typ == 'X' {
		if err := s.client.pass(&s.server, size); err != nil {
			return false, err
		}
		s.server.flush()
		return false, errTerminated
	}
	if typ == 'Q' || typ == 'F' {
		// Whether the server skips it hangs on what came before.
		if err := s.catchUp(); err != nil {
			return false, err
		}
	}
	if s.failed && typ != 'S' {
		// The server would skip it.
		return false, s.client.skip(size)
	}
	if typ == 'Q' || typ == 'E' || typ == 'F' {
		s.track.count()
	}
	if s.work.ran && (typ == 'P' || typ == 'B') {
		s.work.nextStatement()
	}
	s.work.ran = s.work.ran || typ == 'E'
	first := !s.executed
	s.executed = s.executed || typ == 'E'
	switch typ {
	case 'Q':
		return true, s.simpleQuery(size)
	case 'P':
		return false, s.parse(size)
	case 'B':
		return false, s.bind(size)
	case 'E':
		return false, s.execute(size, first)
	case 'D':
		return false, s.describe(size)
	case 'C':
		return false, s.closeNamed(size)
	case 'S':
		return s.sync(size)
	case 'H':
		s.client.r += size
		if err := s.catchUp(); err != nil {
			return false, err
		}
		return false, s.client.flush()
	case 'F':
		if err := s.client.pass(&s.server, size); err != nil {
			return false, err
		}
		return true, s.awaitReady(nil)
	default: // CopyData that comes late, and what the server will refuse
		if err := s.client.pass(&s.server, size); err != nil {
			return false, err
		}
		return false, s.server.flush()
	}
}

// errTerminated ends a session whose client said so.
var errTerminated = errors.New("terminated by the client")

// forward passes a message that is not ours on, and notes that the server
// owes an answer. Too many owed answers are read before they fill the
// server's way back while we fill its way in.
func (s *session) forward(size int) error {
	if err := s.client.pass(&s.server, size); err != nil {
		return err
	}
	if s.owed++; s.owed >= 64 {
		return s.catchUp()
	}
	return nil
}

// catchUp reads and forwards all answers that the server owes.
func (s *session) catchUp() error {
	if s.owed == 0 || s.failed {
		s.owed = 0
		return nil
	}
	n := s.owed
	s.owed = 0
	if err := s.tell(message('H')); err != nil {
		return err
	}
	return s.await(n, nil)
}

// tell writes messages to the server at once.
func (s *session) tell(messages []byte) error {
	if err := s.server.write(messages); err != nil {
		return err
	}
	return s.server.flush()
}

// answer handles one message of the server that is kept from the client: what
// it returns is sent in its place. body is valid until it returns.
type answer func(typ byte, body []byte) (instead []byte, err error)

// await reads the server's messages until n more answers are complete, or an
// error makes the server skip the rest of the group. With a nil answer they go
// to the client as they are. Notices, parameter changes and notifications
// always do.
func (s *session) await(n int, a answer) error {
	for n > 0 && !s.failed {
		typ, size, err := s.server.head()
		if err != nil {
			return fmt.Errorf("read from the server: %w", err)
		}
		switch typ {
		case '1', '2', '3', 'T', 'n', 'C', 'I', 's':
			n--
		case 'E':
			s.failed = true
		case 'G':
			if a == nil {
				if err := s.passCopyIn(size); err != nil {
					return err
				}
				continue
			}
		}
		if err := s.deliver(typ, size, a); err != nil {
			return err
		}
	}
	return nil
}

// awaitRun is await for an Execute of a statement of ours on the server:
// errors get their position in the client's own text.
func (s *session) awaitRun(p *portal) error {
	s.placed = p.position
	defer func() { s.placed = nil }()
	if p.bound.CountsNone {
		return s.await(1, func(typ byte, body []byte) ([]byte, error) {
			if typ == 'C' {
				return commandComplete("SELECT 0"), nil
			}
			return mapPosition(body, p.position), nil
		})
	}
	return s.await(1, nil)
}

// awaitReady is await up to and with ReadyForQuery.
func (s *session) awaitReady(a answer) error {
	_, err := s.awaitReadyOrCopy(a, false)
	return err
}

// awaitReadyOrCopy is awaitReady, but ends after a COPY FROM STDIN of the
// client's, for the server has ignored the Sync that was sent before the data;
// ready is false then.
func (s *session) awaitReadyOrCopy(a answer, synced bool) (ready bool, err error) {
	if err := s.server.flush(); err != nil {
		return false, err
	}
	for {
		typ, size, err := s.server.head()
		if err != nil {
			return false, fmt.Errorf("read from the server: %w", err)
		}
		if typ == 'W' && a == nil {
			// A stream of the server's log, both ways until it ends: that is
			// for the relay, which sees the answer's end too.
			s.track.ask(true)
			s.executed = false
			return true, s.passAnswer(typ, size)
		}
		if typ == 'G' && a == nil {
			if err := s.passCopyIn(size); err != nil {
				return false, err
			}
			if synced {
				s.owed = 1 // the Execute
				return false, nil
			}
			continue
		}
		if err := s.deliver(typ, size, a); err != nil {
			return false, err
		}
		if typ == 'Z' {
			s.failed, s.executed, s.owed, s.track.sent = false, false, 0, 0
			s.track.answered.Store(s.track.asked.Load())
			s.dropPortals()
			return true, nil
		}
	}
}

// deliver gives one message of the server to a, or to the client.
func (s *session) deliver(typ byte, size int, a answer) error {
	if typ == 'S' && s.inScript {
		m, err := s.server.take(size)
		if err == nil {
			s.reported = append(s.reported, s.track.report(m[headLen:]))
		}
		return err
	}
	if a == nil || typ == 'N' || typ == 'A' || typ == 'S' {
		return s.passAnswer(typ, size)
	}
	m, err := s.server.take(size)
	if err != nil {
		return err
	}
	s.track.note(typ, m[headLen:])
	instead, err := a(typ, m[headLen:])
	if err != nil {
		return err
	}
	if typ == 'E' && len(instead) > 0 {
		s.track.told(m[headLen:])
	}
	return s.client.write(instead)
}

// passAnswer forwards one message of the server.
func (s *session) passAnswer(typ byte, size int) error {
	var body []byte
	if (typ == 'Z' || typ == 'S' || typ == 'C' || typ == 'E') && size < smallBuf {
		m, err := s.server.peek(size)
		if err != nil {
			return err
		}
		body = m[headLen:]
	}
	s.track.note(typ, body)
	switch typ {
	case 'E':
		s.track.told(body)
		if s.placed != nil && body != nil {
			s.server.r += size
			return s.client.write(mapPosition(body, s.placed))
		}
	case 'C':
		switch string(body) {
		case "DISCARD ALL\x00", "DEALLOCATE ALL\x00":
			clear(s.statements)
		}
	}
	return s.server.pass(&s.client, size)
}

// dropPortals closes the portals that did not survive the transaction.
func (s *session) dropPortals() {
	if s.track.status.Load() == 'T' {
		return
	}
	for name := range s.portals {
		s.dropPortal(name)
	}
}

// fail fails the client's statement, and with it the transaction, with an
// error of ours or of the server's. It returns an error only when the session
// cannot go on.
func (s *session) fail(ctx context.Context, cause error) error {
	var mine *sqlfuncs.Error
	var theirs *sqlfuncs.ServerError
	switch {
	case errors.As(cause, &theirs):
		// The transaction failed already where the server said so.
		s.track.told(theirs.Raw)
		return s.client.write(withoutOwnNames(theirs.Raw))
	case errors.Is(cause, errLost):
		return cause
	case ctx.Err() != nil:
		mine = canceled(context.Cause(ctx))
		if mine == nil {
			return context.Cause(ctx)
		}
	case errors.As(cause, &mine):
	default:
		s.log.Error("statement failed", slog.Any("error", cause))
		mine = &sqlfuncs.Error{Code: "XX000", Message: "datamime failed inside: " + cause.Error()}
	}
	if !s.failed {
		if err := s.raise(mine.Message); err != nil {
			return err
		}
	}
	s.srv.metrics.failed(mine.Code)
	return s.client.write(errorResponse("ERROR", mine))
}

// raise has the server fail, so that the transaction fails as it would by an
// error of its own. A cast that cannot succeed needs no privilege and no
// language, and shows our message in the server's log.
func (s *session) raise(text string) error {
	text = "datamime: " + text
	text = string(bytes.ReplaceAll(bytes.ReplaceAll([]byte(text), []byte{'\\'}, []byte{'/'}), []byte{'\''}, []byte{'"'}))
	m := parseMessage(ownStatement, "SELECT '"+text+"'::pg_catalog.int4", nil)
	if err := s.tell(append(m, message('H')...)); err != nil {
		return err
	}
	return s.await(1, func(byte, []byte) ([]byte, error) { return nil, nil })
}
