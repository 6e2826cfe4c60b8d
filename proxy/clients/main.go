// Clients calls datamime's functions through PostgreSQL's clients, each in
// its own ways, and compares what each delivers with what it delivers for the
// same statement over a table that holds the same rows.
//
//	go run ./proxy/clients              every client
//	go run ./proxy/clients psql jdbc    some of them
//
// It needs psql, python3, node with npm, and a JDK with mvn; what is missing of
// them it installs where it may (as root, by apt). Drivers it installs itself,
// once, into a cache folder ($DATAMIME_CACHE or the user's).
// The clients' programs are beside this file, in the clients' languages; the
// statements are in cases.go. It exits with 1 when a comparison fails.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/datamime/datamime/cmd/embedded"
	"github.com/datamime/datamime/proxy/internal/testbed"
)

// client is a program that runs the statements in some of a client's ways. It
// is called with the file of cases, and prints one line for each comparison:
// "ok" or "not ok", a tab, its name, a tab, what is wrong.
type client struct {
	name  string
	tools []tool
	// install makes what the client needs in dir, unless it is there.
	install func(ctx context.Context, dir string) error
	// command runs the client with what install made in dir and the
	// programs in here.
	command func(dir, here string) []string
}

// clientTimeout is how long one client's comparisons may take.
const clientTimeout = 3 * time.Minute

func main() {
	testbed.Main(func(ctx context.Context) error { return run(ctx, os.Args[1:], os.Stdout) })
}

var errDiffer = errors.New("some comparisons failed")

// run installs and runs the clients named, or all, and prints how they fared.
func run(ctx context.Context, names []string, out io.Writer) error {
	chosen, err := choose(names)
	if err != nil {
		return err
	}
	here, err := packageFolder(ctx)
	if err != nil {
		return err
	}
	cache, err := cacheFolder()
	if err != nil {
		return err
	}
	if err := provide(ctx, chosen); err != nil {
		return err
	}
	for _, c := range chosen {
		if err := c.install(ctx, cache); err != nil {
			return fmt.Errorf("install what %s needs: %w", c.name, err)
		}
	}
	server, err := embedded.Start(ctx, embedded.Options{})
	if err != nil {
		return err
	}
	defer server.Stop()
	program, err := testbed.StartProgram(ctx, server)
	if err != nil {
		return err
	}
	defer program.Stop()
	if err := testbed.Execute(ctx, program.URL(), readings, made, stored); err != nil {
		return fmt.Errorf("make the tables: %w", err)
	}
	return runAll(ctx, chosen, cache, here, program.Port, out)
}

// runAll runs the clients, one after the other.
func runAll(ctx context.Context, chosen []client, cache, here string, port int, out io.Writer) error {
	file, err := os.CreateTemp("", "cases")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	if _, err := file.Write(caseFile()); err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	failed := false
	for _, c := range chosen {
		began := time.Now()
		good, bad, err := runClient(ctx, c, cache, here, file.Name(), port, out)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		fmt.Fprintf(out, "%-14s %3d the same, %d not, %.1f s\n", c.name, good, bad, time.Since(began).Seconds())
		failed = failed || bad > 0
	}
	if failed {
		return errDiffer
	}
	return nil
}

func choose(names []string) ([]client, error) {
	if len(names) == 0 {
		return clients, nil
	}
	var chosen []client
	for _, name := range names {
		n := len(chosen)
		for _, c := range clients {
			if c.name == name {
				chosen = append(chosen, c)
			}
		}
		if len(chosen) == n {
			return nil, fmt.Errorf("there is no client %q", name)
		}
	}
	return chosen, nil
}

// runClient runs one client's program and counts its comparisons; those that
// fail are printed.
func runClient(ctx context.Context, c client, cache, here, file string, port int, out io.Writer) (good, bad int, err error) {
	ctx, stop := context.WithTimeout(ctx, clientTimeout)
	defer stop()
	line := c.command(cache, here)
	cmd := exec.CommandContext(ctx, line[0], append(line[1:], file)...)
	cmd.Env = append(os.Environ(), "PGHOST=127.0.0.1", "PGPORT="+strconv.Itoa(port), "PGUSER=postgres", "PGDATABASE=postgres",
		"PGSSLMODE=disable", "PGTZ=UTC", "TZ=UTC", "LC_ALL=C.UTF-8", "NODE_PATH="+filepath.Join(cache, "node_modules"))
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return 0, 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, 0, err
	}
	lines := bufio.NewScanner(stdout)
	lines.Buffer(nil, 1<<24)
	ended := false
	for lines.Scan() {
		verdict, rest, _ := strings.Cut(lines.Text(), "\t")
		switch verdict {
		case "ok":
			good++
		case "not ok":
			bad++
			fmt.Fprintf(out, "%s: %s\n", c.name, strings.ReplaceAll(rest, "\t", ": "))
		case "end":
			ended = true
		default:
			fmt.Fprintf(out, "%s says: %s\n", c.name, lines.Text())
		}
	}
	if err := cmd.Wait(); err != nil {
		return good, bad, err
	}
	if !ended {
		return good, bad, errors.New("it ended before its end")
	}
	return good, bad, nil
}

// packageFolder is the folder of this program's source.
func packageFolder(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-f", "{{.Dir}}", "github.com/datamime/datamime/proxy/clients").Output()
	if err != nil {
		return "", fmt.Errorf("find this program's source (run it inside the module): %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// cacheFolder is where the drivers are installed.
func cacheFolder() (string, error) {
	dir := os.Getenv("DATAMIME_CACHE")
	if dir == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("find a cache folder (name one in DATAMIME_CACHE): %w", err)
		}
		dir = filepath.Join(user, "datamime")
	}
	dir, err := filepath.Abs(filepath.Join(dir, "clients"))
	if err != nil {
		return "", err
	}
	return dir, os.MkdirAll(dir, 0o755)
}
