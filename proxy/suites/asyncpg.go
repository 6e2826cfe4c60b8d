package main

import (
	"context"
	"os"
	"path/filepath"
	"strconv"

	"github.com/datamime/datamime/proxy/internal/testbed"
)

// asyncpgVersion is the release whose tests are run.
const asyncpgVersion = "0.32.0"

// asyncpgLate is pytest's configuration: asyncpg leaves out the tests of lost
// connections where PGHOST names a server, though they need none of their own;
// so it is told of the server after the tests are chosen.
const asyncpgLate = `import os

from asyncpg import cluster

def pytest_collection_finish(session):
    host, port = os.environ["SUITE_HOST"], int(os.environ["PGPORT"])
    os.environ["PGHOST"] = host
    cluster.RunningCluster.get_connection_spec = lambda self: {"host": host, "port": port}
`

// asyncpgOwn are the tests that start servers of their own with programs that
// the embedded server's files do not have, and those of asyncpg's own text.
var asyncpgOwn = []string{
	"--ignore=tests/test__sourcecode.py",
	"--ignore=tests/test__environment.py",
	"--deselect=tests/test_connect.py::TestConnectionAttributes",
	"--deselect=tests/test_connect.py::TestSSLConnection",
	"--deselect=tests/test_connect.py::TestClientSSLConnection",
	"--deselect=tests/test_connect.py::TestNoSSLConnection",
	"--deselect=tests/test_connect.py::TestGssAuthentication",
	"--deselect=tests/test_codecs.py::TestCodecsLargeOIDs",
	"--deselect=tests/test_pool.py::TestPoolReconnectWithTargetSessionAttrs",
	"--deselect=tests/test_pool.py::TestHotStandby",
}

// runAsyncpg runs the tests that asyncpg's source distribution carries.
func runAsyncpg(ctx context.Context, dir string, port int) (map[string]string, error) {
	python, err := testbed.Python(ctx, filepath.Join(dir, "venv"), "asyncpg=="+asyncpgVersion, "pytest", "distro")
	if err != nil {
		return nil, err
	}
	source := filepath.Join(dir, "asyncpg")
	if err := sdist(ctx, python, source, "asyncpg", asyncpgVersion); err != nil {
		return nil, err
	}
	// The installed package is the one to import, not the source.
	if err := os.RemoveAll(filepath.Join(source, "asyncpg")); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(source, "conftest.py"), []byte(asyncpgLate), 0o644); err != nil {
		return nil, err
	}
	env := []string{"SUITE_HOST=127.0.0.1", "PGPORT=" + strconv.Itoa(port), "PGUSER=postgres", "PGDATABASE=postgres"}
	return pytest(ctx, python, source, env, append([]string{"tests"}, asyncpgOwn...)...)
}
