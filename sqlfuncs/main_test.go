package sqlfuncs

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/datamime/datamime/cmd/embedded"
)

// serverURL is the address of the server that all tests share.
var serverURL string

func TestMain(m *testing.M) { os.Exit(runTests(m)) }

func runTests(m *testing.M) int {
	ctx, stop := context.WithTimeout(context.Background(), 5*time.Minute)
	defer stop()
	server, err := embedded.Start(ctx, embedded.Options{InitdbArgs: []string{"--encoding=UTF8", "--locale=C"}})
	if err != nil {
		fmt.Fprintln(os.Stderr, "start PostgreSQL:", err)
		return 1
	}
	defer server.Stop()
	serverURL = server.URL()
	if err := createSources(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "create the sources of the tests:", err)
		return 1
	}
	return m.Run()
}
