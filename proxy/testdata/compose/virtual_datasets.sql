# What Superset, Grafana, Tableau, Power BI, Metabase, DBeaver, Looker, dbt and
# object mappers put around a query that somebody wrote.
# sent: simple, extended, binary

SELECT * FROM (SELECT * FROM @) AS virtual_table LIMIT 0

SELECT * FROM (SELECT * FROM @) AS virtual_table WHERE 1 = 0

SELECT k AS k, COUNT(*) AS count FROM (SELECT * FROM @) AS virtual_table WHERE k IN ('a', 'b') GROUP BY k ORDER BY count DESC, k LIMIT 1000 OFFSET 0

SELECT DATE_TRUNC('hour', t) AS __timestamp, virtual_table.k AS k, SUM(v) AS "SUM(v)" FROM (SELECT * FROM @) AS virtual_table JOIN (SELECT k AS k__, AVG(v) AS mme_inner__ FROM (SELECT * FROM @) AS virtual_table GROUP BY k ORDER BY mme_inner__ DESC LIMIT 2) AS series_limit ON k = k__ GROUP BY DATE_TRUNC('hour', t), k ORDER BY "SUM(v)" DESC, 1, 2 LIMIT 50

WITH __cte AS (SELECT * FROM @) SELECT DISTINCT k AS k FROM (SELECT * FROM __cte) AS virtual_table ORDER BY k LIMIT 10000

SELECT MIN(v) AS "min", MAX(v) AS "max" FROM (SELECT v FROM @ WHERE k <> 'c') AS virtual_table

SELECT v AS v FROM (SELECT * FROM @ ) AS virtual_table WHERE v IS NOT NULL ORDER BY v LIMIT 5

