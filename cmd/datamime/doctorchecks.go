package main

import (
	"context"
	"crypto/tls"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/datamime/datamime/cmd/datamime/locale"
	"github.com/datamime/datamime/sqlfuncs"
)

// oldestServer is the oldest PostgreSQL that is still kept by its project.
const oldestServer = 14

// versions looks at the server and at the proxy in front of it.
func (d *doctor) versions(ctx context.Context) {
	server := d.conn.ParameterStatus("server_version")
	major := server[:len(server)-len(strings.TrimLeft(server, "0123456789"))]
	if n, err := strconv.Atoi(major); err == nil && n < oldestServer {
		d.note("server", doubtful, "PostgreSQL "+server, locale.Say("nobody mends errors in it any more: plan for a newer one"))
	} else {
		d.note("server", passed, "PostgreSQL "+server, "")
	}
	proxy, err := d.row(ctx, "SELECT version FROM datamime_version()")
	switch {
	case err != nil:
		d.bare = true
		d.note("proxy", failed, locale.Say("what answers is PostgreSQL itself, no datamime proxy"), startProxy(d.conn))
	case proxy[0] != versionNumber():
		d.note("proxy", doubtful, locale.Say("datamime %s, this program is %s", proxy[0], versionNumber()),
			locale.Say("use the same version on both sides: a verb may have arguments that the proxy does not know"))
	default:
		d.note("proxy", passed, "datamime "+proxy[0], "")
	}
}

// encryption looks at both legs: to the proxy, and from it to the server.
func (d *doctor) encryption(ctx context.Context) {
	conn, encrypted := d.conn.Conn().(*tls.Conn)
	switch {
	case encrypted:
		d.note("TLS to the proxy", passed, tls.VersionName(conn.ConnectionState().Version), "")
	case local(d.conn.Conn().RemoteAddr()):
		d.note("TLS to the proxy", passed, locale.Say("none, and none is needed on one machine"), "")
	default:
		d.note("TLS to the proxy", doubtful, locale.Say("none: passwords and rows can be read on the way"),
			locale.Say("give datamime serve a certificate (--tls-cert, --tls-key), and add sslmode=verify-full to --to"))
	}
	leg, err := d.row(ctx, `SELECT coalesce((SELECT version FROM pg_catalog.pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl), ''),
		coalesce(host(inet_client_addr()), '') IN ('', '127.0.0.1', '::1') OR inet_client_addr() = inet_server_addr()`)
	switch {
	case err != nil:
		d.note("TLS to the server", doubtful, locale.Say("it cannot be told: %v", err), "")
	case leg[0] != "":
		d.note("TLS to the server", passed, leg[0], "")
	case leg[1] != "f":
		d.note("TLS to the server", passed, locale.Say("none, and none is needed on one machine"), "")
	default:
		d.note("TLS to the server", doubtful, locale.Say("none: rows can be read on the way"),
			locale.Say("add sslmode=require to --upstream, or keep proxy and server in one private network"))
	}
}

// local tells whether an address is of this machine.
func local(a net.Addr) bool {
	tcp, ok := a.(*net.TCPAddr)
	return !ok || tcp.IP.IsLoopback()
}

// clocks compares the server's clock with ours.
func (d *doctor) clocks(ctx context.Context) {
	before := time.Now()
	row, err := d.row(ctx, "SELECT extract(epoch FROM clock_timestamp())::text, current_setting('TimeZone')")
	after := time.Now()
	if err != nil {
		d.note("clocks", doubtful, err.Error(), "")
		return
	}
	seconds, err := strconv.ParseFloat(row[0], 64)
	if err != nil {
		d.note("clocks", doubtful, err.Error(), "")
		return
	}
	middle := before.Add(after.Sub(before) / 2)
	apart := time.UnixMicro(int64(seconds * 1e6)).Sub(middle).Round(time.Millisecond)
	detail := locale.Say("%s apart, the session's time zone is %s", apart.Abs(), row[1])
	if apart.Abs() > 2*time.Second+after.Sub(before) {
		d.note("clocks", doubtful, detail, locale.Say("keep both by NTP: now() in a start_at or end_at is the server's clock"))
		return
	}
	d.note("clocks", passed, detail, "")
}

// settings looks at what can stop a call.
func (d *doctor) settings(ctx context.Context) {
	row, err := d.row(ctx, "SELECT current_setting('statement_timeout'), current_setting('transaction_read_only'), pg_is_in_recovery()")
	if err != nil {
		d.note("settings", doubtful, err.Error(), "")
		return
	}
	if row[0] != "0" {
		d.note("statement_timeout", doubtful, locale.Say("%s, which counts the time to fit and to generate too", row[0]),
			locale.Say("for large calls: SET statement_timeout = 0, or ALTER ROLE ... SET"))
	}
	switch {
	case row[2] == "t":
		d.writable = locale.Say("the server is a standby")
		d.note("writing", doubtful, locale.Say("the server is a standby, which is read only"),
			locale.Say("generate and describe work; to store models or fill tables, go to the primary"))
	case row[1] == "on":
		d.writable = locale.Say("transactions are read only")
		d.note("writing", doubtful, locale.Say("transactions are read only here"),
			locale.Say("generate and describe work; to store models or fill tables: SET default_transaction_read_only = off"))
	}
}

