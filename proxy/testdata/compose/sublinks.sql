# Subqueries in expressions, and outer references in them.
# sent: simple, extended, binary

SELECT k, EXISTS (SELECT 1 FROM @ h WHERE h.k > g.k), v IN (SELECT v FROM @ h WHERE h.t < g.t), v = ANY (ARRAY(SELECT v FROM @ h WHERE h.k = 'a')), (k, v) NOT IN (SELECT k, v + 1 FROM @) FROM @ g ORDER BY t, k LIMIT 6

SELECT (SELECT v FROM @ ORDER BY v, t, k LIMIT 1) + (SELECT count(*) FROM mini WHERE v > (SELECT avg(v) FROM @))

SELECT m.k, (SELECT max(x.v) FROM (SELECT v FROM @ g WHERE g.k = m.k AND g.v < m.v OFFSET 0) x) FROM mini m ORDER BY t, k LIMIT 5

SELECT CASE WHEN EXISTS (SELECT FROM @) THEN 'rows' ELSE 'none' END, CASE (SELECT count(*) FROM @) WHEN 40 THEN 1/1 ELSE 1/0 END

SELECT k, (SELECT (SELECT h.v FROM @ h WHERE h.t = g.t AND h.k = m.k) - g.v FROM @ g WHERE g.t = m.t AND g.k = 'a') FROM mini m WHERE m.t < '2024-01-01 02:00' ORDER BY t, k

SELECT * FROM mini m WHERE (m.k, m.v) = (SELECT g.k, max(g.v) FROM @ g WHERE g.k = m.k GROUP BY g.k) ORDER BY t, k LIMIT 3

SELECT k, sum((SELECT max(h.v) FROM @ h WHERE h.k = g.k)) FROM @ g GROUP BY k HAVING sum(v) > (SELECT avg(v) FROM @) ORDER BY (SELECT count(*) FROM @ h WHERE h.k = g.k), k

SELECT v FROM @ ORDER BY v LIMIT (SELECT count(*) FROM @ WHERE k = 'a' AND v > 30) OFFSET (SELECT 1)

SELECT (SELECT sum(g.v) FROM mini WHERE v > 33 AND k = 'a') FROM @ g

SELECT (SELECT sum(g.v + mini.v) FROM mini WHERE t = '2024-01-01') FROM @ g GROUP BY g.v ORDER BY 1 LIMIT 2

SELECT 1 WHERE 30 < ANY (SELECT v FROM @) AND NOT 20 > ALL (SELECT v FROM @) AND (1, 2) <> ALL (SELECT v, v FROM @)

UPDATE mini SET (v, note) = (SELECT g.v, g.note FROM @ g WHERE g.t = mini.t AND g.k = mini.k) WHERE false RETURNING *
