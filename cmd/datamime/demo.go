package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/url"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"github.com/datamime/datamime/cmd/datamime/importer"
	"github.com/datamime/datamime/cmd/embedded"
	"github.com/datamime/datamime/proxy"
)

// newDemo is the verb demo.
func newDemo() *cobra.Command {
	var (
		f     serveFlags
		once  bool
		cache string
	)
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Try it: a PostgreSQL of its own, a sample, and three statements",
		Long: `Start an embedded PostgreSQL with a sample of hourly air quality as table
"mesures", serve in front of it, and print three statements to try. Nothing is
installed: the first start fetches PostgreSQL (15 to 20 MB) into a cache folder;
the data is gone when the demo ends.`,
		Example: `  datamime demo
  datamime demo --once`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if once && !cmd.Flags().Changed("listen") {
				f.listen = []string{"127.0.0.1:0"}
			}
			return demo(cmd.Context(), f, once, cache, stdio{nil, cmd.OutOrStdout(), cmd.ErrOrStderr()})
		},
	}
	f.register(cmd, "warn")
	cmd.Flags().BoolVar(&once, "once", false, "run the first statement, print its first rows and the count, and end")
	cmd.Flags().StringVar(&cache, "cache", "", "`FOLDER` to keep PostgreSQL's program files in")
	return cmd
}

// demo starts everything, and runs the first statement or serves.
func demo(ctx context.Context, f serveFlags, once bool, cache string, io stdio) error {
	log, err := f.check(io.err)
	if err != nil {
		return err
	}
	listeners, err := listenAll(f.listen)
	if err != nil {
		return err
	}
	database, err := embedded.Start(ctx, embedded.Options{
		CacheDir: cache,
		Progress: func(m string) { _, _ = fmt.Fprintln(io.err, "datamime:", m) },
	})
	if err != nil {
		return err
	}
	defer func() { _ = database.Stop() }()
	rows, err := loadSample(ctx, database.URL())
	if err != nil {
		return fmt.Errorf("cannot load the sample into the embedded PostgreSQL: %w", importer.Explain(err))
	}
	upstream, err := proxy.ParseUpstream(database.URL())
	if err != nil {
		return fmt.Errorf("cannot reach the embedded PostgreSQL: %w", err)
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		select {
		case <-database.Done():
			log.Error("the embedded PostgreSQL ended")
			stop()
		case <-ctx.Done():
		}
	}()
	served := make(chan error, 1)
	go func() {
		served <- f.serve(ctx, &proxy.Server{Upstream: upstream, Log: log, AuthTimeout: f.authTimeout, MaxSessions: f.maxSessions}, listeners, nil)
	}()

	at := listeners[0].Addr()
	announce(io.err, f.logFormat, at, upstream)
	if !once {
		if err := printLesson(io.out, at, rows); err != nil {
			return err
		}
		return <-served
	}
	if err := runOnce(ctx, io.out, demoURL(at)); err != nil {
		return err
	}
	stop()
	return <-served
}

// demoURL is how a client on this machine reaches the demo.
func demoURL(at net.Addr) string {
	if at.Network() == "unix" {
		dir, port := socketParts(at.String())
		return fmt.Sprintf("host=%s port=%s user=postgres dbname=postgres sslmode=disable", dir, port)
	}
	host, port, _ := net.SplitHostPort(at.String())
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	u := url.URL{
		Scheme: "postgres", User: url.User("postgres"), Host: net.JoinHostPort(host, port),
		Path: "/postgres", RawQuery: "sslmode=disable",
	}
	return u.String()
}

// lesson is what the demo teaches, a statement and what it does at a time.
// The first is the README's.
var lesson = []struct{ sql, effect string }{
	{
		`SELECT datamime_generate('mesures', 'date_debut', ARRAY['station','polluant'], 'valeur', 1000000);`,
		"a million new rows with the table's own columns, from its first hour on;\n" +
			"the same statement gives the same rows, another seed (seed => 1) others",
	},
	{
		`SELECT polluant, extract(hour FROM date_debut) AS hour, round(avg(valeur)) AS mean
  FROM datamime_generate('mesures', 'date_debut', ARRAY['station','polluant'], 'valeur',
                         start_at => '2025-01-01', end_at => '2026-01-01')
 GROUP BY polluant, hour ORDER BY polluant, hour;`,
		"a call stands where a table does: a whole year to come, as its mean day per pollutant",
	},
	{
		`SELECT * FROM datamime_generate('mesures', 'date_debut', ARRAY['station','polluant'], 'valeur', 100000,
                                target => 'mesures_test');`,
		"a table for your application to be tried on: mesures_test is made like mesures, and filled",
	},
}

// printLesson says where to connect and what to try.
func printLesson(w io.Writer, at net.Addr, rows int64) error {
	days := sampleHours / 24
	text := fmt.Sprintf(`
A PostgreSQL with %d rows of hourly air quality (table mesures, %d days,
%d stations) is behind datamime. Connect to it with any PostgreSQL client:

    %s

and try:
`, rows, days, len(stations), clientCommand(at))
	for i, s := range lesson {
		text += fmt.Sprintf("\n%d. %s\n\n%s\n", i+1, indent(s.effect, "   ")[3:], indent(s.sql, "    "))
	}
	text += "\nCtrl-C ends the demo; its data is gone then.\n"
	_, err := fmt.Fprint(w, text)
	return err
}

// clientCommand is the psql command for an address.
func clientCommand(at net.Addr) string {
	if at.Network() == "unix" {
		dir, port := socketParts(at.String())
		return fmt.Sprintf("psql -h %s -p %s -U postgres", dir, port)
	}
	host, port, _ := net.SplitHostPort(at.String())
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return fmt.Sprintf("psql -h %s -p %s -U postgres", host, port)
}

// firstRows is how many rows --once prints.
const firstRows = 5

// runOnce runs the README's statement through a connection to the proxy.
func runOnce(ctx context.Context, w io.Writer, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("cannot connect to the demo: %w", importer.Explain(err))
	}
	defer func() { _ = conn.Close(context.Background()) }()
	statement := lesson[0].sql
	began := time.Now()
	result := conn.PgConn().ExecParams(ctx, statement, nil, nil, nil, nil)
	table := [][]string{nil}
	for _, f := range result.FieldDescriptions() {
		table[0] = append(table[0], f.Name)
	}
	count := 0
	for result.NextRow() {
		if count < firstRows {
			var row []string
			for _, v := range result.Values() {
				row = append(row, string(v))
			}
			table = append(table, row)
		}
		count++
	}
	if _, err := result.Close(); err != nil {
		return fmt.Errorf("the statement failed: %w", importer.Explain(err))
	}
	took := time.Since(began).Round(10 * time.Millisecond)
	_, err = fmt.Fprintf(w, "%s\n\n%s...\n(%s rows in %s)\n", statement, alignTable(table), thousands(count), took)
	return err
}
