// Command datamime stands between PostgreSQL clients and a PostgreSQL server
// and gives them SQL functions that turn a sample of a time series into as
// much realistic data as needed.
//
// Start reading here: main, run, then one file per verb.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/datamime/datamime/cmd/datamime/locale"
	"github.com/datamime/datamime/sqlfuncs"
)

// stdio is where a command reads and writes.
type stdio struct {
	in       io.Reader
	out, err io.Writer
}

// usageError is a command line that cannot be meant: exit status 2.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

func usagef(format string, args ...any) error { return &usageError{locale.Say(format, args...)} }

func main() {
	// The first signal asks for a gentle end, the second ends at once.
	ctx, stop := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		stop()
		<-signals
		os.Exit(1)
	}()
	sqlfuncs.Version = versionNumber()
	os.Exit(exitStatus(run(ctx, os.Args[1:], stdio{os.Stdin, os.Stdout, os.Stderr}), os.Stderr))
}

// run executes one command line. Ending ctx asks it for a gentle end.
func run(ctx context.Context, args []string, io stdio) error {
	root := newRoot(io)
	if asksForHelp(args) {
		return helpFor(root, args)
	}
	root.SetArgs(args)
	return root.ExecuteContext(ctx)
}

// exitStatus writes an error as one line and says how the program ends.
func exitStatus(err error, w io.Writer) int {
	if err == nil {
		return 0
	}
	_, _ = fmt.Fprintln(w, "datamime:", err)
	var usage *usageError
	if errors.As(err, &usage) {
		return 2
	}
	return 1
}
