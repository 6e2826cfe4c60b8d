package proxy

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// wideCall makes 700 rows of 100 kB: more than a statement's arrays hold.
const wideCall = "datamime_generate('wide', 't', ARRAY['k'], 'v', 700)"

func connectWide(t *testing.T) *pgx.Conn {
	t.Helper()
	_, address := serve(t, "")
	conn, err := pgx.Connect(context.Background(), "postgres://postgres@"+address+"/postgres")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	mustExec(t, conn, `CREATE TEMP TABLE wide AS SELECT t, k, (ordinality % 7)::int AS v, repeat(k, 100000) AS filler
		FROM generate_series(timestamp '2024-01-01', '2024-01-01 11:00', '1 hour') WITH ORDINALITY AS g(t), unnest(ARRAY['a', 'b']) k`)
	return conn
}

// mustExec runs statements in the simple protocol.
func mustExec(t *testing.T, conn *pgx.Conn, sql string) {
	t.Helper()
	if _, err := conn.PgConn().Exec(context.Background(), sql).ReadAll(); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func mustCount(t *testing.T, conn *pgx.Conn, sql string, args ...any) (n int) {
	t.Helper()
	if err := conn.QueryRow(context.Background(), sql, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return n
}

const spillsLeft = "SELECT count(*)::int FROM pg_class WHERE relname LIKE 'data%_rows_%'"

// TestSpill: rows that are too many for arrays come by a temporary table, in
// each protocol, in transactions and outside, and nothing is left of it.
func TestSpill(t *testing.T) {
	ctx := context.Background()
	conn := connectWide(t)
	const sql = "SELECT sum(length(filler))::int FROM " + wideCall + " g WHERE k = $1"
	for _, block := range []bool{false, true} {
		if block {
			mustExec(t, conn, "BEGIN")
		}
		for _, mode := range []pgx.QueryExecMode{pgx.QueryExecModeSimpleProtocol, pgx.QueryExecModeExec, pgx.QueryExecModeCacheStatement, pgx.QueryExecModeCacheStatement} {
			if n := mustCount(t, conn, sql, mode, "a"); n != 35_000_000 {
				t.Errorf("mode %v: %d", mode, n)
			}
			if n := mustCount(t, conn, spillsLeft); n != 0 {
				t.Errorf("mode %v, in a block: %v: %d tables are left", mode, block, n)
			}
		}
		if n := mustCount(t, conn, "SELECT count(*)::int FROM pg_prepared_statements WHERE name LIKE 'data%'"); n != 0 {
			t.Errorf("%d statements are left", n)
		}
		if block {
			mustExec(t, conn, "COMMIT")
		}
	}
	mustExec(t, conn, "SELECT 1; SELECT count(filler) FROM "+wideCall+" g WHERE k = 'a'; CREATE TEMP TABLE after AS "+spillsLeft)
	if n := mustCount(t, conn, "SELECT * FROM after"); n != 0 {
		t.Errorf("%d tables are left among several statements", n)
	}
	var out bytes.Buffer
	if tag, err := conn.PgConn().CopyTo(ctx, &out, "COPY (SELECT length(filler) FROM "+wideCall+" g WHERE k = 'b') TO STDOUT"); err != nil || tag.RowsAffected() != 350 {
		t.Errorf("COPY: %v, %v", tag, err)
	}
}

// TestSpillFails: an error has its place in the client's own text, and takes
// the table along.
func TestSpillFails(t *testing.T) {
	ctx := context.Background()
	conn := connectWide(t)
	mustExec(t, conn, "BEGIN; SAVEPOINT a")
	_, err := conn.Exec(ctx, "SELECT 1 / (length(filler) - 100000) FROM "+wideCall+" g WHERE k = 'a'")
	var e *pgconn.PgError
	if !errors.As(err, &e) || e.Code != "22012" {
		t.Errorf("got %v", err)
	}
	mustExec(t, conn, "ROLLBACK TO a")
	if n := mustCount(t, conn, spillsLeft); n != 0 {
		t.Errorf("%d tables are left", n)
	}
	mustExec(t, conn, "DECLARE c CURSOR WITH HOLD FOR SELECT length(filler) FROM "+wideCall+" g ORDER BY t, k")
	mustExec(t, conn, "COMMIT")
	if n := mustCount(t, conn, "FETCH 1 FROM c"); n != 100000 {
		t.Errorf("fetched %d", n)
	}
	if n := mustCount(t, conn, spillsLeft); n != 0 {
		t.Errorf("%d tables are left", n)
	}
	mustExec(t, conn, "BEGIN READ ONLY")
	if n := mustCount(t, conn, "SELECT count(filler)::int FROM "+wideCall+" g WHERE k = 'a'"); n != 350 {
		t.Errorf("%d rows in a read-only transaction", n)
	}
	mustExec(t, conn, "COMMIT")
}

// TestSpillPortal: a portal that is fetched in parts keeps its table until it
// is closed.
func TestSpillPortal(t *testing.T) {
	ctx := context.Background()
	conn := connectWide(t)
	mustExec(t, conn, "BEGIN")
	front := conn.PgConn().Frontend()
	rows := func(send ...pgproto3.FrontendMessage) (n int) {
		t.Helper()
		for _, m := range append(send, &pgproto3.Sync{}) {
			front.Send(m)
		}
		if err := front.Flush(); err != nil {
			t.Fatal(err)
		}
		for {
			m, err := front.Receive()
			if err != nil {
				t.Fatal(err)
			}
			switch m := m.(type) {
			case *pgproto3.DataRow:
				n++
			case *pgproto3.ErrorResponse:
				t.Fatal(m.Message)
			case *pgproto3.ReadyForQuery:
				return n
			}
		}
	}
	if n := rows(&pgproto3.Parse{Name: "s", Query: "SELECT length(filler) FROM " + wideCall + " g WHERE k = 'a'"},
		&pgproto3.Bind{DestinationPortal: "p", PreparedStatement: "s"}, &pgproto3.Execute{Portal: "p", MaxRows: 100}); n != 100 {
		t.Errorf("%d rows", n)
	}
	if n := rows(&pgproto3.Execute{Portal: "p", MaxRows: 300}); n != 250 {
		t.Errorf("%d rows", n)
	}
	if n := mustCount(t, conn, spillsLeft); n != 1 {
		t.Errorf("%d tables while the portal is open", n)
	}
	rows(&pgproto3.Close{ObjectType: 'P', Name: "p"})
	if n := mustCount(t, conn, spillsLeft); n != 0 {
		t.Errorf("%d tables are left", n)
	}
	if _, err := conn.Exec(ctx, "COMMIT"); err != nil {
		t.Fatal(err)
	}
}
