package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/datamime/datamime/cmd/embedded"
	"github.com/datamime/datamime/proxy/internal/testbed"
)

// pgjdbcVersion is the release whose tests are run, surefireVersion that of
// Maven's plugin that runs them: the one which the source distribution names
// does not find those of JUnit 5.
const (
	pgjdbcVersion   = "42.7.7"
	surefireVersion = "3.5.3"
)

// pgjdbcHBA asks all but the superuser for a password: the tests give wrong
// ones, too.
const pgjdbcHBA = `local all all trust
host all postgres all trust
host replication postgres all trust
host all all all md5
`

// setupPgjdbc makes the user and the database that pgjdbc's tests expect.
func setupPgjdbc(ctx context.Context, server *embedded.Server) error {
	err := testbed.Execute(ctx, server.URL(), "CREATE ROLE test LOGIN PASSWORD 'test'", "CREATE DATABASE test OWNER test")
	if err != nil {
		return err
	}
	return testbed.Execute(ctx, databaseURL(server, "test"), "CREATE EXTENSION hstore", "CREATE EXTENSION citext")
}

// runPgjdbc runs the tests that pgjdbc's source distribution carries, but
// those that need TLS or a second server.
func runPgjdbc(ctx context.Context, dir string, port int) (map[string]string, error) {
	source, err := pgjdbcSource(ctx, filepath.Join(dir, "pgjdbc"))
	if err != nil {
		return nil, err
	}
	reports := filepath.Join(source, "target", "surefire-reports")
	if err := os.RemoveAll(reports); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, "mvn", "--quiet", "--batch-mode", "test", "-Dmaven.test.failure.ignore=true", "-Dmaven-surefire-plugin.version="+surefireVersion,
		"-Dtest.url.PGHOST=127.0.0.1", "-Dtest.url.PGPORT="+strconv.Itoa(port), "-DsecondaryPort1=1")
	cmd.Dir = source
	out, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("mvn test: %w\n%s", err, out)
	}
	show(out)
	return junitFolder(reports)
}

// pgjdbcSource has Maven fetch the source distribution, unless it is there from
// the run before, and returns where it is unpacked.
func pgjdbcSource(ctx context.Context, dir string) (string, error) {
	name := "postgresql-" + pgjdbcVersion + "-jdbc-src"
	source := filepath.Join(dir, name)
	if _, err := os.Stat(source); err == nil {
		return source, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	if err := testbed.Command(ctx, dir, "mvn", "--quiet", "--batch-mode", "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy",
		"-Dartifact=org.postgresql:postgresql:"+pgjdbcVersion+":tar.gz:jdbc-src", "-DoutputDirectory="+dir); err != nil {
		return "", err
	}
	return source, testbed.Command(ctx, dir, "tar", "xzf", name+".tar.gz")
}
