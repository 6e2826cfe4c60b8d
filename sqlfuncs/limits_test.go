package sqlfuncs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestTooMuch: arrays that would be too large are refused where no temporary
// table can be made, with the way out.
func TestTooMuch(t *testing.T) {
	s := connect(t)
	s.must(t, "CREATE TEMP TABLE wide AS SELECT t, v, repeat('x', 100000) AS filler FROM tiny")
	s.must(t, "BEGIN READ ONLY")
	_, err := s.run(t.Context(), "SELECT count(*), max(filler) FROM datamime_generate('wide', 't', NULL, 'v', 10000)", Text)
	if code, message, hint, _ := failedOrNone(err); code != "54000" || !strings.HasPrefix(message, "the statement needs more than 256 MB") || !strings.Contains(hint, "INSERT") {
		t.Errorf("got %v", err)
	}
	s.must(t, "ROLLBACK")
	if got := s.must(t, "SELECT count(*) FROM datamime_generate('wide', 't', NULL, 'v', 10000)").String(); got != "10000\n" {
		t.Errorf("columns that nobody names are sent: %s", got)
	}
}

// cancelling is a session whose context ends while the source is read, or
// right behind that.
type cancelling struct {
	*testSession
	cancel context.CancelCauseFunc
	behind bool
}

var errStop = errors.New("stopped")

func (c *cancelling) CopyTo(ctx context.Context, sql string, chunk func([]byte) error) error {
	err := c.testSession.CopyTo(context.WithoutCancel(ctx), sql, func(data []byte) error {
		if !c.behind {
			c.cancel(errStop)
		}
		return chunk(data)
	})
	if c.behind {
		c.cancel(errStop)
	}
	return err
}

func TestCancel(t *testing.T) {
	for _, behind := range []bool{false, true} {
		ctx, cancel := context.WithCancelCause(t.Context())
		s := &cancelling{connect(t), cancel, behind}
		p := prepared(ctx, t, s, "SELECT * FROM datamime_generate('(SELECT * FROM mesures, generate_series(1, 10))', 'date_debut', ARRAY['station','polluant'], 'valeur')")
		if _, err := p.Bind(ctx, s, nil); !errors.Is(err, errStop) && !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled behind the reading: %v; got %v", behind, err)
		}
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	s := connect(t)
	p := prepared(ctx, t, s, "SELECT * FROM datamime_generate("+mesures+", 100000000)")
	b, err := p.Bind(ctx, s, nil)
	if err != nil {
		t.Fatal(inFull(err))
	}
	defer b.Rows.Close()
	if _, err := b.Rows.Next(ctx); err != nil {
		t.Fatal(err)
	}
	cancel(errStop)
	if _, err := b.Rows.Next(ctx); !errors.Is(err, errStop) {
		t.Errorf("got %v", err)
	}
}

// A sleeper is a session that only sleeps, if it may, and is refused that after
// a while.
type sleeper struct {
	testSession
	may    bool
	slept  time.Duration
	refuse time.Duration // 0: never
}

func (s *sleeper) Query(_ context.Context, sql string, _ []Param, _ Format, row func([][]byte) error) error {
	var seconds float64
	if _, err := fmt.Sscanf(sql, "SELECT pg_catalog.pg_sleep(%f)", &seconds); err != nil {
		return row([][]byte{[]byte(strconv.FormatBool(s.may)[:1])})
	}
	pause := time.Duration(seconds * float64(time.Second))
	time.Sleep(pause)
	if s.slept += pause; s.refuse > 0 && s.slept > s.refuse {
		return &ServerError{Code: "57014"}
	}
	return nil
}

