package proxy

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// TestModels stores models and uses them as clients do: in simple and in
// extended messages, inside and outside of transactions.
func TestModels(t *testing.T) {
	ctx := context.Background()
	_, address := serve(t, "")
	admin, err := pgx.Connect(ctx, "postgres://postgres@"+address+"/postgres")
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close(ctx)
	mustExec(t, admin, "DROP DATABASE IF EXISTS models")
	if _, err := admin.Exec(ctx, "CREATE DATABASE models"); err != nil {
		t.Fatal(err)
	}
	var notices []string
	config, err := pgx.ParseConfig("postgres://postgres@" + address + "/models")
	if err != nil {
		t.Fatal(err)
	}
	config.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) { notices = append(notices, n.Message) }
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := conn.Exec(ctx, sql, args...); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	one := func(sql string, args ...any) (n int64) {
		t.Helper()
		if err := conn.QueryRow(ctx, sql, args...).Scan(&n); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		return n
	}
	failsWith := func(code, sql string, args ...any) {
		t.Helper()
		_, err := conn.Exec(ctx, sql, args...)
		if e, ok := err.(*pgconn.PgError); !ok || e.Code != code {
			t.Errorf("%s: %v, not %s", sql, err, code)
		}
	}
	exec("CREATE TABLE h AS SELECT g AS t, k, (20 + 8 * sin(extract(hour FROM g) / 3.8) + k)::int AS v FROM generate_series(timestamp '2024-01-01', '2024-01-14 23:00', '1 hour') g, generate_series(1, 2) k")
	if n := one("SELECT row_count FROM datamime_fit($1, 'h', 't', ARRAY['k'], 'v')", "extended"); n != 672 {
		t.Errorf("%d rows", n)
	}
	exec("SELECT * FROM datamime_fit('simple', 'h', 't', ARRAY['k'], 'v')", pgx.QueryExecModeSimpleProtocol)
	if len(notices) != 2 {
		t.Errorf("notices: %q", notices)
	}
	failsWith("42710", "SELECT * FROM datamime_fit('simple', 'h', 't', ARRAY['k'], 'v')")
	failsWith("42710", "SELECT * FROM datamime_fit('simple', 'h', 't', ARRAY['k'], 'v')", pgx.QueryExecModeSimpleProtocol)
	exec("SELECT * FROM datamime_fit($1, 'h', 't', ARRAY['k'], 'v', replace => $2)", "simple", true)
	exec("BEGIN; SELECT datamime_fit('gone', 'h', 't', ARRAY['k'], 'v'); SELECT count(*) FROM datamime_generate(model => 'gone'); ROLLBACK")
	failsWith("42704", "SELECT * FROM datamime_generate(model => 'gone')")
	exec("DROP TABLE h")
	for _, model := range []string{"simple", "extended"} {
		if n := one("SELECT count(*) FROM datamime_generate(model => '"+model+"', row_count => $1)", 50); n != 50 {
			t.Errorf("%d rows", n)
		}
	}
	exec("SELECT datamime_define('told', $1)", `{"series": {"columns": {"k": "text"}, "list": [["a"]]}}`)
	if n := one("SELECT count(*) FROM datamime_models()"); n != 3 {
		t.Errorf("%d models", n)
	}
	exec("CREATE TABLE filled AS SELECT * FROM datamime_generate(model => 'told', row_count => 20)")
	exec("COPY (SELECT * FROM datamime_generate(model => 'told', row_count => 20)) TO STDOUT", pgx.QueryExecModeSimpleProtocol)
	exec("SELECT datamime_generate(model => 'extended', row_count => 20, target => 'made')")
	if n := one("SELECT count(*) FROM made"); n != 20 {
		t.Errorf("%d rows in the target", n)
	}
	exec("SELECT datamime_drop($1)", "told")
	failsWith("42704", "SELECT datamime_drop('told')")
}
