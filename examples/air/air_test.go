// Package air tests the example: its files, through a real proxy.
package air

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/datamime/datamime/cmd/datamime/importer"
	"github.com/datamime/datamime/cmd/datamime/metabase"
	"github.com/datamime/datamime/examples/scenario"
)

func TestAir(t *testing.T) {
	conn := imported(t)
	scenario.Run(t, conn, "year.sql")
	for i, rows := range scenario.Run(t, conn, "dashboard.sql") {
		if len(rows) == 0 {
			t.Errorf("query %d of the dashboard gives no row", i+1)
		}
	}
	scenario.Check(t, conn, []scenario.Claim{
		{What: "a year of 14 series, gaps apart", SQL: `SELECT count(*) BETWEEN 0.9 * 14 * 8784 AND 14 * 8784 FROM mesures_annee`},
		{What: "the series of the sample, and no other", SQL: `SELECT NOT EXISTS ((SELECT station, polluant, commune FROM mesures) EXCEPT (SELECT station, polluant, commune FROM mesures_annee))
			    AND NOT EXISTS ((SELECT station, polluant, commune FROM mesures_annee) EXCEPT (SELECT station, polluant, commune FROM mesures))`},
		{What: "date_fin an hour later", SQL: `SELECT bool_and(date_fin = date_debut + interval '1 hour') FROM mesures_annee`},
		{What: "hours, each once", SQL: `SELECT count(*) = count(DISTINCT (date_debut, station, polluant)) FROM mesures_annee`},
		{What: "nothing negative", SQL: `SELECT min(valeur) >= 0 FROM mesures_annee`},
		{What: "the rush hour", SQL: `SELECT avg(valeur) FILTER (WHERE extract(hour FROM date_debut) = 8) > 1.5 * avg(valeur) FILTER (WHERE extract(hour FROM date_debut) = 3)
			  FROM mesures_annee WHERE polluant = 'NO2' AND extract(isodow FROM date_debut) < 6`},
		{What: "particles that move together", SQL: `SELECT corr(a.valeur, b.valeur) > 0.5 FROM mesures_annee a JOIN mesures_annee b USING (date_debut, station)
			  WHERE station = 'Lycée' AND a.polluant = 'PM10' AND b.polluant = 'PM2.5'`},
		// A year drawn from a fortnight may wander, but not by half.
		{What: "levels as in the sample", SQL: `SELECT bool_and(abs(generated - real) < 0.5 * real + 1)
			FROM (SELECT station, polluant, avg(valeur) AS real FROM mesures GROUP BY 1, 2) AS r
			JOIN (SELECT station, polluant, avg(valeur) AS generated FROM mesures_annee GROUP BY 1, 2) AS s USING (station, polluant)`},
	})
}

// imported is a connection to a database with the sample.
func imported(t *testing.T) *pgx.Conn {
	t.Helper()
	url, conn := scenario.Start(t)
	if _, err := importer.Run(t.Context(), importer.Options{Source: "mesures.csv", Table: "mesures", To: url}, nil); err != nil {
		t.Fatal(err)
	}
	return conn
}

// TestMetabase asks what the cards of metabase.json ask; the columns that a
// card draws are there.
func TestMetabase(t *testing.T) {
	conn := imported(t)
	content, err := os.ReadFile("metabase.json")
	if err != nil {
		t.Fatal(err)
	}
	var dashboard metabase.Dashboard
	if err := json.Unmarshal(content, &dashboard); err != nil {
		t.Fatal(err)
	}
	for _, card := range dashboard.Cards {
		result := conn.PgConn().ExecParams(t.Context(), card.SQL, nil, nil, nil, nil).Read()
		if result.Err != nil || len(result.Rows) == 0 {
			t.Errorf("%s: %d rows, %v", card.Name, len(result.Rows), result.Err)
		}
		for _, name := range append(card.Dimensions, card.Metrics...) {
			if !slices.ContainsFunc(result.FieldDescriptions, func(f pgconn.FieldDescription) bool { return f.Name == name }) {
				t.Errorf("%s has no column %s", card.Name, name)
			}
		}
	}
}

// TestDashboard asks what the panels of grafana.json ask, as Grafana would,
// with its macros replaced.
func TestDashboard(t *testing.T) {
	conn := imported(t)
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
		if rows := scenario.Rows(t, conn, sql); len(rows) == 0 {
			t.Errorf("a panel stays empty:\n%s", sql)
		}
	}
}
