package proxy

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/datamime/datamime/cmd/embedded"
)

// standbyReads are statements that a standby answers as its primary would.
var standbyReads = []string{
	"SELECT md5(string_agg(g::text, ',')) FROM (SELECT datamime_generate('mini', 't', ARRAY['k'], 'v', 500)) g",
	"SELECT datamime_generate('mini', 't', ARRAY['k'], 'v', 5)",
	"SELECT k, count(*), sum(v) FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 500) g GROUP BY 1 ORDER BY 1",
	"SELECT count(*), sum(g.v) FROM mini JOIN datamime_generate('mini', 't', ARRAY['k'], 'v', 500) g USING (t, k)",
	"SELECT count(*), sum(v) FROM datamime_generate(model => 'minis', row_count => 500)",
	"SELECT model, row_count FROM datamime_models()",
	"SELECT k, row_count, mean FROM datamime_describe('mini', 't', ARRAY['k'], 'v') ORDER BY 1",
	"SELECT measure, ratio FROM datamime_evaluate('mini', 't', ARRAY['k'], 'v') LIMIT 3",
	"SELECT count(*) FROM datamime_help()",
	"BEGIN ISOLATION LEVEL REPEATABLE READ; DECLARE c SCROLL CURSOR WITH HOLD FOR SELECT k, v FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 9); FETCH 2 FROM c; MOVE LAST c; COMMIT; FETCH PRIOR FROM c; CLOSE c",
	"PREPARE p (bigint) AS SELECT count(*) FROM datamime_generate('mini', 't', ARRAY['k'], 'v', $1); EXECUTE p (7); EXECUTE p (8); DEALLOCATE p",
	"EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off) SELECT k FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 9) g WHERE v > 0",
}

// standbyRefusals are statements that write, and the SQLSTATE that they fail
// with.
var standbyRefusals = map[string]string{
	"SELECT datamime_fit('m', 'mini', 't', ARRAY['k'], 'v')":                                     "25006",
	"SELECT datamime_drop('minis')":                                                              "25006",
	"SELECT datamime_generate('mini', 't', ARRAY['k'], 'v', 5, target => 'made')":                "25006",
	"INSERT INTO mini SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 5)":          "25006",
	"CREATE TEMP TABLE made AS SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 5)": "25006",
}

// answersOf are the rows and tags of a Query.
func answersOf(t *testing.T, conn *pgx.Conn, sql string) string {
	t.Helper()
	results, err := conn.PgConn().Exec(context.Background(), sql).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	var b strings.Builder
	for _, r := range results {
		for _, row := range r.Rows {
			for _, v := range row {
				b.Write(append(v, '|'))
			}
			b.WriteByte('\n')
		}
		b.WriteString(r.CommandTag.String() + "\n")
	}
	return b.String()
}

// TestStandby: a standby gives what its primary does, and nothing has to be
// written for it.
func TestStandby(t *testing.T) {
	ctx := context.Background()
	_, address := serve(t, "")
	primary, err := pgx.Connect(ctx, "postgres://postgres@"+address+"/"+oursDatabase(t, address))
	if err != nil {
		t.Fatal(err)
	}
	defer primary.Close(ctx)
	var table, row string
	if err := primary.QueryRow(ctx, `SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum)
		|| (SELECT ', ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'datamime.model'::regclass AND contype = 'p'), string_agg('quote_nullable(' || attname || '::text)', ', ' ORDER BY attnum)
		FROM pg_attribute WHERE attrelid = 'datamime.model'::regclass AND attnum > 0`).Scan(&table, &row); err != nil {
		t.Fatal(err)
	}
	if err := primary.QueryRow(ctx, "SELECT concat_ws(', ', "+row+") FROM datamime.model").Scan(&row); err != nil {
		t.Fatal(err)
	}
	setup := strings.Split(strings.ReplaceAll(strings.TrimSpace(standIns), "\nFROM", " FROM"), "\n")
	setup = append(setup, "CREATE SCHEMA datamime", "CREATE TABLE datamime.model ("+table+")", "INSERT INTO datamime.model VALUES ("+row+")")
	server, err := embedded.Start(ctx, embedded.Options{Version: postgresVersion, Setup: setup, Standby: true})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	_, address = serve(t, server.URL())
	standby, err := pgx.Connect(ctx, "postgres://postgres@"+address+"/postgres")
	if err != nil {
		t.Fatal(err)
	}
	defer standby.Close(ctx)
	for _, sql := range standbyReads {
		if got, want := answersOf(t, standby, sql), answersOf(t, primary, sql); got != want {
			t.Errorf("%s\n%s\nnot\n%s", sql, got, want)
		}
	}
	for sql, code := range standbyRefusals {
		_, err := standby.PgConn().Exec(ctx, sql).ReadAll()
		if e := (*pgconn.PgError)(nil); !errors.As(err, &e) || e.Code != code {
			t.Errorf("%s: %v", sql, err)
		}
	}
}
