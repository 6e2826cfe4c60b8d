-- The dashboard's queries, on the generated year.

-- Key figures, real beside generated.
SELECT polluant, kind, count(*) AS hours, round(avg(valeur), 1) AS mean, max(valeur) AS maximum
  FROM (SELECT 'real' AS kind, polluant, valeur FROM mesures
        UNION ALL
        SELECT 'generated', polluant, valeur FROM mesures_annee) AS both_kinds
 GROUP BY polluant, kind
 ORDER BY polluant, kind DESC;

-- The mean day of each pollutant.
SELECT polluant, extract(hour FROM date_debut)::int AS hour, round(avg(valeur), 1) AS mean
  FROM mesures_annee
 GROUP BY polluant, hour
 ORDER BY polluant, hour;

-- Weekdays and weekends at the busiest station.
SELECT extract(isodow FROM date_debut) >= 6 AS weekend, round(avg(valeur), 1) AS mean
  FROM mesures_annee
 WHERE station = 'Gare' AND polluant = 'NO2'
 GROUP BY weekend
 ORDER BY weekend;

-- Hours over a threshold, by commune and month.
SELECT commune, date_trunc('month', date_debut) AS month, count(*) FILTER (WHERE valeur > 30) AS hours
  FROM mesures_annee
 WHERE polluant = 'PM10'
 GROUP BY commune, month
 ORDER BY commune, month;

-- Pollutants that move together at a station.
SELECT round(corr(a.valeur, b.valeur)::numeric, 2) AS correlation
  FROM mesures_annee a
  JOIN mesures_annee b USING (date_debut, station)
 WHERE station = 'Lycée' AND a.polluant = 'PM10' AND b.polluant = 'PM2.5';
