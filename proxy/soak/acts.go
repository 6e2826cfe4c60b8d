package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// tables are what the acts use: a source, a model of it, and a sink.
const tables = `
	CREATE TABLE source AS SELECT '2024-01-01'::timestamp + h * interval '1 hour' AS at, s AS sensor,
		(50 + 20 * sin(h / 3.8) + (h * 7919 + s * 31) % 17)::integer AS value
		FROM generate_series(0, 335) h, generate_series(1, 3) s;
	CREATE TABLE sink (LIKE source);
	SELECT * FROM datamime_fit('soak', 'source', 'at', ARRAY['sensor'], 'value');
	CREATE FUNCTION speak() RETURNS integer LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'spoken'; RETURN 1; END $$;`

// some is a number of rows, seldom a large one: under the race detector values
// cost twenty times as much, and the soak is of the wire.
func some(r *rand.Rand) int {
	if r.IntN(8) == 0 {
		return 1 + r.IntN(5000)
	}
	return 1 + r.IntN(200)
}

// call is a call that gives so many rows; for the same reason few fit a model
// of their own.
func call(r *rand.Rand, rows string) string {
	if r.IntN(8) == 0 {
		return "datamime_generate('source', 'at', ARRAY['sensor'], 'value', " + rows + ")"
	}
	return "datamime_generate(model => 'soak', row_count => " + rows + ")"
}

// acts are what a client may do. Each leaves the session as it found it.
var acts = []struct {
	name string
	do   func(context.Context, *pgx.Conn, *rand.Rand) error
}{
	{"select", func(ctx context.Context, c *pgx.Conn, r *rand.Rand) error {
		return same(ctx, c, "SELECT sum(x)::bigint FROM generate_series(1, $1::bigint) x", 5050, 100)
	}},
	{"simple", func(ctx context.Context, c *pgx.Conn, r *rand.Rand) error {
		return same(ctx, c, "SELECT count(*) FROM generate_series(1, $1::int)", 1000, pgx.QueryExecModeSimpleProtocol, 1000)
	}},
	{"large value", func(ctx context.Context, c *pgx.Conn, r *rand.Rand) error {
		n := r.IntN(4 << 20)
		return same(ctx, c, "SELECT length($1::text)", n, strings.Repeat("x", n))
	}},
	{"stream", stream},
	{"count", func(ctx context.Context, c *pgx.Conn, r *rand.Rand) error {
		n := some(r)
		return same(ctx, c, "SELECT count(*) FROM "+call(r, "$1")+" WHERE value IS NOT NULL", n, n)
	}},
	{"again", again},
	{"insert", insert},
	{"create table as", createTableAs},
	{"target", target},
	{"cursor", cursor},
	{"portal", portal},
	{"prepared", prepared},
	{"copy in", copyIn},
	{"copy out", copyOut},
	{"server's error", func(ctx context.Context, c *pgx.Conn, r *rand.Rand) error {
		return fails(run(ctx, c, "SELECT 1/0"), "22012")
	}},
	{"our error", func(ctx context.Context, c *pgx.Conn, r *rand.Rand) error {
		return fails(run(ctx, c, "SELECT * FROM "+call(r, "-1")), "22023")
	}},
	{"pipeline", pipeline},
	{"several statements", func(ctx context.Context, c *pgx.Conn, r *rand.Rand) error {
		results, err := c.PgConn().Exec(ctx, "SELECT 1; SELECT count(*) FROM "+call(r, "50")+"; SELECT 2").ReadAll()
		if err == nil && len(results) != 3 {
			err = fmt.Errorf("%d results of 3", len(results))
		}
		return err
	}},
	{"function call", functionCall},
	{"notification", notification},
	{"notice", notice},
	{"fit", fit},
	{"describe", func(ctx context.Context, c *pgx.Conn, r *rand.Rand) error {
		return same(ctx, c, "SELECT count(*) FROM datamime_describe('source', 'at', ARRAY['sensor'], 'value')", 3)
	}},
	{"evaluate", func(ctx context.Context, c *pgx.Conn, r *rand.Rand) error {
		return same(ctx, c, "SELECT count(*) FROM datamime_evaluate('source', 'at', ARRAY['sensor'], 'value') WHERE measure = 'overall'", 1)
	}},
	{"cancel", cancel},
	{"timeout", timeout},
}

