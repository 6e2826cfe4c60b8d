# sent: simple
# Superset, by SQLAlchemy and psycopg2.
BEGIN

select pg_catalog.version()

select current_schema()

show standard_conforming_strings

ROLLBACK

BEGIN

SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg_%' ORDER BY nspname

SELECT pg_catalog.pg_class.relname FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace ON pg_catalog.pg_namespace.oid = pg_catalog.pg_class.relnamespace WHERE pg_catalog.pg_class.relkind = ANY (ARRAY['r', 'p']) AND pg_catalog.pg_class.relpersistence != 't' AND pg_catalog.pg_table_is_visible(pg_catalog.pg_class.oid) AND pg_catalog.pg_namespace.nspname != 'pg_catalog' ORDER BY 1

SELECT pg_catalog.pg_attribute.attname AS name, pg_catalog.format_type(pg_catalog.pg_attribute.atttypid, pg_catalog.pg_attribute.atttypmod) AS format_type, pg_catalog.pg_attribute.attnotnull AS not_null, pg_catalog.pg_class.relname AS table_name FROM pg_catalog.pg_class LEFT OUTER JOIN pg_catalog.pg_attribute ON pg_catalog.pg_class.oid = pg_catalog.pg_attribute.attrelid AND pg_catalog.pg_attribute.attnum > 0 AND NOT pg_catalog.pg_attribute.attisdropped WHERE pg_catalog.pg_class.relname IN ('mini') ORDER BY pg_catalog.pg_class.relname, pg_catalog.pg_attribute.attnum

EXPLAIN (COSTS OFF) SELECT * FROM mini LIMIT 1001

-- 6dcd92a04feb50f14bbcf07c661680ba
SELECT DATE_TRUNC('day', t) AS __timestamp, k AS k, AVG(v) AS "AVG(v)" 
FROM (SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 700)
) AS virtual_table 
WHERE t >= TO_TIMESTAMP('2024-01-01 00:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US') AND t < TO_TIMESTAMP('2024-01-08 00:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US') GROUP BY DATE_TRUNC('day', t), k ORDER BY "AVG(v)" DESC, k, 1
LIMIT 10000

SELECT * FROM (SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 40)) AS inner_qry
LIMIT 1

SELECT k, v FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 1500)
LIMIT 1001

SELECT COUNT(*) AS rowcount FROM (SELECT k AS k, count(*) AS count FROM (SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 100)) AS virtual_table GROUP BY k) AS rowcount_qry

SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 40) WHERE nonsense

ROLLBACK

SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = '2147483600'
