package sqlfuncs

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/encoding"

	"github.com/datamime/datamime/engine"
	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/sqlfuncs/pgtypes"
)

// headerVersion is the version of a stored model's form: of its header and of
// its data. A later one reads the earlier ones.
const headerVersion = 1

// A modelHeader is the part of a stored model that is read whenever it is
// named: what its rows look like, and how it is to be fitted. It is kept as
// JSON; nothing in it becomes SQL but through sqltext.QuoteName or the server's own
// answers, as the row may have been written by anybody.
type modelHeader struct {
	Version     int              `json:"version"`
	Engine      string           `json:"engine"` // the version of datamime that wrote it
	Source      string           `json:"source,omitempty"`
	Columns     []headerColumn   `json:"columns"`
	Time        int              `json:"time"`   // indices of Columns
	Series      []int            `json:"series"` // the other columns are attributes
	Values      []int            `json:"values"`
	TimeZone    string           `json:"time_zone,omitempty"` // the clock of instants, or of civil times where it was told
	Frequency   *headerFrequency `json:"frequency,omitempty"` // as given; nil: learned
	Steps       *headerFrequency `json:"steps,omitempty"`     // given or learned; nil: irregular times
	Holidays    string           `json:"holidays,omitempty"`
	Innovations string           `json:"innovations"`
	Minimum     *float64         `json:"minimum,omitempty"` // declared: no value lies beyond
	Maximum     *float64         `json:"maximum,omitempty"`
	Definition  json.RawMessage  `json:"definition,omitempty"` // what it was made from
}

// A headerColumn is a column with its type by name, as oids differ from
// database to database.
type headerColumn struct {
	Name      string `json:"name"`
	Type      string `json:"type"` // with its schema, without its modifier
	Mod       int32  `json:"mod"`
	Collation string `json:"collation,omitempty"` // quoted
	NotNull   bool   `json:"not_null,omitempty"`
	Computed  bool   `json:"computed,omitempty"` // by the source, a table, from its other columns
}

type headerFrequency struct {
	Months int32 `json:"months,omitempty"`
	Days   int32 `json:"days,omitempty"`
	Micros int64 `json:"micros,omitempty"`
}

func (f *headerFrequency) interval() interval {
	return interval{months: f.Months, days: f.Days, micros: f.Micros}
}

// String writes the frequency as an interval; "" for nil.
func (f *headerFrequency) String() string {
	if f == nil {
		return ""
	}
	return intervalText(f.interval())
}

// intervalText writes an interval as interval_in reads it.
func intervalText(v interval) string {
	var parts []string
	if v.months != 0 {
		parts = append(parts, strconv.Itoa(int(v.months))+" mon")
	}
	if v.days != 0 {
		parts = append(parts, strconv.Itoa(int(v.days))+" day")
	}
	if v.micros != 0 || parts == nil {
		clock := pgtypes.AppendPadded(nil, v.micros/(3600*civil.MicrosPerSecond), 2)
		clock = append(clock, pgtypes.AppendClock(nil, v.micros%(3600*civil.MicrosPerSecond))[2:]...)
		parts = append(parts, string(clock))
	}
	return strings.Join(parts, " ")
}

// frequencyOf is an interval as the distance of two steps.
func frequencyOf(v interval) engine.Frequency {
	return engine.Frequency{Months: v.months, Micros: int64(v.days)*civil.MicrosPerDay + v.micros}
}

// headerFrequencyOf is the distance of two steps as the header keeps it.
func headerFrequencyOf(f engine.Frequency) *headerFrequency {
	if f == (engine.Frequency{}) {
		return nil
	}
	return &headerFrequency{Months: f.Months, Days: int32(f.Micros / civil.MicrosPerDay), Micros: f.Micros % civil.MicrosPerDay}
}

// newHeader describes a source and the roles of its columns.
func newHeader(ctx context.Context, s Session, src *dataSource, r *roles) (*modelHeader, error) {
	h := &modelHeader{Version: headerVersion, Engine: Version, Source: src.name,
		Time: r.time, Series: append([]int{}, r.series...), Values: append([]int{}, r.values...)}
	var oids []string
	for i := range src.columns {
		c := &src.columns[i]
		oids = append(oids, strconv.FormatUint(uint64(c.oid), 10))
		h.Columns = append(h.Columns, headerColumn{Name: c.name, Mod: c.mod, Collation: c.collation, NotNull: c.notNull, Computed: c.computed != nil && !src.query})
	}
	i := 0
	err := s.Query(ctx, `SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(t.typname)
		FROM pg_catalog.unnest($1::pg_catalog.int8[]) WITH ORDINALITY AS x(oid, o)
		JOIN pg_catalog.pg_type t ON t.oid = x.oid::pg_catalog.oid JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace ORDER BY x.o`,
		[]Param{textParam(arrayText(oids))}, Text, func(row [][]byte) error {
			if i < len(h.Columns) {
				h.Columns[i].Type = string(row[0])
			}
			i++
			return nil
		})
	return h, err
}

