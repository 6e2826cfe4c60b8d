package sqlfuncs

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// fitted is the statement that stores a model of mesures.
func fitted(name, more string) string {
	return "SELECT * FROM datamime_fit('" + name + "', " + mesures + more + ")"
}

// fails runs a statement that must fail, outside or inside a transaction.
func (s *testSession) fails(t testing.TB, sql, code, message, hint string) {
	t.Helper()
	_, err := s.run(t.Context(), sql, Text)
	if err == nil {
		t.Errorf("%s: no error", sql)
		return
	}
	c, m, h, _ := failed(err)
	if c != code || m != message || hint != "*" && h != hint {
		t.Errorf("%s\ngot  %s: %s\n     %s\nwant %s: %s\n     %s", sql, c, m, h, code, message, hint)
	}
}

// database connects to a new database, in which nobody has stored a model, and
// which ends with the test.
func database(t *testing.T, name string) *testSession {
	t.Helper()
	temporary(t, "DATABASE", name, " WITH (FORCE)")
	return connectTo(t, name)
}

// serverRoles makes roles that end with the test. What they own must end before: a
// database is made after them.
func serverRoles(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		temporary(t, "ROLE", name, "")
	}
}

// temporary makes an object of the whole server, and drops it at the test's end.
func temporary(t *testing.T, kind, name, how string) {
	t.Helper()
	s := connect(t)
	s.must(t, "CREATE "+kind+" "+name)
	t.Cleanup(func() {
		if _, err := s.run(context.Background(), "DROP "+kind+" "+name+how, Text); err != nil {
			t.Error(inFull(err))
		}
	})
}

func connectTo(t *testing.T, name string) *testSession {
	t.Helper()
	config, err := pgconn.ParseConfig(serverURL)
	if err != nil {
		t.Fatal(err)
	}
	config.Database = name
	conn, err := pgconn.ConnectConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	s := &testSession{PgConn: conn}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return s
}

func TestStoredModel(t *testing.T) {
	s := connect(t)
	r := s.must(t, fitted("mesures", ""))
	if got := strings.Join(r.fields, ","); got != "model,series_count,row_count,bytes,seconds" {
		t.Errorf("columns %s", got)
	}
	if got := strings.Join(r.rows[0][:3], "|"); got != "mesures|6|4032" {
		t.Errorf("got %s", r)
	}
	if len(s.notices) != 1 || s.notices[0].Message != `model "mesures" holds the values of its source and is as sensitive` {
		t.Errorf("notices: %v", s.notices)
	}
	want := s.must(t, generated(", 5000, seed => 3"))
	for range 2 {
		got := s.must(t, "SELECT * FROM datamime_generate(model => 'mesures', row_count => 5000, seed => 3)")
		if got.String() != want.String() {
			t.Fatal("the stored model gives other rows")
		}
	}
	fittedModels = newModelCache()
	binary, err := s.run(t.Context(), "SELECT * FROM datamime_generate(model => 'mesures', row_count => 5000, seed => 3)", Binary)
	if err != nil {
		t.Fatal(inFull(err))
	}
	reference, err := s.run(t.Context(), generated(", 5000, seed => 3"), Binary)
	if err != nil || binary.String() != reference.String() {
		t.Error("the stored model gives other rows in binary form")
	}
	list := s.must(t, "SELECT model, source, time_column, series_columns, value_columns, frequency, series_count, row_count, bytes > 0, created_at <= now(), created_by = current_user FROM datamime_models() WHERE model = 'mesures'")
	if got := list.String(); got != "mesures|mesures|date_debut|{station,polluant}|{valeur}|01:00:00|6|4032|t|t|t\n" {
		t.Errorf("got %s", got)
	}
	if got := s.must(t, "SELECT (datamime_models()).*").rows; len(got) != 1 {
		t.Errorf("%d models", len(got))
	}
	if got := s.must(t, "SELECT * FROM datamime_drop('mesures')").String(); got != "mesures\n" {
		t.Errorf("got %s", got)
	}
	if got := s.must(t, "SELECT * FROM datamime_models()").rows; len(got) != 0 {
		t.Errorf("%d models", len(got))
	}
}

