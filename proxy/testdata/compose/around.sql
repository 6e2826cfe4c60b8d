# What analysts, dbt, Spark and notebooks write around a query that somebody has.
# sent: simple, extended, binary

SELECT "t","k","v","note" FROM (SELECT * FROM @) SPARK_GEN_SUBQ_0 WHERE 1=0

SELECT * FROM (SELECT * FROM @) spark_gen_alias WHERE ("t" >= '2024-01-01 00:00:00' AND "t" < '2024-01-01 06:00:00') AND ("v" IS NOT NULL)

SELECT "k",COUNT(*),SUM("v"),MIN("v"),MAX("v") FROM (SELECT * FROM @) q WHERE ("k" IS NOT NULL) AND ("k" = 'a' OR "k" LIKE 'b%') GROUP BY "k" ORDER BY "k" ASC NULLS FIRST

SELECT "k","v" FROM (SELECT * FROM @) q WHERE (NOT ("k" IN ('a'))) ORDER BY "v" DESC NULLS LAST, "k" ASC NULLS FIRST, "t" LIMIT 4

SELECT MIN(t), MAX(t) FROM (SELECT * FROM @) bounds

SELECT * FROM (SELECT * FROM @) p WHERE t >= '2024-01-01'::timestamp + 1 * interval '2 hours' AND t < '2024-01-01'::timestamp + 2 * interval '2 hours' OR t IS NULL

SELECT 1 FROM @ LIMIT 1

SELECT 1 FROM (SELECT * FROM @) x WHERE false

SELECT EXISTS (SELECT 1 FROM @ WHERE v > 1000), EXISTS (SELECT FROM @)

SELECT CASE WHEN EXISTS (SELECT 1 FROM @ g WHERE g.k = m.k AND g.t = m.t) THEN 'both' ELSE 'mini' END AS side, count(*) FROM mini m GROUP BY 1 ORDER BY 1

SELECT COALESCE((SELECT v FROM @ WHERE k = 'nope'), (SELECT min(v) FROM @), -1) AS c, NULLIF((SELECT max(v) FROM @), 0), GREATEST((SELECT min(v) FROM @), 3), (SELECT count(*) FROM @) / 2.0

SELECT CASE (SELECT count(*) FROM @) WHEN 40 THEN (SELECT max(k) FROM @) END

SELECT ARRAY(SELECT v FROM @ ORDER BY t, k LIMIT 3), (SELECT array_agg(DISTINCT k ORDER BY k) FROM @), (ARRAY(SELECT k FROM @ LIMIT 2))[1]

SELECT ROW((SELECT count(*) FROM @), 'x')

SELECT (SELECT string_agg(k, ',' ORDER BY t, k) FROM (SELECT * FROM @ LIMIT 5) s) || '!' AS "conc""at"

SELECT date_bin('3 hours'::interval, t, TIMESTAMP '2001-01-01') AS bin, count(*), round(avg(v), 2) AS m, stddev_samp(v)::numeric(10,3), mode() WITHIN GROUP (ORDER BY k) FROM @ GROUP BY bin ORDER BY bin

SELECT date_trunc('hour', t, 'Europe/Paris') AS h, count(*) FROM (SELECT t AT TIME ZONE 'UTC' AS t FROM @) g GROUP BY 1 ORDER BY 1 LIMIT 3

SELECT width_bucket(v, 0, 50, 5) AS b, count(*), min(v), max(v) FROM @ GROUP BY b ORDER BY b

SELECT to_char(t, 'YYYY-MM-DD HH24:MI TMDay'), extract(isodow FROM t)::int, date_part('week', t), t::date, t::time, age(t, '2023-12-31'), make_date(2024, 1, extract(day FROM t)::int) FROM @ ORDER BY t, k LIMIT 2

SELECT gs AS "time", coalesce(sum(v), 0) AS v FROM generate_series(timestamp '2024-01-01', '2024-01-01 05:00', '1 hour') gs LEFT JOIN @ g ON g.t >= gs AND g.t < gs + interval '1 hour' GROUP BY gs ORDER BY gs

