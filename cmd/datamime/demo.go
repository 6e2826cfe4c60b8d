package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"github.com/datamime/datamime/cmd/datamime/importer"
	"github.com/datamime/datamime/cmd/embedded"
	"github.com/datamime/datamime/proxy"
)

// newDemo is the verb demo.
func newDemo() *cobra.Command {
	var d demonstration
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Try it: a PostgreSQL of its own, a sample, and three statements",
		Long: `Start an embedded PostgreSQL with a sample of hourly air quality as table
"mesures", serve in front of it, and print three statements to try. --sample takes
a file of yours instead, whatever import reads, and the statements are about its
columns. Nothing is installed: the first start fetches PostgreSQL (15 to 20 MB)
into a cache folder; the data is gone when the demo ends.`,
		Example: `  datamime demo
  datamime demo --sample relevés.xlsx
  datamime demo --once`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if d.once && !cmd.Flags().Changed("listen") {
				d.listen = []string{"127.0.0.1:0"}
			}
			d.sample.Stdin = cmd.InOrStdin()
			if err := d.lists.read(cmd, &d.sample); err != nil {
				return err
			}
			return d.run(cmd.Context(), stdio{nil, cmd.OutOrStdout(), cmd.ErrOrStderr()})
		},
	}
	d.register(cmd, "warn")
	cmd.Flags().BoolVar(&d.once, "once", false, "run the first statement, print its first rows and the count, and end")
	cmd.Flags().StringVar(&d.sample.Source, "sample", "", "`FILE` or URL of a sample of yours (hourly air quality, made up)")
	d.lists.register(cmd.Flags(), &d.sample)
	cmd.Flags().StringVar(&d.cache, "cache", "", "`FOLDER` to keep PostgreSQL's program files in")
	return cmd
}

// A demonstration is what the demo was asked for.
type demonstration struct {
	serveFlags
	once   bool
	cache  string
	sample importer.Options // Source is "": the project's own
	lists  columnLists
}

// run starts everything, and runs the first statement or serves.
func (d *demonstration) run(ctx context.Context, io stdio) error {
	log, err := d.check(io.err)
	if err != nil {
		return err
	}
	listeners, err := listenAll(d.listen)
	if err != nil {
		return err
	}
	database, err := embedded.Start(ctx, embedded.Options{
		CacheDir: d.cache,
		Progress: func(m string) { _, _ = fmt.Fprintln(io.err, "datamime:", m) },
	})
	if err != nil {
		return err
	}
	defer func() { _ = database.Stop() }()
	taught, err := d.load(ctx, database.URL(), io.err)
	if err != nil {
		return err
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
		served <- d.serve(ctx, &proxy.Server{Upstream: upstream, Log: log, AuthTimeout: d.authTimeout, MaxSessions: d.maxSessions}, listeners, nil)
	}()

	at := listeners[0].Addr()
	announce(io.err, d.logFormat, at, upstream)
	if !d.once {
		if err := taught.print(io.out, at); err != nil {
			return err
		}
		return <-served
	}
	if err := runOnce(ctx, io.out, demoURL(at), taught.steps[0].sql); err != nil {
		return err
	}
	stop()
	return <-served
}

// load brings the sample into the embedded server, and makes a lesson of it.
func (d *demonstration) load(ctx context.Context, url string, stderr io.Writer) (*lesson, error) {
	if d.sample.Source == "" {
		rows, err := loadSample(ctx, url)
		if err != nil {
			return nil, fmt.Errorf("cannot load the sample into the embedded PostgreSQL: %w", importer.Explain(err))
		}
		return airLesson(rows), nil
	}
	d.sample.To, d.sample.Table = url, importer.TableName(d.sample.Source)
	d.sample.Rejects = filepath.Join(os.TempDir(), d.sample.Table+".rejects.csv")
	result, err := importer.Run(ctx, d.sample, func(r *importer.Result) error { return previewImport(stderr, d.sample.Source, r) })
	var usage *importer.UsageError
	if errors.As(err, &usage) {
		return nil, usagef("%s", usage.Text)
	}
	if err != nil {
		return nil, err
	}
	return lessonOf(ctx, url, d.sample.Table, result)
}

// demoURL is how a client on this machine reaches the demo.
func demoURL(at net.Addr) string {
	host, port := reachable(at)
	if at.Network() == "unix" {
		return fmt.Sprintf("host=%s port=%s user=postgres dbname=postgres sslmode=disable", host, port)
	}
	u := url.URL{
		Scheme: "postgres", User: url.User("postgres"), Host: net.JoinHostPort(host, port),
		Path: "/postgres",
	}
	return u.String()
}

// clientCommand is the psql command for an address.
func clientCommand(at net.Addr) string {
	host, port := reachable(at)
	return fmt.Sprintf("psql -h %s -p %s -U postgres", host, port)
}

// reachable is the host and the port under which a client on this machine finds
// what listens at an address; of a socket's, the host is its folder.
func reachable(at net.Addr) (host, port string) {
	if at.Network() == "unix" {
		return socketParts(at.String())
	}
	host, port, _ = net.SplitHostPort(at.String())
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return host, port
}

// firstRows is how many rows --once prints.
const firstRows = 5

// runOnce runs the first statement through a connection to the proxy.
func runOnce(ctx context.Context, w io.Writer, url, statement string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("cannot connect to the demo: %w", importer.Explain(err))
	}
	defer func() { _ = conn.Close(context.Background()) }()
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
