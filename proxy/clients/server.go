package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"time"

	"github.com/datamime/datamime/cmd/embedded"
	"github.com/jackc/pgx/v5"
)

// listening is the line of datamime serve that says where it listens.
var listening = regexp.MustCompile(`127\.0\.0\.1:[1-9]\d*`)

// serve builds datamime in dir and runs it in front of the server, until end
// is called.
func serve(ctx context.Context, dir string, server *embedded.Server) (address string, end func(), err error) {
	program := filepath.Join(dir, "datamime")
	build := exec.CommandContext(ctx, "go", "build", "-o", program, "github.com/datamime/datamime/cmd/datamime")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return "", nil, fmt.Errorf("build datamime: %w", err)
	}
	cmd := exec.CommandContext(ctx, program, "serve", "--listen", "127.0.0.1:0", "--log-level", "info",
		"--upstream", fmt.Sprintf("postgres://127.0.0.1:%d", server.Port))
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	said := make(chan string, 1)
	go func() {
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			if a := listening.FindString(lines.Text()); a != "" {
				select {
				case said <- a:
				default:
				}
			}
		}
	}()
	end = func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	}
	select {
	case address = <-said:
		return address, end, nil
	case <-time.After(20 * time.Second):
		end()
		return "", nil, fmt.Errorf("datamime serve does not say where it listens")
	}
}

// source is a table with columns of many types: one that each client decodes
// in its own way.
const source = `
CREATE EXTENSION IF NOT EXISTS hstore;
CREATE TYPE mood AS ENUM ('calm', 'wild');
CREATE TABLE readings (
	t timestamptz NOT NULL, station text NOT NULL, v numeric(8,2), count integer,
	level double precision, since date, label varchar(20), active boolean, tags text[],
	doc jsonb, state mood, raw bytea, key uuid, extra hstore, checked timestamp, pause interval);
INSERT INTO readings SELECT
	'2024-01-01 00:00+00'::timestamptz + h * interval '1 hour', k,
	(20 + 8 * sin(h / 3.8) + ascii(k) % 5 + (h * 7919 % 13) / 4)::numeric(8,2),
	(h * 31 % 17)::integer, h / 7.0, '2020-02-29'::date + ascii(k), 'of "' || k || E'"\té', k = 'a',
	ARRAY[k, NULL, 'x,y'], jsonb_build_object('k', k, 'n', 1.5), CASE WHEN k = 'a' THEN 'calm' ELSE 'wild' END::mood,
	decode('00ff' || to_hex(ascii(k)), 'hex'), ('00000000-0000-4000-8000-0000000000' || to_hex(ascii(k)))::uuid,
	hstore('k', k), '2024-01-01'::timestamp + h * interval '1 hour' + interval '90 s', make_interval(mins => ascii(k))
FROM generate_series(0, 335) h, unnest(ARRAY['a', 'b', 'c']) k;
`

// fill makes the source, and the table that holds what is generated from it.
func fill(ctx context.Context, address string) error {
	conn, err := pgx.Connect(ctx, "postgres://postgres@"+address+"/postgres?sslmode=disable")
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	for _, sql := range []string{
		source,
		"SELECT datamime_generate('readings', 't', ARRAY['station'], 'v', " + fmt.Sprint(madeRows) + ", time_zone => 'UTC', target => 'made')",
		"SELECT datamime_fit('stored', 'readings', 't', ARRAY['station'], 'v', time_zone => 'UTC')",
	} {
		if _, err := conn.PgConn().Exec(ctx, sql).ReadAll(); err != nil {
			return err
		}
	}
	return nil
}
