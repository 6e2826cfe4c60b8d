// Package pgtypes is PostgreSQL's own types: their OIDs, and the text and binary forms of
// their values as the server's input, output, send and receive functions have them.
// What appends takes and returns dst, as strconv does.
package pgtypes

// OIDs of PostgreSQL's own types; src/include/catalog/pg_type.dat.
const (
	Bool        = 16
	Bytea       = 17
	Name        = 19
	Int8        = 20
	Int2        = 21
	Int4        = 23
	Text        = 25
	OID         = 26
	JSON        = 114
	Float4      = 700
	Float8      = 701
	Money       = 790
	Bpchar      = 1042
	Varchar     = 1043
	Date        = 1082
	Timestamp   = 1114
	Timestamptz = 1184
	Interval    = 1186
	Numeric     = 1700
	UUID        = 2950
	TextArray   = 1009
	JSONB       = 3802
)

// NameOf are the names of types as a cast writes them.
var NameOf = map[uint32]string{
	Bool: "pg_catalog.bool", Int2: "pg_catalog.int2", Int4: "pg_catalog.int4", Int8: "pg_catalog.int8",
	Float4: "pg_catalog.float4", Float8: "pg_catalog.float8", Numeric: "pg_catalog.numeric",
	Date: "pg_catalog.date", Timestamp: "pg_catalog.timestamp", Timestamptz: "pg_catalog.timestamptz",
	UUID: "pg_catalog.uuid", Text: "pg_catalog.text", Interval: "pg_catalog.interval",
}

// ArrayOf are the types of arrays, by those of their elements: the types whose
// binary form is known here.
var ArrayOf = map[uint32]uint32{
	Bool: 1000, Int2: 1005, Int4: 1007, Int8: 1016, Float4: 1021, Float8: 1022,
	Numeric: 1231, Date: 1182, Timestamp: 1115, Timestamptz: 1185, UUID: 2951, Text: TextArray,
}
