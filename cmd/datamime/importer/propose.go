package importer

import (
	"context"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// proposeRows is how much of the table a proposal is made from.
const proposeRows = 100000

// propose finds the time, the series and the value column, and writes the
// statement that generates from the table; "" when there is no time or value.
// A date and a time of day in columns of their own become one time in a query.
func propose(ctx context.Context, conn *pgx.Conn, table pgx.Identifier, given string, columns []Column) (string, error) {
	when, clock, value := -1, -1, -1
	var keys []int
	for i, c := range columns {
		switch {
		case c.kind == asMoment && when < 0:
			when = i
		case c.kind == asClock && clock < 0:
			clock = i
		case c.kind == asText && c.Missing == 0:
			keys = append(keys, i)
		case c.kind == asNumber && (value < 0 || !likelyValue(columns[value].Name) && likelyValue(c.Name)) && !likelyKey(c.Name):
			value = i
		}
	}
	if when < 0 || value < 0 {
		return "", nil
	}
	for i, c := range columns {
		if c.kind == asNumber && i != value && (c.Type == "integer" || c.Type == "bigint") && likelyKey(c.Name) {
			keys = append(keys, i)
		}
	}
	times := []int{when}
	if clock >= 0 && columns[when].Type == "date" {
		times = append(times, clock)
	}
	series, err := findSeries(ctx, conn, table, columns, times, keys)
	if err != nil {
		return "", err
	}
	if len(times) == 1 {
		return statement(given, columns[when].Name, series, columns[value].Name), nil
	}
	const both = "date_time"
	list := append([]string{columns[when].Name + " + " + columns[clock].Name + " AS " + both}, series...)
	query := "(SELECT " + strings.Join(append(list, columns[value].Name), ", ") + " FROM " + given + ")"
	return statement(query, both, series, columns[value].Name), nil
}

// likelyValue and likelyKey judge a column of numbers by the words in its name.
func likelyValue(name string) bool {
	return hasWord(name, "valeur", "value", "mesure", "measure", "montant", "amount", "total", "count")
}

func likelyKey(name string) bool {
	return hasWord(name, "id", "code", "insee", "numero", "no", "zip", "lat", "lon", "latitude", "longitude", "wgs84", "year", "annee", "month", "mois")
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

// statement writes the call.
func statement(table, when string, series []string, value string) string {
	list := ""
	if len(series) > 0 {
		quoted := make([]string, len(series))
		for i, s := range series {
			quoted[i] = "'" + s + "'"
		}
		list = " ARRAY[" + strings.Join(quoted, ",") + "],"
	}
	source := "'" + strings.ReplaceAll(table, "'", "''") + "'"
	if list == "" {
		return "SELECT datamime_generate(" + source + ", '" + when + "', value_column => '" + value + "', row_count => 1000000);"
	}
	return "SELECT datamime_generate(" + source + ", '" + when + "'," + list + " '" + value + "', 1000000);"
}
