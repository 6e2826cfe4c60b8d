package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/datamime/datamime/cmd/embedded"
	"github.com/datamime/datamime/proxy/internal/testbed"
)

// pqVersion is the release of github.com/lib/pq whose tests are run.
const pqVersion = "v1.12.3"

// setupPq makes the users and the database that pq's compose file has.
func setupPq(ctx context.Context, server *embedded.Server) error {
	return testbed.Execute(ctx, server.URL(),
		"CREATE ROLE pqgo SUPERUSER LOGIN PASSWORD 'unused'",
		"CREATE DATABASE pqgo OWNER pqgo",
		"CREATE ROLE pqgopassword LOGIN PASSWORD 'wordpass'",
		"CREATE ROLE pqgoscram LOGIN PASSWORD 'wordpass'",
		"SET password_encryption = md5",
		"CREATE ROLE pqgomd5 LOGIN PASSWORD 'wordpass'",
	)
}

// runPq runs the tests that pq's module carries, in a writable copy of it.
func runPq(ctx context.Context, dir string, port int) (map[string]string, error) {
	copied := filepath.Join(dir, "pq")
	if _, err := os.Stat(copied); err != nil {
		if err := downloadModule(ctx, "github.com/lib/pq@"+pqVersion, copied); err != nil {
			return nil, err
		}
	}
	return goTest(ctx, copied, "PGHOST=127.0.0.1", "PGPORT="+strconv.Itoa(port), "PGUSER=pqgo", "PGDATABASE=pqgo", "PGSSLMODE=disable")
}

// downloadModule copies a module that ours does not require into dir.
func downloadModule(ctx context.Context, module, dir string) error {
	cmd := exec.CommandContext(ctx, "go", "mod", "download", "-json", module)
	cmd.Dir = filepath.Dir(dir) // not in our module
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("download %s: %w", module, err)
	}
	var downloaded struct{ Dir string }
	if err := json.Unmarshal(out, &downloaded); err != nil {
		return fmt.Errorf("download %s: %w", module, err)
	}
	return os.CopyFS(dir, os.DirFS(downloaded.Dir))
}
