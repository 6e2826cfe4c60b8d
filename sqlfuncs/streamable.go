package sqlfuncs

import "context"

// A streamer is a source of rows that may not be able to give the text and
// the binary form of every column itself.
type streamer interface {
	// streamable tells whether it can for the given columns under the
	// session's settings, and readies their forms.
	streamable(ctx context.Context, s Session, columns []int) (bool, error)
}

func (g *generator) streamable(ctx context.Context, s Session, columns []int) (bool, error) {
	for _, i := range columns {
		switch c := &g.h.src.columns[i]; c.base {
		case oidDate, oidTimestamp:
			if !g.set.isoDates {
				return false, nil
			}
		case oidTimestamptz:
			if !g.set.isoDates || g.set.location == nil {
				return false, nil
			}
		case oidFloat4, oidFloat8:
			if !g.set.floatExact {
				return false, nil
			}
		case oidMoney:
			return false, nil
		default:
			if c.wire() == oidText && !c.isText() && !c.hasSend {
				return false, nil
			}
		}
	}
	for _, i := range columns {
		if err := g.binaryForms(ctx, s, i); err != nil {
			return false, err
		}
	}
	return true, nil
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
	set := arraySet{oids: []uint32{oidText}, data: [][]byte{make([]byte, arrayHeader)}, nulls: []bool{false}, rows: len(codes)}
	set.data[0] = set.append(0, &codeColumn{codes: codes, text: values}, len(codes))
	return set.param(0)
}
