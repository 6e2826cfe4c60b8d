package proxy

import (
	"encoding/binary"
	"errors"
	"io"
	"os"
	"sync"
	"time"
)

// maxAhead is how much a client may send ahead of its authentication.
const maxAhead = largeBuf

// answers forwards the client's side of the authentication: one message for
// each request of the server's. What the client sends ahead stays in its
// buffer, for the relay. From the first request on a goroutine of its own reads
// the client, so that either side may go at any time; where the server asks
// nothing there is none.
type answers struct {
	s    *session
	done chan struct{} // closed when the goroutine ends; nil while there is none

	// unbound: the next answer is SCRAM's first, over two TLS connections; it
	// must not be bound to one.
	unbound bool

	mu      sync.Mutex
	room    sync.Cond // something was taken from the buffer, or stopped was set
	due     int       // requests of the server without an answer yet
	rest    int       // bytes still to come of an answer under way
	stopped bool
	ok      bool  // the server accepted the client
	gone    bool  // the client sends no more
	err     error // why the session cannot come to be, where this side knows
}

func relayAnswers(s *session) *answers {
	a := &answers{s: s}
	a.room.L = &a.mu
	return a
}

// pause stops reading the client, for who wants to talk to it directly, until
// the server asks again.
func (a *answers) pause() error {
	a.halt()
	if err := a.cause(); err != nil {
		return err
	}
	return a.s.client.conn.SetReadDeadline(a.s.deadline)
}

// ask notes that the server waits for a message of the client.
func (a *answers) ask() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.due++
	a.forward()
	if a.done == nil {
		a.stopped, a.done = false, make(chan struct{})
		go a.read(a.done)
	}
}

// through notes that the client is accepted: it may now take its time.
func (a *answers) through() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ok = true
	if a.gone {
		return
	}
	a.s.server.conn.SetReadDeadline(time.Time{})
	if !a.s.leaving.Load() {
		a.s.client.conn.SetReadDeadline(time.Time{})
	}
}

// stop ends the goroutine and leaves what was read in the client's buffer.
func (a *answers) stop() {
	a.halt()
	a.s.server.conn.SetReadDeadline(time.Time{})
	if !a.s.leaving.Load() {
		a.s.client.conn.SetReadDeadline(time.Time{})
	}
}

// halt ends the goroutine.
func (a *answers) halt() {
	if a.done == nil {
		return
	}
	a.mu.Lock()
	a.stopped = true
	a.room.Broadcast()
	a.mu.Unlock()
	a.s.client.conn.SetReadDeadline(longAgo)
	<-a.done
	a.done = nil
}

// cause is why the client's side ended the session, nil if it did not.
func (a *answers) cause() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.err
}

func (a *answers) read(done chan struct{}) {
	defer close(done)
	p := &a.s.client
	for a.makeRoom() {
		n, err := p.conn.Read(p.buf[p.w:])
		if !a.took(n, err) {
			return
		}
	}
}

// makeRoom waits for room in the client's buffer; false is the end.
func (a *answers) makeRoom() bool {
	p := &a.s.client
	a.mu.Lock()
	defer a.mu.Unlock()
	if p.r > 0 {
		p.w = copy(p.buf, p.buf[p.r:p.w])
		p.r = 0
	}
	for p.w == len(p.buf) && !a.stopped {
		if len(p.buf) < maxAhead {
			grown := make([]byte, max(smallBuf, 2*len(p.buf)))
			copy(grown, p.buf[:p.w])
			p.buf = grown
			break
		}
		a.room.Wait()
		p.w = copy(p.buf, p.buf[p.r:p.w])
		p.r = 0
	}
	return !a.stopped
}

// took notes the outcome of a read; false ends the reading.
func (a *answers) took(n int, err error) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.s.client.w += n
	a.forward()
	if err == nil {
		return true
	}
	if a.stopped {
		return false
	}
	a.gone = true
	switch {
	case errors.Is(err, io.EOF):
		// It may still read: the server decides, but must do so in time.
		a.s.server.conn.SetReadDeadline(time.Now().Add(a.s.srv.authTimeout()))
		return false
	case errors.Is(err, os.ErrDeadlineExceeded) && a.s.leaving.Load():
		a.err = errShutdown
	case errors.Is(err, os.ErrDeadlineExceeded) && a.ok:
		// The deadline was lifted while it struck.
		a.gone = false
		return true
	case errors.Is(err, os.ErrDeadlineExceeded):
		a.err = errTooLate
	default:
		a.err = err
	}
	a.s.server.conn.Close() // wakes the other side
	return false
}

// forward sends the server what the client has answered so far. The caller
// holds mu.
func (a *answers) forward() {
	p := &a.s.client
	for p.r < p.w {
		if a.rest == 0 {
			if a.due == 0 || p.w-p.r < headLen {
				return
			}
			size := int(binary.BigEndian.Uint32(p.buf[p.r+1:]))
			if size < 4 { // the server will refuse it, without a word
				a.err = errMalformed
			}
			if a.unbound {
				if p.w-p.r < 1+size && size < smallBuf {
					return
				}
				if a.unbound = false; boundToTLS(p.unread()) {
					a.err = errBound
					a.s.server.conn.Close()
					return
				}
			}
			a.rest = 1 + max(4, size)
			a.due--
		}
		n := min(a.rest, p.w-p.r)
		if _, err := a.s.server.conn.Write(p.buf[p.r : p.r+n]); err != nil {
			// Its reader will learn why.
			return
		}
		p.r += n
		a.rest -= n
		a.room.Broadcast()
	}
}
