package sqlfuncs

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/datamime/datamime/sqlfuncs/pgtypes"
)

// spillBytes is how large a statement's arrays may grow before the rows of a
// call go into a temporary table instead, where one can be made.
const spillBytes = 64 << 20

// spillRefusal tells why no temporary table can be made; "" where one can.
const spillRefusal = `SELECT CASE
WHEN pg_catalog.pg_is_in_recovery() THEN 'the server is a standby'
WHEN pg_catalog.current_setting('transaction_read_only') = 'on' THEN 'the transaction is read-only'
WHEN NOT pg_catalog.has_database_privilege(pg_catalog.current_database(), 'TEMP') THEN 'the role may not create temporary tables'
ELSE '' END`

// collect reads the rows of the i-th call into arrays or, where these grow too
// large, into a temporary table.
func (x *execution) collect(ctx context.Context, i int, rows RowSource) (*arraySet, error) {
	defer rows.Close()
	set := newArraySet(x.rewriting.arrays, i)
	made := tell(x.calls[i], rows)
	for size := int64(0); ; {
		b, err := made.Next(ctx)
		if err == io.EOF {
			x.arrayBytes += size
			return set, nil
		}
		if err != nil {
			return nil, err
		}
		if b.Rows == 0 {
			continue
		}
		size = int64(set.add(b))
		expected := size
		if total := made.expected(); total > int64(set.rows) {
			expected = int64(float64(size) / float64(set.rows) * float64(total))
		}
		if x.arrayBytes+expected <= spillBytes {
			continue
		}
		refusal, err := x.spillRefusal(ctx, i)
		if err != nil {
			return nil, err
		}
		if refusal == "" {
			return set, x.spill(ctx, i, set, made)
		}
		if x.arrayBytes+size > maxArrayBytes {
			return nil, tooManyRows(refusal)
		}
	}
}

// spillRefusal tells why no temporary table can take the rows of the i-th call.
// The server is asked once a Bind.
func (x *execution) spillRefusal(ctx context.Context, i int) (string, error) {
	if x.calls[i].call.rows != nil {
		return "no table can stand in ROWS FROM", nil
	}
	if x.refusal == nil {
		why := ""
		err := x.session.Query(ctx, spillRefusal, nil, Text, func(row [][]byte) error { why = string(row[0]); return nil })
		if err != nil {
			return "", err
		}
		x.refusal = &why
	}
	return *x.refusal, nil
}

func tooManyRows(refusal string) *Error {
	return &Error{Code: codeLimit, Message: "the statement needs more than 256 MB of generated rows at once",
		Detail: "A temporary table would hold them, but " + refusal + ".",
		Hint: "Select the columns from the call alone, or fill a table with INSERT INTO ... SELECT * FROM datamime_generate(...) " +
			"and query that; row_count and the columns named decide the size."}
}

// spill puts what is in the arrays, and then the rest of the rows, into a
// temporary table, which stands for the set from there on. The end of the
// transaction drops it at the latest. Its name is drawn, so that nobody has
// one like it.
func (x *execution) spill(ctx context.Context, i int, set *arraySet, rest RowSource) error {
	to := &insertion{table: fmt.Sprintf("pg_temp.datamime_rows_%016x", rand.Uint64())}
	var definitions []string
	for k, c := range set.columns {
		to.columns = append(to.columns, column{name: spilledColumn(c)})
		definitions = append(definitions, spilledColumn(c)+" "+pgtypes.NameOf[set.oids[k]])
	}
	rows := newBacklog(set, &wired{rows: rest, columns: set.columns, oids: set.oids})
	if x.calls[i].call.ordinality {
		to.columns = append(to.columns, column{name: "o"})
		definitions = append(definitions, "o pg_catalog.int8")
		rows = &numbered{rows: rows}
	}
	set.table = to.table
	err := perform(ctx, x.session, "CREATE TEMPORARY TABLE "+to.table+" ("+strings.Join(definitions, ", ")+") USING heap ON COMMIT DROP")
	if err == nil {
		_, err = copyInto(ctx, x.session, to, rows)
	}
	if err == nil {
		// Without it a join of ten million rows with a thousand sorted all ten.
		err = perform(ctx, x.session, "ANALYZE "+to.table)
	}
	return relocateTo(withoutContext(err), 0)
}

// perform runs a statement without parameters and without rows.
func perform(ctx context.Context, s Session, sql string) error {
	return s.Query(ctx, sql, nil, Text, func([][]byte) error { return nil })
}

// spilledColumn is the name that a call's column has in a temporary table.
func spilledColumn(k int) string { return "c" + strconv.Itoa(k+1) }

