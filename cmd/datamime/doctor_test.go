package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/datamime/datamime/sqlfuncs"
)

func TestDoctor(t *testing.T) {
	to := newProxied(t)
	stdout, stderr, status := runLine(t, "doctor", "--to", to)
	if status != 0 || stderr != "" || strings.Contains(stdout, failed) {
		t.Errorf("status %d, %q\n%s", status, stderr, stdout)
	}
	for _, want := range []string{"connection", "PostgreSQL ", "datamime " + versionNumber(), "TLS to the proxy", "clocks", "temporary tables"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %q in\n%s", want, stdout)
		}
	}
	for _, fn := range sqlfuncs.Functions() {
		if !strings.Contains(stdout, "datamime_"+fn.Name+" ") {
			t.Errorf("datamime_%s is not tried", fn.Name)
		}
	}
	conn := connect(t, to)
	var kept bool
	if err := conn.QueryRow(t.Context(), "SELECT to_regnamespace('datamime') IS NOT NULL").Scan(&kept); err != nil || kept {
		t.Errorf("it keeps something: %v, %v", kept, err)
	}
	stdout, _, status = runLine(t, "doctor", "--to", to, "--format", "json")
	var list []struct{ Check, Result, Detail, Advice string }
	if err := json.Unmarshal([]byte(stdout), &list); err != nil || status != 0 || len(list) < 15 {
		t.Errorf("JSON: status %d, %v\n%s", status, err, stdout)
	}
}

func TestDoctorFindsFaults(t *testing.T) {
	to := newProxied(t)
	conn := connect(t, to)
	for _, sql := range []string{"DROP ROLE IF EXISTS \"Poor one\"", "CREATE ROLE \"Poor one\" LOGIN",
		"REVOKE ALL ON DATABASE test_testdoctorfindsfaults FROM PUBLIC", "GRANT CONNECT ON DATABASE test_testdoctorfindsfaults TO \"Poor one\"",
		"ALTER ROLE \"Poor one\" SET statement_timeout = '1min'"} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	poor := strings.Replace(to, "postgres@", "Poor%20one@", 1)
	stdout, stderr, status := runLine(t, "doctor", "--to", poor)
	if status != 1 || stderr != "datamime: 1 check failed\n" {
		t.Errorf("status %d, %q", status, stderr)
	}
	for _, want := range []string{
		`GRANT CREATE ON DATABASE test_testdoctorfindsfaults TO "Poor one"`, `GRANT TEMPORARY ON DATABASE test_testdoctorfindsfaults TO "Poor one"`,
		"statement_timeout", "not tried  datamime_fit", "ok         datamime_generate",
	} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %q in\n%s", want, stdout)
		}
	}
	stdout, _, status = runLine(t, "doctor", "--to", to+"&options=-cdefault_transaction_read_only%3Don")
	if status != 0 || !strings.Contains(stdout, "read only") || !strings.Contains(stdout, "not tried  datamime_define") {
		t.Errorf("read only: status %d\n%s", status, stdout)
	}
	stdout, _, status = runLine(t, "doctor", "--to", database.URL())
	if status != 1 || !strings.Contains(stdout, "datamime serve --upstream postgres://127.0.0.1") || !strings.Contains(stdout, "not tried  functions") {
		t.Errorf("a bare server: status %d\n%s", status, stdout)
	}
	stdout, _, status = runLine(t, "doctor", "--to", "postgres://127.0.0.1:1/x")
	if status != 1 || !strings.Contains(stdout, "failed     connection") {
		t.Errorf("nobody there: status %d\n%s", status, stdout)
	}
	if _, stderr, status := runLine(t, "doctor"); status != 2 || !strings.Contains(stderr, "DATAMIME_TO") {
		t.Errorf("no address: status %d, %q", status, stderr)
	}
}

func TestMan(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "man1")
	stdout, stderr, status := runLine(t, "man", dir)
	if status != 0 || !strings.HasSuffix(stdout, " pages in "+dir+"\n") {
		t.Fatalf("status %d, %q, %q", status, stdout, stderr)
	}
	for page, want := range map[string]string{"datamime": ".SH SEE ALSO", "datamime-generate": "row-count", "datamime-serve": "drain-timeout"} {
		b, err := os.ReadFile(filepath.Join(dir, page+".1"))
		if err != nil || !strings.Contains(string(b), want) {
			t.Errorf("%s: %v, no %q", page, err, want)
		}
	}
	if _, stderr, status := runLine(t, "man"); status != 2 || !strings.Contains(stderr, "one folder") {
		t.Errorf("no folder: status %d, %q", status, stderr)
	}
}

func TestCompletion(t *testing.T) {
	for line, want := range map[string]string{
		"completion bash":                 "__start_datamime",
		"__complete gen":                  "generate\t",
		"__complete generate --row":       "--row-count\t",
		"__complete generate --format p":  "parquet\n",
		"__complete generate --extend s":  "series\n",
		"__complete generate --gaps l":    "learned\n",
		"__complete describe --lang f":    "fr\n",
		"__complete fit --innovations fi": "fitted\n",
	} {
		if stdout, _, status := runLine(t, strings.Fields(line)...); status != 0 || !strings.Contains(stdout, want) {
			t.Errorf("%s: status %d, no %q in %.300q", line, status, want, stdout)
		}
	}
}