func stream(ctx context.Context, c *pgx.Conn, r *rand.Rand) error {
	n := some(r)
	rows, err := c.Query(ctx, "SELECT at, sensor, value FROM "+call(r, "$1"), n)
	if err != nil {
		return err
	}
	got := 0
	for rows.Next() {
		got++
	}
	if rows.Err() == nil && got != n {
		return fmt.Errorf("%d rows of %d", got, n)
	}
	return rows.Err()
}

// again asks for the same rows in both protocols.
func again(ctx context.Context, c *pgx.Conn, r *rand.Rand) error {
	sql := "SELECT md5(string_agg(at::text || sensor || value, ',' ORDER BY at, sensor)) FROM " + call(r, "150")
	var a, b string
	if err := c.QueryRow(ctx, sql).Scan(&a); err != nil {
		return err
	}
	if err := c.QueryRow(ctx, sql, pgx.QueryExecModeSimpleProtocol).Scan(&b); err != nil {
		return err
	}
	if a != b {
		return errors.New("the same statement gave other rows")
	}
	return nil
}

func insert(ctx context.Context, c *pgx.Conn, r *rand.Rand) error {
	n := some(r)
	return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "CREATE TEMP TABLE IF NOT EXISTS filled (LIKE source)")
		if err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, "INSERT INTO filled SELECT * FROM "+call(r, "$1"), n)
		if err == nil && tag.RowsAffected() != int64(n) {
			err = fmt.Errorf("%s for %d rows", tag, n)
		}
		if err == nil && r.IntN(2) == 0 {
			_, err = tx.Exec(ctx, "TRUNCATE filled")
		}
		return err
	})
}

func createTableAs(ctx context.Context, c *pgx.Conn, r *rand.Rand) error {
	if err := run(ctx, c, "CREATE TEMP TABLE made AS SELECT * FROM "+call(r, "170")); err != nil {
		return err
	}
	if err := same(ctx, c, "SELECT count(*) FROM made", 170, pgx.QueryExecModeExec); err != nil {
		return err
	}
	return run(ctx, c, "DROP TABLE made")
}

// target has a call fill a table in a transaction that is rolled back.
func target(ctx context.Context, c *pgx.Conn, r *rand.Rand) error {
	if err := run(ctx, c, "BEGIN"); err != nil {
		return err
	}
	err := same(ctx, c, "SELECT row_count FROM datamime_generate(model => 'soak', row_count => 180, target => 'sink')", 180, pgx.QueryExecModeExec)
	if err == nil {
		err = same(ctx, c, "SELECT count(*) FROM sink", 180)
	}
	if err != nil {
		return err
	}
	return run(ctx, c, "ROLLBACK")
}

func cursor(ctx context.Context, c *pgx.Conn, r *rand.Rand) error {
	return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "DECLARE c CURSOR FOR SELECT value FROM "+call(r, "100"))
		if err != nil {
			return err
		}
		for want := 100; want > 0; want -= 40 {
			tag, err := tx.Exec(ctx, "FETCH 40 FROM c")
			if err != nil || tag.RowsAffected() != int64(min(40, want)) {
				return fmt.Errorf("%s: %w", tag, err)
			}
		}
		return nil
	})
}

// prepared goes through a statement's life in SQL.
func prepared(ctx context.Context, c *pgx.Conn, r *rand.Rand) error {
	if err := run(ctx, c, "PREPARE counted(bigint) AS SELECT count(*) FROM "+call(r, "$1")); err != nil {
		return err
	}
	for n := range 3 {
		if err := same(ctx, c, fmt.Sprintf("EXECUTE counted(%d)", 10+n), 10+n, pgx.QueryExecModeSimpleProtocol); err != nil {
			return err
		}
	}
	if r.IntN(2) == 0 {
		if err := c.DeallocateAll(ctx); err != nil {
			return err
		}
	} else if err := run(ctx, c, "DEALLOCATE counted"); err != nil {
		return err
	}
	return fails(run(ctx, c, "EXECUTE counted(1)"), "26000")
}

