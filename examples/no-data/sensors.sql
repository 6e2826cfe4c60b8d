-- A model from what is known of the series, and nothing else.
SELECT * FROM datamime_define('bureaux', '{
  "time": {"column": "instant", "type": "timestamptz", "start": "2025-01-01", "frequency": "15 minutes"},
  "series": {"columns": {"batiment": "text", "mesure": "text"},
             "list": [["A", "co2"], ["A", "kwh"], ["B", "co2"], ["B", "kwh"]]},
  "value": {"column": "valeur", "type": "numeric(7,2)", "decimals": 2, "minimum": 0},
  "memory": "2 hours", "links": 0.5, "missing": 0.005,
  "where": [
    {"match": {"mesure": "co2"},
     "value": {"typical": 520, "low": 415, "high": 1100, "minimum": 400, "maximum": 3000, "decimals": 0},
     "day": {"peaks": [{"at": "10:30", "by": 0.5}, {"at": "15:30", "by": 0.5}]}, "week": {"weekend": -0.2}},
    {"match": {"mesure": "kwh"},
     "value": {"typical": 14, "low": 6, "high": 30},
     "day": {"peaks": [{"at": "11:00", "by": 0.6}]}, "week": {"weekend": -0.4}, "year": {"peak": "01", "by": 0.25}}]}');

-- A month of it, in a table that the dashboard reads.
CREATE TABLE capteurs AS
SELECT * FROM datamime_generate(model => 'bureaux', start_at => '2025-01-01 00:00+00', end_at => '2025-02-01 00:00+00');

-- The first real week arrives, from another building than was thought: quieter by a third.
-- It updates what was defined.
CREATE TABLE premiere_semaine AS
SELECT instant, batiment, mesure, CASE mesure WHEN 'kwh' THEN round(valeur * 0.66, 2) ELSE valeur END AS valeur
  FROM datamime_generate(model => 'bureaux', seed => 7,
                         start_at => '2025-02-03 00:00+00', end_at => '2025-02-10 00:00+00');

SELECT * FROM datamime_fit('bureaux_2', 'premiere_semaine', 'instant', ARRAY['batiment', 'mesure'], 'valeur', prior => 'bureaux');

CREATE TABLE capteurs_2 AS
SELECT * FROM datamime_generate(model => 'bureaux_2', start_at => '2025-03-01 00:00+00', end_at => '2025-04-01 00:00+00');
