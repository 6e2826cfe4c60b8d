package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestImport(t *testing.T) {
	url := newDatabase(t)
	stdout, _, _ := runLine(t, "sample")
	source := filepath.Join(t.TempDir(), "mesures.csv")
	if err := os.WriteFile(source, []byte(stdout), 0o600); err != nil {
		t.Fatal(err)
	}
	stdout, stderr, status := runLine(t, "import", source, "--table", "mesures", "--to", url)
	if status != 0 {
		t.Fatalf("status %d: %s", status, stderr)
	}
	for _, want := range []string{"6 columns separated by ',', UTF-8", "date_debut | timestamp | 0", "valeur     | integer"} {
		if !strings.Contains(stderr, want) {
			t.Errorf("the preview lacks %q:\n%s", want, stderr)
		}
	}
	for _, want := range []string{"table mesures: 14,024 rows", "SELECT datamime_generate('mesures', 'date_debut', ARRAY['station','polluant'], 'valeur', 1000000);"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("the report lacks %q:\n%s", want, stdout)
		}
	}
	_, stderr, status = runLine(t, "import", source, "--table", "mesures", "--to", url, "--quiet")
	if status != 1 || !strings.Contains(stderr, "--if-exists") || strings.Count(stderr, "\n") != 1 {
		t.Errorf("a second time: status %d, %q", status, stderr)
	}
}

// TestImportOfNoRow: no call is proposed over a table that stayed empty.
func TestImportOfNoRow(t *testing.T) {
	source := filepath.Join(t.TempDir(), "words.csv")
	if err := os.WriteFile(source, []byte("day,v\n2024-01-01,one\n2024-01-02,two\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	stdout, stderr, status := runLine(t, "import", source, "--table", "words", "--type", "v=numeric", "--to", newDatabase(t))
	if status != 0 || !strings.Contains(stdout, "0 rows") || !strings.Contains(stdout, "2 rows kept aside") || strings.Contains(stdout, "SELECT") {
		t.Errorf("status %d:\n%s%s", status, stdout, stderr)
	}
}

func TestImportUsage(t *testing.T) {
	for line, want := range map[string]string{
		"import":                          "one file",
		"import a b":                      "one file",
		"import a.csv":                    "--table",
		"import a.csv --table x":          "--to",
		"import a.csv --dry-run --type x": "COLUMN=TYPE",
	} {
		_, stderr, status := runLine(t, strings.Fields(line)...)
		if status != 2 || !strings.Contains(stderr, want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: status %d, %q; want 2 and one line with %q", line, status, stderr, want)
		}
	}
}

// TestImportInFrench: what was found, and what is wrong, is said in French.
func TestImportInFrench(t *testing.T) {
	_, stderr, status := runLine(t, "import", tenLines(t), "--dry-run", "--lang", "fr")
	for _, want := range []string{`XLSX, feuille "Sheet1", 5 colonnes, noms à la ligne 3`, "colonne ", "pourquoi", "des dates, jour/mois/année", "ni nombres ni dates"} {
		if status != 0 || !strings.Contains(stderr, want) {
			t.Errorf("status %d, lacks %q:\n%s", status, want, stderr)
		}
	}
	if _, stderr, _ := runLine(t, "import", "nulle-part.csv", "--dry-run", "--lang", "fr"); !strings.Contains(stderr, "il n'y a pas de fichier nulle-part.csv") {
		t.Errorf("%q", stderr)
	}
}
