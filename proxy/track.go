package proxy

import (
	"bytes"
	"encoding/binary"
	"math"
	"sync/atomic"

	"github.com/datamime/datamime/sqlfuncs"
)

// track follows a session's messages without decoding them: how many answers
// are owed, the transaction status, and the parameters that the server
// reports. Its client half is used by whoever reads the client, its server
// half by whoever reads the server; the rest of the session reads it only
// while neither relays.
type track struct {
	// asked counts what the client sent that ends in ReadyForQuery, answered
	// the ReadyForQuery that came; simple: the last asked was no Sync.
	asked, answered atomic.Uint32
	simple          atomic.Bool
	// parted: the client sends no more, or nothing that can be understood,
	// so that the server will end the session without a word.
	parted atomic.Bool
	// copying: the server awaits data of a COPY.
	copying atomic.Bool
	// streaming: the server streams its log, and the client may answer.
	streaming bool // server half

	// client half
	sent       int // messages since the last Sync or Query that have an answer
	attention  attention
	clientRest rest

	// server half
	done       int // answers since the last ReadyForQuery
	failed     bool
	serverRest rest

	metrics *metrics // nil: nothing is counted

	status     atomic.Uint32 // 'I', 'T' or 'E'
	parameters map[string]string
	pid        uint32
	secret     []byte
}

// rest is how many bytes of a message under way are still to be forwarded.
type rest int

// endless is the rest of a message of impossible length: everything that
// follows. The receiver will end the connection.
const endless rest = math.MaxInt

// skip steps from n on over what b holds of the rest, and returns where that
// ends.
func (r *rest) skip(b []byte, n int) int {
	k := min(int(*r), len(b)-n)
	if *r != endless {
		*r -= rest(k)
	}
	return n + k
}

// sizeOf is the whole length, as it claims, of the message that b begins with;
// b holds its head at least.
func sizeOf(b []byte) int { return int(binary.BigEndian.Uint32(b[1:])) + 1 }

// client walks over the client's bytes, which begin at a message or inside
// one. It returns how many of them may be forwarded; stop tells that the
// message behind them concerns us, or that whether it will be answered is only
// known when what it follows was: after an error the server skips up to Sync,
// a Query too. What it leaves without stop is incomplete.
func (t *track) client(b []byte) (n int, stop bool) {
	for n = t.clientRest.skip(b, 0); len(b)-n >= headLen; n = t.clientRest.skip(b, n) {
		size := sizeOf(b[n:])
		if size < headLen || size > maxMessage {
			t.clientRest = endless
			t.parted.Store(true)
			continue
		}
		switch typ := b[n]; typ {
		case 'Q', 'P':
			held := b[n:min(n+size, len(b))]
			if len(held) < size && len(held) < maxHeld {
				return n, false
			}
			if t.attention.text(typ, held[headLen:]) || sqlfuncs.Contains(held[headLen:]) {
				return n, true
			}
			if typ == 'Q' && t.sent > 0 {
				return n, true
			}
			if typ == 'Q' {
				t.count()
				t.ask(true)
			} else {
				t.sent++
			}
		case 'B', 'C', 'D', 'E':
			if t.attention.on() {
				stop, more := t.attention.names(typ, b[n+headLen:min(n+size, len(b))])
				if stop {
					return n, true
				}
				if more && len(b)-n < size {
					return n, false
				}
			}
			if t.sent++; typ == 'E' {
				t.count()
			}
		case 'S':
			t.ask(false)
		case 'F':
			if t.sent > 0 {
				return n, true
			}
			t.count()
			t.ask(true)
		case 'X':
			t.parted.Store(true)
		}
		t.clientRest = rest(size)
	}
	return n, false
}

// ask notes a message that ends in ReadyForQuery.
func (t *track) ask(simple bool) {
	t.simple.Store(simple)
	t.asked.Add(1)
	t.sent = 0
}

// count counts a statement.
func (t *track) count() {
	if t.metrics != nil {
		t.metrics.statements.Add(1)
	}
}

// told counts an error that goes to the client; body is its message's.
func (t *track) told(body []byte) {
	if t.metrics != nil {
		t.metrics.failed(sqlstate(body))
	}
}

// server walks over the server's bytes and returns how many of them may be
// forwarded; the others are the incomplete beginning of a message.
func (t *track) server(b []byte) (n int) {
	for n = t.serverRest.skip(b, 0); len(b)-n >= headLen; n = t.serverRest.skip(b, n) {
		typ, size := b[n], sizeOf(b[n:])
		if size < headLen {
			t.serverRest = endless
			continue
		}
		switch typ {
		case 'D', 'd': // most of them are, and tell nothing
		case 'Z', 'S', 'E':
			if len(b)-n < size && size < smallBuf {
				return n
			}
			if len(b)-n >= size {
				t.note(typ, b[n+headLen:n+size])
			}
			if typ == 'E' {
				t.told(b[n+headLen : min(n+size, len(b))])
			}
		default:
			t.note(typ, nil)
		}
		t.serverRest = rest(size)
	}
	return n
}

// note takes one message of the server into account; body is read for
// ReadyForQuery and ParameterStatus only.
func (t *track) note(typ byte, body []byte) {
	switch typ {
	case '1', '2', '3', 'T', 'n', 'I', 's':
		t.done++
	case 'C':
		t.done++
		t.copied()
	case 'E':
		t.failed, t.streaming = true, false
		t.copied()
	case 'W':
		t.done, t.streaming = 0, true
	case 'G':
		t.copying.Store(true)
		// A Sync that came with the Execute of a COPY FROM STDIN is ignored
		// by the server: no ReadyForQuery will answer it.
		if !t.simple.Load() {
			t.answered.Store(t.asked.Load())
		}
	case 'Z':
		t.streaming = false
		t.copied()
		if t.answered.Load() != t.asked.Load() {
			t.answered.Add(1)
		}
		if len(body) > 0 {
			t.ready(body[0])
		}
	case 'S':
		if name, value, ok := bytes.Cut(body, []byte{0}); ok {
			t.parameter(string(name), string(bytes.TrimSuffix(value, []byte{0})))
		}
	}
}

// copied notes that no COPY is under way any more; most often none was.
func (t *track) copied() {
	if t.copying.Load() {
		t.copying.Store(false)
	}
}

// ready notes a ReadyForQuery with its transaction status.
func (t *track) ready(status byte) {
	t.status.Store(uint32(status))
	t.done, t.failed = 0, false
}

// parameter notes a ParameterStatus.
func (t *track) parameter(name, value string) {
	if t.parameters == nil {
		t.parameters = make(map[string]string)
	}
	t.parameters[name] = value
}

// key notes a BackendKeyData.
func (t *track) key(pid uint32, secret []byte) {
	t.pid, t.secret = pid, bytes.Clone(secret)
}

// busy tells whether the server owes an answer to something the client sent.
func (t *track) busy() bool { return t.asked.Load() != t.answered.Load() }

// settled tells whether everything forwarded was answered, so that the next
// message of the server answers the next one that is sent.
func (t *track) settled() bool {
	return !t.busy() && (t.done >= t.sent || t.failed) && t.serverRest == 0
}

// streams tells whether a stream of the server's log goes on. It is over with
// its CommandComplete, which is the last word of a server that shuts down.
func (t *track) streams() bool { return t.streaming && t.done == 0 }

// cut tells whether the server, when it sends no more, has ended the session
// without a word that the client understands, and between two messages, so
// that one of ours may follow.
func (t *track) cut() bool {
	return !t.parted.Load() && !t.failed && t.serverRest == 0 && (!t.streaming || t.streams())
}
