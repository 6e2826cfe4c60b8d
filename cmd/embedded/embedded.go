// Package embedded runs a throw-away PostgreSQL server, for the demo and for
// every package's tests. It needs no installed PostgreSQL: the program files
// are fetched once and kept in a cache folder.
//
// Start reading at Start. It re-executes the running program; an init function
// of this package recognises that child (see child.go), which prepares and
// runs the server and stops it when its standard input closes. So the server
// ends with its parent, however that ends. As root, whom initdb and the server
// refuse, the child first becomes the user nobody.
//
// The data lives in a run folder that Stop removes. Nothing is ever synced to
// disk.
package embedded

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"
)

// DefaultVersion is the major version that Start runs unless told otherwise.
const DefaultVersion = 17

// Options say how the server is set up. The zero value is a server on a free
// port of 127.0.0.1 that trusts everybody.
type Options struct {
	// Version is PostgreSQL's major version, 13 to 18; 0: DefaultVersion.
	Version int
	// Programs is the folder of an installed PostgreSQL, with bin/postgres and
	// bin/initdb in it; "": program files that are fetched, of Version.
	Programs string
	// Port to listen on at 127.0.0.1; 0: a free one.
	Port int
	// User is the superuser's name; "": postgres.
	User string
	// Password of the superuser. Needed by every Auth other than trust.
	Password string
	// Auth is the authentication method of all connections: trust (""),
	// password, md5 or scram-sha-256.
	Auth string
	// HBA, when not empty, is the whole pg_hba.conf, in place of Auth's.
	HBA string
	// TLSCert and TLSKey, in PEM, turn ssl on. TLSCA is for client
	// certificates.
	TLSCert, TLSKey, TLSCA []byte
	// Settings are further configuration parameters; they win over ours.
	Settings map[string]string
	// InitdbArgs are further arguments of initdb, a locale say. The default
	// is UTF8 with the locale C.
	InitdbArgs []string
	// Setup are statements that are run in the database postgres before the
	// server starts, each on a line of its own.
	Setup []string
	// Standby makes the server one that stays in recovery, of no primary: what
	// Setup left in it can be read.
	Standby bool
	// CacheDir keeps the program files; "": $DATAMIME_CACHE, or else a folder
	// datamime in the user's cache folder (as root, when nobody cannot reach
	// that: /var/cache/datamime).
	CacheDir string
	// Progress, when not nil, is told what takes long (a download).
	Progress func(message string) `json:"-"`
}

// Server is a running PostgreSQL server. Its methods may be called from any
// goroutine.
type Server struct {
	Port      int
	SocketDir string // where the Unix socket .s.PGSQL.<Port> is
	Dir       string // the run folder; the server's log is the file log in it

	user, password string

	cmd      *exec.Cmd
	stdin    io.Closer
	done     chan struct{} // closed when the child has ended
	stopOnce sync.Once
}

// Start runs a new server and returns when it accepts connections. The
// context bounds the start alone. Errors are one line that names a way out.
func Start(ctx context.Context, o Options) (*Server, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	owner, err := serverUser()
	if err != nil {
		return nil, err
	}
	cache, err := cacheFolder(o.CacheDir, owner)
	if err != nil {
		return nil, err
	}
	dir, err := runFolder(owner)
	if err != nil {
		return nil, err
	}
	s := &Server{
		SocketDir: dir, Dir: dir,
		user: o.User, password: o.Password,
		done: make(chan struct{}),
	}
	if err := s.launch(ctx, order{Options: o, Cache: cache, Dir: dir, UID: owner.uid, GID: owner.gid}); err != nil {
		_ = os.RemoveAll(dir)
		return nil, err
	}
	return s, nil
}

// TestVersion is the major version that tests run: what DATAMIME_TEST_POSTGRES
// says, or else DefaultVersion.
func TestVersion() (int, error) {
	text := os.Getenv("DATAMIME_TEST_POSTGRES")
	if text == "" {
		return DefaultVersion, nil
	}
	version, err := strconv.Atoi(text)
	if err != nil {
		return 0, fmt.Errorf("DATAMIME_TEST_POSTGRES=%s is no major version of PostgreSQL", text)
	}
	return version, nil
}

