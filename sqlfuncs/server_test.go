package sqlfuncs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// A testSession is a Session on a plain connection, and the client in front of
// it: it runs statements as the proxy does.
type testSession struct {
	*pgconn.PgConn
	notices []*Error
}

func connect(t testing.TB) *testSession {
	t.Helper()
	conn, err := pgconn.Connect(t.Context(), serverURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return &testSession{PgConn: conn}
}

func serverError(err error) error {
	var pe *pgconn.PgError
	if !errors.As(err, &pe) {
		return err
	}
	m := pgproto3.ErrorResponse{Severity: pe.Severity, SeverityUnlocalized: pe.SeverityUnlocalized, Code: pe.Code, Message: pe.Message,
		Detail: pe.Detail, Hint: pe.Hint, Position: pe.Position, Where: pe.Where, Routine: pe.Routine}
	raw, _ := m.Encode(nil)
	return &ServerError{Code: pe.Code, Message: pe.Message, Raw: raw[5:]}
}

func (s *testSession) Describe(ctx context.Context, sql string, oids []uint32) ([]Field, []uint32, error) {
	d, err := s.Prepare(ctx, "datamime_test", sql, oids)
	if err != nil {
		return nil, nil, serverError(err)
	}
	var fields []Field
	for _, f := range d.Fields {
		fields = append(fields, Field{Name: f.Name, TableOID: f.TableOID, Column: int16(f.TableAttributeNumber), OID: f.DataTypeOID,
			Size: f.DataTypeSize, Modifier: f.TypeModifier})
	}
	return fields, d.ParamOIDs, serverError(s.Deallocate(ctx, "datamime_test"))
}

func (s *testSession) Query(ctx context.Context, sql string, params []Param, format Format, row func([][]byte) error) error {
	values, oids, formats := split(params)
	r := s.ExecParams(ctx, sql, values, oids, formats, []int16{int16(format)})
	var failed error
	for failed == nil && r.NextRow() {
		failed = row(r.Values())
	}
	_, err := r.Close()
	if failed != nil {
		return failed
	}
	return serverError(err)
}

func split(params []Param) (values [][]byte, oids []uint32, formats []int16) {
	for _, p := range params {
		values, oids, formats = append(values, p.Value), append(oids, p.OID), append(formats, int16(p.Format))
	}
	return values, oids, formats
}

func oidsOf(params []Param) []uint32 {
	_, oids, _ := split(params)
	return oids
}

type chunkWriter func([]byte) error

func (w chunkWriter) Write(b []byte) (int, error) { return len(b), w(b) }

func (s *testSession) CopyTo(ctx context.Context, sql string, chunk func([]byte) error) error {
	_, err := s.PgConn.CopyTo(ctx, chunkWriter(chunk), sql)
	return serverError(err)
}

type pullReader struct {
	next func([]byte) ([]byte, error)
	rest []byte
	buf  []byte
	err  error
}

func (r *pullReader) Read(b []byte) (int, error) {
	for len(r.rest) == 0 && r.err == nil {
		r.buf, r.err = r.next(r.buf[:0])
		r.rest = r.buf
	}
	n := copy(b, r.rest)
	r.rest = r.rest[n:]
	if n == 0 {
		return 0, r.err
	}
	return n, nil
}

func (s *testSession) CopyFrom(ctx context.Context, sql string, next func([]byte) ([]byte, error)) (int64, error) {
	r := &pullReader{next: next}
	tag, err := s.PgConn.CopyFrom(ctx, r, sql)
	if r.err != nil && r.err != io.EOF {
		return 0, r.err
	}
	return tag.RowsAffected(), serverError(err)
}

func (s *testSession) Parameter(name string) string { return s.ParameterStatus(name) }
func (s *testSession) InTransaction() bool          { return s.TxStatus() != 'I' }
func (s *testSession) Notice(n *Error)              { s.notices = append(s.notices, n) }

// A result is what a client gets.
type result struct {
	fields []string
	rows   [][]string // NULL as "∅"
	tag    string
	path   string // stream, insert, arrays, spill or server
}

func (r *result) String() string {
	var b strings.Builder
	for _, row := range r.rows {
		b.WriteString(strings.Join(row, "|") + "\n")
	}
	return b.String()
}

// run runs one statement in one format, as the proxy would.
func (s *testSession) run(ctx context.Context, sql string, format Format, params ...Param) (*result, error) {
	st, err := s.statement(sql)
	if err != nil {
		return nil, err
	}
	if st == nil {
		return s.direct(ctx, sql, format, params)
	}
	p, err := st.PrepareBound(ctx, s, oidsOf(params), params)
	if err != nil {
		return nil, err
	}
	if p.Deferred != nil {
		return nil, p.Deferred
	}
	b, err := p.BindAtOnce(ctx, s, params)
	if err != nil {
		return nil, err
	}
	if b.Close != nil {
		defer b.Close()
	}
	values, _, formats := split(append(append([]Param(nil), params...), b.Params...))
	out, text := &result{path: "arrays"}, &Rewritten{SQL: p.SQL, ParamOIDs: p.ParamOIDs, position: p.Position}
	if b.Instead != nil {
		out.path, text = "spill", b.Instead
	}
	r := s.ExecParams(ctx, text.SQL, values, text.ParamOIDs, formats, []int16{int16(format)})
	collect(r, out)
	tag, err := r.Close()
	if err != nil {
		return nil, mapPosition(serverError(err), text.Position)
	}
	out.tag = tag.String()
	switch {
	case b.Rows != nil:
		defer b.Rows.Close()
		out.path = "stream"
		err = out.stream(ctx, b.Rows, format)
	case b.Insert != nil && strings.HasSuffix(out.tag, " 0"):
		out.path = "insert"
		var n int64
		n, err = b.Insert(ctx, s)
		out.tag = strings.TrimSuffix(out.tag, "0") + strconv.FormatInt(n, 10)
	case b.Drop != nil:
		err = b.Drop(ctx, s)
	}
	return out, err
}

func (s *testSession) statement(sql string) (*Statement, error) {
	if !Contains([]byte(sql)) {
		return nil, nil
	}
	script, err := Parse(sql, LexOptions{StandardConformingStrings: true, ClientEncoding: s.Parameter("client_encoding")})
	if err != nil || script == nil {
		return nil, err
	}
	if len(script.Statements) != 1 || !script.Statements[0].Ours {
		return nil, nil
	}
	return script.Statements[0], nil
}

// prepared prepares a statement of ours in a session, which is a *testSession or
// has one in it.
func prepared(ctx context.Context, t testing.TB, s interface {
	Session
	statement(sql string) (*Statement, error)
}, sql string) *Prepared {
	t.Helper()
	st, err := s.statement(sql)
	if err != nil || st == nil {
		t.Fatal(sql, err)
	}
	p, err := st.Prepare(ctx, s, nil)
	if err != nil {
		t.Fatal(sql, inFull(err))
	}
	return p
}

func (s *testSession) direct(ctx context.Context, sql string, format Format, params []Param) (*result, error) {
	values, oids, formats := split(params)
	r := s.ExecParams(ctx, sql, values, oids, formats, []int16{int16(format)})
	out := &result{path: "server"}
	collect(r, out)
	tag, err := r.Close()
	out.tag = tag.String()
	return out, serverError(err)
}

func collect(r *pgconn.ResultReader, out *result) {
	for _, f := range r.FieldDescriptions() {
		out.fields = append(out.fields, f.Name)
	}
	for r.NextRow() {
		var row []string
		for _, v := range r.Values() {
			if v == nil {
				row = append(row, "∅")
			} else {
				row = append(row, string(v))
			}
		}
		out.rows = append(out.rows, row)
	}
}

func (r *result) stream(ctx context.Context, rows RowSource, format Format) error {
	return readAll(ctx, rows, func(b *Batch) error {
		for i := range b.Rows {
			var row []string
			for _, c := range b.Columns {
				var v []byte
				switch {
				case c.Null(i):
					v = []byte("∅")
				case format == Binary:
					v = c.AppendBinary(nil, i)
				default:
					v = c.AppendText(nil, i)
				}
				row = append(row, string(v))
			}
			r.rows = append(r.rows, row)
		}
		r.tag = fmt.Sprintf("SELECT %d", len(r.rows))
		return nil
	})
}

// must runs a statement in text form and fails the test on an error.
func (s *testSession) must(t testing.TB, sql string, params ...Param) *result {
	t.Helper()
	r, err := s.run(t.Context(), sql, Text, params...)
	if err != nil {
		t.Fatalf("%s\n%s", sql, inFull(err))
	}
	return r
}

func inFull(err error) string {
	var e *Error
	var se *ServerError
	switch {
	case errors.As(err, &e):
		return fmt.Sprintf("%s: %s\ndetail: %s\nhint: %s\nposition: %d", e.Code, e.Message, e.Detail, e.Hint, e.Position)
	case errors.As(err, &se):
		return se.Error() + " " + string(bytes.ReplaceAll(se.Raw, []byte{0}, []byte("\n")))
	}
	return err.Error()
}
