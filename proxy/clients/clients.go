package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/datamime/datamime/proxy/internal/testbed"
)

// The releases of the drivers.
const (
	psycopgRelease = "3.3.9"
	asyncpgRelease = "0.32.0"
	pgjdbcRelease  = "42.7.4"
	pgRelease      = "8.23.1"
	cursorRelease  = "2.22.0"
)

// clients are in the order in which they run.
var clients = []client{
	{"psql", []tool{psqlTool, pythonTool}, nothing, func(_, here string) []string { return []string{"python3", filepath.Join(here, "psql_calls.py")} }},
	{"psycopg", []tool{pythonTool}, installPython, pythonProgram("psycopg_calls.py")},
	{"asyncpg", []tool{pythonTool}, installPython, pythonProgram("asyncpg_calls.py")},
	{"jdbc", []tool{javaTool, mavenTool}, installPgjdbc, func(dir, here string) []string {
		return []string{"java", "-XX:TieredStopAtLevel=1", "-cp", pgjdbc(dir), filepath.Join(here, "JdbcCalls.java")}
	}},
	{"node-postgres", []tool{nodeTool, npmTool}, installNode, func(_, here string) []string { return []string{"node", filepath.Join(here, "node_calls.js")} }},
}

// nothing is there to install of a client that is no driver.
func nothing(context.Context, string) error { return nil }

// venv is the folder of the Python drivers; it bears their releases' names, so
// that others are installed anew.
func venv(dir string) string {
	return filepath.Join(dir, fmt.Sprintf("python-%s-%s", psycopgRelease, asyncpgRelease))
}

func pythonProgram(file string) func(dir, here string) []string {
	return func(dir, here string) []string {
		return []string{filepath.Join(venv(dir), "bin", "python"), filepath.Join(here, file)}
	}
}

// installPython makes an environment with psycopg and asyncpg.
func installPython(ctx context.Context, dir string) error {
	_, err := testbed.Python(ctx, venv(dir), "psycopg[binary]=="+psycopgRelease, "asyncpg=="+asyncpgRelease)
	return err
}

func pgjdbc(dir string) string { return filepath.Join(dir, "postgresql-"+pgjdbcRelease+".jar") }

// installPgjdbc has Maven fetch the driver.
func installPgjdbc(ctx context.Context, dir string) error {
	if _, err := os.Stat(pgjdbc(dir)); err == nil {
		return nil
	}
	return testbed.Command(ctx, dir, "mvn", "--quiet", "--batch-mode", "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy",
		"-Dartifact=org.postgresql:postgresql:"+pgjdbcRelease, "-DoutputDirectory="+dir)
}

// installNode has npm fetch pg and pg-cursor.
func installNode(ctx context.Context, dir string) error {
	return once(filepath.Join(dir, "node_modules", "pg-"+pgRelease+"-"+cursorRelease), func() error {
		return testbed.Command(ctx, dir, "npm", "install", "--silent", "--no-save", "--no-audit", "--no-fund", "--prefix", dir,
			"pg@"+pgRelease, "pg-cursor@"+cursorRelease)
	})
}

// once installs something unless the file mark, made when it was complete, is
// there.
func once(mark string, install func() error) error {
	if _, err := os.Stat(mark); err == nil {
		return nil
	}
	if err := install(); err != nil {
		return err
	}
	return os.WriteFile(mark, nil, 0o644)
}