// TestModelWithoutSource drops the source, of every kind of column, behind
// the fit.
func TestModelWithoutSource(t *testing.T) {
	s := connect(t)
	s.must(t, "BEGIN")
	defer s.must(t, "ROLLBACK")
	s.must(t, "CREATE TABLE gone AS TABLE sales")
	s.must(t, "ALTER TABLE gone ALTER shop SET NOT NULL")
	args := "'day', ARRAY['shop'], ARRAY['amount','price','items','share','total']"
	more := ", start_at => '2024-02-20', end_at => '2024-05-20', seed => 5"
	want := s.must(t, "SELECT * FROM datamime_generate('gone', "+args+more+")")
	s.must(t, "SELECT datamime_fit('m', 'gone', "+args+")")
	s.must(t, "DROP TABLE gone")
	got := s.must(t, "SELECT * FROM datamime_generate(model => 'm'"+more+")")
	if len(got.rows) < 100 || got.String() != want.String() {
		t.Errorf("the model gives other rows:\n%s\n%s", got.rows[0], want.rows[0])
	}
	if a, b := strings.Join(got.fields, ","), strings.Join(want.fields, ","); a != b {
		t.Errorf("columns %s, not %s", a, b)
	}
	s.must(t, "SELECT datamime_generate(model => 'm', target => 'made'"+more+")")
	types := `SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod) || attnotnull, ',' ORDER BY attnum)
		FROM pg_attribute WHERE attrelid = '%s'::regclass AND attnum > 0 AND attname NOT IN ('id', 'day')`
	s.must(t, "CREATE TABLE again AS TABLE sales")
	s.must(t, "ALTER TABLE again ALTER shop SET NOT NULL")
	if a, b := s.must(t, fmt.Sprintf(types, "made")).String(), s.must(t, fmt.Sprintf(types, "again")).String(); a != b {
		t.Errorf("the target is made\n%snot\n%s", a, b)
	}
	if got := s.must(t, "TABLE made").String(); got != want.String() {
		t.Error("the target holds other rows")
	}
	s.must(t, "SET LOCAL search_path = ''")
	if got := s.must(t, "SELECT weather FROM datamime_generate(model => 'm'"+more+") LIMIT 3"); len(got.rows) != 3 {
		t.Error("the enum is not found on another search_path")
	}
}

func TestModelArguments(t *testing.T) {
	s := connect(t)
	s.must(t, "BEGIN")
	s.must(t, fitted("args", ", frequency => '1 day', holidays => 'none'"))
	s.must(t, fitted("fine", ""))
	want := s.must(t, generated(", frequency => '1 day', seed => 9")).String()
	for _, more := range []string{"", ", source => 'mesures', time_column => 'DATE_DEBUT'", ", series_columns => '{station,polluant}', value_column => 'valeur'",
		", frequency => '24 hours'", ", frequency => '1 day', holidays => 'none'"} {
		if got := s.must(t, "SELECT * FROM datamime_generate(model => 'args', seed => 9"+more+")").String(); got != want {
			t.Errorf("model%s gives other rows", more)
		}
	}
	if n := len(s.must(t, "SELECT * FROM datamime_generate(model => 'fi' || 'ne', row_count => $1)", Param{Value: []byte("7")}).rows); n != 7 {
		t.Errorf("%d rows", n)
	}
	s.fails(t, "SELECT * FROM datamime_generate(model => 'args', time_column => 'station')", "22023", `time_column is not that of model "args"`, "*")
	s.must(t, "ROLLBACK")
}

