package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/datamime/datamime/proxy/internal/testbed"
)

// sdist unpacks a package's source distribution, which carries its tests, into
// dir, unless it is there from the run before.
func sdist(ctx context.Context, python, dir, pack, version string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := testbed.Command(ctx, dir, python, "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
		"--no-binary", ":all:", "--no-deps", pack+"=="+version); err != nil {
		return err
	}
	return testbed.Command(ctx, dir, "tar", "xzf", fmt.Sprintf("%s-%s.tar.gz", pack, version), "--strip-components=1")
}

// pytest runs tests in dir, with env besides our environment, and returns
// their outcomes.
func pytest(ctx context.Context, python, dir string, env []string, args ...string) (map[string]string, error) {
	report := filepath.Join(dir, "outcomes.xml")
	if err := os.RemoveAll(report); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, python, append([]string{"-m", "pytest", "-q", "--junit-xml", report, "-o", "junit_family=xunit1"}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	// 1: tests failed. More: they could not be run.
	var exit *exec.ExitError
	if err != nil && !(errors.As(err, &exit) && exit.ExitCode() == 1) {
		return nil, fmt.Errorf("pytest: %w\n%s", err, out)
	}
	show(out)
	text, err := os.ReadFile(report)
	if err != nil {
		return nil, err
	}
	return junitOutcomes(text)
}
