package sqlfuncs

import (
	"context"
	"io"
	"strconv"
	"strings"

	"github.com/datamime/datamime/sqlfuncs/pgtypes"
	"github.com/datamime/datamime/sqlfuncs/sqltext"
)

// A targetRelation inserts the rows of a source into a table and gives one row
// that tells what it did.
type targetRelation struct {
	*generateRelation
	name string
}

func (t *targetRelation) columns() []column {
	first := t.src.columns[t.roles.time]
	last := first
	first.name, last.name = "first", "last"
	return []column{plain("target", pgtypes.Text), plain("row_count", pgtypes.Int8), plain("series_count", pgtypes.Int8),
		first, last, plain("seed", pgtypes.Int8)}
}

// open does the work: it is in the caller's transaction like any statement.
func (t *targetRelation) open(ctx context.Context, in *invocation) (RowSource, error) {
	d, err := t.destination(ctx, in)
	if err != nil {
		return nil, err
	}
	taken, err := t.matched(in, d)
	if err != nil {
		return nil, err
	}
	gen, err := t.generator(ctx, in, taken)
	if err != nil {
		return nil, err
	}
	defer gen.Close()
	gen.filling = true
	var columns []int
	for i, ok := range taken {
		if ok {
			columns = append(columns, i)
		}
	}
	rows := &spanned{projection: projection{rows: gen, columns: columns, left: 1<<63 - 1}, gen: gen}
	if d.plain {
		d.plain, err = gen.streamable(ctx, in.session, columns, false)
		if err != nil {
			return nil, err
		}
	}
	to := &insertion{table: d.table, plain: d.plain}
	for _, i := range columns {
		to.columns = append(to.columns, t.src.columns[i])
	}
	n, err := to.into(ctx, in.session, tell(in, rows))
	if err != nil {
		return nil, err
	}
	return t.told(ctx, in.session, d, gen, rows, n)
}

