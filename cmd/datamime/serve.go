package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"time"

	"github.com/spf13/cobra"

	"github.com/datamime/datamime/cmd/datamime/locale"
	"github.com/datamime/datamime/proxy"
)

// serveFlags are the flags of serve; those of demo are among them.
type serveFlags struct {
	listen       []string
	upstream     string
	drainTimeout time.Duration
	authTimeout  time.Duration
	maxSessions  int
	logLevel     string
	logFormat    string
	tls          tlsFlags
	auth         authFlags
	metrics      string
}

// tlsFlags name the files of TLS towards the clients.
type tlsFlags struct {
	cert, key, clientCA string
	requireClient       bool
}

const (
	defaultListen   = "127.0.0.1:6432"
	defaultUpstream = "postgres://127.0.0.1:5432"
)

// newServe is the verb serve.
func newServe() *cobra.Command {
	var f serveFlags
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve clients in front of a PostgreSQL server",
		Long: `Serve clients in front of a PostgreSQL server. User, database and password
come from each client and are checked by the server.

It is ready when a line on standard error says where it listens. SIGTERM (or
Ctrl-C) ends it gently: new connections are refused, what clients already asked
for is answered, for as long as --drain-timeout allows. A second one ends it at
once. SIGHUP reads the files of TLS again.`,
		Example: `  datamime serve --listen 127.0.0.1:6432 --upstream postgres://127.0.0.1:5432
  datamime serve --listen /run/datamime --upstream 'host=/run/postgresql'
  psql -h 127.0.0.1 -p 6432 -U me mydatabase`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return serve(cmd.Context(), f, cmd.ErrOrStderr())
		},
	}
	f.register(cmd, "info")
	cmd.Flags().StringVar(&f.upstream, "upstream", defaultUpstream,
		"the server behind: a postgres:// `URL` or libpq's keywords; several hosts are tried in order")
	cmd.Flags().StringVar(&f.metrics, "metrics", "", "`ADDRESS` (host:port) for Prometheus (/metrics) and health checks (/healthz)")
	f.tls.register(cmd)
	f.auth.register(cmd)
	return cmd
}

// register declares the flags that serve and demo share.
func (f *serveFlags) register(cmd *cobra.Command, logLevel string) {
	fs := cmd.Flags()
	fs.StringSliceVar(&f.listen, "listen", []string{defaultListen},
		"`ADDRESS` to listen on: host:port, or the path of a Unix socket or of its folder; may be given again")
	fs.DurationVar(&f.drainTimeout, "drain-timeout", 30*time.Second, "how long a gentle end may take")
	fs.DurationVar(&f.authTimeout, "auth-timeout", time.Minute, "how long a client may take to log in")
	fs.IntVar(&f.maxSessions, "max-sessions", 0, "how many sessions may be connected at once; 0 for no bound")
	fs.StringVar(&f.logLevel, "log-level", logLevel, "debug, info, warn or error; statements are logged at debug only")
	fs.StringVar(&f.logFormat, "log-format", "text", "text or json")
	fs.SortFlags = false
}

// serve listens, says so, and serves until ctx ends.
func serve(ctx context.Context, f serveFlags, stderr io.Writer) error {
	log, err := f.check(stderr)
	if err != nil {
		return err
	}
	upstream, err := proxy.ParseUpstream(f.upstream)
	if err != nil {
		return usagef("--upstream %s is no connection string: write postgres://HOST:PORT", withoutPassword(f.upstream))
	}
	certificates, err := f.tls.load()
	if err != nil {
		return err
	}
	verifier, err := f.auth.verifier(f.upstream)
	if err != nil {
		return err
	}
	var metrics net.Listener
	if f.metrics != "" {
		if metrics, err = listenOn("metrics", f.metrics); err != nil {
			return err
		}
	}
	listeners, err := listenAll(f.listen)
	if err != nil {
		return err
	}
	defer reloadOnHangup(certificates, log)()
	for _, l := range listeners {
		announce(stderr, f.logFormat, l.Addr(), upstream)
	}
	srv := &proxy.Server{
		Upstream: upstream, Log: log, TLS: certificates, Verifier: verifier,
		AuthTimeout: f.authTimeout, MaxSessions: f.maxSessions,
	}
	return f.serve(ctx, srv, listeners, metrics)
}

// check looks at the values of the flags and makes the log.
func (f *serveFlags) check(stderr io.Writer) (*slog.Logger, error) {
	switch {
	case f.drainTimeout < 0:
		return nil, usagef("--drain-timeout %v is negative", f.drainTimeout)
	case f.authTimeout <= 0:
		return nil, usagef("--auth-timeout %v is not positive", f.authTimeout)
	case f.maxSessions < 0:
		return nil, usagef("--max-sessions %d is negative", f.maxSessions)
	}
	return newLog(f.logLevel, f.logFormat, stderr)
}

// serve runs a proxy on the listeners until ctx ends, and then drains it.
func (f *serveFlags) serve(ctx context.Context, srv *proxy.Server, listeners []net.Listener, metrics net.Listener) error {
	failed := make(chan error, len(listeners)+1)
	if metrics != nil {
		defer serveMetrics(metrics, srv.Handler(), failed)()
	}
	for _, l := range listeners {
		go func() {
			if err := srv.Serve(l); !errors.Is(err, proxy.ErrServerClosed) {
				failed <- locale.Errorf("cannot accept connections on %s any more: %w", l.Addr(), err)
			}
		}()
	}
	select {
	case err := <-failed:
		_ = srv.Close()
		return err
	case <-ctx.Done():
	}
	srv.Log.Info("draining", "at_most", f.drainTimeout)
	drain, cancel := context.WithTimeout(context.Background(), f.drainTimeout)
	defer cancel()
	if err := srv.Shutdown(drain); err != nil {
		srv.Log.Warn("some sessions were cut off", "after", f.drainTimeout)
	}
	return nil
}

// announce says that we are ready, at every log level.
func announce(w io.Writer, format string, at fmt.Stringer, upstream proxy.Upstream) {
	if format == "json" {
		slog.New(slog.NewJSONHandler(w, nil)).Info("listening", "address", at.String(), "upstream", upstream.String())
		return
	}
	_, _ = fmt.Fprintf(w, "datamime: listening on %s, for the server at %s\n", at, upstream)
}

// newLog makes the log that everything writes to.
func newLog(level, format string, w io.Writer) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, usagef("--log-level %q is unknown: choose debug, info, warn or error", level)
	}
	options := &slog.HandlerOptions{Level: l}
	switch format {
	case "text":
		return slog.New(slog.NewTextHandler(w, options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, options)), nil
	}
	return nil, usagef("--log-format %q is unknown: choose text or json", format)
}

// withoutPassword is a connection string as it may be shown.
func withoutPassword(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return "as given"
	}
	return u.Redacted()
}
