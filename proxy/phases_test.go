package proxy

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// phases are statements that would go on for hours, and how pg_stat_activity
// shows that they have come to a phase of their work.
var phases = []struct{ name, sql, shown string }{
	{"reading the source", "SELECT * FROM datamime_generate('(SELECT *, pg_sleep(0.01) FROM readings)', 'at', ARRAY['sensor'], 'value', 10)",
		"query LIKE 'COPY (SELECT %' AND wait_event = 'PgSleep'"},
	{"fitting", "INSERT INTO filled SELECT * FROM datamime_generate('many', 'at', ARRAY['sensor'], 'value', " + forever + ")",
		"(query LIKE 'INSERT INTO filled SELECT %' AND wait_event = 'ClientRead' OR query LIKE 'SELECT pg_catalog.pg_sleep(%')"},
	{"judging", "SELECT * FROM datamime_evaluate('many', 'at', ARRAY['sensor'], 'value')", "query LIKE 'SELECT pg_catalog.pg_sleep(%'"},
	{"evaluating an argument", "SELECT * FROM datamime_generate('readings', 'at', ARRAY['sensor'], 'value', (SELECT 1 FROM pg_sleep(60)))", "wait_event = 'PgSleep'"},
	{streaming, "SELECT at, value FROM " + endlessCall, "query LIKE 'SELECT at, value FROM %' AND wait_event = 'ClientRead'"},
	{"inserting", "INSERT INTO filled SELECT * FROM " + endlessCall, "query LIKE 'COPY public.filled %'"},
	{"inserting other types", "INSERT INTO widened SELECT * FROM " + endlessCall, "query LIKE 'INSERT INTO public.widened %'"},
	{"inserting where a trigger is", "INSERT INTO triggered SELECT * FROM " + endlessCall, "query LIKE 'COPY pg_temp.%'"},
	{"filling a target", "SELECT datamime_generate('readings', 'at', ARRAY['sensor'], 'value', " + forever + ", target => 'filled')", "query LIKE 'COPY public.filled %'"},
	{"creating a target", "SELECT datamime_generate('readings', 'at', ARRAY['sensor'], 'value', " + forever + ", target => 'made')", "query LIKE 'COPY public.made %'"},
	{"creating a table", "CREATE TABLE made AS SELECT * FROM " + endlessCall, "query LIKE 'COPY public.made %'"},
	{"filling a temporary table", "SELECT count(*), max(a.value) FROM " + endlessCall + " a JOIN readings USING (at)", "query LIKE 'COPY pg_temp.%'"},
	{"writing from a temporary table", "INSERT INTO filled SELECT * FROM datamime_generate('readings', 'at', ARRAY['sensor'], 'value', 2000000) WHERE pg_sleep(1) IS NOT NULL",
		"query LIKE 'INSERT INTO filled %' AND wait_event = 'PgSleep'"},
}

// streaming is a phase in which the server has done its part.
const streaming = "sending a stream"

const endlessCall = "datamime_generate('readings', 'at', ARRAY['sensor'], 'value', " + forever + ")"

// inPhases makes the tables of the phases, for all sessions to see.
func inPhases(t *testing.T, conn *pgx.Conn) {
	t.Helper()
	mustExec(t, conn, `DROP TABLE IF EXISTS readings, many, filled, widened, triggered, made;
		CREATE TABLE readings AS SELECT '2023-01-01'::timestamp + h * interval '1 hour' AS at, s AS sensor, (50 + 20 * sin(h / 3.8) + (h * 7919 + s * 31) % 17)::integer AS value
			FROM generate_series(0, 999) h, generate_series(1, 5) s;
		CREATE TABLE many AS SELECT at, sensor * 1000 + k AS sensor, value + k AS value FROM readings, generate_series(1, 160) k;
		CREATE TABLE filled (LIKE readings);
		CREATE TABLE widened (at timestamptz, sensor bigint, value numeric);
		CREATE TABLE triggered (LIKE readings);
		CREATE OR REPLACE FUNCTION pass() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
		CREATE TRIGGER pass BEFORE INSERT ON triggered FOR EACH ROW EXECUTE FUNCTION pass()`)
}

