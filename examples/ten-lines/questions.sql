-- What ten lines say, in a sentence.
SELECT sentence FROM datamime_describe('ventes', 'date', ARRAY['boutique'], 'chiffre_d_affaires', lang => 'fr');

-- The turnover of each month.
SELECT date_trunc('month', date)::date AS mois, round(sum(chiffre_d_affaires)) AS total
  FROM ventes_annee
 GROUP BY mois
 ORDER BY mois;

-- The best day of the week.
SELECT to_char(date, 'ID') AS jour, count(*) AS jours, round(avg(chiffre_d_affaires)) AS moyenne
  FROM ventes_annee
 GROUP BY jour
 ORDER BY moyenne DESC;

-- Shop beside shop.
SELECT boutique, round(avg(chiffre_d_affaires)) AS moyenne
  FROM ventes_boutiques
 GROUP BY boutique
 ORDER BY boutique;