// privileges looks at what the role may do.
func (d *doctor) privileges(ctx context.Context) {
	row, err := d.row(ctx, `SELECT quote_ident(current_user), quote_ident(current_database()),
		has_database_privilege(current_database(), 'CREATE'), has_database_privilege(current_database(), 'TEMP'),
		to_regnamespace('datamime') IS NOT NULL,
		coalesce(has_schema_privilege(to_regnamespace('datamime'), 'USAGE'), false),
		coalesce(has_table_privilege(to_regclass('datamime.model'), 'SELECT') AND has_table_privilege(to_regclass('datamime.model'), 'INSERT')
			AND has_table_privilege(to_regclass('datamime.model'), 'DELETE'), to_regclass('datamime.model') IS NULL)`)
	if err != nil {
		d.note("privileges", failed, err.Error(), "")
		return
	}
	role, database := row[0], row[1]
	create, temporary, schema, usage, table := row[2] == "t", row[3] == "t", row[4] == "t", row[5] == "t", row[6] == "t"
	cannot := locale.Say("fit, define and models will be refused, generate works")
	switch {
	case schema && usage && table:
		d.note("models", passed, locale.Say("they are kept in the schema datamime"), "")
	case schema:
		d.writable = locale.Say("the role may not use the schema datamime")
		d.note("models", failed, locale.Say("%s may not use the schema datamime: %s", role, cannot),
			locale.Say("its owner runs: %s", "GRANT USAGE ON SCHEMA datamime TO "+role+"; GRANT SELECT, INSERT, UPDATE, DELETE ON datamime.model TO "+role))
	case create:
		d.note("models", passed, locale.Say("the schema datamime will be made when the first is stored"), "")
	default:
		d.writable = locale.Say("the role may not create the schema datamime")
		d.note("models", failed, locale.Say("%s may not create the schema datamime in %s: %s", role, database, cannot),
			locale.Say("an administrator runs: %s, or stores a first model and grants the rest", "GRANT CREATE ON DATABASE "+database+" TO "+role))
	}
	if temporary {
		d.note("temporary tables", passed, locale.Say("allowed"), "")
	} else {
		d.note("temporary tables", doubtful, locale.Say("%s may not make any: results beyond 256 MB inside of other statements will be refused", role),
			locale.Say("an administrator runs: %s", "GRANT TEMPORARY ON DATABASE "+database+" TO "+role))
	}
}

// doctorSource is a source that needs no table.
const doctorSource = `source => '(SELECT t, 10 + 5 * sin(extract(hour FROM t) / 24 * 6.28) + (extract(epoch FROM t)::bigint / 3600 * 7919 % 13) / 10.0 AS v
	FROM generate_series(timestamp ''2024-01-01'', ''2024-01-28 23:00'', ''1 hour'') AS t)', time_column => 't', value_column => 'v'`

// doctorModel is a name that no model has.
const doctorModel = "a name that datamime doctor tries and drops"

// roundTrip is a statement that tries a function.
func roundTrip(function string) (sql string, writes bool) {
	fit := "SELECT model FROM datamime_fit('" + doctorModel + "', " + doctorSource + ")"
	switch function {
	case "generate", "describe", "evaluate":
		return "SELECT count(*) FROM datamime_" + function + "(" + doctorSource + ")", false
	case "help", "version", "models":
		return "SELECT count(*) FROM datamime_" + function + "()", false
	case "fit":
		return "BEGIN; " + fit + "; ROLLBACK", true
	case "drop":
		return "BEGIN; " + fit + "; SELECT model FROM datamime_drop('" + doctorModel + "'); ROLLBACK", true
	case "define":
		return "BEGIN; SELECT model FROM datamime_define('" + doctorModel + "', '{\"series\": {\"columns\": {\"s\": \"text\"}, \"list\": [[\"a\"]]}}'); ROLLBACK", true
	}
	return "", false
}

// roundTrips tries each function. What is stored is rolled back.
func (d *doctor) roundTrips(ctx context.Context) {
	if d.bare {
		d.note("functions", untried, locale.Say("they are the proxy's"), "")
		return
	}
	for _, fn := range sqlfuncs.Functions() {
		name := "datamime_" + fn.Name
		sql, writes := roundTrip(fn.Name)
		switch {
		case sql == "":
			continue
		case writes && d.writable != "":
			d.note(name, untried, d.writable, "")
			continue
		}
		began := time.Now()
		if _, err := d.row(ctx, sql); err != nil {
			d.note(name, failed, err.Error(), locale.Say("see %s, and the proxy's log", "SELECT * FROM datamime_help('"+fn.Name+"')"))
			_, _ = d.row(ctx, "ROLLBACK")
			continue
		}
		d.note(name, passed, locale.Say("answers in %s", time.Since(began).Round(time.Millisecond)), "")
	}
}
