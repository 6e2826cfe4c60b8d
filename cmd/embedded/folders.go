package embedded

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// account is the user that runs the server.
type account struct {
	uid, gid int
	other    bool // not the user that we are
}

// cacheFolder returns the folder of the program files, made for owner.
func cacheFolder(dir string, owner account) (string, error) {
	if dir == "" {
		dir = os.Getenv("DATAMIME_CACHE")
	}
	if dir == "" {
		dir = defaultCache(owner)
	}
	if dir == "" {
		return "", errors.New("there is no cache folder (HOME is not set): name one in DATAMIME_CACHE")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("cannot use the cache folder: %w", err)
	}
	cache := filepath.Join(dir, "postgresql")
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return "", fmt.Errorf("cannot make the cache folder %s: give a writable one in DATAMIME_CACHE", cache)
	}
	if !owner.other {
		return cache, nil
	}
	if !reachable(cache) {
		return "", fmt.Errorf("PostgreSQL cannot run as root, and the user nobody cannot enter the cache folder %s: give another one in DATAMIME_CACHE", cache)
	}
	if err := os.Chown(cache, owner.uid, owner.gid); err != nil {
		return "", fmt.Errorf("cannot give the cache folder %s to the user nobody: give another one in DATAMIME_CACHE", cache)
	}
	return cache, nil
}

// defaultCache is in the user's cache folder. Root's is usually closed to the
// user that runs the server; the system's is not.
func defaultCache(owner account) string {
	const system = "/var/cache/datamime"
	dir, err := os.UserCacheDir()
	switch {
	case err == nil && (!owner.other || reachable(filepath.Dir(dir))):
		return filepath.Join(dir, "datamime")
	case owner.other:
		return system
	}
	return ""
}

// runFolder makes a new run folder for owner. Its path is short: that of the
// socket in it may have some hundred bytes.
func runFolder(owner account) (string, error) {
	base := os.TempDir()
	if len(base) > 70 || owner.other && !reachable(base) {
		base = "/tmp"
	}
	dir, err := os.MkdirTemp(base, "datamime-")
	if err != nil {
		return "", fmt.Errorf("cannot make a run folder in %s: give a writable folder in TMPDIR", base)
	}
	if owner.other {
		if err := os.Chown(dir, owner.uid, owner.gid); err != nil {
			_ = os.Remove(dir)
			return "", fmt.Errorf("cannot give the run folder to the user nobody (%v): run datamime as an ordinary user", err)
		}
	}
	return dir, nil
}

// reachable tells whether everybody may enter a folder and those above it.
func reachable(dir string) bool {
	for {
		info, err := os.Stat(dir)
		if err != nil || info.Mode().Perm()&0o001 == 0 {
			return false
		}
		up := filepath.Dir(dir)
		if up == dir {
			return true
		}
		dir = up
	}
}

// ownProgram is the file to execute for the child. Linux keeps a running
// program's file for it even when it is replaced or removed meanwhile.
func ownProgram() (string, error) {
	if runtime.GOOS == "linux" {
		if _, err := os.Stat("/proc/self/exe"); err == nil {
			return "/proc/self/exe", nil
		}
	}
	return os.Executable()
}
