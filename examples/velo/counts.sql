-- A year of departures per station and hour, from four weeks of trips.
CREATE VIEW departs_reels AS
SELECT heure, gare, count(depart) AS departs
  FROM gares
 CROSS JOIN generate_series(timestamp '2024-09-02', timestamp '2024-10-27 23:00', interval '1 hour') AS heure
  LEFT JOIN (SELECT gare, depart, date_trunc('hour', depart) AS heure FROM trajets) AS t USING (gare, heure)
 GROUP BY heure, gare;

SELECT * FROM datamime_generate(
  '(SELECT * FROM departs_reels WHERE heure < ''2024-09-30'')', 'heure', ARRAY['gare'], 'departs',
  start_at => '2024-09-30', end_at => '2025-09-29',
  target => 'departs');
