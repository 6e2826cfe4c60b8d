package sqlfuncs

import (
	"context"
	"strconv"
	"strings"
)

// order numbers the series anew in the order in which the server sorts their
// keys.
func (h *history) order(ctx context.Context, s Session) error {
	if h.seriesCount() < 2 {
		return nil
	}
	place, err := h.places(ctx, s, h.seriesCount())
	if err != nil {
		return err
	}
	for i, n := range h.index {
		h.index[i] = place[n]
	}
	for k, codes := range h.keys {
		h.keys[k] = permuted(codes, place)
	}
	for _, a := range h.others {
		if len(a.bySeries) > 0 {
			for len(a.bySeries) < len(place) {
				a.bySeries = append(a.bySeries, null)
			}
			a.bySeries = permuted(a.bySeries, place)
		}
	}
	return nil
}

func permuted(codes, place []int32) []int32 {
	out := make([]int32, len(place))
	for i, c := range codes {
		out[place[i]] = c
	}
	return out
}

// places asks the server for the place of each series. Types without an order
// go by their text.
func (h *history) places(ctx context.Context, s Session, series int) ([]int32, error) {
	var sources, names, keys []string
	var params []Param
	for i, c := range h.roles.series {
		col, k := &h.src.columns[c], strconv.Itoa(i+1)
		sources = append(sources, "pg_catalog.unnest($"+k+"::pg_catalog.text[])")
		names = append(names, "k"+k)
		key := "x.k" + k
		if col.sortable {
			key += "::" + col.typeName + col.collate()
		}
		keys = append(keys, key+" NULLS LAST")
		params = append(params, h.keyTexts(i))
	}
	for i := range h.roles.series {
		keys = append(keys, "x.k"+strconv.Itoa(i+1)+" COLLATE pg_catalog.\"C\"")
	}
	sql := "SELECT x.o FROM ROWS FROM (" + strings.Join(sources, ", ") + ") WITH ORDINALITY AS x(" +
		strings.Join(names, ", ") + ", o) ORDER BY " + strings.Join(keys, ", ")
	place := make([]int32, series)
	n := int32(0)
	err := s.Query(ctx, sql, params, Binary, func(row [][]byte) error {
		o, ok := readInt(oidInt8, row[0])
		if !ok || o < 1 || int(o) > len(place) {
			return errCopyFormat
		}
		place[o-1] = n
		n++
		return nil
	})
	return place, err
}

// keyTexts is the array of one key of all series, as text.
func (h *history) keyTexts(key int) Param {
	texts, _ := forms(&h.src.columns[h.roles.series[key]], h.keyDict[key].values, nil)
	return codedArray(h.keys[key], texts)
}

// order is the order of the rows: by time, then by series.
func (g *generateRelation) order() []int { return append([]int{g.roles.time}, g.roles.series...) }

func (t *targetRelation) order() []int { return nil }