SELECT * FROM @ WHERE t BETWEEN SYMMETRIC '2024-01-01 03:00' AND '2024-01-01 01:00' ORDER BY 1, 2

SELECT x.k, count(*) FROM (SELECT * FROM (SELECT * FROM (SELECT * FROM @) a WHERE t BETWEEN '2024-01-01' AND '2024-01-02') b WHERE v BETWEEN 0 AND 1000) x WHERE x.t BETWEEN '2024-01-01 01:00' AND '2024-01-01 04:00' GROUP BY 1 ORDER BY 1

SELECT k, v FROM @ WHERE (t, k) IN (SELECT t, k FROM mini) AND (k, v) NOT IN (VALUES ('a', 1), ('b', 2)) ORDER BY t, k LIMIT 3

SELECT count(*) FROM @ WHERE v = ANY ('{1,2,3,20,21,22,23,24,25}') AND k = ANY (ARRAY['a', 'b']::text[]) AND v <> ALL (ARRAY[21])

SELECT count(*) FROM @ WHERE k ~ '^[ab]$' AND k !~* 'B' AND k SIMILAR TO '(a|b)' AND note IS NOT DISTINCT FROM note

SELECT k, sum(v) FILTER (WHERE v > 24) AS high, count(*) FILTER (WHERE v IS NULL), bool_or(v > 30), every(v > 0), bit_or(v), regr_slope(v, extract(epoch FROM t)) IS NULL FROM @ GROUP BY k ORDER BY k

SELECT k, v, sum(v) OVER w, avg(v) OVER (PARTITION BY k ORDER BY t RANGE BETWEEN interval '2 hours' PRECEDING AND CURRENT ROW), ntile(3) OVER w, first_value(v) OVER (w ROWS UNBOUNDED PRECEDING), percent_rank() OVER (ORDER BY v) FROM @ WINDOW w AS (PARTITION BY k ORDER BY t) ORDER BY k, t LIMIT 5

SELECT * FROM (SELECT k, v, row_number() OVER (PARTITION BY k ORDER BY v DESC, t) AS rn FROM @) r WHERE rn <= 2 ORDER BY k, rn

SELECT DISTINCT ON (k) k, t, v FROM @ ORDER BY k, v DESC, t

WITH base AS (SELECT * FROM @), hourly AS (SELECT date_trunc('hour', t) h, k, avg(v) a FROM base GROUP BY 1, 2), pivot AS (SELECT h, max(a) FILTER (WHERE k = 'a') AS a, max(a) FILTER (WHERE k = 'b') AS b FROM hourly GROUP BY h) SELECT h, a, b, a - b AS d FROM pivot ORDER BY h LIMIT 3

WITH RECURSIVE days(d) AS (SELECT min(t)::date FROM @ UNION ALL SELECT d + 1 FROM days WHERE d < '2024-01-04') SELECT d, count(g.*) FROM days LEFT JOIN @ g ON g.t::date = d GROUP BY d ORDER BY d

WITH final AS (with renamed as (select t as "Measured At", k as "Série", v as "Valeur (µg/m³)" from @) select * from renamed) select "Série", max("Valeur (µg/m³)") as "max µ" from final group by 1 order by 1

select * from (select * from @) as __dbt_sbq where false limit 0

select * from (select "t" as "date-début", "k" as "select", v as "1st" from @) as "dbt ""show"" subq" order by 1, 2 limit 5

/* {"app": "dbt", "dbt_version": "1.8.0"} */ select 
      count(*) as failures,
      count(*) != 0 as should_warn
    from (
      
    
    
select
    t || '-' || k as unique_field,
    count(*) as n_records

from @
where t || '-' || k is not null
group by t || '-' || k
having count(*) > 1



    ) dbt_internal_test

-- a comment ; with a semicolon and a 'quote
-- another
SELECT /* inline /* nested */ ; */ count(*) -- trailing
  FROM @ -- end

