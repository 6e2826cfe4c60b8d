package importer

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

// mostValues bounds the columns that are proposed to be modelled together.
const mostValues = 8

// proposeRows is how much of the table a proposal is made from.
const proposeRows = 100000

// A Proposal is what a call of datamime's functions may take of the table.
type Proposal struct {
	Source string // the table, or a query where the time stands in two columns
	Time   string
	Series []string // nil: one series
	Values []string
	Rows   int // that a first call may ask for
}

// roles are the columns that a proposal is made of, by their places in the list.
type roles struct {
	when, clock  int // -1: none
	values, keys []int
	series       []int // as told; nil: to be found among the keys
	told         bool  // the series were told, if only that there are none
}

// assign finds the roles by looking, but for those that were told.
func assign(columns []Column, o Options) (roles, error) {
	r := roles{when: -1, clock: -1, told: o.Series != nil}
	unnamed := !slices.ContainsFunc(columns, func(c Column) bool { return c.Original != "" })
	for i, c := range columns {
		switch {
		case c.kind.isTime() && r.when < 0:
			r.when = i
		case c.kind == asClock && r.clock < 0:
			r.clock = i
		case c.kind == asText && c.Missing == 0:
			r.keys = append(r.keys, i)
		case c.kind == asNumber && (c.Original != "" || unnamed) && !likelyKey(c.Name) && !c.constant:
			r.values = append(r.values, i)
		}
	}
	if i := slices.IndexFunc(r.values, func(i int) bool { return likelyValue(columns[i].Name) }); i >= 0 {
		r.values = r.values[i : i+1]
	}
	if slices.ContainsFunc(r.values, func(i int) bool { return !columns[i].flag }) {
		r.values = slices.DeleteFunc(r.values, func(i int) bool { return columns[i].flag })
	}
	r.values = r.values[:min(len(r.values), mostValues)]
	for i, c := range columns {
		if c.kind == asNumber && !slices.Contains(r.values, i) && (c.Type == "integer" || c.Type == "bigint") && likelyKey(c.Name) {
			r.keys = append(r.keys, i)
		}
	}
	return r, r.tell(columns, o)
}

// tell sets the roles that the user named.
func (r *roles) tell(columns []Column, o Options) error {
	if o.Time != "" {
		list, err := named(columns, "time", []string{o.Time})
		if err != nil {
			return err
		}
		if c := columns[list[0]]; !c.kind.isTime() {
			return usagef("--time %s: the column is of type %s (%s): give --type %s=timestamp to read it as times", o.Time, c.Type, c.Why, c.Name)
		}
		r.when, r.clock = list[0], -1
	}
	var err error
	if r.series, err = named(columns, "series", o.Series); err != nil {
		return err
	}
	if len(o.Values) == 0 {
		return nil
	}
	if r.values, err = named(columns, "value", o.Values); err != nil {
		return err
	}
	for _, i := range r.values {
		if c := columns[i]; c.kind != asNumber {
			return usagef("--value %s: the column is of type %s (%s): give --type %s=numeric to read it as numbers", c.Name, c.Type, c.Why, c.Name)
		}
	}
	return nil
}

// named finds columns by their names in the table or in the source.
func named(columns []Column, flag string, names []string) ([]int, error) {
	var list []int
	for _, name := range names {
		i := slices.IndexFunc(columns, func(c Column) bool { return c.Name == name || c.Original == name })
		if i < 0 {
			i = slices.IndexFunc(columns, func(c Column) bool { return c.Name == plainName(name) })
		}
		if i < 0 {
			return nil, usagef("--%s %s: there is no such column: choose from %s", flag, name, listNames(columns))
		}
		list = append(list, i)
	}
	return list, nil
}

func listNames(columns []Column) string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	return strings.Join(names, ", ")
}

