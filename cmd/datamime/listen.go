package main

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/datamime/datamime/cmd/datamime/locale"
	"github.com/datamime/datamime/proxy"
)

// listenAll listens on every address, or on none.
func listenAll(addresses []string) ([]net.Listener, error) {
	if len(addresses) == 0 {
		return nil, usagef("--listen is empty: write host:port, %s say", defaultListen)
	}
	var all []net.Listener
	for _, a := range addresses {
		l, err := listen(a)
		if err != nil {
			for _, l := range all {
				_ = l.Close()
			}
			return nil, err
		}
		all = append(all, l)
	}
	return all, nil
}

// listen listens on host:port, or on the Unix socket that a path names; a
// folder stands for the socket that clients of port 6432 look for in it.
func listen(address string) (net.Listener, error) {
	if strings.Contains(address, "/") {
		return listenUnix(address)
	}
	return listenOn("listen", address)
}

// listenOn listens on the host:port that a flag names.
func listenOn(flag, address string) (net.Listener, error) {
	if _, _, err := net.SplitHostPort(address); err != nil {
		return nil, usagef("--%s %q is no address: write host:port, %s say", flag, address, defaultListen)
	}
	as := net.ListenConfig{KeepAliveConfig: proxy.KeepAlive}
	l, err := as.Listen(context.Background(), "tcp", address)
	var dns *net.DNSError
	switch {
	case err == nil:
		return l, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, locale.Errorf("port taken: something listens on %s already: stop it, or choose another address with --%s", address, flag)
	case errors.Is(err, syscall.EACCES):
		return nil, locale.Errorf("this user may not listen on %s: choose a port from 1024 on with --%s", address, flag)
	case errors.Is(err, syscall.EADDRNOTAVAIL), errors.As(err, &dns):
		return nil, locale.Errorf("%s is no address of this machine: choose another with --%s", address, flag)
	}
	return nil, locale.Errorf("cannot listen on %s: choose another address with --%s", address, flag)
}

func listenUnix(path string) (net.Listener, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, ".s.PGSQL.6432")
	}
	if conn, err := net.DialTimeout("unix", path, time.Second); err == nil {
		_ = conn.Close()
		return nil, locale.Errorf("something listens on the socket %s already: stop it, or choose another with --listen", path)
	} else if errors.Is(err, syscall.ECONNREFUSED) {
		_ = os.Remove(path) // left behind by a process that was killed
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, locale.Errorf("cannot make the socket %s: choose another path (a short one, in a folder that exists) with --listen", path)
	}
	return l, nil
}

// socketParts cuts the path of a Unix socket into what PostgreSQL's clients
// call host and port.
func socketParts(path string) (dir, port string) {
	return filepath.Dir(path), strings.TrimPrefix(filepath.Ext(path), ".")
}
