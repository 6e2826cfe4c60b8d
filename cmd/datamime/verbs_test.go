package main

import (
	"context"
	"encoding/csv"
	"net"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestPing(t *testing.T) {
	_, _, address, _ := startServe(t)
	if stdout, stderr, status := runLine(t, "ping", address); status != 0 || !strings.Contains(stdout, address) {
		t.Errorf("status %d, %q, %q", status, stdout, stderr)
	}
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	for address, want := range map[string]string{
		silent.Addr().String(): "does not answer",
		"127.0.0.1:1":          "nothing listens",
		"/does/not/exist":      "nothing listens",
	} {
		if _, stderr, status := runLine(t, "ping", "--timeout", "200ms", address); status != 1 || !strings.Contains(stderr, want) {
			t.Errorf("%s: status %d, %q", address, status, stderr)
		}
	}
}

// TestSampleAsCSV: without --to the sample is written, whatever the environment says.
func TestSampleAsCSV(t *testing.T) {
	t.Setenv("DATAMIME_TO", "postgres://127.0.0.1:1/x")
	stdout, _, status := runLine(t, "sample")
	if status != 0 {
		t.Fatalf("status %d", status)
	}
	rows, err := csv.NewReader(strings.NewReader(stdout)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 1+len(airSample()) || strings.Join(rows[0], ",") != strings.Join(sampleColumns, ",") {
		t.Errorf("%d rows, columns %v", len(rows), rows[0])
	}
}

func TestSampleIntoDatabase(t *testing.T) {
	url := newDatabase(t)
	stdout, stderr, status := runLine(t, "sample", "--to", url)
	if status != 0 || stdout != "table mesures: 14,024 rows\n" {
		t.Fatalf("status %d, %q, %q", status, stdout, stderr)
	}
	if _, stderr, status := runLine(t, "sample", "--to", url); status != 1 || !strings.Contains(stderr, `relation "mesures" already exists`) {
		t.Errorf("a second time: status %d, %q", status, stderr)
	}
	if stdout, _, status := runLine(t, "sample", "--to", url, "--if-missing"); status != 0 || !strings.Contains(stdout, "already") {
		t.Errorf("if missing: status %d, %q", status, stdout)
	}
	if _, stderr, status := runLine(t, "sample", "--to", "postgres://127.0.0.1:1/x"); status != 1 || !strings.Contains(stderr, "no PostgreSQL") || strings.Count(stderr, "\n") != 1 {
		t.Errorf("no server: status %d, %q", status, stderr)
	}
}

// newDatabase makes a database of the test's own and returns its URL.
func newDatabase(t *testing.T) string {
	t.Helper()
	name := "test_" + strings.ToLower(strings.NewReplacer("/", "_", "-", "_", " ", "_").Replace(t.Name()))
	conn := connect(t, database.URL())
	if _, err := conn.Exec(t.Context(), "CREATE DATABASE "+pgx.Identifier{name}.Sanitize()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = conn.Exec(context.Background(), "DROP DATABASE "+pgx.Identifier{name}.Sanitize()+" WITH (FORCE)")
	})
	return strings.Replace(database.URL(), "/postgres?", "/"+name+"?", 1)
}