/* leading */ SELECT count(*) FROM @ /* behind */ ;

SELECT	count ( * )	FROM
	@
	WHERE	k	=	'a'

select(count(*))from @ where(k)='a'or(k='b')

SELECT"k",count(*)FROM @ GROUP BY"k"ORDER BY"k"

SELECT k FROM @ AS "Été 2024 ☀" WHERE "Été 2024 ☀".v > 20 ORDER BY "Été 2024 ☀".t, k LIMIT 2

SELECT U&"\006B" AS U&"d\00e9but", 'it''s' || E'\n\t\'x' || $q$ $$ q'q $q$ || U&'\00e9' AS s FROM @ LIMIT 1

SELECT k AS "🦆", v AS "日本語", note AS "עברית" FROM @ ORDER BY t, "🦆" LIMIT 2

SELECT count(*) FROM @ WHERE k IN ('a', N'b', B'1'::text, 'é', '☀', '')

TABLE mini UNION ALL TABLE mini EXCEPT SELECT * FROM @ ORDER BY 1, 2, 3 LIMIT 2

(SELECT k, v FROM @ ORDER BY v, t LIMIT 1) UNION ALL (SELECT k, v FROM @ ORDER BY v DESC, t LIMIT 1)

SELECT k, 'mini' AS src, count(*) FROM mini GROUP BY k UNION SELECT k, 'synth', count(*) FROM @ GROUP BY k ORDER BY 1, 2

SELECT m.k, m.v - g.v AS d FROM mini m FULL OUTER JOIN @ g USING (t, k) WHERE m.v IS DISTINCT FROM g.v ORDER BY 1, 2 LIMIT 3

SELECT g.k, l.v FROM @ g, LATERAL (SELECT m.v FROM mini m WHERE m.k = g.k ORDER BY m.t DESC LIMIT 1) l ORDER BY g.t, g.k LIMIT 3

SELECT g.k, l.hi FROM @ g CROSS JOIN LATERAL (VALUES (g.v * 2)) AS l(hi) WHERE l.hi > 40 ORDER BY g.t, g.k LIMIT 3

SELECT a.k, b.k FROM @ a JOIN @ b ON a.t = b.t AND a.k < b.k JOIN @ c ON c.t = b.t AND c.k = a.k ORDER BY a.t, 1, 2 LIMIT 3

SELECT to_jsonb(g) ->> 'k' AS k, json_build_object('t', g.t, 'v', g.v)::text, row_to_json(x)::text FROM (SELECT t, k, v FROM @) g, LATERAL (SELECT g.k) x ORDER BY g.t, 1 LIMIT 2

SELECT jsonb_agg(to_jsonb(q) ORDER BY q.t, q.k) FROM (SELECT t, k, v FROM @ LIMIT 2) q

SELECT coalesce(json_agg(row_to_json(result)), '[]')::text FROM (SELECT k, count(*)::int AS n FROM @ GROUP BY k ORDER BY k) result

SELECT pg_typeof(t), pg_typeof(k), pg_typeof(v), pg_typeof(v + 1.5), pg_column_size(v) FROM @ LIMIT 1

SELECT t::timestamptz(0), v::numeric(8,2), v::float8 / 3, v::text::varchar(1), v::money, (v || ' hours')::interval, k::bytea, md5(k) FROM @ ORDER BY t, k LIMIT 2

SELECT $$@$$ AS text_only, count(*) FROM mini

SELECT count(*), 'datamime_generate(''mini'')' AS "datamime_generate" FROM mini

SELECT * FROM @ ORDER BY random() * 0, t, k FETCH FIRST 2 ROWS ONLY

SELECT * FROM @ ORDER BY v DESC, t, k FETCH FIRST 3 ROWS WITH TIES

SELECT * FROM @ ORDER BY t USING >, k OFFSET 2 ROWS FETCH NEXT ROW ONLY

SELECT k, v FROM @ TABLESAMPLE SYSTEM (10)

