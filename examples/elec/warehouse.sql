-- Two more years of the warehouse, in a schema of their own.
CREATE SCHEMA entrepot;

-- What school holidays do to consumption, from days on which some zones are off and
-- others not: a regression on them and on the cold, within regions and days.
CREATE VIEW effet_vacances AS
WITH par_jour AS (
  SELECT energie, code, jour, vacances::int AS off, least(temperature, 16) AS froid, ln(sum(mwh)) AS log_mwh
    FROM consommation
    JOIN regions USING (code)
    JOIN temperature_region AS t USING (code)
    JOIN calendrier USING (zone, jour)
   WHERE jour = debut::date
   GROUP BY energie, code, jour, vacances, temperature),
ecarts AS (
  SELECT energie,
         log_mwh - avg(log_mwh) OVER region - avg(log_mwh) OVER jour AS log_mwh,
         off - avg(off) OVER region - avg(off) OVER jour AS off,
         froid - avg(froid) OVER region - avg(froid) OVER jour AS froid
    FROM par_jour
  WINDOW region AS (PARTITION BY energie, code), jour AS (PARTITION BY energie, jour)),
sans_froid AS (
  SELECT energie,
         log_mwh - froid * regr_slope(log_mwh, froid) OVER (PARTITION BY energie) AS log_mwh,
         off - froid * regr_slope(off, froid) OVER (PARTITION BY energie) AS off
    FROM ecarts)
SELECT energie, exp(regr_slope(log_mwh, off)) AS effet FROM sans_froid GROUP BY energie;

-- The source of the model: both energies and the temperature of the same half hour in one
-- row, as if schools were always open.
CREATE VIEW jointe AS
SELECT debut, code,
       max(mwh / CASE WHEN vacances THEN effet ELSE 1 END) FILTER (WHERE energie = 'électricité') AS electricite,
       max(mwh / CASE WHEN vacances THEN effet ELSE 1 END) FILTER (WHERE energie = 'gaz') AS gaz,
       temperature
  FROM consommation
  JOIN effet_vacances USING (energie)
  JOIN regions USING (code)
  JOIN temperature_region AS t USING (code)
  JOIN calendrier USING (zone, jour)
 WHERE jour = debut::date
 GROUP BY debut, code, temperature;

-- One call for all three, so that a cold day stays a day of high consumption. Public
-- holidays are France's.
CREATE TABLE entrepot.jointe AS
SELECT * FROM datamime_generate('jointe', 'debut', ARRAY['code'], ARRAY['electricite', 'gaz', 'temperature'],
                                start_at => '2024-01-01', end_at => '2026-01-01', gaps => 'none', holidays => 'FR');

-- Then two tables again, school holidays put back where the new years have them.
CREATE TABLE entrepot.temperature_region AS
SELECT debut::date AS jour, code, round(avg(temperature), 1)::numeric(4,1) AS temperature
  FROM entrepot.jointe
 GROUP BY jour, code;

CREATE TABLE entrepot.consommation AS
SELECT debut, code, energie, round(brut * CASE WHEN vacances THEN effet ELSE 1 END)::int AS mwh
  FROM entrepot.jointe
 CROSS JOIN LATERAL (VALUES ('électricité', electricite), ('gaz', gaz)) AS e(energie, brut)
  JOIN effet_vacances USING (energie)
  JOIN regions USING (code)
  JOIN calendrier USING (zone)
 WHERE jour = debut::date;

DROP TABLE entrepot.jointe;

-- Injection and exchanges stand by themselves: a table each, filled by the call.
SELECT * FROM datamime_generate('injection', 'jour', ARRAY['filiere'], 'mwh',
                                start_at => '2024-01-01', end_at => '2026-01-01', target => 'entrepot.injection');

SELECT * FROM datamime_generate('echanges', 'heure', ARRAY['frontiere'], 'mw',
                                start_at => '2024-01-01', end_at => '2026-01-01', target => 'entrepot.echanges');

-- Yearly consumption by type of customer follows the half hours.
CREATE TABLE entrepot.consommation_annuelle AS
SELECT t.annee, code, client, energie, round(total * gwh / sum(gwh) OVER (PARTITION BY t.annee, code, energie), 1) AS gwh
  FROM (SELECT extract(year FROM debut)::int AS annee, code, energie, sum(mwh) / 1000.0 AS total
          FROM entrepot.consommation GROUP BY 1, 2, 3) AS t
  JOIN consommation_annuelle AS c USING (code, energie);

CREATE INDEX ON entrepot.consommation (debut, code);
ANALYZE;
