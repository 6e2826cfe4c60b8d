package proxy

import (
	"context"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// TestMetrics counts what a session does, in each way of relaying.
func TestMetrics(t *testing.T) {
	onBothRelays(t, "", func(t *testing.T, relay func(*Server)) {
		srv, address := serve(t, "", relay)
		p := openSession(t, address)
		for _, sql := range []string{"SELECT 1", "SELECT 1/0", "SELECT * FROM datamime_version()", "SELECT 1/0"} {
			p.conn.Write(message('Q', zstring(sql)))
			for typ := byte(0); typ != 'Z'; {
				typ, _ = nextMessage(t, p)
			}
		}
		var text string
		wait(t, "the session's count", func() bool { // it is counted when its answers have gone
			text = scrape(t, srv, "/metrics", 200)
			return strings.Contains(text, `datamime_sessions{state="connected"} 1`)
		})
		for _, want := range []string{
			"datamime_connections_total 1\n",
			"datamime_statements_total 4\n",
			`datamime_sessions{state="connected"} 1` + "\n",
			`datamime_errors_total{sqlstate="22012"} 2` + "\n",
			`datamime_bytes_total{to="client"}`,
			"go_goroutines",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("there is no %s in\n%s", want, text)
			}
		}
		scrape(t, srv, "/healthz", 200)
		srv.Close()
		scrape(t, srv, "/healthz", 503)
	})
}

// TestCallMetrics counts statements of ours by what became of them, in each of
// their paths.
func TestCallMetrics(t *testing.T) {
	srv, address := serve(t, "")
	ctx := context.Background()
	conn := connectTo(t, address)
	source(t, conn, 2, 200)
	const call = "datamime_generate('readings', 'at', ARRAY['sensor'], 'value', "
	for _, sql := range []string{
		"SELECT * FROM " + call + "30)",                                         // stream
		"SELECT count(*) FROM " + call + "20) WHERE value > 0",                  // arrays
		"CREATE TEMP TABLE filled AS SELECT * FROM " + call + "5)",              // arrays
		"INSERT INTO filled SELECT * FROM " + call + "7)",                       // insert
		"SELECT * FROM datamime_version()",                                      //
		"SELECT * FROM " + call + "-1)",                                         // our error
		"SELECT 1 / (value - value)::int FROM " + call + "2)",                   // the server's
		"SELECT * FROM datamime_nothing()", "SELECT * FROM nowhere.datamime_no", // no functions of ours
	} {
		conn.Exec(ctx, sql, pgx.QueryExecModeSimpleProtocol)
	}
	limited := connectTo(t, address, "statement_timeout=100")
	limited.Exec(ctx, `SELECT * FROM datamime_generate('(SELECT timestamp ''2024-01-01'' + i * interval ''1 hour'' AS at, i FROM generate_series(1, 99) i)',
		'at', NULL, 'i', `+forever+")", pgx.QueryExecModeSimpleProtocol)
	tx, err := conn.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	rows := conn.PgConn().ExecParams(ctx, "SELECT * FROM "+call+"$1)", [][]byte{[]byte("4")}, nil, nil, nil)
	if got := rows.Read(); got.Err != nil {
		t.Fatal(got.Err)
	}
	if err := tx.Rollback(ctx); err != nil {
		t.Fatal(err)
	}
	text := scrape(t, srv, "/metrics", 200)
	for _, want := range []string{
		`datamime_calls_total{function="datamime_generate",outcome="ok"} 5`,
		`datamime_calls_total{function="datamime_generate",outcome="error"} 2`,
		`datamime_calls_total{function="datamime_generate",outcome="canceled"} 1`,
		`datamime_calls_total{function="datamime_version",outcome="ok"} 1`,
		`datamime_errors_total{sqlstate="22023"} 1`,
		`datamime_errors_total{sqlstate="57014"} 1`,
		`datamime_errors_total{sqlstate="42883"} 1`,
		`datamime_call_seconds_total{function="datamime_generate"} `,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %s in\n%s", want, text)
		}
	}
	if strings.Contains(text, "datamime_no") {
		t.Error("there is a function that is none")
	}
	counted := regexp.MustCompile(`datamime_call_rows_total\{function="datamime_generate"\} (\S+)`).FindStringSubmatch(text)
	if counted == nil {
		t.Fatal("no rows are counted")
	}
	// What was sent before the timeout is not known.
	if n, err := strconv.ParseFloat(counted[1], 64); err != nil || n < 30+20+5+7+2+4 {
		t.Errorf("%v rows are counted, %v", n, err)
	}
}

// scrape gets a page of the server's handler.
func scrape(t *testing.T, srv *Server, path string, status int) string {
	t.Helper()
	w := httptest.NewRecorder()
	srv.Handler().ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	if w.Code != status {
		t.Errorf("%s answers %d", path, w.Code)
	}
	return w.Body.String()
}
