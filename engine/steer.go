package engine

import (
	"math"

	"github.com/datamime/datamime/engine/internal/random"
)

// Weights of what a plan is steered by, beside the logarithms of the spreads
// by one unit and by seven; and how long exchanges are tried. 8 instead of 30
// times: 1.109 instead of 1.101 (see doc.go).
const (
	steerMean   = 2.  // of the mean, in standard deviations
	steerLag    = 1.  // of the autocorrelation
	steerLost   = 1.  // of what the sample lacks,
	steerAll    = .5  // and then of all
	steerPlan   = .01 // of what the plan itself minds
	steerCost   = 3   // that an exchange may cost the plan at most
	steerTries  = 30  // exchanges for each block, within the sample's time
	steerBeyond = 8   // and beyond it
)

// distance of a movement from the one that it should be; lift is how much its
// mean should be higher.
func (c *movement) distance(t *movement, lift float64) float64 {
	d := steerMean*math.Abs(c.mean-t.mean-lift)/t.sd + math.Abs(math.Log(c.sd/t.sd)) + steerLag*math.Abs(c.lag-t.lag)
	if t.wide > 0 && c.wide > 0 {
		d += math.Abs(math.Log(c.wide / t.wide))
	}
	return d
}

// steering is the exchange of the blocks of a group under way.
type steering struct {
	g      *gauge
	first  int            // unit of the sample at which the group begins
	beyond int            // 1: outside the sample's time, where the calendar's part is left out
	z, y   [][]float64    // [probe][unit]: means of the scores, of the values
	masks  [][]bool       // [mask][unit]: what counts
	weight []float64      // [mask]
	weeks  [][][]unitSums // [mask][probe][seven units]
	sums   [][]unitSums   // [mask][probe]
	lift   [][]float64    // [mask][probe]
}

// newSteering lays out a group of blocks whose first one is given. Within the
// sample's time the stretches that it lacks count by themselves too: they are
// what is asked for most often.
func newSteering(g *gauge, blocks int, first int64) *steering {
	per := g.length / g.unit
	n, units := len(g.probes), blocks*per
	s := &steering{g: g, first: int(max(-1<<40, min(1<<40, first))) * per}
	all, lost := make([]bool, units), make([]bool, units)
	inside, gone := 0, 0
	for u := range units {
		if i := s.first + u; i >= 0 && i < g.units {
			all[u], lost[u] = true, g.lost[i]
			inside++
			if lost[u] {
				gone++
			}
		}
	}
	if 2*inside < min(units, g.units) {
		s.beyond = 1
		for u := range all {
			all[u] = true
		}
	}
	s.masks, s.weight = [][]bool{all}, []float64{1}
	if s.beyond == 0 && 5*gone >= inside {
		s.masks, s.weight = append(s.masks, lost), []float64{steerAll, steerLost}
	}
	for range n {
		s.z, s.y = append(s.z, make([]float64, units)), append(s.y, make([]float64, units))
	}
	for range s.masks {
		w := make([][]unitSums, n)
		for i := range w {
			w[i] = make([]unitSums, (units+wideUnits-1)/wideUnits)
		}
		s.weeks, s.sums = append(s.weeks, w), append(s.sums, make([]unitSums, n))
		s.lift = append(s.lift, make([]float64, n))
	}
	s.recount(0, units)
	for k := range s.masks {
		for p := range n {
			if c, ok := s.sums[k][p].movement(); ok && s.beyond == 0 {
				s.lift[k][p] = c.mean - g.probes[p].still
			}
		}
	}
	return s
}

// recount refreshes the units from a to b.
func (s *steering) recount(a, b int) {
	a, b = max(0, a), min(len(s.z[0]), b)
	for p := range s.z {
		probe := &s.g.probes[p]
		for u := a; u < b; u++ {
			s.y[p][u] = s.z[p][u]
			if i := s.first + u; s.beyond == 0 && i >= 0 && i < s.g.units {
				s.y[p][u] = probe.value(i, s.z[p][u])
			}
		}
		for k, mask := range s.masks {
			for w := max(0, a-1) / wideUnits; w*wideUnits < b; w++ {
				old := &s.weeks[k][p][w]
				s.sums[k][p].add(old, -1)
				*old = unitSums{}
				old.count(s.y[p], mask, w*wideUnits)
				s.sums[k][p].add(old, 1)
			}
		}
	}
}

// loss is how far the movements are from those that they should be.
func (s *steering) loss() float64 {
	loss := 0.
	for k := range s.masks {
		sum, n := 0., 0.
		for p := range s.sums[k] {
			c, ok := s.sums[k][p].movement()
			if !ok {
				continue
			}
			d := c.distance(&s.g.probes[p].target[s.beyond], s.lift[k][p])
			if s.g.whole && p == len(s.g.probes)-1 {
				loss += s.weight[k] * d
				continue
			}
			sum += d
			n++
		}
		loss += s.weight[k] * sum / max(1, n)
	}
	return loss
}

// shift adds w times the response r at a block.
func (s *steering) shift(block int, r [][]float64, w float64) {
	a := block * s.g.length / s.g.unit
	for p, v := range r {
		z := s.z[p][a:]
		n := min(len(v), len(z))
		axpy(z[:n], w, v[:n])
	}
}

// replace puts the response by in the place of was, of the weight w.
func (s *steering) replace(block int, was, by [][]float64, w float64) {
	s.shift(block, was, -w)
	s.shift(block, by, w)
	a := block * s.g.length / s.g.unit
	s.recount(a, a+s.g.reach)
}

// steer exchanges the sources of blocks of a plan: chosen[level][block] are
// starts, phase those of the blocks.
func (p *planner) steer(chosen [2][]int32, target []place, phase []int64, first int64, key uint64) {
	g := p.gauge
	s := newSteering(g, p.group, first)
	var response [2][][][]float64
	for level, source := range chosen {
		for j, at := range source {
			r := g.response(p.dynamics, at)
			response[level] = append(response[level], r)
			s.shift(j, r, p.mix[level])
		}
	}
	s.recount(0, len(s.z[0]))
	now := s.loss()
	tries := steerTries
	if s.beyond == 1 {
		tries = steerBeyond
	}
	for try := range tries * p.group {
		bits := random.Draw(key, 2<<32|int64(try))
		level, i, j := int(bits&1), int(bits>>1&0xffffff)%p.group, int(bits>>25&0xffffff)%p.group
		if i == j || phase[i] != phase[j] {
			continue
		}
		q, r := chosen[level], response[level]
		cost := func(block int, start int32) float32 {
			step := (first + int64(block)) * int64(p.length)
			return p.cost(&target[block], &p.of(start).place, start, step, chosen[1-level][block])
		}
		more := cost(i, q[j]) + cost(j, q[i]) - cost(i, q[i]) - cost(j, q[j])
		if level == 0 {
			more += p.moreJumps(q, i, j)
		}
		if more > steerCost {
			continue
		}
		exchange := func() {
			q[i], q[j] = q[j], q[i]
			s.replace(i, r[i], r[j], p.mix[level])
			s.replace(j, r[j], r[i], p.mix[level])
			r[i], r[j] = r[j], r[i]
		}
		exchange()
		then := s.loss()
		if then+steerPlan*float64(more) >= now {
			exchange()
			continue
		}
		now = then
	}
}
