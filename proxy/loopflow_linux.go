package proxy

import (
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// flow is what one end of a session has sent since the other one last did: a
// result on its way, or a COPY.
type flow struct {
	end      int
	bytes    int
	gathers  bool      // the end's socket tells of no less than flowPiece
	lastRead time.Time // while it gathers
}

const (
	// flowMin is how long a flow is before its end gathers. PostgreSQL sends
	// 8 kB at a time, as libpq does, and to wake the loop for each costs the
	// sender an interrupt of another processor, and the loop and the receiver
	// two switches: half of the loop's processor time in COPY of a million
	// rows. The end of a flow that gathers comes up to pieceWait late, which is
	// little beside the time that flowMin takes.
	flowMin = 4 << 20
	// flowPiece is half of what the loop can read at once. With 64 kB the proxy
	// took 94 ms of processor time for COPY of a million rows in and 65 for one
	// out, with 128 kB 69 and 56, with 256 kB 83 and 57.
	flowPiece = 2 * largeBuf
)

// flowed notes that an end sent n bytes.
func (l *loop) flowed(r *relayed, end, n int) {
	f := &r.flow
	if f.end != end {
		l.stopGathering(r)
		*f = flow{end: end}
	}
	f.bytes += n
	l.waits = 0
	switch {
	case f.gathers:
		f.lastRead = time.Now()
	case f.bytes >= flowMin && n >= smallBuf:
		l.gather(r)
	}
}

// gather has a flow's end tell of pieces only.
func (l *loop) gather(r *relayed) {
	if unix.SetsockoptInt(r.ends[r.flow.end].fd, unix.SOL_SOCKET, unix.SO_RCVLOWAT, flowPiece) != nil {
		return // it goes on as it did
	}
	r.flow.gathers, r.flow.lastRead = true, time.Now()
	l.gathering = append(l.gathering, r)
}

// stopGathering has a flow's end tell of every byte again.
func (l *loop) stopGathering(r *relayed) {
	if !r.flow.gathers {
		return
	}
	r.flow.gathers = false
	l.gathering = slices.DeleteFunc(l.gathering, func(other *relayed) bool { return other == r })
	unix.SetsockoptInt(r.ends[r.flow.end].fd, unix.SOL_SOCKET, unix.SO_RCVLOWAT, 1)
}

// awaitsPiece tells whether a flow gathers that the other end has room for.
func (l *loop) awaitsPiece() bool {
	return slices.ContainsFunc(l.gathering, (*relayed).flowing)
}

// flowing tells whether the flow's end is read: the other one takes more.
func (r *relayed) flowing() bool { return r.ends[r.flow.end].events&unix.EPOLLIN != 0 }

// readGathered reads what is less than a piece and has waited for pieceWait.
func (l *loop) readGathered() {
	now := time.Now()
	for i := len(l.gathering) - 1; i >= 0; i-- {
		if r := l.gathering[i]; r.flowing() && now.Sub(r.flow.lastRead) >= pieceWait*time.Millisecond {
			l.readLess(r)
		}
	}
}

// readLess reads what a flow's end has sent of a piece. Where that is nothing,
// the next byte is told of.
func (l *loop) readLess(r *relayed) {
	defer l.recovered(r)
	end, before := r.flow.end, r.flow.bytes
	if !l.read(r, end) {
		return
	}
	if r.flow.bytes == before {
		l.stopGathering(r)
	}
	l.watch(r)
}
