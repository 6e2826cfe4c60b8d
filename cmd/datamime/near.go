package main

import (
	"context"
	"regexp"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/datamime/datamime/cmd/datamime/locale"
)

// listed is how many tables are named to somebody who missed one.
const listed = 8

// missedTable is what the server says of a table that is not there.
var missedTable = regexp.MustCompile(`"([^"]+)"`)

// nearTables says which table may have been meant where the server knows none
// of that name, or which there are.
func nearTables(ctx context.Context, conn *pgconn.PgConn, message string) string {
	result := conn.ExecParams(ctx, `SELECT c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'datamime')
		AND pg_catalog.pg_table_is_visible(c.oid) ORDER BY 1`, nil, nil, nil, nil).Read()
	if result.Err != nil {
		return ""
	}
	var names []string
	for _, row := range result.Rows {
		names = append(names, string(row[0]))
	}
	if len(names) == 0 {
		return " (" + locale.Say("There is no table in this database: bring one by datamime import.") + ")"
	}
	if m := missedTable.FindStringSubmatch(message); m != nil {
		best, near := "", 1+len(m[1])/3
		for _, name := range names {
			if d := levenshtein.ComputeDistance(strings.ToLower(m[1]), strings.ToLower(name)); d <= near {
				best, near = name, d-1
			}
		}
		if best != "" {
			return " (" + locale.Say("Perhaps you meant %s.", best) + ")"
		}
	}
	if len(names) > listed {
		names = append(names[:listed], "...")
	}
	return " (" + locale.Say("Tables of this database: %s.", strings.Join(names, ", ")) + ")"
}
