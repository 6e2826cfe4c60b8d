-- Three months to come, of both sources at once.

-- What the sources have in common is the hour: one row has the mean of the free plugs and
-- the temperature. The call makes both, bounded as they were: at least no plug, at most all.
CREATE TABLE jointe AS
SELECT *
  FROM datamime_generate(
    '(SELECT heure, borne, prises, avg(libres) AS libres, temperature
        FROM releves JOIN bornes USING (borne) JOIN meteo ON heure = date_trunc(''hour'', releve)
       GROUP BY heure, borne, prises, temperature)',
    'heure', ARRAY['borne'], ARRAY['libres', 'temperature'],
    start_at => '2024-06-01', end_at => '2024-09-01', gaps => 'none');

-- Two tables again, each as its application expects it. The weather is everybody's: it is
-- the mean of what the points have seen.
CREATE TABLE disponibilites AS
SELECT heure, borne, round(libres)::int AS libres, prises FROM jointe;

CREATE TABLE meteo_ete AS
SELECT heure, round(avg(temperature), 1)::numeric(4,1) AS temperature FROM jointe GROUP BY heure;

DROP TABLE jointe;
