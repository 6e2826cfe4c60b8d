-- The four weeks that were held out, real beside generated.

-- By station: the mean, the share of hours without a departure, the busiest hour.
SELECT gare,
       round(avg(r.departs), 2) AS real_mean, round(avg(s.departs), 2) AS mean,
       round(avg((r.departs = 0)::int), 2) AS real_empty, round(avg((s.departs = 0)::int), 2) AS empty,
       max(r.departs) AS real_maximum, max(s.departs) AS maximum
  FROM departs_reels AS r
  JOIN departs AS s USING (gare, heure)
 GROUP BY gare
 ORDER BY gare;

-- The mean day, on weekdays and weekends: how far the two lines lie apart, in
-- departures an hour, and how well they go together.
SELECT round(sqrt(avg((real - generated) ^ 2)), 2) AS distance, round(corr(real, generated)::numeric, 3) AS correlation
  FROM (SELECT gare, extract(hour FROM heure) AS hour, extract(isodow FROM heure) >= 6 AS weekend,
               avg(r.departs) AS real, avg(s.departs) AS generated
          FROM departs_reels AS r
          JOIN departs AS s USING (gare, heure)
         GROUP BY gare, hour, weekend) AS mean_day;
