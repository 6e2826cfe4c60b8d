package proxy

import (
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A wire script is a conversation, one step a line; testdata/wire/README.md
// says which there are. It is played with raw frames only, so that nothing of
// a client library stands between the script and the bytes.

// wireStep is one line of a script.
type wireStep struct {
	line int
	verb string
	args []string
}

// parseWire reads a script.
func parseWire(text string) ([]wireStep, error) {
	var steps []wireStep
	for i, line := range strings.Split(text, "\n") {
		words, err := splitWire(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		if len(words) > 0 {
			steps = append(steps, wireStep{line: i + 1, verb: words[0], args: words[1:]})
		}
	}
	if len(steps) == 0 || steps[0].verb != "dial" && steps[0].verb != "connect" && steps[0].verb != "unplaced" && steps[0].verb != "whole" {
		steps = append([]wireStep{{verb: "connect"}}, steps...)
	}
	return steps, nil
}

// splitWire cuts a line into words; a quoted one is a Go string, and may
// follow name= directly. A # begins a comment.
func splitWire(line string) ([]string, error) {
	var words []string
	for line = strings.TrimSpace(line); line != "" && line[0] != '#'; line = strings.TrimLeft(line, " \t") {
		var word strings.Builder
		for line != "" && line[0] != ' ' && line[0] != '\t' {
			if line[0] != '"' && line[0] != '`' {
				word.WriteByte(line[0])
				line = line[1:]
				continue
			}
			quoted, err := strconv.QuotedPrefix(line)
			if err != nil {
				return nil, err
			}
			part, err := strconv.Unquote(quoted)
			if err != nil {
				return nil, err
			}
			word.WriteString(part)
			line = line[len(quoted):]
		}
		words = append(words, word.String())
	}
	return words, nil
}

// wirePlayer plays one script against one address.
type wirePlayer struct {
	address string
	dribble bool // send byte by byte
	secure  bool // begin with TLS
	between func(*wireConn) error
	startup []string // further parameters of connect

	conns    map[string]*wireConn
	parting  bool // the next step is eof: the server may have its own end in sight
	unplaced bool // leave out where in the server's source an error was raised
	at       *wireConn
	log      []string // what came back, masked
	oids     map[uint32]int
}

// wireConn is one connection of a script.
type wireConn struct {
	net.Conn
	name string
	out  []byte   // steps accumulate here until the script reads
	key  []byte   // BackendKeyData's body
	last []byte   // the last message read
	row  [][]byte // the values of the last row read

	replicates bool // its statements are a walsender's
}

// playWire plays a script and returns what came back, one line a message, with
// what differs from run to run masked.
func playWire(steps []wireStep, p *wirePlayer) ([]string, error) {
	p.conns, p.oids = make(map[string]*wireConn), make(map[uint32]int)
	defer func() {
		for _, c := range p.conns {
			c.Close()
		}
	}()
	for i, st := range steps {
		p.parting = i+1 < len(steps) && steps[i+1].verb == "eof"
		p.log = append(p.log, fmt.Sprintf("-- %d: %s %.100q", st.line, st.verb, st.args))
		if err := p.step(st); err != nil {
			return p.log, fmt.Errorf("line %d: %s: %w", st.line, st.verb, err)
		}
	}
	return p.log, nil
}

func (p *wirePlayer) step(st wireStep) error {
	for i, a := range st.args {
		for name, c := range p.conns {
			if len(c.key) >= 4 {
				pid := strconv.Itoa(int(binary.BigEndian.Uint32(c.key)))
				a = strings.ReplaceAll(a, "${pid:"+name+"}", pid)
			}
		}
		if strings.Contains(a, "${") && p.at != nil {
			for i, v := range p.at.row {
				a = strings.ReplaceAll(a, "${"+strconv.Itoa(i+1)+"}", string(v))
			}
		}
		st.args[i] = a
	}
	if p.at == nil && st.verb != "dial" && st.verb != "connect" && st.verb != "unplaced" && st.verb != "whole" {
		return errors.New("no connection")
	}
	switch st.verb {
	case "dial", "connect":
		return p.dial(st)
	case "on":
		c := p.conns[st.args[0]]
		if c == nil {
			return fmt.Errorf("no connection %q", st.args[0])
		}
		if err := p.flush(); err != nil {
			return err
		}
		p.at = c
	case "unplaced":
		p.unplaced = true
	case "whole":
		p.dribble = false
	case "send": // without waiting for an answer
		return p.flush()
	case "until":
		return p.until(st.args)
	case "eof":
		return p.until([]string{""})
	case "read":
		n, err := strconv.Atoi(st.args[0])
		if err != nil {
			return err
		}
		return p.read(n)
	case "close":
		if err := p.flush(); err != nil {
			return err
		}
		return p.at.Close()
	case "closewrite":
		if err := p.flush(); err != nil {
			return err
		}
		return p.at.Conn.(interface{ CloseWrite() error }).CloseWrite()
	case "tls":
		if err := p.flush(); err != nil {
			return err
		}
		config := &tls.Config{InsecureSkipVerify: true}
		if slices.Contains(st.args, "at_once") {
			config.NextProtos = []string{alpn}
		}
		p.at.Conn = tls.Client(p.at.Conn, config)
	case "asleep":
		if err := p.flush(); err != nil {
			return err
		}
		return p.at.asleep()
	default:
		return p.at.add(st, p.conns)
	}
	return nil
}

// dial opens a connection; connect also starts a session on it.
func (p *wirePlayer) dial(st wireStep) error {
	name, options := "", st.args
	if len(options) > 0 && !strings.Contains(options[0], "=") {
		name, options = options[0], options[1:]
	}
	if p.at != nil {
		if err := p.flush(); err != nil {
			return err
		}
	}
	conn, err := net.Dial("tcp", p.address)
	if err != nil {
		return err
	}
	if p.secure {
		conn = tls.Client(conn, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{alpn}})
	}
	p.at = &wireConn{Conn: conn, name: name}
	p.conns[name] = p.at
	if st.verb == "dial" {
		return nil
	}
	p.at.start(3<<16, slices.Concat([]string{"user=postgres", "database=postgres"}, options, p.startup))
	return p.until([]string{"ReadyForQuery"})
}

func (p *wirePlayer) flush() error {
	c := p.at
	out := c.out
	c.out = nil
	c.SetWriteDeadline(time.Now().Add(patience))
	chunk := len(out)
	if p.dribble && len(out) < 4<<10 {
		chunk = 1
	}
	for len(out) > 0 {
		n := min(chunk, len(out))
		if _, err := c.Write(out[:n]); err != nil {
			return nil // the script goes on and reads the end
		}
		out = out[n:]
	}
	return nil
}

// until reads messages until those of the given types came, in that order. The
// end of the connection is noted as such.
func (p *wirePlayer) until(types []string) error {
	if err := p.flush(); err != nil {
		return err
	}
	c := p.at
	for len(types) > 0 {
		c.SetReadDeadline(time.Now().Add(patience))
		var head [headLen]byte
		n, err := io.ReadFull(c, head[:])
		if err != nil {
			if errors.Is(err, os.ErrDeadlineExceeded) {
				return fmt.Errorf("still no %s after %q", types[0], c.last)
			}
			p.log = append(p.log, fmt.Sprintf("end of connection after %q", head[:n]))
			return nil
		}
		size := binary.BigEndian.Uint32(head[1:])
		if size < 4 || size > 1<<26 { // an error in the form of protocol 2
			rest, err := io.ReadAll(c)
			p.log = append(p.log, fmt.Sprintf("no message: %q, %v", append(head[:], rest...), err))
			return nil
		}
		body := make([]byte, size-4)
		if _, err := io.ReadFull(c, body); err != nil {
			return err
		}
		if head[0] == 'K' {
			c.key = body
		}
		c.last = append(head[:], body...)
		if head[0] == 'D' {
			if c.row, err = readDataRow(nil, body); err != nil {
				return err
			}
		}
		if !ofTheLog(head[0], body) {
			p.log = append(p.log, p.show(head[0], body))
		}
		if isWireType(types[0], head[0], body) {
			types = types[1:]
		}
	}
	if p.between != nil && !p.parting && !c.replicates && c.last[0] == 'Z' && c.last[headLen] != 'E' {
		return p.between(c)
	}
	return nil
}

// read reads n bytes that are no message.
func (p *wirePlayer) read(n int) error {
	if err := p.flush(); err != nil {
		return err
	}
	p.at.SetReadDeadline(time.Now().Add(patience))
	b := make([]byte, n)
	n, err := io.ReadFull(p.at, b)
	p.log = append(p.log, fmt.Sprintf("%q", b[:n]))
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		p.log = append(p.log, "end of connection")
		return nil
	}
	return err
}

