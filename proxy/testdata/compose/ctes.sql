# Common table expressions.
# sent: simple, extended, binary

WITH a AS (SELECT * FROM @) SELECT k, sum(v) FROM a GROUP BY 1 ORDER BY 1

WITH a AS (SELECT * FROM @), b AS NOT MATERIALIZED (SELECT * FROM a) SELECT count(*) FROM a JOIN b USING (t, k)

WITH a AS MATERIALIZED (SELECT * FROM @) SELECT x.v, y.v FROM a x, a y WHERE x.t = y.t AND x.k < y.k ORDER BY 1, 2 LIMIT 4

WITH a(t1, k1) AS (SELECT * FROM @) SELECT t1, k1 FROM a LIMIT 3

WITH RECURSIVE r AS (SELECT 1 AS n, (SELECT max(v) FROM @) AS m UNION ALL SELECT n + 1, m FROM r WHERE n < 3) SELECT * FROM r

WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 3) SELECT n, v FROM r, @ g ORDER BY n, t, k LIMIT 5

WITH x AS (SELECT 1) SELECT * FROM @ LIMIT 2

WITH a AS (TABLE mini) SELECT count(*) FROM a JOIN @ g USING (t, k)

WITH a AS (WITH b AS (SELECT k, v FROM @) SELECT * FROM b WHERE v > 24) SELECT count(*), min(v) FROM a

SELECT * FROM (WITH a AS (SELECT v FROM @) SELECT max(v) AS m FROM a) x

WITH datamime AS (SELECT v FROM @) TABLE datamime LIMIT 2