func TestModelErrors(t *testing.T) {
	s := database(t, "models_errors")
	none := "SELECT * FROM datamime_models() lists them; datamime_fit makes one."
	s.fails(t, "SELECT * FROM datamime_generate(model => 'nothing')", "42704", `model "nothing" does not exist`, none)
	s.fails(t, "SELECT * FROM datamime_drop('nothing')", "42704", `model "nothing" does not exist`, none)
	if got := s.must(t, "SELECT to_regnamespace('datamime')").String(); got != "∅\n" {
		t.Error("a look made the schema")
	}
	s.must(t, "CREATE TABLE h AS SELECT g AS t, 'a' AS k, (extract(hour FROM g) + 1)::int AS v FROM generate_series(timestamp '2024-01-01', '2024-01-09', '1 hour') g")
	fit := "SELECT * FROM datamime_fit('%s', 'h', 't', ARRAY['k'], 'v'%s)"
	s.must(t, fmt.Sprintf(fit, "hours", ""))
	s.fails(t, fmt.Sprintf(fit, "hours", ""), "42710", `model "hours" already exists`, "Give replace => true to put the new one in its place, or take another name.")
	s.must(t, fmt.Sprintf(fit, "hours", ", replace => true"))
	s.fails(t, fmt.Sprintf(fit, "", ""), "22023", "a model needs a name", "")
	s.fails(t, fmt.Sprintf(fit, "x", ", prior => 'hour'"), "42704", `model "hour" does not exist`, "Perhaps you meant hours.")
	s.fails(t, fmt.Sprintf(fit, "x", ", frequency => '7 hours'"), "22023", "frequency does not consist of whole steps of the source", "*")
	s.fails(t, "SELECT datamime_fit('x', 'h', 't', NULL, 'w')", "42703", `column "w" of "h" does not exist`, "*")
	for arg, hint := range map[string]string{
		"source => 'g'": "Leave it out, or give the model's own: h.", "time_column => 'u'": "Leave it out, or give the model's own: t.",
		"series_columns => '{v}'": "Leave it out, or give the model's own: k.", "value_column => '{v,k}'": "Leave it out, or give the model's own: v.",
		"frequency => '1 day'": "Leave it out, or give the model's own: 01:00:00.", "holidays => 'FR'": "Leave it out: the model knows.",
	} {
		name, _, _ := strings.Cut(arg, " ")
		s.fails(t, "SELECT * FROM datamime_generate(model => 'hours', "+arg+")", "22023", name+` is not that of model "hours"`, hint)
	}
	s.fails(t, "SELECT * FROM datamime_generate(model => 'huors')", "42704", `model "huors" does not exist`, "Perhaps you meant hours.")
	s.fails(t, "SELECT * FROM datamime_generate(model => (SELECT k FROM h LIMIT 1))", "42704", `model "a" does not exist`, "*")
}

