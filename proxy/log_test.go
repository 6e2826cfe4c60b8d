package proxy

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
)

// TestLog looks at all that a server logs of two sessions: each record names
// its session, and none tells a password, a statement or a value.
func TestLog(t *testing.T) {
	var out syncBuffer
	_, address := serve(t, "", func(s *Server) {
		s.Log = slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	ctx := context.Background()
	first := connectTo(t, address)
	if _, err := first.Exec(ctx, "CREATE ROLE logged LOGIN PASSWORD 'swordfish'"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { first.Exec(ctx, "DROP ROLE logged") })
	second, err := pgx.Connect(ctx, "postgres://logged:swordfish@"+address+"/postgres")
	if err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{"SELECT 'sardine'", "SELECT 'sardine' FROM datamime_version()", "SELECT * FROM datamime_generate('sardine')"} {
		second.Exec(ctx, sql, pgx.QueryExecModeSimpleProtocol)
	}
	second.Close(ctx)
	wait(t, "the end of a session in the log", func() bool { return strings.Contains(out.String(), "session ended") })

	sessions := make(map[float64][]string)
	for _, line := range strings.Split(strings.TrimSpace(out.String()), "\n") {
		var record struct {
			Msg     string
			Session float64
		}
		if err := json.Unmarshal([]byte(line), &record); err != nil {
			t.Fatal(err)
		}
		sessions[record.Session] = append(sessions[record.Session], record.Msg)
	}
	told := make(map[string]bool)
	for _, messages := range sessions {
		told[strings.Join(messages, ", ")] = true
	}
	want := map[string]bool{
		"session began": true,
		"session began, ran a statement of ours, ran a statement of ours, session ended": true,
	}
	if !maps.Equal(told, want) {
		t.Errorf("the log is by session %v", sessions)
	}
	if said := out.String(); strings.Contains(said, "swordfish") || strings.Contains(said, "sardine") {
		t.Errorf("the log tells too much:\n%s", said)
	}
}

// syncBuffer is a buffer that several goroutines may write.
type syncBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
