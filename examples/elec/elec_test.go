// Package elec tests the example: its files, through a real proxy.
package elec

import (
	"testing"

	"github.com/datamime/datamime/examples/scenario"
)

func TestElec(t *testing.T) {
	_, conn := scenario.Start(t)
	scenario.Run(t, conn, "sample.sql")
	scenario.Run(t, conn, "warehouse.sql")
	dashboards := scenario.Run(t, conn, "dashboards.sql")
	if len(dashboards) != 8 {
		t.Errorf("%d dashboards have a query", len(dashboards))
	}
	for i, rows := range dashboards {
		if len(rows) == 0 {
			t.Errorf("dashboard %d stays empty", i+1)
		}
	}
	for view, schema := range map[string]string{"sampled": "public", "generated": "entrepot"} {
		scenario.Rows(t, conn, `CREATE TEMP VIEW `+view+` AS
			SELECT * FROM (SELECT debut::date AS jour, code, energie, ln(sum(mwh)::float8 / min(population)) AS log
			                 FROM `+schema+`.consommation JOIN regions USING (code) GROUP BY 1, 2, 3) AS d
			         JOIN `+schema+`.temperature_region USING (jour, code)
			         JOIN regions USING (code) JOIN calendrier USING (zone, jour)`)
	}
	scenario.Check(t, conn, claims)
}

// claims are what a reader of the dashboards would look for. Where a figure of
// the generated years is held against the sample's, the tolerance is what two
// years of weather do to it.
var claims = []scenario.Claim{
	{What: "two years of half hours of 4 regions and 2 energies", SQL: `SELECT count(*) = 731 * 48 * 8 AND count(*) = count(DISTINCT (debut, code, energie)) FROM entrepot.consommation`},
	{What: "a temperature for each of their days", SQL: `SELECT count(*) = 731 * 4 FROM entrepot.temperature_region`},
	{What: "consumption falls with temperature, by the sample's slope", SQL: `
		SELECT bool_and(s.slope < 0 AND abs(g.slope / s.slope - 1) < 0.2 AND g.r < -0.7)
		  FROM (SELECT energie, regr_slope(log, temperature) AS slope FROM sampled WHERE temperature < 16 GROUP BY energie) AS s
		  JOIN (SELECT energie, regr_slope(log, temperature) AS slope, corr(log, temperature) AS r FROM generated WHERE temperature < 16 GROUP BY energie) AS g
		 USING (energie)`},
	{What: "weekends lower, by as much", SQL: `
		SELECT bool_and(abs(s.weekend - g.weekend) < 0.05)
		  FROM (SELECT energie, avg(log) FILTER (WHERE extract(isodow FROM jour) > 5) - avg(log) FILTER (WHERE extract(isodow FROM jour) < 6) AS weekend FROM sampled GROUP BY 1) AS s
		  JOIN (SELECT energie, avg(log) FILTER (WHERE extract(isodow FROM jour) > 5) - avg(log) FILTER (WHERE extract(isodow FROM jour) < 6) AS weekend FROM generated GROUP BY 1) AS g
		 USING (energie)`},
	{What: "school holidays found in the sample", SQL: `SELECT bool_and(abs(effet - 0.95) < 0.02) FROM effet_vacances`},
	{What: "school holidays lower where a zone has them and another not", SQL: `
		SELECT avg(log) FILTER (WHERE vacances) < avg(log) FILTER (WHERE NOT vacances)
		  FROM (SELECT vacances, log - avg(log) OVER (PARTITION BY code) - avg(log) OVER (PARTITION BY jour) AS log,
		               count(*) FILTER (WHERE vacances) OVER (PARTITION BY jour) BETWEEN 1 AND 3 AS partly
		          FROM generated WHERE energie = 'électricité') AS x WHERE partly`},
	// Against the same weekday a week before and after: the noise of one
	// difference is .15 (the weather), of the mean of 20 holidays .035.
	{What: "public holidays lower than the same weekday around them", SQL: `
		SELECT avg(less) < -0.05
		  FROM (SELECT ferie, log - (lag(log, 7) OVER days + lead(log, 7) OVER days) / 2 AS less
		          FROM generated WHERE energie = 'électricité' WINDOW days AS (PARTITION BY code ORDER BY jour)) AS x WHERE ferie`},
	{What: "morning and evening peaks", SQL: `
		SELECT bool_and(peak > 1.15 * night)
		  FROM (SELECT energie, avg(mwh) FILTER (WHERE debut::time = '19:30') AS peak, avg(mwh) FILTER (WHERE debut::time = '03:30') AS night
		          FROM entrepot.consommation GROUP BY 1) AS x`},
	{What: "the sample's levels", SQL: `
		SELECT bool_and(abs(g.mwh / s.mwh - 1) < 0.1)
		  FROM (SELECT code, energie, avg(mwh) AS mwh FROM consommation GROUP BY 1, 2) AS s
		  JOIN (SELECT code, energie, avg(mwh) AS mwh FROM entrepot.consommation GROUP BY 1, 2) AS g USING (code, energie)`},
	{What: "exports and imports", SQL: `SELECT min(mw) < 0 AND max(mw) > 0 FROM entrepot.echanges`},
	{What: "the sun shines in summer", SQL: `
		SELECT avg(mwh) FILTER (WHERE extract(month FROM jour) IN (5, 6, 7)) > 1.5 * avg(mwh) FILTER (WHERE extract(month FROM jour) IN (11, 12, 1))
		  FROM entrepot.injection WHERE filiere = 'solaire'`},
	{What: "customers add up", SQL: `
		SELECT abs((SELECT sum(gwh) FROM entrepot.consommation_annuelle) / (SELECT sum(mwh) / 1000.0 FROM entrepot.consommation) - 1) < 0.001`},
}
