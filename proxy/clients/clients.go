package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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
	{"psql", psqlInstalled, func(_, here string) []string { return []string{"python3", filepath.Join(here, "psql_calls.py")} }},
	{"psycopg", installPython, pythonProgram("psycopg_calls.py")},
	{"asyncpg", installPython, pythonProgram("asyncpg_calls.py")},
	{"jdbc", installPgjdbc, func(dir, here string) []string {
		return []string{"java", "-XX:TieredStopAtLevel=1", "-cp", pgjdbc(dir), filepath.Join(here, "JdbcCalls.java")}
	}},
	{"node-postgres", installNode, func(_, here string) []string { return []string{"node", filepath.Join(here, "node_calls.js")} }},
}

func psqlInstalled(context.Context, string) error {
	_, err := exec.LookPath("psql")
	return err
}

// python is the interpreter that has the Python drivers; its folder bears
// their releases' names, so that others are installed anew.
func python(dir string) string {
	return filepath.Join(dir, fmt.Sprintf("python-%s-%s", psycopgRelease, asyncpgRelease), "bin", "python")
}

func pythonProgram(file string) func(dir, here string) []string {
	return func(dir, here string) []string { return []string{python(dir), filepath.Join(here, file)} }
}

// installPython makes an environment with psycopg and asyncpg.
func installPython(ctx context.Context, dir string) error {
	program := python(dir)
	venv := filepath.Dir(filepath.Dir(program))
	return once(filepath.Join(venv, "complete"), func() error {
		if err := command(ctx, "", "python3", "-m", "venv", "--clear", venv); err != nil {
			return err
		}
		return command(ctx, "", program, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
			"psycopg[binary]=="+psycopgRelease, "asyncpg=="+asyncpgRelease)
	})
}

func pgjdbc(dir string) string { return filepath.Join(dir, "postgresql-"+pgjdbcRelease+".jar") }

// installPgjdbc has Maven fetch the driver.
func installPgjdbc(ctx context.Context, dir string) error {
	if _, err := os.Stat(pgjdbc(dir)); err == nil {
		return nil
	}
	return command(ctx, dir, "mvn", "--quiet", "--batch-mode", "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy",
		"-Dartifact=org.postgresql:postgresql:"+pgjdbcRelease, "-DoutputDirectory="+dir)
}

// installNode has npm fetch pg and pg-cursor.
func installNode(ctx context.Context, dir string) error {
	return once(filepath.Join(dir, "node_modules", "pg-"+pgRelease+"-"+cursorRelease), func() error {
		return command(ctx, dir, "npm", "install", "--silent", "--no-save", "--no-audit", "--no-fund", "--prefix", dir,
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

// command runs a program in dir; what it says on standard error is shown.
func command(ctx context.Context, dir, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
