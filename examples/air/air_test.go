// Package air tests the example: its files, through a real proxy.
package air

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"net"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/datamime/datamime/cmd/datamime/importer"
	"github.com/datamime/datamime/cmd/embedded"
	"github.com/datamime/datamime/proxy"
)

// through is the URL of a proxy in front of a server of this test's own.
func through(t *testing.T) string {
	t.Helper()
	database, err := embedded.Start(t.Context(), embedded.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = database.Stop() })
	upstream, err := proxy.ParseUpstream(database.URL())
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &proxy.Server{Upstream: upstream}
	go func() { _ = srv.Serve(listener) }()
	t.Cleanup(func() { _ = srv.Close() })
	return fmt.Sprintf("postgres://postgres@%s/postgres?sslmode=disable", listener.Addr())
}

// run executes a file of statements, one after the other, and returns the last
// result of each.
func run(t *testing.T, conn *pgx.Conn, file string) [][][][]byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all [][][][]byte
	for _, sql := range regexp.MustCompile(`;\s*\n`).Split(string(text), -1) {
		if strings.TrimSpace(sql) == "" {
			continue
		}
		results, err := conn.PgConn().Exec(t.Context(), sql).ReadAll()
		if err != nil {
			t.Fatalf("%v:\n%s", err, sql)
		}
		all = append(all, results[len(results)-1].Rows)
	}
	return all
}

func TestAir(t *testing.T) {
	url := through(t)
	_, err := importer.Run(t.Context(), importer.Options{Source: "mesures.csv", Table: "mesures", To: url}, nil)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	run(t, conn, "year.sql")
	for i, rows := range run(t, conn, "dashboard.sql") {
		if len(rows) == 0 {
			t.Errorf("query %d of the dashboard gives no row", i+1)
		}
	}
	for _, c := range []struct{ what, sql string }{
		{"a year of 14 series, gaps apart",
			`SELECT count(*) BETWEEN 0.9 * 14 * 8784 AND 14 * 8784 FROM mesures_annee`},
		{"the series of the sample, and no other",
			`SELECT NOT EXISTS ((SELECT station, polluant, commune FROM mesures) EXCEPT (SELECT station, polluant, commune FROM mesures_annee))
			    AND NOT EXISTS ((SELECT station, polluant, commune FROM mesures_annee) EXCEPT (SELECT station, polluant, commune FROM mesures))`},
		{"date_fin an hour later", `SELECT bool_and(date_fin = date_debut + interval '1 hour') FROM mesures_annee`},
		{"hours, each once", `SELECT count(*) = count(DISTINCT (date_debut, station, polluant)) FROM mesures_annee`},
		{"nothing negative", `SELECT min(valeur) >= 0 FROM mesures_annee`},
		{"the rush hour", `SELECT avg(valeur) FILTER (WHERE extract(hour FROM date_debut) = 8) > 1.5 * avg(valeur) FILTER (WHERE extract(hour FROM date_debut) = 3)
			  FROM mesures_annee WHERE polluant = 'NO2' AND extract(isodow FROM date_debut) < 6`},
		{"particles that move together", `SELECT corr(a.valeur, b.valeur) > 0.5 FROM mesures_annee a JOIN mesures_annee b USING (date_debut, station)
			  WHERE station = 'Lycée' AND a.polluant = 'PM10' AND b.polluant = 'PM2.5'`},
	} {
		var ok bool
		if err := conn.QueryRow(t.Context(), c.sql).Scan(&ok); err != nil || !ok {
			t.Errorf("%s: %v, %v", c.what, ok, err)
		}
	}
	checkLevels(t, conn)
}

// checkLevels holds each series' generated mean against the real one: a year
// drawn from a fortnight may wander, but not by half.
func checkLevels(t *testing.T, conn *pgx.Conn) {
	t.Helper()
	rows, err := conn.Query(t.Context(), `SELECT r.station || ' ' || r.polluant, avg(r.valeur)::float8,
		(SELECT avg(s.valeur)::float8 FROM mesures_annee s WHERE (s.station, s.polluant) = (r.station, r.polluant))
		FROM mesures r GROUP BY r.station, r.polluant`)
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var (
			series          string
			real, generated float64
		)
		if err := rows.Scan(&series, &real, &generated); err != nil {
			t.Fatal(err)
		}
		if math.Abs(generated-real) > 0.5*real+1 {
			t.Errorf("%s: the mean is %.1f, the real one %.1f", series, generated, real)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}

// TestDashboard asks what the panels of grafana.json ask, as Grafana would,
// with its macros replaced.
func TestDashboard(t *testing.T) {
	url := through(t)
	if _, err := importer.Run(t.Context(), importer.Options{Source: "mesures.csv", Table: "mesures", To: url}, nil); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	content, err := os.ReadFile("grafana.json")
	if err != nil {
		t.Fatal(err)
	}
	statements := regexp.MustCompile(`"rawSql": "((?:[^"\\]|\\.)*)"`).FindAllSubmatch(content, -1)
	if len(statements) == 0 {
		t.Fatal("the dashboard asks nothing")
	}
	for _, m := range statements {
		sql := string(bytes.ReplaceAll(m[1], []byte(`\n`), []byte("\n")))
		sql = strings.NewReplacer(
			"$__timeFrom()", "'2024-03-10T00:00:00Z'",
			"$__timeTo()", "'2024-03-24T00:00:00Z'",
			"$__timeFilter(date_debut)", "date_debut BETWEEN '2024-03-10T00:00:00Z' AND '2024-03-24T00:00:00Z'",
		).Replace(sql)
		results, err := conn.PgConn().Exec(t.Context(), sql).ReadAll()
		if err != nil || len(results[0].Rows) == 0 {
			t.Errorf("%v:\n%s", err, sql)
		}
	}
}
