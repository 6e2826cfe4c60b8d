package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/datamime/datamime/cmd/datamime/definition"
)

// TestDefineVerb sends a definition to the proxy.
func TestDefineVerb(t *testing.T) {
	t.Setenv("DATAMIME_TO", newProxied(t))
	file := filepath.Join(t.TempDir(), "air.yaml")
	if err := os.WriteFile(file, []byte(definition.Example), 0o600); err != nil {
		t.Fatal(err)
	}
	if stdout, stderr, status := runLine(t, "define", "air", "--file", file); status != 0 || !strings.HasPrefix(stdout, "model,series_count,bytes\nair,3,") {
		t.Fatalf("status %d, %q, %q", status, stdout, stderr)
	}
	stdout, stderr, status := runLine(t, "generate", "--model", "air", "--row-count", "6")
	if status != 0 || !strings.HasPrefix(stdout, "date_debut,station,polluant,valeur\n2025-01-01 00:00:00,Gare,NO2,") {
		t.Errorf("generate: status %d, %q, %q", status, stdout, stderr)
	}
}

// TestDefineUsage: a definition comes from a file or from the line.
func TestDefineUsage(t *testing.T) {
	t.Setenv("DATAMIME_TO", "postgres://127.0.0.1:1/x")
	file := filepath.Join(t.TempDir(), "air.yaml")
	if err := os.WriteFile(file, []byte(definition.Example), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, stderr, status := runLine(t, "define", "air"); status != 2 || !strings.Contains(stderr, "--file") {
		t.Errorf("no definition: status %d, %q", status, stderr)
	}
	if _, stderr, status := runLine(t, "define", "air", "--file", file, "--definition", "{}"); status != 2 || !strings.Contains(stderr, "given twice") {
		t.Errorf("two definitions: status %d, %q", status, stderr)
	}
}
