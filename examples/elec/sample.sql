-- The sample: one year of a small warehouse of electricity and gas. Nothing in it
-- is anybody's: regions, customers and megawatts are made up here.

-- Dimensions.
CREATE TABLE regions (code text PRIMARY KEY, region text NOT NULL, zone text NOT NULL, population int NOT NULL);

INSERT INTO regions VALUES
  ('R1', 'Plaine', 'A', 4100000), ('R2', 'Littoral', 'B', 3300000),
  ('R3', 'Massif', 'C', 1900000), ('R4', 'Vallée', 'A', 2600000);

-- The calendar: public holidays, and when the schools of a zone are off.
CREATE TABLE feries AS
SELECT make_date(annee, mois, jour) AS jour
  FROM generate_series(2023, 2025) AS annee,
       (VALUES (1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)) AS fete(mois, jour)
UNION
SELECT paques + jours
  FROM (VALUES (date '2023-04-09'), ('2024-03-31'), ('2025-04-20')) AS p(paques),
       (VALUES (1), (39), (50)) AS mobile(jours);

CREATE TABLE vacances AS
SELECT zone, make_date(annee, mois, jour) AS debut, make_date(annee, mois, jour) + jours AS fin
  FROM generate_series(2022, 2025) AS annee,
       (VALUES ('A', 2, 5, 15), ('B', 2, 12, 15), ('C', 2, 19, 15)) AS hiver(zone, mois, jour, jours)
UNION ALL
SELECT zone, make_date(annee, mois, jour), make_date(annee, mois, jour) + jours
  FROM generate_series(2022, 2025) AS annee, unnest(ARRAY['A', 'B', 'C']) AS zone,
       (VALUES (4, 20, 14), (7, 7, 56), (10, 21, 14), (12, 22, 14)) AS commune(mois, jour, jours);

CREATE TABLE calendrier AS
SELECT jour::date AS jour, zone,
       EXISTS (SELECT FROM feries WHERE feries.jour = j.jour) AS ferie,
       EXISTS (SELECT FROM vacances AS v WHERE v.zone = z.zone AND j.jour >= debut AND j.jour < fin) AS vacances
  FROM generate_series(timestamp '2023-01-01', timestamp '2025-12-31', interval '1 day') AS j(jour),
       unnest(ARRAY['A', 'B', 'C']) AS z(zone);

ANALYZE calendrier;

-- Housing by region, and yearly consumption by type of customer.
CREATE TABLE logements (code text, type text, chauffage text, logements int);

INSERT INTO logements
SELECT code, type, chauffage, round(population / 2.2 * share * heated)::int
  FROM regions,
       (VALUES ('maison', 0.56), ('appartement', 0.44)) AS t(type, share),
       (VALUES ('électricité', 0.38), ('gaz', 0.41), ('autre', 0.21)) AS c(chauffage, heated);

CREATE TABLE consommation_annuelle (annee int, code text, client text, energie text, gwh numeric);

INSERT INTO consommation_annuelle
SELECT 2023, code, client, energie, round((population * per_head * share / 1000)::numeric, 1)
  FROM regions,
       (VALUES ('électricité', 6.4), ('gaz', 5.2)) AS e(energie, per_head),
       (VALUES ('résidentiel', 0.37), ('tertiaire', 0.29), ('industrie', 0.27), ('agriculture', 0.07)) AS c(client, share);

-- Temperature by day and region, from what is known of it: mild, warmest in July, regions
-- that move together, a cold spell that lasts some days.
SELECT * FROM datamime_define('temperature', '{
  "time": {"column": "jour", "type": "date", "start": "2023-01-01", "frequency": "1 day"},
  "series": {"columns": {"code": "text"}, "list": [["R1"], ["R2"], ["R3"], ["R4"]]},
  "value": {"column": "temperature", "type": "numeric(4,1)", "typical": 12, "low": 1, "high": 23, "minimum": -14, "maximum": 33, "decimals": 1},
  "year": {"peak": "07", "by": 0.6}, "memory": "4 days", "links": 0.85,
  "where": [{"match": {"code": "R3"}, "value": {"typical": 9, "low": -3, "high": 20}}]}');

