package importer

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/datamime/datamime/cmd/datamime/locale"
)

// A target is the table that is loaded into, on a connection. It is opened
// before the source is read, so that what cannot work is told at once.
type target struct {
	conn  *pgx.Conn // nil when nothing is loaded
	table pgx.Identifier
}

func openTarget(ctx context.Context, o Options) (*target, error) {
	if o.DryRun {
		return &target{}, nil
	}
	table, err := tableName(o.Table)
	if err != nil {
		return nil, err
	}
	conn, err := pgx.Connect(ctx, o.To)
	if err != nil {
		return nil, Explain(err)
	}
	t := &target{conn, table}
	exists, err := t.exists(ctx, conn)
	if err == nil && exists && o.IfExists == "fail" {
		err = errExists(o)
	}
	if err != nil {
		t.close(ctx)
		return nil, err
	}
	return t, nil
}

func errExists(o Options) error {
	return locale.Errorf("the table %s exists already: give --if-exists append or replace, or another name", o.Table)
}

func (t *target) close(ctx context.Context) {
	if t.conn != nil {
		_ = t.conn.Close(context.WithoutCancel(ctx))
	}
}

// exists tells whether the table is there.
func (t *target) exists(ctx context.Context, db interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}) (exists bool, err error) {
	if err := db.QueryRow(ctx, "SELECT pg_catalog.to_regclass($1) IS NOT NULL", t.table.Sanitize()).Scan(&exists); err != nil {
		return false, Explain(err)
	}
	return exists, nil
}

// load makes the table and fills it, in one transaction.
func (t *target) load(ctx context.Context, s *spooledFile, o Options, assigned roles, result *Result) error {
	conn, table := t.conn, t.table
	tx, err := conn.Begin(ctx)
	if err != nil {
		return Explain(err)
	}
	if err := t.prepare(ctx, tx, o, result.Columns); err != nil {
		return err
	}
	kept, err := newRejects(o, result.Dialect.Unit)
	if err != nil {
		return err
	}
	rows := newCopyRows(ctx, s, result, kept, o.Progress)
	tag, err := conn.PgConn().CopyFrom(ctx, rows, "COPY "+table.Sanitize()+" ("+columnList(result.Columns)+") FROM STDIN")
	if err != nil {
		kept.discard()
		if ctx.Err() != nil {
			return errStopped
		}
		return rows.explain(err)
	}
	if err := kept.close(); err != nil {
		return err
	}
	if err := tx.Commit(ctx); err != nil {
		return Explain(err)
	}
	result.Rows, result.Rejected, result.Rejects = tag.RowsAffected(), kept.n, kept.path()
	if _, err := conn.Exec(ctx, "ANALYZE "+table.Sanitize()); err != nil {
		return Explain(err)
	}
	_, err = conn.Exec(ctx, "SELECT version FROM datamime_version()")
	result.Proxied = err == nil
	result.Proposal, err = propose(ctx, conn, table, o, result.Columns, assigned, result.Rows)
	return err
}

// tableName reads a table's name as PostgreSQL does: folded to lower case
// unless it is quoted, with or without a schema.
func tableName(s string) (pgx.Identifier, error) {
	part := regexp.MustCompile(`^(?:"((?:[^"]|"")+)"|([\p{L}_][\p{L}\p{N}_$]*))(?:\.|$)`)
	var name pgx.Identifier
	for rest := s; rest != ""; {
		m := part.FindStringSubmatch(rest)
		if m == nil || strings.HasSuffix(m[0], ".") && len(m[0]) == len(rest) {
			return nil, usagef("--table %s is no name of a table: write it as in SQL, in double quotes where it needs them", s)
		}
		if m[1] != "" {
			name = append(name, strings.ReplaceAll(m[1], `""`, `"`))
		} else {
			name = append(name, strings.ToLower(m[2]))
		}
		rest = rest[len(m[0]):]
	}
	if len(name) > 2 {
		return nil, usagef("--table %s has too many parts: write TABLE or SCHEMA.TABLE", s)
	}
	return name, nil
}

