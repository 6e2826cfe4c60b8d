package sqlfuncs

import (
	"context"
	"encoding/binary"
	"io"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/datamime/datamime/sqlfuncs/sqltext"
)

// An insertion is a table that rows go into: by COPY FROM where it does what
// INSERT would, else by INSERTs of some thousand rows each.
type insertion struct {
	table   string   // quoted
	columns []column // of the rows, under the table's names
	plain   bool     // COPY does
}

// into puts rows into the table.
func (ins *insertion) into(ctx context.Context, s Session, rows RowSource) (int64, error) {
	if ins.plain {
		n, err := copyInto(ctx, s, ins, rows)
		return n, withoutContext(err)
	}
	n, err := insertInto(ctx, s, ins, rows)
	return n, relocateTo(err, 0)
}

const plainTableQuery = `SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname),
c.relkind = 'r' AND NOT c.relhasrules AND NOT c.relrowsecurity AND NOT EXISTS (
	SELECT 1 FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal),
c.relkind IN ('r', 'p') AND NOT c.relhasrules AND NOT EXISTS (
	SELECT 1 FROM pg_catalog.pg_trigger t WHERE NOT t.tgisinternal AND
	(t.tgrelid = c.oid OR c.relkind = 'p' AND t.tgrelid IN (SELECT p.relid FROM pg_catalog.pg_partition_tree(c.oid) p))),
a.attname, a.atttypid::pg_catalog.int8, a.atttypmod, a.attidentity::pg_catalog.text, a.attgenerated::pg_catalog.text,
pg_catalog.pg_get_expr(d.adbin, d.adrelid)
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.oid = pg_catalog.to_regclass($1)
ORDER BY a.attnum`

// A destination is a table to insert into, as the catalogue has it.
type destination struct {
	table   string // quoted; "" when there is none of the name
	plain   bool   // COPY FROM does the same as INSERT
	parted  bool   // several INSERTs do the same as one
	columns []column
	serial  []bool // the column's default takes from a sequence
}

func readDestination(ctx context.Context, s Session, name string) (*destination, error) {
	d := &destination{}
	err := s.Query(ctx, plainTableQuery, []Param{textParam(name)}, Text, func(row [][]byte) error {
		d.table, d.plain, d.parted = string(row[0]), string(row[1]) == "t", string(row[2]) == "t"
		row = row[3:]
		d.columns = append(d.columns, column{name: string(row[0]), oid: uint32(parseInt(row[1])), mod: int32(parseInt(row[2])),
			identity: firstByte(row[3]), generated: firstByte(row[4])})
		d.serial = append(d.serial, len(row[5]) > 8 && string(row[5][:8]) == "nextval(")
		return nil
	})
	return d, err
}

// chooseInsert sees whether an INSERT does no more than to put the rows of its
// call into a table: then they need no memory.
func (p *Prepared) chooseInsert(ctx context.Context, s Session, n *pg.InsertStmt) error {
	if n.OnConflictClause != nil || len(n.ReturningList) > 0 || n.WithClause != nil || n.Relation.Catalogname != "" ||
		n.Override != pg.OverridingKind_OVERRIDING_NOT_SET {
		return nil
	}
	st := p.streamOf(n.SelectStmt.GetSelectStmt())
	if st == nil {
		return nil
	}
	src := p.st.source
	name := sqltext.QuoteName(src.Name(n.Relation.Relname))
	if n.Relation.Schemaname != "" {
		name = sqltext.QuoteName(src.Name(n.Relation.Schemaname)) + "." + name
	}
	d, err := readDestination(ctx, s, name)
	if err != nil || !d.parted {
		return err
	}
	var columns []column
	if len(n.Cols) == 0 {
		columns = d.columns[:min(len(st.columns), len(d.columns))]
	}
	for _, c := range n.Cols {
		t := c.GetResTarget()
		i := indexOfColumn(d.columns, src.Name(t.GetName()))
		if i < 0 || len(t.GetIndirection()) > 0 {
			return nil
		}
		columns = append(columns, d.columns[i])
	}
	if len(columns) != len(st.columns) {
		return nil
	}
	ins := &insertion{table: d.table, plain: d.plain}
	for i, k := range st.columns {
		to, from := &columns[i], p.calls[0].rel.columns()[k]
		if to.identity != 0 || to.generated != 0 {
			return nil
		}
		ins.plain = ins.plain && to.oid == from.oid && to.mod == from.mod
		from.name = to.name
		ins.columns = append(ins.columns, from)
	}
	p.stream, p.insert = st, ins
	return nil
}

func indexOfColumn(columns []column, name string) int {
	for i := range columns {
		if columns[i].name == name {
			return i
		}
	}
	return -1
}

// copyInto copies rows into a table.
func copyInto(ctx context.Context, s Session, to *insertion, rows RowSource) (int64, error) {
	e := copyEncoder{rows: rows}
	return s.CopyFrom(ctx, "COPY "+to.table+" ("+sqltext.QuoteNames(columnNames(to.columns))+") FROM STDIN (FORMAT binary)",
		func(dst []byte) ([]byte, error) { return e.next(ctx, dst) })
}

// copyChunk is about the size of the pieces that COPY data is sent in.
const copyChunk = 64 << 10

// A copyEncoder writes rows in COPY's binary form.
type copyEncoder struct {
	rows  RowSource
	begun bool
	ended bool
	batch *Batch
	at    int // the next row of batch
}

// next appends the next piece to dst, io.EOF behind the last one.
func (e *copyEncoder) next(ctx context.Context, dst []byte) ([]byte, error) {
	if e.ended {
		return dst, io.EOF
	}
	start := len(dst)
	if !e.begun {
		e.begun = true
		dst = append(dst, copySignature...)
		dst = append(dst, 0, 0, 0, 0, 0, 0, 0, 0)
	}
	for len(dst)-start < copyChunk {
		if e.batch == nil || e.at == e.batch.Rows {
			b, err := e.rows.Next(ctx)
			if err == io.EOF {
				e.ended = true
				return append(dst, 0xff, 0xff), nil
			}
			if err != nil {
				return dst, err
			}
			e.batch, e.at = b, 0
			continue
		}
		dst = appendCopyRow(dst, e.batch, e.at)
		e.at++
	}
	return dst, nil
}

func appendCopyRow(dst []byte, b *Batch, row int) []byte {
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(b.Columns)))
	for _, c := range b.Columns {
		if c.Null(row) {
			dst = append(dst, 0xff, 0xff, 0xff, 0xff)
			continue
		}
		at := len(dst)
		dst = append(dst, 0, 0, 0, 0)
		dst = c.AppendBinary(dst, row)
		binary.BigEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
	}
	return dst
}
