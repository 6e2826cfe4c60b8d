package proxy

import (
	"crypto/tls"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// loop relays many sessions on one thread. Every thread woken for a message
// costs more than it brings where server, clients and proxy share few cores,
// so a loop drains all sockets that are ready at a wake-up, with one buffer
// for all sessions: an idle session holds none.
type loop struct {
	epoll int
	wake  int // an eventfd

	mu     sync.Mutex
	calls  []func() // to run on the loop's thread
	closed bool

	stopped   bool
	spare     bool          // there are processors besides the loop's
	hot       bool          // there was traffic just now
	waits     int           // since then, while hot
	working   *atomic.Int32 // sessions with work besides relaying
	buf       []byte
	records   []byte     // of TLS, on their way out
	gathering []*relayed // whose flow gathers
	inside    []*relayed // by slot
	free      []int32
}

// relayed is a session while it is in a loop.
type relayed struct {
	s       *session
	slot    int32
	ends    [2]loopEnd
	flow    flow
	outcome chan outcome
	asked   bool        // to leave
	quiet   *time.Timer // ends a session whose client sends no more
}

// loopEnd is one end of it.
type loopEnd struct {
	peer    *peer
	fd      int
	secure  *tls.Conn // nil: plain
	loop    *loop
	drained bool   // the last read took all that there was
	events  uint32 // as epoll knows it
	watched bool   // epoll knows the descriptor
	gone    bool   // nothing more can be written
	spent   bool   // nothing more can be read
}

// newLoop starts a loop. working counts the sessions that need processors for
// more than relaying.
func newLoop(working *atomic.Int32) (*loop, error) {
	epoll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("create an epoll set: %w", err)
	}
	wake, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err == nil {
		err = unix.EpollCtl(epoll, unix.EPOLL_CTL_ADD, wake, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: -1})
	}
	if err != nil {
		unix.Close(epoll)
		return nil, fmt.Errorf("create an event descriptor: %w", err)
	}
	l := &loop{epoll: epoll, wake: wake, buf: make([]byte, 2*flowPiece), spare: runtime.GOMAXPROCS(0) > 1, working: working}
	go l.run()
	return l, nil
}

// loopCount is how many loops share the sessions: measured on two cores, one
// loop is faster than two, for the server and the clients need the other.
func loopCount() int { return max(1, runtime.GOMAXPROCS(0)/4) }

// loop returns the loop for the next session, or nil where none can be had.
func (srv *Server) loop() *loop {
	srv.loopsOnce.Do(func() {
		for range loopCount() {
			l, err := newLoop(&srv.working)
			if err != nil {
				srv.log().Warn("relaying on goroutines", "error", err)
				return
			}
			srv.loops = append(srv.loops, l)
		}
	})
	if len(srv.loops) == 0 {
		return nil
	}
	return srv.loops[int(srv.nextLoop.Add(1))%len(srv.loops)]
}

// stopLoops ends the loops once what they were asked before is done.
func (srv *Server) stopLoops() {
	srv.loopsOnce.Do(func() {}) // none starts any more
	for _, l := range srv.loops {
		l.call(func() { l.stopped = true })
	}
}

// call has f run on the loop's thread.
func (l *loop) call(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	l.calls = append(l.calls, f)
	one := [8]byte{1}
	unix.Write(l.wake, one[:])
}

// run is the loop's goroutine.
func (l *loop) run() {
	events := make([]unix.EpollEvent, 256)
	defer l.close()
	for !l.stopped {
		n, err := l.wait(events)
		if err != nil && !errors.Is(err, unix.EINTR) {
			panic(fmt.Sprintf("epoll_wait: %v", err)) // a bug of ours: the set is never closed
		}
		called := false
		for _, e := range events[:max(n, 0)] {
			if e.Fd < 0 {
				called = true
				continue
			}
			if r := l.inside[e.Fd]; r != nil {
				l.ready(r, int(e.Pad), e.Events)
			}
		}
		if len(l.gathering) > 0 {
			l.readGathered()
		}
		if called { // after the sockets, so that no slot changes hands in between
			l.runCalls()
		}
	}
}

// wait waits for events. While there is traffic it does so without telling the
// scheduler, for some moments at most: told, it would take the loop's processor
// away at each wait and look for it again at each event, at a quarter of the
// loop's time. Its signals interrupt the wait: a collection's, and after 10 ms
// its monitor's, so that who waits for a processor gets this one.
func (l *loop) wait(events []unix.EpollEvent) (int, error) {
	pieces, needed := l.awaitsPiece(), l.working.Load() > 0
	timeout := -1
	switch {
	case pieces || l.hot && needed:
		timeout = pieceWait
	case l.hot:
		timeout = hotWait
	}
	if !l.hot {
		n, err := unix.EpollWait(l.epoll, events, timeout)
		l.hot, l.waits = n > 0 && l.spare, 0
		return n, err
	}
	n, _, err := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(l.epoll),
		uintptr(unsafe.Pointer(unsafe.SliceData(events))), uintptr(len(events)), uintptr(timeout), 0, 0)
	if err != 0 {
		n = 0
	}
	if n == 0 {
		l.waits++
		l.hot = l.waits < hotWaits && (pieces || !needed)
	}
	if err != 0 {
		return 0, err
	}
	return int(n), nil
}

