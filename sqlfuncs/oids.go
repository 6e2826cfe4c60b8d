package sqlfuncs

// OIDs of PostgreSQL's own types; src/include/catalog/pg_type.dat.
const (
	oidBool        = 16
	oidBytea       = 17
	oidName        = 19
	oidInt8        = 20
	oidInt2        = 21
	oidInt4        = 23
	oidText        = 25
	oidOID         = 26
	oidJSON        = 114
	oidFloat4      = 700
	oidFloat8      = 701
	oidMoney       = 790
	oidBpchar      = 1042
	oidVarchar     = 1043
	oidDate        = 1082
	oidTimestamp   = 1114
	oidTimestamptz = 1184
	oidInterval    = 1186
	oidNumeric     = 1700
	oidUUID        = 2950
	oidTextArray   = 1009
	oidJSONB       = 3802
)

// builtinNames are the names of types as a cast writes them.
var builtinNames = map[uint32]string{
	oidBool: "pg_catalog.bool", oidInt2: "pg_catalog.int2", oidInt4: "pg_catalog.int4", oidInt8: "pg_catalog.int8",
	oidFloat4: "pg_catalog.float4", oidFloat8: "pg_catalog.float8", oidNumeric: "pg_catalog.numeric",
	oidDate: "pg_catalog.date", oidTimestamp: "pg_catalog.timestamp", oidTimestamptz: "pg_catalog.timestamptz",
	oidUUID: "pg_catalog.uuid", oidText: "pg_catalog.text", oidInterval: "pg_catalog.interval",
}

// arrayOIDs are the types of arrays, by those of their elements: the types whose
// binary form is known here.
var arrayOIDs = map[uint32]uint32{
	oidBool: 1000, oidInt2: 1005, oidInt4: 1007, oidInt8: 1016, oidFloat4: 1021, oidFloat8: 1022,
	oidNumeric: 1231, oidDate: 1182, oidTimestamp: 1115, oidTimestamptz: 1185, oidUUID: 2951, oidText: oidTextArray,
}
