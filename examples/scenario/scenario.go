// Package scenario runs the examples' files in their tests, through a real
// proxy in front of a real server.
package scenario

import (
	"context"
	"fmt"
	"net"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/datamime/datamime/cmd/embedded"
	"github.com/datamime/datamime/proxy"
)

// Start starts a server and a proxy in front of it, until the test ends, and
// returns the URL of the proxy and a connection to it.
func Start(t *testing.T) (url string, conn *pgx.Conn) {
	t.Helper()
	database, err := embedded.Start(t.Context(), embedded.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = database.Stop() })
	upstream, err := proxy.ParseUpstream(database.URL())
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &proxy.Server{Upstream: upstream}
	go func() { _ = srv.Serve(listener) }()
	t.Cleanup(func() { _ = srv.Close() })
	url = fmt.Sprintf("postgres://postgres@%s/postgres?sslmode=disable", listener.Addr())
	if conn, err = pgx.Connect(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return url, conn
}

var statementEnd = regexp.MustCompile(`;[ \t]*\n`)

// Run executes a file of statements, one after the other, as a client's script
// does, and returns the rows of each as text.
func Run(t *testing.T, conn *pgx.Conn, file string) [][][]string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all [][][]string
	for _, sql := range statementEnd.Split(string(text), -1) {
		if strings.TrimSpace(sql) != "" {
			all = append(all, Rows(t, conn, sql))
		}
	}
	return all
}

// Rows executes one statement by the simple protocol.
func Rows(t *testing.T, conn *pgx.Conn, sql string) [][]string {
	t.Helper()
	results, err := conn.PgConn().Exec(t.Context(), sql).ReadAll()
	if err != nil {
		t.Fatalf("%v:\n%s", err, sql)
	}
	var rows [][]string
	for _, row := range results[len(results)-1].Rows {
		var texts []string
		for _, v := range row {
			texts = append(texts, string(v))
		}
		rows = append(rows, texts)
	}
	return rows
}

// Claim is something that must be true of the example's tables.
type Claim struct{ What, SQL string }

// Check fails the test for every claim whose query does not give true.
func Check(t *testing.T, conn *pgx.Conn, claims []Claim) {
	t.Helper()
	for _, c := range claims {
		if rows := Rows(t, conn, c.SQL); len(rows) != 1 || rows[0][0] != "t" {
			t.Errorf("%s: %v", c.What, rows)
		}
	}
}
