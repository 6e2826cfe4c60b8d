package sqlfuncs

import "context"

// Format is a format code of the wire protocol.
type Format int16

// The two formats of a value on the wire.
const (
	Text   Format = 0
	Binary Format = 1
)

// Param is one bound parameter. A nil Value is NULL; OID 0 leaves the type to
// the server.
type Param struct {
	OID    uint32
	Format Format
	Value  []byte
}

// Field describes one column of a result, as RowDescription does.
type Field struct {
	Name     string
	TableOID uint32
	Column   int16 // attribute number in TableOID, 0 when it is no table's column
	OID      uint32
	Size     int16
	Modifier int32
}

// same tells whether a client that was told of one field can read the other.
func (f Field) same(g Field) bool {
	return f.Name == g.Name && f.OID == g.OID && f.Modifier == g.Modifier
}

// Session is what a call may ask of the caller's own session: its
// transaction, role, search_path and temporary tables are the caller's. The
// proxy implements it inside the client's message stream; the tests of this
// package implement it on a plain connection.
//
// An error of the server is returned as *ServerError. After one the
// transaction is aborted, as after any failed statement. One method runs at a
// time.
type Session interface {
	// Describe returns the columns and the parameter types of a statement
	// without running it.
	Describe(ctx context.Context, sql string, paramOIDs []uint32) (fields []Field, params []uint32, err error)

	// Query runs one statement and calls row for each of its rows, every value
	// in the format asked for; nil is NULL. The values are valid until row
	// returns. An error of row stops the reading and is returned.
	Query(ctx context.Context, sql string, params []Param, format Format, row func(values [][]byte) error) error

	// CopyTo runs a COPY ... TO STDOUT and calls chunk with the data of each
	// CopyData message, valid until chunk returns.
	CopyTo(ctx context.Context, sql string, chunk func(data []byte) error) error

	// CopyFrom runs a COPY ... FROM STDIN and sends what next appends to dst,
	// until next returns io.EOF; any other error fails the COPY and is
	// returned. It returns the number of rows that the server counted.
	CopyFrom(ctx context.Context, sql string, next func(dst []byte) ([]byte, error)) (rows int64, err error)

	// Parameter returns the last value that the server reported for a
	// parameter (client_encoding, DateStyle, TimeZone, ...), "" for one that
	// it does not report.
	Parameter(name string) string

	// InTransaction tells whether the session is in a transaction block.
	InTransaction() bool

	// Notice sends a NOTICE to the client.
	Notice(n *Error)
}
