package main

import (
	"context"
	"path/filepath"
	"strconv"

	"github.com/datamime/datamime/cmd/embedded"
	"github.com/datamime/datamime/proxy/internal/testbed"
)

// psycopg2Version is the release whose tests are run: libpq's own, through
// psycopg2, with large objects, two-phase commits and replication.
const psycopg2Version = "2.9.13"

func setupPsycopg2(ctx context.Context, server *embedded.Server) error {
	return testbed.Execute(ctx, server.URL(), "CREATE EXTENSION hstore")
}

// runPsycopg2 runs the tests that psycopg2's source distribution carries.
func runPsycopg2(ctx context.Context, dir string, port int) (map[string]string, error) {
	python, err := testbed.Python(ctx, filepath.Join(dir, "venv"), "psycopg2-binary=="+psycopg2Version, "pytest")
	if err != nil {
		return nil, err
	}
	source := filepath.Join(dir, "psycopg2")
	if err := sdist(ctx, python, source, "psycopg2", psycopg2Version); err != nil {
		return nil, err
	}
	env := []string{
		"PSYCOPG2_TESTDB=postgres", "PSYCOPG2_TESTDB_HOST=127.0.0.1", "PSYCOPG2_TESTDB_PORT=" + strconv.Itoa(port),
		"PSYCOPG2_TESTDB_USER=postgres", "PSYCOPG2_TEST_REPL_DSN=",
	}
	return pytest(ctx, python, source, env, "tests", "-k", "not test_suite")
}
