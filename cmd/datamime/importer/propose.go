package importer

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"
)

// proposeRows is how much of the table a proposal is made from.
const proposeRows = 100000

// propose finds the time, the series and the value column, and writes the
// statement that generates from the table; "" when there is no time or value.
func propose(ctx context.Context, conn *pgx.Conn, table pgx.Identifier, given string, columns []Column) (string, error) {
	when, value := -1, -1
	var keys []int
	for i, c := range columns {
		switch {
		case c.kind == asMoment && when < 0:
			when = i
		case c.kind == asNumber && likelyValue(c.Name):
			value = i
		case c.kind == asText && c.Missing == 0:
			keys = append(keys, i)
		}
	}
	for i, c := range columns {
		if value < 0 && c.kind == asNumber && (c.Type == "numeric" || c.Type == "double precision") {
			value = i
		}
	}
	for i := len(columns) - 1; i >= 0 && value < 0; i-- {
		if columns[i].kind == asNumber {
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
	series, err := findSeries(ctx, conn, table, columns, when, keys)
	if err != nil {
		return "", err
	}
	return statement(given, columns[when].Name, series, columns[value].Name), nil
}

func likelyValue(name string) bool {
	for _, word := range []string{"valeur", "value", "mesure", "montant", "amount", "count", "cnt", "total", "temp"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

func likelyKey(name string) bool {
	for _, word := range []string{"id", "code", "numero", "station", "site"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// mostKeys bounds the columns that are tried as keys of the series.
const mostKeys = 8

// findSeries returns the fewest columns that, with the time, tell (nearly) all
// rows apart. nil: none do, or the time alone does.
func findSeries(ctx context.Context, conn *pgx.Conn, table pgx.Identifier, columns []Column, when int, keys []int) ([]string, error) {
	keys = keys[:min(len(keys), mostKeys)]
	sets := [][]int{nil}
	for size := 1; size <= 3; size++ {
		sets = append(sets, choose(keys, size)...)
	}
	for _, set := range sets {
		names := make([]string, 0, len(set))
		distinct := pgx.Identifier{columns[when].Name}.Sanitize()
		for _, k := range set {
			names = append(names, columns[k].Name)
			distinct += ", " + pgx.Identifier{columns[k].Name}.Sanitize()
		}
		var told bool
		err := conn.QueryRow(ctx, "SELECT count(DISTINCT ("+distinct+")) >= 0.99 * count(*) FROM (SELECT * FROM "+
			table.Sanitize()+" LIMIT $1) AS t", proposeRows).Scan(&told)
		if err != nil {
			return nil, serverError(err)
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
