package engine

import (
	"errors"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/random"
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

// piece is the simulated values of a run of steps.
type piece struct {
	step   int64
	count  int
	value  [][]float64 // [variable][step]
	absent [][]bool    // [series][step]; nil: no gaps
	donor  []int64
	time   []int64
	offset [][]int64 // [series][step]: of irregular rows after their step
	hole   [][]bool  // [variable][step]: missing values; scratch
}

const (
	rowsPerBatch = 4096
	leastSteps   = 64 // of a piece, but of the first,
	pieceSteps   = 1024
	firstSteps   = 16
)

// stepsOfPiece is how many steps of so many variables a piece has: of many, few
// enough to stay in a processor's own cache (of 120, pieces of 512 steps cost
// 7 % less than of 1024), of very many, enough for what is rendered beside
// them.
func stepsOfPiece(variables int) int64 {
	const (
		cached = 1 << 16 // values
		most   = 1 << 17
	)
	return int64(max(leastSteps, min(pieceSteps, max(pieceSteps/2, cached/variables), most/variables)))
}

// Simulate starts a simulation. It costs its own length plus a fixed warm-up,
// whatever the distance from the sample. Close must be called.
func (m *Model) Simulate(w Window) *Simulation {
	s := &Simulation{m: m, w: w, zone: civil.Zone{Location: m.cal.Location}, stop: make(chan struct{}), more: make(chan struct{}), next: make(chan struct{})}
	if w.Start >= w.End {
		return s
	}
	from, to := m.cal.Ceil(w.Start, &s.zone), m.cal.Ceil(w.End, &s.zone)
	if m.events != nil {
		from-- // whose rows may come later
	}
	workers := w.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	s.tiles = make(chan chan *piece, workers)
	s.spare = make(chan *piece, 4*workers)
	if w.Turns && workers == 1 {
		s.turn = make(chan struct{}, 1)
	}
	p := (*plans)(nil)
	if m.planner != nil { // nil: innovations are not resampled
		p = m.plansOf(w.Seed)
	}
	if p != nil && runtime.GOMAXPROCS(0) > 1 { // beside what comes before the first step
		s.run(func() { p.group(m.planner.groupOf(from)) })
	}
	variables := m.override(w)
	type job struct {
		from, to int64
		out      chan *piece
	}
	jobs := make(chan job)
	enough := m.enough(w, from)
	s.run(func() {
		defer close(s.tiles)
		defer close(jobs)
		planned := int64(math.MinInt64)
		for a := from; a < to; {
			b := min(to, (civil.FloorDiv(a, m.tile)+1)*m.tile)
			if soon := b + int64(workers)*m.tile; p != nil && workers > 1 && a > from && soon < to {
				if g := m.planner.groupOf(soon); g != planned {
					planned = g
					s.run(func() { p.group(g) })
				}
			}
			// The first tile is made as it is read, and alone, for those who
			// want few rows; once more is read, every worker runs ahead, up to
			// where there is enough.
			ahead := 4
			if a == from || b >= enough {
				ahead = 0
			}
			j := job{a, b, make(chan *piece, ahead)}
			select {
			case jobs <- j:
			case <-s.stop:
				return
			}
			select {
			case s.tiles <- j.out:
			case <-s.stop:
				return
			}
			if a == from {
				select {
				case <-s.more:
				case <-s.stop:
					return
				}
			}
			if b >= enough {
				select {
				case <-s.next:
				case <-s.stop:
					return
				}
			}
			a = b
		}
	})
	for range workers {
		s.run(func() {
			r := m.newRenderer(m.innovator(w.Seed, p), variables)
			r.endBy(s.halted)
			for j := range jobs {
				s.guarded(func() { // once it is halted, nobody reads what is left
					_ = work.Guarded(func() { s.render(r, j.from, j.to, j.out, j.from == from) })
				})
				close(j.out)
			}
		})
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

// enough is the step before which the rows of a window that are wanted lie,
// but for gaps.
func (m *Model) enough(w Window, from int64) int64 {
	if w.Rows <= 0 || m.events != nil {
		return math.MaxInt64
	}
	return from + w.Rows/int64(len(m.names)) + 1
}

// plansOf returns the plans of a seed: those of the simulation before where it
// had the same, as a small window costs little else.
func (m *Model) plansOf(seed int64) *plans {
	p := m.plans.Load()
	if p == nil || p.seed != seed {
		p = newPlans(m.planner, seed)
		m.plans.Store(p)
	}
	return p
}

// render simulates the steps from..to, which lie in one tile. The first pieces
// of the first tile are small, for those who want few rows.
func (s *Simulation) render(r *renderer, from, to int64, out chan<- *piece, first bool) {
	if !first && !s.wanted() {
		return
	}
	m := s.m
	most := stepsOfPiece(len(m.variable))
	start := civil.FloorDiv(from, m.tile) * m.tile
	r.rows = random.Stream(s.w.Seed, random.ForGaps)
	r.calm = random.Stream(s.w.Seed, random.ForIdle)
	r.restart(start - m.reach)
	z := civil.Zone{Location: m.cal.Location}
	guard := random.Stream(s.w.Seed, random.ForGuard)
	for a := start - m.reach; a < from; a += most { // to know the state, not the values
		count := int(min(most, from-a))
		r.prepare(a, count)
		r.carry(a, count, guard)
	}
	size := most
	if first {
		size = firstSteps
	}
	for a := from; a < to; a, size = a+size, min(4*size, most) {
		if a > from && !first && !s.wanted() {
			return
		}
		count := int(min(size, to-a))
		r.prepare(a, count)
		p := s.blank()
		p.step, p.count = a, count
		s.paint(r, p, &z)
		select {
		case out <- p:
		case <-s.stop:
			return
		}
	}
}

// wanted waits until it is the worker's turn; false when nobody reads on.
func (s *Simulation) wanted() bool {
	if s.turn == nil {
		return true
	}
	select {
	case <-s.turn:
		return true
	case <-s.stop:
		return false
	}
}

func (s *Simulation) blank() *piece {
	select {
	case p := <-s.spare:
		return p
	default:
		return &piece{value: make([][]float64, len(s.m.variable)), absent: make([][]bool, len(s.m.names))}
	}
}

// paint fills a piece whose steps are prepared.
func (s *Simulation) paint(r *renderer, p *piece, z *civil.Zone) {
	m := s.m
	guard := random.Stream(s.w.Seed, random.ForGuard)
	gap, null := random.Stream(s.w.Seed, random.ForGaps), random.Stream(s.w.Seed, random.ForNulls)
	p.donor, p.time = resize(p.donor, p.count), resize(p.time, p.count)
	for i := range p.count {
		t := p.step + int64(i)
		p.time[i] = m.cal.Time(t, z)
		p.donor[i] = t
		if r.latent != nil {
			p.donor[i] = r.latent.in.source(t)
		} else {
			p.donor[i] = civil.FloorMod(t, int64(m.cal.n))
		}
	}
	for c := range p.absent {
		p.absent[c] = resize(p.absent[c], p.count)
		clear(p.absent[c])
	}
	if m.gaps != nil && !s.w.NoGaps {
		own := func(c int) uint64 { return random.Draw(gap, int64(m.variable[c*m.values].key)) }
		m.gaps.mark(p.absent, p.step, p.count, gap, own, z)
	}
	if m.events != nil {
		m.events.mark(p, gap, z)
	}
	m.cal.change.mark(p)
	for i, t := range p.donor {
		p.donor[i] = m.cal.Time(t, z)
	}
	for k := range m.variable[:m.visible] {
		r.check.Pass(k * checkUnits)
		p.value[k] = resize(p.value[k], p.count)
		r.values(p.value[k], k, p.step, guard)
	}
	r.keepOrder(p)
	if !s.w.NoGaps {
		s.punch(p, null, z)
	}
}

// punch makes values of present rows missing.
func (s *Simulation) punch(p *piece, key uint64, z *civil.Zone) {
	m := s.m
	if len(m.nulls.unit) == 0 && !slices.ContainsFunc(m.nulls.absent, func(a stepSet) bool { return a != nil }) {
		return
	}
	for len(p.hole) < m.visible {
		p.hole = append(p.hole, nil)
	}
	for k := range p.hole {
		p.hole[k] = resize(p.hole[k], p.count)
		clear(p.hole[k])
	}
	m.nulls.mark(p.hole, p.step, p.count, key, func(k int) uint64 { return random.Draw(key, int64(m.variable[k].key)) }, z)
	for k, hole := range p.hole {
		for i, h := range hole {
			if h {
				p.value[k][i] = math.NaN()
			}
		}
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

// fetch waits for the next piece.
func (s *Simulation) fetch() bool {
	if s.piece != nil {
		select {
		case s.spare <- s.piece:
		default:
		}
		s.piece = nil
	}
	for s.tiles != nil {
		if s.now == nil {
			out, ok := s.tile()
			if !ok {
				if p := s.failed.Load(); p != nil {
					panic(p)
				}
				return false
			}
			s.now = out
		}
		if p, ok := s.receive(); ok {
			s.piece, s.at = p, 0
			return true
		}
		s.now = nil
		if p := s.failed.Load(); p != nil {
			panic(p)
		}
	}
	return false
}

// receive waits for the next piece of a tile, and gives the worker its turn where
// there is none yet; false at the tile's end.
func (s *Simulation) receive() (p *piece, ok bool) {
	select {
	case p, ok = <-s.now:
		return p, ok
	default:
	}
	select {
	case s.turn <- struct{}{}:
	default: // it is the worker's already, or always
	}
	p, ok = <-s.now
	return p, ok
}

// tile waits for the next tile, and has it begun where it is not yet.
func (s *Simulation) tile() (out chan *piece, ok bool) {
	select {
	case out, ok = <-s.tiles:
	default:
		select {
		case out, ok = <-s.tiles:
		case s.next <- struct{}{}:
			out, ok = <-s.tiles
		}
	}
	return out, ok
}

// Close releases the simulation's goroutines.
func (s *Simulation) Close() {
	s.halt()
	s.wg.Wait()
	s.tiles, s.now, s.piece = nil, nil, nil
}
