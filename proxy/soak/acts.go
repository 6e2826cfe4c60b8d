package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// tables are what the acts use: a source and a sink.
const tables = `
	CREATE TABLE source AS SELECT '2024-01-01'::timestamp + h * interval '1 hour' AS at, s AS sensor,
		(50 + 20 * sin(h / 3.8) + (h * 7919 + s * 31) % 17)::integer AS value
		FROM generate_series(0, 335) h, generate_series(1, 3) s;
	CREATE TABLE sink (LIKE source);`

const call = "datamime_generate('source', 'at', ARRAY['sensor'], 'value', "

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
	{"stream", func(ctx context.Context, c *pgx.Conn, r *rand.Rand) error {
		n := 1 + r.IntN(5000)
		rows, err := c.Query(ctx, "SELECT at, sensor, value FROM "+call+"$1)", n)
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
	}},
	{"count", func(ctx context.Context, c *pgx.Conn, r *rand.Rand) error {
		n := 1 + r.IntN(5000)
		return same(ctx, c, "SELECT count(*) FROM "+call+"$1) WHERE value IS NOT NULL", n, n)
	}},
	{"again", func(ctx context.Context, c *pgx.Conn, r *rand.Rand) error {
		const sql = "SELECT md5(string_agg(at::text || sensor || value, ',' ORDER BY at, sensor)) FROM " + call + "500)"
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
	}},
	{"insert", func(ctx context.Context, c *pgx.Conn, r *rand.Rand) error {
		n := 1 + r.IntN(3000)
		return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
			_, err := tx.Exec(ctx, "CREATE TEMP TABLE IF NOT EXISTS filled (LIKE source)")
			if err != nil {
				return err
			}
			tag, err := tx.Exec(ctx, "INSERT INTO filled SELECT * FROM "+call+"$1)", n)
			if err == nil && tag.RowsAffected() != int64(n) {
				err = fmt.Errorf("%s for %d rows", tag, n)
			}
			if err == nil && r.IntN(2) == 0 {
				_, err = tx.Exec(ctx, "TRUNCATE filled")
			}
			return err
		})
	}},
	{"portal", func(ctx context.Context, c *pgx.Conn, r *rand.Rand) error {
		return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
			_, err := tx.Exec(ctx, "DECLARE c CURSOR FOR SELECT value FROM "+call+"100)")
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
	}},
	{"copy in", func(ctx context.Context, c *pgx.Conn, r *rand.Rand) error {
		_, err := c.Exec(ctx, "CREATE TEMP TABLE IF NOT EXISTS mine (a int, b text)")
		if err != nil {
			return err
		}
		n := r.IntN(20000)
		tag, err := c.PgConn().CopyFrom(ctx, strings.NewReader(strings.Repeat("1\tsome text\n", n)), "COPY mine FROM STDIN")
		if err == nil && tag.RowsAffected() != int64(n) {
			err = fmt.Errorf("%s of %d rows", tag, n)
		}
		return err
	}},
	{"copy out", func(ctx context.Context, c *pgx.Conn, r *rand.Rand) error {
		var b bytes.Buffer
		_, err := c.PgConn().CopyTo(ctx, &b, "COPY (SELECT * FROM "+call+"2000)) TO STDOUT")
		if n := bytes.Count(b.Bytes(), []byte("\n")); err == nil && n != 2000 {
			err = fmt.Errorf("%d rows of 2000", n)
		}
		return err
	}},
	{"server's error", func(ctx context.Context, c *pgx.Conn, r *rand.Rand) error {
		_, err := c.Exec(ctx, "SELECT 1/0")
		return fails(err, "22012")
	}},
	{"our error", func(ctx context.Context, c *pgx.Conn, r *rand.Rand) error {
		_, err := c.Exec(ctx, "SELECT * FROM "+call+"-1)")
		return fails(err, "22023")
	}},
	{"pipeline", pipeline},
	{"several statements", func(ctx context.Context, c *pgx.Conn, r *rand.Rand) error {
		results, err := c.PgConn().Exec(ctx, "SELECT 1; SELECT count(*) FROM "+call+"50); SELECT 2").ReadAll()
		if err == nil && len(results) != 3 {
			err = fmt.Errorf("%d results of 3", len(results))
		}
		return err
	}},
	{"cancel", func(ctx context.Context, c *pgx.Conn, r *rand.Rand) error {
		slow := []string{"SELECT pg_sleep(60)", "SELECT value FROM " + call + "100000000000)",
			"INSERT INTO sink SELECT * FROM " + call + "100000000000)"}
		statement := slow[r.IntN(len(slow))]
		over := make(chan struct{})
		var asking sync.WaitGroup
		asking.Go(func() {
			wait := time.Duration(20+r.IntN(100)) * time.Millisecond
			for { // one that comes before the statement is for nothing
				select {
				case <-over:
					return
				case <-time.After(wait):
					c.PgConn().CancelRequest(ctx)
					wait = 2 * time.Second
				}
			}
		})
		_, err := c.PgConn().Exec(ctx, statement).ReadAll()
		close(over)
		asking.Wait()
		c.PgConn().Exec(ctx, "SELECT pg_sleep(0.01)").ReadAll() // what a signal under way may hit
		return fails(err, "57014")
	}},
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
		return fmt.Errorf("%v in place of SQLSTATE %s", err, code)
	}
	return nil
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
			b.Queue("SELECT count(*)::int + $1 - 10 FROM "+call+"10)", i)
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

// query is a simple query.
func query(sql string) *pgproto3.Query { return &pgproto3.Query{String: sql} }
