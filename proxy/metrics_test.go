package proxy

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"
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
		for range 100 { // the last bytes may have come before they are counted
			text = scrape(t, srv, "/metrics", 200)
			if strings.Contains(text, `datamime_sessions{state="connected"} 1`) {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
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
