// Package tenlines tests the example: its files, through a real proxy.
package tenlines

import (
	"strings"
	"testing"

	"github.com/datamime/datamime/cmd/datamime/importer"
	"github.com/datamime/datamime/examples/scenario"
)

func TestTenLines(t *testing.T) {
	url, conn := scenario.Start(t)
	if _, err := importer.Run(t.Context(), importer.Options{Source: "ventes.csv", Table: "ventes", To: url}, nil); err != nil {
		t.Fatal(err)
	}
	scenario.Run(t, conn, "year.sql")
	answers := scenario.Run(t, conn, "questions.sql")
	for i, rows := range answers {
		if len(rows) == 0 {
			t.Errorf("question %d has no answer", i+1)
		}
	}
	if sentence := answers[0][0][0]; !strings.Contains(sentence, "10 ") || !strings.Contains(sentence, "mars 2024") {
		t.Errorf("the sentence is %q", sentence)
	}
	scenario.Check(t, conn, []scenario.Claim{
		{What: "the types of the sheet", SQL: `SELECT bool_and(format_type(atttypid, atttypmod) = CASE attname
			WHEN 'date' THEN 'date' WHEN 'boutique' THEN 'text' ELSE 'numeric' END)
			FROM pg_attribute WHERE attrelid = 'ventes_annee'::regclass AND attnum > 0`},
		{What: "closed on Sundays, as it was", SQL: `SELECT count(*) = 313 AND bool_and(extract(isodow FROM date) < 7) FROM ventes_annee`},
		{What: "amounts, to ten centimes as in the sheet", SQL: `SELECT min(chiffre_d_affaires) > 0 AND bool_and(chiffre_d_affaires * 10 = round(chiffre_d_affaires * 10)) FROM ventes_annee`},
		// Room of 1/√10 of the range, where ten values cannot show it all.
		{What: "nothing far beyond what was seen", SQL: `SELECT max(chiffre_d_affaires) < 2240.1 + (2240.1 - 1088.7) / sqrt(10) FROM ventes_annee`},
		{What: "no ten days again and again", SQL: `SELECT count(DISTINCT chiffre_d_affaires) > 10 * 10 FROM ventes_annee`},
		{What: "Saturdays above the week", SQL: `SELECT avg(chiffre_d_affaires) FILTER (WHERE extract(isodow FROM date) = 6) > 1.3 * avg(chiffre_d_affaires) FROM ventes_annee`},
		{What: "a level between the sheet's lowest and highest week", SQL: `SELECT avg(chiffre_d_affaires) BETWEEN 1200 AND 1700 FROM ventes_annee`},
		{What: "three new shops", SQL: `SELECT count(DISTINCT boutique) = 3 AND bool_and(boutique <> 'Centre') FROM ventes_boutiques`},
	})
}
