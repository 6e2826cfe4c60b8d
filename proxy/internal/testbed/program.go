package testbed

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"time"

	"github.com/datamime/datamime/cmd/embedded"
)

// Program is datamime serve, in a process of its own, in front of a server.
type Program struct {
	Port    int // where it listens at 127.0.0.1
	Process *os.Process
	cmd     *exec.Cmd
	dir     string
}

// startTime is how long a program may take until it listens.
const startTime = 20 * time.Second

// listening is what datamime serve says of the address that it listens on.
var listening = regexp.MustCompile(`listening on 127\.0\.0\.1:(\d+)`)

// StartProgram builds datamime and runs its verb serve with further flags.
func StartProgram(ctx context.Context, server *embedded.Server, flags ...string) (p *Program, err error) {
	p = new(Program)
	defer func() {
		if err != nil {
			p.Stop()
		}
	}()
	if p.dir, err = os.MkdirTemp("", "datamime"); err != nil {
		return p, err
	}
	file := filepath.Join(p.dir, "datamime")
	if err := Command(ctx, "", "go", "build", "-o", file, "github.com/datamime/datamime/cmd/datamime"); err != nil {
		return p, err
	}
	p.cmd = exec.Command(file, append([]string{"serve", "--listen", "127.0.0.1:0", "--upstream", server.URL(), "--log-level", "warn"}, flags...)...)
	stderr, err := p.cmd.StderrPipe()
	if err != nil {
		return p, err
	}
	if err := p.cmd.Start(); err != nil {
		return p, err
	}
	p.Process = p.cmd.Process
	port := make(chan int, 1)
	go func() { // ends with the program
		lines := bufio.NewScanner(stderr)
		for lines.Scan() {
			if m := listening.FindStringSubmatch(lines.Text()); m != nil {
				n, _ := strconv.Atoi(m[1])
				port <- n
				break
			}
			fmt.Fprintln(os.Stderr, lines.Text())
		}
		io.Copy(os.Stderr, stderr)
	}()
	select {
	case p.Port = <-port:
		return p, nil
	case <-ctx.Done():
		return p, ctx.Err()
	case <-time.After(startTime):
		return p, errors.New("datamime serve does not say where it listens")
	}
}

// URL is where the superuser connects to, through the program.
func (p *Program) URL() string { return throughURL(p.Port) }

// Stop ends the program.
func (p *Program) Stop() {
	if p.Process != nil {
		_ = p.Process.Signal(syscall.SIGTERM)
		_ = p.cmd.Wait()
	}
	os.RemoveAll(p.dir)
}

// Command runs another program in a folder ("": this one); what it says on
// standard error is shown.
func Command(ctx context.Context, dir, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// Python makes a Python environment with packages in dir, once, and returns
// its interpreter.
func Python(ctx context.Context, dir string, packages ...string) (interpreter string, err error) {
	interpreter = filepath.Join(dir, "bin", "python")
	complete := filepath.Join(dir, "complete")
	if _, err := os.Stat(complete); err == nil {
		return interpreter, nil
	}
	if err := Command(ctx, "", "python3", "-m", "venv", "--clear", dir); err != nil {
		return "", err
	}
	install := append([]string{"-m", "pip", "install", "--quiet", "--disable-pip-version-check"}, packages...)
	if err := Command(ctx, "", interpreter, install...); err != nil {
		return "", err
	}
	return interpreter, os.WriteFile(complete, nil, 0o644)
}
