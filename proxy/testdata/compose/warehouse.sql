# What tools that load and reshape write: snapshots, incremental models, extracts.
# sent: simple, extended, binary

CREATE TEMP TABLE target AS SELECT *, md5(k || t::text) AS key, now() IS NOT NULL AS loaded FROM @ g WHERE v % 2 = 0

SELECT count(*) FROM target

WITH source AS (SELECT *, md5(k || t::text) AS key FROM @), gone AS (DELETE FROM target WHERE key IN (SELECT key FROM source WHERE v > 24) RETURNING key), back AS (INSERT INTO target SELECT source.*, true FROM source WHERE key IN (SELECT key FROM gone) RETURNING *) SELECT (SELECT count(*) FROM gone), count(*), sum(v) FROM back

INSERT INTO target (t, k, v, key) (SELECT "t", "k", "v", "key" FROM (SELECT s.*, row_number() OVER (PARTITION BY s.key ORDER BY s.t DESC) AS "__row" FROM (SELECT md5(k || t::text) AS key, t, k, v FROM @) s) AS d WHERE "__row" = 1 AND NOT EXISTS (SELECT FROM target x WHERE x.key = d.key))

SELECT k, count(*), sum(v), count(loaded) FROM target GROUP BY k ORDER BY k

SELECT * FROM (SELECT "t", "k", "v" FROM @) SPARK_GEN_SUBQ_0 WHERE 1 = 0

SELECT "k", SUM("v"), COUNT(*), AVG("v")::float8 FROM (SELECT * FROM @) SPARK_GEN_SUBQ_3 WHERE ("v" IS NOT NULL) AND ("k" IN ('a', 'c')) GROUP BY "k" ORDER BY "k" ASC NULLS LAST

SELECT "t", "k" FROM (SELECT * FROM @) SPARK_GEN_SUBQ_1 WHERE "t" >= '2024-01-01 02:00:00' AND "t" < '2024-01-01 04:00:00' OR "t" IS NULL

SELECT 1 FROM (SELECT * FROM @) "spark" LIMIT 1

SELECT "Custom SQL Query"."k" AS "k", SUM("Custom SQL Query"."v") AS "sum:v:ok", CAST(DATE_TRUNC('HOUR', CAST("Custom SQL Query"."t" AS TIMESTAMP)) AS TIMESTAMP) AS "thr:t:ok" FROM (SELECT * FROM @) "Custom SQL Query" GROUP BY 1, 3 HAVING (COUNT(1) > 0) ORDER BY 3, 1 LIMIT 6

SELECT "t0"."k" AS "k", "t0"."X__alias__0" AS "r" FROM (SELECT "Custom SQL Query"."k" AS "k", SUM("Custom SQL Query"."v") AS "X__alias__0" FROM (SELECT * FROM @) "Custom SQL Query" GROUP BY 1) "t0" INNER JOIN (SELECT "C"."k", MAX("C"."v") AS "m" FROM (SELECT * FROM @) "C" GROUP BY 1 ORDER BY "m" DESC, "k" LIMIT 2) "t1" ON ("t0"."k" IS NOT DISTINCT FROM "t1"."k") ORDER BY 1

select "_"."k", "_"."a0" from (select "rows"."k" as "k", sum(cast("rows"."v" as decimal)) as "a0" from (select "$Table"."t", "$Table"."k", "$Table"."v" from (SELECT * FROM @) "$Table") "rows" group by "k") "_" where not "_"."a0" is null order by "_"."k" limit 1000001

select "$Ordered"."t", "$Ordered"."k", "$Ordered"."v" from (select "_"."t", "_"."k", "_"."v" from (SELECT * FROM @) "_" where "_"."v" between 20 and 24) "$Ordered" order by "$Ordered"."t", "$Ordered"."k" limit 5

SELECT DATE_TRUNC('hour', t) AS __timestamp, k AS k, SUM(v) AS "SUM(v)" FROM (SELECT * FROM @) AS virtual_table JOIN (SELECT k AS k__, SUM(v) AS mme_inner__ FROM (SELECT * FROM @) AS virtual_table GROUP BY k ORDER BY mme_inner__ DESC LIMIT 2) AS series_limit ON k = k__ GROUP BY DATE_TRUNC('hour', t), k ORDER BY "SUM(v)" DESC, 1, 2 LIMIT 5

SELECT "source"."k" AS "k", "source"."pivot-grouping" AS "pivot-grouping", SUM("source"."v") AS "sum" FROM (SELECT "source"."k" AS "k", "source"."v" AS "v", ABS(0) AS "pivot-grouping" FROM (SELECT * FROM @) AS "source") AS "source" GROUP BY "source"."k", "source"."pivot-grouping" ORDER BY "source"."pivot-grouping" ASC, "source"."k" ASC

SELECT width_bucket(v, (SELECT min(v) FROM @), (SELECT max(v) + 1 FROM @), 4) AS bucket, count(*), int4range(min(v), max(v), '[]') FROM @ GROUP BY 1 ORDER BY 1

SELECT k, v, lag(v, 1, -1) OVER w, first_value(v) OVER (w ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW), cume_dist() OVER w FROM @ WINDOW w AS (PARTITION BY k ORDER BY t) ORDER BY k, t LIMIT 7

SELECT k, string_agg(DISTINCT v::text, ',' ORDER BY v::text), array_agg(v ORDER BY t DESC) FILTER (WHERE v > 22), range_agg(int4range(v, v + 1)), any_value(note) FROM @ GROUP BY GROUPING SETS ((k), ()) ORDER BY k NULLS FIRST

SELECT DISTINCT ON (k) k, t AT LOCAL IS NOT NULL, 0x1_F + v, 1_000 FROM @ ORDER BY k, t DESC

SELECT grp, min(t), max(t), count(*) FROM (SELECT t, k, count(*) FILTER (WHERE brk) OVER (PARTITION BY k ORDER BY t) AS grp FROM (SELECT t, k, v < lag(v) OVER (PARTITION BY k ORDER BY t) AS brk FROM @) a) b WHERE k = 'a' GROUP BY grp ORDER BY grp

WITH RECURSIVE days(t, k, v, n) AS (SELECT t, k, v, 1 FROM (SELECT * FROM @ LIMIT 3) f UNION ALL SELECT t + interval '1 day', k, v + 1, n + 1 FROM days WHERE n < 3) SEARCH BREADTH FIRST BY k SET o CYCLE k, n SET looped USING way SELECT t, k, v, o, looped FROM days ORDER BY o, k

SELECT percentile_disc(ARRAY[.25, .5]) WITHIN GROUP (ORDER BY v), rank(23) WITHIN GROUP (ORDER BY v), mode() WITHIN GROUP (ORDER BY k DESC) FROM @

SELECT l.k, l.v, r.v FROM @ l FULL JOIN LATERAL (SELECT k, v FROM @) r ON r.k = l.k AND r.v = l.v + 1 ORDER BY 1, 2, 3 LIMIT 6

TABLE target ORDER BY t, k LIMIT 2
