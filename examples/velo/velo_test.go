// Package velo tests the example: its files, through a real proxy.
package velo

import (
	"testing"

	"github.com/datamime/datamime/examples/scenario"
)

func TestVelo(t *testing.T) {
	_, conn := scenario.Start(t)
	scenario.Run(t, conn, "trips.sql")
	scenario.Run(t, conn, "counts.sql")
	judged := scenario.Run(t, conn, "judge.sql")
	if len(judged[0]) != 6 {
		t.Errorf("%d stations are judged", len(judged[0]))
	}
	for _, row := range append(judged[0], judged[1]...) {
		t.Log(row)
	}
	const both = ` FROM departs_reels r JOIN departs s USING (gare, heure) `
	scenario.Check(t, conn, []scenario.Claim{
		{What: "a year of six stations", SQL: `SELECT count(*) = 6 * 364 * 24 FROM departs`},
		{What: "the source's types", SQL: `SELECT bool_and(format_type(atttypid, atttypmod) = CASE attname
			WHEN 'heure' THEN 'timestamp without time zone' WHEN 'gare' THEN 'text' ELSE 'bigint' END)
			FROM pg_attribute WHERE attrelid = 'departs'::regclass AND attnum > 0`},
		{What: "counts", SQL: `SELECT min(departs) = 0 FROM departs`},
		{What: "levels as in the weeks held out", SQL: `SELECT bool_and(abs(ratio - 1) < 0.25)
			FROM (SELECT avg(s.departs) / avg(r.departs) AS ratio` + both + `GROUP BY gare) AS x`},
		{What: "a mean day as in the weeks held out", SQL: `SELECT corr(real, generated) > 0.9
			FROM (SELECT avg(r.departs) AS real, avg(s.departs) AS generated` + both +
			`GROUP BY gare, extract(hour FROM heure), extract(isodow FROM heure) >= 6) AS x`},
		{What: "empty nights", SQL: `SELECT abs(avg((r.departs = 0)::int) - avg((s.departs = 0)::int)) < 0.15` + both},
	})
}
