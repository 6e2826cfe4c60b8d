// Ratios measures what statements of ours take against what PostgreSQL takes
// for the same rows from a table, interleaved in one run, medians: the time on
// the clock, and, where there is a /proc, the processors' time of client, proxy
// and server together, which a busy machine changes less. The ratio of the shortest
// runs is that of those which nothing else disturbed: where a statement of ours
// keeps two processors at work, whatever else wants one delays it alone.
//
//	go run ./proxy/ratios
//	go run ./proxy/ratios -rounds 3 stream insert
//
// It needs psql on the PATH (Debian: postgresql-client).
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/datamime/datamime/cmd/embedded"
	"github.com/datamime/datamime/proxy/internal/testbed"
	"github.com/jackc/pgx/v5"
)

func main() {
	rounds := flag.Int("rounds", 5, "interleaved runs of each pair")
	flag.Parse()
	testbed.Main(func(ctx context.Context) error { return run(ctx, *rounds, flag.Args()) })
}

// place is where the measurements run: connections to the server itself and
// through the proxy, and the address of each.
type place struct {
	direct, through       *pgx.Conn
	directURL, throughURL string
	fits                  int // of the sample, each on other values
}

// run measures the pairs whose names are given, or all.
func run(ctx context.Context, rounds int, only []string) error {
	db, err := embedded.Start(ctx, embedded.Options{Settings: map[string]string{"shared_buffers": "512MB", "max_wal_size": "4GB"}})
	if err != nil {
		return err
	}
	defer db.Stop()
	front, err := testbed.Start(db)
	if err != nil {
		return err
	}
	defer front.Close()

	p := &place{directURL: db.URL(), throughURL: front.URL()}
	if p.direct, err = pgx.Connect(ctx, p.directURL); err != nil {
		return err
	}
	defer p.direct.Close(ctx)
	if p.through, err = pgx.Connect(ctx, p.throughURL); err != nil {
		return err
	}
	defer p.through.Close(ctx)
	if err := p.prepare(ctx); err != nil {
		return fmt.Errorf("make the tables: %w", err)
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	defer w.Flush()
	fmt.Fprintln(w, "\tdatamime\tPostgreSQL\tratio\tmost\tof the shortest\tCPU\tCPU\tratio\t")
	for _, c := range pairs {
		if len(only) > 0 && !slices.Contains(only, c.name) {
			continue
		}
		if err := c.measure(ctx, p, rounds, w); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		w.Flush()
	}
	return nil
}

// step is what is measured of one side, with what is made ready before.
type step struct {
	ready, run func(context.Context, *place) error
}

// pair is a statement of ours and what it is measured against.
type pair struct {
	name         string
	what         string
	ours, theirs step
	most         float64
	difference   bool // most is a difference in milliseconds, not a ratio
}

func (c *pair) measure(ctx context.Context, p *place, rounds int, w io.Writer) error {
	var ours, theirs side
	for i := range rounds + 1 {
		turns := []turn{{c.ours, &ours}, {c.theirs, &theirs}}
		if i%2 == 1 { // what the first leaves to the second is neither side's
			slices.Reverse(turns)
		}
		for _, t := range turns {
			took, err := take(ctx, p, t.step)
			if err != nil {
				return err
			}
			if i > 0 { // the first round warms up
				t.side.add(took)
			}
		}
	}
	a, b := testbed.Median(ours.clock), testbed.Median(theirs.clock)
	if c.difference {
		fmt.Fprintf(w, "%s: %s\t%.2f ms\t%.2f ms\t+%.2f ms\t+%g ms\t\t\t\t\t\n", c.name, c.what, 1e3*a, 1e3*b, 1e3*(a-b), c.most)
		return nil
	}
	fmt.Fprintf(w, "%s: %s\t%.2f s\t%.2f s\t%.2f\t%g\t%.2f\t", c.name, c.what, a, b, a/b, c.most, slices.Min(ours.clock)/slices.Min(theirs.clock))
	if a, b = testbed.Median(ours.processors), testbed.Median(theirs.processors); b > 0 {
		fmt.Fprintf(w, "%.2f s\t%.2f s\t%.2f\t\n", a, b, a/b)
	} else {
		fmt.Fprint(w, "\t\t\t\n")
	}
	return nil
}

// taken is what one run took, in seconds.
type taken struct{ clock, processors float64 }

// side is what the runs of one side took.
type side struct{ clock, processors []float64 }

func (s *side) add(t taken) {
	s.clock, s.processors = append(s.clock, t.clock), append(s.processors, t.processors)
}

// turn is a step whose side it is to be measured.
type turn struct {
	step step
	side *side
}

// take runs a step; the processors' time is 0 where it cannot be read.
func take(ctx context.Context, p *place, s step) (taken, error) {
	if s.ready != nil {
		if err := s.ready(ctx, p); err != nil {
			return taken{}, err
		}
	}
	backend := p.direct.PgConn().PID()
	before, unread := processorTime(backend)
	start := time.Now()
	if err := s.run(ctx, p); err != nil {
		return taken{}, err
	}
	t := taken{clock: time.Since(start).Seconds()}
	if after, err := processorTime(backend); err == nil && unread == nil {
		t.processors = after - before
	}
	return t, nil
}