const (
	// hotWait is how long, in milliseconds, the loop waits with its processor,
	// and hotWaits how often it does so without traffic, waits that a signal
	// ended among them: about 50 ms. A runtime that finds all processors idle
	// stops its monitor, and at the next event starts it to look around every
	// 20 µs for some milliseconds: with a new connection every 4 ms that was a
	// fifth of the proxy's time, and one COPY of a million rows in, which waits
	// every 20 ms for the server to take more, woke it 2,000 times.
	hotWait  = 20
	hotWaits = 4
	// pieceWait is the same where others need the processor, and how long a
	// flow that gathers waits for a whole piece.
	pieceWait = 1
)

// close gives the loop's descriptors back; calls do nothing from then on.
func (l *loop) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	unix.Close(l.epoll)
	unix.Close(l.wake)
}

// runCalls runs what others asked for.
func (l *loop) runCalls() {
	var count [8]byte
	unix.Read(l.wake, count[:])
	l.mu.Lock()
	calls := l.calls
	l.calls = nil
	l.mu.Unlock()
	for _, f := range calls {
		f()
	}
}

// add begins to relay a session, with what its ends have read already.
func (l *loop) add(r *relayed) {
	defer l.recovered(r)
	if n := len(l.free); n > 0 {
		r.slot, l.free = l.free[n-1], l.free[:n-1]
		l.inside[r.slot] = r
	} else {
		r.slot = int32(len(l.inside))
		l.inside = append(l.inside, r)
	}
	for i := range r.ends {
		p := r.ends[i].peer
		if p.r < p.w && !l.relay(r, i, p.unread()) {
			return
		}
	}
	for i := range r.ends { // what TLS holds no event tells of
		if r.ends[i].secure != nil && !l.read(r, i) {
			return
		}
	}
	if !l.parts(r) {
		l.watch(r)
	}
}

// parts lets a session go that was asked to leave and need not read its client
// for that; the server has all that the client sent.
func (l *loop) parts(r *relayed) bool {
	if !r.asked || l.inside[r.slot] != r || len(r.s.server.out) > 0 || !r.s.between() {
		return false
	}
	l.finish(r, asked)
	return true
}

// finish ends a session's stay in the loop. It does nothing when it is over.
func (l *loop) finish(r *relayed, out outcome) {
	if l.inside[r.slot] != r {
		return
	}
	l.inside[r.slot] = nil
	l.free = append(l.free, r.slot)
	if r.quiet != nil {
		r.quiet.Stop()
	}
	l.stopGathering(r)
	for i := range r.ends {
		if out == ended {
			l.sayGoodbye(&r.ends[i])
			unix.Close(r.ends[i].fd) // which takes it out of the set, too
		} else if r.ends[i].watched {
			unix.EpollCtl(l.epoll, unix.EPOLL_CTL_DEL, r.ends[i].fd, nil)
		}
	}
	r.outcome <- out
	if out != ended {
		l.hot = false // that goroutine has work to do, and needs a processor
	}
}

// recovered has a panic, which is a bug of ours, end that session alone.
func (l *loop) recovered(r *relayed) {
	if v := recover(); v != nil {
		r.s.log.Error("session panicked", "panic", v, "stack", string(debug.Stack()))
		l.finish(r, ended)
	}
}

// ready deals with an event of one end.
func (l *loop) ready(r *relayed, end int, events uint32) {
	defer l.recovered(r)
	e := &r.ends[end]
	if events&unix.EPOLLOUT != 0 {
		if !l.flush(r, end) {
			return
		}
		if r.ends[1-end].secure != nil && len(e.peer.out) == 0 && !l.read(r, 1-end) {
			return
		}
	}
	const hangup = unix.EPOLLHUP | unix.EPOLLERR
	switch {
	case e.events&unix.EPOLLIN != 0 && events&(unix.EPOLLIN|hangup) != 0:
		if !l.read(r, end) {
			return
		}
	case events&hangup == 0:
	case end == clientEnd:
		l.finish(r, ended)
		return
	default:
		// The server is gone while what it sent waits for the client: epoll
		// would tell so again and again until it can be read.
		unix.EpollCtl(l.epoll, unix.EPOLL_CTL_DEL, e.fd, nil)
		e.watched, e.events = false, 0
	}
	l.watch(r)
}

// halfClose passes on that the client sends no more. It may still read: the
// server answers what it has, and ends.
func (l *loop) halfClose(r *relayed) {
	r.s.track.parted.Store(true)
	r.ends[clientEnd].spent = true
	l.sayGoodbye(&r.ends[serverEnd])
	unix.Shutdown(r.ends[serverEnd].fd, unix.SHUT_WR)
	r.quiet = time.AfterFunc(partingTime, func() {
		l.call(func() { l.finish(r, ended) })
	})
}

// relay forwards what may be forwarded of b, which one end has sent, and has
// the peer keep the rest. False when the session left.
func (l *loop) relay(r *relayed, end int, b []byte) bool {
	var n int
	var stop bool
	if end == clientEnd {
		n, stop = r.s.track.client(b)
	} else {
		n = r.s.track.server(b)
	}
	if n > 0 && !l.send(r, 1-end, b[:n]) {
		return false
	}
	r.ends[end].peer.keep(b[n:])
	if stop {
		l.finish(r, ours)
		return false
	}
	return !l.parts(r)
}
