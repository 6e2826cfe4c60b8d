package main

import (
	"crypto/sha256"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestAirSampleIsAlwaysTheSame(t *testing.T) {
	a, b := fmt.Sprint(airSample()), fmt.Sprint(airSample())
	if a != b {
		t.Fatal("two runs differ")
	}
	const want = "1508b9ac22e20e2d"
	if got := fmt.Sprintf("%x", sha256.Sum256([]byte(a)))[:16]; got != want {
		t.Errorf("the sample changed: %s, not %s; the README's and the examples' figures are of the old one", got, want)
	}
}

// TestAirSampleIsPlausible looks for what the demo's statements show.
func TestAirSampleIsPlausible(t *testing.T) {
	type key struct{ station, pollutant string }
	values := map[key][]float64{}
	hours := map[key]map[time.Time]float64{}
	var missing, rows int
	for _, m := range airSample() {
		rows++
		if m.missing {
			missing++
			continue
		}
		if m.value < 0 || m.value > 300 {
			t.Fatalf("%+v", m)
		}
		if m.end.Sub(m.start) != time.Hour {
			t.Fatalf("%+v", m)
		}
		k := key{m.station, m.pollutant}
		values[k] = append(values[k], float64(m.value))
		if hours[k] == nil {
			hours[k] = map[time.Time]float64{}
		}
		hours[k][m.start] = float64(m.value)
	}
	if len(values) != 14 || missing == 0 || rows >= 14*sampleHours {
		t.Errorf("%d series, %d rows, %d missing values", len(values), rows, missing)
	}
	rush, night := 0.0, 0.0
	for at, v := range hours[key{"Gare", "NO2"}] {
		if day := at.Weekday(); day == time.Saturday || day == time.Sunday {
			continue
		}
		switch at.Hour() {
		case 8:
			rush += v
		case 3:
			night += v
		}
	}
	if rush < 2*night {
		t.Errorf("no rush hour: %.0f at 8, %.0f at 3", rush, night)
	}
	if c := correlation(hours[key{"Lycée", "PM10"}], hours[key{"Lycée", "PM2.5"}]); c < 0.7 {
		t.Errorf("fine and coarse particles correlate by %.2f", c)
	}
	if c := correlation(hours[key{"Lycée", "NO2"}], hours[key{"Lycée", "O3"}]); c > 0.1 {
		t.Errorf("nitrogen dioxide and ozone correlate by %.2f", c)
	}
}

func correlation(a, b map[time.Time]float64) float64 {
	var n, sa, sb, saa, sbb, sab float64
	for t, x := range a {
		if y, ok := b[t]; ok {
			n, sa, sb, saa, sbb, sab = n+1, sa+x, sb+y, saa+x*x, sbb+y*y, sab+x*y
		}
	}
	return (sab - sa*sb/n) / math.Sqrt((saa-sa*sa/n)*(sbb-sb*sb/n))
}

// TestDemo runs the demo as a user does, and ends it by Ctrl-C.
func TestDemo(t *testing.T) {
	cmd := program(t, "demo", "--listen", "127.0.0.1:0")
	var stdout, stderr output
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan int, 1)
	go func() {
		_ = cmd.Wait()
		ended <- cmd.ProcessState.ExitCode()
	}()
	defer func() { _ = cmd.Process.Kill() }()
	address, _, _ := strings.Cut(stderr.await(t, "datamime: listening on "), ",")
	stdout.await(t, "Ctrl-C")
	for _, s := range airLesson(0).steps {
		if !strings.Contains(stdout.String(), strings.Split(s.sql, "\n")[0]) {
			t.Errorf("the lesson lacks %s", s.sql)
		}
	}
	conn := connect(t, proxyURL(address))
	var stations, commune, off int
	if err := conn.QueryRow(t.Context(), `SELECT count(DISTINCT station), count(DISTINCT (station, commune)),
		count(*) FILTER (WHERE date_fin <> date_debut + interval '1 hour') FROM mesures`).Scan(&stations, &commune, &off); err != nil {
		t.Fatal(err)
	}
	if stations != 5 || commune != 5 || off != 0 {
		t.Errorf("%d stations, %d with a commune, %d rows not an hour long", stations, commune, off)
	}
	for _, s := range airLesson(0).steps[1:] {
		if results, err := conn.PgConn().Exec(t.Context(), s.sql).ReadAll(); err != nil || len(results[0].Rows) == 0 {
			t.Errorf("%v:\n%s", err, s.sql)
		}
	}
	if err := conn.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if status := exit(t, ended); status != 0 {
		t.Errorf("status %d: %s", status, &stderr)
	}
}

// TestDemoOfASample: with a file of one's own the lesson is about its columns,
// and every statement of it works.
func TestDemoOfASample(t *testing.T) {
	file := filepath.Join(t.TempDir(), "Relevés 2024.csv")
	text := "Date;Quai;Hauteur (m)\n"
	for i := range 10 {
		text += fmt.Sprintf("%02d/03/2024;Nord;%d,%d\n", i+1, 3+i%3, i)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := program(t, "demo", "--listen", "127.0.0.1:0", "--sample", file)
	var stdout, stderr output
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Wait() }()
	defer func() { _ = cmd.Process.Signal(syscall.SIGINT) }()
	address, _, _ := strings.Cut(stderr.await(t, "datamime: listening on "), ",")
	stdout.await(t, "Ctrl-C")
	for _, want := range []string{
		"your 10 rows (table releves_2024, one series of hauteur_m,\n2024-03-01 to 2024-03-10)", "as its mean week\n",
		"SELECT datamime_generate('releves_2024', 'date', value_column => 'hauteur_m', row_count => 1000);",
		"datamime report releves_2024 date '' hauteur_m --html report.html --to postgres://postgres@" + address + "/postgres\n",
	} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("the lesson lacks %q:\n%s", want, &stdout)
		}
	}
	conn := connect(t, proxyURL(address))
	statements := regexp.MustCompile(`(?ms)^    SELECT.*?;$`).FindAllString(stdout.String(), -1)
	if len(statements) != 3 {
		t.Fatalf("%d statements", len(statements))
	}
	for _, s := range statements {
		results, err := conn.PgConn().Exec(t.Context(), s).ReadAll()
		if err != nil || len(results[0].Rows) == 0 {
			t.Errorf("%v:\n%s", err, s)
		}
	}
}

// TestDemoOfNoSample: what cannot be a sample is told in a line.
func TestDemoOfNoSample(t *testing.T) {
	file := filepath.Join(t.TempDir(), "names.csv")
	if err := os.WriteFile(file, []byte("name,town\nAnne,Rouen\nPaul,Caen\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--sample", file}, "no column of times with one of numbers"},
		{[]string{"--sample", "nowhere.csv"}, "there is no file nowhere.csv"},
		{[]string{"--sample", file, "--time", "day"}, "choose from name, town"},
	} {
		_, stderr, status := runLine(t, append([]string{"demo", "--once"}, c.args...)...)
		if status == 0 || !strings.Contains(stderr, c.want) {
			t.Errorf("%v: status %d, %q", c.args, status, stderr)
		}
	}
}
