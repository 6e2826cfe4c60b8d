package sqlfuncs

import (
	"context"
	"io"
)

// A textTable is a small result of text columns, held whole. An empty text is
// NULL.
type textTable struct {
	columns []textColumn
	rows    int
	done    bool
}

func newTextTable(columns int) *textTable { return &textTable{columns: make([]textColumn, columns)} }

func (t *textTable) add(values ...string) {
	for i, v := range values {
		t.columns[i] = append(t.columns[i], v)
	}
	t.rows++
}

func (t *textTable) Next(context.Context) (*Batch, error) {
	if t.done || t.rows == 0 {
		return nil, io.EOF
	}
	t.done = true
	b := &Batch{Rows: t.rows}
	for i := range t.columns {
		b.Columns = append(b.Columns, t.columns[i])
	}
	return b, nil
}

func (t *textTable) Close() {}

type textColumn []string

func (c textColumn) Null(row int) bool                       { return c[row] == "" }
func (c textColumn) AppendText(dst []byte, row int) []byte   { return append(dst, c[row]...) }
func (c textColumn) AppendBinary(dst []byte, row int) []byte { return append(dst, c[row]...) }
