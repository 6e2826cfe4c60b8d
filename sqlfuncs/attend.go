package sqlfuncs

import (
	"context"
	"fmt"
	"strconv"
	"time"
)

// A backend that waits for its client drops what pg_cancel_backend sends it.
// While we compute for long it sleeps instead, a little at a time: a cancel
// ends the sleep with an error, and that ends our work.
const (
	attendAfter  = 250 * time.Millisecond
	attendShare  = 20 // the last sleep takes at most a twentieth of the work
	longestSleep = 100 * time.Millisecond
)

// attending does work that asks the session for nothing, and returns its
// error. The work ends with its context, as engine.Options.Interrupt tells it:
// when the caller's ends, or the server refuses to go on. When it takes long
// the client is told.
func attending(ctx context.Context, in *invocation, what string, work func(context.Context) error) error {
	own, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var err error
	ended := make(chan struct{})
	wait := beside(func() {
		defer close(ended)
		err = work(own)
	})
	refused := attend(ctx, in, what, ended)
	stop(refused)
	wait()
	switch {
	case refused == nil:
		return err
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	return refused
}

// attend returns when the work has ended, or with the server's error.
func attend(ctx context.Context, in *invocation, what string, ended <-chan struct{}) error {
	start := time.Now()
	if over(ended, attendAfter) {
		return nil
	}
	sleeps, err := maySleep(ctx, in.session)
	for told := start; err == nil; {
		if now := time.Now(); now.Sub(told) >= progressEach {
			told = now
			in.notice(fmt.Sprintf("%s for %.0f s", what, now.Sub(start).Seconds()), "", "")
		}
		pause := min(time.Since(start)/attendShare, longestSleep)
		if sleeps {
			err = perform(ctx, in.session, "SELECT pg_catalog.pg_sleep("+strconv.FormatFloat(pause.Seconds(), 'f', 3, 64)+")")
			pause = 0
		}
		if err == nil && over(ended, pause) {
			return nil
		}
	}
	return relocateTo(err, 0)
}

// over tells whether the work ends within so long.
func over(ended <-chan struct{}, within time.Duration) bool {
	timer := time.NewTimer(within)
	defer timer.Stop()
	select {
	case <-ended:
		return true
	case <-timer.C:
	}
	select { // of two that are ready, the first select takes either
	case <-ended:
		return true
	default:
		return false
	}
}

// maySleep tells whether the role may call pg_sleep, which some administrators
// keep from it.
func maySleep(ctx context.Context, s Session) (may bool, err error) {
	err = s.Query(ctx, "SELECT pg_catalog.has_function_privilege('pg_catalog.pg_sleep(pg_catalog.float8)', 'EXECUTE')", nil, Text,
		func(row [][]byte) error { may = string(row[0]) == "t"; return nil })
	return may, err
}
