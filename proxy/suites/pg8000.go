package main

import (
	"context"
	"path/filepath"
	"strconv"

	"github.com/datamime/datamime/cmd/embedded"
	"github.com/datamime/datamime/proxy/internal/testbed"
)

// pg8000Version is the release whose tests are run: a driver written in
// Python alone, with a protocol of its own.
const pg8000Version = "1.31.6"

func setupPg8000(ctx context.Context, server *embedded.Server) error {
	return testbed.Execute(ctx, server.URL(), "CREATE EXTENSION hstore")
}

// runPg8000 runs the tests that pg8000's source distribution carries, without
// those of its documents, and one that passes if the end of a session that was
// terminated is read before the next query resets the connection.
func runPg8000(ctx context.Context, dir string, port int) (map[string]string, error) {
	python, err := testbed.Python(ctx, filepath.Join(dir, "venv"), "pg8000=="+pg8000Version, "pytest", "pytest-mock", "pytest-benchmark", "pytz")
	if err != nil {
		return nil, err
	}
	source := filepath.Join(dir, "pg8000")
	if err := sdist(ctx, python, source, "pg8000", pg8000Version); err != nil {
		return nil, err
	}
	env := []string{"PGHOST=127.0.0.1", "PGPORT=" + strconv.Itoa(port), "PGPASSWORD=pw"}
	return pytest(ctx, python, source, env, "test", "--ignore=test/test_readme.py", "--benchmark-disable", "-k", "not test_broken_pipe_read")
}