// complete fills in the defaults and checks the rest.
func (o *Options) complete() error {
	if o.Version == 0 {
		o.Version = DefaultVersion
	}
	if _, ok := releases[o.Version]; !ok {
		return fmt.Errorf("there is no embedded PostgreSQL %d: choose one of 13 to 18", o.Version)
	}
	if o.User == "" {
		o.User = "postgres"
	}
	switch o.Auth {
	case "":
		o.Auth = "trust"
	case "trust":
	case "password", "md5", "scram-sha-256":
		if o.Password == "" {
			return fmt.Errorf("authentication %s needs a password", o.Auth)
		}
	default:
		return fmt.Errorf("authentication %q is unknown: choose trust, password, md5 or scram-sha-256", o.Auth)
	}
	return nil
}

// launch starts the child, hands it the order and waits for its answer.
func (s *Server) launch(ctx context.Context, ord order) error {
	program, err := ownProgram()
	if err != nil {
		return fmt.Errorf("cannot find this program's own file to start the embedded PostgreSQL with: %w", err)
	}
	s.cmd = exec.Command(program)
	s.cmd.Env = childEnv(ord.Dir)
	s.cmd.Dir = "/"
	detach(s.cmd)
	stdin, err := s.cmd.StdinPipe()
	if err != nil {
		return err
	}
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := s.cmd.Start(); err != nil {
		return fmt.Errorf("cannot start the embedded PostgreSQL: %w", err)
	}
	s.stdin = stdin

	started := make(chan answer, 1)
	go func() { // ends with the child's standard output
		started <- s.listen(stdout, ord.Progress)
		_, _ = io.Copy(io.Discard, stdout)
		_ = s.cmd.Wait()
		close(s.done)
	}()
	if err := json.NewEncoder(stdin).Encode(ord); err != nil {
		// The child ended early; its answer says why.
		_ = stdin.Close()
	}
	select {
	case a := <-started:
		if a.Error != "" {
			_ = s.Stop()
			return errors.New(a.Error)
		}
		s.Port = a.Port
		return nil
	case <-ctx.Done():
		_ = s.Stop()
		return fmt.Errorf("the embedded PostgreSQL did not start in time: %w", ctx.Err())
	}
}

// listen reads the child's messages until the one that settles the start.
func (s *Server) listen(stdout io.Reader, progress func(string)) answer {
	for dec := json.NewDecoder(stdout); ; {
		var a answer
		if err := dec.Decode(&a); err != nil {
			return answer{Error: "the embedded PostgreSQL ended before it was ready: run it again, or use a server of your own"}
		}
		switch {
		case a.Progress == "":
			return a
		case progress != nil:
			progress(a.Progress)
		}
	}
}

// URL is where the superuser connects to, without TLS, over TCP.
func (s *Server) URL() string {
	u := url.URL{
		Scheme: "postgres", User: url.User(s.user),
		Host: "127.0.0.1:" + strconv.Itoa(s.Port), Path: "/postgres",
		RawQuery: "sslmode=disable",
	}
	if s.password != "" {
		u.User = url.UserPassword(s.user, s.password)
	}
	return u.String()
}

// Done is closed when the server has ended, by Stop or by itself.
func (s *Server) Done() <-chan struct{} { return s.done }

// stopTimeout is what the child gets to stop the server; it needs 0.1 s, and
// gives up on a polite stop itself after stopPolitely.
const stopTimeout = 20 * time.Second

// Stop ends the server and removes its run folder. Calling it again does
// nothing.
func (s *Server) Stop() error {
	var err error
	s.stopOnce.Do(func() {
		_ = s.stdin.Close()
		select {
		case <-s.done:
		case <-time.After(stopTimeout):
			_ = s.cmd.Process.Kill()
			<-s.done
		}
		if e := os.RemoveAll(s.Dir); e != nil {
			err = fmt.Errorf("cannot remove the run folder of the embedded PostgreSQL: %w", e)
		}
	})
	return err
}

// childEnv is our environment without what would steer the server, with its
// mark for init and a folder for temporary files that its user may write to.
func childEnv(dir string) []string {
	env := []string{childMark + "=1", "TMPDIR=" + dir, "LC_ALL=C", "HOME=" + dir}
	for _, kv := range os.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		if strings.HasPrefix(name, "PG") || name == "TMPDIR" || name == "HOME" ||
			name == "LANG" || name == "LC_ALL" || name == "TZ" {
			continue
		}
		env = append(env, kv)
	}
	return env
}
