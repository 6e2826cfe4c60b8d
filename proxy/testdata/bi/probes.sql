# sent: extended
# What tools ask of a saved query before its rows: its columns, whether it has any, how many.
SELECT * FROM (SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 700)) SPARK_GEN_SUBQ_0 WHERE 1=0

SELECT * FROM (SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 700)) AS virtual_table LIMIT 0

SELECT * FROM (SELECT * FROM (SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 700)) "Custom SQL Query" LIMIT 0) T LIMIT 0

SELECT 1 AS "one" FROM ( SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 700) ) "Custom SQL Query" HAVING (COUNT(1) > 0)

SELECT "Custom SQL Query"."k" AS "k" FROM ( SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 700) ) "Custom SQL Query" GROUP BY 1 ORDER BY 1 ASC NULLS FIRST LIMIT 100

SELECT MIN("Custom SQL Query"."t") AS "TEMP(low)", MAX("Custom SQL Query"."t") AS "TEMP(high)", COUNT(1) AS "n" FROM ( SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 700) ) "Custom SQL Query"

select * from ( select * from datamime_generate('mini', 't', ARRAY['k'], 'v', 700) ) as dbt_sbq where false limit 0

select * from ( with source as (select * from datamime_generate('mini', 't', ARRAY['k'], 'v', 700)), renamed as (select t as at, k as station, v as value from source) select * from renamed ) as _dbt_limit_subq limit 500

-- Metabase
SELECT * FROM (SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 700)) "source" LIMIT 2000

-- Metabase
SELECT "source"."t" AS "t", SUBSTRING("source"."note", 1, 1234) AS "substring1", "source"."v" AS "v" FROM (SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 700)) AS "source" LIMIT 10000

-- Metabase
SELECT COUNT(*) AS "count", COUNT(DISTINCT "source"."k") AS "distinct", STDDEV_POP("source"."v") AS "sd", CAST(SUM(CASE WHEN "source"."v" IS NULL THEN 1 ELSE 0.0 END) / NULLIF(COUNT(*), 0) AS float8) AS "nil%" FROM (SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 700)) AS "source"

select "_"."k" as "c1", "_"."v" as "c2" from ( select * from ( SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 700) ) "_" where not ("_"."k" = 'a' and "_"."k" is not null) ) "_" group by "_"."k", "_"."v" order by "_"."k", "_"."v" limit 1000 offset 2

select count(*) from ( select 1 as "C1" from (SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 700)) "_" where "_"."t" >= timestamp '2024-01-03 00:00:00' ) "$Table"

SELECT floor(extract(epoch from "t")/3600)*3600 AS "time", avg("v") AS "AVG(v)" FROM (SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 700)) q WHERE "t" >= '2024-01-01T00:00:00Z' AND "t" <= '2024-01-09T00:00:00Z' GROUP BY 1 ORDER BY 1

SELECT time_bucket('1h', t) FROM (SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 700)) q

SELECT DISTINCT "k" FROM (SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 700)) q WHERE "k" ILIKE '%' ORDER BY 1 LIMIT 1000

SELECT "k","v" FROM (SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 700)) SPARK_GEN_SUBQ_3 WHERE ("v" IS NOT NULL) AND ("v" > 30) ORDER BY "v" DESC NULLS LAST, "t" ASC NULLS FIRST, "k" LIMIT 10 OFFSET 5

SELECT "k",COUNT(DISTINCT "v"),SUM(CAST("v" AS DECIMAL(20,0))) FROM (SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 700)) SPARK_GEN_SUBQ_4 GROUP BY "k" ORDER BY "k"

SELECT "t","k" FROM (SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 700)) SPARK_GEN_SUBQ_5 TABLESAMPLE BERNOULLI (10.0) REPEATABLE (7)

SELECT x.* FROM ( SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 700) ) x ORDER BY x.k DESC, x.t LIMIT 200 OFFSET 200

with Q1 as (SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 700)), Q2 as (select date_trunc('week', t) as W_1, k as C_2, v as V_3 from Q1) select W_1, C_2, avg(V_3) as A_4 from Q2 group by W_1, C_2 order by W_1, C_2 fetch first 10001 rows only

SELECT * FROM (SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 700);) AS virtual_table LIMIT 0
