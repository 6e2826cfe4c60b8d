package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// tally counts what was done.
type tally struct {
	mu    sync.Mutex
	done  map[string]count
	wrong atomic.Int64
}

// count is how often something was done, and how long that took together.
type count struct {
	n    int
	took time.Duration
}

func (t *tally) count(what string, begun time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.done[what]
	t.done[what] = count{c.n + 1, c.took + time.Since(begun)}
}

// fault counts a wrong answer, unless it comes of the program's own end.
func (t *tally) fault(ctx context.Context, what string, err error) {
	if ctx.Err() != nil {
		return
	}
	t.wrong.Add(1)
	fmt.Fprintf(os.Stderr, "%s: %v\n", what, err)
}

// report prints how it goes, once a minute.
func (t *tally) report(until time.Time) {
	for time.Now().Before(until) {
		time.Sleep(min(time.Minute, time.Until(until)))
		t.print()
	}
}

// print prints the counts, and how many seconds each act takes.
func (t *tally) print() {
	t.mu.Lock()
	defer t.mu.Unlock()
	total := 0
	var each []string
	for _, what := range slices.Sorted(maps.Keys(t.done)) {
		c := t.done[what]
		total += c.n
		each = append(each, fmt.Sprintf("%s %d (%.2f s)", what, c.n, c.took.Seconds()/float64(c.n)))
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	fmt.Printf("%d acts, %d wrong, %d goroutines, heap %d MB: %s\n",
		total, t.wrong.Load(), runtime.NumGoroutine(), m.HeapAlloc>>20, strings.Join(each, ", "))
}
