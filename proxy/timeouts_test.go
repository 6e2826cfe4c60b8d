package proxy

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// TestServersTimeouts: the server's own timeouts strike while we work as if the
// server did the work, and not because it waits for us.
func TestServersTimeouts(t *testing.T) {
	_, address := serve(t, "")
	const call = "datamime_generate('readings', 'at', ARRAY['sensor'], 'value', "
	for _, test := range []struct {
		name, setting, sql string
		since              int // the first version that has it
		want               string
	}{
		{"transaction in a stream", "transaction_timeout = '1s'", "SELECT * FROM " + call + forever + ")", 17, "25P04"},
		{"transaction in an insert", "transaction_timeout = '1s'", "INSERT INTO filled SELECT * FROM " + call + forever + ")", 17, "25P04"},
		{"transaction in arrays", "transaction_timeout = '1s'", "SELECT count(*) FROM " + call + "100000) a WHERE (SELECT true FROM pg_sleep(1000))", 17, "25P04"},
		{"idle in arrays", "idle_in_transaction_session_timeout = '1s'", "SELECT count(*) FROM " + call + "3000000) a WHERE value > 0", 0, ""},
		{"lock on the source", "lock_timeout = '50ms'", "SELECT * FROM datamime_generate('locked', 'at', NULL, 'value', 5)", 0, "55P03"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if postgresVersion < test.since {
				return
			}
			ctx, stop := context.WithTimeout(context.Background(), patience)
			defer stop()
			conn, locker := connectTo(t, address), connectTo(t, address)
			source(t, conn, 3, 1000)
			run := func(conn *pgx.Conn, sql string) error {
				_, err := conn.PgConn().Exec(ctx, sql).ReadAll()
				return err
			}
			for _, st := range []struct {
				conn *pgx.Conn
				sql  string
			}{
				{conn, "CREATE TEMP TABLE filled (LIKE readings); CREATE TABLE IF NOT EXISTS locked AS SELECT * FROM readings"},
				{locker, "BEGIN; LOCK TABLE locked"},
				{conn, "SET " + test.setting}, // strikes from the next transaction on
				{conn, "BEGIN"},
			} {
				if err := run(st.conn, st.sql); err != nil {
					t.Fatal(err)
				}
			}
			err := run(conn, test.sql)
			if test.want != "" {
				wantCode(t, err, test.want)
			} else if err != nil {
				t.Error(err)
			}
			if test.want != "25P04" {
				if err := run(conn, "ROLLBACK"); err != nil {
					t.Error(err)
				}
			}
			if err := run(locker, "COMMIT; DROP TABLE locked"); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// TestIdleInTransactionAmongOurRows: the server rests while a client reads rows
// of ours as slowly as it likes, which is no reason to end its session.
func TestIdleInTransactionAmongOurRows(t *testing.T) {
	_, address := serve(t, "")
	ctx := context.Background()
	conn := connectTo(t, address)
	source(t, conn, 3, 1000)
	if _, err := conn.PgConn().Exec(ctx, "SET idle_in_transaction_session_timeout = '1s'; BEGIN").ReadAll(); err != nil {
		t.Fatal(err)
	}
	rows := conn.PgConn().Exec(ctx, "SELECT at, value FROM datamime_generate('readings', 'at', ARRAY['sensor'], 'value', "+forever+")")
	if !rows.NextResult() || !rows.ResultReader().NextRow() {
		t.Fatal("no row came")
	}
	time.Sleep(2 * time.Second)
	if err := conn.PgConn().CancelRequest(ctx); err != nil {
		t.Fatal(err)
	}
	_, err := rows.ResultReader().Close()
	if err == nil {
		err = rows.Close()
	}
	wantCode(t, err, "57014")
}

// TestTimeoutOfEachStatement: statement_timeout is for one statement. Those of a
// pipeline, and those of one Query, may take longer together.
func TestTimeoutOfEachStatement(t *testing.T) {
	ctx := context.Background()
	_, address := serve(t, "")
	conn := connectTo(t, address, "statement_timeout=4000")
	source(t, conn, 1, 200)
	const statement = "SELECT count(value), pg_sleep(.5) FROM datamime_generate('readings', 'at', ARRAY['sensor'], 'value', 9)"
	batch := &pgx.Batch{}
	for range 9 {
		batch.Queue(statement)
	}
	if err := conn.SendBatch(ctx, batch).Close(); err != nil {
		t.Error("in a pipeline:", err)
	}
	mustExec(t, conn, strings.Repeat(statement+";", 9))
}

// TestTimeoutWhileDescribed: a statement that is described before it is bound
// has what is left of the time, with what was prepared before it.
func TestTimeoutWhileDescribed(t *testing.T) {
	ctx := context.Background()
	_, address := serve(t, "")
	conn := connectTo(t, address, "statement_timeout=700")
	source(t, conn, 1, 200)
	const slowly = "(SELECT ARRAY['sensor'] FROM pg_sleep(.4)), 'value', 9)"
	pipeline := conn.PgConn().StartPipeline(ctx)
	pipeline.SendPrepare("one", "SELECT value FROM datamime_generate('readings', 'at', "+slowly, nil)
	pipeline.SendPrepare("two", "SELECT value FROM datamime_generate('readings', $1, "+slowly, nil)
	if err := pipeline.Sync(); err != nil {
		t.Fatal(err)
	}
	wantCode(t, pipeline.Close(), "57014")
}
