package sqlfuncs

import (
	"context"
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/encoding"

	"github.com/datamime/datamime/engine"
	"github.com/datamime/datamime/sqlfuncs/pgtypes"
	"github.com/datamime/datamime/sqlfuncs/sqltext"
)

// roles say what each column of a source is to a call: indices of columns.
type roles struct {
	time   int
	series []int
	values []int
	others []int
}

// A history is what was read of a source: its observations, the keys of its
// series and what is to be known of its other columns.
type history struct {
	src   *dataSource
	roles roles

	times  []int64
	index  []int32 // series of each observation, in the order in which they came, until order sorts them
	values [][]float64
	scale  []int // per value column: the most decimals seen in a numeric

	series   map[string]int32 // by the raw keys
	texts    []string         // the raw keys of each series,
	after    []int32          // and the series that the last row after one of its own was of
	count    int              // of the series
	rows     int              // of the observations
	timeless int              // rows left out, as their time is NULL
	keys     [][]int32        // per key column: the code of each series
	keyDict  []*dictionary
	others   []*attribute

	donors *donor // made already, where many calls share the history

	charset encoding.Encoding // of its texts, nil for UTF-8

	lastSeries int32 // the row before's
	keyBuf     []byte
	nextCheck  int
}

// newHistory is a history without a row.
func newHistory(src *dataSource, r roles) *history {
	h := &history{src: src, roles: r, series: map[string]int32{}, lastSeries: -1}
	h.values = make([][]float64, len(r.values))
	h.scale = make([]int, len(r.values))
	h.keys = make([][]int32, len(r.series))
	for range r.series {
		h.keyDict = append(h.keyDict, &dictionary{})
	}
	for _, c := range r.others {
		h.others = append(h.others, newAttribute(&src.columns[c], h))
	}
	return h
}

// readHistory reads a source by COPY, and tells how far it is when that takes
// long.
func readHistory(ctx context.Context, in *invocation, src *dataSource, r roles) (*history, error) {
	s := in.session
	h := newHistory(src, r)
	h.charset = charsetOf(s)
	h.grow(int(min(src.rows, mostExpected)))
	start := time.Now()
	last := start
	d := copyDecoder{row: func(f [][]byte) error {
		if h.nextCheck--; h.nextCheck < 0 {
			h.nextCheck = 4096
			if err := ctx.Err(); err != nil {
				return context.Cause(ctx)
			}
			if now := time.Now(); now.Sub(last) >= progressEach {
				last = now
				in.notice("read "+progressMessage(int64(h.rows), 0, now.Sub(start)), "", "")
			}
		}
		return h.add(f)
	}}
	if err := s.CopyTo(ctx, h.copyQuery(), d.chunk); err != nil {
		return nil, err
	}
	if h.rows > 0 {
		h.tellTimeless(in)
	}
	return h, nil
}

// copyQuery reads the series keys first, then time, values and the others.
// Where a table's columns go as they are, the server copies the table, which
// costs it 5 % less than a query.
func (h *history) copyQuery() string {
	columns := slices.Concat(h.roles.series, []int{h.roles.time}, h.roles.values, h.roles.others)
	var list, names []string
	direct := h.src.direct
	for _, i := range columns {
		c := &h.src.columns[i]
		list, names = append(list, h.src.read(i)), append(names, c.name)
		direct = direct && c.generated == 0 && list[len(list)-1] == h.src.expr(i)
	}
	if direct {
		return "COPY " + h.src.from + " (" + sqltext.QuoteNames(names) + ") TO STDOUT (FORMAT binary)"
	}
	return "COPY (SELECT " + strings.Join(list, ", ") + " FROM " + h.src.as() + ") TO STDOUT (FORMAT binary)"
}

// read is the expression that reads a column: for types whose binary form is
// not known here, the output function's text.
func (d *dataSource) read(i int) string {
	e, c := d.expr(i), &d.columns[i]
	switch {
	case c.base == pgtypes.Money:
		return e + "::pg_catalog.money::pg_catalog.numeric"
	case c.wire() != pgtypes.Text || c.isText():
		return e
	}
	return "CASE WHEN " + e + " IS DISTINCT FROM NULL THEN pg_catalog.format('%s', " + e + ") END"
}

// add takes one row.
func (h *history) add(f [][]byte) error {
	nk := len(h.roles.series)
	t := f[nk]
	if t == nil {
		h.timeless++
		return nil
	}
	series := h.seriesOf(f[:nk])
	us, ok := pgtypes.ReadTime(h.src.columns[h.roles.time].base, t)
	if !ok {
		return &Error{Code: codeInvalid, Message: "time column " + sqltext.QuoteName(h.src.columns[h.roles.time].name) + " of " + h.src.shown() + " holds an infinite time",
			Hint: "Leave such rows out: '(SELECT ... WHERE isfinite(" + h.src.columns[h.roles.time].name + "))'."}
	}
	row := len(h.times)
	if row == cap(h.times) {
		h.reserve()
	}
	h.rows++
	h.times = append(h.times, us)
	h.index = append(h.index, series)
	f = f[nk+1:]
	for i, c := range h.roles.values {
		v, err := h.value(i, &h.src.columns[c], f[i])
		if err != nil {
			return err
		}
		if v > mostValue || v < -mostValue {
			return h.tooLarge(&h.src.columns[c])
		}
		h.values[i] = append(h.values[i], v)
	}
	f = f[len(h.roles.values):]
	for i, a := range h.others {
		a.add(row, series, us, f[i])
	}
	return nil
}

// reserve makes room for as many rows again, of very many for a quarter: what
// append would copy more often.
func (h *history) reserve() {
	n := len(h.times)
	if n > 1<<22 {
		n /= 4
	}
	h.grow(max(n, 1024))
}

