package testbed

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"

	"github.com/datamime/datamime/cmd/embedded"
	"github.com/datamime/datamime/proxy"
	"github.com/jackc/pgx/v5"
)

// Front is the proxy, in this process, in front of a server.
type Front struct {
	Port   int // where it listens at 127.0.0.1
	proxy  *proxy.Server
	served chan error
}

// Start starts the proxy in front of a server, set up by the functions given.
func Start(server *embedded.Server, setup ...func(*proxy.Server)) (*Front, error) {
	upstream, err := proxy.ParseUpstream(server.URL())
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	f := &Front{
		Port:   l.Addr().(*net.TCPAddr).Port,
		proxy:  &proxy.Server{Upstream: upstream, Log: slog.New(slog.DiscardHandler)},
		served: make(chan error, 1),
	}
	for _, set := range setup {
		set(f.proxy)
	}
	go func() { f.served <- f.proxy.Serve(l) }()
	return f, nil
}

// URL is where the superuser connects to, through the proxy.
func (f *Front) URL() string { return throughURL(f.Port) }

func throughURL(port int) string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable", port)
}

// Shutdown ends the proxy as soon as its sessions are at rest.
func (f *Front) Shutdown(ctx context.Context) error {
	if err := f.proxy.Shutdown(ctx); err != nil {
		return fmt.Errorf("shut the proxy down: %w", err)
	}
	if err := <-f.served; !errors.Is(err, proxy.ErrServerClosed) {
		return err
	}
	return nil
}

// Close ends the proxy and every session at once.
func (f *Front) Close() { _ = f.proxy.Close() }

// Execute runs texts of statements, each whole, on a connection of its own.
func Execute(ctx context.Context, url string, texts ...string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	for _, sql := range texts {
		if _, err := conn.PgConn().Exec(ctx, sql).ReadAll(); err != nil {
			return fmt.Errorf("%s: %w", sql, err)
		}
	}
	return nil
}
