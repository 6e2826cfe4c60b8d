package proxy

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/datamime/datamime/sqlfuncs"
)

// Codes in place of a protocol version.
const (
	cancelCode = 1234<<16 | 5678
	sslCode    = 1234<<16 | 5679
	gssCode    = 1234<<16 | 5680
)

// tlsHandshake is the first byte of TLS. No startup packet begins with it: none
// is as long.
const tlsHandshake = 0x16

// maxStartup is the longest startup packet, its own length left out, that
// PostgreSQL reads.
const maxStartup = 10000

var (
	errStartupLength = errors.New("invalid length of startup packet")
	errCancelRequest = errors.New("the connection carried a cancel request")
)

// start brings a session from accept to the first ReadyForQuery, forwarded to
// the client: the client's startup packet, the connection to the server, and
// the authentication, which is between the two of them. It leaves what either
// end sent beyond in its buffer.
func (s *session) start() error {
	if err := s.attach(clientEnd, s.client.conn); err != nil {
		return err
	}
	if err := s.client.conn.SetReadDeadline(time.Now().Add(s.srv.authTimeout())); err != nil {
		return err
	}
	packet, err := s.startupPacket()
	if err != nil {
		return s.refuse(err)
	}
	s.user = startupParameter(packet, "user")
	if err := s.connect(packet); err != nil {
		return s.refuse(err)
	}
	if err := s.authenticate(); err != nil {
		return s.refuse(err)
	}
	if s.turn(working) {
		return s.refuse(errShutdown)
	}
	return nil
}

// refuse ends a session that did not come to be. What the client is not told
// about, PostgreSQL does not tell either.
func (s *session) refuse(err error) error {
	if s.leaving.Load() && errors.Is(err, os.ErrDeadlineExceeded) {
		err = errShutdown
	}
	var told *sqlfuncs.Error
	if errors.As(err, &told) {
		s.fatal(told)
	}
	if !errors.Is(err, io.EOF) && !errors.Is(err, errCancelRequest) {
		s.log.Info("no session", "client", s.client.conn.RemoteAddr().String(), "error", err)
	}
	return err
}

// startupPacket reads up to the packet that names the protocol version, and
// answers the requests for encryption before it. A CancelRequest is carried
// out, and ends in errCancelRequest.
func (s *session) startupPacket() ([]byte, error) {
	p := &s.client
	var atOnce, sslDone, gssDone bool
	for {
		head, err := p.peek(4)
		if err != nil {
			return nil, err
		}
		if head[0] == tlsHandshake && s.offersTLS() && !atOnce && !sslDone && !gssDone {
			// A client that begins with TLS at once, and may still ask for it.
			atOnce = true
			if err := s.acceptTLS(p.unread()); err != nil {
				return nil, err
			}
			continue
		}
		size := int(binary.BigEndian.Uint32(head))
		if size < 8 || size > maxStartup+4 {
			return nil, errStartupLength
		}
		if size > len(p.buf) {
			p.grow(size)
		}
		packet, err := p.peek(size)
		if err != nil {
			return nil, err
		}
		p.r += size
		switch code := binary.BigEndian.Uint32(packet[4:]); {
		case code == cancelCode:
			s.cancel(packet)
			return nil, errCancelRequest
		case code == sslCode && !sslDone:
			accept := s.offersTLS() && !atOnce
			sslDone, gssDone = true, gssDone || accept
			if err := s.encryption("SSL request", accept); err != nil {
				return nil, err
			}
		case code == gssCode && !gssDone:
			gssDone = true
			if err := s.encryption("GSSAPI encryption request", false); err != nil {
				return nil, err
			}
		case code == sslCode || code == gssCode:
			return nil, &sqlfuncs.Error{Code: "0A000", Message: fmt.Sprintf(
				"unsupported frontend protocol %d.%d: server supports 3.0 to 3.0", code>>16, code&0xffff)}
		default:
			return packet, nil
		}
	}
}

// startupParameter is the value of a parameter of a startup packet, "" when it
// is not there.
func startupParameter(packet []byte, name string) string {
	for rest := packet[8:]; ; {
		key, value, ok := bytes.Cut(rest, []byte{0})
		if !ok || len(key) == 0 {
			return ""
		}
		value, rest, ok = bytes.Cut(value, []byte{0})
		if string(key) == name && ok {
			return string(value)
		}
	}
}

