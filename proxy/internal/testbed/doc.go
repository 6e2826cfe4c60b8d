// Package testbed is what the programs beside it share that compare and
// measure the proxy: the proxy in front of a server, in this process (Start)
// or as a program (StartProgram), the other programs that they run, and their
// own beginning and end (Main).
package testbed

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"
)

// Main runs a program: run, until it ends or is to end. That is when the
// program is told to, and when nobody reads any more what it prints; run then
// has its context's end to stop the servers that it started. An error of it is
// printed, and the program ends with 1.
func Main(run func(ctx context.Context) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	ctx, unread := context.WithCancel(ctx)
	broken := make(chan os.Signal, 1) // a pipe, or a connection of the proxy's
	signal.Notify(broken, syscall.SIGPIPE)
	go func() {
		for range broken {
			if isUnread(os.Stdout) || isUnread(os.Stderr) {
				unread()
			}
		}
	}()
	err := run(ctx)
	stop()
	unread()
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", filepath.Base(os.Args[0]), err)
		os.Exit(1)
	}
}

// isUnread tells whether nobody reads a pipe any more.
func isUnread(pipe *os.File) bool {
	poll := []unix.PollFd{{Fd: int32(pipe.Fd()), Events: unix.POLLOUT}}
	_, err := unix.Poll(poll, 0)
	return err == nil && poll[0].Revents&unix.POLLERR != 0
}

// Median is the median of what was measured, which is not empty.
func Median(measured []float64) float64 {
	sorted := slices.Sorted(slices.Values(measured))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}