// TestAttending: long work is told of, and the session sleeps meanwhile, where
// it may, so that the server can refuse to go on.
func TestAttending(t *testing.T) {
	for _, c := range []struct {
		name    string
		sleeper sleeper
		takes   time.Duration
		told    []string
	}{
		{"long", sleeper{may: true}, 11 * time.Second, []string{"fitting for 5 s", "fitting for 10 s"}},
		{"without the right to sleep", sleeper{}, 11 * time.Second, []string{"fitting for 5 s", "fitting for 10 s"}},
		{"refused", sleeper{may: true, refuse: 6 * time.Second}, time.Minute, []string{"fitting for 5 s"}},
		{"short", sleeper{may: true}, attendAfter / 2, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &c.sleeper
				in := &invocation{session: s, settings: &settings{notices: true}}
				errOver := errors.New("over")
				err := attending(t.Context(), in, "fitting", func(ctx context.Context) error {
					select {
					case <-time.After(c.takes):
						return errOver
					case <-ctx.Done():
						return context.Cause(ctx)
					}
				})
				var refused *ServerError
				if s.refuse > 0 && !errors.As(err, &refused) || s.refuse == 0 && !errors.Is(err, errOver) {
					t.Errorf("it ended with %v", err)
				}
				if slept := s.slept > 0; slept != (s.may && c.takes > attendAfter) {
					t.Errorf("it slept for %v", s.slept)
				}
				var told []string
				for _, n := range s.notices {
					told = append(told, n.Message)
				}
				if !slices.Equal(told, c.told) {
					t.Errorf("it told %q", told)
				}
			})
		})
	}
}

// TestWaitForStoredFit: who waits for the rest of a stored model's fit is told so, and
// may give up at once; the fit goes on.
func TestWaitForStoredFit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sleeper{may: true}
		in := &invocation{session: s, settings: &settings{notices: true}}
		f := &fittedModel{done: make(chan struct{}), drop: func() { t.Error("the fit is dropped") }}
		ctx, cancel := context.WithCancelCause(t.Context())
		const patience = 7 * time.Second
		time.AfterFunc(patience, func() { cancel(errStop) })
		start := time.Now()
		err := (&storedModel{name: "big"}).await(ctx, in, f)
		if !errors.Is(err, errStop) {
			t.Errorf("it ended with %v", err)
		}
		if late := time.Since(start) - patience; late > longestSleep {
			t.Errorf("it ended %v after it was given up", late)
		}
		if len(s.notices) != 1 || s.notices[0].Message != `waiting for what is left of the fit of model "big", for 5 s` {
			t.Errorf("it told %v", s.notices)
		}
	})
}

func TestProgress(t *testing.T) {
	for want, got := range map[string]string{
		"500 rows, 100 a second":       progressMessage(500, 0, 5*time.Second),
		"500 rows, 100 a second, 25 %": progressMessage(500, 2000, 5*time.Second),
	} {
		if got != want {
			t.Error(got)
		}
	}
	s := connect(t)
	in := &invocation{fn: generateFunction, args: make([]*argument, len(generateFunction.params)), session: s}
	r := tell(in, &oneRow{Batch: Batch{Rows: 1}})
	r.last = r.last.Add(-progressEach)
	if _, err := r.Next(t.Context()); err != nil || len(s.notices) != 1 || !strings.HasPrefix(s.notices[0].Message, "made 1 rows, ") {
		t.Error(fmt.Sprint(s.notices, err))
	}
}

// TestCancelFarBetween: rows that millions of steps lie between are given up as
// well.
func TestCancelFarBetween(t *testing.T) {
	s := connect(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	p := prepared(ctx, t, s, `SELECT * FROM datamime_generate('(SELECT timestamp ''2024-01-01'' + (i / 3) * interval ''900 ms'' + i * i % 7 * interval ''1 us'' AS t,
		i AS v FROM generate_series(1, 12) i)', 't', NULL, 'v', 1000000)`)
	time.AfterFunc(time.Second, func() { cancel(errStop) })
	b, err := p.Bind(ctx, s, nil)
	for err == nil {
		_, err = b.Rows.Next(ctx)
	}
	if b != nil && b.Rows != nil {
		b.Rows.Close()
	}
	if !errors.Is(err, errStop) && !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
