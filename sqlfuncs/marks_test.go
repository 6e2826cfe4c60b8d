package sqlfuncs

import "testing"

// TestMarksOfWhatIsMissing: a column that takes no NULL has -999 where nothing was
// measured; its generated rows go into the same table, of the same kind, also by a
// stored model of either form; what is summed up to days leaves it out.
func TestMarksOfWhatIsMissing(t *testing.T) {
	s := connect(t)
	s.must(t, `CREATE TEMP TABLE levels AS SELECT timestamp '2024-01-01' + i * interval '1 hour' AS t,
		CASE WHEN hashint4(i / 6) & 31 = 7 THEN -999 ELSE 50 + (hashint4(i) & 15) + (10 * sin(i * pi() / 12))::int END AS v FROM generate_series(0, 24 * 120 - 1) i`)
	s.must(t, "ALTER TABLE levels ALTER v SET NOT NULL")
	if got := s.must(t, "SELECT count(*) FILTER (WHERE v = -999) BETWEEN 50 AND 150 FROM levels").rows[0][0]; got != "t" {
		t.Fatal("the source has no marks worth the name")
	}
	const window = ", start_at => '2025-01-01', end_at => '2025-05-01'"
	if got := s.must(t, "SELECT bool_and(v > 35) FROM datamime_generate('levels', 't', NULL, 'v', frequency => '1 day'"+window+")").rows[0][0]; got != "t" {
		t.Error("a mark is part of a day's mean")
	}
	for _, form := range []string{"resampled", "fitted"} {
		s.must(t, "SELECT * FROM datamime_fit('levels_"+form+"', 'levels', 't', NULL, 'v', innovations => '"+form+"')")
		s.must(t, "DELETE FROM levels")
		s.must(t, "INSERT INTO levels SELECT * FROM datamime_generate(model => 'levels_"+form+"'"+window+")")
		got := s.must(t, "SELECT count(*), count(*) FILTER (WHERE v = -999) BETWEEN 30 AND 250, bool_and(v = -999 OR v BETWEEN 35 AND 85) FROM levels").rows[0]
		if got[0] != "2880" || got[1] != "t" || got[2] != "t" {
			t.Errorf("%s: rows, some marks, and nothing between: %v", form, got)
		}
		s.must(t, "SELECT datamime_drop('levels_"+form+"')")
	}
}
