package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// The acts that need the protocol's messages, or that others take part in.

// portal takes the rows of a portal a few at a time, with the server's between.
func portal(ctx context.Context, c *pgx.Conn, r *rand.Rand) error {
	const rows, step = 100, 30
	f := c.PgConn().Frontend()
	f.SendParse(&pgproto3.Parse{Query: "SELECT * FROM " + call(r, fmt.Sprint(rows))})
	f.SendBind(&pgproto3.Bind{DestinationPortal: "p"})
	f.SendParse(&pgproto3.Parse{Query: "SELECT 1"})
	f.SendBind(&pgproto3.Bind{})
	want := 0
	for sent := 0; sent <= rows; sent += step {
		f.SendExecute(&pgproto3.Execute{Portal: "p", MaxRows: step})
		f.SendExecute(&pgproto3.Execute{MaxRows: 1})
		want++
	}
	f.SendSync(&pgproto3.Sync{})
	got, suspended := 0, 0
	err := answers(f, func(m pgproto3.BackendMessage) {
		switch m.(type) {
		case *pgproto3.DataRow:
			got++
		case *pgproto3.PortalSuspended:
			suspended++
		}
	})
	// The server's portal has one row, once, and a suspension for it.
	if err == nil && (got != rows+1 || suspended != want) {
		err = fmt.Errorf("%d rows of %d, %d suspensions of %d", got, rows+1, suspended, want)
	}
	return err
}

// functionCall calls int4pl by its number.
func functionCall(ctx context.Context, c *pgx.Conn, r *rand.Rand) error {
	f := c.PgConn().Frontend()
	f.Send(&pgproto3.FunctionCall{Function: 177, Arguments: [][]byte{[]byte("19"), []byte("23")}})
	var sum string
	err := answers(f, func(m pgproto3.BackendMessage) {
		if m, ok := m.(*pgproto3.FunctionCallResponse); ok {
			sum = string(m.Result)
		}
	})
	if err == nil && sum != "42" {
		err = fmt.Errorf("19 + 23 = %s", sum)
	}
	return err
}

// answers sends what gathered and gives each answer to take, up to the end of
// the group.
func answers(f *pgproto3.Frontend, take func(pgproto3.BackendMessage)) error {
	if err := f.Flush(); err != nil {
		return err
	}
	for {
		m, err := f.Receive()
		if err != nil {
			return err
		}
		switch m := m.(type) {
		case *pgproto3.ErrorResponse:
			return pgconn.ErrorResponseToPgError(m)
		case *pgproto3.ReadyForQuery:
			return nil
		}
		take(m)
	}
}

// notification listens, and is told while a statement of ours runs.
func notification(ctx context.Context, c *pgx.Conn, r *rand.Rand) error {
	channel := fmt.Sprintf("c%x", r.Uint64())
	for _, sql := range []string{"LISTEN " + channel, "NOTIFY " + channel + ", 'heard'; SELECT count(*) FROM " + call(r, "50")} {
		if err := run(ctx, c, sql); err != nil {
			return err
		}
	}
	waiting, stop := context.WithTimeout(ctx, time.Minute)
	defer stop()
	n, err := c.WaitForNotification(waiting)
	if err != nil {
		return err
	}
	if n.Channel != channel || n.Payload != "heard" {
		return fmt.Errorf("told %q of %s", n.Payload, n.Channel)
	}
	return run(ctx, c, "UNLISTEN *")
}

// notice has the server speak in a statement of ours.
func notice(ctx context.Context, c *pgx.Conn, r *rand.Rand) error {
	f := c.PgConn().Frontend()
	f.SendQuery(&pgproto3.Query{String: "SELECT speak(), count(*) FROM " + call(r, "20")})
	spoken := 0
	err := answers(f, func(m pgproto3.BackendMessage) {
		if m, ok := m.(*pgproto3.NoticeResponse); ok && m.Message == "spoken" {
			spoken++
		}
	})
	if err == nil && spoken != 1 {
		err = fmt.Errorf("told %d times", spoken)
	}
	return err
}

// cancel has a statement canceled that would go on for hours.
func cancel(ctx context.Context, c *pgx.Conn, r *rand.Rand) error {
	slow := []string{
		"SELECT pg_sleep(60)",
		"SELECT value FROM " + call(r, "100000000000"),
		"INSERT INTO sink SELECT * FROM " + call(r, "100000000000"),
	}
	statement, wait := slow[r.IntN(len(slow))], time.Duration(20+r.IntN(100))*time.Millisecond
	over := make(chan struct{})
	var asking sync.WaitGroup
	asking.Go(func() {
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
	err := run(ctx, c, statement)
	close(over)
	asking.Wait()
	_ = run(ctx, c, "SELECT pg_sleep(0.01)") // what a signal under way may hit
	return fails(err, "57014")
}

// timeout has the session's own limit end one.
func timeout(ctx context.Context, c *pgx.Conn, r *rand.Rand) error {
	if err := run(ctx, c, "SET statement_timeout = '100ms'"); err != nil {
		return err
	}
	err := fails(run(ctx, c, "SELECT value FROM "+call(r, "100000000000")), "57014")
	return errors.Join(err, run(ctx, c, "SET statement_timeout = 0"))
}

// replicate streams the server's log, which both sides of a COPY speak in, up
// to the end of it, and takes leave.
func replicate(ctx context.Context, address string, r *rand.Rand) error {
	conn, err := pgconn.Connect(ctx, address)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	slot := fmt.Sprintf("s%x", r.Uint64())
	if _, err := conn.Exec(ctx, "CREATE_REPLICATION_SLOT "+slot+" TEMPORARY PHYSICAL RESERVE_WAL").ReadAll(); err != nil {
		return err
	}
	results, err := conn.Exec(ctx, "IDENTIFY_SYSTEM").ReadAll()
	if err != nil {
		return err
	}
	f := conn.Frontend()
	f.SendQuery(&pgproto3.Query{String: fmt.Sprintf("START_REPLICATION SLOT %s PHYSICAL %s", slot, results[0].Rows[0][2])})
	taken := 0
	return answers(f, func(m pgproto3.BackendMessage) {
		if _, ok := m.(*pgproto3.CopyBothResponse); ok {
			f.Send(&pgproto3.CopyData{Data: append([]byte{'r'}, make([]byte, 33)...)}) // a status update
			f.Flush()
		}
		if _, ok := m.(*pgproto3.CopyData); ok {
			if taken++; taken == 3 {
				f.Send(&pgproto3.CopyDone{})
				f.Flush()
			}
		}
	})
}