// reaches waits until the session of a connection is in a phase.
func reaches(t *testing.T, watch *pgx.Conn, pid uint32, shown string) {
	t.Helper()
	wait(t, "the phase", func() bool {
		return mustCount(t, watch, "SELECT count(*)::int FROM pg_stat_activity WHERE pid = $1 AND state = 'active' AND "+shown, pid) > 0
	})
}

// endsOf calls f again and again until the end has come.
func endsOf(ended <-chan error, f func()) error {
	for {
		f()
		select {
		case err := <-ended:
			return err
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// TestCancelInEveryPhase cancels each phase by a request of the client's, and
// from another session by pg_cancel_backend where the server is at work, or
// sleeps while we are: short work is over before it does.
func TestCancelInEveryPhase(t *testing.T) {
	ctx := context.Background()
	_, address := serve(t, "")
	watch := connectTo(t, address)
	inPhases(t, watch)
	for _, p := range phases {
		for _, from := range []string{"the client", "another session"} {
			if (p.name == "fitting" || p.name == streaming) && from == "another session" {
				continue
			}
			t.Run(p.name+"/"+from, func(t *testing.T) {
				conn := connectTo(t, address)
				ended := make(chan error, 1)
				go func() { _, err := conn.PgConn().Exec(ctx, p.sql).ReadAll(); ended <- err }()
				reaches(t, watch, conn.PgConn().PID(), p.shown)
				start := time.Now()
				if from == "the client" {
					if err := conn.PgConn().CancelRequest(ctx); err != nil {
						t.Fatal(err)
					}
				}
				wantCode(t, endsOf(ended, func() {
					if from == "another session" { // which does nothing between two statements of ours
						mustExec(t, watch, fmt.Sprintf("SELECT pg_cancel_backend(%d)", conn.PgConn().PID()))
					}
				}), "57014")
				t.Logf("ended after %v", time.Since(start).Round(time.Millisecond))
				if n := mustCount(t, conn, "SELECT (SELECT count(*) FROM filled)::int + (SELECT count(*) FROM widened)::int + (to_regclass('made') IS NOT NULL)::int"); n != 0 {
					t.Errorf("%d rows or tables are left", n)
				}
			})
		}
	}
}

// TestTimeoutInEveryPhase has statement_timeout end each phase.
func TestTimeoutInEveryPhase(t *testing.T) {
	ctx := context.Background()
	_, address := serve(t, "")
	conn := connectTo(t, address)
	inPhases(t, conn)
	for _, p := range phases {
		t.Run(p.name, func(t *testing.T) {
			_, err := connectTo(t, address, "statement_timeout=300").PgConn().Exec(ctx, p.sql).ReadAll()
			wantCode(t, err, "57014")
			if n := mustCount(t, conn, "SELECT (SELECT count(*) FROM filled)::int + (to_regclass('made') IS NOT NULL)::int"); n != 0 {
				t.Errorf("%d rows or tables are left", n)
			}
		})
	}
}

// TestClientGoneInEveryPhase: of a client that disappears nothing is left, on
// the server neither.
func TestClientGoneInEveryPhase(t *testing.T) {
	ctx := context.Background()
	srv, address := serve(t, "")
	direct, err := pgx.Connect(ctx, postgres.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer direct.Close(ctx)
	inPhases(t, direct)
	for _, p := range phases {
		t.Run(p.name, func(t *testing.T) {
			conn := connectTo(t, address)
			ended := make(chan error, 1)
			go func() { _, err := conn.PgConn().Exec(ctx, p.sql).ReadAll(); ended <- err }()
			reaches(t, direct, conn.PgConn().PID(), p.shown)
			conn.PgConn().Conn().Close()
			<-ended
			wait(t, "the end of the session", func() bool {
				return len(srv.all()) == 0 && mustCount(t, direct, "SELECT count(*)::int FROM pg_stat_activity WHERE pid = $1", conn.PgConn().PID()) == 0
			})
			if n := mustCount(t, direct, "SELECT (SELECT count(*) FROM filled)::int + (to_regclass('made') IS NOT NULL)::int"); n != 0 {
				t.Errorf("%d rows or tables are left", n)
			}
		})
	}
}