// isWireType tells whether a message is of the type that a script names: of
// CopyData there are kinds, in a stream of the server's log.
func isWireType(name string, typ byte, body []byte) bool {
	switch name {
	case "XLogData":
		return typ == 'd' && len(body) > 0 && body[0] == 'w'
	case "Keepalive":
		return typ == 'd' && len(body) > 0 && body[0] == 'k'
	}
	return typ == wireType(name)
}

// wireType is the type byte of a server message: its name or itself.
func wireType(name string) byte {
	if len(name) == 1 {
		return name[0]
	}
	return map[string]byte{
		"AuthenticationRequest": 'R', "BackendKeyData": 'K', "BindComplete": '2', "CloseComplete": '3',
		"CommandComplete": 'C', "CopyInResponse": 'G', "CopyOutResponse": 'H', "CopyBothResponse": 'W',
		"CopyData": 'd', "CopyDone": 'c', "DataRow": 'D', "EmptyQueryResponse": 'I', "ErrorResponse": 'E',
		"FunctionCallResponse": 'V', "NegotiateProtocolVersion": 'v', "NoData": 'n', "NoticeResponse": 'N',
		"NotificationResponse": 'A', "ParameterDescription": 't', "ParameterStatus": 'S', "ParseComplete": '1',
		"PortalSuspended": 's', "ReadyForQuery": 'Z', "RowDescription": 'T',
	}[name]
}
