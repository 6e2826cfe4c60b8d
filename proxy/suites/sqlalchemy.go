package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/datamime/datamime/cmd/embedded"
	"github.com/datamime/datamime/proxy/internal/testbed"
)

// The releases of SQLAlchemy whose tests are run, and of its driver.
const (
	sqlalchemyVersion = "2.0.44"
	psycopgVersion    = "3.3.9"
)

// setupSQLAlchemy makes the database and the schemas that SQLAlchemy's notes on
// its tests ask for.
func setupSQLAlchemy(ctx context.Context, server *embedded.Server) error {
	if err := testbed.Execute(ctx, server.URL(), "CREATE DATABASE test"); err != nil {
		return err
	}
	return testbed.Execute(ctx, databaseURL(server, "test"),
		"CREATE SCHEMA test_schema",
		"CREATE SCHEMA test_schema_2",
		"CREATE EXTENSION hstore",
		"CREATE EXTENSION citext",
		"ALTER DATABASE test SET default_text_search_config = 'pg_catalog.english'",
	)
}

// runSQLAlchemy runs the tests of dialects and those of its own for PostgreSQL
// that SQLAlchemy's source distribution carries, with psycopg. Its others hold
// for all servers.
func runSQLAlchemy(ctx context.Context, dir string, port int) (map[string]string, error) {
	python, err := testbed.Python(ctx, filepath.Join(dir, "venv"), "sqlalchemy[asyncio]=="+sqlalchemyVersion,
		"psycopg[binary]=="+psycopgVersion, "pytest<9")
	if err != nil {
		return nil, err
	}
	source := filepath.Join(dir, "sqlalchemy")
	if err := sdist(ctx, python, source, "sqlalchemy", sqlalchemyVersion); err != nil {
		return nil, err
	}
	return pytest(ctx, python, source, nil, "test/dialect/test_suite.py", "test/dialect/postgresql", "--maxfail=0",
		"--dburi", fmt.Sprintf("postgresql+psycopg://postgres@127.0.0.1:%d/test", port))
}
