package engine

import (
	"math"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/random"
)

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
	leastSteps = 64 // of a piece, but of the first,
	pieceSteps = 1024
	firstSteps = 16
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
		if !put(s, out, p) {
			return
		}
	}
}

// wanted waits until it is the worker's turn; false when nobody reads on.
func (s *Simulation) wanted() bool { return s.turn == nil || s.await(s.turn) }

// blank is a piece that the reader has done with, or a new one.
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
	if m.nulls.none() {
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
