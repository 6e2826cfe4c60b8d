package proxy

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync/atomic"
)

const (
	headLen = 5 // a message's type byte and length

	// smallBuf is what an idle connection holds for each direction, largeBuf
	// what a busy one reads at once.
	smallBuf = 4 << 10
	largeBuf = 64 << 10

	// maxHeld bounds the Query and Parse messages that are held until they
	// are whole, to look for calls of ours; longer ones stream through when
	// their beginning names none.
	maxHeld = 1 << 20

	// maxMessage is the longest message that is read whole: PostgreSQL's own
	// limit on what a client may send.
	maxMessage = 1<<30 - 1
)

// errMalformed is a length that no message can have.
var errMalformed = errors.New("malformed message")

// peer is one end of a session.
type peer struct {
	conn net.Conn
	// buf[r:w] was read from conn and is not yet forwarded or handled.
	buf  []byte
	r, w int
	// out is what is to be written to conn.
	out []byte
	// sent counts the bytes written to conn; nil: nothing is counted.
	sent *atomic.Uint64
	// full: the last read filled the buffer, so a larger one pays.
	full bool
}

// unread is what was read and not yet handled.
func (p *peer) unread() []byte { return p.buf[p.r:p.w] }

// makeRoom makes room in the buffer behind the unread bytes. It grows when it
// is full, so the caller bounds what it waits for.
func (p *peer) makeRoom() {
	switch {
	case p.r == p.w:
		p.r, p.w = 0, 0
		if p.full && len(p.buf) < largeBuf {
			p.buf = make([]byte, largeBuf)
		}
	case p.w == len(p.buf) && p.r > 0:
		p.w = copy(p.buf, p.buf[p.r:p.w])
		p.r = 0
	}
	if p.w == len(p.buf) {
		size := max(2*len(p.buf), smallBuf)
		if size < largeBuf && len(p.buf) >= smallBuf {
			size = largeBuf
		}
		grown := make([]byte, size)
		copy(grown, p.buf[:p.w])
		p.buf = grown
	}
}

// fill reads more bytes behind the unread ones.
func (p *peer) fill() error { return p.fillOf(func(b []byte) []byte { return b }) }

// fillOf reads into the part that wanted chooses of the room there is.
func (p *peer) fillOf(wanted func([]byte) []byte) error {
	p.makeRoom()
	n, err := p.conn.Read(wanted(p.buf[p.w:]))
	p.w += n
	p.full = p.w == len(p.buf)
	if n > 0 {
		return nil
	}
	if err == nil {
		return io.ErrNoProgress
	}
	return err
}

// keep makes b, which may be a part of the buffer, what is unread. A peer that
// waits for no more of a message holds no large buffer.
func (p *peer) keep(b []byte) {
	if len(b) > len(p.buf) || len(b) == 0 && len(p.buf) > smallBuf {
		p.buf = nil
		if len(b) > 0 {
			p.buf = make([]byte, max(2*len(b), 256))
		}
	}
	p.r, p.w = 0, copy(p.buf, b)
}

// holdsError tells whether there is an ErrorResponse among the messages that
// are unread.
func (p *peer) holdsError() bool {
	for b := p.unread(); len(b) >= headLen; {
		size := sizeOf(b)
		if b[0] == 'E' {
			return true
		}
		if size < headLen || size > len(b) {
			break
		}
		b = b[size:]
	}
	return false
}

// head returns the type and the whole length, head included, of the next
// message, which it leaves unread.
func (p *peer) head() (typ byte, size int, err error) {
	for p.w-p.r < headLen {
		if err := p.fill(); err != nil {
			return 0, 0, err
		}
	}
	n := int(binary.BigEndian.Uint32(p.buf[p.r+1:]))
	if n < 4 || n > maxMessage {
		return 0, 0, fmt.Errorf("message type %q of length %d: %w", p.buf[p.r], n, errMalformed)
	}
	return p.buf[p.r], n + 1, nil
}

// peek returns the first n bytes of what is unread, reading until they are
// there.
func (p *peer) peek(n int) ([]byte, error) {
	for p.w-p.r < n {
		if err := p.fill(); err != nil {
			return nil, err
		}
	}
	return p.buf[p.r : p.r+n], nil
}

// grow gives the buffer its size at once, where makeRoom would double it.
func (p *peer) grow(size int) {
	grown := make([]byte, size)
	p.w = copy(grown, p.buf[p.r:p.w])
	p.buf, p.r = grown, 0
}

// take returns the next message, whose whole length head has told, and marks
// it handled. It is valid until the next read.
func (p *peer) take(size int) ([]byte, error) {
	if size > len(p.buf) {
		// A head claims what it likes: room for all is made once a good part
		// has come.
		if size > 4*largeBuf {
			if _, err := p.peek(size / 4); err != nil {
				return nil, err
			}
		}
		p.grow(max(size, largeBuf))
	}
	m, err := p.peek(size)
	if err == nil {
		p.r += size
	}
	return m, err
}

// pass forwards the next message, of the given whole length, to dst, holding
// no more of it than a buffer.
func (p *peer) pass(dst *peer, size int) error {
	for size > 0 {
		if p.r == p.w {
			if err := p.fill(); err != nil {
				return err
			}
		}
		n := min(size, p.w-p.r)
		if err := dst.write(p.buf[p.r : p.r+n]); err != nil {
			return err
		}
		p.r += n
		size -= n
	}
	return nil
}

// skip drops the next message, of the given whole length.
func (p *peer) skip(size int) error {
	for size > 0 {
		if p.r == p.w {
			if err := p.fill(); err != nil {
				return err
			}
		}
		n := min(size, p.w-p.r)
		p.r += n
		size -= n
	}
	return nil
}

// write queues b, and sends what is queued once it fills a buffer.
func (p *peer) write(b []byte) error {
	if len(b) >= largeBuf {
		if err := p.flush(); err != nil {
			return err
		}
		p.count(len(b))
		_, err := p.conn.Write(b)
		return err
	}
	p.out = append(p.out, b...)
	if len(p.out) >= largeBuf {
		return p.flush()
	}
	return nil
}

// count counts bytes sent to the peer.
func (p *peer) count(n int) {
	if p.sent != nil {
		p.sent.Add(uint64(n))
	}
}

// flush sends what is queued.
func (p *peer) flush() error {
	if len(p.out) == 0 {
		return nil
	}
	p.count(len(p.out))
	_, err := p.conn.Write(p.out)
	p.out = p.out[:0]
	return err
}

// shrink gives large buffers back before a session idles.
func (p *peer) shrink() {
	if cap(p.out) > smallBuf && len(p.out) == 0 {
		p.out = nil
	}
	if n := p.w - p.r; len(p.buf) > largeBuf && n <= smallBuf {
		small := make([]byte, smallBuf)
		p.w = copy(small, p.buf[p.r:p.w])
		p.buf, p.r = small, 0
	}
}
