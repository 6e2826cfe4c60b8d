# sent: simple
# Grafana with several statements in one query, and its health check.
SELECT 1

SET LOCAL timezone = 'UTC'; SELECT t AS time, v FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 30) WHERE t BETWEEN '2024-01-01T00:00:00Z' AND '2024-01-02T00:00:00Z'; SELECT k, count(*) FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 30) GROUP BY k ORDER BY k;

SELECT v FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 3); SELECT 1/0; SELECT v FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 3)
