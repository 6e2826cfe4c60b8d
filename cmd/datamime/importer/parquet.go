package importer

import (
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgtype"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"

	"github.com/datamime/datamime/cmd/datamime/locale"
)

// fillParquet spools the columns of a Parquet file, those of groups with the
// group's name and a dot in front, and those that repeat as a list.
func (s *spooledFile) fillParquet(f *os.File, size int64) error {
	return s.fillTable(&table{format: "Parquet", unit: "row", names: []string{}}, func(w *tableWriter) (err error) {
		// The library panics on some files that are damaged.
		defer func() {
			if r := recover(); r != nil {
				err = errDamagedParquet
			}
		}()
		file, err := parquet.OpenFile(f, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
		if err != nil {
			return errDamagedParquet
		}
		return readParquet(file, w)
	})
}

var errDamagedParquet = &saidError{func() string { return locale.Say("it starts like Parquet, but is damaged") }}

func readParquet(file *parquet.File, w *tableWriter) error {
	leaves := parquetLeaves(file.Root(), "")
	for _, l := range leaves {
		w.names, w.types = append(w.names, l.name), append(w.types, l.sqlType)
	}
	w.fields = len(leaves)
	line := 0
	for _, group := range file.RowGroups() {
		if err := readRowGroup(group, leaves, w, &line); err != nil {
			return err
		}
	}
	return nil
}

func readRowGroup(group parquet.RowGroup, leaves []parquetLeaf, w *tableWriter, line *int) error {
	rows := group.Rows()
	defer rows.Close()
	buffer := make([]parquet.Row, 256)
	row := make([]cell, len(leaves))
	for {
		n, err := rows.ReadRows(buffer)
		for _, values := range buffer[:n] {
			*line++
			clear(row)
			for _, v := range values {
				i := v.Column()
				if i < 0 || i >= len(leaves) || v.IsNull() {
					continue
				}
				c := leaves[i].read(v)
				if row[i].text != "" {
					c = cell{row[i].text + "," + c.text, false}
				}
				row[i] = c
			}
			if err := w.add(*line, row); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return errDamagedParquet
		}
	}
}

// A parquetLeaf is a column of values: its name, PostgreSQL's type ("" where
// the texts have to tell), and how a value reads.
type parquetLeaf struct {
	name, sqlType string
	read          func(parquet.Value) cell
}

// parquetLeaves are the columns below one, in the file's order.
func parquetLeaves(c *parquet.Column, prefix string) []parquetLeaf {
	var leaves []parquetLeaf
	for _, child := range c.Columns() {
		name := prefix + child.Name()
		if !child.Leaf() {
			leaves = append(leaves, parquetLeaves(child, name+".")...)
			continue
		}
		sqlType, read := parquetType(child.Type())
		if child.Repeated() || strings.HasSuffix(name, ".list.element") || strings.HasSuffix(name, ".list.item") {
			sqlType = ""
		}
		name = strings.TrimSuffix(strings.TrimSuffix(name, ".list.element"), ".list.item")
		leaves = append(leaves, parquetLeaf{name, sqlType, read})
	}
	return leaves
}

// parquetType is how values of a type read.
func parquetType(t parquet.Type) (sqlType string, read func(parquet.Value) cell) {
	if l := t.LogicalType(); l != nil {
		if sqlType, read := logicalType(l.Value); read != nil {
			return sqlType, read
		}
	}
	switch t.Kind() {
	case parquet.Boolean:
		return "boolean", func(v parquet.Value) cell { return cell{strconv.FormatBool(v.Boolean()), true} }
	case parquet.Int32:
		return "integer", func(v parquet.Value) cell { return cell{strconv.FormatInt(parquetInt(v), 10), true} }
	case parquet.Int64:
		return "bigint", func(v parquet.Value) cell { return cell{strconv.FormatInt(parquetInt(v), 10), true} }
	case parquet.Int96:
		return "timestamp", func(v parquet.Value) cell { return cell{oldParquetTime(v.Int96()), true} }
	case parquet.Float:
		return "double precision", func(v parquet.Value) cell { return cell{parquetFloat(float64(v.Float()), 32), true} }
	case parquet.Double:
		return "double precision", func(v parquet.Value) cell { return cell{parquetFloat(v.Double(), 64), true} }
	}
	return "", func(v parquet.Value) cell { return cell{string(v.ByteArray()), false} }
}

// logicalType is what a file says of a column beyond how it is stored.
func logicalType(t format.LogicalTypeValue) (sqlType string, read func(parquet.Value) cell) {
	const seconds = "2006-01-02 15:04:05.999999"
	switch t := t.(type) {
	case *format.TimestampType:
		sqlType, layout := "timestamp", seconds
		if t.IsAdjustedToUTC {
			sqlType, layout = "timestamptz", seconds+"Z"
		}
		unit := t.Unit.Value.Duration()
		second := int64(time.Second / unit)
		return sqlType, func(v parquet.Value) cell {
			n := parquetInt(v)
			return cell{time.Unix(n/second, n%second*int64(unit)).UTC().Format(layout), true}
		}
	case *format.DateType:
		return "date", func(v parquet.Value) cell {
			return cell{time.Unix(parquetInt(v)*86400, 0).UTC().Format(time.DateOnly), true}
		}
	case *format.TimeType:
		unit := t.Unit.Value.Duration()
		return "time", func(v parquet.Value) cell {
			return cell{time.Unix(0, 0).UTC().Add(time.Duration(parquetInt(v)) * unit).Format("15:04:05.999999"), true}
		}
	case *format.DecimalType:
		return "numeric", func(v parquet.Value) cell { return cell{parquetDecimal(v, int(t.Scale)), true} }
	case *format.IntType:
		if !t.IsSigned && t.BitWidth >= 32 {
			return "numeric", func(v parquet.Value) cell { return cell{strconv.FormatUint(v.Uint64()&(1<<t.BitWidth-1), 10), true} }
		}
	case *format.UUIDType:
		return "uuid", func(v parquet.Value) cell {
			id := pgtype.UUID{Valid: len(v.ByteArray()) == 16}
			copy(id.Bytes[:], v.ByteArray())
			return cell{id.String(), true}
		}
	}
	return "", nil
}

// parquetInt is a whole number, however wide.
func parquetInt(v parquet.Value) int64 {
	if v.Kind() == parquet.Int32 {
		return int64(v.Int32())
	}
	return v.Int64()
}

// parquetFloat writes a number; what is none is missing.
func parquetFloat(f float64, bits int) string {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return ""
	}
	return strconv.FormatFloat(f, 'g', -1, bits)
}

