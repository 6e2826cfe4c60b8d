package proxy

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// connectTo opens a connection through the proxy, closed at the test's end.
// The options are those of a connection string: name=value.
func connectTo(t *testing.T, address string, options ...string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), "postgres://postgres@"+address+"/postgres?"+strings.Join(options, "&"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

// source makes a temporary table of hourly values, series by series.
func source(t *testing.T, conn *pgx.Conn, series, hours int) {
	t.Helper()
	_, err := conn.Exec(context.Background(), `CREATE TEMP TABLE readings AS
		SELECT '2023-01-01'::timestamp + h * interval '1 hour' AS at, s AS sensor, (50 + 20 * sin(h / 3.8) + (h * 7919 + s * 31) % 17)::integer AS value
		FROM generate_series(0, $1::int) h, generate_series(1, $2::int) s`, pgx.QueryExecModeSimpleProtocol, hours-1, series)
	if err != nil {
		t.Fatal(err)
	}
}

// forever is a row count that no test waits for.
const forever = "100000000000"

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	var pgErr *pgconn.PgError
	if !errors.As(err, &pgErr) || pgErr.Code != code {
		t.Fatalf("got %v, want SQLSTATE %s", err, code)
	}
}

// An error of ours aborts the transaction as the server's would.
func TestErrorAbortsTransaction(t *testing.T) {
	_, address := serve(t, "")
	ctx := context.Background()
	conn := connectTo(t, address)
	source(t, conn, 1, 100)
	tx, err := conn.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	_, err = tx.Exec(ctx, "SELECT * FROM datamime_generate('readings', 'at', NULL, 'nothing', 3)")
	wantCode(t, err, "42703")
	_, err = tx.Exec(ctx, "SELECT * FROM datamime_version()")
	wantCode(t, err, "25P02")
	if err := tx.Rollback(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(ctx, "SELECT * FROM datamime_version()"); err != nil {
		t.Fatal(err)
	}
}

// A client that goes away in the middle of our rows leaves nothing behind.
func TestClientGoneAmongOurRows(t *testing.T) {
	srv, address := serve(t, "")
	conn := connectTo(t, address)
	source(t, conn, 5, 2000)
	rows := conn.PgConn().Exec(context.Background(), "SELECT at, value FROM datamime_generate('readings', 'at', ARRAY['sensor'], 'value', "+forever+")")
	if !rows.NextResult() || !rows.ResultReader().NextRow() {
		t.Fatal("no row came")
	}
	conn.PgConn().Conn().(*net.TCPConn).SetLinger(0)
	conn.PgConn().Conn().Close()
	wait(t, "the end of the session", func() bool { return len(srv.all()) == 0 })
}

// A server that ends the session while we make rows is not noticed before
// they are sent; afterwards the client hears the server's own words.
func TestServerGoneAmongOurRows(t *testing.T) {
	_, address := serve(t, "")
	ctx := context.Background()
	conn := connectTo(t, address)
	source(t, conn, 2, 500)
	other := connectTo(t, address)
	rows := conn.PgConn().Exec(ctx, "SELECT at, value FROM datamime_generate('readings', 'at', ARRAY['sensor'], 'value', 200000)")
	if !rows.NextResult() || !rows.ResultReader().NextRow() {
		t.Fatal("no row came")
	}
	if _, err := other.Exec(ctx, "SELECT pg_terminate_backend($1)", conn.PgConn().PID()); err != nil {
		t.Fatal(err)
	}
	_, err := rows.ResultReader().Close()
	if err == nil {
		err = rows.Close()
	}
	for err == nil { // the signal may be on its way
		_, err = conn.Exec(ctx, "SELECT 1")
	}
	wantCode(t, err, "57P01")
}
