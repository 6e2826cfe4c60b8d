package embedded

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// parentMark makes the test binary a parent that a test can kill.
const parentMark = "DATAMIME_EMBEDDED_TEST_PARENT"

func TestMain(m *testing.M) {
	if os.Getenv(parentMark) != "" {
		s, err := Start(context.Background(), Options{})
		if err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
		fmt.Println(s.Dir)
		select {}
	}
	os.Exit(m.Run())
}

func start(t *testing.T, o Options) *Server {
	t.Helper()
	s, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// openFolder is a temporary folder that every user may enter.
func openFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "datamime-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func query(t *testing.T, url, sql string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	var text string
	if err := conn.QueryRow(t.Context(), sql).Scan(&text); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return text
}

func TestStart(t *testing.T) {
	s := start(t, Options{Settings: map[string]string{"work_mem": "7MB"}})
	if got := query(t, s.URL(), "SHOW server_version"); !strings.HasPrefix(got, strconv.Itoa(DefaultVersion)) {
		t.Errorf("server version %s", got)
	}
	if got := query(t, s.URL(), "SHOW work_mem"); got != "7MB" {
		t.Errorf("work_mem %s", got)
	}
	if got := query(t, fmt.Sprintf("host=%s port=%d user=postgres dbname=postgres", s.SocketDir, s.Port), "SELECT 'ok'"); got != "ok" {
		t.Errorf("over the socket: %s", got)
	}
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(s.Dir); !os.IsNotExist(err) {
		t.Errorf("the run folder is still there: %v", err)
	}
	if conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", s.Port)); err == nil {
		_ = conn.Close()
		t.Error("something still listens")
	}
}

func TestStandby(t *testing.T) {
	s := start(t, Options{Setup: []string{"CREATE TABLE kept (a int)", "INSERT INTO kept VALUES (5)"}, Standby: true})
	if got := query(t, s.URL(), "SELECT pg_is_in_recovery() || ' ' || max(a) FROM kept"); got != "true 5" {
		t.Errorf("got %s", got)
	}
	_, err := Start(t.Context(), Options{Setup: []string{"SELECT nope"}})
	if err == nil || !strings.Contains(err.Error(), `column "nope" does not exist`) {
		t.Errorf("got %v", err)
	}
}

func TestAuth(t *testing.T) {
	for _, auth := range []string{"password", "md5", "scram-sha-256"} {
		t.Run(auth, func(t *testing.T) {
			t.Parallel()
			s := start(t, Options{Auth: auth, User: "alice", Password: "se cr/et"})
			if got := query(t, s.URL(), "SELECT current_user || ' ' || left(rolpassword, 3) FROM pg_authid WHERE rolname = 'alice'"); got != map[string]string{
				"password": "alice SCR", "md5": "alice md5", "scram-sha-256": "alice SCR"}[auth] {
				t.Errorf("got %q", got)
			}
			wrong := strings.Replace(s.URL(), "se", "no", 1)
			if conn, err := pgx.Connect(t.Context(), wrong); err == nil {
				_ = conn.Close(t.Context())
				t.Error("a wrong password is accepted")
			}
		})
	}
}

func TestTLS(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, Options{
		TLSCert: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		TLSKey:  pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: keyDER}),
		HBA:     "hostssl all all all trust\n",
	})
	url := strings.Replace(s.URL(), "sslmode=disable", "sslmode=require", 1)
	if got := query(t, url, "SELECT ssl::text FROM pg_stat_ssl WHERE pid = pg_backend_pid()"); got != "true" {
		t.Errorf("ssl %s", got)
	}
	if conn, err := pgx.Connect(t.Context(), s.URL()); err == nil {
		_ = conn.Close(t.Context())
		t.Error("the given pg_hba.conf is not used")
	}
}

func TestErrorsAreOneLine(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	port := taken.Addr().(*net.TCPAddr).Port

	file := t.TempDir() + "/file"
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		o    Options
		want string
	}{
		"port":     {Options{Port: port}, fmt.Sprintf("port %d is taken", port)},
		"version":  {Options{Version: 8}, "no embedded PostgreSQL 8"},
		"auth":     {Options{Auth: "gss"}, `"gss"`},
		"password": {Options{Auth: "md5"}, "needs a password"},
		"cache":    {Options{CacheDir: file}, "DATAMIME_CACHE"},
		"programs": {Options{Programs: t.TempDir()}, "bin/postgres is missing"},
		"setting":  {Options{Settings: map[string]string{"work_mem": "plenty"}}, "work_mem"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Start(t.Context(), c.o)
			if err == nil {
				_ = s.Stop()
				t.Fatal("it started")
			}
			if !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %q, want one line with %q", err, c.want)
			}
		})
	}
}

func TestNoNetwork(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:9")
	t.Setenv("https_proxy", "http://127.0.0.1:9")
	s, err := Start(t.Context(), Options{CacheDir: openFolder(t)})
	if err == nil {
		_ = s.Stop()
		t.Fatal("it started")
	}
	if !strings.Contains(err.Error(), "without a network") || strings.Contains(err.Error(), "\n") {
		t.Errorf("got %q", err)
	}
}

// TestEmptyCache starts several servers at once on an empty cache folder.
func TestEmptyCache(t *testing.T) {
	cache := openFolder(t)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			s, err := Start(t.Context(), Options{CacheDir: cache})
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.Stop(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestContextEndsStart(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	s, err := Start(ctx, Options{})
	if err == nil {
		_ = s.Stop()
		t.Fatal("it started in a millisecond")
	}
}

// TestKilledParent kills a parent, or its child, by SIGKILL: the server ends.
func TestKilledParent(t *testing.T) {
	for _, victim := range []string{"parent", "child"} {
		t.Run(victim, func(t *testing.T) {
			t.Parallel()
			if victim == "child" && !killedChildEndsServer {
				t.Log("this platform promises nothing here")
				return
			}
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), parentMark+"=1")
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			defer func() { _ = cmd.Wait() }()
			line, err := bufio.NewReader(out).ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			dir := strings.TrimSpace(line)
			b, err := os.ReadFile(dir + "/data/postmaster.pid")
			if err != nil {
				_ = cmd.Process.Kill()
				t.Fatal(err, line)
			}
			pid, err := strconv.Atoi(strings.SplitN(string(b), "\n", 2)[0])
			if err != nil {
				t.Fatal(err)
			}
			if victim == "child" {
				if err := syscall.Kill(parentOf(t, pid), syscall.SIGKILL); err != nil {
					t.Fatal(err)
				}
				defer func() { _ = os.RemoveAll(dir) }()
				defer func() { _ = cmd.Process.Kill() }()
			} else if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
				if syscall.Kill(pid, 0) == syscall.ESRCH {
					break
				}
				if time.Now().After(deadline) {
					t.Fatalf("postgres %d still runs", pid)
				}
			}
			if victim == "parent" {
				for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
					if _, err := os.Stat(dir); os.IsNotExist(err) {
						break
					}
					if time.Now().After(deadline) {
						t.Fatalf("the run folder %s is still there", dir)
					}
				}
			}
		})
	}
}

// parentOf returns a process's parent, from /proc.
func parentOf(t *testing.T, pid int) int {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	parent, err := strconv.Atoi(fields[1])
	if err != nil {
		t.Fatal(err)
	}
	return parent
}

func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		s, err := Start(b.Context(), Options{})
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Stop(); err != nil {
			b.Fatal(err)
		}
	}
}
