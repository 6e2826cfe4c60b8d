-- The queries of the eight dashboards, on the generated years.

-- 1. Key figures: by year and energy, the total and the highest half hour.
SELECT extract(year FROM debut)::int AS annee, energie, round(sum(mwh) / 1e6, 2) AS twh, max(mwh) AS pointe_mwh
  FROM entrepot.consommation
 GROUP BY annee, energie
 ORDER BY annee, energie;

-- 2. Consumption against temperature: by degree, what an inhabitant uses in a day.
SELECT energie, round(temperature)::int AS degre, round(1000 * sum(mwh)::numeric / sum(population), 1) AS kwh_par_habitant
  FROM (SELECT debut::date AS jour, code, energie, sum(mwh) AS mwh FROM entrepot.consommation GROUP BY 1, 2, 3) AS c
  JOIN entrepot.temperature_region USING (jour, code)
  JOIN regions USING (code)
 GROUP BY energie, degre
 ORDER BY energie, degre;

-- 3. Weekdays, weekends, public holidays, school holidays.
SELECT energie,
       CASE WHEN ferie THEN 'férié' WHEN extract(isodow FROM jour) >= 6 THEN 'week-end'
            WHEN vacances THEN 'vacances scolaires' ELSE 'jour ouvré' END AS genre,
       round(avg(mwh)) AS mwh
  FROM (SELECT debut::date AS jour, code, energie, sum(mwh) AS mwh FROM entrepot.consommation GROUP BY 1, 2, 3) AS c
  JOIN regions USING (code)
  JOIN calendrier USING (zone, jour)
 GROUP BY energie, genre
 ORDER BY energie, mwh DESC;

-- 4. The profile of the day, in winter and in summer.
SELECT energie, extract(month FROM debut) BETWEEN 4 AND 9 AS ete, debut::time AS heure, round(avg(mwh)) AS mwh
  FROM entrepot.consommation
 GROUP BY energie, ete, heure
 ORDER BY energie, ete, heure;

-- 5. Types of customers, by year.
SELECT annee, client, energie, sum(gwh) AS gwh
  FROM entrepot.consommation_annuelle
 GROUP BY annee, client, energie
 ORDER BY annee, energie, gwh DESC;

-- 6. Housing: electricity of a cold day by dwelling, and how many heat with it.
SELECT region, round(mwh * 1000 / logements, 1) AS kwh_par_logement, round(electriques::numeric / logements, 2) AS chauffage_electrique
  FROM (SELECT code, avg(mwh) AS mwh
          FROM (SELECT debut::date AS jour, code, sum(mwh) AS mwh
                  FROM entrepot.consommation WHERE energie = 'électricité' GROUP BY 1, 2) AS d
          JOIN entrepot.temperature_region USING (jour, code)
         WHERE temperature < 5
         GROUP BY code) AS froid
  JOIN (SELECT code, sum(logements) AS logements, sum(logements) FILTER (WHERE chauffage = 'électricité') AS electriques
          FROM logements GROUP BY code) AS l USING (code)
  JOIN regions USING (code)
 ORDER BY region;

-- 7. Injection by source and month.
SELECT date_trunc('month', jour)::date AS mois, filiere, sum(mwh) AS mwh
  FROM entrepot.injection
 GROUP BY mois, filiere
 ORDER BY mois, filiere;

-- 8. Imports and exports by border and hour of the day.
SELECT frontiere, extract(hour FROM heure)::int AS heure,
       round(avg(greatest(mw, 0))) AS export_mw, round(avg(greatest(-mw, 0))) AS import_mw
  FROM entrepot.echanges
 GROUP BY frontiere, 2
 ORDER BY frontiere, 2;
