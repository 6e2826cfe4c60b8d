package tabular

import (
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

// A Column is one of a result.
type Column struct {
	Name     string
	OID      uint32 // its type
	Modifier int32  // its type modifier, -1 for none
}

// Columns are those that a server announced.
func Columns(fields []pgconn.FieldDescription) []Column {
	columns := make([]Column, len(fields))
	for i, f := range fields {
		columns[i] = Column{f.Name, f.DataTypeOID, f.TypeModifier}
	}
	return columns
}

// A kind is what a format has to tell apart of the server's types.
type kind int

const (
	text kind = iota
	boolean
	int32s // smallint, integer
	int64s
	float32s
	float64s
	numeric
	date
	timestamp
	timestamptz
	document // json, jsonb
	array
)

func (c Column) kind() kind {
	switch c.OID {
	case pgtype.BoolOID:
		return boolean
	case pgtype.Int2OID, pgtype.Int4OID:
		return int32s
	case pgtype.Int8OID, pgtype.OIDOID:
		return int64s
	case pgtype.Float4OID:
		return float32s
	case pgtype.Float8OID:
		return float64s
	case pgtype.NumericOID:
		return numeric
	case pgtype.DateOID:
		return date
	case pgtype.TimestampOID:
		return timestamp
	case pgtype.TimestamptzOID:
		return timestamptz
	case pgtype.JSONOID, pgtype.JSONBOID:
		return document
	}
	if c.element() != 0 {
		return array
	}
	return text
}

func (k kind) isNumber() bool { return k >= int32s && k <= numeric }

// types knows the server's own types.
var types = pgtype.NewMap()

// element is the type of an array's elements, 0 when it is none.
func (c Column) element() uint32 {
	t, ok := types.TypeForOID(c.OID)
	if !ok {
		return 0
	}
	if codec, ok := t.Codec.(*pgtype.ArrayCodec); ok {
		return codec.ElementType.OID
	}
	return 0
}

// decimals are precision and scale of numeric(p, s); false without them.
func (c Column) decimals() (precision, scale int, ok bool) {
	if c.Modifier < 4 {
		return 0, 0, false
	}
	m := c.Modifier - 4
	return int(m >> 16 & 0xffff), int(m&0x7ff^0x400) - 0x400, true
}

// parseTime reads the server's ISO text of a date, a timestamp or a
// timestamptz. What Go cannot hold (infinity, years before Christ) is an
// error.
func parseTime(k kind, value []byte) (time.Time, error) {
	layout, s := time.DateOnly, string(value)
	switch k {
	case timestamp:
		layout = time.DateTime
	case timestamptz:
		layout = time.DateTime + "Z07"
		// +05:30, and before 1900 +00:09:21.
		if at := strings.LastIndexAny(s, "+-"); at > 10 {
			layout = time.DateTime + [...]string{"Z07", "Z07:00", "Z07:00:00"}[strings.Count(s[at:], ":")]
		}
	}
	t, err := time.Parse(layout, s)
	if err != nil {
		return t, fmt.Errorf("%q is no time that fits", s)
	}
	return t, nil
}
