package proxy

import (
	"context"
	"encoding/binary"
	"errors"
	"io"

	"github.com/datamime/datamime/sqlfuncs"
)

// portal is a portal of the client's over a statement of ours.
type portal struct {
	prepared *sqlfuncs.Prepared
	bound    *sqlfuncs.Bound
	utility  *statement        // a PREPARE, which is carried out by Execute
	formats  []sqlfuncs.Format // result formats as Bind gave them: none, one for all, or one a column
	batch    *sqlfuncs.Batch   // what of Bound.Rows is being sent
	next     int               // the next row of batch
	drained  bool
	tally    *tally // of the statement's run; nil for a utility
	refused  error  // which its Execute is to say; nil for most
}

// made tells whether what it gives is made here, not by the server.
func (p *portal) made() bool { return p.bound.Rows != nil || p.bound.Insert != nil }

// position maps a position in the text that the server has to the client's.
func (p *portal) position(server int) int {
	if p.bound.Instead != nil {
		return p.bound.Instead.Position(server)
	}
	return p.prepared.Position(server)
}

func (p *portal) close() {
	if p.bound == nil {
		return
	}
	if p.bound.Rows != nil {
		p.bound.Rows.Close()
		p.bound.Rows = nil
	}
	if p.bound.Close != nil {
		p.bound.Close()
	}
}

// sendRows sends rows of a portal of ours to the client, at most limit of
// them (0: all), and returns how many. It sets p.drained when none are left.
func (s *session) sendRows(ctx context.Context, p *portal, limit int) (sent int, err error) {
	out := &s.client
	for limit <= 0 || sent < limit {
		if more, err := p.more(ctx); err != nil || !more {
			return sent, err
		}
		n := p.batch.Rows - p.next
		if limit > 0 {
			n = min(n, limit-sent)
		}
		for end := p.next + n; p.next < end; p.next++ {
			out.out = appendDataRow(out.out, p.batch.Columns, p.next, p.formats)
			if len(out.out) >= largeBuf {
				if err := ctx.Err(); err != nil {
					return sent, err
				}
				if err := out.flush(); err != nil {
					return sent, lost(err)
				}
			}
		}
		sent += n
	}
	return sent, nil
}

// more readies the next rows of a portal of ours; false when none are left.
func (p *portal) more(ctx context.Context) (bool, error) {
	for !p.drained && (p.batch == nil || p.next == p.batch.Rows) {
		batch, err := p.bound.Rows.Next(ctx)
		p.batch, p.next = batch, 0
		if errors.Is(err, io.EOF) {
			p.batch, p.drained = nil, true
		} else if err != nil {
			p.batch = nil
			return false, err
		}
	}
	return !p.drained, nil
}

// skip leaves rows of a portal of ours out, at most limit of them (negative:
// all), and returns how many.
func (p *portal) skip(ctx context.Context, limit int64) (n int64, err error) {
	for n != limit {
		if more, err := p.more(ctx); err != nil || !more {
			return n, err
		}
		step := int64(p.batch.Rows - p.next)
		if limit >= 0 {
			step = min(step, limit-n)
		}
		p.next += int(step)
		n += step
	}
	return n, nil
}

// appendDataRow appends a DataRow with the values of one row, each in the
// format that the client asked for.
func appendDataRow(dst []byte, columns []sqlfuncs.Column, row int, formats []sqlfuncs.Format) []byte {
	start := len(dst)
	dst = append(dst, 'D', 0, 0, 0, 0, byte(len(columns)>>8), byte(len(columns)))
	for i, c := range columns {
		if c.Null(row) {
			dst = append(dst, 0xff, 0xff, 0xff, 0xff)
			continue
		}
		at := len(dst)
		dst = append(dst, 0, 0, 0, 0)
		if formatOf(formats, i) == sqlfuncs.Binary {
			dst = c.AppendBinary(dst, row)
		} else {
			dst = c.AppendText(dst, row)
		}
		binary.BigEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
	}
	binary.BigEndian.PutUint32(dst[start+1:], uint32(len(dst)-start-1))
	return dst
}
