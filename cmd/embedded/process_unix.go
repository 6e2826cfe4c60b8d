//go:build unix

package embedded

import (
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// serverUser is who runs the server: we, or nobody when we are root.
func serverUser() (account, error) {
	if os.Geteuid() != 0 {
		return account{uid: os.Getuid(), gid: os.Getgid()}, nil
	}
	// The number that Linux gives nobody, where there is no list of users.
	a := account{uid: 65534, gid: 65534, other: true}
	if u, err := user.Lookup("nobody"); err == nil {
		if uid, err := strconv.Atoi(u.Uid); err == nil {
			a.uid = uid
		}
		if gid, err := strconv.Atoi(u.Gid); err == nil {
			a.gid = gid
		}
	}
	return a, nil
}

// become drops root's rights for good. It does nothing for other users.
func become(uid, gid int) error {
	if os.Geteuid() != 0 {
		return nil
	}
	if err := syscall.Setgroups([]int{}); err != nil {
		return err
	}
	if err := syscall.Setgid(gid); err != nil {
		return err
	}
	return syscall.Setuid(uid)
}

// detach puts the child into a session of its own, so that Ctrl-C in the
// terminal reaches us alone, and we end the server when we are done with it.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }

// lock takes an exclusive lock on a file, waiting for it. The lock ends with
// the process at the latest.
func lock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
		if err != syscall.EINTR {
			break
		}
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return func() { _ = f.Close() }, nil
}
