package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os/exec"
	"regexp"
	"strconv"
	"time"
)

func connection(port int) []string {
	return []string{"-h", "127.0.0.1", "-p", strconv.Itoa(port), "-U", "postgres"}
}

var tps = regexp.MustCompile(`tps = ([0-9.]+)`)

// pgbench returns the transactions per second of pgbench -S.
func pgbench(ctx context.Context, port, seconds int, sslmode string, args ...string) (float64, error) {
	args = append(append(connection(port), "-n", "-S", "-T", strconv.Itoa(seconds)), args...)
	out, err := output(ctx, "pgbench", append(args, "dbname=postgres sslmode="+sslmode)...)
	if err != nil {
		return 0, err
	}
	m := tps.FindSubmatch(out)
	if m == nil {
		return 0, fmt.Errorf("no result in %s", out)
	}
	return strconv.ParseFloat(string(m[1]), 64)
}

// psql runs statements and returns how often a second it would.
func psql(ctx context.Context, port int, statements ...string) (float64, error) {
	args := append(connection(port), "-d", "postgres", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-v", "FETCH_COUNT=0", "-o", "/dev/null")
	for _, s := range statements {
		args = append(args, "-c", s)
	}
	start := time.Now()
	_, err := output(ctx, "psql", args...)
	return 1 / time.Since(start).Seconds(), err
}

func output(ctx context.Context, name string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", name, err, out)
	}
	return out, nil
}

// openSession brings a session up to ReadyForQuery.
func openSession(port int) (net.Conn, error) {
	c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return nil, err
	}
	const body = "\x00\x03\x00\x00user\x00postgres\x00database\x00postgres\x00\x00"
	c.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(body)+4)), body...))
	for {
		var head [5]byte
		if _, err := io.ReadFull(c, head[:]); err != nil {
			return nil, err
		}
		if _, err := io.CopyN(io.Discard, c, int64(binary.BigEndian.Uint32(head[1:]))-4); err != nil {
			return nil, err
		}
		if head[0] == 'Z' {
			return c, nil
		}
		if head[0] == 'E' {
			return nil, fmt.Errorf("no session")
		}
	}
}
