package sqlfuncs

import "testing"

// Civil times never stand in an hour that the clock skipped: recognised from
// the source, or told, by a stored model too.
func TestSkippedHours(t *testing.T) {
	s := database(t, "clocks")
	s.must(t, `CREATE TABLE wall AS SELECT DISTINCT ON (t) t, 10 + extract(hour FROM g)::int % 7 AS v
		FROM generate_series(timestamptz '2022-01-01 00:00+01', '2023-12-31 23:00+01', '1 hour') g, LATERAL (SELECT g AT TIME ZONE 'Europe/Paris') x(t)`)
	s.must(t, `CREATE TABLE cairo AS SELECT DISTINCT ON (t) t, 10 + extract(hour FROM g)::int % 7 AS v
		FROM generate_series(timestamptz '2023-06-01 00:00+02', '2023-12-31 23:00+02', '1 hour') g, LATERAL (SELECT g AT TIME ZONE 'Africa/Cairo') x(t)`)
	s.must(t, "SELECT datamime_fit('told', 'cairo', 't', NULL, 'v', time_zone => 'Africa/Cairo')")
	for _, c := range []struct{ zone, call string }{
		{"Europe/Paris", "'wall', 't', NULL, 'v'"},
		{"Europe/Paris", "'wall', 't', NULL, 'v', time_zone => 'Europe/Paris'"},
		{"Europe/Paris", "'wall', 't', NULL, 'v', frequency => '15 minutes'"},
		{"Africa/Cairo", "'cairo', 't', NULL, 'v', time_zone => 'Africa/Cairo'"},
		{"Africa/Cairo", "model => 'told'"},
	} {
		made := s.must(t, "SELECT count(*) > 8000, count(*) FILTER (WHERE t AT TIME ZONE '"+c.zone+"' AT TIME ZONE '"+c.zone+`' <> t)
			FROM datamime_generate(`+c.call+", start_at => '2024-01-01', end_at => '2025-01-01', gaps => 'none')").rows[0]
		if made[0] != "t" || made[1] != "0" {
			t.Errorf("%s: %s rows that never were", c.call, made[1])
		}
	}
	// Times of UTC have rows in every hour, whatever the clock that is told.
	s.must(t, "CREATE TABLE utc AS SELECT g AS t, 1 + extract(hour FROM g)::int AS v FROM generate_series(timestamp '2024-01-01', '2024-12-31 23:00', '1 hour') g")
	if n := s.must(t, "SELECT count(*) FROM datamime_generate('utc', 't', NULL, 'v', time_zone => 'Europe/Paris')").rows[0][0]; n != "8784" {
		t.Errorf("%s rows", n)
	}
}
