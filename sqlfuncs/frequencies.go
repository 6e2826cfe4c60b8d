package sqlfuncs

import (
	"cmp"
	"math"
	"slices"
	"sort"
	"time"
)

// frequencies is how an attribute that varies is made in the fitted form of a
// model: its values come as often as in the source, in each cell of what tells
// most about them, a feature of the calendar, the series, or both. No row can
// be told from it: values that few rows have are left out, and the shares of a
// cell are drawn towards those of the whole.
type frequencies struct {
	bySeries bool
	feature  *feature // nil: none
	whole    []int32  // cumulative shares of NULL and then the dictionary's values, in parts of shareParts
	cells    map[cell][]int32
}

// A cell is what is known of a row.
type cell struct {
	series int32 // 0 where it does not count
	key    int64
}

const (
	shareParts  = 4096
	commonRows  = 10  // that a value has, or that a cell's own shares are made of
	mostValues  = 256 // that are kept
	shareWeight = 5   // of the whole's shares in a cell, in rows
	leastCommon = .5  // of the rows have a value that is kept, else there is none
)

// frequenciesOf learns the shares of the values of an attribute that is kept
// row by row, and leaves in its dictionary those that are in use.
func frequenciesOf(a *attribute, loc *time.Location) *frequencies {
	codes, n := a.commonValues()
	f := &frequencies{}
	if n == 0 {
		f.whole = cumulative([]int{1}, nil)
		return f
	}
	count := make([]int, n+1)
	for _, c := range codes {
		if c > unseen {
			count[c+1]++
		}
	}
	f.whole = cumulative(count, nil)
	best, tables := f.tellingMost(a, codes, count, loc)
	f.bySeries, f.feature, f.cells = best.bySeries, best.feature, map[cell][]int32{}
	for k, own := range tables {
		if sum(own) >= commonRows {
			f.cells[k] = cumulative(own, count)
		}
	}
	return f
}

// commonValues replaces the dictionary by the values that many rows have, in
// the order of their bytes, and gives the rows' codes in it, unseen for others.
func (a *attribute) commonValues() (codes []int32, values int) {
	count := make([]int, len(a.dict.values))
	for _, c := range a.codes {
		if c != null {
			count[c]++
		}
	}
	var kept []int32
	for c, n := range count {
		if n >= commonRows {
			kept = append(kept, int32(c))
		}
	}
	slices.SortFunc(kept, func(x, y int32) int { return cmp.Or(count[y]-count[x], cmp.Compare(a.utf8(x), a.utf8(y))) })
	kept = kept[:min(len(kept), mostValues)]
	slices.SortFunc(kept, func(x, y int32) int { return cmp.Compare(a.utf8(x), a.utf8(y)) })
	place, dict := make([]int32, len(count)), make([]string, len(kept))
	for i := range place {
		place[i] = unseen
	}
	for i, c := range kept {
		place[c], dict[i] = int32(i), a.dict.values[c]
	}
	codes = make([]int32, len(a.codes))
	common := 0
	for i, c := range a.codes {
		if codes[i] = null; c != null {
			codes[i] = place[c]
		}
		if codes[i] != unseen {
			common++
		}
	}
	if float64(common) < leastCommon*float64(len(codes)) {
		dict = nil
	}
	a.dict = dictionary{values: dict}
	return codes, len(dict)
}

func (a *attribute) utf8(code int32) string { return a.h.inUTF8(a.dict.values[code], a.column) }

// tellingMost finds the cells that tell most about the values, by Schwarz's
// criterion (1978, Estimating the dimension of a model, Annals of Statistics 6).
func (f *frequencies) tellingMost(a *attribute, codes []int32, whole []int, loc *time.Location) (best frequencies, tables map[cell][]int) {
	most := math.Inf(-1)
	consider := func(t frequencies) {
		own := t.count(a, codes, len(whole), loc)
		if own == nil {
			return
		}
		score, rows := 0., sum(whole)
		for _, cell := range own {
			n := float64(sum(cell))
			for _, k := range cell {
				if k > 0 {
					score += float64(k) * math.Log(float64(k)/n)
				}
			}
		}
		if score -= .5 * math.Log(float64(rows)) * float64(len(own)*(len(whole)-1)); score > most {
			most, best, tables = score, t, own
		}
	}
	several := a.h.seriesCount() > 1
	consider(frequencies{})
	if several {
		consider(frequencies{bySeries: true})
	}
	for i := range features {
		if features[i].cycle {
			consider(frequencies{feature: &features[i]})
			if several {
				consider(frequencies{feature: &features[i], bySeries: true})
			}
		}
	}
	return best, tables
}

// count counts NULL and the values in each cell; nil where the cells are too
// many for the rows.
func (f *frequencies) count(a *attribute, codes []int32, values int, loc *time.Location) map[cell][]int {
	tables := map[cell][]int{}
	for i, c := range codes {
		if c == unseen {
			continue
		}
		k := f.cell(a.h.index[i], a.h.times[i], loc)
		t := tables[k]
		if t == nil {
			if len(tables)*commonRows > len(codes) {
				return nil
			}
			t = make([]int, values)
			tables[k] = t
		}
		t[c+1]++
	}
	return tables
}

func (f *frequencies) cell(series int32, us int64, loc *time.Location) (c cell) {
	if f.bySeries {
		c.series = series
	}
	if f.feature != nil {
		c.key = f.feature.key(momentOf(us, loc))
	}
	return c
}

func sum(count []int) (n int) {
	for _, k := range count {
		n += k
	}
	return n
}

// cumulative are the cumulative shares of counts, drawn towards those of the
// whole, but where a cell has one value alone; nil: they are the whole.
func cumulative(count, whole []int) []int32 {
	n, all := float64(sum(count)), float64(sum(whole))
	weight := 0.
	if whole != nil && slices.Max(count) < sum(count) {
		weight = shareWeight
	}
	out, total := make([]int32, len(count)), 0.
	for i, k := range count {
		share := float64(k)
		if weight > 0 {
			share += weight * float64(whole[i]) / all
		}
		total += share / (n + weight)
		out[i] = int32(math.Round(total * shareParts))
	}
	out[len(out)-1] = shareParts
	return out
}

// A frequencyMaker draws an attribute's values; a value hangs on seed, series,
// time and column alone.
type frequencyMaker struct {
	of   *frequencies
	loc  *time.Location
	salt []uint64 // per series
	out  codeColumn
}

func (g *generator) newFrequencyMaker(a *attribute) *frequencyMaker {
	m := &frequencyMaker{of: a.shares, loc: g.request.location, salt: g.salts(a.column)}
	m.out.text, m.out.binary = forms(a.column, a.dict.values, g.set.location)
	return m
}

func (m *frequencyMaker) column(g *generator, n int) Column {
	m.out.codes = m.out.codes[:0]
	for i, us := range g.rows.Time[:n] {
		s := g.rows.Series[i]
		shares, ok := m.of.cells[m.of.cell(g.source(s), us, m.loc)]
		if !ok {
			shares = m.of.whole
		}
		x := int32(mix(m.salt[s]+mix(uint64(us)+0x9e3779b97f4a7c15)) % shareParts)
		m.out.codes = append(m.out.codes, int32(sort.Search(len(shares), func(k int) bool { return shares[k] > x })-1))
	}
	return &m.out
}
