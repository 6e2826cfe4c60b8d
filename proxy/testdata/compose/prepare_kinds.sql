# PREPARE of every kind of statement, with and without types.
# sent: simple, extended, binary

CREATE TEMP TABLE pk (t timestamp, k text, v int, PRIMARY KEY (t, k))

PREPARE i (interval, text) AS INSERT INTO pk SELECT t + $1, k, v FROM @ g WHERE k = $2 RETURNING k, v

EXECUTE i ('1 year', 'a')

EXECUTE i ('1 year', 'a')

EXECUTE i (interval '1' year * 2, lower('A'))

PREPARE u AS UPDATE pk SET v = g.v + $1 FROM @ g WHERE g.k = pk.k AND g.t + $2 = pk.t

EXECUTE u (1000, '1 year')

PREPARE d (text[]) AS DELETE FROM pk USING @ g WHERE g.k = ANY ($1) AND g.t + interval '1 year' = pk.t AND g.k = pk.k

EXECUTE d ('{a,b}')

EXECUTE d (ARRAY['c'])

PREPARE m (int) AS MERGE INTO pk USING @ g ON pk.t = g.t AND pk.k = g.k WHEN NOT MATCHED AND g.v > $1 THEN INSERT VALUES (g.t, g.k, g.v) WHEN MATCHED THEN DO NOTHING

EXECUTE m (28)

PREPARE v (numeric(5,1)) AS VALUES ((SELECT max(v) FROM @) * $1), ($1)

EXECUTE v (1.25)

PREPARE f AS SELECT * FROM datamime_generate($1, $2, $3, $4, $5) LIMIT 2

EXECUTE f ('mini', 't', '{k}', 'v', 3)

PREPARE f2 (text, text, text[], text, bigint) AS SELECT count(*), sum(v) FROM datamime_generate($1, $2, $3, $4, $5)

EXECUTE f2 ('mini', 't', ARRAY['k'], 'v', 3)

EXECUTE f2 ('mi' || 'ni', lower('T'), string_to_array('k', ','), 'v', 1 + 3)

PREPARE n (bigint) AS SELECT count(*) FROM datamime_generate(row_count => $1, source => 'mini', time_column := 't', series_columns => '{k}', value_column => 'v')

EXECUTE n (6)

CREATE TEMP TABLE pk3 (a, b) AS EXECUTE f2 ('mini', 't', ARRAY['k'], 'v', 3)

TABLE pk3

CREATE TEMP TABLE IF NOT EXISTS pk3 AS EXECUTE f2 ('mini', 't', ARRAY['k'], 'v', 3)

BEGIN

PREPARE x AS SELECT count(*) FROM @

SELECT nope FROM @

EXECUTE x

ROLLBACK

EXECUTE x

DEALLOCATE x

SET plan_cache_mode = force_generic_plan

EXECUTE f2 ('mini', 't', ARRAY['k'], 'v', 7)

SET plan_cache_mode = force_custom_plan

EXECUTE f2 ('mini', 't', ARRAY['k'], 'v', 8)

PREPARE "Odd name" AS SELECT k FROM @ LIMIT 1

EXECUTE "Odd name"

DEALLOCATE PREPARE "Odd name"

EXECUTE "Odd name"

PREPARE w AS WITH g AS (SELECT * FROM @) SELECT k, count(*) FROM g WHERE v > $1 GROUP BY 1 ORDER BY 1

EXECUTE w (25)

PREPARE s (int) AS SELECT $1 + 1, (SELECT count(*) FROM datamime_generate('mini', 't', ARRAY['k'], 'v', $1::bigint))

EXECUTE s (4)

PREPARE unused (int, text) AS SELECT count(*) FROM @

EXECUTE unused (1, NULL)

PREPARE l (bigint, bigint) AS SELECT v FROM @ LIMIT $1 OFFSET $2

EXECUTE l (2, 37)

EXECUTE l (NULL, 39)

EXECUTE l (-1, 0)

CREATE TEMP TABLE pk4 AS EXECUTE f2 ('mini', 't', ARRAY['k'], 'v', 3) WITH NO DATA

CREATE TEMP TABLE pk4 AS EXECUTE f2 ('mini', 't', ARRAY['k'], 'v', 3) WITH NO DATA

TABLE pk4

CREATE TEMP TABLE IF NOT EXISTS pk4 AS EXECUTE f2 ('mini', 't', ARRAY['k'], 'v', 3) WITH NO DATA

CREATE TEMP TABLE IF NOT EXISTS pk6 AS EXECUTE f2 ('mini', 't', ARRAY['k'], 'v', 3) WITH NO DATA

CREATE TABLE IF NOT EXISTS "Pk 7" AS EXECUTE f2 ('mini', 't', ARRAY['k'], 'v', 3) WITH NO DATA

CREATE TABLE IF NOT EXISTS public."Pk 7" AS EXECUTE f2 ('mini', 't', ARRAY['k'], 'v', 3) WITH NO DATA

DROP TABLE "Pk 7"

SET search_path = nowhere

CREATE TABLE IF NOT EXISTS pk8 AS EXECUTE f2 ('public.mini', 't', ARRAY['k'], 'v', 3) WITH NO DATA

RESET search_path

PREPARE s2 AS SELECT k, v FROM @

CREATE TEMP TABLE pk5 (x) AS EXECUTE s2 WITH NO DATA

TABLE pk5

SELECT name FROM pg_prepared_statements WHERE name LIKE 'datamime%arguments'
