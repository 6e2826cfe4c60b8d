package sqlfuncs

import (
	"math"
	"slices"
)

// A definition's level is a guess, the rows that update it are seen. Where
// both have values of the same steps, the pseudo-observations of the series
// are brought to the level of the rows, as far as these weigh:
//
//	y' = y·(m/m₀)^w  or  y + w·(m − m₀)  where values may be negative,
//	w = n/(n + n₀),
//
// with m and m₀ the means of the rows and of the pseudo-observations over
// their n common steps, and n₀ the steps of a day, twelve at least: a day of
// rows weighs as much as the definition, a week seven times as much. Seasons,
// memory and the shape of the noise stay the definition's, of which a few
// rows tell little.

// leastWeight is n₀ where a step is a large part of a day, or longer.
const leastWeight = 12

// level brings the pseudo-observations of a definition to the level of h's
// rows. at finds the row of h that has the series and time of one of them.
func (old *history) level(h *history, weight float64, at func(i int) (row int, ok bool)) {
	pseudo := make([][]int, old.seriesCount())
	for i, s := range old.index {
		pseudo[s] = append(pseudo[s], i)
	}
	for v := range old.values {
		for _, of := range pseudo {
			var seen, told, n float64
			for _, i := range of {
				row, ok := at(i)
				if !ok || math.IsNaN(h.values[v][row]) || math.IsNaN(old.values[v][i]) {
					continue
				}
				seen, told, n = seen+h.values[v][row], told+old.values[v][i], n+1
			}
			if n > 0 {
				old.shift(v, of, seen/n, told/n, n/(n+weight))
			}
		}
	}
}

// shift moves the values of some observations, told a mean, towards the mean
// that was seen. They keep their decimals and, where they heap up at an end of
// their range, that end.
func (old *history) shift(v int, of []int, seen, told, weight float64) {
	values := make([]float64, 0, len(of))
	for _, i := range of {
		if !math.IsNaN(old.values[v][i]) {
			values = append(values, old.values[v][i])
		}
	}
	slices.Sort(values)
	low, high := ends(values)
	ratio := math.Pow(seen/told, weight)
	scaled := values[0] >= 0 && seen > 0 && told > 0
	unit := math.Pow10(decimalsSeen(values, old.scale[v]))
	for _, i := range of {
		y := old.values[v][i] + weight*(seen-told)
		if scaled {
			y = old.values[v][i] * ratio
		}
		old.values[v][i] = min(max(math.Round(y*unit)/unit, low), high)
	}
}

// ends are the ends of the range of sorted values, where these heap up; else
// there is none.
func ends(sorted []float64) (low, high float64) {
	const heap = 3
	n := len(sorted)
	low, high = math.Inf(-1), math.Inf(1)
	if n > heap && sorted[0] == sorted[heap-1] {
		low = sorted[0]
	}
	if n > heap && sorted[n-1] == sorted[n-heap] {
		high = sorted[n-1]
	}
	return low, high
}

// decimalsSeen are the decimals of values, most at the most.
func decimalsSeen(values []float64, most int) int {
	for d := range most {
		unit := math.Pow10(d)
		if !slices.ContainsFunc(values, func(y float64) bool { return math.Abs(math.Round(y*unit)/unit-y) > 1e-9*math.Abs(y) }) {
			return d
		}
	}
	return most
}

// place is where an observation belongs.
type place struct {
	series int32
	time   int64
}

// byPlace finds the row of a series and a time.
func (h *history) byPlace() map[place]int {
	rows := make(map[place]int, len(h.times))
	for i, t := range h.times {
		rows[place{h.index[i], t}] = i
	}
	return rows
}

// seriesIn are the numbers that the series of old have in h, where they are
// added when they are new.
func (old *history) seriesIn(h *history) []int32 {
	in := make([]int32, old.seriesCount())
	keys := make([][]byte, len(old.keys))
	for s := range in {
		for k, codes := range old.keys {
			keys[k] = old.keyDict[k].raw(codes[s])
		}
		in[s] = h.seriesOf(keys)
	}
	return in
}
