package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAuthFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "users")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("; users\n\n\"alice\" \"SCRAM-SHA-256$4096:c2FsdA==$a:b\"\n\"bob \"\"b\"\"\"\t\"pass word\" \"ignored\"\n")
	f := authFile(path)
	for user, want := range map[string]string{"alice": "SCRAM-SHA-256$4096:c2FsdA==$a:b", `bob "b"`: "pass word", "carol": ""} {
		if got, err := f.verifier(t.Context(), user); err != nil || got != want {
			t.Errorf("%s: %q, %v", user, got, err)
		}
	}
	for _, bad := range []string{"alice secret\n", "\"alice\"\n", "\"alice\" \"never closed\n"} {
		write("# one\n" + bad)
		if _, err := f.verifier(t.Context(), "alice"); err == nil || !strings.Contains(err.Error(), "line 2") || strings.Contains(err.Error(), "secret\n") {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if _, stderr, status := runLine(t, "serve", "--auth-file", "/does/not/exist"); status != 1 || !strings.Contains(stderr, "--auth-file") {
		t.Errorf("status %d, %q", status, stderr)
	}
}
