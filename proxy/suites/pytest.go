package main

import (
	"context"
	"encoding/xml"
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
	if os.Getenv("SUITES_OUTPUT") != "" {
		os.Stdout.Write(out)
	}
	text, err := os.ReadFile(report)
	if err != nil {
		return nil, err
	}
	return junitOutcomes(text)
}

// junitOutcomes reads a JUnit report: pass, fail or skip for each test.
func junitOutcomes(text []byte) (map[string]string, error) {
	var document struct {
		Cases []struct {
			Class   string    `xml:"classname,attr"`
			Name    string    `xml:"name,attr"`
			Failure *struct{} `xml:"failure"`
			Error   *struct{} `xml:"error"`
			Skipped *struct{} `xml:"skipped"`
		} `xml:"testsuite>testcase"`
	}
	if err := xml.Unmarshal(text, &document); err != nil {
		return nil, fmt.Errorf("read the tests' report: %w", err)
	}
	tests := make(map[string]string, len(document.Cases))
	for _, c := range document.Cases {
		outcome := "pass"
		switch {
		case c.Failure != nil, c.Error != nil:
			outcome = "fail"
		case c.Skipped != nil:
			outcome = "skip"
		}
		// A test that fails may also fail when it is torn down: two entries.
		name := c.Class + " " + temporary.ReplaceAllString(c.Name, "")
		if tests[name] != "fail" {
			tests[name] = outcome
		}
	}
	return tests, nil
}
