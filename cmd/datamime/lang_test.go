package main

import (
	"strings"
	"testing"
)

// TestLang: messages in French, by flag or environment, and in English again.
func TestLang(t *testing.T) {
	to := newProxied(t)
	stdout, stderr, status := runLine(t, "doctor", "--to", to, "--lang", "fr")
	if status != 0 || !strings.Contains(stdout, "tables temporaires") || strings.Contains(stdout, "temporary tables") {
		t.Errorf("status %d, %q\n%s", status, stderr, stdout)
	}
	if _, stderr, status := runLine(t, "ping", "--lang", "fr", "--timeout", "200ms", "127.0.0.1:1"); status != 1 || !strings.Contains(stderr, "rien n'écoute sur") {
		t.Errorf("status %d, %q", status, stderr)
	}
	if _, stderr, _ := runLine(t, "ping", "--timeout", "200ms", "127.0.0.1:1"); !strings.Contains(stderr, "nothing listens on") {
		t.Errorf("English again: %q", stderr)
	}
	if _, stderr, status := runLine(t, "ping", "--lang", "tlh"); status != 2 || !strings.Contains(stderr, "choose en or fr") {
		t.Errorf("status %d, %q", status, stderr)
	}
	t.Setenv("DATAMIME_LANG", "fr_FR.UTF-8")
	if _, stderr, _ := runLine(t, "ping", "--timeout", "200ms", "127.0.0.1:1"); !strings.Contains(stderr, "rien n'écoute sur") {
		t.Errorf("by the environment: %q", stderr)
	}
	if stdout, stderr, status := runLine(t, "describe", "--to", to, "--format", "csv",
		"(SELECT t, extract(hour FROM t)::int AS v FROM generate_series(timestamp '2024-01-01', '2024-01-05', '1 hour') t)", "t", "", "v"); status != 0 || !strings.Contains(stdout, "janvier") {
		t.Errorf("status %d, %q, %q", status, stdout, stderr)
	}
}
