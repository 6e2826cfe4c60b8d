package sqlfuncs

import (
	"context"
	"encoding/binary"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/datamime/datamime/sqlfuncs/pgtypes"
	"github.com/datamime/datamime/sqlfuncs/sqltext"
)

// extend makes the generator give new series, wanted of them, in place of the
// source's: the same models drawn anew, under new values of the first series
// column.
func (g *generator) extend(ctx context.Context, in *invocation, wanted int) error {
	h := g.h
	if len(h.roles.series) == 0 {
		return in.wrong("extend", codeInvalid, "Name the columns that tell series apart in series_columns.", "new series need a series column")
	}
	first := &h.src.columns[h.roles.series[0]]
	own := h.seriesCount()
	copies := (wanted + own - 1) / own
	values, err := h.newValues(ctx, in, first, copies)
	if err != nil {
		return err
	}
	keys := make([][]int32, len(h.keys))
	of := make([]int32, wanted)
	for i := range wanted {
		c, s := i/own, i%own
		of[i] = int32(s)
		keys[0] = append(keys[0], values[c][h.keys[0][s]+1])
		for k := 1; k < len(keys); k++ {
			keys[k] = append(keys[k], h.keys[k][s])
		}
	}
	h.keys = keys
	place, err := h.places(ctx, in.session, wanted)
	if err != nil {
		return err
	}
	for k := range keys {
		h.keys[k] = permuted(keys[k], place)
	}
	g.of = permuted(of, place)
	for len(place) < copies*own {
		place = append(place, -1)
	}
	g.clones = &clones{copies: copies, own: own, place: place}
	return nil
}

// newValues are the codes of the new values of a key column: for each copy,
// for each code from NULL's on.
func (h *history) newValues(ctx context.Context, in *invocation, c *column, copies int) ([][]int32, error) {
	d := h.keyDict[0]
	known := map[string]bool{}
	for _, v := range d.values {
		known[strings.ToLower(v)] = true // the column's equality may ignore case
	}
	donors := slices.Clone(d.values)
	text, err := isString(ctx, in.session, c)
	if err != nil {
		return nil, err
	}
	make1, err := newValue(in, c, donors, text)
	if err != nil {
		return nil, err
	}
	out := make([][]int32, copies)
	for k := range copies {
		for code := null; code < len(donors); code++ {
			v, err := make1(k, code)
			for err == nil && text && known[strings.ToLower(v)] {
				v += "'"
			}
			if err != nil {
				return nil, err
			}
			known[strings.ToLower(v)] = true
			out[k] = append(out[k], int32(len(d.values)))
			d.values = append(d.values, v)
		}
	}
	return out, nil
}

// isString tells whether a column is one of strings, and no enum: those of
// types of other people, like citext, are so by their category.
func isString(ctx context.Context, s Session, c *column) (text bool, err error) {
	if c.wire() != pgtypes.Text || c.kind != 'b' {
		return false, nil
	}
	err = s.Query(ctx, "SELECT 1 FROM pg_catalog.pg_type WHERE oid = $1 AND typcategory = 'S'",
		[]Param{{OID: pgtypes.OID, Value: strconv.AppendUint(nil, uint64(c.base), 10)}}, Text, func([][]byte) error { text = true; return nil })
	return text, err
}

// newValue returns what makes the value, as it would be read, that a copy has
// in place of a donor's: a text with a number, the next integers, a uuid.
func newValue(in *invocation, c *column, donors []string, text bool) (func(copy, code int) (string, error), error) {
	switch {
	case text:
		return func(copy, code int) (string, error) {
			v := strconv.Itoa(copy + 2)
			if code != null {
				v = donors[code] + " " + v
			}
			if most := int(c.baseMod) - 4; c.baseMod >= 4 && utf8.RuneCountInString(v) > most {
				return "", in.wrong("extend", codeInvalid, "Use a wider column, or a query that casts it to text.",
					"the new value %s of series column %s does not fit in %s", quoteText(v), sqltext.QuoteName(c.name), c.typeName)
			}
			return v, nil
		}, nil
	case c.isInteger():
		return newInteger(in, c, donors), nil
	case c.base == pgtypes.UUID:
		return func(copy, code int) (string, error) {
			a, b := mix(uint64(copy)+0x9e3779b97f4a7c15), uint64(code+2)
			if code != null {
				a ^= binary.BigEndian.Uint64([]byte(donors[code]))
				b ^= binary.BigEndian.Uint64([]byte(donors[code][8:]))
			}
			u := uuidColumn{values: [][2]uint64{uuidOf(a, b)}}
			return string(u.AppendBinary(nil, 0)), nil
		}, nil
	}
	return nil, in.wrong("extend", codeInvalid, "Name a text, integer or uuid column first in series_columns.",
		"new values of series column %s of type %s cannot be made", sqltext.QuoteName(c.name), c.typeName)
}

func newInteger(in *invocation, c *column, donors []string) func(copy, code int) (string, error) {
	top := int64(0)
	for _, v := range donors {
		if i, ok := pgtypes.ReadInt(c.base, []byte(v)); ok {
			top = max(top, i)
		}
	}
	// Numbers go by the donors' order, whatever the order of the rows was.
	rank := make([]int, len(donors))
	for i := range rank {
		rank[i] = i
	}
	slices.SortFunc(rank, func(a, b int) int {
		x, _ := pgtypes.ReadInt(c.base, []byte(donors[a]))
		y, _ := pgtypes.ReadInt(c.base, []byte(donors[b]))
		return int(min(max(x-y, -1), 1))
	})
	place := make([]int, len(donors))
	for i, code := range rank {
		place[code] = i
	}
	largest := map[uint32]int64{pgtypes.Int2: math.MaxInt16, pgtypes.Int4: math.MaxInt32, pgtypes.Int8: math.MaxInt64}[c.base]
	return func(copy, code int) (string, error) {
		n := int64(copy) * int64(len(donors)+1)
		if code != null {
			n += int64(place[code]) + 1
		} else {
			n += int64(len(donors)) + 1
		}
		if n > largest-top {
			return "", in.wrong("extend", codeInvalid, "Use a wider column, or a query that casts it.",
				"series column %s of type %s has no values left", sqltext.QuoteName(c.name), c.typeName)
		}
		return string(pgtypes.AppendIntBinary(nil, c.base, top+n)), nil
	}
}