// oldParquetTime reads a Julian day and the nanoseconds in it.
func oldParquetTime(v deprecated.Int96) string {
	const julian1970 = 2440588
	nanoseconds := int64(v[1])<<32 | int64(v[0])
	at := time.Unix((int64(v[2])-julian1970)*86400, nanoseconds).UTC()
	return at.Format("2006-01-02 15:04:05.999999")
}

// parquetDecimal writes a whole number, divided by 10^scale.
func parquetDecimal(v parquet.Value, scale int) string {
	n := new(big.Int)
	switch v.Kind() {
	case parquet.Int32, parquet.Int64:
		n.SetInt64(parquetInt(v))
	default: // two's complement, the highest byte first
		b := slices.Clone(v.ByteArray())
		n.SetBytes(b)
		if len(b) > 0 && b[0] >= 0x80 {
			n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
		}
	}
	sign := ""
	if n.Sign() < 0 {
		sign = "-"
		n.Neg(n)
	}
	digits := n.String()
	if scale <= 0 {
		return sign + digits
	}
	if len(digits) <= scale {
		digits = strings.Repeat("0", scale-len(digits)+1) + digits
	}
	return fmt.Sprintf("%s%s.%s", sign, digits[:len(digits)-scale], digits[len(digits)-scale:])
}
