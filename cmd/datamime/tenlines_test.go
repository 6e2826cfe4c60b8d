package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/xuri/excelize/v2"
)

// weekdays as a French spreadsheet writes them.
var weekdays = []string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"}

// tenLines writes the spreadsheet that a newcomer has: a title, ten days of a
// swimming pool with decimal commas in texts, and a sum.
func tenLines(t *testing.T) string {
	t.Helper()
	rows := [][]any{{"Fréquentation de la piscine"}, {}, {"Date", "Jour", "Entrées", "Température (°C)", "Recette"}}
	for i, n := range []int{212, 198, 341, 205, 233, 412, 388, 219, 201, 356} {
		at := time.Date(2024, 3, 4+i, 0, 0, 0, 0, time.UTC)
		rows = append(rows, []any{at.Format("02/01/2006"), weekdays[at.Weekday()], n,
			fmt.Sprintf("%d,%d", 12+n/100, n%10), fmt.Sprintf("%d\u202f%03d,50 €", 1+n*5/1000, n*5%1000)})
	}
	rows = append(rows, []any{"Total", nil, 2765})
	f := excelize.NewFile()
	defer f.Close()
	for i, row := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.MergeCell("Sheet1", "A1", "E1"); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "fréquentation.xlsx")
	if err := f.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestTenLines goes from a spreadsheet of ten lines to a year, a description
// and a page, by the commands that the import proposes.
func TestTenLines(t *testing.T) {
	to := newProxied(t)
	stdout, stderr, status := runLine(t, "import", tenLines(t), "--table", "piscine", "--to", to)
	if status != 0 || !strings.Contains(stdout, "table piscine: 10 rows") || !strings.Contains(stdout, "1 row kept aside") {
		t.Fatalf("status %d: %s%s", status, stdout, stderr)
	}
	for _, want := range []string{`XLSX, sheet "Sheet1", 5 columns, names in row 3`, "temperature_c (Température (°C)) | numeric", "recette (Recette)                | numeric"} {
		if !strings.Contains(stderr, want) {
			t.Errorf("the preview lacks %q:\n%s", want, stderr)
		}
	}
	statement := regexp.MustCompile(`SELECT datamime_generate\(.*;`).FindString(stdout)
	year := strings.Replace(strings.TrimSuffix(statement, ";"), "row_count => 1000", "start_at => '2025-01-01', end_at => '2026-01-01'", 1)
	rows, err := connect(t, to).Query(t.Context(), year)
	if err != nil {
		t.Fatal(err)
	}
	type visit struct {
		Date        time.Time
		Jour        string
		Entrees     int
		Temperature float64
		Recette     float64
	}
	made, err := pgx.CollectRows(rows, pgx.RowToStructByPos[visit])
	if err != nil || len(made) != 365 {
		t.Fatalf("%v, %d days of a year, by\n%s", err, len(made), year)
	}
	different, wrong := map[int]bool{}, 0
	for _, v := range made {
		different[v.Entrees] = true
		// Ten values bound what is made: not below nothing, nor beyond half
		// their width outside them.
		if v.Entrees < 198-107 || v.Entrees > 412+107 || v.Temperature < 12 || v.Temperature > 20 || v.Recette < 0 {
			t.Errorf("%+v", v)
		}
		if v.Jour != weekdays[v.Date.Weekday()] {
			wrong++
		}
	}
	if len(different) < 50 || wrong > 0 {
		t.Errorf("%d different values, %d days with another's name", len(different), wrong)
	}
	page := filepath.Join(t.TempDir(), "report.html")
	for _, line := range regexp.MustCompile(`datamime (describe|report) .*`).FindAllString(stdout, -1) {
		words := strings.Fields(strings.NewReplacer("''", "EMPTY", "'", "", "report.html", page).Replace(line))[1:]
		for i := range words {
			words[i] = strings.Replace(words[i], "EMPTY", "", 1)
		}
		if out, stderr, status := runLine(t, words...); status != 0 || words[0] == "describe" && !strings.Contains(out, "10 daily values") {
			t.Errorf("%s: status %d: %s%s", line, status, out, stderr)
		}
	}
	b, err := os.ReadFile(page)
	if err != nil || strings.Count(string(b), "<article") != 3 {
		t.Errorf("the page: %v", err)
	}
}
