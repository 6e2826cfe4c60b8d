package tabular

import (
	"bytes"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"
)

// rowGroup is how many rows are held and compressed together.
const rowGroup = 1 << 17

// batch is how many rows go to the library at once.
const batch = 512

// A parquetWriter writes typed columns, all of them optional. numeric without
// a precision of at most 18 digits is a double; what Parquet has no type for
// is text.
type parquetWriter struct {
	w       *parquet.GenericWriter[any]
	columns []Column
	rows    []parquet.Row
}

// A group is a record whose fields keep their order; parquet.Group sorts them
// by name.
type group struct {
	parquet.Group
	names []string
}

func (g group) Fields() []parquet.Field {
	fields := g.Group.Fields()
	slices.SortFunc(fields, func(a, b parquet.Field) int {
		return slices.Index(g.names, a.Name()) - slices.Index(g.names, b.Name())
	})
	return fields
}

func newParquet(w io.Writer, columns []Column) (*parquetWriter, error) {
	g := group{Group: parquet.Group{}}
	for _, c := range columns {
		if g.Group[c.Name] != nil {
			return nil, fmt.Errorf("two columns are named %q, which Parquet does not allow", c.Name)
		}
		g.Group[c.Name] = parquet.Optional(c.node())
		g.names = append(g.names, c.Name)
	}
	schema := parquet.NewSchema("result", g)
	return &parquetWriter{
		w: parquet.NewGenericWriter[any](w, schema, parquet.Compression(&zstd.Codec{}),
			parquet.MaxRowsPerRowGroup(rowGroup), parquet.CreatedBy("datamime", "", "")),
		columns: columns,
	}, nil
}

// node is the type of a column in Parquet.
func (c Column) node() parquet.Node {
	switch c.kind() {
	case boolean:
		return parquet.Leaf(parquet.BooleanType)
	case int32s:
		return parquet.Int(32)
	case int64s:
		return parquet.Int(64)
	case float32s:
		return parquet.Leaf(parquet.FloatType)
	case numeric:
		if p, s, ok := c.exact(); ok {
			return parquet.Decimal(s, p, parquet.Int64Type)
		}
		return parquet.Leaf(parquet.DoubleType)
	case float64s:
		return parquet.Leaf(parquet.DoubleType)
	case date:
		return parquet.Date()
	case timestamp:
		return parquet.TimestampAdjusted(parquet.Microsecond, false)
	case timestamptz:
		return parquet.Timestamp(parquet.Microsecond)
	case document:
		return parquet.JSON()
	}
	return parquet.Encoded(parquet.String(), &parquet.RLEDictionary)
}

// exact tells whether a numeric column fits into 64 bits as it is.
func (c Column) exact() (precision, scale int, ok bool) {
	p, s, ok := c.decimals()
	return p, s, ok && p <= 18 && s >= 0 && s <= p
}

func (p *parquetWriter) Row(values [][]byte) error {
	row := make(parquet.Row, len(values))
	for i, v := range values {
		if v == nil {
			row[i] = parquet.NullValue().Level(0, 0, i)
			continue
		}
		value, err := p.columns[i].parquetValue(v)
		if err != nil {
			return fmt.Errorf("column %q: %w", p.columns[i].Name, err)
		}
		row[i] = value.Level(0, 1, i)
	}
	if p.rows = append(p.rows, row); len(p.rows) < batch {
		return nil
	}
	return p.flush()
}

func (p *parquetWriter) flush() error {
	_, err := p.w.WriteRows(p.rows)
	p.rows = p.rows[:0]
	return err
}

// parquetValue turns the server's text into a value of node's type.
func (c Column) parquetValue(v []byte) (parquet.Value, error) {
	switch k := c.kind(); k {
	case boolean:
		return parquet.BooleanValue(v[0] == 't'), nil
	case int32s:
		n, err := strconv.ParseInt(string(v), 10, 32)
		return parquet.Int32Value(int32(n)), err
	case int64s:
		n, err := strconv.ParseInt(string(v), 10, 64)
		return parquet.Int64Value(n), err
	case float32s:
		f, err := strconv.ParseFloat(string(v), 32)
		return parquet.FloatValue(float32(f)), err
	case numeric:
		if _, scale, ok := c.exact(); ok {
			n, err := scaled(string(v), scale)
			return parquet.Int64Value(n), err
		}
		f, err := strconv.ParseFloat(string(v), 64)
		return parquet.DoubleValue(f), err
	case float64s:
		f, err := strconv.ParseFloat(string(v), 64)
		return parquet.DoubleValue(f), err
	case date, timestamp, timestamptz:
		t, err := parseTime(k, v)
		if k == date {
			return parquet.Int32Value(int32(t.Unix() / int64(24*time.Hour/time.Second))), err
		}
		return parquet.Int64Value(t.UnixMicro()), err
	}
	return parquet.ByteArrayValue(bytes.Clone(v)), nil
}

// scaled is a decimal number times 10^scale.
func scaled(s string, scale int) (int64, error) {
	whole, fraction, _ := strings.Cut(s, ".")
	if len(fraction) > scale {
		return 0, fmt.Errorf("%s has more than %d decimals", s, scale)
	}
	n, ok := new(big.Int).SetString(whole+fraction+strings.Repeat("0", scale-len(fraction)), 10)
	if !ok || !n.IsInt64() {
		return 0, fmt.Errorf("%s is no number of 18 digits", s)
	}
	return n.Int64(), nil
}

func (p *parquetWriter) Close() error {
	if err := p.flush(); err != nil {
		return err
	}
	return p.w.Close()
}
