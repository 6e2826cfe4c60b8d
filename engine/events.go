package engine

import (
	"math/bits"
	"slices"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/stepset"
)

// events is when irregular rows come: with the steps whose innovations they
// take, rows come as they came there, so often, so late after the step and so
// jointly.
type events struct {
	row    []stepset.Set // [series]
	offset [][]int64     // [series][step]
}

// silence is the number of steps without any event that tells an unobserved
// stretch from chance and from closed days: a week, and as long as of random
// events one gap in 400 is.
func (c *calendar) silence(row []stepset.Set) int {
	const seldom = 6 // mean distances: e⁻⁶
	count := 0
	some := stepset.New(c.n)
	for _, b := range row {
		for i, w := range b {
			some[i] |= w
		}
	}
	for _, w := range some {
		count += bits.OnesCount64(w)
	}
	return max(c.season, int(7*c.day), seldom*c.n/max(1, count))
}

func newEvents(g *grid) *events { return &events{row: g.row, offset: g.offset} }

// eventTimes are the times of irregular rows.
type eventTimes interface {
	// mark sets where a piece has rows and how late after their steps.
	mark(p *piece, key uint64, z *civil.Zone)
}

// mark takes the rows of the piece's donors, which are steps of the sample.
func (e *events) mark(p *piece, _ uint64, _ *civil.Zone) {
	if len(p.offset) < len(e.row) {
		p.offset = make([][]int64, len(e.row))
	}
	for c := range e.row {
		p.offset[c] = resize(p.offset[c], p.count)
		for i, d := range p.donor {
			if !e.row[c].Has(int(d)) {
				p.absent[c][i] = true
				continue
			}
			p.offset[c][i] = e.offset[c][d]
		}
	}
}

// scattered appends the rows of one step of irregular times, by time and then
// by series.
func (s *Simulation) scattered(rows *Rows) {
	p, i := s.piece, s.at
	s.at++
	type row struct {
		time int64
		at   int
	}
	var here []row
	for at, c := range s.m.emit {
		t := p.time[i] + p.offset[c][i]
		if !p.absent[c][i] && t >= s.w.Start && t < s.w.End {
			here = append(here, row{t, at})
		}
	}
	slices.SortStableFunc(here, func(a, b row) int {
		switch {
		case a.time < b.time:
			return -1
		case a.time > b.time:
			return 1
		}
		return 0
	})
	for _, r := range here {
		c := s.m.emit[r.at]
		rows.Time = append(rows.Time, r.time)
		rows.Donor = append(rows.Donor, p.donor[i])
		rows.Series = append(rows.Series, int32(r.at))
		for v := range rows.Value {
			rows.Value[v] = append(rows.Value[v], p.value[c*s.m.values+v][i])
		}
	}
}
