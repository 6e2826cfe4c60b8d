package engine

import (
	"math"
	"runtime"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/work"
)

// tiling cuts a window into the model's tiles, for workers that render them side
// by side.
type tiling struct {
	*Simulation
	from, to int64 // steps
	enough   int64 // the step before which the rows that are wanted lie
	workers  int
	plans    *plans // nil: innovations are not resampled
	planned  int64  // the group of plans that was asked for last
	jobs     chan job
}

// job is a tile, or what of it lies in the window, to be rendered.
type job struct {
	from, to int64
	out      chan *piece
}

// leastTile is the steps of a tile where a restart must know little.
const leastTile = 2048

// lay chooses the length of tiles by what a restart must know.
func (m *Model) lay() {
	m.tile = int64(max(leastTile, 8*m.dynamics.warm))
	for k := range m.variable {
		m.rests = m.rests || m.variable[k].idle != nil
		if h := m.variable[k].hold; h != nil {
			m.reach = max(m.reach, int64(h.reach))
		}
	}
	m.tile = max(m.tile, 4*m.reach)
}

// newTiling lays out a simulation that has not begun.
func newTiling(s *Simulation) *tiling {
	m, w := s.m, s.w
	t := &tiling{Simulation: s, from: m.cal.Ceil(w.Start, &s.zone), to: m.cal.Ceil(w.End, &s.zone),
		workers: w.Workers, planned: math.MinInt64, jobs: make(chan job)}
	if m.events != nil {
		t.from-- // whose rows may come later
	}
	t.enough = m.enough(w, t.from)
	if t.workers <= 0 {
		t.workers = runtime.GOMAXPROCS(0)
	}
	s.tiles = make(chan chan *piece, t.workers)
	s.spare = make(chan *piece, 4*t.workers)
	if w.Turns && t.workers == 1 {
		s.turn = make(chan struct{}, 1)
	}
	if m.planner != nil {
		t.plans = m.plansOf(w.Seed)
	}
	return t
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

// handOut gives the tiles to the workers, and to the reader in their order. The
// first one is made as it is read, and alone, for those who want few rows; once
// more is read, every worker runs ahead, up to where there is enough.
func (t *tiling) handOut() {
	defer close(t.tiles)
	defer close(t.jobs)
	for a := t.from; a < t.to; {
		b := min(t.to, (civil.FloorDiv(a, t.m.tile)+1)*t.m.tile)
		first, last := a == t.from, b >= t.enough
		if !first {
			t.planAhead(b)
		}
		ahead := 4
		if first || last {
			ahead = 0
		}
		j := job{a, b, make(chan *piece, ahead)}
		if !put(t.Simulation, t.jobs, j) || !put(t.Simulation, t.tiles, j.out) {
			return
		}
		if first && !t.await(t.more) || last && !t.await(t.next) {
			return
		}
		a = b
	}
}

// planAhead has the steps planned that the workers come to once they have gone on
// from a step by a tile each.
func (t *tiling) planAhead(from int64) {
	soon := from + int64(t.workers)*t.m.tile
	if t.plans == nil || t.workers == 1 || soon >= t.to {
		return
	}
	if g := t.m.planner.groupOf(soon); g != t.planned {
		t.planned = g
		t.run(func() { t.plans.group(g) })
	}
}

// work renders tiles until there are no more.
func (t *tiling) work(variables []variable) {
	r := t.m.newRenderer(t.m.innovator(t.w.Seed, t.plans), variables)
	r.endBy(t.halted)
	for j := range t.jobs {
		t.guarded(func() { // once it is halted, nobody reads what is left
			_ = work.Guarded(func() { t.render(r, j.from, j.to, j.out, j.from == t.from) })
		})
		close(j.out)
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
