//go:build linux

package proxy

import (
	"net"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sys/unix"
)

// TestOursWithoutDescriptors runs statements of ours, which leave the event
// loop and come back to it, while no descriptor is left.
func TestOursWithoutDescriptors(t *testing.T) {
	_, address := serve(t, "")
	conn := connectTo(t, address)
	ask := func(sql string) {
		t.Helper()
		var got string
		if err := conn.QueryRow(t.Context(), sql, pgx.QueryExecModeSimpleProtocol).Scan(&got); err != nil || got == "" {
			t.Fatalf("%s: %q, %v", sql, got, err)
		}
	}
	ask("SELECT 'in the loop'")
	var old unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &old); err != nil {
		t.Fatal(err)
	}
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 3, Max: old.Max}); err != nil {
		t.Fatal(err)
	}
	defer unix.Setrlimit(unix.RLIMIT_NOFILE, &old)
	for range 3 {
		ask("SELECT version FROM datamime_version()")
		ask("SELECT 'somewhere'")
	}
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &old); err != nil {
		t.Fatal(err)
	}
	ask("SELECT version FROM datamime_version()")
	ask("SELECT 'in the loop again'")
}

// TestDescriptorsRunOut opens sessions until no descriptors are left: those
// that are there go on, and new ones come again once some are free.
func TestDescriptorsRunOut(t *testing.T) {
	onBothRelays(t, "", func(t *testing.T, relay func(*Server)) {
		_, address := serve(t, fakeServer(t, answering), relay)
		p := openSession(t, address)
		ask := func() {
			t.Helper()
			p.conn.Write(message('Q', zstring("SELECT 1")))
			for typ := byte(0); typ != 'Z'; {
				typ, _ = nextMessage(t, p)
			}
		}
		ask()
		var old unix.Rlimit
		if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &old); err != nil {
			t.Fatal(err)
		}
		defer unix.Setrlimit(unix.RLIMIT_NOFILE, &old)
		if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: uint64(descriptors(t) + 30), Max: old.Max}); err != nil {
			t.Fatal(err)
		}
		var conns []net.Conn
		for range 40 {
			c, err := net.Dial("tcp", address)
			if err != nil {
				break
			}
			conns = append(conns, c)
			c.Write(appendStartup(nil, 3<<16, []string{"user=postgres"}))
			time.Sleep(10 * time.Millisecond)
			ask()
		}
		for _, c := range conns {
			c.Close()
		}
		ask()
		wait(t, "a session", func() bool {
			c, err := net.Dial("tcp", address)
			if err != nil {
				return false
			}
			defer c.Close()
			c.SetDeadline(time.Now().Add(patience))
			c.Write(appendStartup(nil, 3<<16, []string{"user=postgres"}))
			n, err := c.Read(make([]byte, 1))
			return n == 1 && err == nil
		})
	})
}
