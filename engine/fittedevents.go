package engine

import (
	"math"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/code"
	"github.com/datamime/datamime/engine/internal/random"
	"github.com/datamime/datamime/engine/internal/stat"
	"github.com/datamime/datamime/engine/internal/stepset"
)

// scatter is the times of irregular rows by parameters: when they come to
// their series, and how late after their steps: of steps of hours by the hour
// at which a step begins, else by series.
type scatter struct {
	arrivals *arrivals
	hourly   bool
	late     []*shape // [hour or series]: in parts of a step
}

// scatterOf learns the times of a sample's rows at the steps observed.
func scatterOf(e *events, cal *calendar, observed stepset.Set) *scatter {
	s := &scatter{arrivals: arrivalsOf(cal, e.row, observed), hourly: cal.sub && cal.Frequency.Micros >= civil.MicrosPerHour}
	s.late = make([]*shape, len(e.row))
	if s.hourly {
		s.late = make([]*shape, 24)
	}
	late := make([][]float64, len(s.late))
	z := civil.Zone{Location: cal.Location}
	for t := range cal.n {
		_, phase := cal.place(int64(t), &z)
		for c, row := range e.row {
			if !row.Has(t) {
				continue
			}
			at := c
			if s.hourly {
				at = cal.hour(phase)
			}
			late[at] = append(late[at], float64(e.offset[c][t])/float64(cal.Frequency.Micros))
		}
	}
	for i, v := range late {
		stat.Sort(v, nil)
		s.late[i] = newShape(v)
	}
	return s
}

func (s *scatter) code(c *code.Coder, series int) {
	if c.Reading() {
		s.arrivals = &arrivals{}
	}
	s.arrivals.code(c, series)
	c.Bool(&s.hourly)
	if c.Reading() {
		s.late = make([]*shape, len(s.arrivals.rate))
		if s.hourly {
			s.late = make([]*shape, 24)
		}
	}
	for i := range s.late {
		codeShape(c, &s.late[i])
	}
}

// scattering draws the times of rows.
type scattering struct {
	*arriving
	hourly bool
	late   []*scores
}

func (s *scatter) build(m *Model) *scattering {
	e := &scattering{hourly: s.hourly}
	for _, l := range s.late {
		t := &scores{}
		t.tabulate(l.at)
		e.late = append(e.late, t)
	}
	var key []uint64
	for c := range m.names {
		key = append(key, m.variable[c*m.values].key)
	}
	e.arriving = s.arrivals.draws(m.cal, key)
	return e
}

func (e *scattering) mark(p *piece, stream uint64, z *civil.Zone) {
	if len(p.offset) < len(e.key) {
		p.offset = make([][]int64, len(e.key))
	}
	cal := e.like.cal
	for c := range e.key {
		p.offset[c] = resize(p.offset[c], p.count)
		for i := range p.count {
			t := p.step + int64(i)
			come, own := e.at(c, t, stream, z)
			p.absent[c][i] = p.absent[c][i] || !come
			at := c
			if e.hourly {
				_, phase := cal.place(t, z)
				at = cal.hour(phase)
			}
			part := e.late[at].whole(random.Gaussian(random.Scramble(own)))
			p.offset[c][i] = int64(math.Max(0, math.Min(.999999, part)) * float64(cal.Frequency.Micros))
		}
	}
}
