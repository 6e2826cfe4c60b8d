# sent: ahead
# A batch, as Npgsql and others send it: one Sync behind all of it.
BEGIN
SELECT t, v FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 100)
SELECT count(*) FROM mini
SELECT k, sum(v) FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 100) GROUP BY k ORDER BY k
COMMIT

SELECT v FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 4)
SELECT 1/0
SELECT v FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 4)
