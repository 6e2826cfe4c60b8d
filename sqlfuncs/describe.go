package sqlfuncs

import (
	"context"
	"slices"
	"strings"

	"github.com/datamime/datamime/engine"
	"github.com/datamime/datamime/engine/describe"
	"github.com/datamime/datamime/sqlfuncs/pgtypes"
	"github.com/datamime/datamime/sqlfuncs/prose"
)

var describeFunction = &function{
	name:    "describe",
	doc:     "What is to be known of each series: its span, level, trend, seasons and memory, and a sentence that says it.",
	example: "SELECT station, polluant, mean, sparkline, sentence FROM datamime_describe('mesures', 'date_debut', ARRAY['station','polluant'], 'valeur')",
	params: []parameter{
		{name: "source", typ: argText, fallback: "from model", decides: true,
			doc: sourceDoc},
		{name: "time_column", typ: argText, fallback: "from model", decides: true, names: timeColumns, doc: timeColumnDoc},
		{name: "series_columns", typ: argTextArray, fallback: "none: one series", decides: true,
			doc: seriesColumnsDoc},
		{name: "value_column", typ: argNames, fallback: "from model", decides: true, names: numericColumns, doc: "one numeric column or several: a row for each"},
		{name: "model", typ: argText, fallback: "none: the source is read", decides: true, doc: modelDoc},
		{name: "lang", typ: argText, fallback: "'en'", doc: "the language of the sentence: 'en' or 'fr'"},
	},
	resolve:  resolveDescribe,
	foretell: foretellDescribe,
}

// A describeRelation is a source that is to be described.
type describeRelation struct{ *generateRelation }

func (d describeRelation) columns() []column {
	var c []column
	for _, i := range d.roles.series {
		c = append(c, d.src.columns[i])
	}
	first := d.src.columns[d.roles.time]
	last := first
	first.name, last.name = "first_time", "last_time"
	c = append(c, plain("value_column", pgtypes.Text), plain("row_count", pgtypes.Int8), first, last,
		plain("frequency", pgtypes.Interval))
	for _, name := range []string{"missing", "mean", "sd", "minimum", "maximum", "trend_per_year",
		"season_day", "season_week", "season_year", "memory"} {
		c = append(c, plain(name, pgtypes.Float8))
	}
	return append(c, plain("sparkline", pgtypes.Text), plain("sentence", pgtypes.Text))
}

func resolveDescribe(ctx context.Context, in *invocation) (relation, error) {
	g, err := resolveModelOrSource(ctx, in)
	if err != nil {
		return nil, err
	}
	return describeRelation{g}, nil
}

// foretellDescribe needs the columns of the series and of the time.
func foretellDescribe(ctx context.Context, in *invocation) ([]column, error) {
	src, err := in.sourceAhead(ctx)
	if src == nil || err != nil || !in.settled("series_columns") {
		return nil, err
	}
	d := describeRelation{&generateRelation{src: src}}
	series, _ := in.given("series_columns")
	for _, name := range series.list {
		d.roles.series = append(d.roles.series, src.find(name))
	}
	d.roles.time = in.timeAhead(src)
	if slices.Contains(append(d.roles.series, d.roles.time), -1) {
		return nil, nil
	}
	return d.columns(), nil
}

// open reads and describes: a row for each series, in the order in which the
// server sorts them, and value column.
func (d describeRelation) open(ctx context.Context, in *invocation) (RowSource, error) {
	lang, err := in.word("lang", "en", "fr")
	if err != nil {
		return nil, err
	}
	if in.settings, err = readSettings(ctx, in.session); err != nil {
		return nil, err
	}
	r, err := readRequest(in, d.generateRelation)
	if err != nil {
		return nil, err
	}
	h, err := d.rows(ctx, in, r)
	if err != nil {
		return nil, err
	}
	if err := h.order(ctx, in.session); err != nil {
		return nil, err
	}
	var all [][]describe.Description
	err = attending(ctx, in, "describing", func(ctx context.Context) (err error) {
		all, err = describe.Sample(h.sample(), engine.Options{Location: r.location, Interrupt: interrupt(ctx)})
		return err
	})
	if err != nil {
		return nil, err
	}
	t := &descriptions{h: h, set: in.settings, words: prose.In(lang, r.location), plain: !writesUnicode(in.session)}
	for series, columns := range all {
		for v := range columns {
			t.add(series, v, &columns[v])
		}
	}
	return t.result(), nil
}

