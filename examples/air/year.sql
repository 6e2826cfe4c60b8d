-- A year of hourly air quality from a fortnight, as a table for a dashboard.
SELECT * FROM datamime_generate('mesures', 'date_debut', ARRAY['station','polluant'], 'valeur',
                                start_at => '2024-01-01', end_at => '2025-01-01',
                                target => 'mesures_annee');

CREATE INDEX ON mesures_annee (date_debut);
CREATE INDEX ON mesures_annee (station, polluant, date_debut);
ANALYZE mesures_annee;
