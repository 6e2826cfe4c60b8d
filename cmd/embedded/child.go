package embedded

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// childMark is the environment variable by which init knows the child.
const childMark = "DATAMIME_EMBEDDED_CHILD"

// order is what the parent sends the child as the first line of its standard
// input, which then stays open for as long as the server shall run.
type order struct {
	Options
	Cache    string
	Dir      string
	UID, GID int
}

// answer is a message of the child: progress, or how the start went.
type answer struct {
	Progress string `json:",omitempty"`
	Error    string `json:",omitempty"`
	Port     int    `json:",omitempty"`
}

func init() {
	if os.Getenv(childMark) == "" {
		return
	}
	_ = os.Unsetenv(childMark)
	os.Exit(supervise(os.Stdin, os.Stdout))
}

// supervise is the child's whole life: it prepares and starts the server, says
// so on stdout, and stops it when stdin closes. It stays on the thread that
// called it, because the server is told to end with that thread (dieWithUs).
func supervise(stdin io.Reader, stdout io.Writer) int {
	tell := func(a answer) { _ = json.NewEncoder(stdout).Encode(a) }
	fail := func(err error) int {
		tell(answer{Error: err.Error()})
		return 1
	}
	in := bufio.NewReader(stdin)
	line, err := in.ReadBytes('\n')
	if err != nil {
		return 1 // the parent went away before it said what it wants
	}
	var ord order
	if err := json.Unmarshal(line, &ord); err != nil {
		return fail(errors.New("the embedded PostgreSQL was started by another version of this program: do not set " + childMark))
	}
	if err := become(ord.UID, ord.GID); err != nil {
		return fail(fmt.Errorf("cannot run PostgreSQL as the user nobody (%v): run datamime as an ordinary user", err))
	}
	defer func() { _ = os.RemoveAll(ord.Dir) }()

	gone := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, in)
		close(gone)
	}()
	binaries, err := programFiles(ord, gone, func(m string) { tell(answer{Progress: m}) })
	if err != nil {
		return fail(err)
	}
	if err := initdb(binaries, ord); err != nil {
		return fail(err)
	}
	if err := setUp(binaries, ord); err != nil {
		return fail(err)
	}
	postgres, err := startServer(binaries, ord)
	if err != nil {
		return fail(err)
	}
	tell(answer{Port: postgres.port})

	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	select {
	case <-gone:
	case <-signals:
	case <-postgres.ended:
		return 1
	}
	postgres.stop()
	return 0
}

// initdb makes the data folder, with the superuser, pg_hba.conf and TLS files.
func initdb(binaries string, ord order) error {
	password := filepath.Join(ord.Dir, "password")
	if err := os.WriteFile(password, []byte(ord.Password+"\n"), 0o600); err != nil {
		return fmt.Errorf("cannot write to the run folder: %w", err)
	}
	defer func() { _ = os.Remove(password) }()
	args := []string{
		"-D", dataFolder(ord), "-U", ord.User, "-A", ord.Auth,
		"-E", "UTF8", "--no-locale", "--no-sync", "--no-instructions",
	}
	if ord.Password != "" {
		args = append(args, "--pwfile="+password)
	}
	args = append(args, ord.InitdbArgs...)
	out, err := exec.Command(filepath.Join(binaries, "bin", "initdb"), args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("initdb failed: %s: look for free space in %s, or remove %s to fetch PostgreSQL anew",
			lastLine(out, err), filepath.Dir(ord.Dir), binaries)
	}
	files := map[string][]byte{"server.crt": ord.TLSCert, "server.key": ord.TLSKey, "root.crt": ord.TLSCA, "pg_hba.conf": []byte(ord.HBA)}
	for name, content := range files {
		if len(content) == 0 {
			continue
		}
		if err := os.WriteFile(filepath.Join(dataFolder(ord), name), content, 0o600); err != nil {
			return fmt.Errorf("cannot write to the run folder: %w", err)
		}
	}
	return nil
}

// setUp runs the statements of Setup, by the server as a program for one user,
// and marks the data folder as a standby's.
func setUp(binaries string, ord order) error {
	if len(ord.Setup) > 0 {
		cmd := exec.Command(filepath.Join(binaries, "bin", "postgres"), "--single", "-D", dataFolder(ord), "postgres")
		cmd.Stdin = strings.NewReader(strings.Join(ord.Setup, "\n") + "\n")
		out, err := cmd.CombinedOutput()
		if err != nil || strings.Contains(string(out), "ERROR:") {
			return fmt.Errorf("cannot set the server up: %s", lastLine(out, err))
		}
	}
	if !ord.Standby {
		return nil
	}
	if err := os.WriteFile(filepath.Join(dataFolder(ord), "standby.signal"), nil, 0o600); err != nil {
		return fmt.Errorf("cannot write to the run folder: %w", err)
	}
	return nil
}

func dataFolder(ord order) string { return filepath.Join(ord.Dir, "data") }

