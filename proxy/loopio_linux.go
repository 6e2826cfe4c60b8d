package proxy

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// send writes b to one end; what the socket does not take waits in the peer.
func (l *loop) send(r *relayed, end int, b []byte) bool {
	e := &r.ends[end]
	if e.gone {
		return true
	}
	e.peer.count(len(b))
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
	return true
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
