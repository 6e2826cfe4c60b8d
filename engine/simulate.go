package engine

import (
	"errors"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/work"
)

// Window says which rows to simulate: those of the steps t with
// Start <= t < End, in the sample's microseconds. Values are a function of
// (model, Seed, series, time) alone: a window of a window has the same rows.
type Window struct {
	Start, End int64
	Seed       int64
	NoGaps     bool // no absent rows and no missing values
	// Per value column; nil: learned. Decimals also for every value column.
	Minimum, Maximum []*float64
	Decimals         []*int
	// Rows is about how many rows are wanted, 0 for all: what lies behind them
	// is not made ahead of the reader.
	Rows int64
	// Workers bounds the goroutines used ahead of the reader; 0: GOMAXPROCS.
	// From two on, another plans what they come to next.
	Workers int
	// Turns has a single worker and the reader take turns from the second tile
	// on, so that both together take one processor: what reads the rows in
	// the end may need the other.
	Turns bool
}

// Rows is a run of simulated rows, ordered by time and then by the order of
// Sample.Series. Row i is of series Series[i] at Time[i] with the values
// Value[v][i]; NaN is a missing value (a row that is absent in the pattern of
// gaps is not there at all). Donor[i] is the time of the sample's step that
// the row is most like, for what else a caller wants to take from there.
type Rows struct {
	Time   []int64
	Series []int32
	Value  [][]float64
	Donor  []int64
}

// rowsPerBatch is how many rows are read at once, about.
const rowsPerBatch = 4096

// Simulation is a running simulation; it is not safe for concurrent use.
type Simulation struct {
	m      *Model
	w      Window
	zone   civil.Zone
	stop   chan struct{}
	more   chan struct{} // closed when the reader wants more than the first piece
	next   chan struct{} // the reader waits for the next tile
	turn   chan struct{} // and for the next piece; nil: they are made ahead
	once   sync.Once
	wg     sync.WaitGroup
	failed atomic.Pointer[work.Panic]
	tiles  chan chan *piece // in order
	now    chan *piece
	piece  *piece
	at     int // step of the piece that comes next

	fetched int   // pieces
	given   int64 // rows
	spare   chan *piece
}

// Simulate starts a simulation. It costs its own length plus a fixed warm-up,
// whatever the distance from the sample. Close must be called.
func (m *Model) Simulate(w Window) *Simulation {
	s := &Simulation{m: m, w: w, zone: civil.Zone{Location: m.cal.Location}, stop: make(chan struct{}), more: make(chan struct{}), next: make(chan struct{})}
	if w.Start >= w.End {
		return s
	}
	t := newTiling(s)
	if t.plans != nil && runtime.GOMAXPROCS(0) > 1 { // beside what comes before the first step
		s.run(func() { t.plans.group(m.planner.groupOf(t.from)) })
	}
	s.run(t.handOut)
	variables := m.override(w)
	for range t.workers {
		s.run(func() { t.work(variables) })
	}
	return s
}

// run starts one of the simulation's goroutines.
func (s *Simulation) run(f func()) { s.wg.Go(func() { s.guarded(f) }) }

// guarded runs f; what it panics with ends the simulation, and is raised again
// where its rows are read.
func (s *Simulation) guarded(f func()) {
	defer func() {
		if v := recover(); v != nil {
			s.failed.CompareAndSwap(nil, work.Caught(v))
			s.halt()
		}
	}()
	f()
}

// halt has the goroutines end.
func (s *Simulation) halt() { s.once.Do(func() { close(s.stop) }) }

// await waits for a word; false where the simulation was halted before it came.
func (s *Simulation) await(word <-chan struct{}) bool {
	select {
	case <-word:
		return true
	case <-s.stop:
		return false
	}
}

// put hands v over; false where the simulation was halted before it was taken.
func put[T any](s *Simulation, to chan<- T, v T) bool {
	select {
	case to <- v:
		return true
	case <-s.stop:
		return false
	}
}

// errHalted ends what is rendered of a simulation that is not read any longer.
var errHalted = errors.New("the simulation was halted")

func (s *Simulation) halted() error {
	select {
	case <-s.stop:
		return errHalted
	default:
		return nil
	}
}

// Next replaces the content of rows, reusing its memory, by the next ones, at
// most a few thousand (one step's rows are never cut); false at the end. Where
// steps come to none it may give none, so that the reader can end it.
func (s *Simulation) Next(rows *Rows) bool {
	m := s.m
	rows.Time, rows.Series, rows.Donor = rows.Time[:0], rows.Series[:0], rows.Donor[:0]
	for len(rows.Value) < m.values {
		rows.Value = append(rows.Value, nil)
	}
	rows.Value = rows.Value[:m.values]
	for v := range rows.Value {
		rows.Value[v] = rows.Value[v][:0]
	}
	pieces := 0
	for len(rows.Time) == 0 || len(rows.Time)+len(m.names) <= rowsPerBatch && !s.enoughWith(len(rows.Time)) {
		if s.piece == nil || s.at == s.piece.count {
			if s.fetched == 1 && len(rows.Time) > 0 {
				break // the first rows are not kept waiting
			}
			if s.fetched++; s.fetched == 2 {
				close(s.more)
			}
			if !s.fetch() {
				break
			}
			if pieces++; pieces > 1 && len(rows.Time) == 0 {
				return true
			}
		}
		if m.events != nil {
			s.scattered(rows)
		} else {
			s.step(rows)
		}
	}
	s.given += int64(len(rows.Time))
	return len(rows.Time) > 0
}

// enoughWith tells whether so many rows are the last that are wanted: where they
// are few and far between, the next may be a million steps away.
func (s *Simulation) enoughWith(rows int) bool {
	return s.given < s.w.Rows && s.given+int64(rows) >= s.w.Rows
}

// step appends the rows of one step.
func (s *Simulation) step(rows *Rows) {
	p, i := s.piece, s.at
	s.at++
	for at, c := range s.m.emit {
		if p.absent[c][i] {
			continue
		}
		rows.Time = append(rows.Time, p.time[i])
		rows.Donor = append(rows.Donor, p.donor[i])
		rows.Series = append(rows.Series, int32(at))
		for v := range rows.Value {
			rows.Value[v] = append(rows.Value[v], p.value[c*s.m.values+v][i])
		}
	}
}

// Close releases the simulation's goroutines.
func (s *Simulation) Close() {
	s.halt()
	s.wg.Wait()
	s.tiles, s.now, s.piece = nil, nil, nil
}
