package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/datamime/datamime/cmd/embedded"
	"github.com/datamime/datamime/proxy"
)

var targetNames = [3]string{"direct", "PgBouncer", "datamime"}

// targets are the three ways to one server.
type targets struct {
	server *embedded.Server
	dir    string
	ports  [3]int
	procs  [3]*exec.Cmd
}

// dataFile holds a million rows for COPY.
var dataFile string

func startTargets(ctx context.Context) (t *targets, err error) {
	t = new(targets)
	defer func() {
		if err != nil {
			t.stop()
		}
	}()
	if t.dir, err = os.MkdirTemp("", "bench"); err != nil {
		return t, err
	}
	os.Chmod(t.dir, 0o777)
	t.server, err = embedded.Start(ctx, embedded.Options{Settings: map[string]string{
		"max_connections": "1200", "shared_buffers": "256MB", "max_wal_size": "4GB", "autovacuum": "off"}})
	if err != nil {
		return t, err
	}
	t.ports[0] = t.server.Port
	for i := 1; i < 3; i++ {
		if t.ports[i], err = freePort(); err != nil {
			return t, err
		}
	}
	if err := t.startPgBouncer(); err != nil {
		return t, err
	}
	program, err := os.Executable()
	if err != nil {
		return t, err
	}
	t.procs[2] = exec.Command(program, "serve", t.server.URL(), fmt.Sprintf("127.0.0.1:%d", t.ports[2]))
	t.procs[2].Stderr = os.Stderr
	if err := t.procs[2].Start(); err != nil {
		return t, err
	}
	for _, port := range t.ports {
		if err := waitFor(port); err != nil {
			return t, err
		}
	}
	return t, t.load(ctx)
}

// startPgBouncer runs PgBouncer in session mode. It refuses to run as root.
func (t *targets) startPgBouncer() error {
	config := fmt.Sprintf(`[databases]
* = host=127.0.0.1 port=%d
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %d
unix_socket_dir =
auth_type = trust
auth_file = %s/users
pool_mode = session
max_client_conn = 2000
default_pool_size = 1100
server_lifetime = 0
server_tls_sslmode = disable
ignore_startup_parameters = extra_float_digits
logfile = %s/pgbouncer.log
`, t.server.Port, t.ports[1], t.dir, t.dir)
	if err := os.WriteFile(filepath.Join(t.dir, "pgbouncer.ini"), []byte(config), 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(t.dir, "users"), []byte(`"postgres" ""`+"\n"), 0o644); err != nil {
		return err
	}
	cmd := exec.Command("pgbouncer", "-q", filepath.Join(t.dir, "pgbouncer.ini"))
	if os.Geteuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	t.procs[1] = cmd
	return cmd.Start()
}

// load makes what the cells read.
func (t *targets) load(ctx context.Context) error {
	if _, err := output(ctx, "pgbench", append(connection(t.ports[0]), "-i", "-q", "-s", "10", "postgres")...); err != nil {
		return err
	}
	dataFile = filepath.Join(t.dir, "million.tsv")
	_, err := psql(ctx, t.ports[0],
		`CREATE TABLE million AS SELECT g AS id, now()::timestamp + g * interval '1 hour' AS at, md5(g::text) AS name, random() AS value FROM generate_series(1, 1000000) g`,
		`CREATE UNLOGGED TABLE million_in (LIKE million)`,
		`VACUUM ANALYZE million`,
		`\copy million TO `+dataFile)
	return err
}

// cpu is the processor time that a target's own process has used.
func (t *targets) cpu(i int) time.Duration {
	if t.procs[i] == nil {
		return 0
	}
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", t.procs[i].Process.Pid))
	if err != nil {
		return 0
	}
	f := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// rss is the resident memory of a target's process.
func (t *targets) rss(i int) int {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", t.procs[i].Process.Pid))
	m := regexp.MustCompile(`VmRSS:\s+(\d+) kB`).FindSubmatch(b)
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(string(m[1]))
	return n
}

// memory prints what a thousand sessions at rest hold.
func (t *targets) memory(ctx context.Context) error {
	for i := 1; i < 3; i++ {
		before := t.rss(i)
		var conns []net.Conn
		for range 1000 {
			c, err := openSession(t.ports[i])
			if err != nil {
				return err
			}
			conns = append(conns, c)
		}
		time.Sleep(2 * time.Second)
		fmt.Printf("%s: 1,000 sessions at rest hold %.1f kB each\n", targetNames[i], float64(t.rss(i)-before)/1000)
		for _, c := range conns {
			c.Close()
		}
		time.Sleep(2 * time.Second)
	}
	return nil
}

func (t *targets) stop() {
	for _, p := range t.procs {
		if p != nil && p.Process != nil {
			p.Process.Signal(syscall.SIGTERM)
			p.Wait()
		}
	}
	if t.server != nil {
		t.server.Stop()
	}
	os.RemoveAll(t.dir)
}

// serveAlone is the proxy in a process of its own.
func serveAlone(upstream, address string) {
	u, err := proxy.ParseUpstream(upstream)
	if err == nil {
		var l net.Listener
		if l, err = net.Listen("tcp", address); err == nil {
			srv := &proxy.Server{Upstream: u, Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))}
			err = srv.Serve(l)
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

func waitFor(port int) error {
	for range 100 {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			c.Close()
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return errors.New("a target did not start")
}
