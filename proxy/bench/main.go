// Bench compares a server reached directly, through PgBouncer (in session
// mode) and through the proxy: the same pgbench runs, interleaved, medians.
//
//	go run ./proxy/bench                         every cell
//	go run ./proxy/bench -rounds 3 -seconds 2 simple/8 connect
//
// It needs PostgreSQL's pgbench and psql, and pgbouncer, on the PATH (Debian:
// postgresql-client, postgresql-contrib, pgbouncer).
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/datamime/datamime/proxy/internal/testbed"
)

// cell is one line of the table.
type cell struct {
	name string
	// run returns a figure of which more is better, for the server at a port.
	run func(ctx context.Context, port int, seconds int) (float64, error)
}

func cells() []cell {
	var all []cell
	selects := func(prefix, sslmode, mode string, clients int) {
		all = append(all, cell{fmt.Sprintf("%s%s/%d", prefix, mode, clients), func(ctx context.Context, port, seconds int) (float64, error) {
			return pgbench(ctx, port, seconds, sslmode, "-M", mode, "-c", fmt.Sprint(clients), "-j", fmt.Sprint(min(clients, 2)))
		}})
	}
	for _, mode := range []string{"simple", "extended", "prepared"} {
		for _, clients := range []int{1, 8, 64} {
			selects("", "disable", mode, clients)
		}
	}
	for _, mode := range []string{"simple", "prepared"} {
		for _, clients := range []int{8, 64} {
			selects("tls ", "require", mode, clients)
		}
	}
	return append(all,
		cell{"connect", func(ctx context.Context, port, seconds int) (float64, error) {
			return pgbench(ctx, port, seconds, "disable", "-C", "-c", "4", "-j", "2")
		}},
		cell{"tls connect", func(ctx context.Context, port, seconds int) (float64, error) {
			return pgbench(ctx, port, seconds, "require", "-C", "-c", "4", "-j", "2")
		}},
		cell{"rows", func(ctx context.Context, port, _ int) (float64, error) {
			return psql(ctx, port, "SELECT * FROM million")
		}},
		cell{"copy out", func(ctx context.Context, port, _ int) (float64, error) {
			return psql(ctx, port, `\copy million TO PROGRAM 'cat > /dev/null'`)
		}},
		cell{"copy in", func(ctx context.Context, port, _ int) (float64, error) {
			return psql(ctx, port, `TRUNCATE million_in`, `\copy million_in FROM `+dataFile)
		}},
	)
}

func main() {
	rounds := flag.Int("rounds", 5, "interleaved runs of each cell")
	seconds := flag.Int("seconds", 3, "length of a pgbench run")
	flag.Parse()
	testbed.Main(func(ctx context.Context) error { return bench(ctx, *rounds, *seconds, flag.Args()) })
}

func bench(ctx context.Context, rounds, seconds int, only []string) error {
	t, err := startTargets(ctx)
	if err != nil {
		return err
	}
	defer t.stop()
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "\tdirect\tPgBouncer\tdatamime\tdatamime/PgBouncer\tCPU µs each, PgBouncer\tdatamime\t\n")
	for _, c := range cells() {
		if len(only) > 0 && !slices.ContainsFunc(only, func(o string) bool { return strings.HasPrefix(c.name, o) }) {
			continue
		}
		var figures [3][]float64
		var cpu [3]time.Duration
		var count [3]float64
		for round := range rounds {
			for i := range figures {
				i = (i + round) % len(figures)
				before, start := t.cpu(i), time.Now()
				f, err := c.run(ctx, t.ports[i], seconds)
				if err != nil {
					return fmt.Errorf("%s, %s: %w", c.name, targetNames[i], err)
				}
				figures[i] = append(figures[i], f)
				cpu[i] += t.cpu(i) - before
				count[i] += max(1, f*time.Since(start).Seconds())
			}
		}
		m := [3]float64{testbed.Median(figures[0]), testbed.Median(figures[1]), testbed.Median(figures[2])}
		each := func(i int) float64 { return float64(cpu[i].Microseconds()) / count[i] }
		fmt.Fprintf(w, "%s\t%.4g\t%.4g\t%.4g\t%.2f\t%.4g\t%.4g\t\n",
			c.name, m[0], m[1], m[2], m[2]/m[1], each(1), each(2))
		w.Flush()
	}
	return t.memory(ctx)
}
