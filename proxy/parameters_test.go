package proxy

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

var (
	someTime = time.Date(2024, 1, 5, 0, 0, 0, 0, time.UTC)
	someDay  = pgtype.Interval{Days: 1, Valid: true}
)

// parameterised are arguments behind the value column, with parameters in them
// of the types that programs have at hand.
var parameterised = []struct {
	arguments string
	values    []any
}{
	{"$1", []any{7}},
	{"$1", []any{int16(7)}},
	{"$1", []any{"7"}},
	{"$1", []any{nil}},
	{"$1", []any{7.0}},
	{"$1::int", []any{7}},
	{"$1::text::int", []any{"7"}},
	{"$1 + 1", []any{7}},
	{"$1::numeric", []any{"7"}},
	{"$1::float8", []any{7.0}},
	{"row_count => $1, seed => $2", []any{7, 3}},
	{"$1, seed => $1", []any{7}},
	{"5, start_at => $1", []any{someTime}},
	{"5, start_at => $1", []any{"2024-01-05"}},
	{"5, start_at => $1", []any{nil}},
	{"5, start_at => $1::timestamptz", []any{someTime}},
	{"5, start_at => $1::date", []any{someTime}},
	{"5, start_at => $1, end_at => $2", []any{someTime, someTime.Add(2 * time.Hour)}},
	{"5, start_at => $1::timestamptz - $2::interval", []any{someTime, time.Hour}},
	{"5, start_at => $1::timestamp - $2 * interval '1 hour'", []any{someTime, 3}},
	{"5, start_at => to_timestamp($1 / 1000.0)", []any{1704412800000}},
	{"5, start_at => greatest($1, timestamp '2024-01-01')", []any{someTime}},
	{"5, start_at => CASE WHEN $1 THEN timestamp '2024-02-01' END", []any{true}},
	{"5, start_at => (SELECT max(t) FROM mini WHERE k = $1)", []any{"a"}},
	{"5, frequency => $1", []any{2 * time.Hour}},
	{"5, frequency => $1", []any{"2 hours"}},
	{"5, frequency => $1", []any{someDay}},
	{"5, frequency => make_interval(hours => $1)", []any{2}},
	{"5, frequency => $1 * interval '1 second'", []any{7200}},
	{"5, seed => hashtext($1)", []any{"x"}},
	{"5, extend => $1, series_count => $2", []any{"series", 4}},
	{"5, gaps => $1", []any{"none"}},
	{"5, decimals => $1, minimum => $2, maximum => $3", []any{2, 1.5, 30}},
	{"5, minimum => $1", []any{"1"}},
	{"5, innovations => $1", []any{"fitted"}},
	{"5, aggregate => $1, frequency => $2", []any{"sum", someDay}},
	{"5, time_zone => $1, holidays => $2", []any{"Europe/Paris", "FR"}},
	{"5, $1, $2, $3, $4", []any{someTime, nil, "1 hour", 4}},
}

// TestParameters: in the simple protocol pgx writes parameters as literals;
// described before they are bound or not, in text or in binary, they give the
// same.
func TestParameters(t *testing.T) {
	ctx := context.Background()
	_, address := serve(t, "")
	conn, err := pgx.Connect(ctx, "postgres://postgres@"+address+"/"+oursDatabase(t, address))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	for i, c := range parameterised {
		sql := "SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', " + c.arguments + ")"
		if i%2 == 1 {
			sql = strings.Replace(sql, "*", "count(*), max(t), sum(v)", 1)
		}
		ask := func(mode pgx.QueryExecMode) string {
			rows, err := conn.Query(ctx, sql, append([]any{mode}, c.values...)...)
			out := ""
			for err == nil && rows.Next() {
				var values []any
				values, err = rows.Values()
				out += fmt.Sprintln(values...)
			}
			if err == nil {
				err = rows.Err()
			}
			if err != nil {
				t.Errorf("%s %v, mode %v: %v", sql, c.values, mode, err)
			}
			return out
		}
		want := ask(pgx.QueryExecModeSimpleProtocol)
		for _, mode := range []pgx.QueryExecMode{pgx.QueryExecModeCacheStatement, pgx.QueryExecModeCacheDescribe, pgx.QueryExecModeDescribeExec, pgx.QueryExecModeExec} {
			if got := ask(mode); got != want {
				t.Errorf("%s %v, mode %v\n%s\nnot\n%s", sql, c.values, mode, got, want)
			}
		}
	}
}
