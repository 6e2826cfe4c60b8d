package sqlfuncs

import (
	"bytes"
	"context"
	"io"
	"time"

	"github.com/datamime/datamime/sqlfuncs/pgtypes"
)

var modelsFunction = &function{
	name:    "models",
	doc:     "The stored models that you may see.",
	example: "SELECT model, source, series_count, row_count, bytes FROM datamime_models()",
	resolve: func(context.Context, *invocation) (relation, error) { return modelsRelation{}, nil },
}

// A modelsRelation lists the stored models.
type modelsRelation struct{}

func (modelsRelation) columns() []column {
	return []column{plain("model", pgtypes.Text), plain("source", pgtypes.Text), plain("time_column", pgtypes.Text),
		textArrayColumn("series_columns"), textArrayColumn("value_columns"), plain("frequency", pgtypes.Interval),
		plain("series_count", pgtypes.Int8), plain("row_count", pgtypes.Int8), plain("bytes", pgtypes.Int8),
		plain("created_at", pgtypes.Timestamptz), plain("created_by", pgtypes.Text)}
}

func (modelsRelation) open(ctx context.Context, in *invocation) (RowSource, error) {
	st, err := readStore(ctx, in.session)
	if err != nil {
		return nil, err
	}
	t := newServerTable(modelsRelation{}.columns())
	if !st.table {
		return t, nil
	}
	return t, in.session.Query(ctx, `SELECT model, source, time_column, series_columns::pg_catalog.text, value_columns::pg_catalog.text,
		frequency::pg_catalog.text, series_count, row_count, bytes, created_at, created_by::pg_catalog.text
		FROM datamime.model ORDER BY model`, nil, Binary, t.add)
}

// textArrayColumn is a column of type text[], which travels as text.
func textArrayColumn(name string) column {
	return column{name: name, oid: pgtypes.TextArray, mod: -1, typeName: "pg_catalog.text[]", base: pgtypes.TextArray, baseMod: -1, kind: 'b', sortable: true, hasSend: true}
}

// A serverTable is a small result that the server gave, each value in the
// binary form of the type in which it travels. Its text is for the server to
// tell, which knows the session's settings.
type serverTable struct {
	columns []rawColumn
	rows    int
	done    bool
}

func newServerTable(columns []column) *serverTable {
	t := &serverTable{}
	for i := range columns {
		t.columns = append(t.columns, rawColumn{oid: columns[i].wire()})
	}
	return t
}

func (t *serverTable) add(row [][]byte) error {
	for i, v := range row {
		t.columns[i].values = append(t.columns[i].values, bytes.Clone(v))
	}
	t.rows++
	return nil
}

func (t *serverTable) Next(context.Context) (*Batch, error) {
	if t.done || t.rows == 0 {
		return nil, io.EOF
	}
	t.done = true
	b := &Batch{Rows: t.rows}
	for i := range t.columns {
		b.Columns = append(b.Columns, &t.columns[i])
	}
	return b, nil
}

func (t *serverTable) Close() {}

func (t *serverTable) streamable(context.Context, Session, []int, bool) (bool, error) {
	return false, nil
}

type rawColumn struct {
	oid    uint32
	values [][]byte
}

func (c *rawColumn) Null(row int) bool                       { return c.values[row] == nil }
func (c *rawColumn) AppendBinary(dst []byte, row int) []byte { return append(dst, c.values[row]...) }
func (c *rawColumn) AppendText(dst []byte, row int) []byte {
	dst, _ = pgtypes.AppendText(dst, c.oid, c.values[row], time.UTC)
	return dst
}
