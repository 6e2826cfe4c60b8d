// Suites runs the test suites of PostgreSQL drivers, and PostgreSQL's own, twice,
// against a server and through the proxy in front of it, and compares: no test
// may fare otherwise through the proxy.
//
//	go run ./proxy/suites            every suite
//	go run ./proxy/suites pgx        one of them
//	go run ./proxy/suites -h         their names
//
// It exits with 1 when a test's outcome differs. Go, Python 3 with venv, Maven
// with a JDK and Cargo fetch the tests, and what these need, from where they
// fetch all else; SUITES_OUTPUT=1 shows what the test programs say. regress,
// isolation and libpq-pipeline are PostgreSQL's own, which need Debian's packages
// postgresql and postgresql-server-dev of one version, apt-get and a C compiler.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/datamime/datamime/cmd/embedded"
	"github.com/datamime/datamime/proxy/internal/testbed"
)

// suite is the tests of one driver, or of the server. run runs them against the
// server that listens on 127.0.0.1:port, and returns each test's outcome; hba is
// the server's pg_hba.conf, "": the one of most suites; options say how the
// server is set up otherwise, nil: as for most.
type suite struct {
	hba     string
	options func(ctx context.Context) (embedded.Options, error)
	setup   func(ctx context.Context, server *embedded.Server) error
	run     func(ctx context.Context, dir string, port int) (map[string]string, error)
}

var suites = map[string]suite{
	"asyncpg":        {run: runAsyncpg},
	"isolation":      {options: installed, run: runIsolation},
	"libpq-pipeline": {options: installed, run: runPipeline},
	"pg8000":         {setup: setupPg8000, run: runPg8000},
	"pgjdbc":         {hba: pgjdbcHBA, setup: setupPgjdbc, run: runPgjdbc},
	"pgx":            {setup: setupPgx, run: runPgx},
	"pq":             {setup: setupPq, run: runPq},
	"psycopg2":       {setup: setupPsycopg2, run: runPsycopg2},
	"regress":        {options: installed, run: runRegress},
	"sqlalchemy":     {setup: setupSQLAlchemy, run: runSQLAlchemy},
	"tokio-postgres": {setup: setupTokioPostgres, run: runTokioPostgres},
}

func main() {
	rounds := flag.Int("rounds", 4, "how often a suite is run each way at most, where tests fare otherwise")
	flag.Usage = func() {
		fmt.Fprintf(flag.CommandLine.Output(), "usage: suites [-rounds n] [suite ...]\n\nSuites: %s.\n\n", strings.Join(slices.Sorted(maps.Keys(suites)), ", "))
		flag.PrintDefaults()
	}
	flag.Parse()
	testbed.Main(func(ctx context.Context) error { return compareAll(ctx, *rounds, flag.Args()) })
}

var errDiffer = errors.New("some tests fare otherwise through the proxy")

// compareAll compares the suites named, or all, in at most so many rounds each.
func compareAll(ctx context.Context, rounds int, names []string) error {
	if len(names) == 0 {
		names = slices.Sorted(maps.Keys(suites))
	}
	for _, name := range names {
		if _, ok := suites[name]; !ok {
			return fmt.Errorf("there is no suite %q: -h lists them", name)
		}
	}
	same := true
	for _, name := range names {
		ok, err := compare(ctx, name, suites[name], rounds)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		same = same && ok
	}
	if !same {
		return errDiffer
	}
	return nil
}

// compare runs one suite directly and through the proxy, in at most so many
// rounds.
func compare(ctx context.Context, name string, s suite, most int) (same bool, err error) {
	dir, err := os.MkdirTemp("", "suite-"+name)
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)

	options := embedded.Options{HBA: cmp.Or(s.hba, hba), Settings: map[string]string{
		"max_connections":           "200",
		"max_prepared_transactions": "64",
		"wal_level":                 "logical",
	}}
	if s.options != nil {
		if options, err = s.options(ctx); err != nil {
			return false, err
		}
	}
	server, err := embedded.Start(ctx, options)
	if err != nil {
		return false, err
	}
	defer server.Stop()
	if s.setup != nil {
		if err := s.setup(ctx, server); err != nil {
			return false, fmt.Errorf("set up: %w", err)
		}
	}
	front, err := testbed.Start(server)
	if err != nil {
		return false, err
	}
	defer front.Close()

	var rounds []round
	for len(rounds) == 0 || len(rounds) < most {
		direct, err := s.run(ctx, dir, server.Port)
		if err != nil {
			return false, err
		}
		fmt.Printf("%s directly:          %s\n", name, counts(direct))
		proxied, err := s.run(ctx, dir, front.Port)
		if err != nil {
			return false, err
		}
		fmt.Printf("%s through the proxy: %s\n", name, counts(proxied))
		rounds = append(rounds, round{direct, proxied})
		if len(otherwise(rounds)) == 0 {
			break
		}
	}
	return report(name, rounds), nil
}

// show prints what a suite's test program said, where that is asked for.
func show(out []byte) {
	if os.Getenv("SUITES_OUTPUT") != "" {
		os.Stdout.Write(out)
	}
}

// databaseURL is where the superuser connects to another database.
func databaseURL(server *embedded.Server, database string) string {
	return strings.Replace(server.URL(), "/postgres?", "/"+database+"?", 1)
}

// hba is the pg_hba.conf of most suites.
const hba = `local all all trust
host all pgx_md5 all md5
host all pgx_scram all scram-sha-256
host all pgx_pw all password
host all pass_user all password
host all md5_user all md5
host all scram_user all scram-sha-256
host all pqgopassword all password
host all pqgomd5 all md5
host all pqgoscram all scram-sha-256
host all all all trust
host replication all all trust
`
