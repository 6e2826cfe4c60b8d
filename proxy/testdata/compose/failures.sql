# Errors at every place, and their positions.
# sent: simple, extended, binary

SELECT v + nope FROM @ g

SELECT 'ééé', (SELECT nope FROM @ g) FROM mini

SELECT * FROM @ g WHERE v > (SELECT nope FROM @ h)

SELECT * FROM @ a JOIN @ b ON a.nope = b.v

SELECT * FROM @ a JOIN @ b USING (nope)

SELECT k, v FROM @ GROUP BY k

SELECT k FROM @ HAVING v > 1

SELECT sum(v) OVER w FROM @

SELECT * FROM @ ORDER BY nope

SELECT * FROM @ ORDER BY 6

SELECT * FROM @ LIMIT k

SELECT * FROM @ LIMIT 'x'

SELECT * FROM @ OFFSET 1.5e300

SELECT v::date FROM @

SELECT k::int FROM @ WHERE k = 'a'

SELECT to_date(note, 'YYYY') FROM @

SELECT (v * 100000)::smallint FROM @

SELECT 2147483647 + v FROM @

SELECT lot::numeric(3, 2) FROM @

SELECT sqrt(-v) FROM @

SELECT substring(k, 1, -1) FROM @

SELECT repeat(k, 2000000000) FROM @

SELECT array_fill(v, ARRAY[v, v, v, v, v, v, v, v, v]) FROM @

SELECT json_build_object(NULL, v) FROM @

SELECT note::json FROM @

SELECT note::xml FROM @ WHERE note = '<'

SELECT k ~ '(' FROM @

SELECT to_char(v, '') || nope() FROM @

SELECT (SELECT v FROM @) FROM @

SELECT v FROM @ WHERE v = (SELECT v FROM @)

SELECT 1 FROM @ WHERE ROW(v, k) IN (SELECT v FROM @)

SELECT v FROM @ UNION SELECT k FROM @

SELECT v FROM @ UNION SELECT v, k FROM @

SELECT v INTO mini FROM @

CREATE TABLE mini AS SELECT * FROM @

CREATE TABLE nope.x AS SELECT * FROM @

CREATE TEMP TABLE x (a, a) AS SELECT t, k FROM @

CREATE TEMP TABLE x (a, b, c, d, e, f) AS SELECT * FROM @

CREATE TEMP TABLE x AS SELECT v AS a, k AS a FROM @

INSERT INTO mini (t, v) SELECT v, t FROM @

INSERT INTO mini SELECT NULL, k, v FROM @

INSERT INTO mini (t, note) SELECT t, repeat(k, 21) FROM @

INSERT INTO mini (t, lot) SELECT t, v * 1e6 FROM @

INSERT INTO mini SELECT *, 1 FROM @

COPY (SELECT v / 0 FROM @) TO STDOUT

COPY (SELECT v FROM @ WHERE nope) TO STDOUT

DECLARE c CURSOR FOR SELECT v FROM @

EXPLAIN SELECT nope FROM @

WITH x AS (SELECT * FROM @), x AS (SELECT 1) SELECT 1

WITH x (a, b, c, d, e, f) AS (SELECT * FROM @) SELECT 1

WITH RECURSIVE r AS (SELECT v FROM @ UNION ALL SELECT k FROM r) SELECT 1

SELECT * FROM @ FOR UPDATE NOWAIT OF nope

SELECT g.v FROM @ g, mini m WHERE m.v = h.v

VALUES ((SELECT k, v FROM @))

SELECT * FROM @ g TABLESAMPLE BERNOULLI (10)

SELECT count(*) FROM @ WHERE raise_nothing()

SELECT lag(v) FROM @

SELECT max(v) FILTER (WHERE sum(v) > 1) FROM @

SELECT v FROM @ WHERE sum(v) > 1

SELECT unnest(ARRAY[v]) FROM @ WHERE unnest(ARRAY[v]) > 1

SELECT k COLLATE nope FROM @

SELECT CASE v WHEN k THEN 1 END FROM @