// TestModelTransactions: a model is a row like any other.
func TestModelTransactions(t *testing.T) {
	s := database(t, "models_transactions")
	s.must(t, "CREATE TABLE h AS SELECT g AS t, (extract(hour FROM g) + 1)::int AS v FROM generate_series(timestamp '2024-01-01', '2024-01-09', '1 hour') g")
	fit := "SELECT model FROM datamime_fit('%s', 'h', 't', NULL, 'v') "
	s.must(t, "BEGIN")
	s.must(t, fmt.Sprintf(fit, "a"))
	s.must(t, "ROLLBACK")
	if got := s.must(t, "SELECT to_regnamespace('datamime')").String(); got != "∅\n" {
		t.Error("the store outlives the transaction")
	}
	s.must(t, "EXPLAIN "+fmt.Sprintf(fit, "a"))
	st, err := s.statement(fmt.Sprintf(fit, "a"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := st.Prepare(t.Context(), s, nil); err != nil {
		t.Fatal(inFull(err))
	}
	if got := s.must(t, "SELECT to_regnamespace('datamime')").String(); got != "∅\n" {
		t.Error("EXPLAIN or a description stored a model")
	}
	s.must(t, "BEGIN READ ONLY")
	s.fails(t, fmt.Sprintf(fit, "a"), "25006", "cannot execute CREATE SCHEMA in a read-only transaction", "")
	s.must(t, "ROLLBACK")
	s.must(t, fmt.Sprintf(fit, "a"))
	s.must(t, "BEGIN READ ONLY")
	if got := s.must(t, "SELECT count(*) FROM datamime_generate(model => 'a')").String(); got != "193\n" {
		t.Errorf("got %s", got)
	}
	s.fails(t, "SELECT datamime_drop('a')", "25006", "cannot execute DELETE in a read-only transaction", "")
	s.must(t, "ROLLBACK")

	// Two fits of one name at once: the second waits, and finds it taken.
	other := connectTo(t, "models_transactions")
	s.must(t, "BEGIN")
	s.must(t, fmt.Sprintf(fit, "b"))
	done := make(chan error, 1)
	go func() {
		_, err := other.run(t.Context(), fmt.Sprintf(fit, "b"), Text)
		done <- err
	}()
	watch := connectTo(t, "models_transactions")
	for watch.must(t, "SELECT count(*) FROM pg_locks WHERE NOT granted").String() == "0\n" {
	}
	s.must(t, "COMMIT")
	if err := <-done; err == nil {
		t.Error("both fits of one name are stored")
	} else if code, message, _, _ := failed(err); code != "42710" || message != `model "b" already exists` {
		t.Error(inFull(err))
	}
	s.must(t, "CREATE TEMP TABLE copy AS TABLE datamime.model")
	s.must(t, "SELECT datamime_drop('b')")
	s.must(t, "INSERT INTO datamime.model SELECT * FROM copy WHERE model = 'b'")
	if got := s.must(t, "SELECT count(*) FROM datamime_generate(model => 'b')").String(); got != "193\n" {
		t.Errorf("got %s", got)
	}
}

func TestModelPrior(t *testing.T) {
	s := connect(t)
	s.must(t, "BEGIN")
	defer s.must(t, "ROLLBACK")
	s.must(t, "CREATE TEMP TABLE old AS SELECT date_debut, station, polluant, commune, valeur FROM mesures WHERE date_debut < '2022-06-20'")
	s.must(t, "CREATE TEMP TABLE young AS SELECT *, 1 AS other FROM mesures WHERE date_debut >= '2022-06-18'")
	args := "'date_debut', ARRAY['station','polluant'], 'valeur'"
	s.must(t, "SELECT datamime_fit('old', 'old', "+args+")")
	r := s.must(t, "SELECT datamime_fit('both', 'young', "+args+", prior => 'old')")
	if got := strings.Join(r.rows[0][:3], "|"); got != "both|6|4032" {
		t.Errorf("got %s", r)
	}
	got := s.must(t, "SELECT date_debut, date_fin, station, polluant, commune, valeur FROM datamime_generate(model => 'both', row_count => 1000)").String()
	want := s.must(t, generated(", 1000")).String()
	if got != want {
		t.Error("the model of the parts is not that of the whole")
	}
	s.fails(t, "SELECT datamime_fit('x', 'young', 'date_debut', ARRAY['station'], 'valeur', prior => 'old')", "22023", `model "old" is not of the same columns`,
		"The model has time column date_debut, series columns station, polluant, value columns valeur.")
	s.must(t, "ROLLBACK")
	s.must(t, "BEGIN")
}

// TestModelEncodings: a model's texts are the same to every client.
func TestModelEncodings(t *testing.T) {
	s := connect(t)
	s.must(t, "BEGIN")
	s.must(t, `CREATE TEMP TABLE "mesuré" AS SELECT g AS t, 'été' AS "clé", '日' AS sun, (extract(hour FROM g) + 1)::int AS v FROM generate_series(timestamp '2024-01-01', '2024-01-09', '1 hour') g`)
	s.must(t, `SELECT datamime_fit('utf8', '"mesuré"', 't', ARRAY['clé'], 'v')`)
	s.must(t, `SELECT datamime_fit('latin', '(SELECT t, "clé", v FROM "mesuré")', 't', ARRAY['clé'], 'v')`)
	s.must(t, `SELECT datamime_define('told', '{"value": {"column": "é"}, "series": {"columns": {"clé": "text"}, "list": [["été"]]}}')`)
	want := s.must(t, `SELECT t, "clé", v FROM datamime_generate(model => 'latin', row_count => 20)`).String()
	told := s.must(t, `SELECT * FROM datamime_generate(model => 'told', row_count => 20)`).String()
	again := func(name, want string) {
		t.Helper()
		got := s.must(t, "SELECT * FROM datamime_generate(model => '"+name+"', row_count => 20)")
		if latin := strings.ReplaceAll(want, "é", "\xe9"); got.String() != latin {
			t.Errorf("%s gives %q, not %q", name, got.rows[0], latin[:40])
		}
	}
	s.must(t, "SET LOCAL client_encoding TO 'LATIN1'")
	again("latin", want)
	again("told", told)
	s.must(t, "SELECT datamime_fit('fromlatin', '(SELECT t, \"cl\xe9\", v FROM \"mesur\xe9\")', 't', ARRAY['cl\xe9'], 'v')")
	again("fromlatin", want)
	s.must(t, `SELECT datamime_define('tolatin', '{"value": {"column": "`+"\xe9"+`"}, "series": {"columns": {"cl`+"\xe9"+`": "text"}, "list": [["`+"\xe9t\xe9"+`"]]}}')`)
	again("tolatin", told)
	if got := s.must(t, "SELECT source, series_columns FROM datamime_models() WHERE model = 'fromlatin'").String(); got != "(SELECT t, \"cl\xe9\", v FROM \"mesur\xe9\")|{cl\xe9}\n" {
		t.Errorf("got %q", got)
	}
	s.fails(t, "SELECT * FROM datamime_generate(model => 'utf8', row_count => 20)", "22P05", "a text of the model has no equivalent in the client's encoding", "SET client_encoding TO 'UTF8' first.")
	s.must(t, "SET LOCAL client_encoding TO 'UTF8'")
	if got := s.must(t, `SELECT t, "clé", v FROM datamime_generate(model => 'fromlatin', row_count => 20)`).String(); got != want {
		t.Error("a model that was stored in Latin 1 reads otherwise")
	}
	s.must(t, "ROLLBACK")
}

// TestModelExtends: what is made beside the source's own series is made from a
// model as from the source, and leaves no trace in the model.
func TestModelExtends(t *testing.T) {
	s := connect(t)
	s.must(t, fitted("extends", ""))
	plain := s.must(t, "SELECT * FROM datamime_generate(model => 'extends', row_count => 50)").String()
	for _, more := range []string{", extend => 'series', series_count => 9", ", minimum => 20, maximum => 25", ", gaps => 'none', start_at => '2030-01-01'"} {
		want := s.must(t, generated(", 500"+more)).String()
		if got := s.must(t, "SELECT * FROM datamime_generate(model => 'extends', row_count => 500"+more+")").String(); got != want {
			t.Errorf("%s: other rows", more)
		}
	}
	if got := s.must(t, "SELECT * FROM datamime_generate(model => 'extends', row_count => 50)").String(); got != plain {
		t.Error("the model has changed")
	}
	s.must(t, "SELECT datamime_drop('extends')")
}

// TestModelClock: a model reads hours on the clock that it was fitted on.
func TestModelClock(t *testing.T) {
	s := connect(t)
	s.must(t, "BEGIN")
	args := "'meteo', 't', ARRAY['station'], ARRAY['temp','wind']"
	s.must(t, "SET LOCAL TimeZone TO 'Europe/Paris'")
	s.must(t, "SELECT datamime_fit('clock', "+args+")")
	rows := " start_at => timestamptz '2024-04-20 00:00+00', end_at => timestamptz '2024-04-22 00:00+00', seed => 3)"
	want := s.must(t, "SELECT extract(epoch FROM t), station, temp, wind FROM datamime_generate("+args+","+rows).String()
	s.must(t, "SET LOCAL TimeZone TO 'America/New_York'")
	if got := s.must(t, "SELECT extract(epoch FROM t), station, temp, wind FROM datamime_generate(model => 'clock',"+rows).String(); got != want {
		t.Error("the session's clock decides the rows of a stored model")
	}
	if got := s.must(t, "SELECT extract(epoch FROM t), station, temp, wind FROM datamime_generate(model => 'clock', time_zone => 'Europe/Paris',"+rows).String(); got != want {
		t.Error("the model's own clock is another")
	}
	s.fails(t, "SELECT * FROM datamime_generate(model => 'clock', time_zone => 'UTC',"+rows, "22023", `time_zone is not that of model "clock"`, "Leave it out, or give the model's own: Europe/Paris.")
	s.must(t, "ROLLBACK")
}

// TestModelShared: connections share a fitted model and leave no trace in it;
// run it with -race.
func TestModelShared(t *testing.T) {
	s := connect(t)
	s.must(t, "SELECT datamime_fit('shared', 'sales', 'day', ARRAY['shop'], ARRAY['amount','price','items','share','total'])")
	all := []string{"", ", extend => 'series', series_count => 5", ", seed => 8", ", start_at => '2030-01-01', row_count => 300"}
	want := make([]string, len(all))
	for i, more := range all {
		want[i] = s.must(t, "SELECT * FROM datamime_generate(model => 'shared'"+more+")").String()
	}
	fittedModels = newModelCache()
	var wg sync.WaitGroup
	for i := range 2 * len(all) {
		own := connect(t)
		wg.Go(func() {
			k := i % len(all)
			r, err := own.run(t.Context(), "SELECT * FROM datamime_generate(model => 'shared'"+all[k]+")", Text)
			if err != nil {
				t.Error(inFull(err))
			} else if r.String() != want[k] {
				t.Errorf("%q gives other rows beside others", all[k])
			}
		})
	}
	wg.Wait()
	s.must(t, "SELECT datamime_drop('shared')")
}
