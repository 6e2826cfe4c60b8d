# sent: extended
# Grafana, by pgx: its macros expanded.
SELECT current_setting('server_version_num')::int/100 as version

SELECT quote_ident(table_name) as "table" FROM information_schema.tables WHERE quote_ident(table_schema) NOT IN ('information_schema', 'pg_catalog', '_timescaledb_cache', '_timescaledb_catalog', '_timescaledb_internal', '_timescaledb_config', 'timescaledb_information', 'timescaledb_experimental') and table_type = 'BASE TABLE' ORDER BY 1

SELECT quote_ident(column_name) AS "column", data_type AS "type" FROM information_schema.columns WHERE quote_ident(table_name) = 'mini' ORDER BY ordinal_position

SELECT t AS "time", k AS metric, v AS value FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 500) WHERE t BETWEEN '2024-01-01T06:00:00Z' AND '2024-01-04T18:00:00Z' ORDER BY 1, 2

SELECT floor(extract(epoch from t)/21600)*21600 AS "time", k AS metric, avg(v) AS v FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 500) WHERE extract(epoch from t) BETWEEN 1704067200 AND 1704326400 GROUP BY 1, 2 ORDER BY 1, 2

SELECT DISTINCT k FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 60) ORDER BY 1

SELECT max(v) FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 60) WHERE k IN ('a','b')
