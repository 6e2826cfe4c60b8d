package sqlfuncs

import (
	"context"
	"fmt"
	"time"
)

// progressEach is how often long work tells how far it is.
const progressEach = 5 * time.Second

// told is a source of rows that tells the client how far it is.
type told struct {
	RowSource
	in          *invocation
	start, last time.Time
	rows        int64
}

// tell wraps the rows of a call that are not streamed to the client.
func tell(in *invocation, rows RowSource) *told {
	now := time.Now()
	return &told{RowSource: rows, in: in, start: now, last: now}
}

func (t *told) Next(ctx context.Context) (*Batch, error) {
	b, err := t.RowSource.Next(ctx)
	if err != nil {
		return nil, err
	}
	t.rows += int64(b.Rows)
	if now := time.Now(); now.Sub(t.last) >= progressEach {
		t.last = now
		t.in.notice("made "+progressMessage(t.rows, t.expected(), now.Sub(t.start)), "", "")
	}
	return b, nil
}

// expected is about how many rows there will be, 0 when that is not known.
func (t *told) expected() int64 {
	if r, ok := t.RowSource.(expecting); ok {
		return r.expected()
	}
	return 0
}

// An expecting source knows about how many rows it gives in all, 0 when it
// does not.
type expecting interface{ expected() int64 }

func progressMessage(rows, total int64, took time.Duration) string {
	m := fmt.Sprintf("%d rows, %.0f a second", rows, float64(rows)/took.Seconds())
	if total >= rows && total > 0 {
		m += fmt.Sprintf(", %d %%", 100*rows/total)
	}
	return m
}