func columnList(columns []Column) string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = pgx.Identifier{c.Name}.Sanitize()
	}
	return strings.Join(names, ", ")
}

// prepare makes the table, or looks that the one that is there will do.
func (t *target) prepare(ctx context.Context, tx pgx.Tx, o Options, columns []Column) error {
	table := t.table
	exists, err := t.exists(ctx, tx)
	switch {
	case err != nil:
		return err
	case exists && o.IfExists == "fail":
		return errExists(o)
	case exists && o.IfExists == "append":
		return matchColumns(ctx, tx, table, o.Table, columns)
	case exists:
		if _, err := tx.Exec(ctx, "DROP TABLE "+table.Sanitize()); err != nil {
			return Explain(err)
		}
	}
	var ddl strings.Builder
	fmt.Fprintf(&ddl, "CREATE TABLE %s (", table.Sanitize())
	for i, c := range columns {
		if i > 0 {
			ddl.WriteString(", ")
		}
		ddl.WriteString(pgx.Identifier{c.Name}.Sanitize() + " " + c.Type)
	}
	ddl.WriteString(")")
	if _, err := tx.Exec(ctx, ddl.String()); err != nil {
		return Explain(err)
	}
	for _, c := range columns {
		if c.Original == "" || c.Original == c.Name {
			continue
		}
		comment := "COMMENT ON COLUMN " + table.Sanitize() + "." + pgx.Identifier{c.Name}.Sanitize() +
			" IS E'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(c.Original) + "'"
		if _, err := tx.Exec(ctx, comment); err != nil {
			return Explain(err)
		}
	}
	return nil
}

