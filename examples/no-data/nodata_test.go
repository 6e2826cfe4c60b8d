// Package nodata tests the example: its files, through a real proxy.
package nodata

import (
	"testing"

	"github.com/datamime/datamime/examples/scenario"
)

func TestNoData(t *testing.T) {
	_, conn := scenario.Start(t)
	scenario.Run(t, conn, "sensors.sql")
	for i, rows := range scenario.Run(t, conn, "questions.sql") {
		if len(rows) != 2 {
			t.Errorf("question %d has %d rows", i+1, len(rows))
		}
	}
	scenario.Check(t, conn, []scenario.Claim{
		{What: "a month of four series, less what is said to be missing", SQL: `SELECT count(*) BETWEEN 0.98 * 4 * 31 * 96 AND 4 * 31 * 96 FROM capteurs`},
		{What: "CO2 in whole ppm, never below outside air", SQL: `SELECT min(valeur) >= 400 AND bool_and(valeur = round(valeur)) FROM capteurs WHERE mesure = 'co2'`},
		{What: "typical CO2 as it was told", SQL: `SELECT abs(percentile_cont(0.5) WITHIN GROUP (ORDER BY valeur) - 520) < 40 FROM capteurs WHERE mesure = 'co2'`},
		{What: "two peaks of a working day", SQL: `
			SELECT least(avg(valeur) FILTER (WHERE h = 10), avg(valeur) FILTER (WHERE h = 15)) > 1.2 * avg(valeur) FILTER (WHERE h IN (2, 21))
			  FROM (SELECT valeur, extract(hour FROM instant AT TIME ZONE 'UTC') AS h FROM capteurs
			         WHERE mesure = 'co2' AND extract(isodow FROM instant AT TIME ZONE 'UTC') < 6) AS x`},
		{What: "quiet weekends", SQL: `
			SELECT avg(valeur) FILTER (WHERE extract(isodow FROM instant AT TIME ZONE 'UTC') > 5) < 0.75 * avg(valeur) FILTER (WHERE extract(isodow FROM instant AT TIME ZONE 'UTC') < 6)
			  FROM capteurs WHERE mesure = 'kwh'`},
		// The week was two thirds of what was defined, and weighs as seven
		// definitions: .70, and less the decline from February to March.
		{What: "the level that was seen", SQL: `
			SELECT (SELECT avg(valeur) FROM capteurs_2 WHERE mesure = 'kwh')
			     / avg(valeur) BETWEEN 0.6 AND 0.8
			  FROM datamime_generate(model => 'bureaux', start_at => '2025-03-01 00:00+00', end_at => '2025-04-01 00:00+00') WHERE mesure = 'kwh'`},
	})
}
