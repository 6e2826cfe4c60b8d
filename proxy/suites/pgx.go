package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/datamime/datamime/cmd/embedded"
	"github.com/datamime/datamime/proxy/internal/testbed"
)

// setupPgx makes the database and the roles that pgx's testsetup has.
func setupPgx(ctx context.Context, server *embedded.Server) error {
	if err := testbed.Execute(ctx, server.URL(), "CREATE DATABASE pgx_test"); err != nil {
		return err
	}
	return testbed.Execute(ctx, databaseURL(server, "pgx_test"),
		"CREATE EXTENSION hstore",
		"CREATE EXTENSION ltree",
		"CREATE DOMAIN uint64 AS numeric(20,0)",
		"SET password_encryption = md5",
		"CREATE USER pgx_md5 SUPERUSER PASSWORD 'secret'",
		"SET password_encryption = 'scram-sha-256'",
		"CREATE USER pgx_pw SUPERUSER PASSWORD 'secret'",
		"CREATE USER pgx_scram SUPERUSER PASSWORD 'secret'",
		`CREATE USER " tricky, ' } "" \ test user " SUPERUSER PASSWORD 'secret'`,
	)
}

// runPgx runs the tests that pgx's module carries, in a writable copy of it.
func runPgx(ctx context.Context, dir string, port int) (map[string]string, error) {
	copied := filepath.Join(dir, "pgx")
	if _, err := os.Stat(copied); err != nil {
		if err := copyModule(ctx, "github.com/jackc/pgx/v5", copied); err != nil {
			return nil, err
		}
	}
	base := fmt.Sprintf("host=127.0.0.1 port=%d dbname=pgx_test sslmode=disable", port)
	return goTest(ctx, copied,
		"PGX_TEST_DATABASE="+base+" user=postgres",
		"PGX_TEST_TCP_CONN_STRING="+base+" user=pgx_md5 password=secret",
		"PGX_TEST_MD5_PASSWORD_CONN_STRING="+base+" user=pgx_md5 password=secret",
		"PGX_TEST_SCRAM_PASSWORD_CONN_STRING="+base+" user=pgx_scram password=secret channel_binding=disable",
		"PGX_TEST_PLAIN_PASSWORD_CONN_STRING="+base+" user=pgx_pw password=secret",
	)
}

// goTest runs a module's tests, with env besides our environment, and returns
// their outcomes. They run one by one: some have clocks of their own, which
// tests beside them make run out.
func goTest(ctx context.Context, dir string, env ...string) (map[string]string, error) {
	cmd := exec.CommandContext(ctx, "go", "test", "-json", "-count=1", "-p=1", "-parallel=1", "-timeout=15m", "./...")
	cmd.Dir = dir
	cmd.Stderr = os.Stderr
	cmd.Env = append(append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod"), env...)
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return nil, err
	}
	show(out)
	return outcomes(out), nil
}

// copyModule copies a module that ours requires from the module cache.
func copyModule(ctx context.Context, module, dir string) error {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	if err != nil {
		return fmt.Errorf("find %s: %w", module, err)
	}
	return os.CopyFS(dir, os.DirFS(strings.TrimSpace(string(out))))
}

// temporary is what a test's temporary folder has of its own in each run; some
// tests are named after one.
var temporary = regexp.MustCompile(`\d{6,}`)

// outcomes reads go test's JSON: pass, fail or skip for each test.
func outcomes(out []byte) map[string]string {
	tests := make(map[string]string)
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var e struct{ Action, Package, Test string }
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			continue
		}
		switch e.Action {
		case "pass", "fail", "skip":
			tests[e.Package+" "+temporary.ReplaceAllString(e.Test, "")] = e.Action
		}
	}
	return tests
}