// dropping drops the statement's temporary tables. A cursor goes on reading
// them.
func (x *execution) dropping(tables []string) func(context.Context, Session) error {
	if x.declares {
		return nil
	}
	return func(ctx context.Context, s Session) error {
		for _, t := range tables {
			if t == "" {
				continue
			}
			if err := dropSpill(ctx, s, t); err != nil {
				return err
			}
		}
		return nil
	}
}

// dropSpill drops a temporary table, if it is still there and the role may.
func dropSpill(ctx context.Context, s Session, table string) error {
	found := false
	err := s.Query(ctx, "SELECT 1 FROM pg_catalog.pg_class WHERE oid = pg_catalog.to_regclass($1) AND pg_catalog.pg_has_role(relowner, 'USAGE')",
		[]Param{textParam(table)}, Text, func([][]byte) error { found = true; return nil })
	if err != nil || !found {
		return err
	}

	return perform(ctx, s, "DROP TABLE "+table)
}

// A wired source gives the needed columns of a call in the types that they
// travel in.
type wired struct {
	rows    RowSource
	columns []int
	oids    []uint32
	batch   Batch
}

func (w *wired) Next(ctx context.Context) (*Batch, error) {
	b, err := w.rows.Next(ctx)
	if err != nil {
		return nil, err
	}
	w.batch.Rows, w.batch.Columns = b.Rows, w.batch.Columns[:0]
	for i, k := range w.columns {
		c := b.Columns[k]
		if w.oids[i] == pgtypes.Text {
			c = textual{c}
		}
		w.batch.Columns = append(w.batch.Columns, c)
	}
	return &w.batch, nil
}

func (w *wired) Close() { w.rows.Close() }

// textual is a column as a text.
type textual struct{ Column }

func (t textual) AppendBinary(dst []byte, row int) []byte { return t.AppendText(dst, row) }

// A backlog gives the rows that are in an arraySet already, which it empties,
// and then the rest.
type backlog struct {
	set     *arraySet
	columns []elements
	at      []int // where the next element of each array starts
	left    int   // rows
	rest    RowSource
	batch   Batch
}

const backlogRows = 4096

func newBacklog(set *arraySet, rest RowSource) RowSource {
	b := &backlog{set: set, left: set.rows, rest: rest, columns: make([]elements, len(set.data))}
	for i, d := range set.data {
		b.columns[i].data = d
		b.at = append(b.at, arrayHeader)
	}
	return b
}

func (b *backlog) Next(ctx context.Context) (*Batch, error) {
	if b.left == 0 {
		b.set.data, b.columns = nil, nil
		return b.rest.Next(ctx)
	}
	b.batch.Rows, b.batch.Columns = min(b.left, backlogRows), b.batch.Columns[:0]
	b.left -= b.batch.Rows
	for i := range b.columns {
		b.at[i] = b.columns[i].find(b.at[i], b.batch.Rows)
		b.batch.Columns = append(b.batch.Columns, &b.columns[i])
	}
	return &b.batch, nil
}

func (b *backlog) Close() { b.rest.Close() }

// elements is a run of an array's elements, each behind its length.
type elements struct {
	data []byte
	at   []int
}

// find takes the next rows elements, the first of which starts at from, and
// returns where they end.
func (e *elements) find(from, rows int) int {
	e.at = e.at[:0]
	for range rows {
		e.at = append(e.at, from)
		from += 4 + max(0, int(int32(binary.BigEndian.Uint32(e.data[from:]))))
	}
	return from
}

func (e *elements) Null(row int) bool { return int32(binary.BigEndian.Uint32(e.data[e.at[row]:])) < 0 }

func (e *elements) AppendText(dst []byte, row int) []byte { return e.AppendBinary(dst, row) }

func (e *elements) AppendBinary(dst []byte, row int) []byte {
	b := e.data[e.at[row]:]
	return append(dst, b[4:4+binary.BigEndian.Uint32(b)]...)
}

// A numbered source has a column behind the others that counts the rows from 1.
type numbered struct {
	rows  RowSource
	given int64
	batch Batch
}

func (n *numbered) Next(ctx context.Context) (*Batch, error) {
	b, err := n.rows.Next(ctx)
	if err != nil {
		return nil, err
	}
	n.batch.Rows, n.batch.Columns = b.Rows, append(append(n.batch.Columns[:0], b.Columns...), counting(n.given))
	n.given += int64(b.Rows)
	return &n.batch, nil
}

func (n *numbered) Close() { n.rows.Close() }

// counting numbers the rows of a batch; so many came before it.
type counting int64

func (c counting) Null(int) bool { return false }
func (c counting) AppendText(dst []byte, row int) []byte {
	return strconv.AppendInt(dst, int64(c)+int64(row)+1, 10)
}
func (c counting) AppendBinary(dst []byte, row int) []byte {
	return pgtypes.AppendIntBinary(dst, pgtypes.Int8, int64(c)+int64(row)+1)
}