func matchColumns(ctx context.Context, tx pgx.Tx, table pgx.Identifier, given string, columns []Column) error {
	rows, err := tx.Query(ctx, `SELECT attname FROM pg_catalog.pg_attribute
		WHERE attrelid = pg_catalog.to_regclass($1) AND attnum > 0 AND NOT attisdropped`, table.Sanitize())
	if err != nil {
		return Explain(err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return Explain(err)
	}
	have := map[string]bool{}
	for _, n := range names {
		have[n] = true
	}
	for _, c := range columns {
		if !have[c.Name] {
			return locale.Errorf("the table %s has no column %q (it has %s): rename it in the source, or load into another table",
				given, c.Name, strings.Join(names, ", "))
		}
	}
	return nil
}

// copyRows is the source as COPY's text format.
type copyRows struct {
	ctx      context.Context
	rows     *body
	size     int64
	unit     string
	columns  []Column
	kept     *rejects
	progress func(float64)
	buf      []byte
	at       int // how much of buf was read
	row      int
	lines    []lineOf
	err      error
}

// lineOf says that from a row on, lines and rows differ as they do there.
type lineOf struct{ row, line int }

// chunk is how much COPY data is made at a time.
const chunk = 1 << 16

func newCopyRows(ctx context.Context, s *spooledFile, result *Result, kept *rejects, progress func(float64)) *copyRows {
	c := &copyRows{ctx: ctx, size: s.size, unit: result.Dialect.Unit, columns: result.Columns, kept: kept, progress: progress}
	_, c.rows, c.err = openBody(s, result.Dialect)
	return c
}

// Read implements io.Reader.
func (c *copyRows) Read(p []byte) (int, error) {
	if c.at == len(c.buf) && c.err == nil {
		c.at, c.buf = 0, c.buf[:0]
		for len(c.buf) < chunk && c.err == nil {
			c.err = c.add()
		}
		if c.progress != nil {
			c.progress(float64(c.rows.offset()) / float64(c.size))
		}
		if c.err == nil {
			c.err = c.ctx.Err()
		}
	}
	if c.at == len(c.buf) {
		return 0, c.err
	}
	n := copy(p, c.buf[c.at:])
	c.at += n
	return n, nil
}

var copyEscapes = strings.NewReplacer("\\", `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`)

// add appends the next record, or keeps it aside.
func (c *copyRows) add() error {
	row, line, err := c.rows.next()
	var rejected *reject
	if errors.As(err, &rejected) {
		return c.kept.add(rejected)
	}
	if err != nil {
		return err
	}
	before := len(c.buf)
	for i := range c.columns {
		if i > 0 {
			c.buf = append(c.buf, '\t')
		}
		from := row[c.columns[i].at]
		value, null, ok := c.columns[i].convert(from)
		if !ok {
			c.buf = c.buf[:before]
			return c.kept.add(&reject{
				line: line, column: c.columns[i].Name, raw: c.rows.raw(),
				reason: locale.Say("%q is no %s", from.text, c.columns[i].Type),
			})
		}
		if null {
			c.buf = append(c.buf, `\N`...)
		} else {
			c.buf = append(c.buf, copyEscapes.Replace(value)...)
		}
	}
	c.buf = append(c.buf, '\n')
	c.row++
	if n := len(c.lines); n == 0 || c.lines[n-1].line-c.lines[n-1].row != line-c.row {
		c.lines = append(c.lines, lineOf{c.row, line})
	}
	return nil
}

// explain finds the source's line for the row at which COPY failed.
func (c *copyRows) explain(err error) error {
	var server *pgconn.PgError
	if !errors.As(err, &server) {
		return Explain(err)
	}
	m := regexp.MustCompile(`COPY .*, line (\d+)(?:, column ([^:]+))?`).FindStringSubmatch(server.Where)
	if m == nil {
		return Explain(err)
	}
	row, _ := strconv.Atoi(m[1])
	line := row
	for _, l := range c.lines {
		if l.row <= row {
			line = l.line + row - l.row
		}
	}
	where := place(c.unit, line)
	if m[2] != "" {
		where += locale.Say(", column %s", m[2])
	}
	return locale.Errorf("%s: %w: nothing was loaded", where, Explain(err))
}

// rejects is the file of the lines that were kept aside. It is made when the
// first one comes.
type rejects struct {
	name string
	unit string // what the places of rows count
	n    int64
	file *os.File
	buf  *bufio.Writer
	csv  *csv.Writer
}

func newRejects(o Options, unit string) (*rejects, error) {
	name := o.Rejects
	if name == "" {
		base := filepath.Base(o.Source)
		if o.Source == "-" || strings.Contains(o.Source, "://") {
			base = o.Table
		}
		name = strings.TrimSuffix(base, filepath.Ext(base)) + ".rejects.csv"
		if o.Source != "-" && !strings.Contains(o.Source, "://") {
			name = filepath.Join(filepath.Dir(o.Source), name)
		}
	}
	return &rejects{name: name, unit: unit}, nil
}

func (r *rejects) add(bad *reject) error {
	if r.file == nil {
		f, err := os.Create(r.name)
		if err != nil {
			return locale.Errorf("%s, and cannot be kept aside in %s: name a writable file with --rejects", bad.Error(), r.name)
		}
		r.file, r.buf = f, bufio.NewWriter(f)
		r.csv = csv.NewWriter(r.buf)
		if err := r.csv.Write([]string{r.unit, "column", "reason", "record"}); err != nil {
			return err
		}
	}
	r.n++
	return r.csv.Write([]string{strconv.Itoa(bad.line), bad.column, bad.reason, bad.raw})
}

func (r *rejects) path() string {
	if r.file == nil {
		return ""
	}
	return r.name
}

func (r *rejects) close() error {
	if r.file == nil {
		return nil
	}
	r.csv.Flush()
	if err := errors.Join(r.csv.Error(), r.buf.Flush(), r.file.Close()); err != nil {
		return locale.Errorf("cannot write %s: name a file with room with --rejects", r.name)
	}
	return nil
}

func (r *rejects) discard() {
	if r.file != nil {
		r.file.Close()
		os.Remove(r.name)
	}
}
