package proxy

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// TestRelayBetweenTLS passes much and little both ways between two TLS
// connections, with statements of ours among them.
func TestRelayBetweenTLS(t *testing.T) {
	ca := newTestCA(t)
	server := secureServer(t, ca)
	verify := " sslmode=verify-full sslrootcert=" + ca.file
	onBothRelays(t, "", func(t *testing.T, relay func(*Server)) {
		_, address := serve(t, fmt.Sprintf("host=127.0.0.1 port=%d", server.Port)+verify, relay,
			func(s *Server) { s.TLS = ca.certificates(t, "", false) })
		host, port, _ := strings.Cut(address, ":")
		ctx, stop := context.WithTimeout(context.Background(), patience)
		defer stop()
		conn, err := pgx.Connect(ctx, fmt.Sprintf("host=%s port=%s user=secured dbname=postgres", host, port)+verify)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(ctx)
		line := strings.Repeat("0123456789", 20) + "\n"
		const lines = 100_000
		for range 3 {
			if _, err := conn.Exec(ctx, "CREATE TEMP TABLE IF NOT EXISTS kept (a text); TRUNCATE kept", pgx.QueryExecModeSimpleProtocol); err != nil {
				t.Fatal(err)
			}
			if tag, err := conn.PgConn().CopyFrom(ctx, strings.NewReader(strings.Repeat(line, lines)), "COPY kept FROM STDIN"); err != nil || tag.RowsAffected() != lines {
				t.Fatalf("copied in %s, %v", tag, err)
			}
			var version string
			if err := conn.QueryRow(ctx, "SELECT version FROM datamime_version()").Scan(&version); err != nil || version == "" {
				t.Fatalf("a statement of ours gave %q, %v", version, err)
			}
			var out bytes.Buffer
			if _, err := conn.PgConn().CopyTo(ctx, &out, "COPY kept TO STDOUT"); err != nil || out.String() != strings.Repeat(line, lines) {
				t.Fatalf("copied out %d bytes, %v", out.Len(), err)
			}
			var batch pgx.Batch
			for i := range 1000 {
				batch.Queue("SELECT $1::int", i)
			}
			results := conn.SendBatch(ctx, &batch)
			for want := range 1000 {
				var got int
				if err := results.QueryRow().Scan(&got); err != nil || got != want {
					t.Fatalf("answer %d is %d, %v", want, got, err)
				}
			}
			if err := results.Close(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestStalledTLSClient keeps a result of 600 MB waiting: it must not be held,
// nor any of it lost.
func TestStalledTLSClient(t *testing.T) {
	ca := newTestCA(t)
	onBothRelays(t, "", func(t *testing.T, relay func(*Server)) {
		_, address := serve(t, "", relay, func(s *Server) { s.TLS = ca.certificates(t, "", false) })
		p := openSessionOverTLS(t, address)
		before := heldHeap()
		p.conn.Write(message('Q', zstring("SELECT repeat('x', 100000) FROM generate_series(1, 6000)")))
		time.Sleep(time.Second)
		if grown := heldHeap() - before; grown > 4<<20 {
			t.Errorf("the heap grew by %d bytes", grown)
		}
		n, err := io.Copy(io.Discard, readUntil(p, message('Z', []byte{'I'})))
		if err != nil || n < 600e6 {
			t.Errorf("%d bytes came, %v", n, err)
		}
		runtime.KeepAlive(p)
	})
}

// TestTLSEnds has either side of a session over TLS go: the client hears why,
// and nothing stays.
func TestTLSEnds(t *testing.T) {
	ca := newTestCA(t)
	onBothRelays(t, "", func(t *testing.T, relay func(*Server)) {
		srv, address := serve(t, "", relay, func(s *Server) { s.TLS = ca.certificates(t, "", false) })
		warm(t, srv, openSessionOverTLS(t, address))
		settles(t, func() {
			killed, other, gone := openSessionOverTLS(t, address), openSessionOverTLS(t, address), openSessionOverTLS(t, address)
			gone.conn.Write(message('Q', zstring("SELECT pg_sleep(0.2)")))
			gone.conn.Close()
			killed.conn.Write(message('Q', zstring("SELECT pg_backend_pid()")))
			nextMessage(t, killed)
			_, row := nextMessage(t, killed)
			other.conn.Write(message('Q', zstring(fmt.Sprintf("SELECT pg_terminate_backend(%s)", row[6:]))))
			b, err := io.ReadAll(killed.conn) // an end without TLS' goodbye is an error
			if err != nil || !bytes.Contains(b, []byte("C57P01\x00")) {
				t.Errorf("the session ended with %q, %v", b, err)
			}
			for _, p := range []*peer{killed, other} {
				p.conn.Close()
			}
		})
	})
}
