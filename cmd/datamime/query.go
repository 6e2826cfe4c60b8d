package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/spf13/cobra"

	"github.com/datamime/datamime/cmd/datamime/importer"
	"github.com/datamime/datamime/cmd/datamime/locale"
	"github.com/datamime/datamime/cmd/datamime/tabular"
)

// clientFlags say which proxy to talk to.
type clientFlags struct{ to string }

func (f *clientFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.to, "to", "", "`URL` of the database, through the proxy: postgres://USER@HOST:PORT/DATABASE")
}

// connect opens a session whose values read the same everywhere.
func (f *clientFlags) connect(ctx context.Context, notice func(*pgconn.Notice)) (*pgconn.PgConn, error) {
	if f.to == "" {
		return nil, usagef("say which proxy to ask: --to postgres://USER@127.0.0.1:6432/DATABASE, or DATAMIME_TO")
	}
	config, err := pgconn.ParseConfig(f.to)
	if err != nil {
		return nil, usagef("--to %s is no connection string: write postgres://USER@HOST:PORT/DATABASE", withoutPassword(f.to))
	}
	config.RuntimeParams["client_encoding"] = "UTF8"
	config.RuntimeParams["datestyle"] = "ISO"
	config.RuntimeParams["intervalstyle"] = "postgres"
	config.RuntimeParams["bytea_output"] = "hex"
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "datamime"
	}
	config.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) {
		if notice != nil {
			notice(n)
		}
	}
	// Ctrl-C is a cancel request, so that the server stops too.
	config.BuildContextWatcherHandler = func(conn *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: conn, DeadlineDelay: 5 * time.Second}
	}
	conn, err := pgconn.ConnectConfig(ctx, config)
	if err != nil {
		return nil, explainConnect(err)
	}
	return conn, nil
}

// queryFlags say which proxy to ask and where its answer goes.
type queryFlags struct {
	clientFlags
	destination
	quiet bool
}

func (q *queryFlags) register(cmd *cobra.Command) {
	q.clientFlags.register(cmd)
	q.destination.register(cmd)
	cmd.Flags().BoolVar(&q.quiet, "quiet", false, "show no progress and no notices")
}

// run asks, and writes the answer as it comes.
func (q *queryFlags) run(cmd *cobra.Command, s *statement) error {
	ctx, stderr := cmd.Context(), cmd.ErrOrStderr()
	if err := q.choose(cmd.OutOrStdout()); err != nil {
		return err
	}
	progress := newRowCount(stderr, !q.quiet && isTerminal(stderr) && !q.onTerminal(cmd.OutOrStdout()))
	conn, err := q.connect(ctx, func(n *pgconn.Notice) {
		if !q.quiet {
			progress.clear()
			showNotice(stderr, n)
		}
	})
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if err := q.answer(ctx, conn, s, cmd.OutOrStdout(), progress); err != nil {
		progress.clear()
		return explainAnswer(ctx, conn, s, err)
	}
	progress.done(q.file)
	return nil
}

// answer streams a statement's rows into the destination.
func (q *queryFlags) answer(ctx context.Context, conn *pgconn.PgConn, s *statement, stdout io.Writer, progress *rowCount) (err error) {
	result := conn.ExecParams(ctx, s.text, nil, nil, nil, nil)
	defer func() {
		if _, failed := result.Close(); failed != nil {
			err = failed
		}
	}()
	var (
		sink   *sink
		writer tabular.Writer
	)
	defer func() {
		if sink != nil {
			sink.abandon()
		}
	}()
	start := func() error {
		if sink, err = q.open(stdout); err != nil {
			return err
		}
		writer, err = tabular.New(q.format, sink, tabular.Columns(result.FieldDescriptions()), q.width(stdout))
		return err
	}
	for result.NextRow() {
		if writer == nil {
			if err := start(); err != nil {
				return err
			}
		}
		if err := writer.Row(result.Values()); err != nil {
			return err
		}
		progress.add()
	}
	if _, err := result.Close(); err != nil {
		return err
	}
	if writer == nil { // no row
		if err := start(); err != nil {
			return err
		}
	}
	if err := writer.Close(); err != nil {
		return err
	}
	return sink.keep()
}

// showNotice prints what the server has to say beside the answer.
func showNotice(w io.Writer, n *pgconn.Notice) {
	text := n.Message
	if n.Detail != "" {
		text += ": " + n.Detail
	}
	if n.Hint != "" {
		text += " (" + n.Hint + ")"
	}
	_, _ = fmt.Fprintf(w, "datamime: %s: %s\n", strings.ToLower(n.Severity), text)
}

// explainConnect turns a failed connection into one line: the server's own
// words where it spoke, and what to do where it did not.
func explainConnect(err error) error {
	var server *pgconn.PgError
	var connect *pgconn.ConnectError
	switch {
	case errors.As(err, &server):
		return errors.New(serverWords(server) + importer.LoginHint(err))
	case errors.Is(err, context.Canceled):
		return locale.Errorf("interrupted")
	case errors.As(err, &connect):
		return locale.Errorf("nothing answers as PostgreSQL does at %s port %d: start datamime serve or datamime demo, or check --to",
			connect.Config.Host, connect.Config.Port)
	}
	return err
}

// serverWords are an error's message, detail and hint on one line.
func serverWords(e *pgconn.PgError) string {
	text := e.Message
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	if e.Hint != "" {
		text += " (" + e.Hint + ")"
	}
	return strings.Join(strings.Fields(text), " ")
}

// explainAnswer turns a failed statement into one line that names the flag.
func explainAnswer(ctx context.Context, conn *pgconn.PgConn, s *statement, err error) error {
	var server *pgconn.PgError
	switch {
	case ctx.Err() != nil:
		return locale.Errorf("interrupted")
	case !errors.As(err, &server):
		if conn.IsClosed() && !errors.Is(err, os.ErrPermission) {
			return locale.Errorf("the connection broke: %w", err)
		}
		return err
	case server.Code == undefinedFunction && !isProxy(ctx, conn):
		return notProxy(conn)
	}
	text := serverWords(server)
	if server.Code == undefinedTable && server.Hint == "" {
		text += nearTables(ctx, conn, server.Message)
	}
	if name := s.at(server.Position); name != "" {
		text = "--" + strings.ReplaceAll(name, "_", "-") + ": " + text
	}
	return errors.New(text)
}

// undefinedFunction and undefinedTable are the server's codes for what is not
// there.
const (
	undefinedFunction = "42883"
	undefinedTable    = "42P01"
)

// isProxy tells whether the functions answer on a connection.
func isProxy(ctx context.Context, conn *pgconn.PgConn) bool {
	_, err := conn.Exec(ctx, "SELECT version FROM datamime_version()").ReadAll()
	return err == nil
}

// notProxy is the error for a bare PostgreSQL.
func notProxy(conn *pgconn.PgConn) error {
	return locale.Errorf("what answers at %s is a PostgreSQL server, no datamime proxy: %s", conn.Conn().RemoteAddr(), startProxy(conn))
}

// startProxy says how to put a proxy in front of a server.
func startProxy(conn *pgconn.PgConn) string {
	address := conn.Conn().RemoteAddr().String()
	upstream := (&url.URL{Scheme: "postgres", Host: address}).String()
	if conn.Conn().RemoteAddr().Network() == "unix" {
		upstream = "'host=" + filepath.Dir(address) + "'"
	}
	return locale.Say("start one by datamime serve --upstream %s, and give its address, postgres://USER@%s/DATABASE, to --to", upstream, defaultListen)
}
