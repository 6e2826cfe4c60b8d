# Subqueries at any depth.
# sent: simple, extended, binary

SELECT * FROM (SELECT * FROM (SELECT k, v FROM @ g WHERE v > 20) a) b ORDER BY k, v LIMIT 5

SELECT (SELECT count(*) FROM @ g WHERE g.k = s.k) FROM (VALUES ('a'), ('b')) s(k)

SELECT k, (SELECT v FROM @ g2 WHERE g2.t = g1.t AND g2.k = g1.k) = v FROM @ g1 LIMIT 3

SELECT * FROM (VALUES (1), (200)) v(x) WHERE EXISTS (SELECT FROM @ g WHERE g.v > x)

SELECT * FROM mini WHERE (t, k) IN (SELECT t, k FROM @) ORDER BY t, k LIMIT 3

SELECT count(*) FROM mini WHERE v > ALL (SELECT v FROM @)

SELECT count(*) FROM mini WHERE v = ANY (ARRAY(SELECT v FROM @))

SELECT ARRAY(SELECT v FROM @ ORDER BY v)

SELECT CASE WHEN (SELECT max(v) FROM @) > 10 THEN (SELECT min(v) FROM @) END

SELECT * FROM @ g WHERE g.t = (SELECT max(t) FROM @)

SELECT * FROM (SELECT k, v FROM @ LIMIT 10) a WHERE v > (SELECT avg(v) FROM @) ORDER BY k, v

SELECT (SELECT row(k, v) FROM @ LIMIT 1)

SELECT k FROM @ g WHERE v NOT IN (SELECT v FROM mini WHERE k = 'b') ORDER BY t, k

SELECT 1 WHERE (SELECT true FROM @ LIMIT 1)
