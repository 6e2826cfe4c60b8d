// Package work runs loops that can be ended: over many series at once (Each), and
// inside one of any length (Check). What their pieces need for a while they take
// turns in (Turns, Rooms).
package work

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// A Check asks whether the work is to end. It is passed inside loops over a
// series' steps, which may be millions, and ends them. nil never does.
type Check func() error

// CheckEach is after how many steps of a loop a Check asks, about a millisecond's.
const CheckEach = 1 << 16

// interrupted is what a Check panics with; Guarded, around everything that
// passes one, makes it an error.
type interrupted struct{ err error }

// Pass is called for each i of a loop.
func (c Check) Pass(i int) {
	if i&(CheckEach-1) == 0 {
		c.Ask()
	}
}

// Err is what the check says, nil as long as the work is to go on.
func (c Check) Err() error {
	if c == nil {
		return nil
	}
	return c()
}

// Ask is called where work of about a millisecond or more begins.
func (c Check) Ask() {
	if err := c.Err(); err != nil {
		panic(interrupted{err})
	}
}

// Guarded runs f and returns what a Check in it was ended with.
func Guarded(f func()) (err error) {
	defer func() {
		if v := recover(); v != nil {
			end, ok := v.(interrupted)
			if !ok {
				panic(v)
			}
			err = end.err
		}
	}()
	f()
	return nil
}

// A Panic is what a goroutine panicked with, to be raised again in the one that
// waits for it: there somebody can recover it.
type Panic struct {
	value any
	stack []byte
}

// Caught is the Panic of a recovered value, with where it came from.
func Caught(v any) *Panic { return &Panic{v, debug.Stack()} }

// Error is the value, and where it came from.
func (p *Panic) Error() string { return fmt.Sprintf("%v\n%s", p.value, p.stack) }

// Each runs do(0..n-1) on so many workers, or as many as there are processors
// where workers is 0. Once check has an error, no more is begun, and Each returns that
// error; so it does with what a Check in do was ended with. What do panics with
// is raised in the caller.
func Each(n, workers int, check Check, do func(i int)) error {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	workers = min(workers, n)
	var next atomic.Int64
	var stop atomic.Pointer[error]
	var wg sync.WaitGroup
	all := func() {
		for stop.Load() == nil {
			i := int(next.Add(1)) - 1
			if i >= n {
				return
			}
			check.Ask()
			do(i)
		}
	}
	loop := func() {
		if err := Guarded(all); err != nil {
			stop.Store(&err)
		}
	}
	var failed atomic.Pointer[Panic]
	for range workers - 1 {
		wg.Go(func() {
			defer func() {
				if v := recover(); v != nil {
					failed.Store(Caught(v))
				}
			}()
			loop()
		})
	}
	loop()
	wg.Wait()
	if p := failed.Load(); p != nil {
		panic(p)
	}
	if err := stop.Load(); err != nil {
		return *err
	}
	return nil
}

// Workers run do(0..n-1), some at a time, and return when all is done. Like a
// Check they are ended within Guarded.
type Workers func(n int, do func(i int))

// Share is Each for those within Guarded.
func Share(workers int, interrupt func() error) Workers {
	return func(n int, do func(i int)) {
		if err := Each(n, workers, interrupt, do); err != nil {
			panic(interrupted{err})
		}
	}
}

// Alone is the workers of who has none.
func Alone(n int, do func(i int)) {
	for i := range n {
		do(i)
	}
}

// Parts cuts n steps into runs of at most size, each a piece of work of its own.
// What is summed by runs hangs on their size, never on the workers.
func (w Workers) Parts(n, size int, do func(from, to int)) {
	w((n+size-1)/size, func(i int) { do(i*size, min(n, (i+1)*size)) })
}
