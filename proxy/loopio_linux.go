package proxy

import (
	"io"
	"unsafe"

	"golang.org/x/sys/unix"
)

// maxReads bounds how often a TLS connection is read for one event, so that
// one that is always ready leaves time for others. Each read is a record, of
// 16 kB at most.
const maxReads = 16

// read reads one end and relays it, once or, with TLS, until nothing is left:
// of what TLS holds no event tells. False when the session left the loop.
func (l *loop) read(r *relayed, end int) bool {
	r.ends[end].drained = false
	for range maxReads {
		if more, stays := l.readOnce(r, end); !more {
			return stays
		}
	}
	l.call(func() {
		defer l.recovered(r)
		if l.inside[r.slot] == r && l.read(r, end) {
			l.watch(r)
		}
	})
	return true
}

// readOnce reads one end once and relays it. more: there may be more without
// an event; stays: the session is still in the loop.
func (l *loop) readOnce(r *relayed, end int) (more, stays bool) {
	e := &r.ends[end]
	p := e.peer
	held := p.w - p.r
	b := l.buf
	if held < smallBuf {
		copy(b, p.unread())
	} else { // a long statement, which is held until it is whole
		p.makeRoom()
		b = p.buf[p.r:]
	}
	room := b[held:]
	if end == clientEnd {
		room = r.s.wanted(room)
	}
	n, err := e.receive(room)
	switch {
	case n > 0:
	case err == errAgain:
		return false, l.sendRecords(r, end)
	case err == io.EOF && end == clientEnd:
		l.halfClose(r)
		return false, true
	default:
		if end == serverEnd && r.s.track.cut() && p.r == p.w {
			r.s.srv.metrics.failed(errGone.Code)
			l.send(r, clientEnd, errorResponse("FATAL", errGone))
		}
		l.finish(r, ended)
		return false, false
	}
	if r.quiet != nil {
		r.quiet.Reset(partingTime)
	}
	l.flowed(r, end, n)
	stays = l.relay(r, end, b[:held+n])
	return stays && e.secure != nil && len(r.ends[1-end].peer.out) == 0, stays
}

// receive reads what has come, decrypted where it must be.
func (e *loopEnd) receive(b []byte) (int, error) {
	if e.secure != nil {
		return e.secure.Read(b)
	}
	return e.Read(b)
}

// errAgain is a read that must wait for an event. It calls itself temporary, so
// that crypto/tls keeps what it has of a record.
var errAgain error = againError{}

type againError struct{}

func (againError) Error() string   { return "nothing to read yet" }
func (againError) Timeout() bool   { return false }
func (againError) Temporary() bool { return true }

// Read reads the socket. After a read that took less than it could there is
// nothing left, or an event will tell.
func (e *loopEnd) Read(b []byte) (int, error) {
	if e.drained {
		return 0, errAgain
	}
	n, err := rawIO(unix.SYS_READ, e.fd, b)
	switch {
	case err == unix.EAGAIN || err == unix.EINTR:
		return 0, errAgain
	case err != 0:
		return 0, err
	case n == 0:
		return 0, io.EOF
	}
	e.drained = n < len(b)
	return n, nil
}

// Write takes records of TLS, which sendRecords writes.
func (e *loopEnd) Write(b []byte) (int, error) {
	e.loop.records = append(e.loop.records, b...)
	return len(b), nil
}

// send sends b to one end; what the socket does not take waits in the peer.
func (l *loop) send(r *relayed, end int, b []byte) bool {
	e := &r.ends[end]
	if e.gone {
		return true
	}
	e.peer.count(len(b))
	if e.secure == nil {
		return l.write(r, end, b)
	}
	if _, err := e.secure.Write(b); err != nil {
		return l.cannotWrite(r, end)
	}
	return l.sendRecords(r, end)
}

// sendRecords writes what TLS has made for one end.
func (l *loop) sendRecords(r *relayed, end int) bool {
	if len(l.records) == 0 {
		return true
	}
	b := l.records
	l.records = l.records[:0]
	return l.write(r, end, b)
}

// sayGoodbye tells an end with TLS that no more will be sent, as far as its
// socket takes it.
func (l *loop) sayGoodbye(e *loopEnd) {
	if e.secure == nil || e.gone || len(e.peer.out) > 0 {
		return
	}
	e.secure.CloseWrite()
	rawIO(unix.SYS_WRITE, e.fd, l.records)
	l.records = l.records[:0]
}

// write writes b to one end's socket.
func (l *loop) write(r *relayed, end int, b []byte) bool {
	e := &r.ends[end]
	if len(e.peer.out) > 0 {
		e.peer.out = append(e.peer.out, b...)
		return true
	}
	for len(b) > 0 {
		n, err := rawIO(unix.SYS_WRITE, e.fd, b)
		switch err {
		case 0:
			b = b[n:]
		case unix.EINTR:
		case unix.EAGAIN:
			e.peer.out = append(e.peer.out, b...)
			return true
		default:
			return l.cannotWrite(r, end)
		}
	}
	return true
}

// cannotWrite deals with an end that takes no more. A server may have said
// why: that is still to be read.
func (l *loop) cannotWrite(r *relayed, end int) bool {
	if end == clientEnd {
		l.finish(r, ended)
		return false
	}
	r.ends[end].gone = true
	r.ends[end].peer.out = nil
	return true
}

// flush writes what waits for one end; false when the session left the loop.
func (l *loop) flush(r *relayed, end int) bool {
	e := &r.ends[end]
	for len(e.peer.out) > 0 {
		n, err := rawIO(unix.SYS_WRITE, e.fd, e.peer.out)
		switch err {
		case 0:
			e.peer.out = e.peer.out[n:]
		case unix.EINTR:
		case unix.EAGAIN:
			return true
		default:
			return l.cannotWrite(r, end)
		}
	}
	e.peer.out = nil
	return !l.parts(r)
}

// watch tells epoll what each end waits for: to read an end while the other
// one takes what it sends, to write where something waits.
func (l *loop) watch(r *relayed) {
	for i := range r.ends {
		e, other := &r.ends[i], &r.ends[1-i]
		var events uint32
		if len(other.peer.out) == 0 && !e.spent {
			events |= unix.EPOLLIN
		}
		if len(e.peer.out) > 0 {
			events |= unix.EPOLLOUT
		}
		if events == e.events && (e.watched || events == 0) {
			continue
		}
		op := unix.EPOLL_CTL_MOD
		if !e.watched {
			op = unix.EPOLL_CTL_ADD
		}
		e.events, e.watched = events, true
		err := unix.EpollCtl(l.epoll, op, e.fd, &unix.EpollEvent{Events: events, Fd: r.slot, Pad: int32(i)})
		if err != nil {
			r.s.log.Error("cannot watch a socket", "error", err)
			l.finish(r, ended)
			return
		}
	}
}

// rawIO reads or writes a non-blocking socket without telling the scheduler,
// which would have more to do than the call itself.
func rawIO(trap uintptr, fd int, b []byte) (int, unix.Errno) {
	n, _, err := unix.RawSyscall(trap, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)))
	if err != 0 {
		return 0, err
	}
	return int(n), 0
}