func copyIn(ctx context.Context, c *pgx.Conn, r *rand.Rand) error {
	if err := run(ctx, c, "CREATE TEMP TABLE IF NOT EXISTS mine (a int, b text)"); err != nil {
		return err
	}
	n := r.IntN(20000)
	tag, err := c.PgConn().CopyFrom(ctx, strings.NewReader(strings.Repeat("1\tsome text\n", n)), "COPY mine FROM STDIN")
	if err == nil && tag.RowsAffected() != int64(n) {
		err = fmt.Errorf("%s of %d rows", tag, n)
	}
	return err
}

func copyOut(ctx context.Context, c *pgx.Conn, r *rand.Rand) error {
	want := some(r)
	var b bytes.Buffer
	_, err := c.PgConn().CopyTo(ctx, &b, fmt.Sprintf("COPY (SELECT * FROM %s) TO STDOUT", call(r, fmt.Sprint(want))))
	if n := bytes.Count(b.Bytes(), []byte("\n")); err == nil && n != want {
		err = fmt.Errorf("%d rows of %d", n, want)
	}
	return err
}

// fit stores a model, uses it, and drops it.
func fit(ctx context.Context, c *pgx.Conn, r *rand.Rand) error {
	name := fmt.Sprintf("m%x", r.Uint64())
	if err := same(ctx, c, "SELECT row_count FROM datamime_fit('"+name+"', 'source', 'at', ARRAY['sensor'], 'value')", 1008, pgx.QueryExecModeExec); err != nil {
		return err
	}
	if err := same(ctx, c, "SELECT count(*) FROM datamime_generate(model => '"+name+"', row_count => 60)", 60, pgx.QueryExecModeExec); err != nil {
		return err
	}
	return run(ctx, c, "SELECT * FROM datamime_drop('"+name+"')")
}

// pipeline sends many statements at once, some of them ours, one of which may
// fail and takes those behind it along.
func pipeline(ctx context.Context, c *pgx.Conn, r *rand.Rand) error {
	var b pgx.Batch
	n := 2 + r.IntN(20)
	broken := r.IntN(2 * n)
	for i := range n {
		switch {
		case i == broken:
			b.Queue("SELECT 1/(x-x) FROM generate_series(1, 1) x")
		case r.IntN(2) == 0:
			b.Queue("SELECT $1::int", i)
		default:
			b.Queue("SELECT count(*)::int + $1 - 10 FROM "+call(r, "10"), i)
		}
	}
	results := c.SendBatch(ctx, &b)
	defer results.Close()
	for i := range min(n, broken+1) {
		var got int
		err := results.QueryRow().Scan(&got)
		switch {
		case i == broken:
			if err := fails(err, "22012"); err != nil {
				return err
			}
		case err != nil:
			return err
		case got != i:
			return fmt.Errorf("answer %d in place of %d", got, i)
		}
	}
	return nil
}

// run runs statements in the simple protocol.
func run(ctx context.Context, c *pgx.Conn, sql string) error {
	_, err := c.PgConn().Exec(ctx, sql).ReadAll()
	return err
}

// same checks that a query gives one number.
func same(ctx context.Context, c *pgx.Conn, sql string, want int, args ...any) error {
	var got int
	if err := c.QueryRow(ctx, sql, args...).Scan(&got); err != nil {
		return err
	}
	if got != want {
		return fmt.Errorf("%d in place of %d", got, want)
	}
	return nil
}

// fails checks that a statement failed as it should.
func fails(err error, code string) error {
	var e *pgconn.PgError
	if !errors.As(err, &e) || e.Code != code {
		return fmt.Errorf("%w in place of SQLSTATE %s", err, code)
	}
	return nil
}
