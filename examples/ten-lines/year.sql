-- A year from ten lines.
SELECT * FROM datamime_generate('ventes', 'date', ARRAY['boutique'], 'chiffre_d_affaires',
                                start_at => '2024-03-04', end_at => '2025-03-04', target => 'ventes_annee');

-- Three shops more, like the first, for a dashboard that compares shops.
CREATE TABLE ventes_boutiques AS
SELECT * FROM datamime_generate('ventes', 'date', ARRAY['boutique'], 'chiffre_d_affaires',
                                start_at => '2024-03-04', end_at => '2025-03-04', extend => 'series', series_count => 3);
