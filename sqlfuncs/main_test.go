package sqlfuncs

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/datamime/datamime/cmd/embedded"
)

// serverURL is the address of the server that all tests share.
var serverURL string

// serverVersion is its major version.
var serverVersion int

// since is the version of PostgreSQL that brought what a text holds.
var since = map[string]int{
	"MERGE INTO":               15,
	"invokers":                 15, // a view that reads with its caller's privileges
	"numeric(3,-2)":            15,
	"JSON_TABLE":               17,
	"frequency => ^'infinity'": 17,
}

// beyond tells whether a text needs a later PostgreSQL than the server is.
func beyond(text string) bool {
	for what, version := range since {
		if serverVersion < version && strings.Contains(text, what) {
			return true
		}
	}
	return false
}

func TestMain(m *testing.M) { os.Exit(runTests(m)) }

func runTests(m *testing.M) int {
	ctx, stop := context.WithTimeout(context.Background(), 5*time.Minute)
	defer stop()
	var err error
	if serverVersion, err = embedded.TestVersion(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	server, err := embedded.Start(ctx, embedded.Options{Version: serverVersion})
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
