package testbed

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/datamime/datamime/cmd/embedded"
)

// programMark has this package's test program be a program with servers.
const programMark = "TESTBED_SERVERS"

func TestMain(m *testing.M) {
	if os.Getenv(programMark) != "" {
		Main(runServers)
		return
	}
	os.Exit(m.Run())
}

// runServers starts a server and datamime in front of it, says which they are
// (a run folder and a process), and talks until it is to end: not because a
// connection of its own breaks.
func runServers(ctx context.Context) error {
	server, err := embedded.Start(ctx, embedded.Options{})
	if err != nil {
		return err
	}
	defer server.Stop()
	p, err := StartProgram(ctx, server)
	if err != nil {
		return err
	}
	defer p.Stop()
	if err := breakConnection(); err != nil {
		return err
	}
	fmt.Println(server.Dir, p.Process.Pid)
	for ctx.Err() == nil {
		fmt.Println(strings.Repeat("measured ", 100))
	}
	return ctx.Err()
}

// breakConnection writes to a connection until it is found to be broken.
func breakConnection() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer l.Close()
	here, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		return err
	}
	defer here.Close()
	there, err := l.Accept()
	if err != nil {
		return err
	}
	there.Close()
	for !errors.Is(err, syscall.EPIPE) {
		_, err = here.Write([]byte("x"))
	}
	return nil
}

// TestMainStopsServers ends a program in every way that it can hear of: its
// servers are gone when it is.
func TestMainStopsServers(t *testing.T) {
	for name, end := range map[string]func(*exec.Cmd) error{
		"nobody reads it": nil, // its pipe is closed below
		"terminated":      func(cmd *exec.Cmd) error { return cmd.Process.Signal(syscall.SIGTERM) },
	} {
		t.Run(name, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), os.Args[0])
			cmd.Env = append(os.Environ(), programMark+"=1")
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			lines := bufio.NewReader(out)
			var runFolder string
			var pid int
			if _, err := fmt.Fscanln(lines, &runFolder, &pid); err != nil {
				t.Fatal(err)
			}
			for range 1000 {
				if _, err := lines.ReadString('\n'); err != nil {
					t.Fatal("it ended by itself:", err)
				}
			}
			if end != nil {
				if err := end(cmd); err != nil {
					t.Fatal(err)
				}
				lines.WriteTo(io.Discard)
			} else {
				out.Close()
			}
			var ended *exec.ExitError
			if err := cmd.Wait(); !errors.As(err, &ended) || ended.ExitCode() != 1 {
				t.Errorf("the program ended otherwise than by itself: %v", err)
			}
			if _, err := os.Stat(runFolder); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the server is left behind: %v", err)
			}
			process, err := os.FindProcess(pid)
			if err == nil {
				err = process.Signal(syscall.Signal(0))
			}
			if !errors.Is(err, os.ErrProcessDone) {
				t.Errorf("datamime is left behind: %v", err)
			}
		})
	}
}
