package proxy

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// BenchmarkCancel cancels statements of ours at moments spread over the time
// that they take, so in every phase of their work, and reports how long the
// answer takes: 57014, or the end of a statement that was quicker. Phases of
// one statement: reading the source, fitting, then what its name says.
func BenchmarkCancel(b *testing.B) {
	_, address := serve(b, "")
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, "postgres://postgres@"+address+"/postgres")
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close(ctx)
	const call = "('large', 'at', ARRAY['sensor'], 'value'"
	for _, sql := range []string{
		`CREATE TEMP TABLE large AS SELECT '2023-01-01'::timestamp + h * interval '1 hour' AS at, s AS sensor,
			(50 + 20 * sin(h / 3.8) + (h * 7919 + s * 31) % 17)::integer AS value FROM generate_series(0, 4999) h, generate_series(1, 100) s`,
		"CREATE TEMP TABLE filled (LIKE large)",
	} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			b.Fatal(err)
		}
	}
	for _, test := range []struct{ name, sql string }{
		{"the server", "SELECT pg_sleep(1)"},
		{"stream", "SELECT * FROM datamime_generate" + call + ", 1000000)"},
		{"arrays", "SELECT count(*) FROM datamime_generate" + call + ", 1000000) WHERE value > 0"},
		{"insert", "INSERT INTO filled SELECT * FROM datamime_generate" + call + ", 1000000)"},
		{"fit", "SELECT * FROM datamime_fit('canceled', 'large', 'at', ARRAY['sensor'], 'value', replace => true)"},
		{"describe", "SELECT * FROM datamime_describe" + call + ")"},
		{"evaluate", "SELECT * FROM datamime_evaluate" + call + ")"},
	} {
		b.Run(test.name, func(b *testing.B) {
			begin := time.Now()
			if _, err := conn.PgConn().Exec(ctx, test.sql).ReadAll(); err != nil {
				b.Fatal(err)
			}
			whole := time.Since(begin)
			var latencies []float64
			worst := ""
			for i := range b.N * moments {
				at := whole * time.Duration(2*(i%moments)+1) / (2 * moments)
				took := cancelAt(b, conn, test.sql, at)
				if len(latencies) == 0 || took > slices.Max(latencies) {
					worst = fmt.Sprintf("%v of %v", at.Round(time.Millisecond), whole.Round(time.Millisecond))
				}
				latencies = append(latencies, took)
			}
			slices.Sort(latencies)
			b.ReportMetric(latencies[len(latencies)/2], "ms-median")
			b.ReportMetric(latencies[len(latencies)-1], "ms-worst")
			b.Log("the worst was", worst)
		})
	}
}

// moments is how many moments of a statement's time are tried.
const moments = 8

// cancelAt cancels a statement so long after it was sent, and returns how many
// milliseconds its end took from there.
func cancelAt(b *testing.B, conn *pgx.Conn, sql string, at time.Duration) float64 {
	ctx := context.Background()
	var sent time.Time
	over := make(chan struct{})
	go func() {
		defer close(over)
		time.Sleep(at)
		sent = time.Now()
		if err := conn.PgConn().CancelRequest(ctx); err != nil {
			b.Error(err)
		}
	}()
	_, err := conn.PgConn().Exec(ctx, sql).ReadAll()
	ended := time.Now()
	<-over
	var e *pgconn.PgError
	if err != nil && !(errors.As(err, &e) && e.Code == "57014") {
		b.Fatal(err)
	}
	for err = errors.New("not yet"); err != nil; { // what a signal under way may hit
		_, err = conn.PgConn().Exec(ctx, "SELECT pg_sleep(0.01)").ReadAll()
	}
	return max(0, float64(ended.Sub(sent).Microseconds())/1000)
}
