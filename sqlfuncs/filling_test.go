package sqlfuncs

import (
	"context"
	"testing"
)

// TestFitBesideTheServer: where rows go into a table the fit goes on when the context
// is over that the statement was bound with, and ends with what was bound, however
// often that is closed.
func TestFitBesideTheServer(t *testing.T) {
	s := connect(t)
	s.must(t, "CREATE TEMP TABLE beside AS SELECT d, (7 * sin(extract(epoch FROM d) / 13750) + 30)::numeric(6,1) AS v"+
		" FROM generate_series(timestamp '2024-01-01', '2024-06-30', '1 hour') d")
	s.must(t, "CREATE TEMP TABLE filled_beside (LIKE beside)")
	p := prepared(t.Context(), t, s, "INSERT INTO filled_beside SELECT * FROM datamime_generate('beside', 'd', NULL, 'v', 24)")
	bind := func() *Bound {
		ctx, over := context.WithCancel(t.Context())
		defer over()
		b, err := p.Bind(ctx, s, nil)
		if err != nil {
			t.Fatal(inFull(err))
		}
		return b
	}
	dropped := bind()
	dropped.Close()
	dropped.Close()
	b := bind()
	defer b.Close()
	if n, err := b.Insert(t.Context(), s); n != 24 || err != nil {
		t.Errorf("%d rows, %v", n, err)
	}
}
