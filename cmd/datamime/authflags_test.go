package main

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/datamime/datamime/cmd/embedded"
	"github.com/datamime/datamime/proxy"
)

func TestAuthFlagsWrong(t *testing.T) {
	for want, flags := range map[string][]string{
		"exclude each other":      {"--auth-file", "users", "--auth-query"},
		"needs --auth-query":      {"--auth-connection", "postgres://lookup@127.0.0.1/postgres"},
		"is no connection string": {"--auth-query", "--auth-connection", "postgres://secret:word@127.0.0.1:many/postgres"},
	} {
		_, stderr, status := runLine(t, append([]string{"serve", "--listen", "127.0.0.1:0"}, flags...)...)
		if status != 2 || !strings.Contains(stderr, want) || strings.Contains(stderr, "word") {
			t.Errorf("%q: status %d, %q", flags, status, stderr)
		}
	}
}

// TestAuthQuery looks verifiers up with the upstream's own user, and with the
// query and the connection that are given.
func TestAuthQuery(t *testing.T) {
	db, err := embedded.Start(t.Context(), embedded.Options{Auth: "scram-sha-256", Password: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Stop() })
	plain, err := url.Parse(db.URL())
	if err != nil {
		t.Fatal(err)
	}
	plain.User = nil
	for _, f := range []authFlags{
		{query: proxy.DefaultAuthQuery},
		{query: ownCatalogue},
		{query: "SELECT $1::text, 'SCRAM-SHA-256$' || $1::text", connection: db.URL()},
	} {
		upstream := db.URL()
		if f.connection != "" {
			upstream = plain.String()
		}
		look, err := f.verifier(upstream)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := look(context.Background(), "postgres"); err != nil || !strings.HasPrefix(got, "SCRAM-SHA-256$") {
			t.Errorf("%q gave %q, %v", f.query, got, err)
		}
	}
}
