package proxy

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// TestManyStatements prepares 10,000 statements on one connection, every
// twentieth of them ours: each answers as it should, they hold what they may,
// and nothing once they are dropped.
func TestManyStatements(t *testing.T) {
	const statements, oursEvery = 10_000, 20
	_, address := serve(t, "")
	ctx := context.Background()
	conn := connectTo(t, address).PgConn()
	text := func(i int) string {
		if i%oursEvery == 0 {
			return fmt.Sprintf("SELECT version <> '', %d, $1::int FROM datamime_version()", i)
		}
		return fmt.Sprintf("SELECT true, %d, $1::int", i)
	}
	before := heldHeap()
	for i := range statements {
		if _, err := conn.Prepare(ctx, fmt.Sprint("s", i), text(i), nil); err != nil {
			t.Fatal(err)
		}
	}
	// The client of this test holds something of them, too.
	if grown := heldHeap() - before; grown > 16<<20 {
		t.Errorf("%d statements, %d of them ours, hold %d bytes", statements, statements/oursEvery, grown)
	}
	for i := 0; i < statements; i += 7 {
		got := conn.ExecPrepared(ctx, fmt.Sprint("s", i), [][]byte{[]byte("42")}, nil, nil).Read()
		if got.Err != nil || len(got.Rows) != 1 || string(got.Rows[0][0]) != "t" ||
			string(got.Rows[0][1]) != fmt.Sprint(i) || string(got.Rows[0][2]) != "42" {
			t.Fatalf("statement %d gave %q, %v", i, got.Rows, got.Err)
		}
	}
	if _, err := conn.Exec(ctx, "DEALLOCATE ALL").ReadAll(); err != nil {
		t.Fatal(err)
	}
	if grown := heldHeap() - before; grown > 4<<20 {
		t.Errorf("after DEALLOCATE ALL %d bytes are held", grown)
	}
	got := conn.ExecPrepared(ctx, "s0", [][]byte{nil}, nil, nil).Read()
	wantCode(t, got.Err, "26000")
}

func heldHeap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// Statements of ours hold a bounded part of memory: those beyond are refused,
// until others are dropped.
func TestStatementsBeyondTheirRoom(t *testing.T) {
	_, address := serve(t, "")
	ctx := context.Background()
	conn := connectTo(t, address)
	long := "SELECT count(*), '" + strings.Repeat("x", 900_000) + "' FROM datamime_version()"
	for i := range maxStatements / (5 * len(long)) {
		if _, err := conn.Prepare(ctx, fmt.Sprint("s", i), long); err != nil {
			t.Fatal(err)
		}
	}
	_, err := conn.Prepare(ctx, "one too many", long)
	wantCode(t, err, "54000")
	if _, err := conn.Prepare(ctx, "not ours", "SELECT 1"); err != nil {
		t.Error(err)
	}
	if _, err := conn.Exec(ctx, "DEALLOCATE s1", pgx.QueryExecModeSimpleProtocol); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Prepare(ctx, "one more", long); err != nil {
		t.Error(err)
	}
}

// TestChangedSource prepares statements over a source whose columns change: as
// with any table, only a statement whose own result would change fails.
func TestChangedSource(t *testing.T) {
	_, address := serve(t, "")
	ctx := context.Background()
	conn := connectTo(t, address).PgConn()
	exec := func(sql string) {
		t.Helper()
		if _, err := conn.Exec(ctx, sql).ReadAll(); err != nil {
			t.Fatal(err)
		}
	}
	exec("CREATE TEMP TABLE changing AS SELECT g AS t, extract(hour FROM g)::int AS v, 'x' AS note FROM generate_series(timestamp '2024-01-01', '2024-01-09', '1 hour') g")
	const call = "datamime_generate('changing', 't', NULL, 'v', $1)"
	statements := map[string]string{
		"all": "SELECT * FROM " + call, "two": "SELECT t, note FROM " + call,
		"value": "SELECT v FROM " + call, "count": "SELECT count(*), sum(v) FROM " + call,
	}
	for name, sql := range statements {
		if _, err := conn.Prepare(ctx, name, sql, nil); err != nil {
			t.Fatal(err)
		}
	}
	run := func(name, code string) {
		t.Helper()
		got := conn.ExecPrepared(ctx, name, [][]byte{[]byte("7")}, nil, nil).Read()
		if code != "" {
			wantCode(t, got.Err, code)
		} else if got.Err != nil || len(got.Rows) == 0 {
			t.Errorf("%s: %d rows, %v", name, len(got.Rows), got.Err)
		}
	}
	exec("ALTER TABLE changing ADD more text DEFAULT 'm'")
	run("all", "0A000")
	run("two", "")
	run("value", "")
	run("count", "")
	exec("ALTER TABLE changing ALTER v TYPE numeric(8,2)")
	run("two", "")
	run("value", "0A000")
	run("count", "0A000") // the sum of integers is a bigint
	exec("ALTER TABLE changing ALTER v TYPE int")
	run("value", "")
	run("count", "")
	exec("ALTER TABLE changing DROP more")
	run("all", "")
	exec("ALTER TABLE changing DROP note")
	run("two", "42703")
	run("value", "")
}

// TestMostParameters: a client may use all the numbers that there are for
// parameters, but not beside a call whose rows need some.
func TestMostParameters(t *testing.T) {
	_, address := serve(t, "")
	conn := connectTo(t, address)
	source(t, conn, 1, 100)
	ctx := context.Background()
	for _, test := range []struct {
		number int
		code   string
	}{{math.MaxUint16, "54023"}, {math.MaxUint16 + 1, "54023"}, {1 << 30, "54023"}} {
		oids := make([]uint32, min(test.number, math.MaxUint16))
		for i := range oids {
			oids[i] = pgtype.Int4OID
		}
		_, err := conn.PgConn().Prepare(ctx, "", fmt.Sprintf(
			"SELECT count(*) FROM datamime_generate('readings', 'at', ARRAY['sensor'], 'value', 5) WHERE value > $%d", test.number), oids)
		wantCode(t, err, test.code)
	}
	if n := mustCount(t, conn, "SELECT count(*)::int FROM datamime_version()"); n != 1 {
		t.Errorf("%d rows", n)
	}
}
