package sqlfuncs

import (
	"context"
	"strconv"
	"strings"

	"github.com/datamime/datamime/sqlfuncs/pgtypes"
)

// order numbers the series anew in the order in which the server sorts their
// keys. Keys that are equal to the server though not alike (1.0 and 1.00, what
// a collation takes for the same) become one series, under the one that sorts
// first byte by byte.
func (h *history) order(ctx context.Context, s Session) error {
	if h.seriesCount() < 2 {
		return nil
	}
	place, err := h.places(ctx, s, h.seriesCount())
	if err != nil {
		return err
	}
	class, err := h.classes(ctx, s, place)
	if err != nil {
		return err
	}
	for _, a := range h.others {
		if len(a.bySeries) > 0 {
			for len(a.bySeries) < len(place) {
				a.bySeries = append(a.bySeries, null)
			}
			a.merge(class)
		}
	}
	for i, n := range h.index {
		h.index[i] = class[n]
	}
	for k, codes := range h.keys {
		h.keys[k] = firstOf(codes, place, class)
	}
	h.count = classCount(class)
	return nil
}

func classCount(class []int32) int {
	n := int32(0)
	for _, c := range class {
		n = max(n, c+1)
	}
	return int(n)
}

// firstOf gives each class the code of its series that sorts first.
func firstOf(codes, place, class []int32) []int32 {
	sorted := permuted(codes, place)
	of := permuted(class, place)
	out := sorted[:0]
	for i, c := range of {
		if i == 0 || c != of[i-1] {
			out = append(out, sorted[i])
		}
	}
	return out
}

// merge numbers the attribute's series by their classes. Where the series of
// one class differ it is not constant, and goes row by row.
func (a *attribute) merge(class []int32) {
	n := classCount(class)
	merged := make([]int32, n)
	for i := range merged {
		merged[i] = unseen
	}
	alike := true
	for i, c := range class {
		if merged[c] != unseen && merged[c] != a.bySeries[i] {
			alike = false
		}
		merged[c] = a.bySeries[i]
	}
	if !alike && a.constant {
		a.constant = false
		if !a.shifted {
			a.backfill(len(a.h.index), a.seriesCode)
		}
	}
	a.bySeries = merged
}

func permuted(codes, place []int32) []int32 {
	out := make([]int32, len(place))
	for i, c := range codes {
		out[place[i]] = c
	}
	return out
}

// sortKeys are the expressions that the server sorts series by, over the
// arrays of keys in FROM. Types without an order go by their text.
func (h *history) sortKeys() (keys, from string, params []Param) {
	var sources, names, list []string
	for i, c := range h.roles.series {
		col, k := &h.src.columns[c], strconv.Itoa(i+1)
		sources = append(sources, "pg_catalog.unnest($"+k+"::pg_catalog.text[])")
		names = append(names, "k"+k)
		key := "x.k" + k
		if col.sortable {
			key += "::" + col.typeName + col.collate()
		}
		list = append(list, key+" NULLS LAST")
		params = append(params, h.keyTexts(i))
	}
	return strings.Join(list, ", "), "ROWS FROM (" + strings.Join(sources, ", ") + ") WITH ORDINALITY AS x(" + strings.Join(names, ", ") + ", o)", params
}

// places asks the server for the place of each series.
func (h *history) places(ctx context.Context, s Session, series int) ([]int32, error) {
	keys, from, params := h.sortKeys()
	for i := range h.roles.series {
		keys += ", x.k" + strconv.Itoa(i+1) + " COLLATE pg_catalog.\"C\""
	}
	place := make([]int32, series)
	n := int32(0)
	err := s.Query(ctx, "SELECT x.o FROM "+from+" ORDER BY "+keys, params, Binary, func(row [][]byte) error {
		o, ok := pgtypes.ReadInt(pgtypes.Int8, row[0])
		if !ok || o < 1 || int(o) > len(place) {
			return errCopyFormat
		}
		place[o-1] = n
		n++
		return nil
	})
	return place, err
}

// classes asks the server which series are one, where keys that differ can be
// equal to it; else each is one by itself.
func (h *history) classes(ctx context.Context, s Session, place []int32) ([]int32, error) {
	fuzzy := false
	for _, c := range h.roles.series {
		col := &h.src.columns[c]
		switch {
		case col.base == pgtypes.Numeric, col.base == pgtypes.Float4, col.base == pgtypes.Float8, col.collation != "":
			fuzzy = true
		case col.wire() == pgtypes.Text && !col.isText():
			fuzzy = fuzzy || col.sortable
		}
	}
	if !fuzzy {
		return place, nil
	}
	keys, from, params := h.sortKeys()
	class := make([]int32, len(place))
	err := s.Query(ctx, "SELECT x.o, pg_catalog.dense_rank() OVER (ORDER BY "+keys+") FROM "+from, params, Binary, func(row [][]byte) error {
		o, ok := pgtypes.ReadInt(pgtypes.Int8, row[0])
		rank, also := pgtypes.ReadInt(pgtypes.Int8, row[1])
		if !ok || !also || o < 1 || int(o) > len(class) || rank < 1 || int(rank) > len(class) {
			return errCopyFormat
		}
		class[o-1] = int32(rank - 1)
		return nil
	})
	return class, err
}

// keyTexts is the array of one key of all series, as text.
func (h *history) keyTexts(key int) Param {
	texts, _ := forms(&h.src.columns[h.roles.series[key]], h.keyDict[key].values, nil)
	return codedArray(h.keys[key], texts)
}

// order is the order of the rows: by time, then by series.
func (g *generateRelation) order() []int { return append([]int{g.roles.time}, g.roles.series...) }

func (t *targetRelation) order() []int { return nil }
