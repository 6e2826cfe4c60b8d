package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/datamime/datamime/cmd/embedded"
)

// TestMistakes: what a newcomer gets wrong is told in one line that says what
// to do.
func TestMistakes(t *testing.T) {
	to := newProxied(t)
	// The database template1 has no table.
	empty := "postgres://postgres@" + serveInProcess(t) + "/template1?sslmode=disable"
	guarded, err := embedded.Start(t.Context(), embedded.Options{Auth: "scram-sha-256", Password: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = guarded.Stop() }()
	locked := strings.Replace(guarded.URL(), ":secret@", "@", 1)
	wrong := strings.Replace(guarded.URL(), ":secret@", ":guess@", 1)
	busy := serveInProcess(t)

	dir := t.TempDir()
	good := filepath.Join(dir, "mesures.csv")
	words := filepath.Join(dir, "words.csv")
	mixed := filepath.Join(dir, "mixed.csv")
	for name, text := range map[string]string{
		good:  "Date;Valeur\n01/03/2024;12,5\n02/03/2024;13,5\n",
		words: "name,town\nAnne,Rouen\n",
		mixed: "t,v\n2024-01-01,1\n2024-01-02,2\n2024-01-03,3\n2024-01-04,four\n2024-01-05,5\n2024-01-06,6\n2024-01-07,7\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	load := func(file, to string, more ...string) []string {
		return append([]string{"import", file, "--quiet", "--table", "t_" + strings.TrimSuffix(filepath.Base(file), ".csv"), "--to", to}, more...)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"import", good}, "such as --table mesures"},
		{[]string{"import", good, "--table", "t"}, "--dry-run"},
		{load(filepath.Join(dir, "mesure.csv"), to), "did you mean " + good},
		{load(filepath.Join(dir, "nowhere", "x.csv"), to), "there is no folder"},
		{load(dir, to), "name a file in it"},
		{load(good, "postgres://postgres@127.0.0.1:1/postgres"), "there is no PostgreSQL to talk to at 127.0.0.1 port 1"},
		{load(good, locked), "--to postgres://USER:PASSWORD@"},
		{load(good, wrong), "password authentication failed"},
		{load(good, strings.Replace(to, "/test_", "/tset_", 1)), "does not exist"},
		{load(good, to, "--time", "Datum"), "choose from date, valeur"},
		{load(good, to, "--type", "Valeur"), "COLUMN=TYPE"},
		{load(good, to, "--type", "Preis=numeric"), `no column "Preis"`},
		{load(words, to, "--value", "town"), "--type town=numeric"},
		{strings.Fields("describe mesure date_debut station valeur --to " + to), "Perhaps you meant mesures."},
		{strings.Fields("describe pollution date_debut station valeur --to " + to), "Tables of this database: mesures."},
		{strings.Fields("describe mesures date_debut station valeur --to " + empty), "bring one by datamime import"},
		{strings.Fields("describe mesures date_debu station valeur --to " + to), "Perhaps you meant date_debut."},
		{strings.Fields("describe mesures station station valeur --to " + to), "Time columns"},
		{strings.Fields("generate mesures date_debut station,polluant commune 5 --to " + to), "Numeric columns"},
		{strings.Fields("generate " + demoSeries + " 5 --start-at 31/03/2025 --to " + to), "2025-03-31"},
		{strings.Fields("generate " + demoSeries + " ten --to " + to), "no whole number"},
		{strings.Fields("report " + demoSeries + " --html " + filepath.Join(dir, "no", "r.html") + " --to " + to), "no such file"},
		{strings.Fields("describe " + demoSeries + " --to " + locked), "--to postgres://USER:PASSWORD@"},
		{strings.Fields("describe " + demoSeries + " --to " + database.URL()), "no datamime proxy"},
		{strings.Fields("demo --listen " + busy), "port taken"},
		{strings.Fields("demo --sample " + words), "no column of times"},
		{strings.Fields("serve --listen " + busy), "port taken"},
	} {
		stdout, stderr, status := runLine(t, c.args...)
		last := strings.TrimSuffix(stderr[strings.LastIndex(strings.TrimSuffix(stderr, "\n"), "\n")+1:], "\n")
		if status == 0 || stdout != "" || !strings.HasPrefix(last, "datamime: ") || !strings.Contains(last, c.want) {
			t.Errorf("datamime %s\n\tstatus %d, %q\n\twant %q", strings.Join(c.args, " "), status, stderr, c.want)
		}
	}

	// A word among numbers costs the column its type, and the preview says so.
	_, stderr, status := runLine(t, "import", mixed, "--dry-run")
	if want := `6 of 7 are numbers, but not "four" (line 5)`; status != 0 || !strings.Contains(stderr, want) {
		t.Errorf("status %d, %q lacks %q", status, stderr, want)
	}
}
