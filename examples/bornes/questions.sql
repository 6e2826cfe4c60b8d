-- Where and when is a plug free?
SELECT quartier, extract(hour FROM heure)::int AS heure, round(avg(libres), 1) AS libres
  FROM disponibilites JOIN bornes USING (borne)
 GROUP BY quartier, 2
 ORDER BY quartier, 2;

-- How often is a point full, on weekdays and weekends?
SELECT borne, extract(isodow FROM heure) >= 6 AS weekend, round(avg((libres = 0)::int), 3) AS plein
  FROM disponibilites
 GROUP BY borne, weekend
 ORDER BY borne, weekend;

-- Does the weather matter? Real beside generated.
SELECT 'real' AS kind, round(corr(libres::float8 / prises, temperature)::numeric, 2) AS correlation
  FROM (SELECT date_trunc('hour', releve) AS heure, borne, avg(libres) AS libres FROM releves GROUP BY 1, 2) AS r
  JOIN bornes USING (borne) JOIN meteo USING (heure)
UNION ALL
SELECT 'generated', round(corr(libres::float8 / prises, temperature)::numeric, 2)
  FROM disponibilites JOIN meteo_ete USING (heure);