SELECT DATE_TRUNC('day', t AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Paris') AS d, percentile_cont(0.95) WITHIN GROUP (ORDER BY v) FROM (SELECT * FROM @) AS virtual_table GROUP BY 1 ORDER BY 1

SELECT floor(extract(epoch from t)/300)*300 AS "time", avg(v) AS "value" FROM (SELECT * FROM @) q WHERE t BETWEEN '2024-01-01T00:00:00Z' AND '2024-01-01T06:00:00Z' GROUP BY 1 ORDER BY 1

SELECT date_bin('90 min', t, '2024-01-01') AS "time", k AS metric, last_value(v) OVER (PARTITION BY k, date_bin('90 min', t, '2024-01-01') ORDER BY t) AS v FROM @ ORDER BY 1, 2, t LIMIT 6

SELECT t AS time, json_object_agg(k, v ORDER BY k) FROM (SELECT * FROM @) AS q GROUP BY t ORDER BY t ASC LIMIT 3

SELECT CAST("Custom SQL Query"."k" AS TEXT) AS "k", SUM(CAST("Custom SQL Query"."v" AS BIGINT)) AS "sum:v:ok", COUNT(DISTINCT "Custom SQL Query"."t") AS "ctd:t:ok" FROM ( SELECT * FROM @ ) "Custom SQL Query" GROUP BY 1 HAVING (COUNT(1) > 0) ORDER BY 1

SELECT CAST(DATE_TRUNC('QUARTER', CAST("t0"."t" AS TIMESTAMP)) AS DATE) AS "tqr", EXTRACT(YEAR FROM "t0"."t") AS "yr", AVG(CAST("t0"."v" AS DOUBLE PRECISION)) AS "avg" FROM ( SELECT * FROM @ ) "t0" GROUP BY 1, 2

SELECT "a"."k", "a"."v", "t1"."__measure__0" FROM ( SELECT * FROM @ ) "a" INNER JOIN ( SELECT "b"."k" AS "k", MAX("b"."v") AS "__measure__0" FROM ( SELECT * FROM @ ) "b" GROUP BY 1 ) "t1" ON (("a"."k" = "t1"."k") OR (("a"."k" IS NULL) AND ("t1"."k" IS NULL))) WHERE "a"."v" = "t1"."__measure__0" ORDER BY 1, 2, "a"."t"

SELECT (CASE WHEN ("q"."v" > 25) THEN 'high' WHEN NOT ("q"."v" > 25) THEN 'low' ELSE NULL END) AS "Calculation_1", COUNT(*) FROM ( SELECT * FROM @ ) "q" CROSS JOIN ( SELECT MIN("v") AS "lo" FROM @ ) "z" WHERE "q"."v" >= "z"."lo" GROUP BY 1 ORDER BY 1

SELECT COUNT(1) AS "cnt" FROM (SELECT DISTINCT "k", "note" FROM ( SELECT * FROM @ ) "x") "y"

select "rows"."k" as "k", sum(cast("rows"."v" as decimal)) as "Sum", min("rows"."t") as "Min" from ( select "_"."k", "_"."v", "_"."t" from ( SELECT * FROM @ ) "_" where "_"."v" >= 20 and "_"."k" is not null ) "rows" group by "k" order by "k" limit 1000001

select "$Outer"."k", "$Outer"."t2" from ( select "_"."k" as "k", case when "_"."v" is null then null else "_"."t" end as "t2" from (SELECT * FROM @) "_" ) "$Outer" order by "$Outer"."t2" desc, "$Outer"."k" limit 5

select count(*) as "C" from ( select distinct "k" from (SELECT * FROM @) as "x" ) as "y"

-- Metabase:: userID: 1 queryType: MBQL queryHash: 0a1b
SELECT CAST(DATE_TRUNC('month', "source"."t") AS date) AS "t", "source"."k" AS "k", COUNT(DISTINCT "source"."v") AS "count" FROM (SELECT * FROM @) AS "source" GROUP BY CAST(DATE_TRUNC('month', "source"."t") AS date), "source"."k" ORDER BY CAST(DATE_TRUNC('month', "source"."t") AS date) ASC, "source"."k" ASC

SELECT FLOOR((("source"."v" - 0.0) / 10.0)) * 10.0 AS "v", COUNT(*) AS "count" FROM (SELECT * FROM @) AS "source" GROUP BY FLOOR((("source"."v" - 0.0) / 10.0)) * 10.0 ORDER BY 1

SELECT "source"."t", "source"."k", "Mini"."v" AS "Mini__v" FROM (WITH x AS (SELECT * FROM @) SELECT * FROM x WHERE v > 20) AS "source" LEFT JOIN "public"."mini" AS "Mini" ON "source"."t" = "Mini"."t" AND "source"."k" = "Mini"."k" ORDER BY 1, 2 LIMIT 2000

SELECT (CAST(extract(dow from "source"."t") AS integer) + 1) % 7 AS "dow", CAST(SUM(CASE WHEN "source"."v" > 25 THEN 1 ELSE 0.0 END) / NULLIF(COUNT(*), 0) AS float8) AS "share" FROM (SELECT * FROM @) AS "source" GROUP BY 1

SELECT * FROM (SELECT * FROM @) AS "source" LIMIT 1048575

SELECT count(*) FROM ( SELECT * FROM @ ORDER BY v ) dbvrcnt

SELECT x.* FROM ( SELECT * FROM @ ) x WHERE x.k ILIKE '%A%' AND (x.note LIKE 'of%' OR x.v IN (1, 2)) ORDER BY x.t DESC LIMIT 3

SELECT k, COUNT(*) as "Column_1" FROM ( SELECT * FROM @ ) dbvrgrp GROUP BY k ORDER BY "Column_1" DESC, k LIMIT 200

WITH g AS (SELECT * FROM @) SELECT (DATE(g.t)) AS "g.t_date", COALESCE(SUM(g.v), 0) AS "g.total" FROM g WHERE ((g.t) >= (TIMESTAMP '2024-01-01')) GROUP BY 1 ORDER BY 1 DESC FETCH NEXT 500 ROWS ONLY

select * from ( with base as (select * from @) select * from base ) as __dbt_sbq where false limit 0

select count(*) as failures, count(*) != 0 as should_warn, count(*) != 0 as should_error from ( select k from ( select * from @ ) t where k is null ) dbt_internal_test

create temporary table "x__dbt_tmp" as ( with source as ( select * from @ ) select k, v from source )

select k, count(*) from "x__dbt_tmp" group by 1 order by 1

create temporary table "y__dbt_tmp" as ( select * from @ )

select count(*) from "y__dbt_tmp"

insert into "x__dbt_tmp" ("k", "v") ( select "k", "v" from ( select * from @ ) as s )

SELECT anon_1.t AS anon_1_t, anon_1.k AS anon_1_k, anon_1.v AS anon_1_v FROM (SELECT * FROM @) AS anon_1 WHERE anon_1.v BETWEEN 20 AND 25 LIMIT 5 OFFSET 2

SELECT EXISTS(SELECT 1 AS "a" FROM (SELECT * FROM @) "U0" WHERE "U0"."v" > 29 LIMIT 1) AS "exists"

SELECT "U0"."k" AS "col1", AVG("U0"."v") AS "v__avg" FROM (SELECT * FROM @) "U0" GROUP BY 1 ORDER BY 1 LIMIT 21

select row_.* from ( select g.*, row_number() over (order by t, k) as rn from @ g ) row_ where row_.rn > 3 and row_.rn <= 6

SELECT * FROM (SELECT * FROM @ LIMIT 1000) AS x OFFSET 38 ROWS FETCH FIRST 5 ROWS ONLY

SELECT * FROM (SELECT * FROM @) t1 UNION ALL SELECT * FROM (SELECT * FROM @) t2 ORDER BY 1, 2, 3 LIMIT 4

SELECT k, sum(v) FILTER (WHERE t < '2024-01-01 06:00') AS "before", sum(v) FILTER (WHERE t >= '2024-01-01 06:00') AS "after" FROM (SELECT * FROM @) AS s GROUP BY ROLLUP (k) ORDER BY k NULLS LAST

SELECT * FROM crosstab('x') AS ct(a int)

(SELECT * FROM @) LIMIT 2

((SELECT k FROM @) ORDER BY 1 DESC) LIMIT 1

SELECT t, v FROM (SELECT * FROM @;) AS q
