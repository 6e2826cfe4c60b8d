package proxy

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/datamime/datamime/sqlfuncs"
)

// The names of the statement and the portal of our own queries. No client
// sees them: each query closes them again.
const (
	ownStatement = "datamime.own"
	ownPortal    = "datamime.own"
)

// querier runs queries of ours on the client's server connection, inside the
// client's message stream: Parse, Bind, Execute and Flush, never a Sync, so
// that the implicit transaction of a pipeline goes on.
type querier struct{ s *session }

func (s *session) querier() sqlfuncs.Session { return querier{s} }

func (q querier) Parameter(name string) string { return q.s.track.parameters[name] }

func (q querier) InTransaction() bool { return q.s.track.status.Load() != 'I' }

func (q querier) Notice(n *sqlfuncs.Error) {
	q.s.client.write(noticeResponse(n))
	q.s.client.flush()
}

func (q querier) Describe(ctx context.Context, sql string, oids []uint32) (fields []sqlfuncs.Field, params []uint32, err error) {
	m := append(closeOwn('S'), parseMessage(ownStatement, sql, oids)...)
	m = append(m, message('D', []byte{'S'}, []byte(ownStatement), []byte{0})...)
	m = append(m, closeOwn('S')...)
	err = q.run(ctx, func(p *peer) error { return p.write(m) }, 4, func(typ byte, body []byte) error {
		var err error
		switch typ {
		case 't':
			params, err = readOIDs(body)
		case 'T':
			fields, err = readFields(body)
		}
		return err
	})
	return fields, params, err
}

func (q querier) Query(ctx context.Context, sql string, params []sqlfuncs.Param, format sqlfuncs.Format, row func([][]byte) error) error {
	var values [][]byte
	send := func(p *peer) error { return sendQuery(p, sql, params, format) }
	return q.run(ctx, send, 7, func(typ byte, body []byte) error {
		if typ != 'D' {
			return nil
		}
		var err error
		if values, err = readDataRow(values[:0], body); err != nil {
			return err
		}
		return row(values)
	})
}

// sendQuery sends one query of ours, answered by seven messages: the portal
// and the statement are closed before, in case an earlier query failed half
// way, and after.
func sendQuery(p *peer, sql string, params []sqlfuncs.Param, format sqlfuncs.Format) error {
	if err := sendOwn(p, sql, params, format); err != nil {
		return err
	}
	return p.write(append(closeOwn('P'), closeOwn('S')...))
}

// sendOwn sends the beginning of it, up to Execute.
func sendOwn(p *peer, sql string, params []sqlfuncs.Param, format sqlfuncs.Format) error {
	m := append(closeOwn('P'), closeOwn('S')...)
	if err := p.write(append(m, parseMessage(ownStatement, sql, oidsOf(params))...)); err != nil {
		return err
	}
	b := bindMessage{params: params, results: []sqlfuncs.Format{format}}
	if err := b.send(p, ownPortal, ownStatement, nil); err != nil {
		return err
	}
	return p.write(executeMessage(ownPortal, 0))
}

func closeOwn(what byte) []byte { return message('C', []byte{what}, []byte(ownStatement), []byte{0}) }

// run has messages of ours sent and reads their n answers. The first error of
// take is returned once all are read; what the answers hold after it is
// dropped. When the context ends, the server is asked to cancel.
func (q querier) run(ctx context.Context, send func(*peer) error, n int, take func(typ byte, body []byte) error) error {
	s := q.s
	s.unwatchServer() // rows under way may need a query
	if s.failed {
		return errors.New("a query after the transaction failed")
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	release := s.cancelUpstreamWith(ctx)
	defer release()
	if err := send(&s.server); err != nil {
		return lost(err)
	}
	if err := s.tell(message('H')); err != nil {
		return lost(err)
	}
	return q.read(ctx, n, take)
}

// read reads n answers to messages of ours.
func (q querier) read(ctx context.Context, n int, take func(typ byte, body []byte) error) error {
	var failure error
	var refused *sqlfuncs.ServerError
	err := q.s.await(n, func(typ byte, body []byte) ([]byte, error) {
		switch {
		case typ == 'E':
			refused = serverError(body)
		case failure == nil && take != nil:
			if failure = take(typ, body); failure == nil && typ == 'D' {
				failure = ctx.Err()
			}
			if failure != nil {
				q.s.cancelUpstream()
			}
		}
		return nil, nil
	})
	switch {
	case err != nil:
		return lost(err)
	case failure != nil:
		return failure
	case refused != nil:
		if ctx.Err() != nil && refused.Code == "57014" {
			return ctx.Err()
		}
		return refused
	}
	return nil
}

// cancelUpstreamWith has the server cancel what it runs for us once the
// context ends. release waits for a request under way, so that it cannot hit
// a later statement.
func (s *session) cancelUpstreamWith(ctx context.Context) (release func()) {
	done := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(done)
		s.cancelUpstream()
	})
	return func() {
		if !stop() {
			<-done
		}
	}
}

// cancelUpstream asks the server to cancel what it runs on this session, and
// returns when the server has taken note.
func (s *session) cancelUpstream() {
	if s.track.secret == nil {
		return
	}
	ctx, stop := context.WithTimeout(context.Background(), s.srv.authTimeout())
	defer stop()
	conn, _, err := Upstream{routes: []route{s.route}}.dial(ctx)
	if err != nil {
		s.log.Warn("cannot cancel a query of ours", "error", err)
		return
	}
	defer conn.Close()
	deadline, _ := ctx.Deadline()
	conn.SetDeadline(deadline)
	packet := binary.BigEndian.AppendUint32(nil, uint32(12+len(s.track.secret)))
	packet = binary.BigEndian.AppendUint32(packet, cancelCode)
	packet = binary.BigEndian.AppendUint32(packet, s.track.pid)
	if _, err := conn.Write(append(packet, s.track.secret...)); err == nil {
		io.Copy(io.Discard, conn) // closed once the signal is sent
	}
}

// readFields decodes a RowDescription.
func readFields(b []byte) ([]sqlfuncs.Field, error) {
	if len(b) < 2 {
		return nil, errAnswer
	}
	fields := make([]sqlfuncs.Field, binary.BigEndian.Uint16(b))
	b = b[2:]
	for i := range fields {
		name, rest, ok := cstring(b)
		if !ok || len(rest) < 18 {
			return nil, errAnswer
		}
		fields[i] = sqlfuncs.Field{
			Name:     name,
			TableOID: binary.BigEndian.Uint32(rest),
			Column:   int16(binary.BigEndian.Uint16(rest[4:])),
			OID:      binary.BigEndian.Uint32(rest[6:]),
			Size:     int16(binary.BigEndian.Uint16(rest[10:])),
			Modifier: int32(binary.BigEndian.Uint32(rest[12:])),
		}
		b = rest[18:]
	}
	return fields, nil
}

// readDataRow appends the values of a DataRow to values; they alias b.
func readDataRow(values [][]byte, b []byte) ([][]byte, error) {
	if len(b) < 2 {
		return nil, errAnswer
	}
	n := int(binary.BigEndian.Uint16(b))
	b = b[2:]
	for range n {
		if len(b) < 4 {
			return nil, errAnswer
		}
		size := int(int32(binary.BigEndian.Uint32(b)))
		b = b[4:]
		if size < 0 {
			values = append(values, nil)
			continue
		}
		if size > len(b) {
			return nil, errAnswer
		}
		values = append(values, b[:size:size])
		b = b[size:]
	}
	return values, nil
}

var errAnswer = fmt.Errorf("unexpected answer of the server")
