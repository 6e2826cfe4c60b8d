package main

import (
	"encoding/xml"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
)

// junitFolder reads the JUnit reports of a folder, one a class.
func junitFolder(dir string) (map[string]string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.xml"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, errors.New("the tests left no report")
	}
	all := make(map[string]string)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		tests, err := junitOutcomes(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		maps.Copy(all, tests)
	}
	return all, nil
}

// junitCase is a test of a JUnit report.
type junitCase struct {
	Class   string    `xml:"classname,attr"`
	Name    string    `xml:"name,attr"`
	Failure *struct{} `xml:"failure"`
	Error   *struct{} `xml:"error"`
	Skipped *struct{} `xml:"skipped"`
}

// junitOutcomes reads a JUnit report, of several suites or of one: pass, fail
// or skip for each test.
func junitOutcomes(text []byte) (map[string]string, error) {
	var document struct {
		Cases []junitCase `xml:"testcase"`
		Suite []junitCase `xml:"testsuite>testcase"`
	}
	if err := xml.Unmarshal(text, &document); err != nil {
		return nil, fmt.Errorf("read the tests' report: %w", err)
	}
	cases := append(document.Cases, document.Suite...)
	tests := make(map[string]string, len(cases))
	for _, c := range cases {
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
