package proxy

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// standIns make functions in the server that give what ours give, from a
// table that ours have filled: the reference that scripts over our functions
// are compared with.
const standIns = `
CREATE TABLE mini (t timestamp NOT NULL, k text, v integer, note varchar(20), lot numeric(8,2));
INSERT INTO mini SELECT '2024-01-01'::timestamp + h * interval '1 hour', k, (20 + 8 * sin(h / 3.8) + ascii(k) % 5 + (h * 7919 % 13) / 4)::integer, 'of ' || k, ascii(k) + 0.25
FROM generate_series(0, 335) h, unnest(ARRAY['a', 'b', 'c']) k;
`

const standInFunctions = `
CREATE FUNCTION datamime_generate(source text, time_column text, series_columns text[], value_column text, row_count bigint)
RETURNS SETOF generated LANGUAGE sql STABLE ROWS 1000000 AS
$$ SELECT * FROM generated ORDER BY t, k LIMIT $5 * current_setting('standin.on')::int $$;
CREATE FUNCTION datamime_generate(model text, row_count bigint) RETURNS SETOF generated LANGUAGE sql STABLE ROWS 1000000 AS
$$ SELECT * FROM generated ORDER BY t, k LIMIT $2 * current_setting('standin.on')::int $$;
CREATE FUNCTION datamime_generate(model text, row_count bigint, seed bigint) RETURNS SETOF record LANGUAGE sql STABLE ROWS 1000000 AS
$$ SELECT * FROM generated ORDER BY t, k LIMIT $2 * current_setting('standin.on')::int $$;
CREATE FUNCTION datamime_version() RETURNS TABLE (version text, commit text, postgres text) LANGUAGE sql STABLE AS
$$ SELECT 'devel', NULL, current_setting('server_version') WHERE current_setting('standin.on') = '1' $$;
`

// standInsOn is what a session must say to use the stand-ins: one through the
// proxy does not, so that a call that the proxy did not see fails there.
var standInsOn = []string{"options=-c standin.on=1"}

// oursDatabase makes a database with a source, a table generated from it
// through the proxy, and the stand-ins; it returns its name.
func oursDatabase(t *testing.T, address string) string {
	t.Helper()
	ctx := context.Background()
	run := func(database, address, sql string) {
		t.Helper()
		conn, err := pgx.Connect(ctx, "postgres://postgres@"+address+"/"+database)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(ctx)
		if _, err := conn.PgConn().Exec(ctx, sql).ReadAll(); err != nil {
			t.Fatal(err)
		}
	}
	run("postgres", address, "DROP DATABASE IF EXISTS ours")
	run("postgres", address, "CREATE DATABASE ours")
	run("ours", address, standIns)
	run("ours", address, "SELECT datamime_generate('mini', 't', ARRAY['k'], 'v', 200, target => 'generated')")
	run("ours", address, "SELECT datamime_fit('minis', 'mini', 't', ARRAY['k'], 'v')")
	run("ours", address, standInFunctions)
	return "ours"
}

// TestOursDifferential plays the conversations of testdata/ours to PostgreSQL,
// where functions of the same names read a table that holds the same rows, and
// through the proxy. The answers must be the same bytes.
func TestOursDifferential(t *testing.T) {
	files, err := filepath.Glob("testdata/ours/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts", err)
	}
	_, address := serve(t, "")
	_, attentive := serve(t, "", func(srv *Server) { srv.attentive = true })
	database := oursDatabase(t, address)
	direct := net.JoinHostPort("127.0.0.1", strconv.Itoa(postgres.Port))
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			script := "connect database=" + database + "\n" + string(text)
			want := playFile(t, script, &wirePlayer{address: direct, startup: standInsOn})
			compareWire(t, "through the proxy", want, playFile(t, script, &wirePlayer{address: address}))
			compareWire(t, "byte by byte", want, playFile(t, script, &wirePlayer{address: address, dribble: true}))
			compareWire(t, "with another statement of ours", want, playFile(t, script, &wirePlayer{address: address, between: makeAttentive}))
			compareWire(t, "message by message", want, playFile(t, script, &wirePlayer{address: attentive, between: makeAttentive}))
		})
	}
}
