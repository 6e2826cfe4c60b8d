package sqlfuncs

// What several functions take alike.

var (
	frequencyParameter = parameter{name: "frequency", typ: argInterval, fallback: "the source's", doc: "the distance of two steps"}
	timeZoneParameter  = parameter{name: "time_zone", typ: argText, fallback: "the session's", doc: "the clock that hours and weekdays are read on; of times without a zone the one whose skipped hours have no rows"}
	holidaysParameter  = parameter{name: "holidays", typ: argText, fallback: "learned dates", doc: "the public holidays of a country ('FR') or a part of it ('DE-BY'), or 'none'"}
	replaceParameter   = parameter{name: "replace", typ: argBool, fallback: "false", doc: "take the place of a model of this name"}
)

var (
	timeColumns    = &candidates{"Time", (*column).isTime}
	numericColumns = &candidates{"Numeric", (*column).isNumber}
)

const (
	sourceDoc        = "a table, partitioned or foreign table, view or materialized view, or a query in parentheses: '(SELECT ...)'"
	timeColumnDoc    = "date, timestamp or timestamptz"
	seriesColumnsDoc = "every distinct combination of their values is one series"
	modelDoc         = "a model stored by datamime_fit or datamime_define"
)
