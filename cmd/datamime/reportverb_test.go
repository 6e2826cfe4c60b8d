package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReport(t *testing.T) {
	to := newProxied(t)
	file := filepath.Join(t.TempDir(), "report.html")
	stdout, stderr, status := runLine(t, append(strings.Fields("report "+demoSeries+" --html "+file+" --to"), to)...)
	if status != 0 || stdout != "" || stderr != "" {
		t.Fatalf("status %d, %q, %q", status, stdout, stderr)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	page := string(b)
	if n := strings.Count(page, "<article>"); n != 14 {
		t.Errorf("%d series", n)
	}
	for _, want := range []string{"<h1>mesures</h1>", "Gare · PM2.5", "1008 hourly values", "total_sd", "<dd>14,024</dd>"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	// A query as source with two values, judged against a table.
	conn := connect(t, to)
	if _, err := conn.Exec(t.Context(), `CREATE VIEW wide AS SELECT date_debut AS "At", station, max(valeur) FILTER (WHERE polluant = 'NO2') AS no2,
		max(valeur) FILTER (WHERE polluant = 'PM10') AS pm10 FROM mesures GROUP BY 1, 2`); err != nil {
		t.Fatal(err)
	}
	stdout, stderr, status = runLine(t, "report", "--source", "(SELECT * FROM wide WHERE station <> 'Campus')", "--time-column", "At", "--series-columns", "STATION",
		"--value-column", "no2,pm10", "--synthetic", "wide", "--html", "-", "--to", to)
	if status != 0 || strings.Count(stdout, "<article>") != 8 || !strings.Contains(stdout, "Port · pm10") {
		t.Errorf("a query: status %d, %d series, %q", status, strings.Count(stdout, "<article>"), stderr)
	}
}

// TestReportOfAModel: a stored model knows its source and its columns; one that
// was defined is held against rows that are named.
func TestReportOfAModel(t *testing.T) {
	to := newProxied(t)
	conn := connect(t, to)
	for _, sql := range []string{
		`SELECT * FROM datamime_fit('air', 'mesures', 'date_debut', ARRAY['station','polluant'], 'valeur')`,
		`SELECT * FROM datamime_define('plan', '{"time": {"column": "date_debut", "type": "timestamp", "frequency": "1 hour"},
			"series": {"columns": {"station": "text", "polluant": "text"}, "list": [["Gare", "NO2"], ["Port", "NO2"]]},
			"value": {"column": "valeur", "type": "integer", "typical": 20, "low": 5, "high": 60, "minimum": 0}}')`,
	} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		line, want string
		series     int
	}{
		{"--model air", "made by the stored model air", 14},
		{"--model air --lang fr", "viennent du modèle enregistré air", 14},
		{"--model plan --source mesures", "made by the stored model plan", 2},
	} {
		args := append(strings.Fields("report "+c.line+" --html -"), "--to", to)
		stdout, stderr, status := runLine(t, args...)
		if status != 0 || strings.Count(stdout, "<article>") != c.series || !strings.Contains(stdout, c.want) {
			t.Errorf("%s: status %d, %d series, %q", c.line, status, strings.Count(stdout, "<article>"), stderr)
		}
		if french := strings.Contains(c.line, "fr"); french != strings.Contains(stdout, "valeurs horaires") {
			t.Errorf("%s: the sentences are not in the language", c.line)
		}
	}
	for line, want := range map[string]string{
		"--model plan":                    "--source",
		"--model water":                   `no model "water": choose from`,
		"--model air --synthetic mesures": "give one of them",
	} {
		args := append(strings.Fields("report "+line+" --html -"), "--to", to)
		if _, stderr, status := runLine(t, args...); status == 0 || !strings.Contains(stderr, want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: status %d, %q", line, status, stderr)
		}
	}
}

func TestReportUsage(t *testing.T) {
	for _, c := range []struct {
		line, want string
		status     int
	}{
		{"report", "--source", 2},
		{"report " + demoSeries, "--html", 2},
		{"report a b c d e 6 g --html x", "at most 6", 2},
		{"report " + demoSeries + " --html x.html", "DATAMIME_TO", 2},
		{"report " + demoSeries + " --html x.html --to postgres://127.0.0.1:1/x", "datamime serve", 1},
		{"report " + demoSeries + " --html x.html --to " + database.URL(), "no datamime proxy", 1},
	} {
		if _, stderr, status := runLine(t, strings.Fields(c.line)...); status != c.status || !strings.Contains(stderr, c.want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: status %d, %q; want %d and %q", c.line, status, stderr, c.status, c.want)
		}
	}
}
