-- Eight weeks of trips, always the same: in each minute of each hour and at each
-- station a trip begins with a chance that follows the hour and the weekday.
CREATE TABLE gares (gare text PRIMARY KEY, attrait double precision);

INSERT INTO gares VALUES ('Mairie', 1.0), ('Université', 1.4), ('Gare', 1.8), ('Parc', 0.6), ('Hôpital', 0.8), ('Quais', 0.5);

CREATE TABLE trajets (depart timestamp NOT NULL, gare text NOT NULL);

-- A hash in place of random(): the same trips on every server.
INSERT INTO trajets
SELECT minute, gare
  FROM gares,
       generate_series(timestamp '2024-09-02', timestamp '2024-10-27 23:59', interval '1 minute') AS minute,
       LATERAL (SELECT extract(hour FROM minute)::float8 + extract(minute FROM minute)::float8 / 60 AS h,
                       extract(isodow FROM minute) >= 6 AS weekend) AS clock
 WHERE (hashtextextended(gare || minute::text, 6432) & 1048575) / 1048576.0
       < attrait * CASE WHEN weekend
                        THEN 0.012 + 0.10 * exp(-(((h - 15) / 4) ^ 2))
                        ELSE 0.008 + 0.22 * exp(-(((h - 8.3) / 1.1) ^ 2)) + 0.18 * exp(-(((h - 17.8) / 1.6) ^ 2))
                                   + 0.05 * exp(-(((h - 13) / 3) ^ 2)) END
 ORDER BY minute, gare;