// told is the one row of the result.
func (t *targetRelation) told(ctx context.Context, s Session, d *destination, gen *generator, rows *spanned, n int64) (RowSource, error) {
	out := &oneRow{Batch{Rows: 1, Columns: []Column{
		textColumn{d.table}, bigint(n), bigint(gen.seriesCount()), textColumn{""}, textColumn{""}, bigint(gen.request.seed)}}, false}
	if n == 0 {
		return out, nil
	}
	c := &t.src.columns[t.roles.time]
	for i, at := range []int64{rows.first, rows.last} {
		times := &timeColumn{oid: c.base, loc: gen.set.location, times: []int64{at}}
		if out.Columns[3+i] = times; gen.set.tells(c) {
			continue
		}
		// The session's own form of a time is the server's to write.
		b := times.AppendBinary(nil, 0)
		err := s.Query(ctx, "SELECT $1", []Param{{OID: c.base, Format: Binary, Value: b}}, Text, func(row [][]byte) error {
			out.Columns[3+i] = &codeColumn{codes: []int32{0}, text: []string{string(row[0])}, binary: []string{string(b)}}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// destination finds the target, or creates it like the source.
func (t *targetRelation) destination(ctx context.Context, in *invocation) (*destination, error) {
	at := in.position(in.args[in.fn.parameter("target")])
	d, err := readDestination(ctx, in.session, t.name)
	if err != nil || d.table != "" {
		return d, relocateTo(unquoted(err, t.name), at)
	}
	name := ""
	err = in.session.Query(ctx, `SELECT pg_catalog.array_to_string(ARRAY(
		SELECT pg_catalog.quote_ident(x.p) FROM pg_catalog.unnest(pg_catalog.parse_ident($1)) WITH ORDINALITY AS x(p, o) ORDER BY x.o), '.')`,
		[]Param{textParam(t.name)}, Text, func(row [][]byte) error { name = string(row[0]); return nil })
	if err != nil {
		return nil, relocateTo(unquoted(err, t.name), at)
	}
	create := "CREATE TABLE " + name + " (LIKE " + t.src.from +
		" INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING GENERATED INCLUDING COMMENTS)"
	if t.src.query {
		create = "CREATE TABLE " + name + " AS SELECT * FROM " + t.src.from + " AS s WITH NO DATA"
	}
	if t.stored != nil {
		create = "CREATE TABLE " + name + " (" + definitions(t.src.columns) + ")"
	}
	if err := in.session.Query(ctx, create, nil, Text, func([][]byte) error { return nil }); err != nil {
		return nil, relocateTo(err, at)
	}
	return readDestination(ctx, in.session, name)
}

// definitions are columns as CREATE TABLE takes them, for a stored model whose
// source may be gone.
func definitions(columns []column) string {
	var list []string
	for i := range columns {
		c := &columns[i]
		d := sqltext.QuoteName(c.name) + " " + c.typeName + c.collate()
		if c.notNull {
			d += " NOT NULL"
		}
		if c.computed != nil {
			d += " GENERATED ALWAYS AS (" + c.computed.expr + ") STORED"
		}
		list = append(list, d)
	}
	return strings.Join(list, ", ")
}

// matched tells which columns of the source go into the target: those that
// both have, and that the table does not fill itself.
func (t *targetRelation) matched(in *invocation, d *destination) ([]bool, error) {
	taken := make([]bool, len(t.src.columns))
	for i, c := range t.src.columns {
		k := indexOfColumn(d.columns, c.name)
		if k >= 0 {
			to := &d.columns[k]
			taken[i] = to.identity == 0 && to.generated == 0 && !d.serial[k]
			d.plain = d.plain && (!taken[i] || to.oid == c.oid && to.mod == c.mod)
		}
	}
	must := append([]int{t.roles.time}, t.roles.series...)
	for _, i := range append(must, t.roles.values...) {
		if c := &t.src.columns[i]; indexOfColumn(d.columns, c.name) < 0 {
			return nil, in.wrong("target", codeNoColumn, "Columns of "+quoteText(t.name)+": "+listed(columnNames(d.columns))+".",
				"column %s of %s does not exist", sqltext.QuoteName(c.name), quoteText(t.name))
		}
	}
	return taken, nil
}

// A spanned source takes note of the first and the last time that it gave.
type spanned struct {
	projection
	gen         *generator
	any         bool
	first, last int64
}

func (s *spanned) Next(ctx context.Context) (*Batch, error) {
	b, err := s.projection.Next(ctx)
	if err == nil && b.Rows > 0 {
		if !s.any {
			s.any, s.first = true, s.gen.rows.Time[0]
		}
		s.last = s.gen.rows.Time[b.Rows-1]
	}
	return b, err
}

// insertBytes is about how much of the rows one INSERT of insertInto carries:
// what the server is at when it is to stop.
const insertBytes = 1 << 20

// insertInto inserts rows by INSERT, for tables where COPY would not do the
// same: with triggers, rules, policies, partitions or other types.
func insertInto(ctx context.Context, s Session, to *insertion, rows RowSource) (int64, error) {
	var list, sources, names []string
	var arrays []array
	for i := range to.columns {
		c, own := &to.columns[i], "c"+strconv.Itoa(i+1)
		arrays = append(arrays, array{column: i, oid: c.wire()})
		list = append(list, "x."+own+"::"+c.typeName)
		sources = append(sources, "pg_catalog.unnest($"+strconv.Itoa(i+1)+"::"+pgtypes.NameOf[c.wire()]+"[])")
		names = append(names, own)
	}
	sql := "INSERT INTO " + to.table + " (" + sqltext.QuoteNames(columnNames(to.columns)) + ") SELECT " + strings.Join(list, ", ") +
		" FROM ROWS FROM (" + strings.Join(sources, ", ") + ") AS x(" + strings.Join(names, ", ") + ")"
	total := int64(0)
	set := newArraySet(arrays, 0)
	flush := func() error {
		if set.rows == 0 {
			return nil
		}
		var params []Param
		for i := range arrays {
			params = append(params, set.param(i))
		}
		total += int64(set.rows)
		err := s.Query(ctx, sql, params, Text, func([][]byte) error { return nil })
		set = newArraySet(arrays, 0)
		return err
	}
	err := readAll(ctx, rows, func(b *Batch) error {
		if set.add(b) < insertBytes {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	return total, err
}

// A oneRow is a source of one row.
type oneRow struct {
	Batch
	given bool
}

func (r *oneRow) Next(context.Context) (*Batch, error) {
	if r.given {
		return nil, io.EOF
	}
	r.given = true
	return &r.Batch, nil
}

func (r *oneRow) Close() {}

// bigint is a column of one bigint.
type bigint int64

func (c bigint) Null(int) bool                       { return false }
func (c bigint) AppendText(dst []byte, _ int) []byte { return strconv.AppendInt(dst, int64(c), 10) }
func (c bigint) AppendBinary(dst []byte, _ int) []byte {
	return pgtypes.AppendIntBinary(dst, pgtypes.Int8, int64(c))
}
