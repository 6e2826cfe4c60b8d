package sqlfuncs

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/datamime/datamime/sqlfuncs/pgtypes"
	"github.com/datamime/datamime/sqlfuncs/sqltext"
)

// wrongTime refuses a time column of another type, and tells which would do, or
// how times are made of its values.
func wrongTime(ctx context.Context, in *invocation, src *dataSource, i int) error {
	c := &src.columns[i]
	looks, err := src.looks(ctx, in.session, i)
	if err != nil {
		return err
	}
	hint := timeColumns.in(src)
	if cast := c.asTime(looks); cast != "" {
		hint = strings.TrimPrefix(hint+" Where it holds times, "+src.cast(cast, "t"), " ")
	}
	return in.wrong("time_column", codeWrongType, hint, "time column %s is of type %s", sqltext.QuoteName(c.name), c.typeName)
}

// wrongValue refuses a value column that has no numbers, and tells which do, or
// how numbers are made of its values.
func wrongValue(ctx context.Context, in *invocation, src *dataSource, i int) error {
	c := &src.columns[i]
	looks, err := src.looks(ctx, in.session, i)
	if err != nil {
		return err
	}
	hint := numericColumns.in(src)
	if hint == "" {
		if cast := c.asNumber(looks); cast != "" {
			cast = src.cast(cast, "v")
			hint = strings.ToUpper(cast[:1]) + cast[1:]
		} else if c.isText() {
			hint = "No column of " + src.shown() + " has numbers to learn from."
		}
	}
	return in.wrong("value_column", codeWrongType, hint, "value column %s is of type %s", sqltext.QuoteName(c.name), c.typeName)
}

// cast is the end of a hint: how to add a column that has another form of one.
func (d *dataSource) cast(expression, name string) string {
	for i := 2; indexOfColumn(d.columns, name) >= 0; i++ {
		name = fmt.Sprintf("%s%d", strings.TrimRight(name, "0123456789"), i)
	}
	from := d.name
	if d.query {
		from = "(...) AS q"
	}
	return fmt.Sprintf("cast it in a query: '(SELECT *, %s AS %s FROM %s)'.", strings.ReplaceAll(expression, "'", "''"), name, strings.ReplaceAll(from, "'", "''"))
}

// mostLooks bounds the values that a form is told from.
const mostLooks = 1000

// looks reads values of a source's column as texts, to tell the form that they
// have. A query over several tables is not run for a hint.
func (d *dataSource) looks(ctx context.Context, s Session, i int) (texts []string, err error) {
	c := &d.columns[i]
	if d.query && !d.single || !c.isText() && c.base != pgtypes.Int4 && c.base != pgtypes.Int8 {
		return nil, nil
	}
	sql := fmt.Sprintf("SELECT l.v FROM (SELECT %s::pg_catalog.text AS v FROM %s LIMIT %d) l WHERE l.v <> ''", d.expr(i), d.as(), mostLooks)
	err = s.Query(ctx, sql, nil, Text, func(row [][]byte) error {
		texts = append(texts, strings.TrimSpace(string(row[0])))
		return nil
	})
	return texts, err
}

// A form is how values are written, and an expression over a column %s that
// reads them.
type form struct {
	written *regexp.Regexp
	read    string
}

