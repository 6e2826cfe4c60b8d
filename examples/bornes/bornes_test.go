// Package bornes tests the example: its files, through a real proxy.
package bornes

import (
	"testing"

	"github.com/datamime/datamime/examples/scenario"
)

func TestBornes(t *testing.T) {
	_, conn := scenario.Start(t)
	scenario.Run(t, conn, "sample.sql")
	scenario.Run(t, conn, "months.sql")
	for i, rows := range scenario.Run(t, conn, "questions.sql") {
		if len(rows) == 0 {
			t.Errorf("question %d has no answer", i+1)
		}
	}
	scenario.Rows(t, conn, `CREATE TEMP VIEW sampled AS
		SELECT heure, borne, prises, avg(libres) AS libres, temperature
		  FROM releves JOIN bornes USING (borne) JOIN meteo ON heure = date_trunc('hour', releve)
		 GROUP BY heure, borne, prises, temperature`)
	scenario.Rows(t, conn, `CREATE TEMP VIEW generated AS SELECT * FROM disponibilites JOIN meteo_ete USING (heure)`)
	scenario.Check(t, conn, []scenario.Claim{
		{What: "three months of hours of four points", SQL: `SELECT count(*) = 92 * 24 * 4 AND count(*) = count(DISTINCT (heure, borne)) FROM disponibilites`},
		{What: "the weather of each hour once", SQL: `SELECT count(*) = 92 * 24 AND count(*) = count(DISTINCT heure) FROM meteo_ete`},
		{What: "no plug below none, none above all", SQL: `SELECT bool_and(libres BETWEEN 0 AND prises) FROM disponibilites`},
		{What: "every point's own number of plugs", SQL: `SELECT bool_and(d.prises = b.prises) FROM disponibilites d JOIN bornes b USING (borne)`},
		{What: "evenings busier than mornings, as in the sample", SQL: `
			SELECT bool_and(g.less > 0.5 * s.less AND s.less > 0)
			  FROM (SELECT borne, avg(libres) FILTER (WHERE extract(hour FROM heure) = 10) - avg(libres) FILTER (WHERE extract(hour FROM heure) = 19) AS less FROM sampled GROUP BY 1) AS s
			  JOIN (SELECT borne, avg(libres) FILTER (WHERE extract(hour FROM heure) = 10) - avg(libres) FILTER (WHERE extract(hour FROM heure) = 19) AS less FROM generated GROUP BY 1) AS g USING (borne)`},
		// Correlations of three weeks with a memory of two days: a dozen
		// independent stretches, so a standard error near 0.2.
		{What: "the weather matters as much", SQL: `
			SELECT abs((SELECT corr(libres / prises, temperature) FROM sampled) - (SELECT corr(libres::float8 / prises, temperature) FROM generated)) < 0.2`},
		{What: "levels as in the sample", SQL: `
			SELECT bool_and(abs(g.libres - s.libres) < 0.15 * prises)
			  FROM (SELECT borne, prises, avg(libres) AS libres FROM sampled GROUP BY 1, 2) AS s
			  JOIN (SELECT borne, avg(libres) AS libres FROM generated GROUP BY 1) AS g USING (borne)`},
	})
}
