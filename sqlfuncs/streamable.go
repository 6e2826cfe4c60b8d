package sqlfuncs

import (
	"context"
	"slices"

	"github.com/datamime/datamime/sqlfuncs/pgtypes"
)

// A streamer is a source of rows that may not be able to give the text and
// the binary form of every column itself.
type streamer interface {
	// streamable tells whether it can for the given columns under the
	// session's settings, in binary form alone where text is false, and
	// readies their forms.
	streamable(ctx context.Context, s Session, columns []int, text bool) (bool, error)
}

func (g *generator) streamable(ctx context.Context, s Session, columns []int, text bool) (bool, error) {
	for _, i := range columns {
		c := &g.h.src.columns[i]
		// A domain's constraints on new values are the server's to check.
		if c.base == pgtypes.Money || c.oid != c.base && slices.Contains(g.h.roles.values, i) || c.wire() == pgtypes.Text && !c.isText() && !c.hasSend || text && !g.set.tells(c) {
			return false, nil
		}
	}
	for _, i := range columns {
		if err := g.binaryForms(ctx, s, i); err != nil {
			return false, err
		}
	}
	return true, nil
}

// tells whether a type's text under these settings is the one written here.
func (set *settings) tells(c *column) bool {
	switch c.base {
	case pgtypes.Date, pgtypes.Timestamp:
		return set.isoDates
	case pgtypes.Timestamptz:
		return set.isoDates && set.location != nil
	case pgtypes.Float4, pgtypes.Float8:
		return set.floatExact
	}
	return true
}

// binaryForms asks the server for the binary forms of a column whose values
// were read as text.
func (g *generator) binaryForms(ctx context.Context, s Session, i int) error {
	var out *codeColumn
	switch m := g.makers[i].(type) {
	case *seriesMaker:
		out = &m.out
	case *donorMaker:
		out = &m.out
	case *calendarMaker:
		out = &m.out
	default:
		return nil
	}
	if out.binary != nil || len(out.text) == 0 {
		return nil
	}
	out.binary = make([]string, 0, len(out.text))
	return s.Query(ctx, "SELECT x.v::"+g.h.src.columns[i].typeName+
		" FROM pg_catalog.unnest($1::pg_catalog.text[]) WITH ORDINALITY AS x(v, o) ORDER BY x.o",
		[]Param{textArray(out.text)}, Binary, func(row [][]byte) error {
			out.binary = append(out.binary, string(row[0]))
			return nil
		})
}

// textArray is a text[] of the values.
func textArray(values []string) Param {
	codes := make([]int32, len(values))
	for i := range codes {
		codes[i] = int32(i)
	}
	return codedArray(codes, values)
}

// codedArray is a text[] of values by their codes.
func codedArray(codes []int32, values []string) Param {
	set := arraySet{oids: []uint32{pgtypes.Text}, data: [][]byte{make([]byte, arrayHeader)}, nulls: []bool{false}, rows: len(codes)}
	set.data[0] = set.append(0, &codeColumn{codes: codes, text: values}, len(codes))
	return set.param(0)
}
