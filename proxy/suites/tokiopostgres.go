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
	"strconv"
	"strings"

	"github.com/datamime/datamime/cmd/embedded"
	"github.com/datamime/datamime/proxy/internal/testbed"
)

// tokioPostgresVersion is the release whose tests are run.
const tokioPostgresVersion = "0.7.18"

// setupTokioPostgres makes the roles and extensions that the Rust drivers'
// docker/sql_setup.sh has.
func setupTokioPostgres(ctx context.Context, server *embedded.Server) error {
	return testbed.Execute(ctx, server.URL(),
		"SET password_encryption = md5",
		"CREATE ROLE pass_user PASSWORD 'password' LOGIN",
		"CREATE ROLE md5_user PASSWORD 'password' LOGIN",
		"SET password_encryption = 'scram-sha-256'",
		"CREATE ROLE scram_user PASSWORD 'password' LOGIN",
		"CREATE EXTENSION hstore",
		"CREATE EXTENSION citext",
		"CREATE EXTENSION ltree",
	)
}

// runTokioPostgres runs the tests that the crate tokio-postgres carries, with
// the port where they expect the server written into them.
func runTokioPostgres(ctx context.Context, dir string, port int) (map[string]string, error) {
	crate, err := crateSource(ctx, filepath.Join(dir, "crate"), "tokio-postgres", tokioPostgresVersion)
	if err != nil {
		return nil, err
	}
	copied := filepath.Join(dir, "tokio-postgres-"+strconv.Itoa(port))
	if err := os.RemoveAll(copied); err != nil {
		return nil, err
	}
	if err := os.CopyFS(copied, os.DirFS(crate)); err != nil {
		return nil, err
	}
	if err := replaceInTests(filepath.Join(copied, "tests"), "5433", strconv.Itoa(port)); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, "cargo", "test", "--quiet", "--test", "test", "--no-fail-fast",
		"--features", "array-impls,with-serde_json-1,with-uuid-1,with-chrono-0_4,with-time-0_3,with-bit-vec-0_8,with-eui48-1,with-geo-types-0_7,with-cidr-0_3,with-smol_str-01",
		"--", "--format=pretty", "--test-threads=4")
	cmd.Dir = copied
	cmd.Env = append(os.Environ(), "CARGO_TARGET_DIR="+filepath.Join(dir, "target"))
	out, err := cmd.CombinedOutput()
	tests := cargoOutcomes(out)
	var exit *exec.ExitError
	if len(tests) == 0 || err != nil && !errors.As(err, &exit) {
		return nil, fmt.Errorf("cargo test: %w\n%s", err, out)
	}
	show(out)
	return tests, nil
}

// crateSource has cargo fetch a crate, for a package in dir, and returns where
// its source is.
func crateSource(ctx context.Context, dir, crate, version string) (string, error) {
	if _, err := os.Stat(dir); err != nil {
		if err := testbed.Command(ctx, "", "cargo", "init", "--quiet", "--vcs=none", "--name=suite", dir); err != nil {
			return "", err
		}
		if err := testbed.Command(ctx, dir, "cargo", "add", "--quiet", crate+"@="+version); err != nil {
			return "", err
		}
	}
	cmd := exec.CommandContext(ctx, "cargo", "metadata", "--format-version=1", "--quiet")
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("cargo metadata: %w", err)
	}
	var metadata struct {
		Packages []struct {
			Name     string
			Manifest string `json:"manifest_path"`
		}
	}
	if err := json.Unmarshal(out, &metadata); err != nil {
		return "", fmt.Errorf("cargo metadata: %w", err)
	}
	for _, p := range metadata.Packages {
		if p.Name == crate {
			return filepath.Dir(p.Manifest), nil
		}
	}
	return "", fmt.Errorf("cargo does not know the crate %s", crate)
}

// replaceInTests replaces a text in all files of a folder.
func replaceInTests(dir, old, new string) error {
	return filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(path, []byte(strings.ReplaceAll(string(text), old, new)), 0o644)
	})
}

// cargoTest is a line of a Rust test program: its test and how it went.
var cargoTest = regexp.MustCompile(`^test (\S+)(?: - should panic)? \.\.\. (ok|FAILED|ignored)`)

// cargoOutcomes reads a Rust test program's output.
func cargoOutcomes(out []byte) map[string]string {
	words := map[string]string{"ok": "pass", "FAILED": "fail", "ignored": "skip"}
	tests := make(map[string]string)
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		if m := cargoTest.FindStringSubmatch(lines.Text()); m != nil {
			tests[m[1]] = words[m[2]]
		}
	}
	return tests
}