// mostExpected bounds the rows that room is made for before they come.
const mostExpected = 1 << 21

// grow makes room for n rows more.
func (h *history) grow(n int) {
	h.times, h.index = slices.Grow(h.times, n), slices.Grow(h.index, n)
	for v := range h.values {
		h.values[v] = slices.Grow(h.values[v], n)
	}
}

// seriesOf returns the series of a row's keys.
func (h *history) seriesOf(keys [][]byte) int32 {
	last := h.lastSeries
	if last >= 0 {
		if keysAre(h.texts[last], keys) {
			return last
		}
		// rows by time have the series in the same order again and again
		if n := h.after[last]; keysAre(h.texts[n], keys) {
			h.lastSeries = n
			return n
		}
	}
	b := h.keyBuf[:0]
	for _, k := range keys {
		if k == nil {
			b = append(b, 0xff, 0xff, 0xff, 0xff)
			continue
		}
		b = binary.BigEndian.AppendUint32(b, uint32(len(k)))
		b = append(b, k...)
	}
	h.keyBuf = b
	n, ok := h.series[string(b)]
	if !ok {
		n = int32(len(h.series))
		h.texts = append(h.texts, string(b))
		h.after = append(h.after, n)
		h.series[h.texts[n]] = n
		h.count++
		for i, k := range keys {
			h.keys[i] = append(h.keys[i], h.keyDict[i].code(k))
		}
	}
	if last >= 0 {
		h.after[last] = n
	}
	h.lastSeries = n
	return n
}

// keysAre tells whether a series with these raw keys is the one of keys.
func keysAre(text string, keys [][]byte) bool {
	for _, k := range keys {
		size := uint32(text[0])<<24 | uint32(text[1])<<16 | uint32(text[2])<<8 | uint32(text[3])
		text = text[4:]
		switch {
		case k == nil:
			if size != math.MaxUint32 {
				return false
			}
		case size != uint32(len(k)) || text[:size] != string(k):
			return false
		default:
			text = text[size:]
		}
	}
	return true
}

// mostValue bounds the values that a model is fitted to: float8 holds sums of
// their squares.
const mostValue = 1e150

// tooLarge is the error for a value beyond it.
func (h *history) tooLarge(c *column) error {
	name, from := sqltext.QuoteName(c.name), h.src.name
	if h.src.query {
		from = "(...) AS q"
	}
	return &Error{Code: codeInvalid, Message: "value column " + name + " of " + h.src.shown() + " holds values beyond 1e150",
		Hint: "Scale it in a query: '(SELECT *, " + name + " / 1e200 AS scaled FROM " + from + ")'."}
}

// value reads a number; NaN where there is none.
func (h *history) value(i int, c *column, b []byte) (float64, error) {
	if b == nil {
		return math.NaN(), nil
	}
	switch c.base {
	case pgtypes.Float8:
		if len(b) == 8 {
			return finite(math.Float64frombits(binary.BigEndian.Uint64(b))), nil
		}
	case pgtypes.Float4:
		if len(b) == 4 {
			return finite(fewestDecimals(math.Float32frombits(binary.BigEndian.Uint32(b)))), nil
		}
	case pgtypes.Numeric, pgtypes.Money:
		if v, scale, ok := pgtypes.NumericFloat(b); ok {
			h.scale[i] = max(h.scale[i], scale)
			return v, nil
		}
	default:
		if v, ok := pgtypes.ReadInt(c.base, b); ok {
			return float64(v), nil
		}
	}
	return 0, errCopyFormat
}

func finite(v float64) float64 {
	if math.IsInf(v, 0) {
		return math.NaN()
	}
	return v
}

// fewestDecimals is the number that a float4 is written as: of fewest decimals, where
// so few make it. As float8 it would have decimals that nobody gave it.
func fewestDecimals(v float32) float64 {
	x := float64(v)
	for p := 1.; p <= 1e8; p *= 10 {
		if short := math.RoundToEven(x*p) / p; float32(short) == v {
			return short
		}
	}
	return x
}

// shown is how a message names the source.
func (d *dataSource) shown() string {
	if d.query {
		return "the query"
	}
	if strings.Contains(d.name, `"`) { // quoted as it was written
		return d.name
	}
	return quoteText(d.name)
}

// seriesCount is how many series there are: one, of no keys, when there are no
// series columns.
func (h *history) seriesCount() int { return h.count }

// identity is the text that stands for a series in the engine: its keys, in a
// form that hangs on no setting. A zero byte, which no text of PostgreSQL's
// holds, ends each key.
func (h *history) identity(series int32) string {
	var b []byte
	for i, c := range h.roles.series {
		code := h.keys[i][series]
		if code == null {
			b = append(b, 1, 0)
			continue
		}
		start := len(b)
		b, _ = pgtypes.AppendText(b, h.src.columns[c].wire(), []byte(h.inUTF8(h.keyDict[i].values[code], &h.src.columns[c])), time.UTC)
		if len(b) > start && b[start] == 1 {
			b = append(b[:start], append([]byte{1}, b[start:]...)...)
		}
		b = append(b, 0)
	}
	return string(b)
}

// inUTF8 is a key's text in UTF-8: who reads it decides nothing.
func (h *history) inUTF8(v string, c *column) string {
	if h.charset == nil || c.wire() != pgtypes.Text {
		return v
	}
	if u, err := h.charset.NewDecoder().String(v); err == nil {
		return u
	}
	return v
}

// sample is the history as the engine takes it.
func (h *history) sample() *engine.Sample {
	s := &engine.Sample{Time: h.times, Index: h.index, Value: h.values}
	for i := range h.seriesCount() {
		s.Series = append(s.Series, h.identity(int32(i)))
	}
	return s
}