CREATE TABLE temperature_region AS
SELECT * FROM datamime_generate(model => 'temperature', start_at => '2023-01-01', end_at => '2024-01-01');

-- What consumption would be on a mild working day, by half hour.
SELECT * FROM datamime_define('activite', '{
  "time": {"column": "debut", "type": "timestamp", "start": "2023-01-01", "frequency": "30 minutes"},
  "series": {"columns": {"code": "text", "energie": "text"},
             "list": [["R1", "électricité"], ["R1", "gaz"], ["R2", "électricité"], ["R2", "gaz"],
                      ["R3", "électricité"], ["R3", "gaz"], ["R4", "électricité"], ["R4", "gaz"]]},
  "value": {"column": "activite", "type": "double precision", "typical": 1, "minimum": 0.2},
  "day": {"peaks": [{"at": "08:00", "by": 0.22}, {"at": "12:30", "by": 0.15}, {"at": "19:30", "by": 0.28}]},
  "week": {"weekend": -0.11}, "noise": 0.025, "memory": "8 hours", "links": 0.4}');

-- Consumption by half hour, region and energy: activity, more when it is colder than
-- 16 degrees, less on public holidays and when the region's schools are off.
CREATE TABLE consommation AS
SELECT debut, code, energie,
       round(activite * population * of_activity * (1 + of_cold * greatest(0, 16 - temperature))
             * CASE WHEN ferie THEN 0.88 ELSE 1 END * CASE WHEN vacances THEN 0.95 ELSE 1 END)::int AS mwh
  FROM datamime_generate(model => 'activite', start_at => '2023-01-01', end_at => '2024-01-01') AS a
  JOIN (VALUES ('électricité', 0.00021, 0.028), ('gaz', 0.00009, 0.19)) AS e(energie, of_activity, of_cold) USING (energie)
  JOIN regions USING (code)
  JOIN temperature_region AS t USING (code)
  JOIN calendrier USING (zone, jour)
 WHERE jour = debut::date;

-- Injection by day and source, and what crosses the borders by hour.
SELECT * FROM datamime_define('injection', '{
  "time": {"column": "jour", "type": "date", "start": "2023-01-01", "frequency": "1 day"},
  "series": {"columns": {"filiere": "text"}, "list": [["nucléaire"], ["hydraulique"], ["éolien"], ["solaire"], ["thermique"]]},
  "value": {"column": "mwh", "type": "integer", "minimum": 0},
  "where": [{"match": {"filiere": "nucléaire"}, "value": {"typical": 42000, "low": 33000, "high": 50000}, "year": {"peak": "01", "by": 0.15}, "memory": "20 days"},
            {"match": {"filiere": "hydraulique"}, "value": {"typical": 8000, "low": 4500, "high": 14000}, "year": {"peak": "04", "by": 0.4}, "memory": "12 days"},
            {"match": {"filiere": "éolien"}, "value": {"typical": 7000, "low": 1200, "high": 22000}, "year": {"peak": "01", "by": 0.4}, "memory": "2 days"},
            {"match": {"filiere": "solaire"}, "value": {"typical": 3000, "low": 600, "high": 6500}, "year": {"peak": "06", "by": 0.8}, "memory": "1 day"},
            {"match": {"filiere": "thermique"}, "value": {"typical": 5000, "low": 900, "high": 15000}, "year": {"peak": "01", "by": 0.5}, "memory": "5 days"}]}');

CREATE TABLE injection AS
SELECT * FROM datamime_generate(model => 'injection', start_at => '2023-01-01', end_at => '2024-01-01');

SELECT * FROM datamime_define('echanges', '{
  "time": {"column": "heure", "type": "timestamp", "start": "2023-01-01", "frequency": "1 hour"},
  "series": {"columns": {"frontiere": "text"}, "list": [["nord"], ["est"], ["sud"]]},
  "value": {"column": "mw", "type": "integer", "typical": 300, "low": -900, "high": 1500, "minimum": -2500, "maximum": 3000},
  "day": {"peaks": [{"at": "03:00", "by": 0.5}, {"at": "19:00", "by": -0.8}]}, "memory": "9 hours", "links": 0.3}');

CREATE TABLE echanges AS
SELECT * FROM datamime_generate(model => 'echanges', start_at => '2023-01-01', end_at => '2024-01-01');
