package proxy

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/datamime/datamime/sqlfuncs"
)

// CopyTo implements sqlfuncs.Session.
func (q querier) CopyTo(ctx context.Context, sql string, chunk func([]byte) error) error {
	send := func(p *peer) error { return sendQuery(p, sql, nil, sqlfuncs.Text) }
	return q.run(ctx, send, 7, func(typ byte, body []byte) error {
		if typ != 'd' {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		return chunk(body)
	})
}

// CopyFrom implements sqlfuncs.Session.
func (q querier) CopyFrom(ctx context.Context, sql string, next func([]byte) ([]byte, error)) (rows int64, err error) {
	s := q.s
	send := func(p *peer) error { return sendOwn(p, sql, nil, sqlfuncs.Text) }
	if err = q.run(ctx, send, 4, nil); err != nil {
		return 0, err
	}
	if err = q.copyStarted(); err != nil {
		return 0, err
	}
	release := s.cancelUpstreamWith(ctx)
	defer release()
	var refused atomic.Bool // the server has said so, and skips the rest
	s.watchServer(func() { refused.Store(true) })
	failure := q.sendCopy(ctx, next, &refused)
	s.unwatchServer()
	switch {
	case refused.Load():
		failure = nil
	case errors.Is(failure, errLost):
		return 0, failure
	default:
		if err := s.tell(endCopy(failure)); err != nil {
			return 0, lost(err)
		}
	}
	err = q.read(ctx, 3, func(typ byte, body []byte) error {
		if typ == 'C' {
			rows, _ = strconv.ParseInt(string(bytes.TrimSuffix(bytes.TrimPrefix(body, []byte("COPY ")), []byte{0})), 10, 64)
		}
		return nil
	})
	if failure != nil && !errors.Is(err, errLost) {
		return 0, failure
	}
	return rows, err
}

// endCopy ends a COPY of ours, and its portal and statement with it.
func endCopy(failure error) []byte {
	end := message('c')
	if failure != nil {
		end = message('f', append([]byte(failure.Error()), 0))
	}
	return append(append(append(end, closeOwn('P')...), closeOwn('S')...), message('H')...)
}

// copyStarted reads up to the server's CopyInResponse.
func (q querier) copyStarted() error {
	s := q.s
	for {
		typ, size, err := s.server.head()
		if err != nil {
			return lost(err)
		}
		var refused error
		err = s.deliver(typ, size, func(typ byte, body []byte) ([]byte, error) {
			if typ == 'E' {
				s.failed = true
				refused = serverError(body)
			}
			return nil, nil
		})
		switch {
		case err != nil:
			return lost(err)
		case refused != nil:
			return refused
		case typ == 'G':
			return nil
		}
	}
}

// sendCopy sends what next gives as CopyData, until the server has refused it.
func (q querier) sendCopy(ctx context.Context, next func([]byte) ([]byte, error), refused *atomic.Bool) error {
	s := q.s
	buf := make([]byte, headLen, largeBuf+smallBuf)
	buf[0] = 'd'
	for !refused.Load() {
		var err error
		for err == nil && len(buf) < largeBuf {
			if err = ctx.Err(); err == nil {
				buf, err = next(buf)
			}
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if len(buf) > headLen {
			binary.BigEndian.PutUint32(buf[1:], uint32(len(buf)-1))
			if _, err := s.server.conn.Write(buf); err != nil {
				return lost(err)
			}
			buf = buf[:headLen]
		}
		if err != nil {
			return nil
		}
	}
	return nil
}

// passCopyIn forwards a CopyInResponse and then both ways, until the client
// ends the copy or the server refuses the rest of it.
func (s *session) passCopyIn(size int) error {
	if err := s.passAnswer('G', size); err != nil {
		return err
	}
	if err := s.client.flush(); err != nil {
		return err
	}
	type end struct {
		rest int // of the client's message under way
		err  error
	}
	ended := make(chan end, 1)
	go func() {
		rest, err := s.passCopyData()
		s.server.conn.SetReadDeadline(longAgo) // wakes the other side
		ended <- end{rest, err}
	}()
	// While data goes up, notices may come down; anything else ends the copy.
	answered := s.server.passNotices(s)
	if errors.Is(answered, errCopyAnswered) {
		s.client.conn.SetReadDeadline(longAgo)
	}
	e := <-ended
	s.server.conn.SetReadDeadline(time.Time{})
	s.client.conn.SetReadDeadline(time.Time{})
	switch {
	case e.err != nil && !errors.Is(e.err, os.ErrDeadlineExceeded):
		return e.err
	case answered != nil && !errors.Is(answered, errCopyAnswered) && !errors.Is(answered, os.ErrDeadlineExceeded):
		return fmt.Errorf("read from the server: %w", answered)
	}
	return s.client.pass(&s.server, e.rest)
}

// errCopyAnswered tells that the server's next message ends a copy.
var errCopyAnswered = errors.New("the server ended the copy")

// passNotices forwards the server's asynchronous messages until reading
// fails or another kind of message comes.
func (p *peer) passNotices(s *session) error {
	for {
		typ, size, err := p.head()
		if err != nil {
			return err
		}
		if typ != 'N' && typ != 'A' && typ != 'S' {
			return errCopyAnswered
		}
		if _, err := p.peek(size); err != nil { // whole, so that no wake-up cuts it
			return err
		}
		if err := s.passAnswer(typ, size); err != nil {
			return err
		}
		if err := s.client.flush(); err != nil {
			return err
		}
	}
}

// passCopyData forwards the client's messages up to CopyDone or CopyFail. It
// returns what is missing of the message that an error interrupted.
func (s *session) passCopyData() (rest int, err error) {
	for {
		if s.client.w-s.client.r < headLen {
			if err := s.server.flush(); err != nil {
				return 0, err
			}
		}
		typ, size, err := s.client.head()
		if err != nil {
			return 0, err
		}
		for size > 0 {
			if s.client.r == s.client.w {
				if err := s.server.flush(); err != nil {
					return size, err
				}
				if err := s.client.fill(); err != nil {
					return size, err
				}
			}
			n := min(size, s.client.w-s.client.r)
			if err := s.server.write(s.client.buf[s.client.r : s.client.r+n]); err != nil {
				return size, err
			}
			s.client.r += n
			size -= n
		}
		if typ == 'c' || typ == 'f' {
			return 0, s.server.flush()
		}
	}
}