// connect dials the server and sends it the client's startup packet as it
// came: protocol versions, options and their meaning are between the two.
func (s *session) connect(packet []byte) error {
	if !s.srv.admit(s) {
		return errTooMany
	}
	ctx, stop := context.WithTimeout(context.Background(), s.srv.authTimeout())
	defer stop()
	conn, route, err := s.srv.Upstream.dial(ctx)
	if err != nil {
		s.log.Error("cannot reach the server", "upstream", s.srv.Upstream.String(), "error", err)
		return &sqlfuncs.Error{Code: "08006", Message: fmt.Sprintf("could not connect to the server at %s: %v", s.srv.Upstream, unwrapped(err))}
	}
	s.route = route
	if err := s.attach(serverEnd, conn); err != nil {
		return err
	}
	if _, err := conn.Write(packet); err != nil {
		return errGone
	}
	return nil
}

// authenticate relays everything up to the first ReadyForQuery. The server
// decides how the client authenticates; its requests and the client's answers
// pass as they are.
func (s *session) authenticate() error {
	s.deadline = time.Now().Add(s.srv.authTimeout())
	if err := s.server.conn.SetReadDeadline(s.deadline); err != nil {
		return err
	}
	if !s.leaving.Load() {
		if err := s.client.conn.SetReadDeadline(s.deadline); err != nil {
			return err
		}
	}
	a := relayAnswers(s)
	defer a.stop()
	err := s.relayStart(a)
	if err == nil {
		return nil
	}
	if cause := a.cause(); cause != nil {
		return cause
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return errTooLate
	}
	return err
}

// relayStart forwards the server's messages up to ReadyForQuery, which is
// noted with all that came before it.
func (s *session) relayStart(a *answers) error {
	p := &s.server
	from := p.r // what was handled but not yet forwarded begins here
	failed := false
	for {
		m, err := p.whole()
		if err != nil {
			return s.relayRaw(from)
		}
		if m == nil {
			if _, err := s.client.conn.Write(p.buf[from:p.r]); err != nil {
				return fmt.Errorf("write to the client: %w", err)
			}
			if err := p.fill(); err != nil {
				return startupEnd(err, failed)
			}
			from = p.r
			continue
		}
		p.r += len(m)
		switch m[0] {
		case 'E':
			failed = true
			s.track.told(m[headLen:])
		case 'R':
			if s.route.tls != nil && isSASL(m) {
				if _, err := s.client.conn.Write(p.buf[from : p.r-len(m)]); err != nil {
					return fmt.Errorf("write to the client: %w", err)
				}
				if err := s.authenticateOverTLS(bytes.Clone(m), a); err != nil {
					return err
				}
				from = p.r
				continue
			}
			s.noteAuthentication(m, a)
		case 'S', 'K':
			s.noteStart(m)
		case 'Z':
			if len(m) > headLen {
				s.track.ready(m[headLen])
			}
			if _, err := s.client.conn.Write(p.buf[from:p.r]); err != nil {
				return fmt.Errorf("write to the client: %w", err)
			}
			return nil
		}
	}
}

// startupEnd is what a failed read of the server means.
func startupEnd(err error, failed bool) error {
	switch {
	case failed: // the server said why
		return io.EOF
	case errors.Is(err, os.ErrDeadlineExceeded):
		return err
	default:
		return errGone
	}
}

// noteAuthentication looks at an authentication request: whether the client
// has to answer it, or is through.
func (s *session) noteAuthentication(m []byte, a *answers) {
	if len(m) < headLen+4 {
		return
	}
	switch binary.BigEndian.Uint32(m[headLen:]) {
	case 0: // AuthenticationOk
		a.through()
	case 12: // AuthenticationSASLFinal: nothing to answer
	default:
		a.ask()
	}
}

// noteStart takes a ParameterStatus or BackendKeyData into account.
func (s *session) noteStart(m []byte) {
	switch m[0] {
	case 'S':
		s.track.note('S', m[headLen:])
	case 'K':
		if key := m[headLen:]; len(key) >= 4 {
			s.track.key(binary.BigEndian.Uint32(key), key[4:])
			s.srv.keep(s, key)
		}
	}
}

// whole returns the next message when all of it was read, else nil; the error
// is for what is no message.
func (p *peer) whole() ([]byte, error) {
	b := p.unread()
	if len(b) < headLen {
		return nil, nil
	}
	size := int(binary.BigEndian.Uint32(b[1:])) + 1
	if size < headLen || size > maxHeld {
		return nil, errMalformed
	}
	if len(b) < size {
		return nil, nil
	}
	return b[:size], nil
}

// relayRaw forwards what the server sends to its end, without looking: when it
// cannot fork, for one, it sends an error in the form of protocol 2.
func (s *session) relayRaw(from int) error {
	p := &s.server
	if _, err := s.client.conn.Write(p.buf[from:p.w]); err != nil {
		return err
	}
	if _, err := io.Copy(struct{ io.Writer }{s.client.conn}, struct{ net.Conn }{p.conn}); err != nil {
		return err
	}
	return io.EOF
}