SELECT * FROM ONLY @

SELECT v INTO STRICT x FROM @

SELECT k FROM @ WHERE v > (SELECT avg(v) FROM @ i WHERE i.k = k) GROUP BY k HAVING count(*) > 0 ORDER BY k

SELECT k FROM @ g WHERE v > (SELECT avg(v) FROM mini i WHERE i.k = g.k) GROUP BY k ORDER BY k

SELECT k, grouping(k), grouping(note), count(*) FROM @ GROUP BY CUBE (k, note) ORDER BY 1 NULLS FIRST, 2, 3, 4

SELECT corr(a.v, b.v)::numeric(6,4), covar_pop(a.v, b.v)::numeric(12,4), regr_r2(a.v, b.v)::numeric(6,4) FROM @ a JOIN @ b USING (t) WHERE a.k = 'a' AND b.k = 'b'

SELECT percentile_disc(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY v), rank(25) WITHIN GROUP (ORDER BY v) FROM @

SELECT q.*, q.v IS NULL AS missing FROM (SELECT g.*, lag(v, 1, 0) OVER (PARTITION BY k ORDER BY t) AS prev FROM @ g) q WHERE q.v <> q.prev ORDER BY t, k LIMIT 3

VALUES ((SELECT count(*) FROM @), 'a'), (0, 'b') ORDER BY 1

SELECT x FROM unnest(ARRAY(SELECT v FROM @)) WITH ORDINALITY AS u(x, n) WHERE n <= 3

SELECT (g).k, (g).v FROM (SELECT g FROM @ g) s ORDER BY (g).t, 1 LIMIT 2

SELECT max(v) - min(v), count(DISTINCT (k, v)), sum(v * v) FROM @ HAVING count(*) > 10

SELECT count(*) FROM @ a NATURAL JOIN @ b

SELECT generate_series(1, 2) AS n, k FROM @ ORDER BY t, k, n LIMIT 3

SELECT CAST(NULL AS int) AS "empty", k FROM @ WHERE NULL

SELECT current_setting('server_version_num')::int > 0, current_database(), session_user, count(*) FROM @

SELECT c.relname, count(g.k) FROM pg_catalog.pg_class c LEFT JOIN @ g ON g.k = c.relname WHERE c.relname IN ('mini', 'pg_class') GROUP BY 1 ORDER BY 1

SELECT table_name, (SELECT count(*) FROM @) FROM information_schema.tables WHERE table_schema = 'public' AND table_name = 'mini'

SELECT nope FROM (SELECT * FROM @) virtual_table

SELECT k, sum(v) FROM (SELECT * FROM @) AS source GROUP BY t

SELECT * FROM (SELECT * FROM @) WHERE v > 1

SELECT "K" FROM @

SELECT v / 0 FROM @

SELECT k::int FROM @ LIMIT 1

SELECT * FROM @ WHERE t > 'yesterdayish'

SELECT * FROM @ g WHERE g.v LIKE '1%'

SELECT t + 1 FROM @

SELECT lower(v) FROM @

SELECT * FROM @ LIMIT 'x'

SELECT * FROM @ LIMIT -1

SELECT * FROM @ ORDER BY 9

SELECT k, FROM @

SELECT count(*) FROM @ AS g (a, b, c, d, e, f, h)

SELECT g.k FROM @ h

SELECT * FROM @ GROUP BY k

SELECT k, count(*) FROM @ WHERE k IN ('k0', 'k1', 'k2', 'k3', 'k4', 'k5', 'k6', 'k7', 'k8', 'k9', 'k10', 'k11', 'k12', 'k13', 'k14', 'k15', 'k16', 'k17', 'k18', 'k19', 'k20', 'k21', 'k22', 'k23', 'k24', 'k25', 'k26', 'k27', 'k28', 'k29', 'k30', 'k31', 'k32', 'k33', 'k34', 'k35', 'k36', 'k37', 'k38', 'k39', 'a') GROUP BY k ORDER BY k
