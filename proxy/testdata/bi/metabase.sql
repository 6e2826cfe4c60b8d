# sent: extended rows=500
# Metabase, by pgjdbc: privileges and columns for its sync, fingerprints, cards.
SET SESSION TIMEZONE TO 'UTC'

SELECT nspname AS "name" FROM pg_namespace WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema' ORDER BY nspname

with table_privileges as (
 select NULL as role, t.schemaname as schema, t.objectname as table,
  pg_catalog.has_any_column_privilege(current_user, '"' || replace(t.schemaname, '"', '""') || '"' || '.' || '"' || replace(t.objectname, '"', '""') || '"', 'update') as update,
  pg_catalog.has_any_column_privilege(current_user, '"' || replace(t.schemaname, '"', '""') || '"' || '.' || '"' || replace(t.objectname, '"', '""') || '"', 'select') as select
 from (
  select schemaname, tablename as objectname from pg_catalog.pg_tables
  union select schemaname, viewname as objectname from pg_catalog.pg_views
  union select schemaname, matviewname as objectname from pg_catalog.pg_matviews
 ) t
 where t.schemaname !~ '^pg_' and t.schemaname <> 'information_schema' and pg_catalog.has_schema_privilege(current_user, t.schemaname, 'usage')
)
select t.* from table_privileges t order by t.schema, t.table

SELECT c.column_name AS name, CASE WHEN c.udt_schema IN ('public', 'pg_catalog') THEN FORMAT('%s', c.udt_name) ELSE FORMAT('"%s"."%s"', c.udt_schema, c.udt_name) END AS "database-type", c.ordinal_position - 1 AS "database-position", c.table_schema AS "table-schema", c.table_name AS "table-name", pk.column_name IS NOT NULL AS "pk?", COL_DESCRIPTION(CAST(CAST(FORMAT('%I.%I', CAST(c.table_schema AS TEXT), CAST(c.table_name AS TEXT)) AS REGCLASS) AS OID), c.ordinal_position) AS "field-comment", ((column_default IS NULL) OR (LOWER(column_default) = 'null')) AND (is_nullable = 'NO') AND NOT (((column_default IS NOT NULL) AND (column_default LIKE '%nextval(%')) OR (is_identity <> 'NO')) AS "database-required" FROM information_schema.columns AS c LEFT JOIN (SELECT tc.table_schema, tc.table_name, kc.column_name FROM information_schema.table_constraints AS tc INNER JOIN information_schema.key_column_usage AS kc ON tc.constraint_name = kc.constraint_name AND tc.table_schema = kc.table_schema AND tc.table_name = kc.table_name WHERE tc.constraint_type = 'PRIMARY KEY') AS pk ON c.table_schema = pk.table_schema AND c.table_name = pk.table_name AND c.column_name = pk.column_name WHERE c.table_schema = 'public' AND c.table_name = 'mini' ORDER BY "table-schema", "table-name", "database-position"

BEGIN READ ONLY

SELECT TRUE AS "_" FROM "public"."mini" WHERE 1 <> 1 LIMIT 0

-- Metabase
SELECT "source"."t" AS "t", SUBSTRING("source"."k", 1, 1234) AS "substring1", "source"."v" AS "v" FROM (SELECT "public"."mini"."t" AS "t", "public"."mini"."k" AS "k", "public"."mini"."v" AS "v" FROM "public"."mini") AS "source" ORDER BY 1, 2 LIMIT 10000

-- Metabase:: userID: 1 queryType: native queryHash: 7d1b
SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 2000)

-- Metabase:: userID: 1 queryType: MBQL queryHash: 9c02
SELECT DATE_TRUNC('day', "source"."t") AS "t", AVG("source"."v") AS "avg" FROM (SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 600)) AS "source" GROUP BY DATE_TRUNC('day', "source"."t") ORDER BY DATE_TRUNC('day', "source"."t") ASC

-- Metabase:: userID: 1 queryType: MBQL queryHash: 11aa
SELECT "source"."k" AS "k", COUNT(*) AS "count" FROM (SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 900)) AS "source" WHERE "source"."t" >= timestamp '2024-01-02 00:00:00.000' AND "source"."t" < timestamp '2024-01-09 00:00:00.000' GROUP BY "source"."k" ORDER BY "source"."k" ASC LIMIT 2000

ROLLBACK
