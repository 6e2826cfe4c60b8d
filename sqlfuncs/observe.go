package sqlfuncs

import (
	"context"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/define"
	"github.com/datamime/datamime/sqlfuncs/pgtypes"
)

// Pseudo-observations are made over two years, of long steps more, of many
// series fewer.
const (
	definedDays  = 730
	leastDefined = 1500 // steps of a day or less
	definedSpans = 240  // steps of months
	mostRows     = 600_000
	fewestSteps  = 400
)

// steps is how many steps are simulated. A wave within the year wants to be
// seen whole.
func (d *definition) steps() int {
	wanted := definedSpans
	if d.frequency.Months == 0 {
		wanted = max(leastDefined, int(definedDays*civil.MicrosPerDay/d.frequency.Micros))
	}
	least := fewestSteps
	if d.frequency.Months == 0 && d.frequency.Micros >= 60*civil.MicrosPerSecond*15 {
		for _, s := range d.series {
			if s.YearBy != 0 {
				least = int(366 * civil.MicrosPerDay / d.frequency.Micros)
				break
			}
		}
	}
	least = min(least, 3*mostRows/len(d.series))
	return min(wanted, max(mostRows/len(d.series), least))
}

// observe makes the pseudo-observations as a source of these columns would
// have them.
func (d *definition) observe(ctx context.Context, in *invocation, g *generateRelation, r *request) (*history, error) {
	h := newHistory(g.src, g.roles)
	h.charset = charsetOf(in.session)
	if err := d.readKeys(ctx, in, h); err != nil {
		return nil, err
	}
	value := &g.src.columns[g.roles.values[0]]
	all := &define.Definition{Start: d.start, Frequency: d.frequency, Location: r.location, Steps: d.steps(), Series: d.series}
	if loc := r.location; loc != nil {
		t := time.UnixMicro(d.start).UTC()
		all.Start = time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, loc).UnixMicro()
	}
	for i := range all.Series {
		s := &all.Series[i]
		s.Key = h.identity(int32(i))
		decimals := decimalsOf(value, s)
		s.Decimals = &decimals
		h.scale[0] = max(h.scale[0], decimals)
	}
	sample := all.Observe()
	h.times, h.index, h.values = sample.Time, sample.Index, sample.Value
	h.rows = len(h.times)
	return h, h.order(ctx, in.session)
}

// decimalsOf are the decimals of a series' values: as it was said, as many as
// the type has, or three significant digits.
func decimalsOf(c *column, s *define.Series) int {
	most := 15
	switch c.base {
	case pgtypes.Int2, pgtypes.Int4, pgtypes.Int8:
		return 0
	case pgtypes.Money:
		most = 2
	case pgtypes.Numeric:
		if _, scale, ok := numericModifier(c.baseMod); ok {
			most = max(scale, 0)
		}
	}
	if s.Decimals != nil {
		return min(*s.Decimals, most)
	}
	size := 100.
	for _, v := range []*float64{s.Low, s.High, s.Typical} {
		if v != nil {
			size = math.Abs(*v)
		}
	}
	return min(most, max(0, 2-int(math.Floor(math.Log10(max(size, 1e-9))))))
}

// readKeys has the server read the keys of the series as values of their
// columns' types.
func (d *definition) readKeys(ctx context.Context, in *invocation, h *history) error {
	src := &dataSource{}
	var sources, casts []string
	var params []Param
	for i, c := range h.roles.series {
		n := strconv.Itoa(i + 1)
		codes, texts := make([]int32, len(d.list)), []string{}
		for k, key := range d.list {
			if codes[k] = null; key[i] != nil {
				codes[k] = int32(len(texts))
				texts = append(texts, *key[i])
			}
		}
		params = append(params, codedArray(codes, texts))
		sources = append(sources, "pg_catalog.unnest($"+n+"::pg_catalog.text[])")
		casts = append(casts, "x.k"+n+"::"+h.src.columns[c].typeName)
		src.columns = append(src.columns, h.src.columns[c])
	}
	if len(sources) == 0 {
		h.seriesOf(nil)
		return nil
	}
	var reads, names []string
	for i := range src.columns {
		reads = append(reads, src.read(i))
		names = append(names, "k"+strconv.Itoa(i+1))
	}
	src.from = "(SELECT " + strings.Join(casts, ", ") + ", x.o FROM ROWS FROM (" + strings.Join(sources, ", ") + ") WITH ORDINALITY AS x(" + strings.Join(names, ", ") + ", o))"
	n := 0
	err := in.session.Query(ctx, "SELECT "+strings.Join(reads, ", ")+" FROM "+src.as()+" ORDER BY s.o", params, Binary, func(row [][]byte) error {
		if int(h.seriesOf(row)) != n {
			return in.wrong("definition", codeInvalid, "", "definition: series.list[%d] names a series that is there already", n)
		}
		n++
		return nil
	})
	return relocateTo(err, in.position(in.args[in.fn.parameter("definition")]))
}
