//go:build !unix

package embedded

import (
	"errors"
	"os/exec"
	"runtime"
)

func serverUser() (account, error) {
	return account{}, errors.New("the embedded PostgreSQL does not run on " + runtime.GOOS +
		" yet: use a server of your own: datamime serve --upstream postgres://HOST:5432")
}

func become(uid, gid int) error { return nil }

func detach(cmd *exec.Cmd) {}

func lock(path string) (unlock func(), err error) {
	return nil, errors.New("no file locks on " + runtime.GOOS)
}
