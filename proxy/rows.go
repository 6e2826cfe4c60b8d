package proxy

import (
	"context"
	"encoding/binary"
	"errors"
	"io"

	"github.com/datamime/datamime/sqlfuncs"
)

// sendRows sends rows of a portal of ours to the client, at most limit of
// them (0: all), and returns how many. It sets p.drained when none are left.
func (s *session) sendRows(ctx context.Context, p *portal, limit int) (sent int, err error) {
	out := &s.client
	for !p.drained && (limit <= 0 || sent < limit) {
		if p.batch == nil || p.next == p.batch.Rows {
			p.batch, err = p.bound.Rows.Next(ctx)
			if errors.Is(err, io.EOF) {
				p.batch, p.drained = nil, true
				break
			}
			if err != nil {
				return sent, err
			}
			p.next = 0
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