// postgres is the running server.
type postgres struct {
	cmd   *exec.Cmd
	port  int
	ended chan struct{} // closed when it has ended
}

// portTries is how often another free port is tried when somebody was faster.
const portTries = 10

var errPortTaken = errors.New("port taken")

// startServer starts the server and waits until it accepts connections.
func startServer(binaries string, ord order) (*postgres, error) {
	for try := 1; ; try++ {
		port := ord.Port
		if port == 0 {
			var err error
			if port, err = freePort(); err != nil {
				return nil, fmt.Errorf("there is no free port on 127.0.0.1: %w", err)
			}
		}
		p, err := startOn(port, binaries, ord)
		switch {
		case err == nil:
			return p, nil
		case !errors.Is(err, errPortTaken):
			return nil, err
		case ord.Port != 0:
			return nil, fmt.Errorf("port %d is taken: stop what listens there, or choose another", port)
		case try == portTries:
			return nil, errors.New("no free port on 127.0.0.1 stays free: try again")
		}
	}
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port, nil
}

func startOn(port int, binaries string, ord order) (*postgres, error) {
	log, err := os.OpenFile(filepath.Join(ord.Dir, "log"), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o644)
	if err != nil {
		return nil, fmt.Errorf("cannot write to the run folder: %w", err)
	}
	defer func() { _ = log.Close() }()
	cmd := exec.Command(filepath.Join(binaries, "bin", "postgres"), serverArgs(port, ord)...)
	cmd.Stdout, cmd.Stderr = log, log
	dieWithUs(cmd)
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("cannot run PostgreSQL (%v): remove %s to fetch it anew", err, binaries)
	}
	p := &postgres{cmd: cmd, port: port, ended: make(chan struct{})}
	go func() {
		_ = cmd.Wait()
		close(p.ended)
	}()
	return p, p.awaitReady(log.Name(), filepath.Join(dataFolder(ord), "postmaster.pid"))
}

// awaitReady returns when the server accepts connections, or has given up.
func (p *postgres) awaitReady(log, status string) error {
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		select {
		case <-p.ended:
			out, _ := os.ReadFile(log)
			if strings.Contains(string(out), "could not create any TCP/IP sockets") {
				return errPortTaken
			}
			return fmt.Errorf("PostgreSQL ended at once: %s", lastLine(out, errors.New("it wrote no log")))
		case <-time.After(5 * time.Millisecond):
		}
		if ready(status) {
			return nil
		}
	}
	p.stop()
	return errors.New("PostgreSQL was not ready after a minute: the machine may be overloaded, try again")
}

// stopPolitely is what the server gets for a fast shutdown, before an
// immediate one; its data is thrown away in any case.
const stopPolitely = 3 * time.Second

func (p *postgres) stop() {
	for _, sig := range []os.Signal{os.Interrupt, syscall.SIGQUIT, os.Kill} {
		_ = p.cmd.Process.Signal(sig)
		select {
		case <-p.ended:
			return
		case <-time.After(stopPolitely):
		}
	}
}

// serverArgs are the server's arguments: our settings, then the caller's.
func serverArgs(port int, ord order) []string {
	settings := map[string]string{
		"listen_addresses": "127.0.0.1", "unix_socket_directories": ord.Dir,
		"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
		"timezone": "UTC", "log_timezone": "UTC", "lc_messages": "C",
	}
	if ord.Auth == "md5" {
		settings["password_encryption"] = "md5"
	}
	if len(ord.TLSCert) > 0 {
		settings["ssl"] = "on"
	}
	if len(ord.TLSCA) > 0 {
		settings["ssl_ca_file"] = "root.crt"
	}
	for name, value := range ord.Settings {
		settings[name] = value
	}
	names := make([]string, 0, len(settings))
	for name := range settings {
		names = append(names, name)
	}
	sort.Strings(names)
	args := []string{"-D", dataFolder(ord), "-p", strconv.Itoa(port)}
	for _, name := range names {
		args = append(args, "-c", name+"="+settings[name])
	}
	return args
}

// ready reads the status that the server keeps in the last line of
// postmaster.pid, as pg_ctl does.
func ready(pidFile string) bool {
	b, err := os.ReadFile(pidFile)
	if err != nil {
		return false
	}
	lines := strings.Split(strings.TrimRight(string(b), "\n"), "\n")
	return len(lines) >= 8 && strings.TrimSpace(lines[7]) == "ready"
}

// lastLine is a program's last word, without the severity in front.
func lastLine(out []byte, otherwise error) string {
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		line := strings.TrimSpace(lines[i])
		for _, severity := range []string{"FATAL:", "ERROR:", "error:"} {
			if _, text, ok := strings.Cut(line, severity); ok {
				return strings.TrimSpace(text)
			}
		}
	}
	if last := strings.TrimSpace(lines[len(lines)-1]); last != "" {
		return last
	}
	return otherwise.Error()
}
