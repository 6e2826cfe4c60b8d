package main

import (
	"context"
	"errors"
	"fmt"
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
	"github.com/datamime/datamime/proxy/internal/testbed"
)

var targetNames = [3]string{"direct", "PgBouncer", "datamime"}

// targets are the three ways to one server.
type targets struct {
	server    *embedded.Server
	dir       string
	pgbouncer *exec.Cmd
	datamime  *testbed.Program

	ports     [3]int
	processes [3]*os.Process // nil for the server itself
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
	cert, key, err := testbed.Certificate()
	if err != nil {
		return t, err
	}
	if err := errors.Join(os.WriteFile(t.file("cert"), cert, 0o644), os.WriteFile(t.file("key"), key, 0o644)); err != nil {
		return t, err
	}
	t.server, err = embedded.Start(ctx, embedded.Options{TLSCert: cert, TLSKey: key, Settings: map[string]string{
		"max_connections": "1200", "shared_buffers": "256MB", "max_wal_size": "4GB", "autovacuum": "off"}})
	if err != nil {
		return t, err
	}
	t.ports[0] = t.server.Port
	if err := t.startPgBouncer(); err != nil {
		return t, err
	}
	if t.datamime, err = testbed.StartProgram(ctx, t.server, "--tls-cert", t.file("cert"), "--tls-key", t.file("key")); err != nil {
		return t, err
	}
	t.ports[2], t.processes[2] = t.datamime.Port, t.datamime.Process
	return t, t.load(ctx)
}

// file is the path of a file of the targets.
func (t *targets) file(name string) string { return filepath.Join(t.dir, name) }

// startPgBouncer runs PgBouncer in session mode. It refuses to run as root.
func (t *targets) startPgBouncer() (err error) {
	if t.ports[1], err = freePort(); err != nil {
		return err
	}
	config := fmt.Sprintf(`[databases]
* = host=127.0.0.1 port=%d
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %d
unix_socket_dir =
auth_type = trust
auth_file = %s
client_tls_sslmode = allow
client_tls_cert_file = %s
client_tls_key_file = %s
pool_mode = session
max_client_conn = 2000
default_pool_size = 1100
server_lifetime = 0
server_tls_sslmode = disable
ignore_startup_parameters = extra_float_digits
logfile = %s
`, t.server.Port, t.ports[1], t.file("users"), t.file("cert"), t.file("key"), t.file("pgbouncer.log"))
	if err := os.WriteFile(t.file("pgbouncer.ini"), []byte(config), 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(t.file("users"), []byte(`"postgres" ""`+"\n"), 0o644); err != nil {
		return err
	}
	cmd := exec.Command("pgbouncer", "-q", t.file("pgbouncer.ini"))
	if os.Geteuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	t.pgbouncer, t.processes[1] = cmd, cmd.Process
	return waitFor(t.ports[1])
}

// load makes what the cells read.
func (t *targets) load(ctx context.Context) error {
	if _, err := output(ctx, "pgbench", append(connection(t.ports[0]), "-i", "-q", "-s", "10", "postgres")...); err != nil {
		return err
	}
	dataFile = t.file("million.tsv")
	_, err := psql(ctx, t.ports[0],
		`CREATE TABLE million AS SELECT g AS id, now()::timestamp + g * interval '1 hour' AS at, md5(g::text) AS name, random() AS value FROM generate_series(1, 1000000) g`,
		`CREATE UNLOGGED TABLE million_in (LIKE million)`,
		`VACUUM ANALYZE million`,
		`\copy million TO `+dataFile)
	return err
}

// cpu is the processor time that a target's own process has used.
func (t *targets) cpu(i int) time.Duration {
	if t.processes[i] == nil {
		return 0
	}
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", t.processes[i].Pid))
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
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", t.processes[i].Pid))
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
	if t.datamime != nil {
		t.datamime.Stop()
	}
	if t.pgbouncer != nil {
		t.pgbouncer.Process.Signal(syscall.SIGTERM)
		t.pgbouncer.Wait()
	}
	if t.server != nil {
		t.server.Stop()
	}
	os.RemoveAll(t.dir)
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
	return errors.New("PgBouncer did not start")
}
