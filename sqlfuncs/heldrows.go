package sqlfuncs

import (
	"context"
	"io"
)

// heldRows is a small result, held whole. It always reaches the client through
// the server, which writes every type as the session has it.
type heldRows struct {
	batch Batch
	given bool
}

func (h *heldRows) Next(context.Context) (*Batch, error) {
	if h.given || h.batch.Rows == 0 {
		return nil, io.EOF
	}
	h.given = true
	return &h.batch, nil
}

func (h *heldRows) Close() {}

func (h *heldRows) streamable(context.Context, Session, []int, bool) (bool, error) {
	return false, nil
}
