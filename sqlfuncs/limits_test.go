package sqlfuncs

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
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

// TestTelling: a long computation tells what it does, as often as it asks, and
// from any goroutine.
func TestTelling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &testSession{}
		in := &invocation{session: s, settings: &settings{notices: true}}
		ask := telling(t.Context(), in, "fitting")
		for range 11 {
			var wg sync.WaitGroup
			for range 2 {
				wg.Go(func() {
					if err := ask(); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			time.Sleep(time.Second)
		}
		if len(s.notices) != 2 || s.notices[0].Message != "fitting for 5 s" || s.notices[1].Message != "fitting for 10 s" {
			t.Errorf("%d notices: %v", len(s.notices), s.notices)
		}
		in.settings.notices = false
		ask = telling(t.Context(), in, "fitting")
		if time.Sleep(time.Minute); ask() != nil || len(s.notices) != 2 {
			t.Error("client_min_messages is not obeyed")
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
	ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errStop)
	defer cancel()
	p := prepared(ctx, t, s, `SELECT * FROM datamime_generate('(SELECT timestamp ''2024-01-01'' + (i / 3) * interval ''900 ms'' + i * i % 7 * interval ''1 us'' AS t,
		i AS v FROM generate_series(1, 12) i)', 't', NULL, 'v', 1000000)`)
	b, err := p.Bind(ctx, s, nil)
	for err == nil {
		_, err = b.Rows.Next(ctx)
	}
	if b != nil && b.Rows != nil {
		b.Rows.Close()
	}
	if !errors.Is(err, errStop) && !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}