// reading is a request that reads times as the model's fit did.
func (h *modelHeader) reading(src *dataSource) *request {
	r, loc := &request{holidays: h.Holidays}, loadLocation(h.TimeZone)
	if src.columns[h.Time].base == pgtypes.Timestamptz {
		r.location = loc
	} else if h.TimeZone != "" {
		r.civil = loc
	}
	return r
}

// encode writes the header as JSON, in ASCII.
func (h *modelHeader) encode(charset encoding.Encoding) (string, error) {
	own, err := h.recoded(toUTF8, charset)
	if err != nil {
		return "", err
	}
	b, err := json.Marshal(own)
	return asciiJSON(b), err
}

// decodeHeader reads a header; nothing in it is trusted.
func decodeHeader(b []byte, charset encoding.Encoding) (*modelHeader, error) {
	text, err := toUTF8(string(b), charset)
	if err != nil {
		return nil, err
	}
	h := &modelHeader{}
	if err := json.Unmarshal([]byte(text), h); err != nil {
		return nil, errModelForm
	}
	if h.Version > headerVersion {
		return nil, &Error{Code: codeUnsupported, Message: "the model was stored by a later version of datamime: " + h.Engine,
			Hint: "Fit it again, or use that version."}
	}
	if h.Version < 1 || len(h.Columns) > 1664 || len(h.Values) == 0 {
		return nil, errModelForm
	}
	taken := map[int]bool{}
	for _, i := range append(append([]int{h.Time}, h.Series...), h.Values...) {
		if i < 0 || i >= len(h.Columns) || taken[i] {
			return nil, errModelForm
		}
		taken[i] = true
	}
	for i := range h.Columns {
		if c := &h.Columns[i]; !collationName.MatchString(c.Collation) {
			c.Collation = ""
		}
	}
	return h.recoded(fromUTF8, charset)
}

// collationName is a name, quoted where it must be, with or without a schema.
var collationName = regexp.MustCompile(`^("([^"\x00]|"")+"|[a-z_][a-z0-9_$]*)(\.("([^"\x00]|"")+"|[a-z_][a-z0-9_$]*))?$`)

// errModelForm is the error for a row of the store that no datamime has
// written.
var errModelForm = &Error{Code: codeWrongObject, Message: "the stored model is not in a form that is known", Hint: "Drop it, and fit it again."}

// computes tells whether the model's source computed some of its columns.
func (h *modelHeader) computes() bool {
	return slices.ContainsFunc(h.Columns, func(c headerColumn) bool { return c.Computed })
}

// roles are the columns' roles.
func (h *modelHeader) roles() roles {
	r := roles{time: h.Time, series: h.Series, values: h.Values}
	taken := make([]bool, len(h.Columns))
	taken[h.Time] = true
	for _, i := range h.Series {
		taken[i] = true
	}
	for _, i := range h.Values {
		taken[i] = true
	}
	for i := range h.Columns {
		if !taken[i] {
			r.others = append(r.others, i)
		}
	}
	return r
}

const headerColumnsQuery = `SELECT NULL, false, '', '',` + columnTypes + `
FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[]), pg_catalog.unnest($3::pg_catalog.int4[]))
WITH ORDINALITY AS f(attname, typ, atttypmod, attnum)
CROSS JOIN LATERAL (SELECT f.attname, f.typ::pg_catalog.regtype::pg_catalog.oid AS atttypid, f.atttypmod) a` + columnTypesFrom + `
ORDER BY f.attnum`

// source is the model's source as this database knows its types; the source
// itself may be gone.
func (h *modelHeader) source(ctx context.Context, s Session) (*dataSource, error) {
	var names, types, mods []string
	for _, c := range h.Columns {
		names = append(names, c.Name)
		types = append(types, c.Type)
		mods = append(mods, strconv.FormatInt(int64(c.Mod), 10))
	}
	src := &dataSource{name: h.Source}
	err := s.Query(ctx, headerColumnsQuery, []Param{textArray(names), textArray(types), textParam(arrayText(mods))}, Text,
		func(row [][]byte) error {
			c := readColumn(row)
			if k := len(src.columns); k < len(h.Columns) {
				c.collation, c.notNull = h.Columns[k].Collation, h.Columns[k].NotNull
			}
			src.columns = append(src.columns, c)
			return nil
		})
	if err != nil {
		return nil, err
	}
	if len(src.columns) != len(h.Columns) || !src.columns[h.Time].isTime() {
		return nil, errModelForm
	}
	for _, i := range h.Values {
		if !src.columns[i].isNumber() {
			return nil, errModelForm
		}
	}
	return src, nil
}
