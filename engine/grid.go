package engine

import (
	"slices"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/stat"
	"github.com/datamime/datamime/engine/internal/stepset"
	"github.com/datamime/datamime/engine/internal/work"
)

// grid is a sample on regular steps: latent variable k = c·values + v is value
// column v of series c, series sorted by their key text so that the order in
// which a caller lists them cannot change a model.
type grid struct {
	clock  civil.Clock
	n      int           // steps
	values int           // value columns
	names  []string      // of the series, sorted
	order  []int         // series of the grid -> series of the sample
	x      [][]float64   // [k][step], NaN where missing
	row    []stepset.Set // [series]: steps at which it has a row
	offset [][]int64     // [series][step]: of an irregular row after its step; nil: regular
	report Report
}

// A grid beyond denseCells values, an eighth of a gigabyte, that holds an
// observation for less than one in mostEmpty of them is refused: one absurd
// date among hourly rows spans a million years' steps.
const (
	denseCells = 1 << 24
	mostEmpty  = 20
)

// newGrid places the observations on steps; it returns ErrEmpty when no value
// is known, and ErrSpan when next to nothing is for the length of the span.
func newGrid(s *Sample, rank []int, order []int, c civil.Clock, workers int, check work.Check, share work.Workers) (*grid, error) {
	g := &grid{clock: c, values: len(s.Value), order: order}
	first, last := g.extent(s.Time, share)
	cells := float64(last+1) * float64(len(order)*g.values)
	switch g.n = int(last + 1); {
	case g.n == 0:
		return nil, ErrEmpty
	case first < 0: // the span is beyond what 64 bits hold
		return nil, ErrSpan
	case cells > denseCells && cells > mostEmpty*float64(len(s.Time)*g.values):
		return nil, ErrSpan
	}
	for _, o := range order {
		g.names = append(g.names, s.Series[o])
		g.row = append(g.row, stepset.New(g.n))
		if c.Loose {
			g.offset = append(g.offset, make([]int64, g.n))
		}
	}
	g.x = make([][]float64, len(order)*g.values)
	flat := make([]float64, len(g.x)*g.n)
	share(len(g.x), func(k int) {
		g.x[k] = flat[k*g.n : (k+1)*g.n : (k+1)*g.n]
		for i := range g.x[k] {
			g.x[k][i] = stat.Missing()
		}
	})
	groups := min(workers, len(order))
	duplicates := make([]int, groups)
	share(groups, func(i int) { duplicates[i] = g.fill(s, rank, i, groups, check) })
	for _, d := range duplicates {
		g.report.Duplicates += d
	}
	for _, v := range flat {
		if !stat.IsMissing(v) {
			return g, nil
		}
	}
	return nil, ErrEmpty
}

// extent returns the first and the last step of times, and counts those between steps.
func (g *grid) extent(times []int64, share work.Workers) (first, last int64) {
	type extent struct {
		first, last int64
		off         int
	}
	parts := make([]extent, (len(times)+work.CheckEach-1)/work.CheckEach)
	share.Parts(len(times), work.CheckEach, func(from, to int) {
		e, at := extent{last: -1}, placer{clock: g.clock, zone: &civil.Zone{Location: g.clock.Location}}
		for _, t := range times[from:to] {
			at.move(t)
			e.first, e.last = min(e.first, at.step), max(e.last, at.step)
			if at.off {
				e.off++
			}
		}
		parts[from/work.CheckEach] = e
	})
	last = -1
	for _, e := range parts {
		first, last = min(first, e.first), max(last, e.last)
		g.report.OffGrid += e.off
	}
	return first, last
}

// placer finds the step of one time after another: often it is the same.
type placer struct {
	clock civil.Clock
	zone  *civil.Zone
	known bool
	time  int64
	axis  int64 // the time on the clock's axis
	step  int64
	off   bool // between two steps
}

func (p *placer) move(t int64) {
	if p.known && t == p.time {
		return
	}
	p.known, p.time, p.axis = true, t, p.clock.Axis(t, p.zone)
	p.step, p.off = p.clock.Nearest(p.axis)
}

// fill writes the values of a group of the series, of so many; those of one series
// and step are averaged in the order of their size, so that the order of arrival
// leaves no trace, and rounded as they were. It returns how many were averaged into
// others.
func (g *grid) fill(s *Sample, rank []int, group, groups int, check work.Check) (duplicates int) {
	again := map[[2]int][]int{} // (series, step) -> observations, where several
	place := placer{clock: g.clock, zone: &civil.Zone{Location: g.clock.Location}}
	for i, t := range s.Time {
		check.Pass(i)
		c := rank[s.Index[i]]
		if c%groups != group {
			continue
		}
		place.move(t)
		step := int(place.step)
		if g.row[c].Has(step) {
			again[[2]int{c, step}] = append(again[[2]int{c, step}], i)
			duplicates++
			if g.offset != nil { // the first of several events of a step gives its time
				g.offset[c][step] = min(g.offset[c][step], place.axis-g.clock.At(place.step))
			}
			continue
		}
		g.row[c].Add(step)
		if g.offset != nil {
			g.offset[c][step] = place.axis - g.clock.At(place.step)
		}
		for v := range s.Value {
			if x := s.Value[v][i]; stat.Finite(x) {
				g.x[c*g.values+v][step] = x
			}
		}
	}
	var all []float64
	for at, more := range again {
		for v := range s.Value {
			all = all[:0]
			if x := g.x[at[0]*g.values+v][at[1]]; !stat.IsMissing(x) {
				all = append(all, x)
			}
			for _, i := range more {
				if x := s.Value[v][i]; stat.Finite(x) {
					all = append(all, x)
				}
			}
			if len(all) > 0 {
				slices.Sort(all)
				sum := 0.
				for _, x := range all {
					sum += x
				}
				g.x[at[0]*g.values+v][at[1]] = roundTo(sum/float64(len(all)), decimalsOf(all))
			}
		}
	}
	return duplicates
}
