package main

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
)

// asyncpgVersion is the release whose tests are run.
const asyncpgVersion = "0.32.0"

// runAsyncpg runs the tests that asyncpg's source distribution carries. Tests
// that start servers of their own are skipped by them where PGHOST names one;
// those that do so regardless are left out.
func runAsyncpg(ctx context.Context, dir string, port int) (map[string]string, error) {
	python, err := venv(ctx, filepath.Join(dir, "venv"), "asyncpg=="+asyncpgVersion, "pytest", "distro")
	if err != nil {
		return nil, err
	}
	source := filepath.Join(dir, "asyncpg")
	if _, err := os.Stat(source); err != nil {
		if err := sdist(ctx, python, source, "asyncpg", asyncpgVersion); err != nil {
			return nil, err
		}
		// The installed package is the one to import, not the source.
		if err := os.RemoveAll(filepath.Join(source, "asyncpg")); err != nil {
			return nil, err
		}
	}
	env := []string{"PGHOST=127.0.0.1", "PGPORT=" + strconv.Itoa(port), "PGUSER=postgres", "PGDATABASE=postgres"}
	return pytest(ctx, python, source, env, "tests",
		"--deselect", "tests/test_connect.py::TestConnectionAttributes",
		"--ignore", "tests/test__sourcecode.py", "--ignore", "tests/test__environment.py")
}
