-- Three weeks of charging points and of the weather, as two sources that know nothing
-- of each other. Nothing in them is anybody's.
CREATE TABLE bornes (borne text PRIMARY KEY, quartier text NOT NULL, prises int NOT NULL);

INSERT INTO bornes VALUES
  ('B1', 'Gare', 6), ('B2', 'Marché', 4), ('B3', 'Campus', 8), ('B4', 'Port', 3);

-- The weather by hour: temperature and rain.
SELECT * FROM datamime_define('temps', '{
  "time": {"column": "heure", "type": "timestamp", "start": "2024-05-06", "frequency": "1 hour"},
  "series": {"columns": {"ville": "text"}, "list": [["Valmont"]]},
  "value": {"column": "temperature", "type": "numeric(4,1)", "typical": 15, "low": 8, "high": 24, "decimals": 1},
  "day": {"peaks": [{"at": "15:00", "by": 0.4}]}, "memory": "2 days"}');

CREATE TABLE meteo AS
SELECT * FROM datamime_generate(model => 'temps', start_at => '2024-05-06', end_at => '2024-05-27');

-- How busy a charging point is, from 0 to 1: lunch and evening, fewer on weekends.
SELECT * FROM datamime_define('occupation', '{
  "time": {"column": "releve", "type": "timestamp", "start": "2024-05-06", "frequency": "15 minutes"},
  "series": {"columns": {"borne": "text"}, "list": [["B1"], ["B2"], ["B3"], ["B4"]]},
  "value": {"column": "occupation", "type": "double precision", "typical": 0.45, "low": 0.05, "high": 0.9, "minimum": 0, "maximum": 1},
  "day": {"peaks": [{"at": "12:30", "by": 0.4}, {"at": "18:30", "by": 0.6}]}, "week": {"weekend": -0.2},
  "memory": "3 hours", "links": 0.4, "missing": 0.01}');

-- Free plugs, read every quarter of an hour: more are taken when it is cold.
CREATE TABLE releves AS
SELECT releve, borne,
       greatest(0, least(prises, round(prises * (1 - occupation * (1 + 0.03 * (15 - temperature))))))::int AS libres
  FROM datamime_generate(model => 'occupation', start_at => '2024-05-06', end_at => '2024-05-27')
  JOIN bornes USING (borne)
  JOIN meteo ON heure = date_trunc('hour', releve);