// rows reads the source, or what a stored model kept of it.
func (d describeRelation) rows(ctx context.Context, in *invocation, r *request) (*history, error) {
	if d.stored == nil {
		return d.history(ctx, in, "source", "describe")
	}
	if name := d.stored.header.TimeZone; r.location != nil && name != "" {
		if loc := loadLocation(name); loc != nil {
			r.location = loc
		}
	}
	h, _, err := d.stored.history(ctx, in.session, d.generateRelation)
	return h, err
}

// interrupt is how the engine asks whether a statement still runs.
func interrupt(ctx context.Context) func() error {
	return func() error {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return nil
	}
}

// writesUnicode tells whether any character can reach the client through the
// server.
func writesUnicode(s Session) bool {
	for _, p := range []string{"client_encoding", "server_encoding"} {
		if e := s.Parameter(p); e != "" && !strings.EqualFold(e, "UTF8") {
			return false
		}
	}
	return true
}

// descriptions collects the columns of the result.
type descriptions struct {
	h     *history
	set   *settings
	words *prose.Language
	plain bool // the client reads no Unicode

	series      []int32 // of each row
	name        textColumn
	rows        bigints
	first, last []int64
	frequency   textColumn
	figures     [describedFigures][]float64
	sparkline   textColumn
	sentence    textColumn
}

// describedFigures is how many of the columns are figures.
const describedFigures = 10

func (t *descriptions) add(series, v int, d *describe.Description) {
	t.series = append(t.series, int32(series))
	t.name = append(t.name, t.h.src.columns[t.h.roles.values[v]].name)
	t.rows = append(t.rows, d.Rows)
	t.first, t.last = append(t.first, d.First), append(t.last, d.Last)
	t.frequency = append(t.frequency, headerFrequencyOf(d.Frequency).String())
	for k, f := range [describedFigures]float64{d.Missing, d.Mean, d.SD, d.Minimum, d.Maximum, d.TrendPerYear,
		d.SeasonDay, d.SeasonWeek, d.SeasonYear, d.Memory} {
		t.figures[k] = append(t.figures[k], f)
	}
	line, text := prose.Sparkline(d.Course, t.plain), t.words.Sentence(t.subject(series, v), d)
	if t.plain {
		text = prose.WithoutAccents(text)
	}
	t.sparkline = append(t.sparkline, line)
	t.sentence = append(t.sentence, text)
}

// subject names a series and its value column: "valeur (SRC, O3)".
func (t *descriptions) subject(series, v int) string {
	var keys []string
	for k, c := range t.h.roles.series {
		if code := t.h.keys[k][series]; code != null {
			text, _ := pgtypes.AppendText(nil, t.h.src.columns[c].wire(), []byte(t.h.keyDict[k].values[code]), t.words.Clock())
			keys = append(keys, string(text))
		}
	}
	name := t.h.src.columns[t.h.roles.values[v]].name
	if len(keys) == 0 {
		return name
	}
	return name + " (" + strings.Join(keys, ", ") + ")"
}

func (t *descriptions) result() RowSource {
	b := Batch{Rows: len(t.series)}
	for k, i := range t.h.roles.series {
		m := newSeriesMaker(&t.h.src.columns[i], t.h.keyDict[k].values, t.h.keys[k], t.set.location)
		for _, s := range t.series {
			m.out.codes = append(m.out.codes, m.codes[s])
		}
		b.Columns = append(b.Columns, &m.out)
	}
	time := t.h.src.columns[t.h.roles.time].base
	b.Columns = append(b.Columns, t.name, t.rows,
		&timeColumn{oid: time, loc: t.set.location, times: t.first}, &timeColumn{oid: time, loc: t.set.location, times: t.last}, t.frequency)
	for _, f := range t.figures {
		b.Columns = append(b.Columns, &floatColumn{bits: 64, values: f})
	}
	b.Columns = append(b.Columns, t.sparkline, t.sentence)
	return &heldRows{batch: b}
}

// bigints is a column of bigint.
type bigints []int64

func (c bigints) Null(int) bool                           { return false }
func (c bigints) AppendText(dst []byte, row int) []byte   { return bigint(c[row]).AppendText(dst, 0) }
func (c bigints) AppendBinary(dst []byte, row int) []byte { return bigint(c[row]).AppendBinary(dst, 0) }
