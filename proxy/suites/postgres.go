package main

import (
	"context"
	"crypto/sha256"
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

// installed are the options of the installed server, which the programs that
// test it belong to.
func installed(ctx context.Context) (embedded.Options, error) {
	bin, err := pgConfig(ctx, "--bindir")
	return embedded.Options{
		Programs: filepath.Dir(bin),
		Settings: map[string]string{"max_prepared_transactions": "64"},
	}, err
}

// runRegress runs PostgreSQL's regression tests: SQL by psql, some twenty
// scripts at once, whose output is compared with what they should print.
func runRegress(ctx context.Context, dir string, port int) (map[string]string, error) {
	source, err := postgresSource(ctx, dir)
	if err != nil {
		return nil, err
	}
	library := filepath.Join(dir, "regress.so")
	if err := compile(ctx, library, filepath.Join(source, "src/test/regress/regress.c"), "-fPIC", "-shared"); err != nil {
		return nil, err
	}
	return pgRegress(ctx, dir, port, "regress/pg_regress", filepath.Join(source, "src/test/regress"), "parallel_schedule")
}

// runIsolation runs PostgreSQL's isolation tests: steps of several sessions in
// a given order, some waiting for others.
func runIsolation(ctx context.Context, dir string, port int) (map[string]string, error) {
	source, err := postgresSource(ctx, dir)
	if err != nil {
		return nil, err
	}
	return pgRegress(ctx, dir, port, "isolation/pg_isolation_regress", filepath.Join(source, "src/test/isolation"), "isolation_schedule")
}

// pgRegress runs a test driver of the installed server over tests and their
// schedule. The server itself reads and writes files of some.
func pgRegress(ctx context.Context, dir string, port int, driver, tests, schedule string) (map[string]string, error) {
	makefile, err := pgConfig(ctx, "--pgxs")
	if err != nil {
		return nil, err
	}
	bin, err := pgConfig(ctx, "--bindir")
	if err != nil {
		return nil, err
	}
	work := filepath.Join(dir, "work")
	results := filepath.Join(work, "results")
	if err := errors.Join(os.RemoveAll(work), os.MkdirAll(results, 0o755), os.Chmod(dir, 0o755), os.Chmod(results, 0o777)); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, filepath.Join(makefile, "../../test", driver),
		"--inputdir="+tests, "--outputdir="+work, "--dlpath="+dir, "--bindir="+bin, "--schedule="+filepath.Join(tests, schedule),
		"--host=127.0.0.1", "--port="+strconv.Itoa(port), "--user=postgres", "--max-connections=20")
	cmd.Dir = work
	out, err := cmd.CombinedOutput()
	// 1: tests failed. More: they could not be run.
	var exit *exec.ExitError
	if err != nil && !(errors.As(err, &exit) && exit.ExitCode() == 1) {
		return nil, fmt.Errorf("%s: %w\n%s", driver, err, out)
	}
	show(out)
	return regressOutcomes(out, func(test string) []byte {
		printed, _ := os.ReadFile(filepath.Join(results, test+".out"))
		return printed
	}), nil
}

// regressTest is a line of pg_regress: a test and how it went, up to
// PostgreSQL 15, and from 16 on.
var regressTest = regexp.MustCompile(`(?m)^(?:(?:test)?\s+(\S+)\s+\.\.\. (ok|FAILED)|(ok|not ok) \d+\s+[-+] (\S+))`)

// regressOutcomes reads what pg_regress says. A test that fails has a digest of
// what it printed in its name: it has to fail alike.
func regressOutcomes(out []byte, printed func(test string) []byte) map[string]string {
	tests := make(map[string]string)
	for _, m := range regressTest.FindAllSubmatch(out, -1) {
		test, outcome := string(m[1])+string(m[4]), string(m[2])+string(m[3])
		if outcome == "ok" {
			tests[test] = "pass"
		} else {
			digest := sha256.Sum256(printed(test))
			tests[fmt.Sprintf("%s (printed %x)", test, digest[:4])] = "fail"
		}
	}
	return tests
}

// runPipeline runs the tests of libpq's pipelines, each with its trace of the
// messages where there is one to compare it with.
func runPipeline(ctx context.Context, dir string, port int) (map[string]string, error) {
	source, err := postgresSource(ctx, dir)
	if err != nil {
		return nil, err
	}
	source = filepath.Join(source, "src/test/modules/libpq_pipeline")
	program := filepath.Join(dir, "libpq_pipeline")
	if err := compile(ctx, program, filepath.Join(source, "libpq_pipeline.c"), "-lpgcommon", "-lpgport", "-lpq"); err != nil {
		return nil, err
	}
	url := fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%%s?sslmode=disable", port)
	if err := testbed.Execute(ctx, fmt.Sprintf(url, "postgres"), "DROP DATABASE IF EXISTS pipeline", "CREATE DATABASE pipeline"); err != nil {
		return nil, err
	}
	names, err := exec.CommandContext(ctx, program, "tests").Output()
	if err != nil {
		return nil, err
	}
	outcomes := make(map[string]string)
	for _, name := range strings.Fields(string(names)) {
		outcomes[name] = "pass"
		if err := pipelineTest(ctx, program, filepath.Join(source, "traces", name+".trace"), name, fmt.Sprintf(url, "pipeline")); err != nil {
			outcomes[name] = "fail"
		}
	}
	return outcomes, nil
}

// pipelineTest runs one of these tests; its messages are those of the file
// expected, where there is one.
func pipelineTest(ctx context.Context, program, expected, name, url string) error {
	args := []string{"-r", "700"}
	trace := program + ".trace"
	want, err := os.ReadFile(expected)
	if err == nil {
		args = append(args, "-t", trace)
	}
	out, failed := exec.CommandContext(ctx, program, append(args, name, url)...).CombinedOutput()
	show(out)
	if err != nil || failed != nil {
		return failed
	}
	got, err := os.ReadFile(trace)
	if err == nil && string(got) != string(want) {
		err = errDiffer
	}
	return err
}
