-- What was said, held against what came.
SELECT mesure, round(percentile_cont(0.5) WITHIN GROUP (ORDER BY valeur)::numeric, 1) AS typical,
       round(percentile_cont(0.05) WITHIN GROUP (ORDER BY valeur)::numeric, 1) AS low,
       round(percentile_cont(0.95) WITHIN GROUP (ORDER BY valeur)::numeric, 1) AS high,
       min(valeur) AS minimum, max(valeur) AS maximum
  FROM capteurs
 GROUP BY mesure
 ORDER BY mesure;

-- The month before the first real week, that week, and the month after it.
SELECT mesure, round(d.mean, 1) AS defined, round(w.mean, 1) AS week, round(u.mean, 1) AS updated
  FROM (SELECT mesure, avg(valeur) AS mean FROM capteurs GROUP BY mesure) AS d
  JOIN (SELECT mesure, avg(valeur) AS mean FROM premiere_semaine GROUP BY mesure) AS w USING (mesure)
  JOIN (SELECT mesure, avg(valeur) AS mean FROM capteurs_2 GROUP BY mesure) AS u USING (mesure)
 ORDER BY mesure;