// Forms of times, in the order in which they are tried. Day and month are told
// apart by the first that is beyond twelve in some value; days come first
// elsewhere but in the United States.
var timeForms = []form{
	{regexp.MustCompile(`^\d{1,2}/(0?[1-9]|1[0-2])/\d{4}$`), "to_date(%s, 'DD/MM/YYYY')"},
	{regexp.MustCompile(`^(0?[1-9]|1[0-2])/\d{1,2}/\d{4}$`), "to_date(%s, 'MM/DD/YYYY')"},
	{regexp.MustCompile(`^\d{1,2}/(0?[1-9]|1[0-2])/\d{4} \d{1,2}:\d\d$`), "to_timestamp(%s, 'DD/MM/YYYY HH24:MI')::timestamp"},
	{regexp.MustCompile(`^\d{1,2}/(0?[1-9]|1[0-2])/\d{4} \d{1,2}:\d\d:\d\d$`), "to_timestamp(%s, 'DD/MM/YYYY HH24:MI:SS')::timestamp"},
	{regexp.MustCompile(`^(0?[1-9]|1[0-2])/\d{1,2}/\d{4} \d{1,2}:\d\d$`), "to_timestamp(%s, 'MM/DD/YYYY HH24:MI')::timestamp"},
	{regexp.MustCompile(`^(0?[1-9]|1[0-2])/\d{1,2}/\d{4} \d{1,2}:\d\d:\d\d$`), "to_timestamp(%s, 'MM/DD/YYYY HH24:MI:SS')::timestamp"},
	{regexp.MustCompile(`^\d{1,2}\.\d{1,2}\.\d{4}$`), "to_date(%s, 'DD.MM.YYYY')"},
	{regexp.MustCompile(`^\d{1,2}\.\d{1,2}\.\d{4} \d{1,2}:\d\d$`), "to_timestamp(%s, 'DD.MM.YYYY HH24:MI')::timestamp"},
	{regexp.MustCompile(`^\d{1,2}\.\d{1,2}\.\d{4} \d{1,2}:\d\d:\d\d$`), "to_timestamp(%s, 'DD.MM.YYYY HH24:MI:SS')::timestamp"},
	{regexp.MustCompile(`^\d{4}-\d\d-\d\d[T ].*(Z|[+-]\d\d(:?\d\d)?)$`), "%s::timestamptz"},
	{regexp.MustCompile(`^\d{4}-\d\d-\d\d$`), "%s::date"},
	{regexp.MustCompile(`^(1[89]|20)\d\d-(0[1-9]|1[0-2])$`), "to_date(%s, 'YYYY-MM')"},
	{regexp.MustCompile(`^(0?[1-9]|1[0-2])/(1[89]|20)\d\d$`), "to_date(%s, 'MM/YYYY')"},
	{regexp.MustCompile(`^(1[89]|20)\d\d-W[0-5]\d$`), "to_date(%s, 'IYYY-\"W\"IW')"},
	{regexp.MustCompile(`^(1[89]|20)\d\d$`), "make_date(%s::integer, 1, 1)"},
	{regexp.MustCompile(`^(1[89]|20)\d\d(0[1-9]|1[0-2])$`), "to_date(%s::text, 'YYYYMM')"},
	{regexp.MustCompile(`^(1[89]|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$`), "to_date(%s::text, 'YYYYMMDD')"},
	{regexp.MustCompile(`^\d{9,10}$`), "to_timestamp(%s::bigint)"},
	{regexp.MustCompile(`^\d{12,13}$`), "to_timestamp(%s::bigint / 1e3)"},
	{regexp.MustCompile(`^\d{15,16}$`), "to_timestamp(%s::bigint / 1e6)"},
}

// Forms of numbers.
var numberForms = []form{
	{regexp.MustCompile(`^[+-]?\d*\.?\d+([eE][+-]?\d+)?$`), "%s::text::numeric"},
	{regexp.MustCompile(`^[+-]?\d*,\d+$|^[+-]?\d+$`), "replace(%s, ',', '.')::numeric"},
}

// formOf is the expression that reads texts all of which have one form, else the
// fallback.
func formOf(texts []string, forms []form, fallback string) string {
	for _, f := range forms {
		all := len(texts) > 0
		for _, t := range texts {
			all = all && f.written.MatchString(t)
		}
		if all {
			return f.read
		}
	}
	return fallback
}

// isNumber tells whether a text has the form of some number.
func isNumber(text string) bool {
	return slices.ContainsFunc(numberForms, func(f form) bool { return f.written.MatchString(text) })
}

// asTime is an expression that makes times of a column's values, which look like
// some; "" where none is known.
func (c *column) asTime(looks []string) string {
	switch {
	case c.isText():
		return strings.ReplaceAll(formOf(looks, timeForms, "%s::timestamp"), "%s", sqltext.QuoteName(c.name))
	case c.base == pgtypes.Int8, c.base == pgtypes.Int4:
		read := strings.NewReplacer("::integer", "", "::bigint", "").Replace(formOf(looks, timeForms, "to_timestamp(%s)"))
		return strings.ReplaceAll(read, "%s", sqltext.QuoteName(c.name))
	}
	return ""
}

// asNumber is an expression that makes numbers of a column's values, which look
// like some; "" where none is known.
func (c *column) asNumber(looks []string) string {
	name := sqltext.QuoteName(c.name)
	switch {
	case c.isTime(), c.base == pgtypes.Interval:
		return "extract(epoch FROM " + name + ")"
	case c.base == pgtypes.Bool, c.typeName == "bit(1)":
		return name + "::integer"
	case c.base == pgtypes.OID:
		return name + "::bigint"
	case c.isText() && (len(looks) == 0 || slices.ContainsFunc(looks, isNumber)):
		return strings.ReplaceAll(formOf(looks, numberForms, "%s::text::numeric"), "%s", name)
	}
	return ""
}

// candidates are the columns of a source that an argument can name.
type candidates struct {
	kind string
	are  func(*column) bool
}

// in tells which of a source's columns they are, in a sentence; "" for none.
func (c *candidates) in(src *dataSource) string {
	var names []string
	for i := range src.columns {
		if c.are(&src.columns[i]) {
			names = append(names, src.columns[i].name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return c.kind + " columns of " + src.shown() + ": " + listed(names) + "."
}