// propose makes a proposal of the roles; nil when there is no time or value. A
// date and a time of day in columns of their own become one time in a query.
func propose(ctx context.Context, conn *pgx.Conn, table pgx.Identifier, o Options, columns []Column, r roles, rows int64) (*Proposal, error) {
	if r.when < 0 || len(r.values) == 0 {
		return nil, nil
	}
	times := []int{r.when}
	if r.clock >= 0 && columns[r.when].Type == "date" {
		times = append(times, r.clock)
	}
	p := &Proposal{Source: o.Table, Time: columns[r.when].Name, Rows: 1_000_000}
	if rows < 1000 {
		p.Rows = 1000
	}
	for _, i := range r.values {
		p.Values = append(p.Values, columns[i].Name)
	}
	for _, i := range r.series {
		p.Series = append(p.Series, columns[i].Name)
	}
	if !r.told {
		var err error
		if p.Series, err = findSeries(ctx, conn, table, columns, times, r.keys); err != nil {
			return nil, err
		}
	}
	if len(times) == 2 {
		p.Time = "date_time"
		list := append([]string{columns[r.when].Name + " + " + columns[r.clock].Name + " AS " + p.Time}, p.Series...)
		p.Source = "(SELECT " + strings.Join(append(list, p.Values...), ", ") + " FROM " + o.Table + ")"
	}
	return p, nil
}

// Statement is a first call of datamime_generate.
func (p *Proposal) Statement() string {
	if len(p.Series) == 0 {
		return fmt.Sprintf("SELECT %s;", p.Call(fmt.Sprintf("row_count => %d", p.Rows)))
	}
	return fmt.Sprintf("SELECT %s;", p.Call(strconv.Itoa(p.Rows)))
}

// Call is a call of datamime_generate with more arguments behind those that name
// the columns.
func (p *Proposal) Call(more string) string {
	words := []string{quote(p.Source), quote(p.Time)}
	value := quote(p.Values[0])
	if len(p.Values) > 1 {
		value = quoteList(p.Values)
	}
	if len(p.Series) == 0 {
		words = append(words, "value_column => "+value)
	} else {
		words = append(words, quoteList(p.Series), value)
	}
	return strings.ReplaceAll("datamime_generate("+strings.Join(append(words, more), ", ")+")", ", \n", ",\n")
}

// Arguments are the first of each function, as the verbs of the command line
// take them.
func (p *Proposal) Arguments() []string {
	return []string{p.Source, p.Time, strings.Join(p.Series, ","), strings.Join(p.Values, ",")}
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func quoteList(names []string) string {
	quoted := make([]string, len(names))
	for i, s := range names {
		quoted[i] = quote(s)
	}
	return "ARRAY[" + strings.Join(quoted, ",") + "]"
}

// likelyValue and likelyKey judge a column of numbers by the words in its name.
func likelyValue(name string) bool {
	return hasWord(name, "valeur", "value", "mesure", "measure", "montant", "amount", "total", "count")
}

func likelyKey(name string) bool {
	return hasWord(name, "id", "code", "insee", "numero", "no", "zip", "index", "idx", "rang", "ligne", "row", "lat", "lon", "latitude", "longitude", "wgs84", "year", "annee", "month", "mois")
}

func hasWord(name string, words ...string) bool {
	for _, part := range strings.Split(name, "_") {
		if slices.Contains(words, part) {
			return true
		}
	}
	return false
}

// mostKeys bounds the columns that are tried as keys of the series.
const mostKeys = 8

// findSeries returns the fewest columns that, with the time, tell (nearly) all
// rows apart. nil: none do, or the time alone does.
func findSeries(ctx context.Context, conn *pgx.Conn, table pgx.Identifier, columns []Column, times, keys []int) ([]string, error) {
	keys = keys[:min(len(keys), mostKeys)]
	sets := [][]int{nil}
	for size := 1; size <= 3; size++ {
		sets = append(sets, choose(keys, size)...)
	}
	for _, set := range sets {
		names := make([]string, 0, len(set))
		var distinct []string
		for _, k := range times {
			distinct = append(distinct, pgx.Identifier{columns[k].Name}.Sanitize())
		}
		for _, k := range set {
			names = append(names, columns[k].Name)
			distinct = append(distinct, pgx.Identifier{columns[k].Name}.Sanitize())
		}
		var told bool
		err := conn.QueryRow(ctx, "SELECT count(DISTINCT ("+strings.Join(distinct, ", ")+")) >= 0.99 * count(*) FROM (SELECT * FROM "+
			table.Sanitize()+" LIMIT $1) AS t", proposeRows).Scan(&told)
		if err != nil {
			return nil, Explain(err)
		}
		if told {
			return names, nil
		}
	}
	return nil, nil
}

// choose returns the subsets of a size, in order.
func choose(from []int, size int) [][]int {
	if size == 0 {
		return [][]int{nil}
	}
	var all [][]int
	for i := 0; i+size <= len(from); i++ {
		for _, rest := range choose(from[i+1:], size-1) {
			all = append(all, append([]int{from[i]}, rest...))
		}
	}
	return all
}
